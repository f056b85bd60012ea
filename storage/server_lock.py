"""One server at a time over a SQLite database: it claims the jobs, and what runs there is its own."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import ArgumentError

from core.errors import ConflictError
from storage.database import database_url

log = logging.getLogger("manycut.lock")
ENDING = ".lock"  # of the file beside the database


@contextmanager
def only_server(data_dir: Path) -> Iterator[bool]:
    """Holds the lock of a data directory's database while the block runs.

    The system takes it back when the process ends, however it ends. PostgreSQL needs none: several servers may share
    it.

    Yields:
        Whether no other server can be using this database.

    Raises:
        ConflictError: another server holds it.
    """
    path = _lock_path(data_dir)
    if path is None:
        yield False
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+")
    except OSError:  # opening the library says what is wrong, or that it can only be looked at
        yield False
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
            yield False
            return
        file.truncate(0)
        file.write(f"process {os.getpid()} on {socket.gethostname()}")
        file.flush()
        yield True


def _lock_path(data_dir: Path) -> Path | None:
    """The file beside the SQLite database; None where the database is another one, or in memory."""
    try:
        url = database_url(data_dir)
    except ArgumentError:  # opening it says what is wrong
        return None
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(f"{url.database}{ENDING}").resolve()
