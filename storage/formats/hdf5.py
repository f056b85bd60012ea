"""Checked reading from HDF5 groups, and atomic writing: shared by the formats that are HDF5 files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.data.misfit import Misfit
from core.errors import FormatError, NotFoundError
from storage.files import whole_file

STUMBLES = (OSError, RuntimeError, KeyError, ValueError, TypeError)  # what h5py raises for damaged files


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
    except STUMBLES as error:
        raise FormatError(
            f"{path.name} cannot be read as an HDF5 file: it is damaged, cut off or something else.",
            f"HDF5 says: {error}",
        ) from error


@contextmanager
def new_hdf5(path: Path) -> Iterator[h5py.File]:
    """Writes a new HDF5 file beside its place and moves it there when it is complete; replaces an older one.

    Raises:
        OSError: there is no room for it, or it may not be written.
    """
    try:
        with whole_file(path) as partial, h5py.File(partial, "w") as file:
            yield file
    except RuntimeError as error:  # what HDF5 held back is written when the file is closed, and told otherwise there
        refused = re.search(r"errno = (\d+)", str(error))
        if refused is None:
            raise
        number = int(refused.group(1))
        raise OSError(number, os.strerror(number), str(path)) from error


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sorting key for names of groups: "video_2" comes before "video_10"."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in parts)


def frame_note(name: str, frames: int, expected: int) -> str:
    """What was done with values for one frame too many or too few."""
    done = "the last is left out" if frames > expected else "the last is taken twice"
    return f"'{name}' has {frames} frames where {expected} were expected: {done}"


def of_frames(values: np.ndarray, n_frames: int) -> np.ndarray:
    """(rows, n_frames) from values with one frame too many or too few at the end."""
    cut = values[:, :n_frames]
    return np.pad(cut, ((0, 0), (0, n_frames - cut.shape[1])), mode="edge")


def _without_sides(shape: tuple[int, ...], sides: int) -> tuple[int, ...]:
    """A shape without sides of one, where it has too many: MATLAB's numbers are (1, 1), its rows (1, N)."""
    if len(shape) <= sides:
        return shape
    left = tuple(length for length in shape if length != 1)
    return (1,) * (sides - len(left)) + left


class Reader:
    """Reads one HDF5 group; everything that is not as expected is a FormatError naming file, key and expectation.

    Args:
        path: the file, for messages.
        group: an open group of it.
        notes: where given, little faults are put right and noted there; without it they are errors.
    """

    def __init__(self, path: Path, group: h5py.Group, notes: list[str] | None = None) -> None:
        self.path = path
        self.group = group
        self.notes = notes
        self._opened: dict[str, Any] = {}

    def _get(self, name: str) -> Any:
        """A member of the group, opened once; None where there is none."""
        if name not in self._opened:
            self._opened[name] = self.group.get(name)
        return self._opened[name]

    def __contains__(self, name: str) -> bool:
        return name in self.group

    def _why_missing(self, name: str) -> str:
        link = self.group.get(name, getlink=True)
        if isinstance(link, h5py.SoftLink):
            return f"it is a link to '{link.path}', where nothing is"
        if isinstance(link, h5py.ExternalLink):
            return "it lies in another file, which is not opened"
        return "it is a group" if isinstance(self._get(name), h5py.Group) else "it is missing"

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
        dataset, have = self._dataset(name, shape, expected)
        values = np.reshape(dataset[()], have)
        if np.issubdtype(dtype, np.integer):
            if dataset.dtype.kind == "f" and not (np.isfinite(values).all() and np.array_equal(values, values // 1)):
                raise self.error(name, expected, "it holds numbers that are not whole")
            limits = np.iinfo(np.dtype(dtype))
            # As floats, which hold whatever comes.
            if values.size and not limits.min <= float(values.min()) <= float(values.max()) < float(limits.max) + 1:
                raise self.error(name, expected, f"it holds numbers from {values.min():g} to {values.max():g}")
        return np.asarray(values, dtype)

    def shape(self, name: str, shape: tuple[int | None, ...], expected: str) -> tuple[int, ...]:
        """The shape of what `array` would give, whose values are not read."""
        return self._dataset(name, shape, expected)[1]

    def _dataset(self, name: str, shape: tuple[int | None, ...], expected: str) -> tuple[h5py.Dataset, tuple[int, ...]]:
        """A numeric dataset that fits, and its shape without sides too many."""
        dataset = self._get(name)
        if not isinstance(dataset, h5py.Dataset):
            raise self.error(name, expected, self._why_missing(name))
        if dataset.shape is None or dataset.dtype.kind not in "fiub":
            raise self.error(name, expected, "it is empty" if dataset.shape is None else f"it holds {dataset.dtype}")
        have = _without_sides(dataset.shape, len(shape))
        fits = len(have) == len(shape) and all(
            want is None or want == length for want, length in zip(shape, have, strict=True)
        )
        if not fits:
            raise self.error(name, expected, f"its shape is {dataset.shape}")
        return dataset, have

    def per_frame(
        self, name: str, dtype: type[np.generic], rows: int | None, n_frames: int, expected: str
    ) -> np.ndarray:
        """(rows, n_frames) of a value for every frame; one too many or too few is put right where there are notes.

        A frame too many is the last and left out; where one is missing, the last is taken twice.
        """
        return self.nearly(name, dtype, (rows, n_frames), 1, expected)

    def nearly(
        self, name: str, dtype: type[np.generic], shape: tuple[int | None, ...], axis: int, expected: str
    ) -> np.ndarray:
        """`array`; one value too many or too few along an axis is put right as in `per_frame`.

        Args:
            name, dtype, shape, expected: see `array`.
            axis: which side of `shape`, whose length is known.
        """
        values = self.array(name, dtype, self.nearly_shape(name, shape, axis, expected), expected)
        wanted, have = shape[axis], values.shape[axis]
        if wanted is None or have == wanted:
            return values
        return np.take(values, np.minimum(np.arange(wanted), have - 1), axis)

    def nearly_shape(self, name: str, shape: tuple[int | None, ...], axis: int, expected: str) -> tuple[int, ...]:
        """The shape of what `nearly` takes, before anything is put right; notes what will be. Reads no values."""
        have: tuple[int, ...] = getattr(self._get(name), "shape", None) or ()
        wanted = shape[axis]
        if self.notes is None or wanted is None or len(have) != len(shape) or abs(have[axis] - wanted) != 1:
            return self.shape(name, shape, expected)
        if not have[axis]:
            raise self.error(name, expected, f"its shape is {have}")
        found = self.shape(name, (*shape[:axis], have[axis], *shape[axis + 1 :]), expected)
        self.notes.append(frame_note(name, have[axis], wanted))
        return found

    def finite(self, name: str, dtype: type[np.generic], shape: tuple[int | None, ...], expected: str) -> np.ndarray:
        """The same, without NaN and infinity."""
        values = self.array(name, dtype, shape, expected)
        if not np.isfinite(values).all():
            raise self.error(name, expected, "it holds NaN or infinite values")
        return values

    def text(self, name: str, default: str = "") -> str:
        """One string or number as a string, from a dataset or an attribute of that name; none where it is empty.

        Raises FormatError where it is neither.
        """
        dataset = self._get(name)
        if isinstance(dataset, h5py.Group):
            raise self.error(name, "a text or one number", "it is a group")
        value = self.group.attrs.get(name, default) if dataset is None else dataset[()]
        if isinstance(value, h5py.Empty):
            return default
        if isinstance(value, np.ndarray):
            if value.size != 1:
                raise self.error(name, "a text or one number", f"its shape is {value.shape}")
            value = value.reshape(-1)[0]
        return _text(value)

    def texts(self, name: str, length: int) -> tuple[str, ...]:
        """Strings, one per row."""
        dataset = self.group[name]
        expected = f"{length} strings"
        if not isinstance(dataset, h5py.Dataset) or dataset.shape != (length,):
            raise self.error(name, expected, f"its shape is {getattr(dataset, 'shape', None)}")
        values = dataset[()]
        if values.dtype.kind not in "OS":
            raise self.error(name, expected, f"it holds {values.dtype}")
        return tuple(map(_text, values))


def _text(value: object) -> str:
    """What a file holds of a text; zeros fill up what is shorter than its place."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.replace("\0", "")
