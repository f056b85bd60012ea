"""Answers that are kept are those that would be made now, for whoever asks."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load
from starlette.testclient import TestClient

from core.data import ScoreTrack
from tests.conftest import ROOT
from webapp.server import build_rest

ENTRY = "talks/first"
PATHS = ("/api/entry", "/api/series", "/api/numbers")


@pytest.fixture
def client(library, make_entry):
    """A browser on a library of one entry with people, captions and a run, which Ada has labelled."""
    captions = tuple(f"picture {n}" for n in range(120))
    library.entries.add("talks", [make_entry(ENTRY, captions=captions)])
    library.runs.add(ENTRY, track(1))
    with TestClient(build_rest(library)) as browser:
        browser.post("/api/me", json={"name": "Ada"})
        browser.task = browser.post("/api/task", json={"entry": ENTRY}).json()["task"]
        send(browser, [{"kind": "rate", "shot": shot, "value": 1 + shot % 5, "t": 2.0 * shot} for shot in range(30)])
        send(browser, [{"kind": "submit"}])
        yield browser


def track(seed):
    curves = np.random.default_rng(seed).random((120, 4), np.float32).T
    return ScoreTrack("SummDiff", "summdiff", "c1", "test-6", curves, seed, {"steps": 10})


def send(browser, events):
    sent = getattr(browser, "sent", 0)
    browser.sent = sent + len(events)
    body = [{"client": "one", "seq": sent + n, "at": sent + n, **event} for n, event in enumerate(events)]
    answer = browser.post("/api/task/events", json={"task": browser.task, "events": body})
    assert answer.status_code == 200, answer.text


def asked(browser, headers=None):
    answers = [browser.get(path, params={"id": ENTRY}, headers=headers) for path in PATHS]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    return [answer.content for answer in answers]


def labels_anew(browser, library, make_entry):
    library.annotations.decide(browser.task, "reopen", "Lea", "look again")
    assert len(load(asked(browser_without_name(library))[1])["people"]) == 3
    send(browser, [{"kind": "rate", "shot": 3, "value": 5, "t": 6.0}, {"kind": "submit"}])


def labels_anew_at_once(browser, library, make_entry):
    again = [{"kind": "reopen"}, {"kind": "rate", "shot": 3, "value": 5, "t": 6.0}, {"kind": "submit"}]
    send(browser, again)


def browser_without_name(library):
    return TestClient(build_rest(library))


def from_another_process(browser, library, make_entry):
    run = [sys.executable, "app.py", "rename", "--data-dir", str(library.data_dir), ENTRY, "Elsewhere"]
    subprocess.run(run, cwd=ROOT, check=True, capture_output=True, timeout=120)


CHANGES = {
    "a run comes": lambda browser, library, make: library.runs.add(ENTRY, track(2)),
    "a run is called otherwise": lambda browser, library, make: library.runs.rename(1, "Mine"),
    "a run goes": lambda browser, library, make: library.runs.remove(1),
    "the video is called otherwise": lambda browser, library, make: library.entries.rename(ENTRY, "Another"),
    "a caption is corrected": lambda browser, library, make: library.captions.edit(
        ENTRY, 0, "a better sentence", "Ada"
    ),
    "labels are given anew": labels_anew,
    "labels are given anew at once": labels_anew_at_once,
    "labels are left out": lambda browser, library, make: library.annotations.decide(
        browser.task, "exclude", "Lea", "no"
    ),
    "the entry is replaced": lambda browser, library, make: library.entries.add(
        "talks", [make(ENTRY, people=2)], replace=True
    ),
    "something is noted of it": lambda browser, library, make: library.entries.put_notes(ENTRY, {"x_note": "Odd."}),
    "another process changes it": from_another_process,
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_in_the_next_answer(client, library, make_entry, change):
    before = asked(client)
    CHANGES[change](client, library, make_entry)
    after = asked(client)
    assert after != before
    with browser_without_name(library) as fresh:
        assert after == asked(fresh), "as one that has kept nothing says it"


def test_what_has_nothing_to_do_with_it_changes_no_answer(client, library, make_entry, monkeypatch):
    asked(client)
    monkeypatch.setattr("webapp.views.kept.gzip.compress", None)  # nothing can be made anew
    client.post("/api/task", json={"entry": ENTRY})
    library.seen.note(library.annotations.get_or_create_annotator("Ada"), ["talks/other"])
    asked(client)


def test_events_of_others_make_nothing_anew(client, library, make_entry, monkeypatch):
    library.entries.add("talks", [make_entry("talks/second")])
    with TestClient(client.app) as ben:
        ben.post("/api/me", json={"name": "Ben"})
        ben.task = ben.post("/api/task", json={"entry": "talks/second"}).json()["task"]
        send(ben, [{"kind": "rate", "shot": 0, "value": 1, "t": 0.0}])
        asked(client)
        monkeypatch.setattr("webapp.views.kept.gzip.compress", None)
        send(ben, [{"kind": "rate", "shot": 1, "value": 2, "t": 2.0}])
        asked(client)


def test_a_browser_that_has_it_is_sent_nothing(client):
    for path in PATHS:
        first = client.get(path, params={"id": ENTRY})
        assert first.headers["cache-control"] == "private, no-cache"
        again = client.get(path, params={"id": ENTRY}, headers={"If-None-Match": f'"else", {first.headers["etag"]}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])


def test_packed_and_plain_are_the_same(client):
    plain = asked(client, {"Accept-Encoding": "identity"})
    assert plain == asked(client, {"Accept-Encoding": "gzip"})
    said = client.get("/api/entry", params={"id": ENTRY}, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in said.headers
    assert json.loads(said.content)["id"] == ENTRY


def test_who_may_not_know_names_is_never_given_what_was_kept_for_a_lead(client, library):
    lead = library.accounts.invite("Lea", "lead")
    viewer = library.accounts.invite("Vic", "viewer")
    with TestClient(client.app) as lea, TestClient(client.app) as vic:
        lea.get("/enter", params={"key": lead})
        vic.get("/enter", params={"key": viewer})
        named, unnamed = asked(lea)[0], asked(vic)[0]
    assert b'"Ada"' in named
    assert b'"Ada"' not in unnamed


def test_no_more_is_kept_than_has_room(client, library, make_entry, monkeypatch):
    monkeypatch.setattr("webapp.views.kept.KEPT", len(gzip.compress(asked(client)[0])) + 100)
    with browser_without_name(library) as small:
        assert asked(small) == asked(client) == asked(small)
