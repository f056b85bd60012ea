"""Backups that nobody asks for: one a day, the newest few kept, where there is room."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError, UnavailableError
from core.progress import Progress, silent
from storage.backup import FOLDER, UNFINISHED, VIDEOS, back_up, wanted
from storage.database import FILE_NAME, database_url
from storage.dumps import one_at_a_time, programs_missing, size_of

KEPT = "MANYCUT_BACKUPS"  # environment variable: how many are kept, 0 for none at all
PLACE = "MANYCUT_BACKUP_DIR"  # environment variable: the folder; by default "backups" in the data directory
KEEP = 7
DAY_S = 86_400
ROOM = 2**30  # bytes that stay free on the disk
NAME = "manycut-%Y%m%d-%H%M%S.tar.gz"


@dataclass(frozen=True)
class DailyBackups:
    """The daily backups of a data directory.

    Attributes:
        folder: where they lie.
        keep: how many are kept; 0 where none are made.
        newest: the newest of them.
        age: seconds since that was made, by the clock of the folder's disk; None without one.
        without: what is left out for lack of room.
        off: why none are made; "" where they are.
    """

    folder: Path
    keep: int
    newest: Path | None
    age: float | None
    without: tuple[str, ...]
    off: str

    @property
    def due(self) -> bool:
        """Whether one should be made now. A clock that has jumped back makes one as well."""
        return not self.off and (self.age is None or not 0 <= self.age < DAY_S)


def daily_backups(data_dir: Path) -> DailyBackups:
    """How it stands with them.

    Raises:
        InputError: a setting makes no sense.
    """
    folder = Path(os.environ.get(PLACE) or data_dir / FOLDER)
    try:
        keep = int(os.environ.get(KEPT, str(KEEP)))
    except ValueError:
        raise InputError(f"{KEPT} is the number of backups that are kept, not '{os.environ[KEPT]}'.") from None
    made = _made(folder)
    newest = made[-1] if made else None
    age = None if newest is None else time.time() - newest.stat().st_mtime
    without, off = _room(data_dir, folder, keep)
    return DailyBackups(folder, keep, newest, age, without, off)


def make_daily_backup(data_dir: Path, progress: Progress = silent) -> Path:
    """Makes one and removes those beyond the newest few. Of several servers over one PostgreSQL database one does.

    Raises:
        UnavailableError: none are made here, and why.
        DamagedError, InputError: see `storage.backup.back_up`; those that are there stay.
    """
    state = daily_backups(data_dir)
    if state.off:
        raise UnavailableError(f"No backup was made: {state.off}")
    url = database_url(data_dir)
    if url.get_backend_name() != "postgresql":
        return _make(data_dir, state, progress)
    with one_at_a_time(data_dir, url) as alone:
        if not alone:
            raise UnavailableError("No backup was made: another server makes it.")
        return _make(data_dir, state, progress)


def _make(data_dir: Path, state: DailyBackups, progress: Progress) -> Path:
    state.folder.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(state.folder)
    out = state.folder / datetime.now(UTC).strftime(NAME)
    back_up(data_dir, out, progress, without=state.without)
    for old in _made(state.folder)[: -state.keep]:
        with suppress(OSError):
            old.unlink()
    return out


def _remove_unfinished(folder: Path) -> None:
    """Removes what backups that were killed left, a day after."""
    for left in folder.glob(f"{UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > DAY_S:
                shutil.rmtree(left)


def _made(folder: Path) -> list[Path]:
    """The backups in a folder, oldest first; those that people made under other names are not among them."""
    found = [path for path in folder.glob("manycut-*.tar.gz") if _is_ours(path.name)]
    return sorted(found, key=lambda path: path.name)


def _is_ours(name: str) -> bool:
    try:
        datetime.strptime(name, NAME)
    except ValueError:
        return False
    return True


def _room(data_dir: Path, folder: Path, keep: int) -> tuple[tuple[str, ...], str]:
    """What has to be left out, and why none are made."""
    if keep <= 0:
        return (), f"they are switched off ({KEPT}=0)."
    if database_url(data_dir).get_backend_name() == "postgresql":
        if missing := programs_missing():
            return (), f"{missing} (Debian: postgresql-client)."
    elif not (data_dir / FILE_NAME).is_file():
        return (), "there is no database in the data folder."
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not os.access(there, os.W_OK):
        return (), "nothing can be written where they would lie."
    free = shutil.disk_usage(there).free - ROOM
    for without in ((), (VIDEOS,)):
        # Of the videos, which are most of it, all the days' together; one more is there while it is made.
        if _bytes(data_dir, without) * (keep + 1 if not without else 2) < free:
            return without, ""
    return (), f"there is too little room on the disk ({(free + ROOM) // 2**20} MB)."


def _bytes(data_dir: Path, without: tuple[str, ...]) -> int:
    url = database_url(data_dir)
    of_postgresql = url.get_backend_name() == "postgresql"
    total = size_of(data_dir, url) if of_postgresql else (data_dir / FILE_NAME).stat().st_size
    for path in wanted(data_dir, without):
        with suppress(OSError):
            total += path.stat().st_size
    return total
