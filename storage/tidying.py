"""What is made anew when it is asked for again, and what was left behind: where it lies, how much it is, what goes.

Nothing outside these folders is touched, nothing is reached through a link, and what waits or runs, or an entry of the
library, refers to stays; see `storage.retention` for which of the others go.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from core import scratch as temporary
from core.errors import RefusedError
from core.server_limits import KEEP_DAYS, KEEP_GB, UPLOAD_DAYS, Setting
from storage.library import Library
from storage.needed_files import needed_files
from storage.retention import Held, going
from storage.scratch import remove_abandoned

DAY_S = 86_400.0
GB = 2**30
GRADIO = "GRADIO_TEMP_DIR"  # environment variable: where Gradio keeps what is uploaded to its pages
RENDERS, EXPORTS, UPLOADS = "renders", "exports", "uploads"  # folders in the data directory
TEMPORARY = "temporary files"
# Where people's own files lie, and what is looked after elsewhere.
_NOT_SEARCHED = (RENDERS, EXPORTS, UPLOADS, "import", "backups")
_PARTIAL = re.compile(r"\.(.+\.)?[0-9a-f]{32}\.part")  # of `storage.files`, `storage.media` and others
_UNFINISHED = re.compile(r"\..+-[a-z0-9_]{8}")  # of `core.models.checkpoints`
_UNPACKED = re.compile(r"\.restore-[a-z0-9_]{8}")  # of `storage.backup`
_GRADIO_FOLDER = re.compile(r"[0-9a-f]{64}")  # the checksum of the file in it
_GRADIO_ARRIVING = re.compile(r"tmp[a-z0-9_]{8}")


@dataclass(frozen=True)
class Tidied:
    """What was removed.

    Attributes:
        removed: how many files and folders of each place.
        size: bytes, together.
    """

    removed: Mapping[str, int] = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True)
class _Found:
    """Something in a place; `changed` is when it was last written, by the clock of the disk."""

    place: str
    held: Held
    changed: float


def temporary_folder(data_dir: Path) -> Path:
    """Where a server on this data directory keeps what is uploaded to Gradio's pages.

    The folder of GRADIO_TEMP_DIR, or one of its own among the system's temporary files: Gradio's usual one is shared
    by all its applications on a machine, and its name goes to whoever uploads.
    """
    if said := os.environ.get(GRADIO):
        return Path(said)
    return _own_folder(data_dir)


def make_temporary_folder(data_dir: Path) -> Path:
    """The same; it is there afterwards.

    Raises:
        RefusedError: something that is not ours lies in its place.
    """
    folder = temporary_folder(data_dir)
    if folder == _own_folder(data_dir):
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise RefusedError(f"'{folder}' belongs to somebody else.", f"Name another folder in {GRADIO}.")
    else:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def remove_empty(folder: Path) -> None:
    """Removes a temporary folder in which nothing is."""
    with suppress(OSError):
        folder.rmdir()


def sizes(data_dir: Path) -> Mapping[str, int]:
    """The bytes of each place, by its name."""
    now = time.time()
    total: Counter[str] = Counter(dict.fromkeys((RENDERS, EXPORTS, UPLOADS, TEMPORARY), 0))
    for one in _found(Path(data_dir).resolve(), now):
        total[one.place] += one.held.size
    return total


def tidy(library: Library) -> Tidied:
    """Removes what is too old or too much.

    Raises:
        InputError: a setting makes no sense.
        UnavailableError: the database cannot say what is needed; nothing is removed.
    """
    data_dir, now = library.data_dir, time.time()
    found = {one.held.path: one for one in _found(data_dir, now)}
    held, most = [one.held for one in found.values()], KEEP_GB.now() * GB
    if gone := going(held, most):
        # After the look: what is asked for from now on is written from now on.
        needed = needed_files(library, found)
        gone = going([replace(one, needed=one.path in needed) for one in held], most)
    removed: Counter[str] = Counter()
    size = 0
    for one in gone:
        if _removed(found[one.path]):
            removed[found[one.path].place] += 1
            size += one.size
    if abandoned := remove_abandoned(data_dir):
        removed[TEMPORARY] += abandoned
    return Tidied(removed, size)


def _resolved(path: Path) -> Path:
    with suppress(OSError, ValueError):
        return Path(os.path.realpath(path))
    return path


def _own_folder(data_dir: Path) -> Path:
    mark = hashlib.sha256(os.fsencode(Path(data_dir).resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"manycut-{mark}"


def _found(data_dir: Path, now: float) -> Iterator[_Found]:
    """Everything that may go some day."""
    for name in (RENDERS, EXPORTS):
        yield from _in_folder(name, data_dir / name, KEEP_DAYS, now)
    yield from _in_folder(UPLOADS, data_dir / UPLOADS, UPLOAD_DAYS, now)
    for folder, is_one in (
        (temporary_folder(data_dir), _of_gradio(data_dir)),
        (Path(tempfile.gettempdir()), temporary.is_ours),
        (data_dir, lambda name: _UNPACKED.fullmatch(name) is not None),
        (data_dir / "checkpoints", lambda name: _UNFINISHED.fullmatch(name) is not None),
    ):
        yield from _in_folder(TEMPORARY, folder, UPLOAD_DAYS, now, is_one)
    for root, folders, names in os.walk(data_dir):
        if Path(root) == data_dir:
            folders[:] = [one for one in folders if one not in _NOT_SEARCHED]
        for name in filter(_PARTIAL.fullmatch, names):
            yield from _one(TEMPORARY, Path(root) / name, UPLOAD_DAYS, now)


def _of_gradio(data_dir: Path) -> Callable[[str], bool]:
    """What in that folder is Gradio's; half of what has just come is called as other programs' temporary files are."""
    shared = _resolved(temporary_folder(data_dir)) == _resolved(Path(tempfile.gettempdir()))

    def is_one(name: str) -> bool:
        return bool(_GRADIO_FOLDER.fullmatch(name) or (not shared and _GRADIO_ARRIVING.fullmatch(name)))

    return is_one


def _in_folder(
    place: str, folder: Path, kept: Setting, now: float, is_one: Callable[[str], bool] = lambda name: True
) -> Iterator[_Found]:
    """What lies in a folder itself; nothing where that is a link."""
    if folder.is_symlink():
        return
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for name in filter(is_one, names):
        yield from _one(place, folder / name, kept, now)


def _one(place: str, path: Path, kept: Setting, now: float) -> Iterator[_Found]:
    measured = _measured(path)
    if measured is not None:
        size, changed = measured
        yield _Found(place, Held(path, size, now - changed, kept.now() * DAY_S), changed)


def _measured(path: Path) -> tuple[int, float] | None:
    """Bytes, and when it or something in it was last written; None where it is, or holds, what is not to be touched.

    That are links, what is no file, and what belongs to somebody else.
    """
    try:
        found = path.lstat()
        if found.st_uid != os.getuid():
            return None
        if stat.S_ISREG(found.st_mode):
            return found.st_size, found.st_mtime
        if not stat.S_ISDIR(found.st_mode):
            return None
        size, changed = 0, found.st_mtime
        for name in os.listdir(path):
            inside = _measured(path / name)
            if inside is None:
                return None
            size, changed = size + inside[0], max(changed, inside[1])
        return size, changed
    except OSError:
        return None


def _removed(one: _Found) -> bool:
    """Removes it unless somebody has written there since it was found; says whether it is gone."""
    measured = _measured(one.held.path)
    if measured is None or measured[1] != one.changed:
        return False
    try:
        if one.held.path.is_dir():
            shutil.rmtree(one.held.path)
        else:
            one.held.path.unlink()
    except OSError:
        return False
    return True
