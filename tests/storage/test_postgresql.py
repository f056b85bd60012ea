"""What is PostgreSQL's own: made from nothing, sorted as SQLite sorts, copied by its own programs, calling workers."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from core.errors import ConflictError, DamagedError, FormatError, InputError, UnavailableError
from core.labelling.events import Event
from storage import dumps
from storage.backup import MANIFEST, back_up, check_backup, restore
from storage.daily_backups import daily_backups, make_daily_backup
from storage.database import HEAD, migration_config, open_database, revision_of, writing
from storage.dumps import DUMP, one_at_a_time
from storage.job_news import JobNews
from storage.library import Library

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.sqlite  # once, and not again with --database postgresql


@pytest.fixture
def address(postgresql_server, monkeypatch):
    """Of a new database, which the environment names."""
    monkeypatch.setenv("DATABASE_URL", postgresql_server.fresh())
    yield postgresql_server.fresh
    for name in postgresql_server.names():
        postgresql_server.drop(name)


@pytest.fixture
def lived_in(address, make_entry, tmp_path):
    """A library with a label, a video, a session and a job that runs."""
    video = tmp_path / "some.mp4"
    video.write_bytes(b"a film")
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
        library.entries.store_media("talks/first", video=video)
        task = library.annotations.open_task(library.annotations.get_or_create_annotator("Ada"), "talks/first")
        library.annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "submit")])
        library.jobs.create_job("train", {"out": str(library.data_dir / "x")}, lane="long", resumable=True)
        library.jobs.claim("w")
        library.workers.beat("here/train/1", ["train"])
        library.sessions.begin("Ada")
        yield library


def test_no_question_is_compiled_which_takes_longer_than_it_does(address, tmp_path):
    engine = open_database(tmp_path)
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW jit")) == "off"
    with writing(engine) as session:
        assert session.scalar(text("SHOW jit")) == "off"
    engine.dispose()


def test_processes_that_start_together_make_all_tables_once_and_sorted_by_signs(postgresql_server, tmp_path):
    postgresql_server.admin.execute("CREATE DATABASE test_nothing")
    url = postgresql_server.url("test_nothing")
    code = f"import pathlib, storage.database as d; d.open_database(pathlib.Path({str(tmp_path)!r}), {url!r})"
    started = [subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    assert [process.communicate()[1] for process in started] == [b""] * 3
    engine = create_engine(url)
    with engine.begin() as connection:
        assert revision_of(connection) == HEAD
        words = "SELECT word FROM (VALUES ('a'), ('B'), ('é'), ('_')) AS list (word) ORDER BY word"
        assert connection.scalars(text(words)).all() == ["_", "a", "B", "é"], "the database's own order is another"
        add = "INSERT INTO installation (name, value) VALUES ('a', ''), ('B', ''), ('é', ''), ('_', '')"
        connection.execute(text(add))
        kept = connection.scalars(text("SELECT name FROM installation WHERE name <> 'mark' ORDER BY name")).all()
        assert kept == ["B", "_", "a", "é"]
    with engine.begin() as connection:
        from alembic import command

        config = migration_config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        left = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
        assert connection.scalars(text(left)).all() == ["alembic_version"]
        assert connection.scalars(text("SELECT proname FROM pg_proc WHERE proname ~ 'refuse'")).all() == []
    engine.dispose()
    postgresql_server.drop("test_nothing")


def test_a_restored_library_is_the_same(lived_in, address, tmp_path, monkeypatch):
    file, elsewhere = tmp_path / "backup.tar.gz", tmp_path / "elsewhere"
    assert back_up(lived_in.data_dir, file) >= 3
    assert check_backup(file).problems == []
    with pytest.raises(ConflictError, match="holds tables already"):
        restore(file, elsewhere)
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(FormatError, match="is of a PostgreSQL database"):
        restore(file, elsewhere)
    assert not elsewhere.exists()
    monkeypatch.setenv("DATABASE_URL", _empty(address()))
    restore(file, elsewhere)
    with Library.open(elsewhere) as again:
        assert again.entries.media("talks/first").video.read_bytes() == b"a film"
        people, before = again.people.of_entry("talks/first"), lived_in.people.of_entry("talks/first")
        assert people.scores.tobytes() == before.scores.tobytes()
        job = again.jobs.get(1)
        assert (job.state, job.args) == ("queued", {"out": str(elsewhere / "x")})
        assert again.workers.list() == []
        assert again.jobs.create_job("export", {}) == 2
    assert not list(elsewhere.rglob(f"*{DUMP}"))


def test_a_backup_that_differs_is_not_restored(lived_in, address, tmp_path, monkeypatch):
    file, spoiled = tmp_path / "backup.tar.gz", tmp_path / "spoiled.tar.gz"
    back_up(lived_in.data_dir, file)
    with tarfile.open(file) as archive, tarfile.open(spoiled, "w:gz") as other:
        for member in archive:
            content = archive.extractfile(member)
            if member.name == DUMP:
                content = _flipped(content.read())
            other.addfile(member, content)
        assert MANIFEST in archive.getnames()
    assert check_backup(spoiled).problems == [f"'{DUMP}' has other content than when it was backed up."]
    monkeypatch.setenv("DATABASE_URL", url := _empty(address()))
    with pytest.raises(FormatError, match="is damaged"):
        restore(spoiled, tmp_path / "elsewhere")
    with create_engine(url).connect() as connection:
        assert revision_of(connection) is None
    damaged = tmp_path / DUMP
    damaged.write_bytes(b"PGDMP and nothing else")
    assert dumps.dump_problems(damaged)
    with pytest.raises(DamagedError, match="was not restored"):
        dumps.restore_dump(create_engine(url).url, damaged)


def test_one_of_several_servers_makes_the_daily_backup(lived_in, monkeypatch):
    assert daily_backups(lived_in.data_dir).due
    with one_at_a_time(lived_in.data_dir, lived_in.engine.url) as alone:
        assert alone
        with pytest.raises(UnavailableError, match="another server makes it"):
            make_daily_backup(lived_in.data_dir)
    assert check_backup(make_daily_backup(lived_in.data_dir)).problems == []
    assert not daily_backups(lived_in.data_dir).due
    monkeypatch.setattr(dumps, "_program", lambda name: None)
    assert "pg_dump and pg_restore are not on this machine" in daily_backups(lived_in.data_dir).off


def test_a_worker_that_waits_is_called(lived_in):
    news, woken = JobNews(lived_in.engine), []

    def wait():
        news.wait()
        woken.append(time.monotonic())

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.3)
    assert not woken, "it looks at nothing while nobody calls"
    asked = time.monotonic()
    lived_in.jobs.create_job("export", {})
    thread.join(10)
    assert woken[0] - asked < 2.0, "sooner than it would look by itself"
    news.close()


def test_a_worker_whose_connection_broke_goes_on_listening(lived_in, postgresql_server):
    news = JobNews(lived_in.engine)
    postgresql_server.admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
    news.wait()
    news.wait()
    lived_in.jobs.create_job("export", {})
    begun = time.monotonic()
    news.wait()
    assert time.monotonic() - begun < 2.0
    news.close()


def test_a_database_that_is_away_is_a_sentence(lived_in, postgresql_server, tmp_path):
    name = lived_in.engine.url.database
    lived_in.jobs.list()
    postgresql_server.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
    postgresql_server.admin.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    with pytest.raises(UnavailableError):
        lived_in.jobs.list()
    with pytest.raises(UnavailableError):
        lived_in.jobs.create_job("export", {})
    postgresql_server.admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert len(lived_in.jobs.list()) == 1, "and everything goes on when it is back"
    with pytest.raises(InputError, match=r"postgresql\+psycopg://nobody:\*\*\*@.* cannot be opened: connection"):
        open_database(tmp_path, "postgresql+psycopg://nobody:secret@/nowhere?host=/nowhere")


def _empty(url):
    """The same database without any table."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


def _flipped(content):
    import io

    return io.BytesIO(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
