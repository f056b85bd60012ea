"""MATLAB files of versions 5 and 7.3 (which is HDF5), read to the same values, laid out as in MATLAB.

numbers         (rows, columns) arrays, sparse ones written out
characters      str
cells           list of values
structs         Struct: by field, one value for each element
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import h5py
import numpy as np

from core.errors import FormatError
from storage.formats.hdf5 import open_hdf5

MOST_VALUES = 2**24  # of a sparse array that is written out: 20 people, eight hours
DEEPEST = 32  # values in each other
SPACE = 0x20  # the first character that is shown
Value: TypeAlias = "np.ndarray | str | list[Any] | Struct"


class Struct(dict[str, "list[Any]"]):
    """A struct, or an array of them: by field, one value for each element."""


def is_mat(path: Path) -> bool:
    """Whether a file says that it is one of MATLAB's, or is HDF5, as those of version 7.3 are."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(10) == b"MATLAB 5.0" or h5py.is_hdf5(path)


def variables(path: Path) -> set[str]:
    """The names of the variables of a file, without reading any; none where it cannot be read."""
    try:
        if h5py.is_hdf5(path):
            with open_hdf5(path) as file:
                return set(file)
        from scipy.io import whosmat  # slow to import

        return {name for name, *_ in whosmat(path)}
    except MemoryError:
        raise
    except Exception:  # scipy raises whatever its parser stumbles over; who reads the file says what is wrong
        return set()


def read_mat(path: Path, names: Collection[str]) -> Mapping[str, Value]:
    """Those variables of a file that it has; whatever else is in it is not looked at.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is damaged, or in neither version.
    """
    if path.is_file() and h5py.is_hdf5(path):
        with open_hdf5(path) as file:
            return {name: _from_hdf5(path, file, file[name]) for name in names if name in file}
    from scipy.io import loadmat

    try:
        values = loadmat(path, variable_names=list(names))
    except MemoryError:
        raise
    except Exception as error:  # scipy raises whatever its parser stumbles over
        raise FormatError(f"{path.name} cannot be read as a MATLAB file: {error}.") from error
    return {name: _from_scipy(path, value) for name, value in values.items() if not name.startswith("__")}


def elements(value: Value | None, fields: Sequence[str]) -> Mapping[str, list[Any]]:
    """The fields of several things, by field one value for each of them, however they are kept.

    That is as an array of structs, as one struct of cells (and of rows of numbers), or as cells of structs.

    Args:
        value: perhaps such a variable.
        fields: those that are wanted; what is there of them is given.
    """
    if isinstance(value, list) and value and all(isinstance(one, Struct) for one in value):
        alike = [{field: one[field][0] for field in fields if len(one.get(field, ())) == 1} for one in value]
        return {field: [one[field] for one in alike] for field in fields if all(field in one for one in alike)}
    if not isinstance(value, Struct):
        return {}
    columns = {field: value[field] for field in fields if field in value}
    return {field: _spread(column) for field, column in columns.items()} if _of_cells(columns) else columns


def _of_cells(columns: Mapping[str, list[Any]]) -> bool:
    """Whether one struct holds cells, which the values of one thing are not."""
    return any(len(column) == 1 and isinstance(column[0], list) for column in columns.values())


def _spread(column: list[Any]) -> list[Any]:
    alone = column[0] if len(column) == 1 else column
    if isinstance(alone, np.ndarray):  # a row of numbers
        return [np.asarray(one) for one in alone.ravel(order="F")]
    return alone if isinstance(alone, list) else [alone]


def number(path: Path, what: str, value: Value) -> float:
    """A variable that is one number, whatever its sides; `what` it is, for the error. Raises FormatError."""
    value = _alone(value)
    if not isinstance(value, np.ndarray) or value.size != 1 or value.dtype.kind not in "biuf":
        raise FormatError(f"{path.name}: {what} should be one number, but it is {_told(value)}.")
    return float(value.item())


def by_frame(path: Path, what: str, value: Value, n_frames: float) -> np.ndarray:
    """(n_frames, people) of what people said of every frame, however it lies; perhaps with one frame more or less.

    Raises:
        FormatError: it is no such array.
    """
    value = _alone(value)
    if isinstance(value, np.ndarray) and value.ndim == 2 and 0 not in value.shape and value.dtype.kind in "biuf":
        for array in (value, value.T):
            if len(array) == n_frames:
                return array
        for array in (value, value.T):
            if abs(len(array) - n_frames) == 1:
                return array
    raise FormatError(f"{path.name}: {what} should be ({n_frames:g}, people) numbers, but it is {_told(value)}.")


def text(path: Path, what: str, value: Value) -> str:
    """Characters, also where a file does not say that its numbers are characters. Raises FormatError."""
    value = _alone(value)
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and np.all(value >= SPACE):
        return _characters(value)
    raise FormatError(f"{path.name}: {what} should be characters, but it is {_told(value)}.")


def _alone(value: Value) -> Value:
    """The value itself where it stands in a cell of its own."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _characters(codes: np.ndarray) -> str:
    """MATLAB's characters are the units of UTF-16: some signs take two."""
    units = "".join(chr(int(code)) for code in codes.ravel() if 0 < code < 0x110000)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _told(value: Value) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.shape} {value.dtype}"
    return {str: "a text", list: "cells"}.get(type(value), "a struct")


def _from_scipy(path: Path, value: Any, depth: int = 0) -> Value:
    if depth > DEEPEST:
        raise FormatError(f"{path.name} holds values in each other, deeper than {DEEPEST}.")
    if hasattr(value, "tocoo"):
        return _written_out(path, value.shape, *_coordinates(value))
    value = np.asarray(value)
    if value.dtype.names:
        elements = value.ravel()
        return Struct(
            {name: [_from_scipy(path, one[name], depth + 1) for one in elements] for name in value.dtype.names}
        )
    if value.dtype.kind == "O":
        return [_from_scipy(path, one, depth + 1) for one in value.ravel(order="F")]
    if value.dtype.kind in "US":
        return "".join(str(line) for line in value.ravel())
    return value


def _coordinates(value: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    found = value.tocoo()
    return found.row, found.col, found.data


def _from_hdf5(path: Path, file: h5py.File, thing: h5py.Dataset | h5py.Group, depth: int = 0) -> Value:
    if depth > DEEPEST:
        raise FormatError(f"{path.name} holds values in each other, deeper than {DEEPEST}.")
    if not isinstance(thing, h5py.Dataset | h5py.Group):
        raise FormatError(f"{path.name}: '{thing.name}' is neither a variable nor a struct.")
    if isinstance(thing, h5py.Group):
        if "MATLAB_sparse" in thing.attrs or {"ir", "jc"} <= set(thing):
            return _sparse(path, thing)
        return Struct({name: _elements(path, file, thing[name], depth) for name in thing})
    if "MATLAB_empty" in thing.attrs:
        kind = _class(thing)
        return "" if kind == "char" else [] if kind == "cell" else np.zeros((0, 0))
    if thing.dtype.kind == "O":
        return _elements(path, file, thing, depth)
    values = np.asarray(thing[()]).T
    if _class(thing) == "char" and values.dtype.kind in "iu":
        return _characters(values)
    return values


def _elements(path: Path, file: h5py.File, thing: h5py.Dataset | h5py.Group, depth: int) -> list[Any]:
    """The values of a field of a struct: one for each element, or the one of a struct that is alone."""
    if isinstance(thing, h5py.Dataset) and h5py.check_dtype(ref=thing.dtype) is h5py.Reference:
        try:
            found = [file[one] for one in thing[()].ravel()]
        except ValueError as error:  # a reference to nothing
            raise FormatError(f"{path.name}: '{thing.name.strip('/')}' refers to what is not there.") from error
        return [_from_hdf5(path, file, one, depth + 1) for one in found]
    if isinstance(thing, h5py.Dataset) and thing.dtype.kind == "O":
        raise FormatError(f"{path.name}: '{thing.name.strip('/')}' holds what MATLAB does not write.")
    return [_from_hdf5(path, file, thing, depth + 1)]


def _class(thing: h5py.Dataset) -> str:
    stated = thing.attrs.get("MATLAB_class", b"")
    return stated.decode("ascii", "replace") if isinstance(stated, bytes) else str(stated)


def _sparse(path: Path, group: h5py.Group) -> np.ndarray:
    """A sparse array: the columns' ends in `jc`, the rows of their values in `ir`; an empty one has no values."""
    where = f"{path.name}: '{group.name.strip('/')}'"
    ends = np.asarray(group["jc"][()], np.int64).ravel()
    rows = np.asarray(group["ir"][()], np.int64).ravel() if "ir" in group else np.zeros(0, np.int64)
    values = np.asarray(group["data"][()]).ravel() if "data" in group else np.zeros(0)
    height = int(group.attrs.get("MATLAB_sparse", rows.max(initial=-1) + 1))
    fits = len(ends) > 0 and ends[0] == 0 and ends[-1] == len(rows) == len(values) and np.all(np.diff(ends) >= 0)
    if not fits or height < 0 or np.any((rows < 0) | (rows >= height)):
        raise FormatError(f"{where} should be a sparse array, but its parts do not fit each other.")
    columns = np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    return _written_out(path, (height, len(ends) - 1), rows, columns, values)


def _written_out(
    path: Path, shape: tuple[int, int], rows: np.ndarray, columns: np.ndarray, values: np.ndarray
) -> np.ndarray:
    if shape[0] * shape[1] > MOST_VALUES:
        raise FormatError(f"{path.name} holds a sparse array of {shape[0]} x {shape[1]}, which is far too large.")
    whole = np.zeros(shape, values.dtype)
    whole[rows, columns] = values
    return whole
