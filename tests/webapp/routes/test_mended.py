"""Mending over the REST: who may, what two tabs see of each other, and handing in."""

from __future__ import annotations

import numpy as np
import pytest
from starlette.testclient import TestClient

from storage.library import Library
from tests.conftest import entry_of
from tests.webapp.roles import browsers
from webapp.server import build_rest

ENTRY, OTHER = "talks/first", "talks/second"
CURVE = np.linspace(0, 1, 120).astype(np.float32)


def made_in(folder) -> Library:
    library = Library.open(folder / "data")
    library.entries.add("talks", [entry_of(one, signals={"balanced": CURVE}) for one in (ENTRY, OTHER)])
    return library


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A browser on a computer of one's own."""
    with made_in(tmp_path_factory.mktemp("alone")) as library, TestClient(build_rest(library)) as browser:
        yield browser


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Browsers by role."""
    with made_in(tmp_path_factory.mktemp("lab")) as library:
        app = build_rest(library)
        with browsers(app, library) as everybody:
            yield everybody


def begin(browser: TestClient, **choices) -> dict:
    answer = browser.post("/api/mended", json={"entry": ENTRY} | choices)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(browser: TestClient, cut: int, *steps, after: int = 0):
    return browser.post("/api/mended/steps", json={"cut": cut, "steps": list(steps), "after": after})


def paint(seq: int, *spans, client: str = "tab") -> dict:
    return {"client": client, "seq": seq, "kind": "paint", "data": {"spans": list(spans)}}


def test_steps_of_two_tabs_come_back_to_both_and_each_is_done_once(alone):
    made = begin(alone, source="mean", keep=[[0, 24]])
    assert (made["source"], made["by"], made["kept"], made["last"]) == ("mean", None, [[0, 24]], 1)
    cut = made["id"]
    one = send(alone, cut, paint(1, [48, 72, "forbid"]), after=1).json()
    other = send(alone, cut, paint(1, [120, 132, "keep"], client="other"), after=1).json()
    assert [(step["n"], step["client"]) for step in other["steps"]] == [(2, "tab"), (3, "other")]
    assert other["steps"][0]["data"]["spans"] == [[48, 72, "forbid"]]
    again = send(alone, cut, paint(1, [48, 72, "forbid"]), after=one["last"]).json()
    assert [step["client"] for step in again["steps"]] == ["other"]
    assert (again["kept"], again["forbidden"]) == ([[0, 24], [120, 132]], [[48, 72]])
    listed = alone.get("/api/mended", params={"entry": ENTRY}).json()["cuts"]
    assert next(one for one in listed if one["id"] == cut)["segments"] == again["segments"]
    assert alone.get("/api/mended/cut", params={"id": cut, "after": 2}).json()["steps"] == again["steps"]
    cuts = alone.get("/api/cuts", params={"entry": ENTRY, "source": f"mended:{cut}"}).json()["cuts"]
    assert cuts[0]["frames"] == again["segments"]


def test_more_kept_than_the_budget_is_a_problem_that_undo_mends(alone):
    cut = begin(alone)["id"]
    told = send(alone, cut, paint(1, [0, 1440, "keep"])).json()
    assert told["problem"].startswith("What is to be kept lasts")
    assert told["segments"] == []
    told = send(alone, cut, {"client": "tab", "seq": 2, "kind": "undo"}, after=1).json()
    assert (told["problem"], told["redo_depth"]) == ("", 1)


def test_a_cut_is_renamed_removed_and_brought_back(alone):
    cut = begin(alone, source="mean")["id"]
    assert alone.post("/api/mended/rename", json={"cut": cut, "name": "Trailer"}).json()["name"] == "Trailer"
    taken = alone.post("/api/mended/rename", json={"cut": begin(alone)["id"], "name": "Trailer"})
    assert taken.status_code == 409
    assert alone.post("/api/mended/remove", json={"cut": cut}).json() == {"cut": cut}
    assert alone.get("/api/mended/cut", params={"id": cut}).status_code == 404
    assert alone.post("/api/mended/restore", json={"cut": cut}).json()["name"] == "Trailer"
    scores = alone.get("/api/mended/scores", params={"id": cut}).json()["scores"]
    assert len(scores) == 120


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (paint(1, [0, 1441, "keep"]), "of the 1440"),
        (paint(1, [0, 24, "love"]), "keep"),
        ({"client": "tab", "seq": 1, "kind": "budget", "data": {"budget": 2}}, "a share of the video"),
        ({"client": "", "seq": 1, "kind": "undo"}, "client id"),
    ],
)
def test_a_step_that_makes_no_sense_is_told_in_a_sentence(alone, step, said):
    answer = send(alone, begin(alone)["id"], step)
    assert answer.status_code in (400, 422)
    assert said in answer.json()["error"]["message"]


def test_viewers_look_and_change_nothing(found):
    cut = begin(found["lead"], source="mean", name="Trailer of Lea")["id"]
    seen = found["viewer"].get("/api/mended", params={"entry": ENTRY})
    assert cut in [one["id"] for one in seen.json()["cuts"]]
    assert "Lea" not in seen.text + found["viewer"].get("/api/mended/cut", params={"id": cut}).text
    for path, body in {
        "": {"entry": ENTRY},
        "/steps": {"cut": cut, "steps": []},
        "/rename": {"cut": cut, "name": "x"},
        "/remove": {"cut": cut},
        "/hand-in": {"cut": cut},
    }.items():
        assert found["viewer"].post(f"/api/mended{path}", json=body).status_code == 403, path


def test_annotators_have_their_own_cuts_made_from_nobodys_labels(found):
    leads = begin(found["lead"], source="mean")["id"]
    ada = found["annotator"]
    own = begin(ada, keep=[[0, 24]])
    assert (own["source"], own["by"]) == ("signal:balanced", "Ada")
    assert [one["id"] for one in ada.get("/api/mended", params={"entry": ENTRY}).json()["cuts"]] == [own["id"]]
    for path in ("cut", "scores"):
        assert ada.get(f"/api/mended/{path}", params={"id": leads}).status_code == 404
    assert send(ada, leads, paint(1, [0, 24, "keep"])).status_code == 404
    for path in ("remove", "restore", "hand-in"):
        assert ada.post(f"/api/mended/{path}", json={"cut": leads}).status_code == 404
    for source in ("mean", "person:person 0"):
        refused = ada.post("/api/mended", json={"entry": ENTRY, "source": source})
        assert refused.status_code == 400
        assert "signals alone" in refused.json()["error"]["message"]


def test_who_mended_a_cut_hands_it_in_and_nobody_else(found):
    ada, lead = found["annotator"], found["lead"]
    made = ada.post("/api/mended", json={"entry": OTHER, "forbid": [[0, 120]]}).json()
    assert lead.post("/api/mended/hand-in", json={"cut": made["id"]}).status_code == 409
    handed = ada.post("/api/mended/hand-in", json={"cut": made["id"]}).json()
    assert handed == {
        "cut": made["id"], "entry": OTHER, "task": handed["task"], "by": "Ada", "marked": len(made["segments"]),
        "left_out": 1,
    }  # fmt: skip
    assert ada.get("/api/task", params={"id": handed["task"]}).status_code == 200


def test_whoever_judges_the_video_mends_no_cut_of_it(found):
    lead = found["lead"]
    cut = begin(lead, source="mean")["id"]
    task = lead.post("/api/task", json={"entry": ENTRY}).json()["task"]
    rated = [{"client": "judging", "seq": 0, "kind": "rate", "shot": 0, "value": 1, "at": 1}]
    lead.post("/api/task/events", json={"task": task, "events": rated})
    assert send(lead, cut, paint(1, [0, 24, "keep"])).status_code == 403
    for path in ("cut", "scores"):
        assert lead.get(f"/api/mended/{path}", params={"id": cut}).status_code == 403
    done = [{"client": "judging", "seq": 1, "kind": "submit", "at": 2}]
    lead.post("/api/task/events", json={"task": task, "events": done})
    assert lead.get("/api/mended/cut", params={"id": cut}).status_code == 200
