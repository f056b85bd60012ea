"""Comparing cuts over the REST: who may, what a blind pair tells before the vote, what waits while somebody judges."""

from __future__ import annotations

import json

import numpy as np
import pytest
from starlette.testclient import TestClient

from core.data import ScoreTrack
from storage.library import Library
from tests.conftest import entry_of
from tests.webapp.roles import browsers
from webapp.server import build_rest

ENTRIES = ("talks/first", "talks/second")
CURVE = np.linspace(0, 1, 120).astype(np.float32)
SECRETS = ("net-checkpoint", "Secret Net", "signal", "balanced", "run:")  # what made the cuts


@pytest.fixture
def lab(tmp_path):
    """Browsers by role, and the library, whose entries have a model's run and a signal."""
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [entry_of(one, signals={"balanced": CURVE}) for one in ENTRIES])
        for entry in ENTRIES:
            library.runs.add(
                entry, ScoreTrack("Secret Net", "mlp", "net-checkpoint", "test-6", CURVE[None, ::-1].copy())
            )
        app = build_rest(library)
        with browsers(app, library) as everybody:
            yield library, everybody


def made(lead: TestClient, **choices) -> int:
    couples = ["checkpoint:net-checkpoint~signal:balanced", "mean~signal:balanced"]
    asked = {"title": "Which is better?", "couples": couples, "entry": list(ENTRIES)} | choices
    answer = lead.post("/api/preferences/studies", json=asked)
    assert answer.status_code == 201, answer.text
    return answer.json()["study"]


def place(browser: TestClient, study: int):
    answer = browser.get("/api/preferences/study", params={"id": study})
    assert answer.status_code == 200, answer.text
    return answer


def say(browser: TestClient, pair: dict, verdict: str, watched: float = 1.0, **more):
    seconds = {f"watched_{side}": watched * pair[side]["length_s"] for side in "ab"}
    return browser.post("/api/preferences/vote", json={"pair": pair["pair"], "verdict": verdict, **seconds, **more})


def test_a_blind_study_tells_an_annotator_what_made_the_cuts_after_the_last_pair(lab):
    library, everybody = lab
    ada, lea = everybody["annotator"], everybody["lead"]
    study = made(lea)
    told = []
    for number in range(4):
        answer = place(ada, study)
        shown = answer.json()
        assert (shown["done"], shown["pairs"], shown["blind"]) == (number, 4, True)
        told.append(answer.text)
        cuts = shown["next"]["cuts"]
        early = say(ada, cuts, "a", watched=0.5)
        assert (early.status_code, "were watched" in early.json()["error"]["message"]) == (400, True)
        said = say(ada, cuts, "a", reasons=["dull"], client=f"vote-{number}")
        assert (said.status_code, said.json()["verdict"]) == (200, "a")
        told.append(said.text if number < 3 else "")
        told.append(ada.get("/api/preferences/votes").text if number < 3 else "")
    assert not [secret for secret in SECRETS for text in told if secret in text]
    over = place(ada, study).json()
    assert (over["next"], over["done"]) == (None, 4)
    assert {one["a_label"] for one in over["said"]} | {one["b_label"] for one in over["said"]} == {
        "Secret Net", "Signal: balanced", "Average of 3 people"
    }  # fmt: skip
    assert len(library.preferences.votes()) == 4


def test_a_vote_is_about_the_sides_as_they_were_shown(lab):
    library, everybody = lab
    ada, lea = everybody["annotator"], everybody["lead"]
    study = made(lea)
    sides = set()
    for _ in range(4):
        cuts = place(ada, study).json()["next"]["cuts"]
        assert say(ada, cuts, "b").json()["verdict"] == "b"
        kept = library.preferences.pair(cuts["pair"])
        (vote,) = [one for one in library.preferences.votes() if one.pair.id == kept.id]
        chosen = {"a": kept.a, "b": kept.b}[vote.verdict]
        assert [list(one) for one in chosen.segments] == cuts["b"]["frames"]
        assert vote.swapped == (vote.verdict == "a")
        sides.add(vote.swapped)
    figures = lea.get("/api/preferences/figures", params={"study": study}).json()
    assert figures["votes"] == 4
    assert len(figures["sources"]) == 3
    assert [one["figure"] for one in figures["predictions"]] == ["f1", "tau"]


def test_viewers_do_not_vote_and_annotators_see_their_own_votes_and_studies_alone(lab):
    _, everybody = lab
    ada, lea, vic = (everybody[role] for role in ("annotator", "lead", "viewer"))
    study = made(lea)
    pair = lea.post("/api/preferences/pairs", json={"entry": ENTRIES[0], "a": "mean", "b": "signal:balanced"}).json()
    assert pair["a"]["label"] == "Average of 3 people"
    assert say(lea, pair, "both").json()["by"] == "Lea"
    assert say(vic, pair, "a").status_code == 403
    assert vic.get("/api/preferences/study", params={"id": study}).status_code == 403
    assert say(ada, pair, "a").status_code == 404, "nobody asked her"
    for path in ("studies", "figures", "export"):
        assert ada.get(f"/api/preferences/{path}").status_code == 403
    cuts = place(ada, study).json()["next"]["cuts"]
    say(ada, cuts, "a")
    assert [one["by"] for one in ada.get("/api/preferences/votes").json()["votes"]] == ["Ada"]
    assert {one["by"] for one in lea.get("/api/preferences/votes").json()["votes"]} == {"Ada", "Lea"}
    assert say(lea, pair, "maybe").status_code == 422
    assert lea.post("/api/preferences/studies/close", json={"study": study}).json()["closed"]
    assert place(ada, study).json()["next"] is None


def test_a_link_to_a_study_leads_everybody_to_where_people_judge(lab):
    _, everybody = lab
    for role in ("nobody", "annotator", "lead"):
        answer = everybody[role].get("/compare", params={"study": 3})
        assert answer.headers["location"] == "/annotate?study=3"
    assert everybody["lead"].get("/compare", params={"entry": "x"}).headers["location"] == "/?entry=x"


def test_pairs_of_a_video_that_is_being_judged_wait_and_a_look_is_noted(lab):
    library, everybody = lab
    ada, lea = everybody["annotator"], everybody["lead"]
    study = made(lea, couples=["mean~signal:balanced"])
    cuts = place(ada, study).json()["next"]["cuts"]
    person = library.annotations.annotator("Ada")
    other = next(one for one in ENTRIES if one != cuts["entry"])
    task = ada.post("/api/task", json={"entry": cuts["entry"]}).json()["task"]
    rated = [{"client": "x", "seq": 0, "kind": "rate", "shot": 0, "value": 1, "at": 1}]
    assert ada.post("/api/task/events", json={"task": task, "events": rated}).status_code == 200
    assert library.annotations.task(task).seen, "she had seen a cut that others' labels made"
    shown = place(ada, study).json()
    assert (shown["waiting"], shown["next"]["cuts"]["entry"]) == (1, other)
    assert say(ada, cuts, "a").status_code == 403
    assert person is not None


def test_a_file_has_every_vote_without_names_and_weights_are_another(lab):
    _, everybody = lab
    ada, lea = everybody["annotator"], everybody["lead"]
    assert lea.get("/api/preferences/export").status_code == 409
    study = made(lea)
    say(ada, place(ada, study).json()["next"]["cuts"], "a")
    votes = lea.get("/api/preferences/export")
    assert 'filename="preferences-votes.jsonl"' in votes.headers["content-disposition"]
    assert json.loads(votes.text)["blind"] is True
    assert "Ada" not in votes.text
    assert len(lea.get("/api/preferences/export", params={"format": "weights"}).json()["videos"]) == 1
