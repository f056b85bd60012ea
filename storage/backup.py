"""One file that holds a whole data directory, made while people go on working."""

from __future__ import annotations

import os
import sqlite3
import tarfile
import tempfile
from contextlib import closing, suppress
from pathlib import Path

from core.errors import ConflictError, InputError, NotFoundError, system_reason
from core.progress import Progress, silent
from storage.database import FILE_NAME
from storage.server_lock import ENDING

# Made anew when needed, or of this very moment.
LEFT_OUT = (
    "queue.db",  # of earlier versions
    "queue.db-wal",
    "queue.db-shm",
    "worker.log",
    "renders",
    "exports",
    "jobs",
    f"{FILE_NAME}-wal",
    f"{FILE_NAME}-shm",
    f"{FILE_NAME}{ENDING}",
    FILE_NAME,
)


def back_up(data_dir: Path, out: Path, progress: Progress = silent) -> int:
    """Writes a data directory as a .tar.gz file; appears complete or not at all.

    The database is copied in one consistent state, before the files: every file that it points to is there already,
    because files are written first. A database named by DATABASE_URL is not part of it.

    Args:
        data_dir: with its manycut.db.
        out: where to; must not lie in the data directory.

    Returns:
        Number of files in it.

    Raises:
        NotFoundError: there is no data directory.
        InputError: `out` lies in it, or cannot be written.
    """
    data_dir, out = Path(data_dir).resolve(), Path(out).resolve()
    if not (data_dir / FILE_NAME).is_file():
        raise NotFoundError(f"There is no library in '{data_dir}'.", "Name it with --data-dir.")
    if out.is_relative_to(data_dir):
        raise InputError("A backup cannot lie in the data directory that it holds.", "Choose another folder.")
    try:
        with tempfile.TemporaryDirectory(dir=out.parent, prefix=".backup-") as work:
            copy = Path(work) / FILE_NAME
            with closing(_opened(data_dir / FILE_NAME)) as source, closing(sqlite3.connect(copy)) as target:
                source.backup(target)
            files = [path for path in sorted(data_dir.rglob("*")) if path.is_file() and _wanted(path, data_dir)]
            packed = Path(work) / "backup"
            with tarfile.open(packed, "w:gz", compresslevel=1) as archive:  # videos do not become smaller
                archive.add(copy, FILE_NAME)
                for number, path in enumerate(files, start=1):
                    progress(number / (len(files) + 1), path.name)
                    with suppress(FileNotFoundError):  # replaced while we were at it
                        archive.add(path, str(path.relative_to(data_dir)))
            packed.replace(out)
    except (OSError, sqlite3.Error) as error:
        reason = system_reason(error) if isinstance(error, OSError) else error
        raise InputError(f"The backup '{out}' cannot be written: {reason}.") from error
    return len(files) + 1


def restore(backup: Path, data_dir: Path) -> None:
    """Unpacks a backup into a data directory that holds no library yet.

    Raises:
        ConflictError: there is a library already.
        InputError: this is no backup.
    """
    if (data_dir / FILE_NAME).exists():
        raise ConflictError(f"There is a library in '{data_dir}' already.", "Restore into an empty folder.")
    try:
        with tarfile.open(backup, "r:gz") as archive:
            if FILE_NAME not in archive.getnames():
                raise InputError(f"'{backup.name}' is no backup of Manycut: it holds no {FILE_NAME}.")
            data_dir.mkdir(parents=True, exist_ok=True)
            archive.extractall(data_dir, filter="data")
    except FileNotFoundError as error:
        raise NotFoundError(f"There is no file '{backup}'.") from error
    except (tarfile.TarError, EOFError, OSError) as error:
        raise InputError(f"'{backup.name}' cannot be read as a backup: {error}.") from error


def _opened(database: Path) -> sqlite3.Connection:
    """The database; where nothing can be written, not even the files that SQLite needs beside it, as it is."""
    if os.access(database.parent, os.W_OK):
        return sqlite3.connect(database)
    return sqlite3.connect(f"{database.as_uri()}?mode=ro&immutable=1", uri=True)


def _wanted(path: Path, data_dir: Path) -> bool:
    return path.relative_to(data_dir).parts[0] not in LEFT_OUT and not path.name.startswith(".")
