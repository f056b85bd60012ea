"""Real faults under a server that goes on: a lock held by another process, a full disk, damaged pages."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn

from core.errors import DamagedError
from core.labelling.events import Event
from storage.accounts import hashed
from storage.database import FILE_NAME
from storage.integrity import damage, whole
from storage.library import Library
from tests.faults import held_by_another_process
from webapp.health import Watch
from webapp.server import build_rest
from webapp.serving import PATIENCE_S
from webapp.sessions import COOKIE


@contextmanager
def serving(data_dir: Path, clean: bool = True) -> Iterator[tuple[str, Library, Watch]]:
    """The REST as it is served, without pages and workers."""
    with Library.open(data_dir, patience=PATIENCE_S) as library, Watch(library, clean=clean, every=0.2) as watch:
        server = uvicorn.Server(uvicorn.Config(build_rest(library, watch), port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}", library, watch
        finally:
            server.should_exit = True
            thread.join()


def rating(client: httpx.Client, task: int, seq: int, value: int = 5) -> httpx.Response:
    event = {"client": "tab", "seq": seq, "kind": "rate", "shot": 0, "value": value, "t": None, "at": 1, "data": None}
    return client.post("/api/task/events", json={"task": task, "events": [event]})


@contextmanager
def signed_in(url: str, name: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60, headers={"Origin": url}) as client:
        client.post("/api/me", json={"name": name}).raise_for_status()
        yield client


def begun(client: httpx.Client, entry: str) -> int:
    return client.post("/api/task", json={"entry": entry}).raise_for_status().json()["task"]


def health(client: httpx.Client, what: str | None, saving: bool = True, seconds: float = 10.0) -> dict:
    """The health once it says what is wrong and whether changes are saved nevertheless, or that nothing is wrong."""
    end = time.monotonic() + seconds
    while True:
        found = client.get("/healthz").json()
        if (what is None and found["status"] == "ok") or (what, saving) in [
            (one["what"], one["saving"]) for one in found["troubles"]
        ]:
            return found
        assert time.monotonic() < end, found
        time.sleep(0.05)


def test_while_another_process_holds_the_lock_writes_are_refused_soon_and_reading_goes_on(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
    with serving(tmp_path / "data") as (url, library, _), signed_in(url, "Ada") as ada:
        task = begun(ada, "talks/first")
        assert rating(ada, task, 1).status_code == 200
        with held_by_another_process(library.data_dir), ThreadPoolExecutor(60) as people:
            begin = time.monotonic()
            # More than there are threads to answer in, and connections to the database.
            writes = [people.submit(rating, ada, task, seq) for seq in range(2, 62)]
            time.sleep(0.8)
            slowest = 0.0
            for path in ("/healthz", f"/api/task?id={task}", "/healthz", "/api/tasks"):
                asked = time.monotonic()
                assert ada.get(path).status_code == 200
                slowest = max(slowest, time.monotonic() - asked)
            answers = [write.result() for write in writes]
            took = time.monotonic() - begin
            assert health(ada, "unwritable", saving=False)["status"] == "degraded"
        assert slowest < 1.0
        assert took < 2 * PATIENCE_S + 2
        assert {answer.status_code for answer in answers} == {503}
        assert all(answer.headers["Retry-After"] == "5" for answer in answers)
        error = answers[0].json()["error"]
        assert (error["code"], error["message"]) == (
            "unavailable",
            "Another program is writing the database, and does not come to an end.",
        )
        health(ada, None)
        assert all(rating(ada, task, seq).status_code == 200 for seq in range(2, 62)), "they are sent once more"
        assert len(library.annotations.events(task)) == 61


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 MB, made by the system."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("needs to be allowed to mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"\0" * 4096)


def test_on_a_full_disk_nothing_is_half_written_and_work_goes_on_when_there_is_room(small_disk, make_entry):
    with Library.open(small_disk / "data") as library:
        library.entries.add("talks", [make_entry()])
    with serving(small_disk / "data") as (url, library, _), signed_in(url, "Ada") as ada:
        task = begun(ada, "talks/first")
        filler = small_disk / "filler"
        fill(filler)
        acknowledged, refused = [], None
        for seq in range(1, 400):  # what SQLite's log still has room for
            answer = rating(ada, task, seq)
            if answer.status_code != 200:
                refused = answer
                break
            acknowledged.append(seq)
        assert refused is not None
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
        assert "no room left" in refused.json()["error"]["message"].lower()
        assert ada.get(f"/api/task?id={task}").status_code == 200
        assert health(ada, "unwritable", saving=False)["status"] == "degraded"
        health(ada, "disk", saving=False)
        upload = ada.post("/api/review/join", content=b"x" * 2**20)
        assert (upload.status_code, upload.json()["error"]["code"]) == (503, "unavailable")
        filler.unlink()
        health(ada, None)
        assert rating(ada, task, 500).status_code == 200
        assert [one.seq for one in library.annotations.events(task)] == [*acknowledged, 500]


def test_on_a_disk_that_has_become_read_only_the_library_can_be_looked_at(small_disk, make_entry):
    with Library.open(small_disk / "data") as library:
        library.entries.add("talks", [make_entry()])
        task = library.annotations.open_task(library.annotations.get_or_create_annotator("Ada"), "talks/first").id
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with serving(small_disk / "data") as (url, _, _), signed_in(url, "Ada") as ada:
        assert ada.get(f"/api/task?id={task}").status_code == 200
        refused = rating(ada, task, 1)
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
        assert health(ada, "unwritable", saving=False)["status"] == "degraded"


def test_a_database_that_was_taken_away_is_said(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
    with serving(tmp_path / "data") as (url, _, _), httpx.Client(base_url=url) as client:
        health(client, None)
        (tmp_path / "data" / FILE_NAME).rename(tmp_path / "data" / "elsewhere.db")
        health(client, "unwritable", saving=False)
        (tmp_path / "data" / "elsewhere.db").rename(tmp_path / "data" / FILE_NAME)
        health(client, None)


def page_of(file: Path, task: int) -> int:
    """A page in the middle of a task's events; nothing else lies on it."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages: dict[int, set[int]] = {}
        # Every event of a task has its number in its text, which is found in the page that holds it.
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = file.read_bytes()
    for number in range(len(content) // size):
        page = content[number * size : (number + 1) * size]
        owners = {one for one in (1, 2) if f"note-of-task-{one}-".encode() in page}
        if page[0] == 13 and owners:  # a leaf of a table
            pages[number] = owners
    return next(number for number, owners in pages.items() if owners == {task})


@pytest.fixture
def damaged(tmp_path: Path, make_entry) -> Path:
    """A library of two tasks; a page of the first one's events is overwritten."""
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry(), make_entry("talks/second")])
        annotations = library.annotations
        for entry in ("talks/first", "talks/second"):
            task = annotations.open_task(annotations.get_or_create_annotator("Ada"), entry)
            for seq in range(60):
                note = {"text": f"note-of-task-{task.id}-{seq} " + "x" * 200}
                annotations.record_events(task.id, [Event("tab", seq, "note", 0, data=note)])
    file = tmp_path / "data" / FILE_NAME
    page = page_of(file, 1)
    with file.open("r+b") as opened:
        opened.seek(page * 4096)
        opened.write(os.urandom(4096))
    return tmp_path / "data"


def test_a_damaged_page_is_found_and_concerns_only_what_lies_on_it(damaged):
    assert whole(damaged / FILE_NAME)
    with Library.open(damaged) as library:
        assert list(damage(library.engine, ["damaged"]).tasks) == [1]
        with pytest.raises(DamagedError):
            library.annotations.events(1)
    with serving(damaged, clean=False) as (url, library, _), signed_in(url, "Ada") as ada:
        found = health(ada, "damaged")
        assert found["status"] == "degraded"
        answer = ada.get("/api/task?id=1")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "damaged")
        assert ada.get("/api/task?id=2").status_code == 200
        assert rating(ada, 2, 1000).status_code == 200
        said = ada.get("/api/review/damage").json()
        assert said["damaged"]
        assert said["tasks"] == [{"task": 1, "entry": "talks/first", "person": "Ada"}]


def test_a_large_database_is_looked_through_while_people_work(damaged, monkeypatch):
    monkeypatch.setattr("webapp.health.AT_ONCE", 0)
    go_on = threading.Event()
    monkeypatch.setattr("webapp.health.whole", lambda file: go_on.wait(20) and whole(file))
    with serving(damaged, clean=False) as (url, _, _), signed_in(url, "Ada") as ada:
        assert health(ada, None)["status"] == "ok"
        assert rating(ada, 2, 1000).status_code == 200
        go_on.set()
        health(ada, "damaged")


def test_damage_that_somebody_meets_is_looked_for_also_after_a_clean_stop(damaged):
    with serving(damaged) as (url, _, watch), signed_in(url, "Ada") as ada:
        health(ada, None)
        assert ada.get("/api/task?id=1").status_code == 503
        health(ada, "damaged")
        assert list(watch.damage.tasks) == [1]


def test_a_database_that_cannot_be_read_is_not_ready(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
    with serving(tmp_path / "data") as (url, library, _), httpx.Client(base_url=url) as client:
        health(client, None)
        library.engine.dispose()
        (tmp_path / "data" / FILE_NAME).write_bytes(b"something else " * 1000)
        assert health(client, "unreadable", saving=False)["status"] == "not ready"
        assert client.get("/healthz").status_code == 503


def test_a_worker_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr("webapp.health.STARTING_S", 0.0)
    with Library.open(tmp_path / "data") as library:
        watch = Watch(library, ("quick", "long"))
        watch.look()
        assert [one.what for one in watch.health.troubles] == ["worker", "worker"]
        assert (watch.health.status, watch.health.troubles[0].saving) == ("degraded", True)


def overwrite_root(data_dir: Path, table: str) -> None:
    """Damages the page that every way into a table goes through."""
    with closing(sqlite3.connect(data_dir / FILE_NAME)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    with (data_dir / FILE_NAME).open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(os.urandom(4096))


def test_what_the_gate_meets_is_said_as_well(tmp_path, make_entry):
    """It stands in front of what answers errors, and asks the database who may come in."""
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
        token = library.sessions.begin("Ada", hashed(library.accounts.invite("Ada", "lead")))
    overwrite_root(tmp_path / "data", "annotators")
    with serving(tmp_path / "data") as (url, _, _), httpx.Client(base_url=url, cookies={COOKIE: token}) as client:
        answer = client.get("/api/review/board")
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "damaged")
        assert client.get("/healthz").status_code == 200
        health(client, "damaged")


def test_a_library_is_opened_although_what_is_counted_then_cannot_be_read(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry()])
    overwrite_root(tmp_path / "data", "entries")
    with serving(tmp_path / "data", clean=False) as (url, _, _), httpx.Client(base_url=url) as client:
        health(client, "damaged")
        assert client.get("/api/entries").status_code == 503
        assert client.get("/api/review/damage").json()["damaged"]
