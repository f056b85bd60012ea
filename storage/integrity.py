"""Is the database whole? What SQLite says of its pages, and which tasks lie on those that cannot be read."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from sqlalchemy import Engine, func, select

from core.errors import DamagedError, NotFoundError
from storage.database import is_read_only, reading
from storage.tables import TaskRow, TaskStateRow
from storage.tasks import events_of, load_task

MOST = 20  # sentences of SQLite's


@dataclass(frozen=True)
class Damage:
    """What is wrong with a database.

    Attributes:
        problems: SQLite's sentences.
        tasks: ids of those whose labels cannot be read; every other task goes on.
    """

    problems: Sequence[str]
    tasks: Sequence[int]


def database_file(engine: Engine) -> Path | None:
    """The file of a SQLite database; None where the database is another one, or in memory."""
    if engine.dialect.name != "sqlite" or engine.url.database in (None, "", ":memory:"):
        return None
    name = str(engine.url.database)
    return Path(unquote(urlparse(name).path) if is_read_only(engine) else name)


def whole(file: Path, *, thoroughly: bool = False) -> list[str]:
    """What SQLite finds wrong with the pages of a database; empty where it is whole. It may be in use.

    Args:
        file: of SQLite.
        thoroughly: compares indices with tables as well, which takes several times as long.
    """
    check = "integrity_check" if thoroughly else "quick_check"
    said: list[str] = []
    try:
        with closing(_opened(file)) as connection:
            for (one,) in connection.execute(f"PRAGMA {check}({MOST})"):
                said.append(" ".join(str(one).split()))
    except sqlite3.Error as error:  # it may come to an end early
        said.append(str(error))
    return [] if said == ["ok"] else said


def damage(engine: Engine, problems: Sequence[str]) -> Damage:
    """The damage of a database with these problems: every task is read once, seconds for ten thousands of them."""
    try:
        with reading(engine) as session:
            last = session.scalar(select(func.max(TaskRow.id))) or 0
    except DamagedError:
        return Damage(problems, ())
    return Damage(problems, [task for task in range(1, last + 1) if _unreadable(engine, task)])


def _unreadable(engine: Engine, task: int) -> bool:
    try:
        with reading(engine) as session:
            load_task(session, task)
            events_of(session, task)
            session.get(TaskStateRow, task)
    except NotFoundError:
        return False
    except DamagedError:
        return True
    return False


def _opened(file: Path) -> sqlite3.Connection:
    """The database for looking at; where nothing can be written, not even what SQLite needs beside it, as it is."""
    as_it_is = "" if os.access(file.parent, os.W_OK) else "&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro{as_it_is}", uri=True, timeout=5)
