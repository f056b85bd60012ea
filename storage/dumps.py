"""Copies of a PostgreSQL database by its own programs: pg_dump writes them, pg_restore reads them.

They are asked with the address that SQLAlchemy has, the password in their environment, where no list of processes shows
it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, inspect, text
from sqlalchemy.exc import DBAPIError

from core.errors import ConflictError, DamagedError, InputError, UnavailableError
from storage.database import create_any_engine

DUMP = "manycut.pgdump"  # what it is called in a backup
NOBODYS = ("sessions", "workers")  # tables of what is not so where a copy is restored
BACKUP_LOCK = 6_287_002  # any constant but that of writers


def programs_missing() -> str:
    """Which of PostgreSQL's programs are not on this machine; "" where all are."""
    missing = [name for name in ("pg_dump", "pg_restore") if _program(name) is None]
    return f"PostgreSQL's {' and '.join(missing)} are not on this machine" if missing else ""


def dump(url: URL, out: Path) -> None:
    """Writes one consistent state of a database while people go on working; nobody is signed in where it is restored.

    Raises:
        UnavailableError: pg_dump is not here, or cannot read the database.
    """
    without = [f"--exclude-table-data={table}" for table in NOBODYS]
    done = _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-acl", *without, f"--file={out}")
    if done.returncode:
        raise UnavailableError(f"The database was not copied: {_reason(done)}.", "Nothing was changed.")


def dump_problems(file: Path) -> list[str]:
    """What pg_restore finds wrong with a copy; empty where nothing is, or where it is not on this machine."""
    program = _program("pg_restore")
    if program is None:
        return []
    done = subprocess.run([program, "--file=/dev/null", file], capture_output=True, text=True)
    return [_reason(done)] if done.returncode else []


def restore_dump(url: URL, file: Path) -> None:
    """Puts a copy into an empty database: all of it, or nothing.

    Raises:
        UnavailableError: pg_restore is not here.
        DamagedError: it cannot be restored.
    """
    how = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-acl")
    done = _run(url, "pg_restore", *how, str(file))
    if done.returncode:
        raise DamagedError(f"The database was not restored: {_reason(done)}.", "Nothing was changed.")


def check_empty(data_dir: Path, url: URL) -> None:
    """Raises ConflictError where a database holds any table, InputError where it cannot be reached."""
    engine = create_any_engine(data_dir, url.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
    except DBAPIError as error:
        raise InputError(f"The database {url.render_as_string()} cannot be used: {error.orig}.") from error
    finally:
        engine.dispose()
    if tables:
        raise ConflictError(f"{url.render_as_string()} holds tables already.", "Restore into an empty database.")


def size_of(data_dir: Path, url: URL) -> int:
    """Bytes of a database. Raises UnavailableError where it does not answer."""
    engine = create_any_engine(data_dir, url.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    except DBAPIError as error:
        raise UnavailableError("The database does not answer.") from error
    finally:
        engine.dispose()


@contextmanager
def one_at_a_time(data_dir: Path, url: URL) -> Iterator[bool]:
    """Whether the block is the only one of all machines; the database ends that with the connection."""
    engine = create_any_engine(data_dir, url.render_as_string(hide_password=False))
    try:
        with engine.connect() as connection:
            yield bool(connection.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": BACKUP_LOCK}))
    finally:
        engine.dispose()


def _run(url: URL, name: str, *words: str) -> subprocess.CompletedProcess[str]:
    program = _program(name)
    if program is None:
        raise UnavailableError(
            f"PostgreSQL's {name} is not on this machine.", "Install its client (Debian: postgresql-client)."
        )
    address = url.set(drivername="postgresql", password=None).render_as_string()
    environment = os.environ | ({"PGPASSWORD": url.password} if url.password else {})
    return subprocess.run(
        [program, f"--dbname={address}", *words], capture_output=True, text=True, env=environment, errors="replace"
    )


def _program(name: str) -> Path | None:
    """One of PostgreSQL's programs; the newest where several versions are here."""
    found = shutil.which(name)
    if found:
        return Path(found)
    places = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: path.parts[4].zfill(4))
    return places[-1] if places else None


def _reason(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.strip().splitlines() if line]
    return lines[0].partition("error: ")[2].rstrip(".") or lines[0].rstrip(".") if lines else f"code {done.returncode}"
