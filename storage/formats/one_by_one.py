"""Videos of an HDF5 file, and of files beside it, each read when it is asked for: together they outgrow memory."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import overload

import h5py
import numpy as np

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from storage.formats.entry_group import read_shots
from storage.formats.faults import Findings, damaged
from storage.formats.hdf5 import STUMBLES, Reader, open_hdf5
from storage.formats.stayed_features import Source, StayedFeatures, StayedRows
from storage.formats.video_groups import video_groups

# HDF5 holds some 20 KB for every video that was read until the file is closed, so it is opened again now and then.
TOGETHER = 500

Rows = np.ndarray | StayedRows  # features, or where they stay


class OneByOne(Sequence[Entry]):
    """The videos of a file in the order of their numbers.

    Args:
        path: of the file.
        findings: see `storage.formats.read_dataset`; filled by iterating over all videos.
        beside: further files that hold something of the videos, by what they hold.
        forgiving: little faults of a video are put right and noted in its `meta["frames_note"]`.
        stay: features stay in their files: their shapes are looked at, and their values when they are read.

    Raises:
        FormatError: it is damaged, or, when videos are read, names their keys and what was expected.
    """

    def __init__(
        self,
        path: Path,
        findings: Findings | None = None,
        beside: Mapping[str, Path] | None = None,
        forgiving: bool = True,
        stay: bool = False,
    ) -> None:
        self.path = path
        self.findings = findings if findings is not None else Findings()
        self.beside = dict(beside or {})
        self.forgiving = forgiving
        self._sources = {one: Source.of(one) for one in (path, *self.beside.values())} if stay else {}
        with open_hdf5(path) as file:
            self.places = video_groups(path, file, self.findings)
        self.keys = list(self.places)

    @abstractmethod
    def entry(self, reader: Reader, key: str, beside: Mapping[str, Reader]) -> Entry:
        """One video.

        Args:
            reader: of its group, with a list for notes where little faults are put right.
            key: what it is called.
            beside: readers of the further files, each with such a list of its own.

        Raises:
            FormatError: something is not as expected.
        """

    def rows(self, reader: Reader, name: str, steps: int | None) -> Rows:
        """(T, D) features at one pick a second; a row too many or too few is put right where there are notes.

        Args:
            reader: of what they lie in.
            name: theirs.
            steps: T; None for any.

        Raises:
            FormatError: they are missing, of another length, or hold NaN, as far as they are read.
        """
        expected = f"({'T' if steps is None else steps}, D) finite numbers, one row a second"
        if source := self._sources.get(reader.path):
            length, width = reader.nearly_shape(name, (steps, None), 0, expected)
            found: Rows = StayedRows(source, f"{reader.group.name}/{name}", (steps or length, width))
        else:
            found = reader.nearly(name, np.float32, (steps, None), 0, expected)
        if not found.shape[1]:
            raise reader.error(name, expected, f"its shape is {found.shape}")
        if isinstance(found, np.ndarray) and not np.isfinite(found).all():
            raise reader.error(name, expected, "it holds NaN or infinite values")
        return found

    def note(self, text: str) -> None:
        """Says something about the file as a whole, once."""
        if text not in self.findings.notes:
            self.findings.notes.append(text)

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        with self._opened() as files:
            if isinstance(place, slice):
                return [self._read(files, key) for key in self.keys[place]]
            return self._read(files, self.keys[place])

    def __iter__(self) -> Iterator[Entry]:
        return self.findings.good(self.path.name, self._videos())

    def _videos(self) -> Iterator[tuple[str, Callable[[], Entry]]]:
        for start in range(0, len(self), TOGETHER):
            with self._opened() as files:
                for key in self.keys[start : start + TOGETHER]:
                    yield key, partial(self._read, files, key)

    @contextmanager
    def _opened(self) -> Iterator[Mapping[Path, h5py.File]]:
        with ExitStack() as stack:
            yield {path: stack.enter_context(open_hdf5(path)) for path in (self.path, *self.beside.values())}

    def _read(self, files: Mapping[Path, h5py.File], key: str) -> Entry:
        notes: list[str] | None = [] if self.forgiving else None
        try:
            beside = {
                what: Reader(path, files[path], [] if self.forgiving else None) for what, path in self.beside.items()
            }
            return self.entry(Reader(self.path, files[self.path][self.places[key]], notes), key, beside)
        except STUMBLES as error:
            raise damaged(error, self.path.name, key) from error


def as_features(rows: Mapping[str, Rows]) -> Mapping[str, np.ndarray]:
    """Features of an entry, of which all stay or none does."""
    stayed = {space: one for space, one in rows.items() if isinstance(one, StayedRows)}
    return (
        StayedFeatures(stayed) if stayed else {space: one for space, one in rows.items() if isinstance(one, np.ndarray)}
    )


def entry_of_seconds(
    reader: Reader,
    id: str,
    people: AnnotationSet,
    features: Mapping[str, Rows],
    feature_space: str | None,
    text_space: str | None,
    meta: Mapping[str, str],
    keys: Mapping[str, str],
) -> Entry:
    """The entry of a video that knows seconds and no frames: a frame is a second, and each is a pick.

    Args:
        reader: of its group, which may hold `change_points`, and whose notes it keeps.
        id, feature_space, text_space, meta: see `Entry`.
        features: by the id of their space, see `OneByOne.rows`.
        people: who judged each second.
        keys: what the file calls parts of the entry, see `Reader.naming`.

    Raises:
        FormatError: something does not fit.
    """
    steps = people.scores.shape[1]
    shots = read_shots(reader, steps, False)
    notes = {"frames_note": "; ".join(reader.notes)} if reader.notes else {}
    with reader.naming({f"shots/{name}": "change_points" for name in shots} | dict(keys)):
        return Entry(
            id=id,
            title=id.partition("/")[2],
            timebase=Timebase(Fraction(1), steps),
            picks=np.arange(steps),
            features=as_features(features),
            feature_space=feature_space,
            text_space=text_space,
            shots=shots,
            annotations=people,
            meta={**meta, **notes},
        )
