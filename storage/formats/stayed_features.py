"""Features that stay in the file that they came in, instead of being copied into the library.

The file of such an entry names, in its attribute `features_elsewhere`, the file of each space and the dataset in it.
Only files of the library itself are believed to do so (`feature_spaces`): one of a stranger could name any other.
"""

from __future__ import annotations

import json
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from core.data.space_ids import canonical
from core.errors import FormatError
from storage.formats.hdf5 import Reader, open_hdf5

ELSEWHERE = "features_elsewhere"


@dataclass(frozen=True)
class Source:
    """A file outside the library, as it was when features were left in it.

    Attributes:
        path: where it lay, absolute.
        size: bytes.
        changed: when it was written last, ns since 1970.
    """

    path: Path
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Source:
        """The file that is at `path` now. Raises OSError where there is none."""
        there = path.stat()
        return cls(path.absolute(), there.st_size, there.st_mtime_ns)

    def fault(self) -> str:
        """Why it is not what it was ("is not where it was"); "" where it is."""
        try:
            now = Source.of(self.path)
        except OSError:
            return "is not where it was"
        return "" if now == self else "was changed or replaced since they were left in it"


@dataclass(frozen=True)
class StayedRows:
    """Features of one space in a file outside the library.

    Attributes:
        source: the file.
        place: the dataset in it.
        shape: (T, D) of the features; the dataset may have a row more or less, see `Reader.nearly`.
    """

    source: Source
    place: str
    shape: tuple[int, int]

    def read(self) -> np.ndarray:
        """(T, D) float32. Raises FormatError: the file is gone or another one, or what it holds is not finite."""
        path = self.source.path
        if fault := self.source.fault():
            raise FormatError(
                f"Features that stay in {path.name} cannot be read: it {fault}.",
                "Put it back as it was, or import it again from where it is with --features-stay --replace;"
                " `python app.py doctor` says where it lay.",
            )
        with open_hdf5(path) as file:
            reader, expected = Reader(path, file, notes=[]), f"{self.shape} finite numbers"
            rows = reader.nearly(self.place, np.float32, self.shape, 0, expected)
            if not np.isfinite(rows).all():
                raise reader.error(self.place, expected, "it holds NaN or infinite values")
            return rows


class LazyFeatures(Mapping[str, np.ndarray]):
    """Features by the id of their space, none of which is read before it is asked for.

    Args:
        spaces: which there are.
    """

    def __init__(self, spaces: Iterable[str]) -> None:
        self._spaces = tuple(spaces)

    def __contains__(self, space: object) -> bool:
        return space in self._spaces

    def __iter__(self) -> Iterator[str]:
        return iter(self._spaces)

    def __len__(self) -> int:
        return len(self._spaces)


class StayedFeatures(LazyFeatures):
    """Features by the id of their space, read from the files that they stay in whenever they are asked for.

    Args:
        rows: where each of them lies.
    """

    def __init__(self, rows: Mapping[str, StayedRows]) -> None:
        super().__init__(rows)
        self.rows = dict(rows)

    def __getitem__(self, space: str) -> np.ndarray:
        return self.rows[space].read()


class Chosen(LazyFeatures):
    """Some of the features of an entry, as little read as before.

    Args:
        features: of the entry.
        spaces: which of them, all among them.
    """

    def __init__(self, features: Mapping[str, np.ndarray], spaces: Iterable[str]) -> None:
        super().__init__(spaces)
        self.features = features

    def __getitem__(self, space: str) -> np.ndarray:
        if space not in self:
            raise KeyError(space)
        return self.features[space]


def stayed_in(features: Mapping[str, np.ndarray]) -> dict[str, StayedRows]:
    """Where those features of an entry lie that are referred to when it is written; reads none."""
    if isinstance(features, StayedFeatures):
        return dict(features.rows)
    if isinstance(features, Chosen):
        return {space: rows for space, rows in stayed_in(features.features).items() if space in features}
    found: dict[str, StayedRows] = {}
    if isinstance(features, ChainMap):
        for one in reversed(features.maps):  # the first that has a space gives it
            found = {space: rows for space, rows in found.items() if space not in one} | stayed_in(one)
    return found


def write_stayed(group: h5py.Group, rows: Mapping[str, StayedRows]) -> None:
    """Notes in the group of an entry which features lie elsewhere; nothing where none do."""
    if rows:
        group.attrs[ELSEWHERE] = json.dumps(
            {
                space: {
                    "file": str(one.source.path),
                    "bytes": one.source.size,
                    "changed": one.source.changed,
                    "place": one.place,
                    "shape": one.shape,
                }
                for space, one in rows.items()
            }
        )


def read_stayed(group: h5py.Group) -> dict[str, StayedRows]:
    """What `write_stayed` noted in a group of the library's own, by space. Raises FormatError."""
    noted = group.attrs.get(ELSEWHERE)
    if noted is None:
        return {}
    try:
        return {
            canonical(space): StayedRows(
                Source(Path(one["file"]), int(one["bytes"]), int(one["changed"])),
                str(one["place"]),
                (int(one["shape"][0]), int(one["shape"][1])),
            )
            for space, one in json.loads(noted).items()
        }
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        name = Path(group.file.filename).name
        raise FormatError(f"{name}: '{ELSEWHERE}' should say where features lie, but it does not.") from error
