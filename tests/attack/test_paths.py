"""Nobody who opens a page names a place on the server: files by names inside the import folder, models by their own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from core.captions.chat_client import ChatClient
from core.captions.chat_server import ChatServer
from core.errors import InputError, ManycutError, NotFoundError
from storage.library import Library
from verbs.caption import CaptionRequest
from verbs.judge import JudgeRequest
from verbs.sample import SampleRequest
from webapp.import_folder import named_files, offered
from webapp.jobs import enqueue
from webapp.server import build_rest

OUTSIDE = (
    "/etc/passwd",
    "/etc",
    "../secret.mp4",
    "trip/../../secret.mp4",
    "..",
    "~/film.mp4",
    "~root",
    "..\\secret.mp4",
    "C:\\film.mp4",
    "file:///etc/passwd",
    "http://127.0.0.1/film.mp4",
    "link.mp4",
    "linked",
    "linked/secret.mp4",
    "",
    "film\0.mp4",
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """With an import folder that holds a file, a folder, and links to a file and a folder elsewhere."""
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "data" / "import"
    elsewhere.mkdir()
    (elsewhere / "secret.mp4").write_bytes(b"secret")
    (folder / "trip").mkdir(parents=True)
    (tmp_path / "data" / "secret.mp4").write_bytes(b"secret")
    (folder / "trip" / "film.mp4").write_bytes(b"film")
    (folder / "link.mp4").symlink_to(elsewhere / "secret.mp4")
    (folder / "linked").symlink_to(elsewhere)
    with Library.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def browser(library: Library) -> Iterator[TestClient]:
    with TestClient(build_rest(library)) as client:
        yield client


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize(("route", "field"), [("/api/ingest", "path"), ("/api/doctor", "originals")])
def test_no_name_leads_out_of_the_import_folder(library, browser, route, field, name):
    answer = browser.post(route, json={field: [name]})
    assert answer.status_code == 400, answer.text
    assert str(library.data_dir) not in answer.text
    assert library.jobs.list() == []


def test_what_lies_in_the_import_folder_is_offered_and_taken_in(library, browser):
    assert offered(library.data_dir) == ["trip"]
    for name in ("trip", "trip/film.mp4"):
        assert browser.post("/api/ingest", json={"path": name}).status_code == 202
    folder = (library.data_dir / "import").resolve()
    asked = sorted(job.args["path"][0] for job in library.jobs.list())
    assert asked == [str(folder / "trip"), str(folder / "trip" / "film.mp4")]


def test_what_is_not_there_and_what_is_elsewhere_are_answered_alike(browser):
    there, absent = (browser.post("/api/ingest", json={"path": path}).json() for path in ("/etc", "/nothing/at/all"))
    assert there["error"]["message"].replace("/etc", "") == absent["error"]["message"].replace("/nothing/at/all", "")


def test_a_folder_with_a_link_out_is_not_walked(library):
    os.symlink("/etc/hostname", library.data_dir / "import" / "trip" / "host.mp4")
    with pytest.raises(InputError, match="is a link to another place"):
        named_files(library.data_dir, ["trip"])
    with pytest.raises(InputError, match="is a link to another place"):
        named_files(library.data_dir, ["."])


def test_the_import_folder_is_configured(library, tmp_path, monkeypatch):
    monkeypatch.setenv("MANYCUT_IMPORT", str(tmp_path / "elsewhere"))
    assert offered(library.data_dir) == ["secret.mp4"]
    with pytest.raises(NotFoundError, match="in the import folder"):
        named_files(library.data_dir, ["trip"])


def test_a_folder_is_no_checkpoint_and_no_language_model_of_a_page(library, browser, tmp_path):
    for place in (str(tmp_path), "/nothing/at/all", "../elsewhere", "core", "~"):
        with pytest.raises(NotFoundError, match="There is no checkpoint"):
            enqueue(library, SampleRequest(entry="demo/x", checkpoint=place))
        for route, more in (("measure", {"dataset": "demo"}), ("report", {})):
            answer = browser.post(f"/api/models/{route}", json={"checkpoint": place, **more})
            assert answer.status_code == 404, (route, answer.text)
        for request in (CaptionRequest(entry="x", captioner=place), JudgeRequest(entry="x", judge=place)):
            with pytest.raises(InputError, match="never a folder"):
                enqueue(library, request)
    assert library.jobs.list() == []


def test_a_key_goes_to_no_other_origin_through_a_redirect():
    asked: list[tuple[str, str | None]] = []

    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(("other", self.headers.get("Authorization")))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    class Sender(Other):
        def do_GET(self) -> None:
            asked.append(("sender", self.headers.get("Authorization")))
            self.send_response(307)
            self.send_header("Location", f"http://localhost:{other.server_port}/v1/models")
            self.end_headers()

    other, sender = (ThreadingHTTPServer(("127.0.0.1", 0), kind) for kind in (Other, Sender))
    for one in (other, sender):
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
    try:
        with pytest.raises(ManycutError, match="send us on to another address"):
            ChatClient(ChatServer(f"http://127.0.0.1:{sender.server_port}/v1", key="s3cret"))
    finally:
        for one in (other, sender):
            one.shutdown()
            one.server_close()
    assert asked == [("sender", "Bearer s3cret")]
