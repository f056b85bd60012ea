"""Checked reading from HDF5 groups, and atomic writing: shared by the formats that are HDF5 files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import h5py
import numpy as np

from core.data.misfit import Misfit
from core.errors import FormatError, NotFoundError
from storage.files import whole_file


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """Opens an HDF5 file for reading.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is not HDF5, or cut off, also when that is only found while reading.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        with h5py.File(path, "r") as file:
            yield file
    except (OSError, RuntimeError, KeyError) as error:  # what h5py raises for damaged files
        raise FormatError(
            f"{path.name} cannot be read as an HDF5 file: it is damaged, cut off or something else.",
            f"HDF5 says: {error}",
        ) from error


@contextmanager
def new_hdf5(path: Path) -> Iterator[h5py.File]:
    """Writes a new HDF5 file beside its place and moves it there when it is complete; replaces an older one."""
    with whole_file(path) as partial, h5py.File(partial, "w") as file:
        yield file


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sorting key for names of groups: "video_2" comes before "video_10"."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


class Reader:
    """Reads one HDF5 group; everything that is not as expected is a FormatError naming file, key and expectation.

    Args:
        path: the file, for messages.
        group: an open group of it.
    """

    def __init__(self, path: Path, group: h5py.Group) -> None:
        self.path = path
        self.group = group

    def __contains__(self, name: str) -> bool:
        return name in self.group

    def error(self, name: str, expected: str, found: str) -> FormatError:
        """What is wrong with one key, as a sentence."""
        key = f"{self.group.name}/{name}".lstrip("/")
        return FormatError(f"{self.path.name}: '{key}' should be {expected}, but {found}.")

    @contextmanager
    def naming(self, keys: Mapping[str, str]) -> Iterator[None]:
        """Says which file and key it was that does not fit when a value is made of what was read.

        Args:
            keys: from parts of the value; others have their own name.
        """
        try:
            yield
        except Misfit as error:
            key = f"{self.group.name}/{keys.get(error.part, error.part)}".lstrip("/")
            raise FormatError(f"{self.path.name}: '{key}': {error.message}", error.hint) from error

    def array(self, name: str, dtype: type[np.generic], shape: tuple[int | None, ...], expected: str) -> np.ndarray:
        """A numeric dataset as `dtype`; None in `shape` stands for any length. Raises where it is missing."""
        dataset = self.group.get(name)
        if not isinstance(dataset, h5py.Dataset):
            raise self.error(name, expected, "it is missing")
        if dataset.dtype.kind not in "fiub":
            raise self.error(name, expected, f"it holds {dataset.dtype}")
        fits = len(dataset.shape) == len(shape) and all(
            want is None or want == have for want, have in zip(shape, dataset.shape, strict=True)
        )
        if not fits:
            raise self.error(name, expected, f"its shape is {dataset.shape}")
        values = dataset[()]
        if np.issubdtype(dtype, np.integer) and dataset.dtype.kind == "f":
            whole = np.isfinite(values).all() and np.array_equal(values, np.floor(values))
            if not whole:
                raise self.error(name, expected, "it holds numbers that are not whole")
        return np.asarray(values, dtype)

    def finite(self, name: str, dtype: type[np.generic], shape: tuple[int | None, ...], expected: str) -> np.ndarray:
        """The same, without NaN and infinity."""
        values = self.array(name, dtype, shape, expected)
        if not np.isfinite(values).all():
            raise self.error(name, expected, "it holds NaN or infinite values")
        return values

    def text(self, name: str, default: str = "") -> str:
        """One string, from a dataset or an attribute of that name."""
        value = self.group[name][()] if name in self.group else self.group.attrs.get(name, default)
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.reshape(-1)[0]
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)

    def texts(self, name: str, length: int) -> tuple[str, ...]:
        """Strings, one per row."""
        dataset = self.group[name]
        expected = f"{length} strings"
        if not isinstance(dataset, h5py.Dataset) or dataset.shape != (length,):
            raise self.error(name, expected, f"its shape is {getattr(dataset, 'shape', None)}")
        values = dataset[()]
        if values.dtype.kind not in "OS":
            raise self.error(name, expected, f"it holds {values.dtype}")
        return tuple(v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values)
