"""The cuts of an entry: the same by the function, the route and the command."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from cli.main import app
from core.data import ScoreTrack
from core.errors import InputError, NotFoundError
from core.select.published import select
from core.statistics.camps import camps
from verbs.cuts import CutsRequest, CutsResult, cuts
from verbs.intervals import parse_intervals
from verbs.sources import source
from webapp.server import build_rest

ENTRY = "talks/first"


@pytest.fixture
def judged(library, make_entry):
    """Three people, a signal, a run of two samples; half of the first two seconds are empty."""
    entry = make_entry(ENTRY)
    random = np.random.default_rng(5)
    signal = random.random(len(entry.picks), np.float32)
    entry = replace(entry, empty=np.array([[0, 24]]), signals={"balanced": signal})
    library.entries.add("talks", [entry])
    library.runs.add(ENTRY, ScoreTrack("SummDiff", "summdiff", "c1", "test-6", random.random((2, 120), np.float32), 3))
    return library


def test_every_source_has_its_cut_in_frames_and_seconds(judged):
    result = cuts(judged, CutsRequest(entry=ENTRY, budget=0.2))
    people = judged.people.of_entry(ENTRY).annotators
    assert [cut.source for cut in result.cuts] == [
        "mean", *(f"person:{name}" for name in people), "signal:balanced", "run:1:0", "run:1:1",
    ]  # fmt: skip
    assert (result.rule, result.shots, result.budget_s) == ("viewing", "kts", 12.0)
    for cut in result.cuts:
        assert cut.length_s <= 12
        assert cut.length_s == pytest.approx(sum(end - start for start, end in cut.seconds))
        assert cut.seconds == [(start / 24, end / 24) for start, end in cut.frames]
        assert cut.score_inside > cut.score_video
        assert cut.empty_share == 0
    assert len({cut.label for cut in result.cuts}) == len(result.cuts)


def test_the_two_tastes_of_the_people_are_sources_too(judged):
    entry = judged.entries.get(ENTRY)
    scores = judged.people.of_entry(ENTRY).scores
    groups, _ = camps(scores)
    for number, group in enumerate(groups):
        made = source(judged, entry, f"camp:{number}")
        np.testing.assert_allclose(made.scores, scores[list(group.people)].mean(axis=0), atol=1e-6)
        assert list(made.facts.people) == [judged.people.of_entry(ENTRY).annotators[person] for person in group.people]
    with pytest.raises(InputError, match="no source"):
        source(judged, entry, "camp:2")


def test_people_who_are_not_of_two_tastes_are_said(library, make_entry):
    library.entries.add("talks", [make_entry("talks/nobody", people=0)])
    with pytest.raises(NotFoundError, match="two camps"):
        source(library, library.entries.get("talks/nobody"), "camp:0")


def test_the_published_rule_is_that_of_the_papers(judged):
    entry = judged.entries.get(ENTRY)
    (cut,) = cuts(judged, CutsRequest(entry=ENTRY, rule="published", source="mean")).cuts
    expected = select(source(judged, entry, "mean").scores, entry.picks, entry.shots["kts"], entry.n_frames)
    assert [list(interval) for interval in cut.frames] == expected.segments.tolist()
    with pytest.raises(InputError, match="published rule"):
        cuts(judged, CutsRequest(entry=ENTRY, rule="published", keep=((0, 10),)))


def test_what_is_kept_is_in_every_cut(judged):
    request = CutsRequest(entry=ENTRY, keep=((100, 148),), forbid=((300, 1440),), budget=0.3)
    for cut in cuts(judged, request).cuts:
        assert any(start <= 100 and end >= 148 for start, end in cut.frames)
        assert all(end <= 300 for _, end in cut.frames)
    with pytest.raises(InputError, match="1440 frames"):
        cuts(judged, CutsRequest(entry=ENTRY, keep=((1400, 1500),)))


def test_the_source_shown_first_is_people_then_the_signal_then_a_model(judged, make_entry):
    assert source(judged, judged.entries.get(ENTRY)).name == "mean"
    judged.entries.add(
        "talks", [replace(make_entry("talks/second"), annotations=None, signals={"balanced": np.zeros(120)})]
    )
    assert source(judged, judged.entries.get("talks/second")).name == "signal:balanced"
    judged.entries.add("talks", [replace(make_entry("talks/third"), annotations=None)])
    with pytest.raises(NotFoundError, match="Nobody and no model"):
        source(judged, judged.entries.get("talks/third"))
    judged.runs.add("talks/third", ScoreTrack("MLP", "mlp", "c", "test-6", np.zeros((1, 120), np.float32)))
    assert source(judged, judged.entries.get("talks/third")).name == "run:2"


@pytest.mark.parametrize("name", ["signal:smell", "signal:", "run:7:0", "person:Nobody", "average"])
def test_an_unknown_source_is_named(judged, name):
    with pytest.raises((NotFoundError, InputError), match=name.partition(":")[2].partition(":")[0] or name):
        cuts(judged, CutsRequest(entry=ENTRY, source=name))


def test_the_route_and_the_command_answer_alike(judged):
    expected = cuts(judged, CutsRequest(entry=ENTRY, budget=0.1, keep=((24, 60),)))
    with TestClient(build_rest(judged)) as browser:
        answer = browser.get("/api/cuts", params={"entry": ENTRY, "budget": 0.1, "keep": "24-60"})
        assert CutsResult.model_validate(answer.json()) == expected
        wrong = browser.get("/api/cuts", params={"entry": ENTRY, "keep": "60-24"})
        assert wrong.status_code == 400
        assert browser.get("/api/cuts", params={"entry": ENTRY, "rule": "best"}).status_code == 422
    asked = ["cuts", ENTRY, "--budget", "0.1", "--keep", "24-60", "--data-dir", str(judged.data_dir)]
    told = CliRunner().invoke(app, [*asked, "--json"])
    assert CutsResult.model_validate(json.loads(told.stdout)) == expected
    table = CliRunner().invoke(app, asked).stdout.splitlines()
    assert table[0] == "viewing rule, kts shots, at most 6.0 s"
    published = ["cuts", ENTRY, "--rule", "published", "--budget", "0.1", "--data-dir", str(judged.data_dir)]
    first = CliRunner().invoke(app, published).stdout.splitlines()[0]
    assert first == "published rule, kts shots, at most 10% of the frames"
    assert len(table) == 1 + len(expected.cuts)


def test_intervals_are_written_as_text():
    assert parse_intervals("0-120,240-300") == ((0, 120), (240, 300))
    assert parse_intervals("") == ()
    for wrong in ("5", "0-1,", "a-b", "-1-4", "0.5-3"):
        with pytest.raises(InputError, match="Segments are written"):
            parse_intervals(wrong)
