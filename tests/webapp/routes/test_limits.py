"""Whoever gives more than `core.limits` allows is told so in a sentence with the number in it."""

from __future__ import annotations

import dataclasses

import pytest
from starlette.testclient import TestClient

from core import limits
from webapp.server import build_rest

ENTRY = "talks/first"


@pytest.fixture
def ask(library, make_entry, tmp_path):
    """Asks as Ada about her tasks (1: ratings, 2: a continuous rating), else as somebody who judges nothing."""
    film = tmp_path / "film.mp4"
    film.write_bytes(b"not looked at here")
    library.entries.add("talks", [dataclasses.replace(make_entry(ENTRY), video=film)])
    app = build_rest(library)
    with TestClient(app) as ada, TestClient(app) as lead:
        ada.post("/api/me", json={"name": "Ada"})
        for protocol in ("shot-ratings", "continuous"):
            ada.post("/api/task", json={"entry": ENTRY, "protocol": protocol})

        def answered(path, **body):
            answer = (ada if path.startswith("task/") else lead).post(f"/api/{path}", **body)
            assert answer.status_code in (400, 422), answer.text
            return answer.json()["error"]["message"]

        yield answered


def text(most):
    return "x" * (most + 1)


def assignment(**changes):
    return {"title": "Talks", "protocol": 1, "entries": [ENTRY]} | changes


def event(kind="note", task=1, **changes):
    return {"task": task, "events": [{"client": "tab", "seq": 0, "kind": kind, "at": 0} | changes]}


def trace(samples):
    return event("trace", task=2, shot=0, data={"samples": [[one, 0.5] for one in range(samples)]})


def sampling(**choices):
    return {"entry": ENTRY} | choices


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("me", {"name": text(limits.PERSON_NAME_CHARS)}, "A name has between 1 and 100 characters."),
        ("review/people/invite", {"name": text(limits.PERSON_NAME_CHARS)}, "between 1 and 100 characters."),
        ("review/decide", {"task": 1, "kind": "exclude", "reason": text(limits.REASON_CHARS)}, "at most 1000 char"),
        ("review/assignments", assignment(title=text(limits.TITLE_CHARS)), "A title has between 1 and 100 characters."),
        ("review/assignments", assignment(people=limits.PEOPLE_PER_VIDEO + 1), "A video can want 1 to 1000 people."),
        ("review/assignments", assignment(hold_minutes=limits.HOLD_MINUTES + 1), "held for 1 to 10080 minutes."),
        (
            "review/assignments",
            assignment(entries=[f"talks/{one}" for one in range(limits.VIDEOS_PER_ASSIGNMENT + 1)]),
            "An assignment has at most 20000 videos.",
        ),
        (
            "review/assignments",
            assignment(search=text(limits.SEARCH_CHARS)),
            "'search' should have at most 500 characters, not 501.",
        ),
        (
            "review/assignments",
            assignment(protocol=None, name=text(limits.PROTOCOL_NAME_CHARS), settings={"kind": "keyshots"}),
            "A protocol's name has between 1 and 60 characters.",
        ),
        (
            "review/assignments",
            assignment(
                protocol=None,
                name="ours",
                settings={"kind": "keyshots", "instructions": text(limits.INSTRUCTION_CHARS)},
            ),
            "Instructions have at most 5000 characters.",
        ),
        (
            "review/assignments",
            assignment(
                protocol=None,
                name="ours",
                settings={"kind": "shot-ratings", "labels": {"1": text(limits.INSTRUCTION_CHARS)}},
            ),
            "Labels are texts of at most 5000 characters",
        ),
        ("task/events", event(data={"text": text(limits.NOTE_CHARS)}), "texts, each of at most 2000 characters."),
        ("task/events", event(data={str(n): n for n in range(limits.FIELDS_PER_EVENT + 1)}), "at most 16 numbers"),
        ("task/events", event(client=text(limits.CLIENT_CHARS)), "a client id of at most 64 characters."),
        ("task/events", trace(limits.SAMPLES_PER_EVENT + 1), "between 1 and 2000 samples."),
        (
            "task/events",
            {"task": 1, "events": event()["events"] * (limits.EVENTS_PER_REQUEST + 1)},
            "'events' should have at most 2000 items, not 2001.",
        ),
        ("sample", sampling(n=limits.SAMPLES_PER_RUN + 1), "'n' should be less than or equal to 256, not '257'."),
        ("sample", sampling(steps=limits.SAMPLING_STEPS + 1), "less than or equal to 1000, not '1001'."),
        ("sample", sampling(guidance=limits.GUIDANCE + 1), "less than or equal to 10, not '11.0'."),
        ("sample", sampling(temperature=limits.TEMPERATURE + 1), "less than or equal to 4, not '5.0'."),
        ("sample", sampling(seed=limits.SEED + 1), "less than or equal to 2147483647, not '2147483648'."),
        ("train", {"dataset": "talks", "epochs": limits.EPOCHS + 1}, "less than or equal to 10000, not '10001'."),
        ("ingest", {"path": "film.mp4", "picks_per_second": 61}, "less than or equal to 60, not '61'."),
        ("export", {"lag": limits.LAG_SECONDS + 1}, "'lag' should be less than or equal to 10, not '11.0'."),
        ("render", {"entry": ENTRY, "source": text(limits.SOURCE_CHARS)}, "at most 200 characters, not 201."),
        (
            "render",
            {"entry": ENTRY, "segments": [[0, 1]] * (limits.SEGMENTS_PER_CUT + 1)},
            "'segments' should have at most 100000 items",
        ),
    ],
)
def test_the_limit_is_named(ask, path, body, said):
    assert said in ask(path, json=body)


def test_the_limit_of_an_upload_is_named_and_nothing_of_it_is_kept(ask, library, monkeypatch):
    monkeypatch.setattr(limits, "UPLOAD_BYTES", 2**20)
    said = ask("review/join", content=b"x" * (2**20 + 1))
    assert said == "A file of more than 1 MB is not taken in here."
    assert list((library.data_dir / "uploads").iterdir()) == []
