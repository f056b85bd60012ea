"""Files that come piece by piece: each at its offset, after broken connections, within everybody's share."""

from __future__ import annotations

import asyncio
import random

import pytest
from starlette.testclient import TestClient

from core.errors import NotFoundError
from storage.sent_files import SentFiles, plain_name
from storage.tidying import tidy
from webapp.border import Border
from webapp.hosts import names_of
from webapp.server import build_rest

MB = 2**20
FILM = random.Random(1).randbytes(3 * MB + 12345)


@pytest.fixture
def behind(library):
    """Asks a library's server that stands behind a border, from an address."""
    apps = {}

    def browser(client="127.0.0.1", exposure="loopback"):
        if exposure not in apps:
            border = Border(names_of("127.0.0.1"), ("127.0.0.1",), exposure, "", library.data_dir)
            apps[exposure] = border.around(build_rest(library, public=exposure == "demo"))
        return TestClient(apps[exposure], base_url="http://localhost", client=(client, 50_000))

    return browser


@pytest.fixture
def ada(behind):
    return behind()


def begun(browser, size=len(FILM), name="film.mp4", kind="video"):
    answer = browser.post("/api/sending", json={"name": name, "size": size, "kind": kind})
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def send(browser, id, offset, piece):
    return browser.put("/api/sending", params={"id": id, "offset": offset}, content=piece)


def said(answer):
    return answer.status_code, answer.json()["error"]["message"]


def where(library):
    (sent,) = SentFiles(library.data_dir).every()
    return sent.path


def test_a_file_arrives_in_pieces_and_is_taken_in_when_it_is_whole(library, ada):
    id = begun(ada)
    for start in range(0, len(FILM), MB):
        early = ada.post("/api/ingest", json={"sent": [id]})
        assert said(early) == (409, f"Only {start} of the {len(FILM)} bytes of 'film.mp4' are here.")
        assert send(ada, id, start, FILM[start : start + MB]).json()["here"] == min(start + MB, len(FILM))
    assert ada.get("/api/sending", params={"id": id}).json()["here"] == len(FILM)
    assert where(library).read_bytes() == FILM
    assert ada.post("/api/ingest", json={"sent": [id], "space": "colour-motion-v1"}).status_code == 202
    (job,) = library.jobs.list()
    assert (job.args["path"], job.args["remove"]) == ([str(where(library))], True)


@pytest.mark.parametrize("offset", [0, MB - 1, MB + 1, 2 * MB])
def test_a_piece_elsewhere_is_refused_and_told_where_to_go_on(library, ada, offset):
    id = begun(ada)
    send(ada, id, 0, FILM[:MB])
    refused = send(ada, id, offset, b"x" * 100)
    assert said(refused) == (409, f"{MB} bytes of this file are here.")
    assert refused.headers["upload-offset"] == str(MB)
    assert where(library).read_bytes() == FILM[:MB]


def test_what_came_before_a_cut_in_the_middle_of_a_piece_stays(library, behind):
    ada = behind()
    id = begun(ada)
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PUT", "path": "/api/sending",
        "raw_path": b"/api/sending", "root_path": "", "scheme": "http", "query_string": f"id={id}&offset=0".encode(),
        "headers": [(b"host", b"localhost"), (b"content-length", str(2 * MB).encode())],
        "client": ("127.0.0.1", 50_000), "server": ("localhost", 80), "state": {},
    }  # fmt: skip
    cut = MB + 777
    coming = [{"type": "http.request", "body": FILM[:MB], "more_body": True}]
    coming += [{"type": "http.request", "body": FILM[MB:cut], "more_body": True}, {"type": "http.disconnect"}]

    async def receive():
        return coming.pop(0) if len(coming) > 1 else coming[0]

    async def nobody_listens(message):
        pass

    asyncio.run(ada.app(scope, receive, nobody_listens))
    assert ada.get("/api/sending", params={"id": id}).json()["here"] == cut
    assert send(ada, id, cut, FILM[cut:]).json()["here"] == len(FILM)
    assert where(library).read_bytes() == FILM


def test_two_tabs_that_send_the_same_file_do_not_mix_it_up(library, behind):
    first, second = behind(), behind()
    id = begun(first)
    files = SentFiles(library.data_dir)
    sent = files.get(id, "address 127.0.0.1")
    send(first, id, 0, FILM[:MB])
    assert send(second, id, 0, FILM[:MB]).status_code == 409
    assert send(second, id, MB, FILM[MB : 2 * MB]).status_code == 200
    assert send(first, id, MB, FILM[MB : 2 * MB]).status_code == 409
    with pytest.raises(Exception, match="bytes of this file are here"):  # while the other wrote
        files.append(sent, MB, FILM[MB : MB + 5])
    assert send(first, id, 2 * MB, FILM[2 * MB :]).json()["here"] == len(FILM)
    assert where(library).read_bytes() == FILM


def test_more_than_was_said_is_refused(library, ada):
    id = begun(ada, size=100)
    refused = send(ada, id, 0, b"x" * 101)
    assert said(refused) == (400, "'film.mp4' was to have 100 bytes, and more come.")
    assert where(library).read_bytes() == b""


def test_a_piece_and_a_file_may_be_so_large(ada, monkeypatch):
    monkeypatch.setenv("MANYCUT_PIECE_MB", "1")
    monkeypatch.setenv("MANYCUT_VIDEOS_MB", "3")
    monkeypatch.setenv("MANYCUT_UPLOAD_MB", "2")
    ask = lambda size, kind: ada.post("/api/sending", json={"name": "a.mp4", "size": size, "kind": kind})  # noqa: E731
    assert said(ask(3 * MB + 1, "video")) == (400, "A video of more than 3 MB is not taken in here.")
    assert said(ask(2 * MB + 1, "data")) == (400, "A file of this kind of more than 2 MB is not taken in here.")
    assert said(ask(0, "video")) == (400, "'a.mp4' is empty.")
    id = begun(ada, 3 * MB)
    assert said(send(ada, id, 0, FILM[: MB + 1])) == (413, "More than 1 MB is not taken in here.")
    assert send(ada, id, 0, FILM[:MB]).status_code == 200


def test_where_the_disk_is_full_nothing_begins_and_nothing_goes_on(library, ada, monkeypatch):
    free = {"free": 1024 * MB + 5 * MB}
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), free)())
    first = begun(ada, 3 * MB)
    refused = ada.post("/api/sending", json={"name": "b.mp4", "size": 3 * MB, "kind": "video"})
    assert said(refused) == (507, "There is no room on the server's disk for this file."), "the first still comes"
    free["free"] = 1024 * MB
    assert send(ada, first, 0, FILM[:MB]).status_code == 507
    free["free"] = 1030 * MB
    assert send(ada, first, 0, FILM[:MB]).json()["here"] == MB


def test_only_who_began_it_goes_on_with_it(behind):
    ada, ben = behind(), behind("192.0.2.1")
    id = begun(ada)
    for answer in (
        ben.get("/api/sending", params={"id": id}),
        send(ben, id, 0, b"x"),
        ben.delete("/api/sending", params={"id": id}),
        ben.post("/api/ingest", json={"sent": [id]}),
        ben.post("/api/library/preview", json={"sent": id}),
        ben.post("/api/library/import", json={"sent": id}),
        ada.get("/api/sending", params={"id": "../../etc"}),
    ):
        assert said(answer) == (404, "There is no such file that you began to send.")
    assert ada.get("/api/sending", params={"id": id}).json()["here"] == 0


def test_people_are_told_apart_by_their_names(behind):
    ada, ben = behind(), behind()
    ada.post("/api/me", json={"name": "Ada"})
    ben.post("/api/me", json={"name": "Ben"})
    id = begun(ada)
    assert ben.get("/api/sending", params={"id": id}).status_code == 404
    assert ada.get("/api/sending", params={"id": id}).status_code == 200


def test_everybody_has_a_share(behind, monkeypatch):
    monkeypatch.setenv("MANYCUT_SENT_FILES", "2")
    monkeypatch.setenv("MANYCUT_SENT_MB", "4")
    ada, ben = behind(), behind("192.0.2.1")
    first = begun(ada)
    refused = ada.post("/api/sending", json={"name": "b.mp4", "size": MB, "kind": "video"})
    assert said(refused) == (429, "Files of yours take 4 MB together, and no more.")
    begun(ada, 10)
    third = ada.post("/api/sending", json={"name": "c.mp4", "size": 10, "kind": "video"})
    assert said(third) == (429, "2 files of yours are being sent or wait already.")
    begun(ben)
    assert ada.delete("/api/sending", params={"id": first}).json() == {"id": first}
    begun(ada)


def test_a_public_demo_takes_less_and_reads_no_files_of_its_server(library, behind, monkeypatch):
    monkeypatch.setenv("MANYCUT_DEMO_UPLOAD_MB_PER_VISITOR", "2")
    visitor = behind(exposure="demo")
    large = visitor.post("/api/sending", json={"name": "b.mp4", "size": 2 * MB + 1, "kind": "video"})
    assert said(large) == (400, "A video of more than 2 MB is not taken in here.")
    id = begun(visitor, 2 * MB - 10_000)
    assert send(visitor, id, 0, FILM[: 2 * MB - 10_000]).status_code == 200
    assert visitor.post("/api/ingest", json={"sent": [id]}).status_code == 202
    replacing = visitor.post("/api/library/import", json={"sent": id, "replace": True})
    assert said(replacing) == (403, "Nobody replaces what others made in a public demo.")
    staying = visitor.post("/api/library/import", json={"sent": id, "features_stay": True})
    assert said(staying) == (422, "There is nothing called 'features_stay' to be asked for.")
    second = begun(visitor, MB)
    assert said(send(visitor, second, 0, FILM[:MB]))[0] == 429
    (library.data_dir / "import").mkdir()
    assert said(visitor.post("/api/ingest", json={"path": ["x.mp4"]})) == (
        403, "A public demo reads no files of its server.",
    )  # fmt: skip


def test_files_of_the_import_folder_are_never_asked_for_together_with_sent_ones(ada):
    for body in ({}, {"sent": ["a" * 32], "path": ["film.mp4"]}):
        status, message = said(ada.post("/api/ingest", json=body))
        assert (status, message.split(":")[0]) == (422, "Name files of the import folder, or files that were sent")
    assert ada.post("/api/ingest", json={"sent": ["a" * 32], "remove": True}).status_code == 422


def test_what_nobody_goes_on_with_is_removed_after_some_days(library, ada, monkeypatch):
    id = begun(ada)
    send(ada, id, 0, FILM[:MB])
    path = where(library)
    tidy(library)
    assert path.exists()
    later = path.stat().st_mtime + 3 * 86_400
    monkeypatch.setattr("time.time", lambda: later)
    tidy(library)
    assert not path.parent.exists()
    with pytest.raises(NotFoundError):
        SentFiles(library.data_dir).get(id, "address 127.0.0.1")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Mein Film.mp4", "Mein Film.mp4"),
        ("../../etc/passwd", "passwd"),
        ("C:\\films\\a?.mp4", "a-.mp4"),
        (".hidden.mov", "hidden.mov"),
        ("a\0b\nc.mp4", "abc.mp4"),
        ("..", "file"),
        ("Z\u0308urich.mp4", "Z\u0308urich.mp4"),
        ("\u00fc" * 300 + ".mp4", "\u00fc" * 98 + ".mp4"),
    ],
)
def test_names_lead_nowhere_and_fit_every_disk(given, kept):
    assert plain_name(given) == kept
