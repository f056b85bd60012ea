"""Opening the database: SQLite in the data directory, or what DATABASE_URL names; always at the newest schema.

Writers take their lock when they begin (`writing`), so that two of them queue instead of failing half-way.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from core.errors import ConflictError, DamagedError, InputError, UnavailableError
from storage.refusals import is_unreachable, refusal, told_plainly
from storage.write_queue import WriteQueue

# The newest revision in migrations/versions; kept here so that opening needs no Alembic when nothing is to be done.
HEAD = "0027"
MOVING = "moving"  # instead of a revision: an installation is being moved into this database, see `storage.moving`
BUSY_SECONDS = 30
QUEUE = "write_queue"  # the execution option of an engine that holds its `WriteQueue`
FILE_NAME = "manycut.db"
# Any constant: on PostgreSQL it names the one lock that SQLite has anyway.
WRITE_LOCK = 6_287_001


def open_database(data_dir: Path, url: str | None = None, patience: float = BUSY_SECONDS) -> Engine:
    """Opens the database and brings its schema to the newest revision.

    Args:
        data_dir: made if it is missing; holds manycut.db unless a URL is given.
        url: SQLAlchemy's address; by default the environment's DATABASE_URL, else SQLite.
        patience: seconds that whoever writes waits for others who do.

    Raises:
        InputError: the URL or its driver is not usable, or the file is no database.
        UnavailableError: it cannot be opened at the moment.
        ConflictError: the database was written by a newer version of Manycut.
    """
    _make_folder(data_dir)
    engine = create_any_engine(data_dir, url, patience)
    try:
        if not is_read_only(engine):
            _use_wal(engine)
        _migrate(engine, data_dir)
    except (DBAPIError, sqlite3.Error) as error:
        engine.dispose()
        known = refusal(error)
        if known and not isinstance(known, DamagedError) and not is_unreachable(error):  # which has many reasons
            raise known from error
        reason = " ".join(str(getattr(error, "orig", error)).split()).rstrip(".")
        raise InputError(
            f"The database {engine.url.render_as_string()} cannot be opened: {reason}.", known.hint if known else ""
        ) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def create_any_engine(data_dir: Path, url: str | None = None, patience: float = BUSY_SECONDS) -> Engine:
    """The engine of a database, as it is: nothing is opened yet. For everything but moving there is `open_database`.

    Raises:
        InputError: the URL or its driver is not usable.
    """
    try:
        address = make_url(url) if url else database_url(data_dir)
        if address.get_backend_name() == "sqlite":
            address = _where_it_lies(address)
        options = {QUEUE: WriteQueue(patience)}
        engine = create_engine(address, connect_args=_connect_args(address, patience), execution_options=options)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise InputError(
            f"DATABASE_URL cannot be used: {error}.",
            'Write it like postgresql+psycopg://user@host/name, with the driver (pip install "psycopg[binary]").',
        ) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    elif engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _set_up_postgresql)
    return engine


def database_url(data_dir: Path) -> URL:
    """SQLAlchemy's address of a data directory's database: the environment's DATABASE_URL, else manycut.db in it.

    Raises:
        ArgumentError: DATABASE_URL is no address.
    """
    given = os.environ.get("DATABASE_URL")
    return make_url(given) if given else URL.create("sqlite", database=str(data_dir / FILE_NAME))


def is_read_only(engine: Engine) -> bool:
    """Whether a database lies where nothing can be written, so that it can only be looked at."""
    return "immutable" in engine.url.query


def _make_folder(data_dir: Path) -> None:
    try:
        str(data_dir).encode()
    except UnicodeEncodeError:
        raise InputError(
            f"The name of the data directory {str(data_dir)!r} is not UTF-8.", "Choose another one with --data-dir."
        ) from None
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The data directory '{data_dir}' cannot be made: {error.strerror or error}.") from error


def _where_it_lies(address: URL) -> URL:
    """The address of a SQLite file, opened for reading alone where nothing can be written."""
    if address.database in (None, "", ":memory:"):
        return address
    file = Path(str(address.database))
    if os.access(file if file.exists() else file.parent, os.W_OK) and os.access(file.parent, os.W_OK):
        return address
    if not file.is_file():
        raise InputError(f"There is no library in '{file.parent}', and none can be made: nothing can be written there.")
    waiting = file.with_name(f"{file.name}-wal")
    if waiting.is_file() and waiting.stat().st_size:
        raise InputError(
            f"The library in '{file.parent}' was not closed, and nothing can be written there.",
            "Copy the folder to where it can be, and open it there.",
        )
    options = {"mode": "ro", "immutable": "1", "uri": "true"}
    return URL.create("sqlite", database=file.absolute().as_uri(), query=options)


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that sees one consistent state.

    Raises:
        UnavailableError, DamagedError: what is asked for cannot be read.
    """
    with told_plainly(), Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def asking(engine: Engine) -> Iterator[Connection]:
    """A connection for what every request asks, by a statement that was made once: a session costs more than that.

    Raises:
        UnavailableError, DamagedError: what is asked for cannot be read.
    """
    with told_plainly(), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that holds the write lock from its beginning; commits at the end, rolls back on any error.

    Raises:
        UnavailableError: another program holds the lock, or the database cannot be written; nothing was changed.
        DamagedError: what is to be changed lies in a part of it that is damaged.
    """
    if is_read_only(engine):
        raise UnavailableError(
            "Nothing can be written where this library lies, so it can only be looked at.",
            "Copy its folder to where it can be changed.",
        )
    bind = engine.execution_options(begin="IMMEDIATE")
    queue: WriteQueue = engine.get_execution_options()[QUEUE]
    # The turn comes before the connection: those who wait for it leave the connections to those who read.
    with told_plainly(), queue.turn(), Session(bind, expire_on_commit=False) as session, session.begin():
        _lock(session.connection(), queue.patience)  # begins the transaction now instead of at the first statement
        yield session


def _connect_args(url: URL, patience: float) -> dict[str, Any]:
    return {"timeout": patience} if url.get_backend_name() == "sqlite" else {}


def _set_up_sqlite(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None  # _begin_sqlite begins the transactions, not the driver
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")


def _set_up_postgresql(connection: DBAPIConnection, record: object) -> None:
    # What is asked here reads many rows in a simple way: compiling each question takes longer than answering it.
    with closing(connection.cursor()) as cursor:
        cursor.execute("SELECT set_config('jit', 'off', false) FROM pg_settings WHERE name = 'jit'")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")


def _lock(connection: Connection, patience: float | None = None) -> None:
    """One writer at a time, until the end of its transaction; SQLite has taken this lock with BEGIN IMMEDIATE."""
    if connection.dialect.name == "postgresql":
        if patience is not None:
            connection.execute(text(f"SET LOCAL lock_timeout = {int(1000 * patience)}"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})


def _use_wal(engine: Engine) -> None:
    """Write-ahead logging, so that readers and the writer do not wait for each other; the file remembers it."""
    if engine.dialect.name != "sqlite":
        return
    give_up = time.monotonic() + BUSY_SECONDS
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        while cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            try:
                cursor.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError:  # another process is doing the same, and SQLite does not wait here
                if time.monotonic() > give_up:
                    raise
                time.sleep(0.05)
    finally:
        raw.close()


def revision_of(connection: Connection) -> str | None:
    """The revision of a database's schema; None where it has none."""
    exists = connection.dialect.has_table(connection, "alembic_version")
    return connection.scalar(text("SELECT version_num FROM alembic_version")) if exists else None


def _migrate(engine: Engine, data_dir: Path) -> None:
    with engine.connect() as connection:
        if revision_of(connection) == HEAD:
            return
    if is_read_only(engine):
        raise InputError(
            "This library is of an earlier version, and lies where nothing can be written.",
            "Copy its folder to where it can be changed.",
        )
    with engine.execution_options(begin="IMMEDIATE").begin() as connection:
        _lock(connection)
        revision = revision_of(connection)  # again, under the lock: another process may have been first
        if revision == HEAD:
            return
        if revision == MOVING:
            raise ConflictError(
                "An installation is being moved into this database, or that was interrupted.",
                "Let it come to its end, or type the same again: python app.py migrate SOURCE TARGET",
            )
        if revision is not None and revision > HEAD:
            raise ConflictError(
                f"This data directory was used by a newer version of Manycut (schema {revision}, here {HEAD}).",
                "Update Manycut, or use another data directory.",
            )
        from alembic import command

        config = migration_config()
        config.attributes.update(connection=connection, data_dir=data_dir)
        command.upgrade(config, "head")
        _sort_by_signs(connection)


def _sort_by_signs(connection: Connection) -> None:
    """Texts of PostgreSQL are sorted and compared as those of SQLite, whatever the language of the database."""
    if connection.dialect.name != "postgresql":
        return
    query = (
        "SELECT c.relname, a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attnum > 0"
        " AND NOT a.attisdropped AND a.atttypid = 'varchar'::regtype AND a.attcollation <> '\"C\"'::regcollation"
    )
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(text(query)).all():
        columns.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE varchar COLLATE "C"')
    triggers = (
        "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE tgrelid = CAST(:table AS regclass) AND NOT tgisinternal"
    )
    for table, changes in columns.items():
        made = connection.execute(text(triggers), {"table": table}).all()  # which name columns that they are about
        for name, _ in made:
            connection.exec_driver_sql(f'DROP TRIGGER "{name}" ON "{table}"')
        connection.exec_driver_sql(f'ALTER TABLE "{table}" {", ".join(changes)}')
        for _, statement in made:
            connection.exec_driver_sql(statement)


def migration_config() -> Any:
    """Alembic's configuration, in code instead of alembic.ini."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
