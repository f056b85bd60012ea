"""A database of its own for a measurement, where DATABASE_URL names a PostgreSQL server; SQLite's file otherwise."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, create_engine, make_url, text


@contextmanager
def own_database() -> Iterator[None]:
    """What is started in the block has a new, empty database beside that of DATABASE_URL, which goes with it."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgresql"):
        yield
        return
    name = f"manycut_measured_{secrets.token_hex(4)}"
    engine = create_engine(given, isolation_level="AUTOCOMMIT")
    try:
        _ask(engine, f"CREATE DATABASE {name}")
        own = make_url(given).set(database=name)
        os.environ["DATABASE_URL"] = own.render_as_string(hide_password=False)
        try:
            yield
        finally:
            os.environ["DATABASE_URL"] = given
            _ask(engine, f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        engine.dispose()


def _ask(engine: Engine, statement: str) -> None:
    with engine.connect() as connection:
        connection.execute(text(statement))
