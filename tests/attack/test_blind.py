"""Looking at what others say and judging afterwards: closed while judging, and recorded where it came before."""

from __future__ import annotations

import numpy as np
import pytest
from starlette.testclient import TestClient

from core.data import ScoreTrack
from core.errors import InputError
from core.labelling.events import Event
from storage.export import export_labels
from storage.formats.labels_csv import read_labels_csv
from tests.webapp.test_visibility import ABOUT_ONE_ENTRY
from webapp.server import build_rest

ENTRY, EMPTY = "talks/first", "talks/second"
LOOKS = [one for one in ABOUT_ONE_ENTRY if one[0] == "GET"]


@pytest.fixture
def ada(library, make_entry):
    """A browser of somebody who has opened a video that somebody else has judged, and has not labelled it."""
    library.entries.add("talks", [make_entry(ENTRY), make_entry(EMPTY)])
    task = library.annotations.open_task(library.annotations.get_or_create_annotator("Ben"), ENTRY)
    library.annotations.record_events(task.id, [Event("a", 0, "rate", 0, 5), Event("a", 1, "submit")])
    with TestClient(build_rest(library), follow_redirects=False) as browser:
        browser.post("/api/me", json={"name": "Ada"})
        browser.task = browser.post("/api/task", json={"entry": ENTRY}).json()["task"]
        yield browser


def send(browser, kind, seq, task=None, **more):
    event = {"client": "tab", "seq": seq, "kind": kind, "at": 1, **more}
    return browser.post("/api/task/events", json={"task": task or browser.task, "events": [event]})


def rate(browser, seq, task=None):
    return send(browser, "rate", seq, task, shot=0, value=2)


def kinds(library, task):
    return [event.kind for event in library.annotations.events(task)]


def test_opening_a_video_hides_nothing_and_the_first_label_hides_everything(ada, library):
    assert ada.get("/api/entry", params={"id": EMPTY}).status_code == 200
    empty = ada.post("/api/task", json={"entry": EMPTY}).json()["task"]
    assert ada.get("/api/entry", params={"id": EMPTY}).status_code == 200
    assert rate(ada, 0, empty).status_code == 200
    refused = ada.get("/api/entry", params={"id": EMPTY})
    assert refused.status_code == 403
    assert refused.json()["error"]["task"] == empty
    assert kinds(library, empty) == ["seen", "rate"], "the people of its dataset were seen"


@pytest.mark.parametrize(("method", "path", "asked"), LOOKS)
def test_while_judging_no_route_answers_and_the_refusal_names_the_task(ada, library, method, path, asked):
    for checkpoint in ("c1", "c2"):
        library.runs.add(ENTRY, ScoreTrack("Theirs", "mlp", checkpoint, "test-6", np.zeros((1, 120), np.float32)))
    rate(ada, 0)
    answer = ada.get(path, params=asked)
    assert (answer.status_code, answer.json()["error"]["task"]) == (403, ada.task)
    assert ada.get("/api/review/task", params={"id": 1}).status_code == 403


@pytest.mark.parametrize("how", ["skip", "submit"])
def test_who_looks_after_skipping_or_submitting_and_then_judges_is_recorded(ada, library, tmp_path, how):
    rate(ada, 0)
    send(ada, how, 1, data={"text": "tired"})
    assert kinds(library, ada.task) == ["rate", how]
    assert "Ben" in ada.get("/api/entry", params={"id": ENTRY}).text
    assert send(ada, "reopen", 2).status_code == 200
    rate(ada, 3)
    send(ada, "submit", 4)
    assert kinds(library, ada.task) == ["rate", how, "reopen", "seen", "rate", "submit"]
    rows = [row for row in ada.get("/api/review/board").json()["tasks"] if row[2] == ada.task]
    assert rows[0][-1] is True
    steps = ada.get("/api/review/task", params={"id": ada.task}).json()["trail"]
    assert "seen" in [step["kind"] for step in steps]
    export_labels(library, tmp_path / "labels.csv", format="csv")
    mine = library.annotations.annotator("Ada").pseudonym
    assert {run.seen_before for run in read_labels_csv(tmp_path / "labels.csv") if run.annotator == mine} == {True}
    assert {run.seen_before for run in read_labels_csv(tmp_path / "labels.csv") if run.annotator != mine} == {False}


@pytest.mark.parametrize(("method", "path", "asked"), [*LOOKS, ("GET", "/api/review/task", {"id": 1})])
def test_a_look_before_the_first_label_is_recorded_by_whatever_route(ada, library, method, path, asked):
    if ada.get(path, params=asked).status_code == 200:
        rate(ada, 0)
        assert kinds(library, ada.task) == ["seen", "rate"]


def test_who_judges_blind_and_looks_afterwards_is_not_recorded(ada, library):
    rate(ada, 0)
    send(ada, "submit", 1)
    assert ada.get("/api/entry", params={"id": ENTRY}).status_code == 200
    assert kinds(library, ada.task) == ["rate", "submit"]
    assert not library.annotations.task(ada.task).seen


def test_nobody_writes_or_prevents_the_note_of_the_server(ada, library):
    for event in ({"client": "server", "seq": 2, "kind": "note"}, {"client": "x", "seq": 2, "kind": "seen"}):
        answer = ada.post("/api/task/events", json={"task": ada.task, "events": [{"at": 1, **event}]})
        assert answer.status_code == 400
    with pytest.raises(InputError):
        library.annotations.record_events(ada.task, [Event("server", 2, "note")])
