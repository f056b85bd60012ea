"""A data set that comes as a zip archive: one file of it, or SumMe's folder of .mat files."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from core import limits
from core.errors import FormatError

ENDINGS = (".h5", ".hdf5", ".mat", ".tsv", ".jsonl", ".json", ".txt", ".yml", ".yaml")
MOST_FILES = 10_000
BLOCK = 2**20


def is_zip(path: Path) -> bool:
    """Whether a file is a zip archive."""
    return path.is_file() and zipfile.is_zipfile(path)


def unpack_dataset(path: Path, folder: Path) -> Path:
    """Unpacks the files of a data set, and never more than `limits.CHECKPOINT_BYTES`.

    Args:
        path: the archive.
        folder: an empty one.

    Returns:
        The one file that was in it; the folder of .mat files, where there are several of those.

    Raises:
        FormatError: it holds none, or several of other kinds, or is damaged, or far larger than it looks.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [one for one in archive.infolist() if _is_wanted(one)]
            kinds = {PurePosixPath(one.filename).suffix.lower() for one in inside}
            if not inside or (len(inside) > 1 and kinds != {".mat"}) or len(inside) > MOST_FILES:
                raise FormatError(
                    f"{path.name} holds {len(inside)} files that may be a data set; one can be taken in at a time.",
                    "Zip one file, a folder of SumMe's .mat files, or the folder of a checkpoint.",
                )
            called = path.stem if kinds == {".mat"} and len(inside) > 1 else ""
            place = folder / called if called else folder
            place.mkdir(exist_ok=True)
            left = limits.CHECKPOINT_BYTES
            for one in inside:
                left = _unpack(archive, one, place / PurePosixPath(one.filename).name, left)
            return place if len(inside) > 1 else place / PurePosixPath(inside[0].filename).name
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise FormatError(f"{path.name} cannot be unpacked: {error}.", "Zip its files again.") from error


def _is_wanted(one: zipfile.ZipInfo) -> bool:
    place = PurePosixPath(one.filename)
    hidden = any(part.startswith(".") or part == "__MACOSX" for part in place.parts)
    manifest = place.name.endswith(".manifest.json")
    return not one.is_dir() and not hidden and not manifest and place.suffix.lower() in ENDINGS


def _unpack(archive: zipfile.ZipFile, one: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Unpacks one file of at most so many bytes and returns how many are left."""
    with archive.open(one) as source, target.open("wb") as out:
        while block := source.read(BLOCK):
            most -= len(block)
            if most < 0:
                raise FormatError(f"{archive.filename and Path(archive.filename).name} unpacks to far too much.")
            out.write(block)
    return most
