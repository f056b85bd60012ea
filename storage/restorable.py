"""A copy of a database as it may be opened again: its jobs in a state that runs, and nobody signed in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, create_engine, delete, select

from storage.database import HEAD, QUEUE, open_database, revision_of, writing
from storage.jobs import Jobs
from storage.tables import JobRow, SessionRow, WorkerRow
from storage.write_queue import WriteQueue

REASON = "A backup was made while this was running."


def interrupt_running(database: Path) -> None:
    """Running jobs are as after a restart: those that go on where they were are queued, the others have failed."""
    address = URL.create("sqlite", database=str(database))
    engine = create_engine(address, execution_options={QUEUE: WriteQueue(0)})
    try:
        with engine.connect() as connection:
            newest = revision_of(connection) == HEAD
        if newest:  # those of an earlier version end when a server is started on them
            Jobs(engine).interrupt(REASON, died=False)
    finally:
        engine.dispose()


def make_restorable(data_dir: Path, url: URL, old: str) -> None:
    """The same and the following for a PostgreSQL database that was just restored, which nobody uses yet.

    Args:
        data_dir: where the data directory lies now; absolute.
        url: of the database.
        old: where the data directory lay; "" where that is not known.
    """
    engine = open_database(data_dir, url.render_as_string(hide_password=False))
    try:
        Jobs(engine).interrupt(REASON, died=False)
        with writing(engine) as session:
            session.execute(delete(SessionRow))
            session.execute(delete(WorkerRow))
            if old:
                for job in session.scalars(select(JobRow).where(JobRow.state == "queued")):
                    job.args = _moved(job.args, old, str(data_dir))
    finally:
        engine.dispose()


def move_queued(database: Path, old: str, new: str) -> None:
    """Queued jobs that name files of a data directory name those of where it lies now.

    Args:
        database: a copy that nobody uses.
        old, new: absolute paths of the data directory.
    """
    with _changing(database) as connection:
        if not _has(connection, "jobs"):
            return
        for job, args in connection.execute("SELECT id, args FROM jobs WHERE state = 'queued'").fetchall():
            moved = json.dumps(_moved(json.loads(args), old, new))
            connection.execute("UPDATE jobs SET args = ? WHERE id = ?", (moved, job))


def end_sessions(database: Path) -> None:
    """Nobody is signed in: a session that was ended since the copy was made does not come back with it.

    Args:
        database: a copy that nobody uses.
    """
    with _changing(database) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        if _has(connection, "sessions"):
            connection.execute("DELETE FROM sessions")


@contextmanager
def _changing(database: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(database)) as connection:
        with connection:
            yield connection
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # one file alone is moved


def _has(connection: sqlite3.Connection, table: str) -> bool:
    query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return connection.execute(query, (table,)).fetchone() is not None


def _moved(value: Any, old: str, new: str) -> Any:
    if isinstance(value, str):
        return new + value[len(old) :] if value == old or value.startswith(f"{old}/") else value
    if isinstance(value, list):
        return [_moved(one, old, new) for one in value]
    if isinstance(value, dict):
        return {name: _moved(one, old, new) for name, one in value.items()}
    return value
