"""Moving an installation from SQLite to PostgreSQL: everything arrives, once, or a sentence says why not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import create_engine, text

from core.data import ScoreTrack
from core.errors import ConflictError, DamagedError, InputError, NotFoundError
from core.labelling.events import Event
from storage import moving
from storage.database import FILE_NAME, open_database
from storage.library import Library
from storage.moving import move
from storage.server_lock import at_work, only_server

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.sqlite


@pytest.fixture
def filled(library, make_entry):
    """A library with something in most of its tables, signs of all kinds among it."""
    library.entries.add("talks", [make_entry(f"talks/{n}", title=f"{n} Ünïcode \U0001f3ac 'quoted' %s") for n in "bAc"])
    for who in ("Ada", "Bob"):
        task = library.annotations.open_task(library.annotations.get_or_create_annotator(who), "talks/b")
        rated = [Event(f"tab {who}", n, "rate", n, 1 + n % 5, t=n / 3, at=1_700_000_000_000 + n) for n in range(29)]
        library.annotations.record_events(task.id, [*rated, Event(f"tab {who}", 29, "submit")])
    library.runs.add(
        "talks/c", ScoreTrack("m", "mlp", "c1", "test-6", np.ones((2, 120), np.float32), 2**40, {"x": None})
    )
    library.tags.change(["talks/b"], add=["good"])
    library.jobs.create_job("export", {"name": "Zoë\u0000"})
    return library


@pytest.fixture
def source(filled):
    return f"sqlite:///{filled.data_dir / FILE_NAME}"


@pytest.fixture
def target(postgresql_server):
    name = "moved"
    postgresql_server.admin.execute(f"CREATE DATABASE {name}")
    yield postgresql_server.url(name)
    postgresql_server.drop(name)


def rows_of(url):
    """Everything that a library says of itself, through its stores."""
    with Library.open(Path(url[0]), url[1]) as library:
        return (
            [library.entries.get(f"talks/{n}").title for n in "bAc"],
            [library.annotations.recorded(task) for task in (1, 2)],
            library.tags.of_entry("talks/b"),
            [(job.kind, job.args, job.created) for job in library.jobs.list()],
            library.accounts.mark(),
        )


def test_everything_is_there_afterwards_and_goes_on(filled, source, target):
    moved = move(source, target)
    assert (moved.rows["entries"], moved.rows["events"], moved.rows["annotators"]) == (3, 60, 2)
    assert rows_of((filled.data_dir, None)) == rows_of((filled.data_dir, target))
    with Library.open(filled.data_dir, target) as there:
        assert there.jobs.create_job("export", {}) == 2, "numbers go on after those that came along"
        task = there.annotations.open_task(there.annotations.get_or_create_annotator("Cid"), "talks/b")
        assert there.annotations.record_events(task.id, [Event("c", 0, "rate", 0, 5)])
        assert there.engine.dialect.name == "postgresql"


def test_what_was_interrupted_cannot_be_opened_and_goes_on_where_it_was(filled, source, target, monkeypatch):
    monkeypatch.setattr(moving, "ROWS", 7)
    copied = []

    def stop(fraction, message, figures=None):
        copied.append(message)
        if message.startswith("events: 21"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(source, target, stop)
    with pytest.raises(ConflictError, match="being moved into this database"):
        Library.open(filled.data_dir, target)
    with create_engine(target).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM events")) == 21
    copied.clear()
    moved = move(source, target, lambda fraction, message, figures=None: copied.append(message))
    assert moved.rows["events"] == 60
    assert next(one for one in copied if one.startswith("events")) == "events: 28 of 60"
    assert moved == move_again(filled, source, target)


def move_again(filled, source, target):
    """What a second, empty database would be told."""
    engine = create_engine(target, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return move(source, target)


def test_what_is_not_empty_is_refused(filled, source, target):
    move(source, target)
    with pytest.raises(ConflictError, match="holds a library already"):
        move(source, target)
    engine = create_engine(target)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'moving'"))
        connection.execute(text("UPDATE installation SET value = 'of another' WHERE name = 'mark'"))
    with pytest.raises(ConflictError, match="Another installation was begun"):
        move(source, target)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    engine.dispose()
    with pytest.raises(ConflictError, match="tables of something else"):
        move(source, target)


def test_a_row_that_differs_is_found(source, target, monkeypatch):
    monkeypatch.setattr(moving, "_copy", spoiled(moving._copy))
    with pytest.raises(DamagedError, match="'entries' is not what is read back"):
        move(source, target)


def spoiled(copy):
    def wrong(here, there, table, progress):
        count = copy(here, there, table, progress)
        if table.name == "entries":
            with there.begin() as connection:
                connection.execute(text("UPDATE entries SET title = 'other' WHERE id = 'talks/b'"))
        return count

    return wrong


def test_a_text_that_postgresql_does_not_take_is_said(filled, source, target):
    engine = open_database(filled.data_dir)
    with engine.begin() as connection:
        connection.execute(text("UPDATE entries SET note = 'a' || char(0) || 'b' WHERE id = 'talks/b'"))
    engine.dispose()
    with pytest.raises(InputError, match="'entries' from talks/A on is not possible in PostgreSQL"):
        move(source, target)


def test_what_is_in_use_is_not_moved(filled, source, target):
    with only_server(filled.data_dir), pytest.raises(ConflictError, match="A server runs"):
        move(source, target)
    with at_work(filled.data_dir, "long"), pytest.raises(ConflictError, match="A worker uses"):
        move(source, target)


@pytest.mark.parametrize(
    ("source", "target", "error", "said"),
    [
        ("nonsense", "x", InputError, "no address of a SQLite file"),
        ("postgresql+psycopg://a@b/c", "x", InputError, "no address of a SQLite file"),
        ("sqlite:////nowhere/manycut.db", "x", NotFoundError, "There is no database"),
    ],
)
def test_wrong_addresses_are_said(source, target, error, said):
    with pytest.raises(error, match=said):
        move(source, target)


def test_only_postgresql_is_moved_to(source, tmp_path):
    with pytest.raises(InputError, match="moved to PostgreSQL"):
        move(source, f"sqlite:///{tmp_path / 'other.db'}")


def test_the_command_says_how_many_rows(filled, source, target):
    done = subprocess.run(
        [sys.executable, "app.py", "migrate", source, target], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "        60  events" in done.stdout
    assert "DATABASE_URL" in done.stdout
