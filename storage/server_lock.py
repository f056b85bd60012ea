"""One server at a time over a SQLite database: it claims the jobs, and what runs there is its own."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import ArgumentError

from core.errors import ConflictError
from storage.database import database_url

log = logging.getLogger("manycut.lock")
ENDING = ".lock"  # of the file beside the database


@dataclass(frozen=True)
class Held:
    """The lock of a database.

    Attributes:
        alone: no other server can be using this database.
        clean: the last server ended as it should; what one that was killed left is to be looked at.
    """

    alone: bool
    clean: bool


def only_server(data_dir: Path) -> AbstractContextManager[Held]:
    """Holds the lock of a data directory's database while the block runs; PostgreSQL needs none. See `locked`."""
    return _locked(_lock_path(data_dir))


def locked(database: Path) -> AbstractContextManager[Held]:
    """Holds the lock of a SQLite file while the block runs. Raises ConflictError where a server holds it."""
    return _locked(_lock_of(database))


def worker_lives_at(database: Path) -> bool:
    """Whether any worker uses a SQLite file on this machine."""
    return any(_is_held(lock) for lock in database.parent.glob(f"{_lock_of(database).name}-*"))


@contextmanager
def _locked(path: Path | None) -> Iterator[Held]:
    """Holds the lock while the block runs.

    The system takes it back when the process ends, however it ends; what stands in the file goes only where the block
    ends. PostgreSQL needs none: several servers may share it.

    Raises:
        ConflictError: another server holds it.
    """
    if path is None:
        yield Held(alone=False, clean=True)
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError:  # opening the library says what is wrong, or that it can only be looked at
        yield Held(alone=False, clean=True)
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            hint = "End that one, or use another folder (--data-dir). Several servers can share PostgreSQL."
            raise ConflictError(f"A server runs on '{path.parent}' already: {holder}.", hint) from None
        except OSError as error:  # some network drives know no locks
            log.warning("'%s' cannot be locked (%s): start no second server on it.", path, error.strerror)
            yield Held(alone=False, clean=True)
            return
        file.seek(0)
        clean = not file.read()
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        try:
            yield Held(alone=True, clean=clean)
        finally:
            file.truncate(0)


def server_is_running(data_dir: Path) -> bool | None:
    """Whether a server runs on a data directory; None where that cannot be known."""
    path = _lock_path(data_dir)
    return None if path is None else _is_held(path)


@contextmanager
def at_work(data_dir: Path, lane: str) -> Iterator[None]:
    """Tells others that a worker of a lane is alive while the block runs; the system ends it with the process."""
    path = _lock_path(data_dir)
    try:
        file = None if path is None else _of_lane(path, lane).open("a")
    except OSError:
        file = None
    if file is None:
        yield
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH)  # several workers of a lane may be alive
        except OSError:
            log.warning("'%s' cannot be locked: whether workers are alive is not known.", file.name)
        yield


def worker_is_alive(data_dir: Path, lane: str) -> bool | None:
    """Whether any worker of a lane is alive on this machine; None where that cannot be known."""
    path = _lock_path(data_dir)
    return None if path is None else _is_held(_of_lane(path, lane))


def _of_lane(path: Path, lane: str) -> Path:
    return path.with_name(f"{path.name}-{lane}")


def _is_held(path: Path) -> bool | None:
    """Whether a process holds the lock of a file."""
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    except OSError:
        return None


def _lock_path(data_dir: Path) -> Path | None:
    """The file beside the SQLite database; None where the database is another one, or in memory."""
    try:
        url = database_url(data_dir)
    except ArgumentError:  # opening it says what is wrong
        return None
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return _lock_of(Path(str(url.database)))


def _lock_of(database: Path) -> Path:
    return Path(f"{database}{ENDING}").resolve()
