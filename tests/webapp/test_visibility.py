"""Blindness, enforced by the server: what somebody may not see does not leave it, by whatever address."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from core.data import ScoreTrack
from webapp.jobs import perform
from webapp.server import build_app
from webapp.visibility import ANNOTATOR, OPEN

pytestmark = pytest.mark.filterwarnings("ignore:Duplicate Operation ID")
ENTRY, OTHER = "talks/first", "talks/second"
# The secret: a name that must not appear anywhere, and scores that must not either.
SECRET = "Secret Person"
# Routes of ours that name no entry, or that the Annotate page itself needs.
NOT_ABOUT_ONE_ENTRY = {
    "/healthz", "/favicon.ico", "/enter", "/compare", "/media", "/thumbnails", "/assets/player/{tag}/{name}",
    "/vendor/plotly.min.js", "/api/me", "/api/tasks", "/api/task", "/api/entries", "/api/picker", "/api/jobs",
    "/api/checkpoints",
}  # fmt: skip


@pytest.fixture
def app(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY), make_entry(OTHER)])
    annotations = library.annotations
    from core.labelling.events import Event

    for entry in (ENTRY, OTHER):
        task = annotations.open_task(annotations.get_or_create_annotator(SECRET), entry)
        annotations.record_events(task.id, [Event("a", 0, "rate", 0, 5), Event("a", 1, "submit")])
        curves = np.random.default_rng(1).random((4, 120), np.float32)
        library.runs.add(entry, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, 3, {"steps": 10}))
    return build_app(library)


@pytest.fixture
def judging(app):
    """A browser of somebody who judges ENTRY now."""
    with TestClient(app, follow_redirects=False) as browser:
        browser.post("/api/me", json={"name": "Ada"})
        browser.task = browser.post("/api/task", json={"entry": ENTRY}).json()["task"]
        yield browser


def our_routes(app) -> Iterator[tuple[str, str]]:
    yield from _paths(app)


def gradio_routes(app) -> Iterator[tuple[str, str]]:
    (mounted,) = [route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, FastAPI)]
    yield from _paths(mounted)


def _paths(app: FastAPI) -> Iterator[tuple[str, str]]:
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            if method in ("get", "post", "put"):
                yield method.upper(), path


def test_somebody_who_judges_a_video_gets_nothing_about_it_from_any_route(app, judging):
    tried = 0
    for method, path in our_routes(app):
        if path in NOT_ABOUT_ONE_ENTRY or path.startswith(("/api/task", "/api/review")):
            continue
        if method == "GET" and path not in ("/api/job", "/api/download"):
            answer = judging.get(path, params={"id": ENTRY, "entry": ENTRY, "format": "json"})
        elif method == "PUT":
            answer = judging.put(path, json={"entry": ENTRY})
        elif method == "POST" and not path.startswith(("/api/job", "/api/ingest", "/api/train")):
            answer = judging.post(path, json={"entry": ENTRY})
        else:
            continue
        assert answer.status_code == 403, (method, path, answer.text[:200])
        assert answer.json()["error"]["code"] == "refused"
        tried += 1
    assert tried >= 10


def test_the_same_routes_answer_about_other_videos(judging):
    assert SECRET in judging.get("/api/entry", params={"id": OTHER}).text
    assert judging.get("/api/series", params={"id": OTHER}).status_code == 200


def test_lists_hold_neither_labels_nor_scores(judging, app):
    for method, path in our_routes(app):
        if method == "GET" and path in NOT_ABOUT_ONE_ENTRY and path.startswith("/api/"):
            answer = judging.get(path, params={"id": judging.task})
            assert SECRET not in answer.text, path
            assert "0." not in re.sub(r'"(duration|disagreement|budget|watch|shots)": ?[^a-z]*', "", answer.text), path


def test_results_of_jobs_on_the_video_are_hidden_too(judging, library):
    asked = library.jobs.create_job("sample", {"entry": ENTRY, "model": "c1"})
    perform(library, asked)
    other = library.jobs.create_job("sample", {"entry": OTHER, "model": "c1"})
    assert judging.get("/api/job", params={"id": asked}).status_code == 403
    assert judging.get("/api/download", params={"job": asked}).status_code == 403
    assert judging.post("/api/job/cancel", json={"id": asked}).status_code == 403
    assert [job["id"] for job in judging.get("/api/jobs").json()["jobs"]] == [other]


@pytest.mark.parametrize(
    ("args", "status"),
    [({}, 403), ({"dataset": "talks"}, 403), ({"entry": ENTRY}, 403), ({"entry": OTHER}, 200), ({"dataset": "x"}, 404)],
)
def test_an_export_with_the_video_in_it_cannot_be_downloaded(judging, library, tmp_path, args, status):
    if status != 404:
        assert judging.post("/api/export", json=args).status_code == (202 if status == 200 else status)
    job = library.jobs.create_job("export", {**args, "out": str(tmp_path / "labels.csv"), "format": "csv"})
    perform(library, job)
    assert judging.get("/api/download", params={"job": job}).status_code == status


def test_the_picker_does_not_say_how_disputed_the_video_is(judging):
    found = {row["id"]: row["disagreement"] for row in judging.get("/api/picker").json()["entries"]}
    assert found[ENTRY] is None
    assert found[OTHER] > 0


@pytest.mark.parametrize("how", ["submit", "skip"])
def test_after_submitting_or_skipping_everything_can_be_seen(judging, how):
    events = [{"client": "a", "seq": 1, "kind": how, "at": 1, "data": {"text": "because"}}]
    assert judging.post("/api/task/events", json={"task": judging.task, "events": events}).status_code == 200
    assert SECRET in judging.get("/api/entry", params={"id": ENTRY}).text


def test_the_task_itself_tells_nothing_of_others(judging):
    shown = judging.get("/api/task", params={"id": judging.task}).text
    assert SECRET not in shown
    compared = judging.post("/api/task/compare", json={"task": judging.task})
    assert compared.status_code == 409


def test_no_page_carries_labels_in_its_configuration(judging):
    for page in ("/", "/annotate", "/review", "/models", "/library"):
        assert SECRET not in judging.get(page).text, page


@pytest.fixture
def closed(app, library):
    """Browsers of a lead and an annotator where everybody has a link."""
    lead, annotator = library.accounts.invite("Lea", "lead"), library.accounts.invite("Ada")
    with TestClient(app, follow_redirects=False) as first, TestClient(app, follow_redirects=False) as second:
        assert first.get("/enter", params={"key": lead}).headers["location"] == "/"
        assert second.get("/enter", params={"key": annotator}).headers["location"] == "/annotate"
        yield first, second


def test_an_annotator_reaches_the_annotate_page_and_nothing_else(app, closed):
    _, ada = closed
    refused = 0
    for method, path in [*our_routes(app), *gradio_routes(app)]:
        address = re.sub(r"\{[^}]*\}", "x", path)
        if any(address == one.rstrip("/") or address.startswith(one.rstrip("/") + "/") for one in OPEN + ANNOTATOR):
            continue
        answer = ada.request(method, address)
        assert answer.status_code == 403, (method, path, answer.status_code)
        refused += 1
    assert refused > 40, "Gradio's own routes are among them"


def test_what_an_annotator_may_reach_of_gradio_holds_nothing(closed):
    _, ada = closed
    assert SECRET not in ada.get("/annotate").text
    assert ada.get("/", headers={"accept": "text/html"}).headers["location"] == "/annotate"
    assert ada.get("/config").status_code == 403
    assert ada.post("/gradio_api/queue/join", json={}).status_code == 403


def test_without_a_link_nobody_gets_further_than_the_door(app, closed):
    with TestClient(app, follow_redirects=False) as stranger:
        assert stranger.get("/api/entry", params={"id": ENTRY}).status_code == 401
        assert stranger.post("/api/me", json={"name": "Lea"}).status_code == 403
        assert stranger.get("/enter", params={"key": "guess"}).headers["location"] == "/annotate?refused=1"
        assert stranger.get("/api/me").json() == stranger.get("/api/me").json() | {"annotator": None, "closed": True}


def test_a_lead_sees_everything_but_what_they_judge_themselves(closed):
    lea, _ = closed
    assert lea.get("/api/entry", params={"id": ENTRY}).status_code == 200
    lea.post("/api/task", json={"entry": ENTRY})
    assert lea.get("/api/entry", params={"id": ENTRY}).status_code == 403


def test_a_link_that_was_taken_away_closes_the_door_at_once(closed, library):
    _, ada = closed
    assert ada.get("/api/tasks").status_code == 200
    library.accounts.revoke("Ada")
    assert ada.get("/api/tasks").status_code == 401
    assert ada.get("/api/me").json()["annotator"] is None


@pytest.mark.parametrize("spelling", ["{}", " {}", "+{}", "{}.0", "0_{}"])
def test_a_job_is_the_same_job_however_its_number_is_written(judging, library, tmp_path, spelling):
    job = library.jobs.create_job("export", {"out": str(tmp_path / "labels.csv"), "format": "csv"})
    perform(library, job)
    for path, key in (("/api/download", "job"), ("/api/job", "id")):
        assert judging.get(path, params={key: spelling.format(job)}).status_code == 403
    assert judging.post("/api/job/cancel", json={"id": spelling.format(job)}).status_code == 403
    assert judging.post("/api/job/cancel", json={"id": float(job)}).status_code == 403


@pytest.mark.parametrize("number", ["\u00b2", "x", "9" * 30, "-1"])
def test_a_number_that_no_job_has_is_refused_in_a_sentence(judging, number):
    answer = judging.get("/api/job", params={"id": number})
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["message"]


def test_a_name_given_before_links_were_needed_opens_nothing(app, library):
    with TestClient(app, follow_redirects=False) as early:
        early.post("/api/me", json={"name": "Lea"})
        library.accounts.invite("Lea", "lead")
        assert early.get("/api/entry", params={"id": OTHER}).status_code == 401
        assert early.get("/api/me").json()["annotator"] is None


def test_a_link_that_was_replaced_signs_out_who_came_by_it(closed, library):
    lea, ada = closed
    library.accounts.invite("Ada")
    assert ada.get("/api/tasks").status_code == 401
    lea.post("/api/review/people/invite", json={"name": "Lea"})
    assert lea.get("/api/review/people").status_code == 200, "who replaces their own link goes on"
