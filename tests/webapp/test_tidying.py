"""The server's hourly look, what it says of it, and what becomes of links to files that are gone."""

from __future__ import annotations

import logging
import os
import time
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from core.errors import UnavailableError
from storage.database import writing
from storage.tables import EntryRow, JobRow, now
from verbs.export import ExportRequest
from webapp import tidying
from webapp.jobs import enqueue, perform
from webapp.server import build_rest

DAY = 86_400


@pytest.fixture
def exported(library, make_entry):
    library.entries.add("talks", [make_entry()])
    out = library.data_dir / "exports" / "0123" / "talks-labels.h5"
    job = enqueue(library, ExportRequest(dataset="talks", out=out))
    perform(library, job)
    assert out.is_file()
    return job, out


def ended(library, job, days):
    with writing(library.engine) as session:
        session.execute(update(JobRow).where(JobRow.id == job).values(updated=now() - timedelta(days=days)))


def wait_until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_link_to_a_file_that_is_there_answers_it_and_nothing_is_said_of_it(library, exported):
    job, out = exported
    with TestClient(build_rest(library)) as browser:
        assert browser.get(f"/api/download?job={job}").content == out.read_bytes()
        assert browser.get(f"/api/job?id={job}").json()["gone"] == ""


def test_a_link_to_a_file_that_was_removed_by_age_says_so(library, exported):
    job, out = exported
    out.unlink()
    ended(library, job, 30.1)
    with TestClient(build_rest(library)) as browser:
        answer = browser.get(f"/api/download?job={job}")
        told = browser.get("/api/jobs").json()["jobs"][0]["gone"]
    assert answer.status_code == 410
    assert answer.json()["error"] == {
        "code": "removed",
        "message": f"The file of export {job} was removed after 30 days.",
        "hint": "Make the export again.",
    }
    assert told == f"The file of export {job} was removed after 30 days. Make the export again."


def test_a_link_to_a_file_that_went_earlier_says_what_is_kept(library, exported):
    job, out = exported
    out.unlink()
    with TestClient(build_rest(library)) as browser:
        answer = browser.get(f"/api/download?job={job}&manifest=true")
        assert answer.status_code == 200, "what is in it is still known"
        answer = browser.get(f"/api/download?job={job}")
    assert answer.status_code == 410
    assert "is kept for 30 days, and together with others up to 20 GB" in answer.json()["error"]["message"]
    assert str(library.data_dir) not in answer.text


def test_jobs_without_a_file_say_nothing_of_one(library, make_entry):
    library.entries.add("talks", [make_entry()])
    waiting = enqueue(library, ExportRequest(dataset="talks", out=library.data_dir / "exports" / "x" / "y.h5"))
    with TestClient(build_rest(library)) as browser:
        assert browser.get(f"/api/job?id={waiting}").json()["gone"] == ""
        assert browser.get(f"/api/download?job={waiting}").status_code == 404


def test_a_server_removes_at_its_start_and_again_later_and_says_it_in_one_line(library, exported, caplog):
    _, out = exported
    for path in (*out.parent.iterdir(), out.parent):
        os.utime(path, (time.time() - 31 * DAY,) * 2)
    with caplog.at_level(logging.INFO, "manycut.tidying"), tidying.kept_tidy(library, every=0.05):
        wait_until(lambda: not out.parent.exists())
        later = library.data_dir / "renders" / "cut.mp4"
        later.parent.mkdir()
        later.write_bytes(b"x")
        os.utime(later, (time.time() - 31 * DAY,) * 2)
        wait_until(lambda: not later.exists())
    assert len(caplog.messages) == 2
    assert caplog.messages[1].startswith("Removed 0.0 MB (renders: 1): renders and exports are kept for 30 days")


def test_a_database_that_is_away_is_waited_for(library, monkeypatch, caplog):
    seen = []

    def refuse(library):
        seen.append(1)
        raise UnavailableError("The database is locked.")

    monkeypatch.setattr(tidying, "tidy", refuse)
    with tidying.kept_tidy(library, every=0.02):
        wait_until(lambda: len(seen) > 2)
    assert "What is not kept any longer was not removed: The database is locked." in caplog.messages


def test_the_log_of_the_workers_is_kept_short_while_they_hold_it_open(library, monkeypatch):
    from webapp import workers as keeper

    monkeypatch.setenv("MANYCUT_LOG_MB", "1")
    monkeypatch.setattr(keeper, "LOG_LOOK_S", 0.05)
    log = library.data_dir / keeper.LOG
    old = log.with_name(f"{keeper.LOG}.1")
    log.write_bytes(b"of long ago\n" * 200_000)
    with keeper.workers(library):
        wait_until(old.exists)
        wait_until(lambda: log.stat().st_size < 2**20)
        with log.open("ab") as other:
            other.write(b"of now\n" * 200_000)
        wait_until(log.with_name(f"{keeper.LOG}.2").exists)
    assert max(one.stat().st_size for one in log.parent.glob(f"{keeper.LOG}*")) <= 1.5 * 2**20


def test_what_was_removed_goes_when_its_time_in_the_trash_is_over(library, make_entry, monkeypatch):
    monkeypatch.setenv("MANYCUT_TRASH_DAYS", "7")
    library.entries.add("talks", [make_entry("talks/first"), make_entry("talks/second")])
    library.entries.remove("talks/first")
    library.entries.remove("talks/second")
    with writing(library.engine) as session:
        week = update(EntryRow).where(EntryRow.id == "talks/first")
        session.execute(week.values(removed=now() - timedelta(days=7.1)))
    with tidying.kept_tidy(library):
        wait_until(lambda: len(library.trash.list()) == 1)
    assert [one.id for one in library.trash.list()] == ["talks/second"]
