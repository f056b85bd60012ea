"""Waiting for something to do: PostgreSQL calls those who wait (LISTEN, NOTIFY), SQLite's log of changes is watched.

SQLite writes whatever is changed to a file beside the database first. That file's size and time tell that something
was, and cost a thousandth of a question to the database: a worker waits most of the time. A call or a change says only
that there may be something to do; what is to be done stands in the table of jobs. Who misses one looks again after a
while, so that nothing waits for ever.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

CHANNEL = "manycut_jobs"
LOOK_S = 0.1  # between two looks where nobody calls
UNSEEN_S = 2.0  # until the table is looked at though nothing has changed: two changes may come at one time of the clock
LONGEST_S = 5.0  # that somebody waits for a call
log = logging.getLogger("manycut.jobs")


def call_workers(session: Session) -> None:
    """Calls those who wait, when this transaction has ended well: there may be something to do."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"NOTIFY {CHANNEL}"))


class JobNews:
    """One worker's ear.

    Args:
        engine: from `open_database`; with another driver than psycopg its table is looked at as SQLite's is.
        longest: seconds after which `wait` returns anyway.
    """

    def __init__(self, engine: Engine, longest: float = LONGEST_S) -> None:
        self._engine = engine
        self._longest = longest
        self._called = engine.dialect.name == "postgresql" and engine.dialect.driver == "psycopg"
        self._connection: Any = None
        self._log = Path(f"{engine.url.database}-wal") if engine.dialect.name == "sqlite" else None
        self._known = self._standing()
        self._listen()

    def wait(self) -> None:
        """Returns when something may be to do: when called, and after a while anyway."""
        if self._connection is None:
            self._watch()
            self._listen()
            return
        import psycopg

        try:
            for _ in self._connection.notifies(timeout=self._longest, stop_after=1):
                pass
        except psycopg.Error as error:
            log.warning("The database does not call any more: %s", error)
            self.close()
            time.sleep(LOOK_S)

    def _watch(self) -> None:
        """Returns when SQLite's log has changed since this returned last, and after a while; at once elsewhere."""
        end = time.monotonic() + min(UNSEEN_S, self._longest)
        while True:
            time.sleep(LOOK_S)
            now = self._standing()
            if now != self._known or now is None or time.monotonic() > end:
                self._known = now
                return

    def _standing(self) -> tuple[int, int] | None:
        """Of SQLite's log; None where there is none."""
        try:
            found = self._log.stat() if self._log else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size) if found else None

    def close(self) -> None:
        """Listens no more."""
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
            self._connection = None

    def _listen(self) -> None:
        if not self._called:
            return
        with suppress(DBAPIError):  # it is away for the moment, and the table is looked at meanwhile
            pooled = self._engine.raw_connection()
            connection: Any = pooled.driver_connection
            pooled.detach()  # it stays ours, and is none of those that others wait for
            self._connection = connection
            self._connection.autocommit = True
            self._connection.execute(f"LISTEN {CHANNEL}")
