"""The table of every address and every role, held against the application as it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from core.data import ScoreTrack
from core.labelling.events import Event
from tests.webapp.roles import NAMES, address, browsers, routes
from webapp.access import ANYBODY, LEADING, TABLE, roles_of
from webapp.server import build_app

ENTRY, OTHER, SECRET = "talks/first", "talks/second", "Secret Person"
# Answered by Gradio for as long as a page is open.
ENDLESS = {"/gradio_api/heartbeat/{session_hash}", "/gradio_api/queue/data", "/gradio_api/dev/reload"}
SIGNS_OUT = ("POST", "/api/me")  # asked with nothing
# What a request about something needs, so that there is an answer to look at.
ABOUT = {"id": ENTRY, "entry": ENTRY, "format": "json", "job": 1, "key": "x", "dataset": "talks"}
NUMBERED = ("/api/task", "/api/job", "/api/job/curves", "/api/review/task", "/api/download")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    from storage.library import Library

    with Library.open(tmp_path_factory.mktemp("walk") / "library-of-the-lab") as opened:
        yield opened


@pytest.fixture(scope="module")
def labelled(library, tmp_path_factory):
    from tests.conftest import entry_of

    video = library.data_dir / "media" / "some.mp4"
    video.parent.mkdir()
    video.write_bytes(b"\0" * 64)
    library.entries.add("talks", [entry_of(one, video=video) for one in (ENTRY, OTHER)])
    for one in (ENTRY, OTHER):
        task = library.annotations.open_task(library.annotations.get_or_create_annotator(SECRET), one)
        library.annotations.record_events(task.id, [Event("a", 0, "rate", 0, 5), Event("a", 1, "submit")])
        curves = np.random.default_rng(1).random((4, 120), np.float32)
        library.runs.add(one, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, 3, {"steps": 10}))
        library.runs.add(one, ScoreTrack(f"As {SECRET}", "personal", f"ridge: {SECRET}", "test-6", curves[:1]))
    return library


@pytest.fixture(scope="module")
def app(labelled):
    return build_app(labelled)


@pytest.fixture(scope="module")
def everybody(app, labelled):
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as alone:
        alone.post("/api/me", json={"name": "Somebody"})
        opened = {(method, path): ask(alone, method, path) for method, path in walked(app)}
    with browsers(app, labelled) as found:
        yield opened, found


def walked(app):
    return [
        (method, path)
        for method, path in dict.fromkeys(routes(app))
        if path not in ENDLESS and (method, path) != SIGNS_OUT
    ]


def ask(browser, method, path):
    query = ABOUT | ({"id": 1} if path in NUMBERED else {})
    if method == "GET":
        return browser.get(address(path), params=query)
    return browser.request(method, address(path), json={})


def test_every_route_of_the_application_has_a_line_in_the_table_and_no_line_is_about_nothing(app):
    there = set(routes(app))
    assert len(there) > 140, "Gradio's own are among them"
    assert there - set(TABLE) == set(), "say in webapp.access who may ask for these"
    assert set(TABLE) - there - {("GET", "/static/{path:path}")} == set(), "these are gone"


def gradios(answer):
    """Whether Gradio itself says no, to a file that is not there or to its own monitoring."""
    return "detail" in answer.json()


@pytest.mark.parametrize("role", ["nobody", "viewer", "annotator", "lead"])
def test_every_route_answers_every_role_as_the_table_says(app, everybody, role):
    _, found = everybody
    for method, path in dict.fromkeys(routes(app)):
        if (path in ENDLESS or (method, path) == SIGNS_OUT) and role in TABLE[method, path]:
            continue
        answer = ask(found[role], method, path)
        if role in TABLE[method, path]:
            mine = path == "/gradio_api/queue/join"  # which looks at what is called, too
            assert mine or answer.status_code != 401, (method, path)
            assert mine or answer.status_code != 403 or gradios(answer), (method, path, answer.text[:200])
        else:
            assert answer.status_code == (401 if role == "nobody" else 403), (method, path)
            assert answer.json()["error"]["message"]


def test_without_accounts_everything_is_open_as_on_a_computer_of_ones_own(everybody):
    opened, _ = everybody
    assert {answer.status_code for answer in opened.values()} & {401} == set()
    assert {key for key, answer in opened.items() if answer.status_code == 403 and not gradios(answer)} == set()


@pytest.mark.parametrize("path", ["/api/something-new", "/api/review/people/anything", "/gradio_api/new", "/media/x"])
def test_what_is_not_in_the_table_is_refused_to_all_but_leads(everybody, path):
    _, found = everybody
    assert roles_of("GET", path) == LEADING
    assert [found[role].get(path).status_code for role in ("nobody", "viewer", "annotator", "lead")] == [
        401, 403, 403, 404,
    ]  # fmt: skip


def test_the_directory_of_the_data_is_in_no_answer(app, labelled, everybody):
    opened, found = everybody
    said = str(labelled.data_dir)
    answers = list(opened.items())
    for role in ("nobody", "viewer", "annotator", "lead"):
        answers += [((method, path), ask(found[role], method, path)) for method, path in walked(app)]
    assert {key for key, answer in answers if said in answer.text or said in str(answer.headers)} == set()


def test_viewers_never_read_the_names_of_those_who_label_here(app, everybody):
    _, found = everybody
    shown = 0
    for method, path in walked(app):
        answer = ask(found["viewer"], method, path)
        shown += answer.status_code == 200
        assert SECRET not in answer.text, (method, path)
    assert shown > 20
    assert SECRET in found["lead"].get("/api/entry", params={"id": ENTRY}).text
    cut = found["viewer"].get("/api/cuts", params={"entry": ENTRY, "source": f"person:{SECRET}"})
    assert cut.status_code == 404, "not even by their name"
    assert SECRET not in cut.text.replace(f"'{SECRET}'", "")


def test_viewers_call_the_functions_of_compare_and_of_no_other_page(app, everybody):
    _, found = everybody
    numbers = app.state.for_viewers
    assert len(numbers) == 1
    call = {"data": [], "session_hash": "abc", "trigger_id": None, "event_data": None}
    for fn_index in range(30):
        answer = found["viewer"].post("/gradio_api/queue/join", json=call | {"fn_index": fn_index})
        assert answer.status_code == (200 if fn_index in numbers else 403), fn_index
    for body in (b"", b"[]", b"{", json.dumps(call).encode(), json.dumps(call | {"fn_index": True}).encode()):
        assert found["viewer"].post("/gradio_api/queue/join", content=body).status_code == 403
    padded = json.dumps(call | {"fn_index": min(numbers), "data": ["x" * 2**17]}).encode()
    assert found["viewer"].post("/gradio_api/queue/join", content=padded).status_code == 403


def test_who_opens_a_page_that_is_not_theirs_is_told_why_and_where_to_go(everybody):
    _, found = everybody
    page = {"Accept": "text/html"}
    told = found["viewer"].get("/review", headers=page)
    assert told.status_code == 403
    assert "Viewers look and change nothing" in told.text
    assert NAMES["viewer"] in told.text
    told = found["annotator"].get("/models", headers=page)
    assert told.status_code == 403
    assert 'href="/annotate"' in told.text
    assert found["annotator"].get("/", headers=page).headers["location"] == "/annotate"
    assert found["nobody"].get("/models", headers=page).headers["location"] == "/annotate"


def test_annotators_see_the_videos_of_their_own_tasks_and_of_what_could_be_handed_to_them(labelled, everybody):
    _, found = everybody
    ada = found["annotator"]
    assert [ada.get("/media", params={"id": one}).status_code for one in (ENTRY, OTHER)] == [200, 200], "free to choose"
    how = labelled.annotations.protocols.standard()
    asked = labelled.assignments.create("Round one", how, [ENTRY], 2)
    assert [ada.get("/media", params={"id": one}).status_code for one in (ENTRY, OTHER)] == [200, 403]
    assert ada.get("/thumbnails", params={"id": OTHER}).status_code == 403
    ada.post("/api/task/next")
    labelled.assignments.close(asked.id)
    labelled.assignments.create("Round two", how, [OTHER], 2)
    assert [ada.get("/media", params={"id": one}).status_code for one in (ENTRY, OTHER)] == [200, 200], (
        "begun, and asked"
    )
    assert found["viewer"].get("/media", params={"id": OTHER}).status_code == 200


def test_the_door_asks_no_database():
    assert all(roles_of(method, path) == ANYBODY for method, path in [("GET", "/healthz"), ("HEAD", "/favicon.ico")])
