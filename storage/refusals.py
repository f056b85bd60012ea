"""What a database refuses, said to people: somebody else is writing, no room, no right, a failing disk, damage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from core.errors import DamagedError, UnavailableError

AGAIN = "Nothing was changed; try again in a moment."
BUSY = UnavailableError("Another program is writing the database, and does not come to an end.", AGAIN)
CROWDED = UnavailableError("The database is asked by too many at once.", AGAIN)
# By the beginning of SQLite's names of errors.
SQLITE = {
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_FULL": UnavailableError(
        "There is no room left for the database.", "Make room on its disk; nothing was changed."
    ),
    "SQLITE_READONLY": UnavailableError(
        "The database has become read-only.", "Make its folder and its files writable again; nothing was changed."
    ),
    "SQLITE_CANTOPEN": UnavailableError(
        "The files of the database cannot be opened.", "Look whether its folder is there and writable."
    ),
    "SQLITE_IOERR": UnavailableError(
        "The disk of the database fails.", "Look after the disk and its room; nothing was changed."
    ),
    "SQLITE_CORRUPT": DamagedError(
        "This lies in a part of the database that is damaged.", "Everything else goes on. Run: python app.py doctor"
    ),
    "SQLITE_NOTADB": DamagedError(
        "The database is damaged: it cannot be read at all.", "Restore the newest backup. Run: python app.py doctor"
    ),
}
AWAY = UnavailableError("The database does not answer.", AGAIN)
# The same by the beginning of PostgreSQL's codes.
POSTGRESQL = {
    "55P03": BUSY,
    "53100": SQLITE["SQLITE_FULL"],
    "25006": SQLITE["SQLITE_READONLY"],
    "58030": SQLITE["SQLITE_IOERR"],
    "XX001": SQLITE["SQLITE_CORRUPT"],
    "XX002": SQLITE["SQLITE_CORRUPT"],
    "08": AWAY,
    "57P": UnavailableError("The database is being ended or started.", AGAIN),
}


def refusal(error: BaseException) -> UnavailableError | None:
    """What to say where a database refuses for reasons that lie outside of us; None for every other error."""
    if isinstance(error, TimeoutError):  # all connections are in use
        return UnavailableError(CROWDED.message, CROWDED.hint)
    reason = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(reason, "sqlite_errorname", None) or ""
    known = _beginning(SQLITE, name) if name else _beginning(POSTGRESQL, getattr(reason, "sqlstate", None) or "")
    if known is None and isinstance(reason, sqlite3.DatabaseError) and "malformed" in str(reason):
        known = SQLITE["SQLITE_CORRUPT"]
    if known is None and is_unreachable(error):
        known = AWAY
    return None if known is None else type(known)(known.message, known.hint)


def is_unreachable(error: BaseException) -> bool:
    """Whether there is no connection to PostgreSQL: then there is no code of its either."""
    reason = getattr(error, "orig", None)
    return isinstance(error, OperationalError) and getattr(reason, "sqlstate", "none of its") is None


@contextmanager
def told_plainly() -> Iterator[None]:
    """What the database refuses in the block leaves it as an UnavailableError, or DamagedError, with its sentence."""
    try:
        yield
    except (DBAPIError, TimeoutError, sqlite3.Error) as error:
        said = refusal(error)
        if said is None:
            raise
        raise said from error


def _beginning(known: dict[str, UnavailableError], name: str) -> UnavailableError | None:
    return next((said for beginning, said in known.items() if name.startswith(beginning)), None)
