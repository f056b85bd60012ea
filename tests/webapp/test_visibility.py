"""Blindness, enforced by the server: what somebody may not see does not leave it, by whatever address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.routing import RouteContext
from starlette.routing import Mount
from starlette.testclient import TestClient

from core.data import ScoreTrack
from core.labelling.events import Event
from storage.library import Library
from tests.conftest import entry_of
from tests.webapp.routes_of import our_routes
from verbs.export import ExportRequest
from verbs.sample import SampleRequest
from webapp import visibility
from webapp.access import roles_of
from webapp.jobs import enqueue, perform
from webapp.server import build_app, build_rest

ENTRY, OTHER = "talks/first", "talks/second"
# The secret: a name that must not appear anywhere, and scores that must not either.
SECRET = "Secret Person"
# Routes of ours that show nothing of a video but what is in the file, or nothing of anybody else's labels.
SHOWS_NOTHING = {
    "/healthz", "/favicon.ico", "/enter", "/compare", "/api/docs", "/vendor/plotly.min.js",
    "/assets/player/{tag}/{name:path}",
    "/api/me", "/api/entries", "/api/checkpoints", "/api/checkpoint/curves", "/api/ingest",
    "/api/library/adding", "/api/library/preview", "/api/library/import", "/api/sending",  # what was sent, and settings
    "/api/tasks", "/api/task/next", "/api/task/train",  # a person's own
    "/api/review/board", "/api/review/pace", "/api/review/filters",  # how many labels, never which
    "/api/review/damage",  # whose labels cannot be read
    "/api/review/assignments", "/api/review/assignments/close", "/api/review/people", "/api/review/people/invite",
    "/api/review/people/role", "/api/review/people/revoke", "/api/review/people/forget", "/api/people/key.csv",
    "/api/review/people/token", "/api/review/people/token/end", "/api/review/people/tokens",
    "/api/review/join",
    "/api/library/shelf", "/api/library/trash", "/api/library/trash/empty", "/api/library/rename", "/api/library/note",
    "/api/library/tag", "/api/library/collect", "/api/library/remove", "/api/library/restore",  # names and order
    "/api/preferences/studies", "/api/preferences/studies/close",  # how many pairs and votes
    "/api/preferences/figures",  # what wins over all videos
    "/api/models/rename", "/api/models/promote", "/api/models/remove", "/api/models/restore",
    "/api/models/measure", "/api/models/pretrain", "/api/models/import",
    "/api/models/splits", "/api/models/splits/make",  # how many videos
    "/api/models/training", "/api/models/plan", "/api/models/report",  # models, without what they reach
}  # fmt: skip


@pytest.fixture
def labelled(library):
    return fill(library)


def fill(library):
    library.entries.add("talks", [entry_of(ENTRY), entry_of(OTHER)])
    annotations = library.annotations
    for entry in (ENTRY, OTHER):
        task = annotations.open_task(annotations.get_or_create_annotator(SECRET), entry)
        annotations.record_events(task.id, [Event("a", 0, "rate", 0, 5), Event("a", 1, "submit")])
        curves = np.random.default_rng(1).random((4, 120), np.float32)
        library.runs.add(entry, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, 3, {"steps": 10}))
    return library


@pytest.fixture
def app(labelled):
    """Without pages, which take most of the time that it takes to make an application."""
    return build_rest(labelled)


@pytest.fixture
def whole(labelled):
    return build_app(labelled)


@pytest.fixture
def judging(app):
    """A browser of somebody who judges ENTRY now."""
    with TestClient(app, follow_redirects=False) as browser:
        judge(browser)
        yield browser


@pytest.fixture(scope="module")
def only_asking(tmp_path_factory):
    """The same, for tests that change nothing."""
    opened = fill(Library.open(tmp_path_factory.mktemp("asked") / "data"))
    with opened, TestClient(build_rest(opened), follow_redirects=False) as browser:
        judge(browser)
        yield browser


def judge(browser: TestClient) -> None:
    browser.post("/api/me", json={"name": "Ada"})
    browser.task = browser.post("/api/task", json={"entry": ENTRY}).json()["task"]
    rated = [{"client": "judging", "seq": 0, "kind": "rate", "shot": 0, "value": 1, "at": 1}]
    assert browser.post("/api/task/events", json={"task": browser.task, "events": rated}).status_code == 200


def addresses(app) -> Iterator[tuple[str, str]]:
    """Of our routes and of Gradio's."""
    yield from _paths(app)
    (mounted,) = [route.app for route in app.routes if isinstance(route, Mount) and isinstance(route.app, FastAPI)]
    yield from _paths(mounted)


def _paths(app: FastAPI) -> Iterator[tuple[str, str]]:
    for path, methods in app.openapi()["paths"].items():
        for method in methods:
            if method in ("get", "post", "put"):
                yield method.upper(), path


def checks(route: RouteContext) -> bool:
    """Whether a route takes something from `webapp.visibility` that was checked there, and not the library alone."""
    alone = (visibility.library_of, visibility.library_as_seen)
    return any(one.__module__ == visibility.__name__ and one not in alone for one in taken(route.dependant))


def taken(dependant):
    """What a route takes, and what that takes."""
    for one in dependant.dependencies:
        yield one.call
        yield from taken(one)


def test_a_route_about_a_video_declares_what_it_shows(app):
    unchecked = {(route.path, *route.methods) for route in our_routes(app) if not checks(route)}
    assert {path for path, *_ in unchecked} - {"/api/task"} == SHOWS_NOTHING
    assert [methods for path, *methods in unchecked if path == "/api/task"] == [["POST"]], "begins a task of one's own"


# One request for each route that names a video.
ABOUT_ONE_ENTRY = [
    ("GET", "/api/entry", {"id": ENTRY}),
    ("GET", "/api/series", {"id": ENTRY}),
    ("GET", "/api/news", {"id": ENTRY}),
    ("GET", "/api/numbers", {"id": ENTRY}),
    ("GET", "/api/cuts", {"entry": ENTRY}),
    ("GET", "/api/mended", {"entry": ENTRY}),
    ("POST", "/api/mended", {"entry": ENTRY, "source": "mean"}),
    ("POST", "/api/preferences/pairs", {"entry": ENTRY, "a": "mean", "b": "run:1:0"}),
    ("GET", "/api/cutlist", {"entry": ENTRY, "format": "json"}),
    ("GET", "/api/cutlist/notes", {"entry": ENTRY}),
    ("GET", "/api/review/agreement", {"entry": ENTRY}),
    ("POST", "/api/review/agreement", {"entry": ENTRY}),
    ("POST", "/api/review/want", {"assignment": 1, "entry": ENTRY, "people": 2}),
    ("GET", "/api/library/runs", {"id": [1, 2]}),
    ("POST", "/api/sample", {"entry": ENTRY}),
    ("POST", "/api/doctor", {"entry": ENTRY}),
    ("GET", "/api/persons", {"id": ENTRY}),
    ("POST", "/api/personal", {"entry": ENTRY, "person": SECRET}),
    ("POST", "/api/train", {"dataset": "talks", "entry": ENTRY}),
    ("POST", "/api/export", {"entry": ENTRY}),
    ("POST", "/api/export", {"entries": [OTHER, ENTRY]}),
    ("POST", "/api/export", {"entry": OTHER, "entries": [ENTRY]}),
    ("POST", "/api/export", {"dataset": "talks"}),
    ("POST", "/api/export", {}),
    ("POST", "/api/render", {"entry": ENTRY}),
    ("PUT", "/api/captions", {"entry": ENTRY, "pick": 0, "text": "A dog"}),
    ("PUT", "/api/transcript", {"entry": ENTRY, "text": ""}),
    ("POST", "/api/query", {"entry": ENTRY, "query": "a dog"}),
    ("POST", "/api/transcribe", {"entry": ENTRY}),
    ("GET", "/api/chapters", {"entry": ENTRY}),
]


@pytest.mark.parametrize(("method", "path", "asked"), ABOUT_ONE_ENTRY)
def test_somebody_who_judges_a_video_gets_nothing_about_it_from_any_route(only_asking, method, path, asked):
    answer = only_asking.request(method, path, **{"params" if method == "GET" else "json": asked})
    assert answer.status_code == 403, answer.text[:200]
    assert answer.json()["error"]["code"] == "refused"


def test_every_route_that_names_a_video_is_tried(app):
    tried = {path for _, path, _ in ABOUT_ONE_ENTRY}
    by_task_or_job = {
        "/api/job", "/api/job/cancel", "/api/job/curves", "/api/job/priority",
        "/api/download", "/api/review/task", "/api/review/decide"
    }  # fmt: skip
    by_cut = {
        "/api/mended/cut", "/api/mended/scores", "/api/mended/steps", "/api/mended/rename", "/api/mended/remove",
        "/api/mended/restore", "/api/mended/hand-in",
    }  # fmt: skip
    own = {"/api/task", "/api/task/events", "/api/task/compare", "/media", "/thumbnails"}
    by_pair = {"/api/preferences/study", "/api/preferences/vote"}
    lists = {"/api/preferences/votes", "/api/preferences/export"}  # without those on it
    lists |= {"/api/jobs", "/api/picker", "/api/review/trail", "/api/review/disputed"}
    lists |= {"/api/library/entry", "/api/library/ids"}  # without what models said
    lists |= {"/api/models/card", "/api/models", "/api/models/leaderboard", "/api/models/compare"}
    ours = {route.path for route in our_routes(app)}
    assert ours - SHOWS_NOTHING == tried | by_task_or_job | by_cut | by_pair | own | lists


def test_nobodys_labels_of_a_video_that_is_being_judged_become_a_model(judging, labelled):
    said = judging.get("/api/persons", params={"id": OTHER}).json()["persons"]
    assert SECRET not in [person["name"] for person in said], "all that they labelled beside is being judged"
    job = judging.post("/api/personal", json={"entry": OTHER, "person": SECRET}).json()["job"]
    assert labelled.jobs.get(job).args["without"] == [ENTRY]
    perform(labelled, job)
    assert "has labelled nothing but" in labelled.jobs.get(job).error["message"]


def test_the_same_routes_answer_about_other_videos(only_asking):
    assert SECRET in only_asking.get("/api/entry", params={"id": OTHER}).text
    assert only_asking.get("/api/series", params={"id": OTHER}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/entries", "/api/picker", "/api/jobs", "/api/checkpoints", "/api/tasks", "/api/task", "/api/me"]
)
def test_lists_hold_neither_labels_nor_scores(only_asking, path):
    answer = only_asking.get(path, params={"id": only_asking.task})
    assert answer.status_code == 200
    assert SECRET not in answer.text
    text = re.sub(r"T\d\d:\d\d:\d\d\.\d+Z", "", answer.text)  # times of day, some of which end in 0 seconds
    assert "0." not in re.sub(r'"(duration|disagreement|budget|watch|shots)": ?[^a-z]*', "", text)


def test_results_of_jobs_on_the_video_are_hidden_too(judging, library):
    asked = enqueue(library, SampleRequest(entry=ENTRY, checkpoint="c1"))
    perform(library, asked)
    other = enqueue(library, SampleRequest(entry=OTHER, checkpoint="c1"))
    assert judging.get("/api/job", params={"id": asked}).status_code == 403
    assert judging.get("/api/download", params={"job": asked}).status_code == 403
    assert judging.post("/api/job/cancel", json={"id": asked}).status_code == 403
    assert judging.get("/api/job/curves", params={"id": asked}).status_code == 403
    assert judging.post("/api/job/priority", json={"id": asked, "priority": "first"}).status_code == 403
    assert [job["id"] for job in judging.get("/api/jobs").json()["jobs"]] == [other]


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ({}, 403),
        ({"dataset": "talks"}, 403),
        ({"entry": ENTRY}, 403),
        ({"entry": OTHER}, 200),
        ({"dataset": "x"}, 404),
        ({"entries": (OTHER, ENTRY)}, 403),
        ({"entry": OTHER, "entries": (ENTRY,)}, 403),
        ({"entries": (OTHER,)}, 200),
    ],
)
def test_an_export_with_the_video_in_it_cannot_be_downloaded(judging, library, tmp_path, args, status):
    if status != 404:
        assert judging.post("/api/export", json=args).status_code == (202 if status == 200 else status)
    job = enqueue(library, ExportRequest(**args, out=tmp_path / "labels.csv", format="csv"))
    perform(library, job)
    assert judging.get("/api/download", params={"job": job}).status_code == status


def test_the_picker_does_not_say_how_disputed_the_video_is(only_asking):
    found = {row["id"]: row["disagreement"] for row in only_asking.get("/api/picker").json()["entries"]}
    assert found[ENTRY] is None
    assert found[OTHER] > 0


@pytest.mark.parametrize("sort", ["disagreement", "-disagreement"])
def test_where_the_video_stands_among_the_disputed_ones_is_not_told(only_asking, sort):
    answer = only_asking.get("/api/picker", params={"sort": sort, "place_of": ENTRY}).json()
    assert [row["id"] for row in answer["entries"]] == [OTHER, ENTRY], "as one of which nothing is known"
    assert answer["place"] == 1


@pytest.mark.parametrize("disputed", ["most", "least"])
def test_the_video_is_neither_among_the_most_nor_among_the_least_disputed(only_asking, disputed):
    answer = only_asking.get("/api/picker", params={"disputed": disputed, "place_of": ENTRY}).json()
    assert [row["id"] for row in answer["entries"]] == [OTHER]
    assert (answer["total"], answer["place"]) == (1, None)


def test_what_leads_decided_about_the_labels_of_the_video_is_not_told(judging, library):
    for (
        task,
        _,
    ) in ((1, ENTRY), (2, OTHER)):
        library.annotations.decide(task, "exclude", "Lea", "always five")
    assert [row["entry"] for row in judging.get("/api/review/trail").json()["decisions"]] == [OTHER]
    assert judging.get("/api/review/task", params={"id": 1}).status_code == 403
    decided = judging.post("/api/review/decide", json={"task": 1, "kind": "restore", "reason": "x"})
    assert decided.status_code == 403


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


def test_no_page_carries_labels_in_its_configuration(whole):
    with TestClient(whole, follow_redirects=False) as judging:
        judge(judging)
        for page in ("/", "/annotate", "/review", "/models", "/library"):
            answer = judging.get(page)
            assert answer.status_code == 200
            assert SECRET not in answer.text, page


@pytest.fixture
def closed(app, library):
    """Browsers of a lead and an annotator where everybody has a link."""
    with signed_in(app, library) as both:
        yield both


@contextmanager
def signed_in(app: FastAPI, library: Library) -> Iterator[tuple[TestClient, TestClient]]:
    lead, annotator = library.accounts.invite("Lea", "lead"), library.accounts.invite("Ada")
    with TestClient(app, follow_redirects=False) as first, TestClient(app, follow_redirects=False) as second:
        assert first.get("/enter", params={"key": lead}).headers["location"] == "/"
        assert second.get("/enter", params={"key": annotator}).headers["location"] == "/annotate"
        yield first, second


def test_an_annotator_reaches_the_annotate_page_and_nothing_else(whole, library):
    refused = 0
    with signed_in(whole, library) as (_, ada):
        for method, path in addresses(whole):
            address = re.sub(r"\{[^}]*\}", "x", path)
            if "annotator" in roles_of(method, address):
                continue
            answer = ada.request(method, address)
            assert answer.status_code == 403, (method, path, answer.status_code)
            refused += 1
    assert refused > 40, "Gradio's own routes are among them"


def test_what_an_annotator_may_reach_of_gradio_holds_nothing(whole, library):
    with signed_in(whole, library) as (_, ada):
        shown = ada.get("/annotate")
        assert shown.status_code == 200
        assert SECRET not in shown.text
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
    judge(lea)
    assert lea.get("/api/entry", params={"id": ENTRY}).status_code == 403


def test_a_link_that_was_taken_away_closes_the_door_at_once(closed, library):
    _, ada = closed
    assert ada.get("/api/tasks").status_code == 200
    library.accounts.revoke("Ada")
    assert ada.get("/api/tasks").status_code == 401
    assert ada.get("/api/me").json()["annotator"] is None


@pytest.mark.parametrize("spelling", ["{}", " {}", "+{}", "{}.0", "0_{}"])
def test_a_job_is_the_same_job_however_its_number_is_written(judging, library, tmp_path, spelling):
    job = enqueue(library, ExportRequest(out=tmp_path / "labels.csv", format="csv"))
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
