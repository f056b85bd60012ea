"""Waiting for something to do: PostgreSQL calls those who wait (LISTEN, NOTIFY); SQLite's file is looked at again.

A call says only that the table of jobs has changed; what is to be done stands there. Who misses one looks again after a
while, so that nothing waits for ever.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

CHANNEL = "manycut_jobs"
LOOK_S = 0.1  # between two looks where nobody calls
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
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._called = engine.dialect.name == "postgresql" and engine.dialect.driver == "psycopg"
        self._connection: Any = None
        self._listen()

    def wait(self) -> None:
        """Returns when something may be to do: when called, and after a while anyway."""
        if self._connection is None:
            time.sleep(LOOK_S)
            self._listen()
            return
        import psycopg

        try:
            for _ in self._connection.notifies(timeout=LONGEST_S, stop_after=1):
                pass
        except psycopg.Error as error:
            log.warning("The database does not call any more: %s", error)
            self.close()
            time.sleep(LOOK_S)

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
