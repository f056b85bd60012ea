"""Opening the database: fast, safe when several do it at once, always at the newest schema."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.errors import ConflictError, InputError
from storage.agreements import Agreements
from storage.database import FILE_NAME, HEAD, migration_config, open_database, reading, writing
from storage.jobs import Jobs
from storage.tables import AnnotatorRow, Base

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def engine(tmp_path):
    engine = open_database(tmp_path)
    yield engine
    engine.dispose()


@pytest.mark.sqlite
def test_settings_that_keep_every_acknowledged_event(engine):
    with engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert read == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_head_is_the_newest_migration():
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(migration_config()).get_current_head() == HEAD


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # of which SQLite's cannot be compared
def test_migrations_make_what_the_tables_describe(engine):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:

        def meant(thing, *_):
            return thing.info.get("only") in (None, "", connection.dialect.name)

        context = MigrationContext.configure(connection, opts={"include_object": meant})
        assert compare_metadata(context, Base.metadata) == []


@pytest.mark.sqlite
def test_downgrade_leaves_nothing_behind(engine):
    from alembic import command

    config = migration_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        left = connection.scalars(text("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")).all()
    assert left == ["alembic_version"]


@pytest.mark.sqlite
def test_jobs_of_before_are_kept_and_those_that_nobody_does_any_more_are_ended(engine, tmp_path):
    """A database as it was when another queue carried the jobs."""
    from alembic import command

    config = migration_config()
    answer = tmp_path / "answer.json"
    answer.write_text('{"figures": {"per_entry": []}}')
    old = (
        "INSERT INTO jobs (kind, args, state, progress, message, figures, result, cancel_requested, created, updated)"
        " VALUES (:kind, :args, :state, 0, '', '{}', :result, 0, '2026-01-01', '2026-01-02')"
    )
    rows = [
        ("sample", '{"entry": "talks/a"}', "done", '{"run": 3}'),
        ("train", '{"dataset": "talks"}', "running", "null"),
        ("export", "{}", "queued", "null"),
        ("reliability", '{"people": "own", "dataset": "talks"}', "done", f'{{"file": "{answer}"}}'),
        ("reliability", '{"people": "all"}', "done", '{"file": "/gone.json"}'),
    ]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0005")
        for kind, args, state, result in rows:
            connection.execute(text(old), {"kind": kind, "args": args, "state": state, "result": result})
    open_database(tmp_path).dispose()
    jobs = sorted(Jobs(engine).list(), key=lambda job: job.id)
    assert [(job.lane, job.entries, job.dataset, job.state) for job in jobs] == [
        ("quick", ["talks/a"], None, "done"),
        ("long", None, "talks", "failed"),
        ("quick", None, None, "failed"),
        ("quick", None, "talks", "done"),
        ("quick", None, None, "done"),
    ]
    assert jobs[0].result == {"run": 3}
    assert jobs[1].error["hint"] == "Start it again."
    kept = Agreements(engine).newest(people="own", dataset="talks")
    assert (kept.result, kept.computed.day) == ({"figures": {"per_entry": []}}, 2)
    assert Agreements(engine).newest(people="all") is None


@pytest.mark.sqlite
def test_opening_again_is_quick_and_needs_no_alembic(engine, tmp_path):
    code = (
        "import sys, time, pathlib; from storage.database import open_database; start = time.perf_counter();"
        f"open_database(pathlib.Path({str(tmp_path)!r}));"
        "print(time.perf_counter() - start, 'alembic' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, alembic = answer.stdout.split()
    assert alembic == "False"
    assert float(seconds) < 0.2


def test_processes_that_start_together_migrate_once(tmp_path):
    code = f"import pathlib; from storage.database import open_database; open_database(pathlib.Path({str(tmp_path)!r}))"
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [process.communicate()[1] for process in started] == [""] * 4


def test_a_newer_schema_is_refused(engine, tmp_path):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConflictError, match="newer version"):
        open_database(tmp_path)


@pytest.mark.sqlite
def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(b"certainly not a database" * 100)
    with pytest.raises(InputError, match="cannot be opened"):
        open_database(tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "postgresql+nodriver://localhost/x"])
def test_a_bad_url_is_refused(tmp_path, url):
    with pytest.raises(InputError, match="DATABASE_URL"):
        open_database(tmp_path, url)


def test_writers_wait_for_each_other_and_read_what_the_other_wrote(engine):
    """Read, then write: without the lock from the beginning, one of them would fail or overwrite."""

    def add(count):
        for _ in range(count):
            with writing(engine) as session:
                session.execute(text("UPDATE annotators SET name = CAST(name AS INTEGER) + 1"))

    with writing(engine) as session:
        session.add(AnnotatorRow(name="0", pseudonym="x"))
    threads = [threading.Thread(target=add, args=(10,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with reading(engine) as session:
        assert session.scalar(text("SELECT name FROM annotators")) == "80"


def test_writing_takes_the_lock_at_once(engine):
    order = []

    def second():
        with writing(engine):
            order.append("second")

    with writing(engine):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_an_error_rolls_everything_back(engine):
    def fail():
        with writing(engine) as session:
            session.add(AnnotatorRow(name="a", pseudonym="a"))
            session.flush()
            session.execute(text("no sql"))

    with pytest.raises(DBAPIError):
        fail()
    with reading(engine) as session:
        assert session.scalar(text("SELECT count(*) FROM annotators")) == 0
