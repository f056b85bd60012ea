"""A checkpoint of Manycut's that came from elsewhere: its folder, or a zip archive of that.

Of an archive only the files of a checkpoint are unpacked, and never more than `limits.CHECKPOINT_BYTES`.
"""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path, PurePosixPath

from core import limits
from core.errors import CheckpointError
from core.models.checkpoints import DESCRIPTION, WEIGHTS, load_model, read_checkpoint

CARDS = ("README.md", "card.json")  # what may lie beside description and weights
BLOCK = 2**20


def is_checkpoint_folder(path: Path) -> bool:
    """Whether a path is a folder, or a zip archive, that holds the description of a checkpoint."""
    if path.is_dir():
        return (path / DESCRIPTION).is_file()
    if not path.is_file() or not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return any(PurePosixPath(name).name == DESCRIPTION for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def take_checkpoint_folder(path: Path, folder: Path) -> None:
    """Copies a checkpoint of Manycut's and sees that its weights fit their description.

    Args:
        path: its folder, or a zip archive with one such folder.
        folder: a new one; what is left of it where this fails is to be removed.

    Raises:
        CheckpointError: it is none, or damaged, or there is more than one in the archive.
    """
    folder.mkdir()
    if path.is_dir():
        read_checkpoint(path)
        for name in (DESCRIPTION, WEIGHTS, *CARDS):
            if (path / name).is_file():
                shutil.copyfile(path / name, folder / name)
    else:
        _unpack(path, folder)
    load_model(read_checkpoint(folder), "cpu")


def _unpack(path: Path, folder: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [one for one in archive.infolist() if PurePosixPath(one.filename).name == DESCRIPTION]
            if len(inside) != 1:
                raise CheckpointError(
                    f"The archive holds {len(inside)} checkpoints; one can be imported at a time.",
                    f"Zip a folder with {DESCRIPTION} and {WEIGHTS} in it.",
                )
            where, left = PurePosixPath(inside[0].filename).parent, limits.CHECKPOINT_BYTES
            for name in (DESCRIPTION, WEIGHTS, *CARDS):
                if str(where / name) in archive.NameToInfo:
                    left -= _copy(archive, str(where / name), folder / name, left)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        raise CheckpointError(f"The archive cannot be read: {error}.", "Zip the checkpoint's folder again.") from error


def _copy(archive: zipfile.ZipFile, name: str, target: Path, most: int) -> int:
    """Unpacks one file of at most so many bytes and returns how many it had."""
    size = 0
    with archive.open(name) as source, target.open("wb") as out:
        while block := source.read(BLOCK):
            size += len(block)
            if size > most:
                raise CheckpointError(
                    f"The archive unpacks to more than {limits.CHECKPOINT_BYTES // 2**30} GB.",
                    "Copy its folder into the data directory instead.",
                )
            out.write(block)
    return size
