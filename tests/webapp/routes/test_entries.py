"""The REST over a real library: what the player and the annotator rely on."""

from __future__ import annotations

import numpy as np
import pytest
from safetensors.numpy import load
from starlette.testclient import TestClient

from core.data import ScoreTrack
from webapp.server import build_rest

ENTRY = "talks/first"


@pytest.fixture
def client(library, make_entry):
    """A browser without a name, on a library of one entry with three people and two runs."""
    entry = make_entry(ENTRY)
    library.entries.add("talks", [entry])
    curves = np.random.default_rng(1).random((len(entry.picks), 4), np.float32).T
    library.runs.add(ENTRY, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, 3, {"steps": 10}))
    library.runs.add(ENTRY, ScoreTrack("LLMVS head", "llmvs", "c2", "words", curves[:1]))
    with TestClient(build_rest(library)) as browser:
        yield browser


@pytest.fixture
def annotator(client):
    client.post("/api/me", json={"name": "Ada"})
    return client


def rate(seq, shot, value, client="tab-1"):
    return {"client": client, "seq": seq, "kind": "rate", "shot": shot, "value": value, "t": 2.0 * shot, "at": seq}


def test_health_is_answered_to_get_and_head(client):
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.head("/healthz").status_code == 200


def test_entries_can_be_searched(client):
    assert [row["id"] for row in client.get("/api/entries").json()["entries"]] == [ENTRY]
    assert client.get("/api/entries", params={"search": "nowhere"}).json()["entries"] == []


def test_entries_come_in_pages_where_one_is_asked_for(client):
    assert len(client.get("/api/entries", params={"limit": 1}).json()["entries"]) == 1
    assert client.get("/api/entries", params={"limit": 1, "offset": 1}).json()["entries"] == []
    assert client.get("/api/entries", params={"limit": 0}).status_code == 422


def test_an_entry_names_its_rows_and_says_why_others_are_missing(client):
    entry = client.get("/api/entry", params={"id": ENTRY}).json()
    assert (entry["fps"], entry["n_frames"], entry["picks"]) == ("24/1", 1440, 120)
    assert entry["video"] is None
    assert "without its video" in entry["video_reason"]
    people, samples, curve = entry["rows"]
    assert people["names"] == ["person 0", "person 1", "person 2"]
    assert sorted(person for camp in people["camps"] for person in camp["people"]) == [0, 1, 2]
    assert all(0 <= camp["from"] < camp["to"] <= 60 for camp in people["camps"])
    assert 0 < people["divided"] <= 1
    assert (samples["kind"], samples["n"], samples["seed"], samples["settings"]) == ("samples", 4, 3, {"steps": 10})
    assert (curve["kind"], curve["model"]) == ("curve", "LLMVS head")
    first = entry["shots"][0]
    assert (first["name"], first["bounds"][0]) == ("kts", [0, 120, 0.0, 5.0])


def test_an_entry_without_runs_says_what_is_missing(client, library, make_entry):
    library.entries.add("talks", [make_entry("talks/second", people=0)])
    rows = client.get("/api/entry", params={"id": "talks/second"}).json()["rows"]
    assert rows[0]["why_empty"] == "Nobody has judged this entry yet."
    assert {row["model_kind"] for row in rows if row["kind"] == "missing"} == {"summdiff", "llmvs"}
    assert all(row["reason"] for row in rows if row["kind"] == "missing")


def test_series_carry_the_arrays_of_all_rows(client, library):
    arrays = load(client.get("/api/series", params={"id": ENTRY}).content)
    assert arrays["people"].shape == (3, 120)
    np.testing.assert_allclose(arrays["times"], np.arange(120) / 2)
    for run in library.runs.of_entry(ENTRY):
        np.testing.assert_array_equal(arrays[f"run:{run.id}"], run.track.scores)


def test_numbers_put_each_model_into_the_human_band(client):
    numbers = client.get("/api/numbers", params={"id": ENTRY}).json()
    assert {"pairwise", "leave_one_out", "oracle"} <= set(numbers["band"])
    samples, curve = numbers["runs"].values()
    assert samples["protocol"] == "tvsum"
    assert {"kendall", "spearman", "f1", "coverage", "precision", "diversity"} <= set(samples)
    assert curve["coverage"] is None
    many, one = sorted(numbers["noise"], key=lambda noise: -noise["curves"])
    assert (many["curves"], one["curves"]) == (len(samples["matrix"]), 1)
    assert {"mean", "single", "coverage", "precision", "difference"} <= set(many)
    assert abs(many["mean"]["kendall"]) < 0.3
    assert one["difference"]["kendall"] is None
    curves = numbers["curves"]
    assert curves["mean"] == numbers["band"]["oracle"]["kendall"]
    each = [curves[f"person:{k}"] for k in range(3)]
    assert np.mean(each) == pytest.approx(numbers["band"]["pairwise"]["kendall"])
    assert {"camp:0", "camp:1"} <= set(curves)


def test_samples_in_antithetic_pairs_say_so_and_are_not_compared_within_a_pair(client, library):
    rows = {row["id"]: row for row in client.get("/api/entry", params={"id": ENTRY}).json()["rows"]}
    runs = client.get("/api/numbers", params={"id": ENTRY}).json()["runs"]
    for run in library.runs.of_entry(ENTRY):
        pairs = run.track.kind == "summdiff" and len(run.track.scores) > 1
        assert rows[f"run:{run.id}"]["pairs"] == pairs
        if len(run.track.scores) > 1:
            assert runs[f"run:{run.id}"]["diversity"]["pairs_left_out"] == pairs


def test_unknown_things_are_answered_with_a_sentence(client):
    answer = client.get("/api/entry", params={"id": "talks/none"})
    assert answer.status_code == 404
    assert "talks/none" in answer.json()["error"]["message"]
    assert client.post("/api/sample", json={"entry": ENTRY, "n": 1000}).status_code == 422
    assert client.get("/media", params={"id": ENTRY}).status_code == 404
    assert client.get("/assets/player/x/..%2F..%2Fapp.py").status_code == 404


def test_plotly_comes_from_this_machine_and_may_be_kept(client):
    answer = client.get("/vendor/plotly.min.js")
    assert "immutable" in answer.headers["Cache-Control"]
    assert "plotly.js" in answer.text[:500]


def test_rating_needs_a_name(client):
    assert client.get("/api/me").json()["annotator"] is None
    for answer in (client.get("/api/tasks"), client.post("/api/task", json={"entry": ENTRY})):
        assert answer.status_code == 401
        assert "name" in answer.json()["error"]["message"]
    assert client.post("/api/me", json={"name": "  "}).status_code == 400


def test_signing_in_is_remembered_and_undone(annotator):
    assert annotator.get("/api/me").json()["annotator"] == "Ada"
    assert annotator.post("/api/me", json={"name": None}).json()["annotator"] is None
    assert annotator.get("/api/tasks").status_code == 401


def test_a_task_is_opened_once_and_shows_its_shots_but_nobody_elses_labels(annotator):
    task = annotator.post("/api/task", json={"entry": ENTRY}).json()["task"]
    assert annotator.post("/api/task", json={"entry": ENTRY}).json()["task"] == task
    shown = annotator.get("/api/task", params={"id": task}).json()
    assert len(shown["protocol"]["shots"]) == 30
    assert shown["protocol"]["scale"] == [1, 2, 3, 4, 5]
    assert shown["events"] == []
    assert "person 0" not in str(shown)


def test_events_are_stored_once_however_often_they_are_sent(annotator):
    task = annotator.post("/api/task", json={"entry": ENTRY}).json()["task"]
    events = [rate(1, 0, 5), rate(2, 1, 3)]
    for _ in range(3):
        answer = annotator.post("/api/task/events", json={"task": task, "events": events}).json()
        assert answer == {"acknowledged": [["tab-1", 1], ["tab-1", 2]], "count": 2}
    stored = annotator.get("/api/task", params={"id": task}).json()["events"]
    assert [(event["shot"], event["value"]) for event in stored] == [(0, 5), (1, 3)]


def test_a_rating_off_the_scale_is_refused_and_nothing_of_its_batch_is_kept(annotator):
    task = annotator.post("/api/task", json={"entry": ENTRY}).json()["task"]
    answer = annotator.post("/api/task/events", json={"task": task, "events": [rate(1, 0, 5), rate(2, 1, 9)]})
    assert answer.status_code == 400
    assert "9" in answer.json()["error"]["message"]
    assert annotator.get("/api/task", params={"id": task}).json()["events"] == []


def test_nobody_reads_or_writes_somebody_elses_task(annotator):
    task = annotator.post("/api/task", json={"entry": ENTRY}).json()["task"]
    annotator.post("/api/me", json={"name": "Grace"})
    assert annotator.get("/api/task", params={"id": task}).status_code == 404
    assert annotator.post("/api/task/events", json={"task": task, "events": [rate(1, 0, 5)]}).status_code == 404


def test_submitted_labels_join_the_people_of_the_entry(annotator):
    task = annotator.post("/api/task", json={"entry": ENTRY}).json()["task"]
    submit = {"client": "tab-1", "seq": 2, "kind": "submit", "at": 2}
    annotator.post("/api/task/events", json={"task": task, "events": [rate(1, 0, 5), submit]})
    late = annotator.post("/api/task/events", json={"task": task, "events": [rate(3, 1, 1)]})
    assert late.status_code == 409
    people = annotator.get("/api/entry", params={"id": ENTRY}).json()["rows"][0]
    assert people["names"][-1] == "Ada"
    row = load(annotator.get("/api/series", params={"id": ENTRY}).content)["people"][-1]
    assert row[0] == 1.0
    assert np.isnan(row[-1])


def test_jobs_can_be_asked_for_watched_and_cancelled_while_they_wait(client):
    asked = client.post("/api/sample", json={"entry": ENTRY})
    assert asked.status_code == 202
    job = asked.json()["job"]
    assert client.get("/api/job", params={"id": job}).json()["state"] == "queued"
    assert client.post("/api/job/cancel", json={"id": job}).json()["state"] == "cancelled"
    assert client.get("/api/jobs").json()["jobs"][0]["id"] == job
    assert client.get("/api/job", params={"id": 999}).status_code == 404
