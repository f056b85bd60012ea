"""Moving an installation's database from SQLite to PostgreSQL; the files of its data directory stay where they are.

Tables are copied one after the other in the order of their keys, some rows at a time, so that what was interrupted goes
on where it was. While it lasts, the new database says so and cannot be opened. It counts as moved when each table has
as many rows as before and the same checksum; the old database is only read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    DateTime,
    Double,
    Engine,
    Float,
    Table,
    inspect,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.types import TypeDecorator

from core.errors import ConflictError, DamagedError, InputError, NotFoundError
from core.progress import Progress, part, silent
from storage.database import HEAD, MOVING, create_any_engine, open_database, revision_of, writing
from storage.server_lock import locked, worker_lives_at
from storage.tables import Base, ChangesRow, EntryCountRow, WorkerRow
from storage.tables import InstallationRow as Installation

ROWS = 1000  # that are written at once
BEGIN_ANEW = "Begin anew with an empty database."
# Where workers are says nothing of where they will be, and each database counts its own changes and entries.
STAY = (WorkerRow.__tablename__, ChangesRow.__tablename__, EntryCountRow.__tablename__)
TABLES = tuple(table for table in Base.metadata.sorted_tables if table.name not in STAY)


@dataclass(frozen=True)
class Moved:
    """What lies in the new database as it lay in the old one.

    Attributes:
        rows: how many, by table.
        checksum: SHA-256 of the checksums of all tables.
    """

    rows: Mapping[str, int]
    checksum: str


def move(source: str, target: str, progress: Progress = silent) -> Moved:
    """Moves a database.

    Args:
        source: SQLAlchemy's address of a SQLite file, such as sqlite:////srv/manycut/manycut.db.
        target: of an empty PostgreSQL database, or of one into which this one was begun to be moved.

    Raises:
        InputError: an address is none of those, or a row is not possible there, such as a text with a NUL.
        NotFoundError: there is no such file.
        ConflictError: a server or a worker uses the old one, or the new one holds something else already.
        DamagedError: what was read back is not what was written.
    """
    file = _sqlite_file(source)
    with ExitStack() as stack:
        stack.enter_context(locked(file))
        if worker_lives_at(file):
            raise ConflictError(f"A worker uses '{file}'.", "End it, and move the database then.")
        here = _opened(stack, open_database(file.parent, f"sqlite:///{file}"))
        session = stack.enter_context(writing(here))  # nobody changes it meanwhile
        there = _opened(stack, _prepared(target, file.parent, _mark(session.connection())))
        return _move(session.connection(), there, progress)


def _move(here: Connection, there: Engine, progress: Progress) -> Moved:
    rows: dict[str, int] = {}
    sums: list[str] = []
    for number, table in enumerate(TABLES):
        told = part(progress, number / len(TABLES), (number + 1) / len(TABLES))
        rows[table.name] = _copy(here, there, table, told)
        sums.append(_compared(here, there, table))
    with there.begin() as connection:
        for table in TABLES:
            _set_sequence(here, connection, table)
        connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": HEAD})
    return Moved(rows, hashlib.sha256("".join(sums).encode()).hexdigest())


# Before


def _sqlite_file(source: str) -> Path:
    try:
        address = make_url(source)
    except ArgumentError:
        address = None
    if address is None or address.get_backend_name() != "sqlite" or address.database in (None, "", ":memory:"):
        raise InputError(
            f"'{source}' is no address of a SQLite file.", "Write it like sqlite:////srv/manycut/manycut.db."
        )
    file = Path(str(address.database)).resolve()
    if not file.is_file():
        raise NotFoundError(f"There is no database '{file}'.", "An absolute path has four slashes: sqlite:////srv/...")
    return file


def _prepared(target: str, data_dir: Path, mark: str) -> Engine:
    """The new database, with all tables, either empty or as it was when moving this installation was interrupted."""
    engine = create_any_engine(data_dir, target)
    if engine.dialect.name != "postgresql":
        raise InputError(
            "An installation is moved to PostgreSQL.", "Write the address like postgresql+psycopg://user@host/name."
        )
    shown = engine.url.render_as_string()
    try:
        with engine.begin() as connection:
            revision, tables = revision_of(connection), inspect(connection).get_table_names()
            if revision == MOVING:
                if _mark(connection) not in ("", mark):
                    raise ConflictError(f"Another installation was begun to be moved into {shown}.", BEGIN_ANEW)
                return engine
            if revision is None and tables:
                raise ConflictError(f"{shown} holds tables of something else ('{tables[0]}').", BEGIN_ANEW)
        open_database(data_dir, target).dispose()
        with engine.begin() as connection:
            for table in TABLES:
                if table.name != Installation.__tablename__ and _count(connection, table):
                    raise ConflictError(f"{shown} holds a library already.", BEGIN_ANEW)
            connection.execute(text(f"DELETE FROM {Installation.__tablename__}"))  # its own mark, which nobody knows
            connection.execute(text("UPDATE alembic_version SET version_num = :moving"), {"moving": MOVING})
    except DBAPIError as error:
        engine.dispose()
        raise InputError(f"The database {shown} cannot be used: {_first_line(error)}.") from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def _mark(connection: Connection) -> str:
    """What tells this installation from others; "" where it has none yet."""
    query = text(f"SELECT value FROM {Installation.__tablename__} WHERE name = 'mark'")
    return connection.scalar(query) or ""


def _opened(stack: ExitStack, engine: Engine) -> Engine:
    stack.callback(engine.dispose)
    return engine


# Copying


def _copy(here: Connection, there: Engine, table: Table, progress: Progress) -> int:
    """Copies the rows that are not there yet; how many there are then."""
    total = _count(here, table)
    with there.connect() as connection:
        copied = _count(connection, table)
    names = [column.name for column in table.columns]
    values = [f"CAST(:{column.name} AS JSON)" if _is(column, JSON) else f":{column.name}" for column in table.columns]
    insert = text(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(values)})")
    for rows in _rows(here, table, copied).partitions(ROWS):
        try:
            with there.begin() as connection:
                connection.execute(insert, [dict(zip(names, _values(table, row), strict=True)) for row in rows])
        except DBAPIError as error:
            key = [row[names.index(column.name)] for row in rows[:1] for column in table.primary_key]
            where = f"Some row of '{table.name}' from {key[0] if len(key) == 1 else key} on"
            raise InputError(
                f"{where} is not possible in PostgreSQL: {_first_line(error)}.", "Change it, and move again."
            ) from error
        copied += len(rows)
        progress(copied / max(total, 1), f"{table.name}: {copied:,} of {total:,}")
    return copied


def _rows(connection: Connection, table: Table, after: int = 0) -> Any:
    """All columns of the rows of a table as the database has them, JSON as its text, in the order of the keys."""
    names = [f"CAST({one.name} AS TEXT)" if _is(one, JSON) else one.name for one in table.columns]
    key = ", ".join(column.name for column in table.primary_key)
    query = f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {key} LIMIT 9223372036854775807 OFFSET {after}"
    return connection.execution_options(yield_per=ROWS).execute(text(query))


def _values(table: Table, row: Sequence[Any]) -> list[Any]:
    return [_value(column, value) for column, value in zip(table.columns, row, strict=True)]


def _value(column: Column[Any], value: Any) -> Any:
    """A value as PostgreSQL wants and gives it, whichever database it comes from."""
    if value is None:
        return None
    if _is(column, Boolean):
        return bool(value)
    if _is(column, Double) or _is(column, Float):
        return float(value)
    if _is(column, DateTime):
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return value


def _is(column: Column[Any], kind: type) -> bool:
    found = column.type.impl if isinstance(column.type, TypeDecorator) else column.type
    return isinstance(found, kind)


def _count(connection: Connection, table: Table) -> int:
    return int(connection.scalar(text(f"SELECT count(*) FROM {table.name}")) or 0)


# After


def _compared(here: Connection, there: Engine, table: Table) -> str:
    """The checksum of a table, which is the same in both. Raises DamagedError where it is not."""
    with there.connect() as connection:
        before, after = _checksum(here, table), _checksum(connection, table)
    if before != after:
        raise DamagedError(f"What was written of '{table.name}' is not what is read back.", BEGIN_ANEW)
    return before


def _checksum(connection: Connection, table: Table) -> str:
    """Of the number of rows and their content, whatever their order: two databases sort texts differently."""
    total, rows = 0, 0
    for row in _rows(connection, table):
        total += int.from_bytes(hashlib.sha256(repr(_values(table, row)).encode("utf-8", "surrogatepass")).digest())
        rows += 1
    return f"{rows}:{total % 2**256:064x}"


def _set_sequence(here: Connection, there: Connection, table: Table) -> None:
    """New rows are numbered after all that ever were."""
    if [column.name for column in table.primary_key] != ["id"]:
        return
    named = {"table": table.name}
    sequence = there.scalar(text("SELECT pg_get_serial_sequence(:table, 'id')"), named)
    if sequence is None:
        return
    newest = int(here.scalar(text(f"SELECT max(id) FROM {table.name}")) or 0)
    if here.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")):
        newest = max(newest, here.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :table"), named) or 0)
    if newest:
        there.execute(text("SELECT setval(:sequence, :newest)"), {"sequence": sequence, "newest": newest})


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0].rstrip(".") if str(error.orig).strip() else type(error.orig).__name__
