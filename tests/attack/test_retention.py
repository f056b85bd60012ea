"""A real server that people fill up: what is old goes at its start, what is needed stays, and links say what went."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from storage.library import Library
from tests.conftest import entry_of
from verbs.export import ExportRequest
from verbs.ingest import IngestRequest
from webapp.jobs import enqueue, perform

pytestmark = pytest.mark.slow
DAY = 86_400


def aged(path: Path, days: float) -> Path:
    """A file, and what it lies in, as if written some days ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"x" * 1000)
    for one in (path, path.parent):
        os.utime(one, (time.time() - days * DAY,) * 2)
    return path


@pytest.fixture(scope="module")
def filled(start, tmp_path_factory):
    """A server over a library in which files of every kind were left, with a folder of its own for the system's."""
    folder = tmp_path_factory.mktemp("filled")
    data, system = folder / "data", folder / "system"
    system.mkdir()
    with Library.open(data) as library:
        library.entries.add("talks", [entry_of()])
        exports = []
        for name in ("old", "young"):
            out = data / "exports" / name / "talks-labels.h5"
            exports.append(enqueue(library, ExportRequest(dataset="talks", out=out)))
            perform(library, exports[-1])
        for one in (data / "exports" / "old").iterdir():
            aged(one, 8)
        aged(data / "renders" / "old.mp4", 8)
        aged(data / "uploads" / "old.upload", 3)
        waiting = aged(data / "uploads" / "0123" / "film.mp4", 9)
        enqueue(library, IngestRequest.of(path=[str(waiting)]))
        precious = aged(folder / "elsewhere" / "film.mp4", 99)
        (data / "renders" / "link.mp4").symlink_to(precious)
        aged(system / "gradio" / ("a1" * 32) / "film.mp4", 99)
    server = start(data_dir=data, environment={"TMPDIR": str(system), "MANYCUT_KEEP_DAYS": "7"})
    deadline = time.monotonic() + 30
    while "manycut.tidying" not in server.said():
        assert time.monotonic() < deadline, server.said()
        time.sleep(0.1)
    return server, exports, system


def test_what_is_old_is_gone_at_the_start_and_one_line_says_so(filled):
    server, _, _ = filled
    data = server.data_dir
    assert not any((data / one).exists() for one in ("renders/old.mp4", "exports/old", "uploads/old.upload"))
    (line,) = [line for line in server.said().splitlines() if "manycut.tidying" in line]
    assert "exports: 1, renders: 1, uploads: 1" in line
    assert "kept for 7 days, uploads for 2, together 20 GB" in line
    assert str(data) not in line


def test_what_is_needed_linked_or_somebody_elses_stays(filled):
    server, _, system = filled
    data = server.data_dir
    assert (data / "exports" / "young" / "talks-labels.h5").is_file()
    assert (data / "uploads" / "0123" / "film.mp4").is_file(), "a job waited for it"
    assert (data.parent / "elsewhere" / "film.mp4").is_file()
    assert (data / "renders" / "link.mp4").is_symlink()
    assert (system / "gradio" / ("a1" * 32) / "film.mp4").is_file(), "another application's"


def test_a_link_to_a_removed_file_says_so(filled):
    server, (old, young), _ = filled
    with server.visitor() as visitor:
        assert visitor.get(f"/api/download?job={young}").status_code == 200
        answer = visitor.get(f"/api/download?job={old}")
    assert answer.status_code == 410
    assert answer.json()["error"]["code"] == "removed"
    assert "is kept for 7 days" in answer.json()["error"]["message"]
    assert str(server.data_dir) not in answer.text


def test_uploads_to_pages_lie_in_a_folder_of_the_servers_own_that_says_nothing_of_its_data(filled):
    server, _, system = filled
    with server.visitor() as visitor:
        answer = visitor.post("/gradio_api/upload", files={"files": ("film.mp4", b"film")})
    (path,) = map(Path, answer.json())
    (own,) = [one for one in system.iterdir() if one.name.startswith("manycut-") and path.is_relative_to(one)]
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert str(server.data_dir) not in answer.text
    assert path.read_bytes() == b"film"
