"""Whether an HDF5 file of a stranger may be read: all that it holds lies in it, and is no larger than it can be.

HDF5 follows links into other files, takes raw data from them and gives zeros for data that is not there, whoever asks.
So everything that a file links to is looked at before any of it is read.
"""

from __future__ import annotations

import math
from pathlib import Path

import h5py
from h5py import h5d, h5f, h5g, h5l, h5o, h5s

from core.errors import FormatError, NotFoundError
from storage.apart import allowance

UNWRITTEN = 2**20  # bytes of a dataset in chunks that may be missing, because they are all the same
BEST_COMPRESSION = 1100  # times as many bytes as it makes of them: a little more than deflate can reach
HINT = "Ask for a file that holds its data itself."


def check_hdf5(path: Path) -> None:
    """Looks at everything in a file without reading any data.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is no HDF5 file, something in it lies in another file, or claims to be larger than the file
            can hold; names what.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        file = h5f.open(bytes(path), h5f.ACC_RDONLY)
        try:
            for name, kind in _links(file):
                _check(path, file, name, kind)
        finally:
            file.close()
    except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:  # what h5py raises for damaged files
        raise FormatError(
            f"{path.name} cannot be read as an HDF5 file: it is damaged, cut off or something else.",
            f"HDF5 says: {error}",
        ) from error


def _links(file: h5f.FileID) -> list[tuple[bytes, int]]:
    """The path and the kind of every link, each object's once."""
    found: list[tuple[bytes, int]] = []

    def note(name: bytes, link: h5l.LinkInfo) -> None:
        found.append((name, link.type))

    root = h5g.open(file, b"/")  # is closed as soon as nobody holds it
    root.links.visit(note, info=True)
    return found


def _check(path: Path, file: h5f.FileID, name: bytes, kind: int) -> None:
    told = name.decode("utf-8", "replace")
    if kind == h5l.TYPE_EXTERNAL:
        raise FormatError(f"{path.name}: '{told}' lies in another file, which is not opened.", HINT)
    if kind != h5l.TYPE_HARD:  # of other links, what they lead to is found under its own name
        return
    thing = h5o.open(file, name)
    if not isinstance(thing, h5d.DatasetID):
        return
    made = thing.get_create_plist()
    if made.get_external_count() or made.get_layout() == h5d.VIRTUAL:
        raise FormatError(f"{path.name}: the data of '{told}' lie in another file, which is not opened.", HINT)
    _check_size(path, thing, made, told)


def _check_size(path: Path, thing: h5d.DatasetID, made: h5py.h5p.PropDCID, told: str) -> None:
    """That the data are in the file: as they are, or compressed."""
    if thing.get_space().get_simple_extent_type() == h5s.NULL:
        return
    claimed = thing.get_type().get_size() * math.prod(thing.shape)
    there = thing.get_storage_size()
    can_be = there
    if made.get_layout() == h5d.CHUNKED:
        packed = made.get_nfilters() > 0
        can_be = max(UNWRITTEN, min(there * BEST_COMPRESSION, allowance([path]).value) if packed else there)
    if claimed > can_be or there > path.stat().st_size:
        shape = " x ".join(str(length) for length in thing.shape) or "1"
        raise FormatError(
            f"{path.name}: '{told}' should hold {shape} values, but there is no room for them in the file.",
            "It is damaged, or made to fill memories or to take something from elsewhere.",
        )
