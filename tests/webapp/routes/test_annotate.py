"""The REST of the Annotate page: what is handed out, training, comparing after submitting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from core.labelling.protocols import CONTINUOUS, SHOT_RATINGS
from webapp.server import build_rest

FIRST, SECOND, PRACTICE = "talks/first", "talks/second", "talks/practice"


@pytest.fixture
def shelf(library, make_entry, tmp_path):
    video = tmp_path / "some.mp4"
    video.write_bytes(b"")
    library.entries.add("talks", [make_entry(one, video=video) for one in (FIRST, SECOND, PRACTICE)])
    return library


@pytest.fixture
def ada(shelf):
    with TestClient(build_rest(shelf)) as browser:
        browser.post("/api/me", json={"name": "Ada"})
        yield browser


def does(browser, task, *events):
    listed = [{"client": "tab", "at": seq, **event, "seq": seq} for seq, event in enumerate(events, start=1)]
    return browser.post("/api/task/events", json={"task": task, "events": listed})


RATED = ({"kind": "rate", "shot": 0, "value": 5}, {"kind": "rate", "shot": 1, "value": 1})


def test_without_an_assignment_every_video_can_be_chosen_under_any_protocol(ada):
    queue = ada.get("/api/tasks", params={"protocol": "keyshots"}).json()
    assert (queue["assigned"], len(queue["tasks"])) == (False, 3)
    assert {row["kind"] for row in queue["tasks"]} == {"keyshots"}
    task = ada.post("/api/task", json={"entry": FIRST, "protocol": "keyshots"}).json()["task"]
    shown = ada.get("/api/task", params={"id": task}).json()
    assert (shown["protocol"]["kind"], shown["protocol"]["budget"], shown["practice"]) == (
        "keyshots", [0.05, 0.15], False,
    )  # fmt: skip
    ratings = ada.get("/api/tasks").json()["tasks"]
    assert [(row["kind"], row["state"]) for row in ratings if row["task"]] == [("keyshots", "open")]
    assert ada.get("/api/tasks", params={"protocol": "dance"}).status_code == 404


def test_a_removed_video_leaves_the_queue(ada, shelf):
    ada.post("/api/task", json={"entry": FIRST})
    shelf.entries.remove(FIRST)
    assert FIRST not in [row["entry"] for row in ada.get("/api/tasks").json()["tasks"]]


def test_videos_are_handed_out_after_the_training_round(ada, shelf):
    shelf.assignments.create(
        "Talks", shelf.annotations.protocols.standard(), [FIRST, SECOND], people=1, practice=PRACTICE
    )
    queue = ada.get("/api/tasks").json()
    assert (queue["assigned"], queue["tasks"], queue["waiting"]) == (True, [], 2)
    (training,) = queue["training"]
    assert ada.post("/api/task", json={"entry": FIRST}).status_code == 409
    assert ada.post("/api/task/next").status_code == 409
    practice = ada.post("/api/task/train", json={"assignment": training["assignment"]}).json()["task"]
    assert ada.get("/api/task", params={"id": practice}).json()["practice"] is True
    assert does(ada, practice, *RATED, {"kind": "submit"}).status_code == 200
    assert ada.get("/api/tasks").json()["training"] == []
    task = ada.post("/api/task/next").json()["task"]
    assert ada.get("/api/task", params={"id": task}).json()["entry"]["id"] == FIRST
    assert ada.post("/api/task", json={"entry": FIRST}).json()["task"] == task
    does(ada, task, {"kind": "submit"})
    does(ada, ada.post("/api/task/next").json()["task"], {"kind": "submit"})
    assert ada.post("/api/task/next").json() == {"task": None}
    assert ada.post("/api/task/train", json={"assignment": 99}).status_code == 404


@pytest.mark.parametrize(("counted", "told"), [(1, (1, True)), (2, (2, False)), (3, (2, False))])
def test_videos_that_wait_are_counted_up_to_a_number_and_more_are_told(ada, shelf, monkeypatch, counted, told):
    monkeypatch.setattr("webapp.views.task.COUNTED", counted)
    shelf.assignments.create("Talks", shelf.annotations.protocols.standard(), [FIRST, SECOND], people=1)
    queue = ada.get("/api/tasks").json()
    assert (queue["waiting"], queue["more"]) == told


def test_how_one_compares_is_shown_after_submitting_where_the_lead_allows_it(ada, shelf):
    how = shelf.annotations.protocols.save("shown", replace(SHOT_RATINGS, reveal=True))
    person = shelf.annotations.get_or_create_annotator("Ada")
    task = shelf.annotations.open_task(person, FIRST, how).id
    does(ada, task, *RATED)
    early = ada.post("/api/task/compare", json={"task": task})
    assert early.status_code == 409
    assert "Submit first" in early.json()["error"]["message"]
    does(ada, task, *RATED, {"kind": "submit"})
    compared = ada.post("/api/task/compare", json={"task": task}).json()
    assert compared["others"] == 3
    assert len(compared["mine"]) == len(compared["mean"]) == len(compared["seconds"]) == 120
    assert compared["mine"][-1] is None
    assert -1 <= compared["with_mean"]["kendall"] <= 1
    again = does(ada, task, *RATED, {"kind": "submit"}, {"kind": "reopen"})
    assert again.status_code == 409
    assert ada.post("/api/task/compare", json={"task": task}).status_code == 200, "it can be looked at again"


def test_a_comparison_waits_until_no_other_task_on_the_video_is_being_judged(ada, shelf):
    how = shelf.annotations.protocols.save("shown", replace(SHOT_RATINGS, reveal=True))
    person = shelf.annotations.get_or_create_annotator("Ada")
    task = shelf.annotations.open_task(person, FIRST, how).id
    does(ada, task, *RATED, {"kind": "submit"})
    also = shelf.annotations.open_task(person, FIRST, shelf.annotations.protocols.save("also", CONTINUOUS)).id
    assert does(ada, also, {"kind": "trace", "shot": 0, "data": {"samples": [[0.0, 0.5]]}}).status_code == 200
    assert ada.post("/api/task/compare", json={"task": task}).status_code == 409


def test_nothing_is_compared_where_the_protocol_does_not_say_so(ada):
    task = ada.post("/api/task", json={"entry": FIRST}).json()["task"]
    does(ada, task, *RATED, {"kind": "submit"})
    assert ada.post("/api/task/compare", json={"task": task}).status_code == 409


def test_whoever_comes_twice_still_has_one_task(ada):
    tasks = {ada.post("/api/task", json={"entry": FIRST}).json()["task"] for _ in range(3)}
    assert len(tasks) == 1


def test_what_leads_decide_is_not_told_to_the_annotator(ada, shelf):
    task = ada.post("/api/task", json={"entry": FIRST}).json()["task"]
    does(ada, task, *RATED, {"kind": "submit"})
    shelf.annotations.decide(task, "exclude", "Lea", "did not watch")
    shelf.annotations.decide(task, "reopen", "Lea", "the last shots")
    told = ada.get("/api/task", params={"id": task})
    assert "did not watch" not in told.text
    assert "Lea" not in told.text
    assert (told.json()["events"][-1]["kind"], told.json()["events"][-1]["data"]) == (
        "reopen",
        {"text": "the last shots"},
    )
