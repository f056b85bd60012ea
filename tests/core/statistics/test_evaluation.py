"""Published protocols and measures for sampled summaries."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import TypeAdapter

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from core.errors import InputError
from core.statistics.agreement import f1_matrix
from core.statistics.evaluation import (
    Generative,
    energy_distance,
    evaluate_track,
    figures_of,
    generative,
    highlight_precision,
    machine_summary,
    own_summaries,
)


def entry_of(
    scores: np.ndarray, picks: np.ndarray, n_frames: int, shots: np.ndarray, summaries: np.ndarray | None = None
) -> Entry:
    names = tuple(f"person {i}" for i in range(len(scores)))
    return Entry(
        "test/video",
        "",
        Timebase(Fraction(30), n_frames),
        picks,
        shots={"dataset": Shots(shots, "dataset")},
        annotations=AnnotationSet(names, scores, ("test",) * len(names), summaries),
    )


def frames_entry(vector: Mapping[str, np.ndarray]) -> Entry:
    return entry_of(
        vector["user_scores"],
        vector["picks"],
        int(vector["n_frames"]),
        vector["change_points"] + [0, 1],
        vector["user_summary"],
    )


@pytest.fixture
def people() -> Entry:
    scores = np.random.default_rng(0).random((4, 60)).astype(np.float32)
    return entry_of(scores, np.arange(60) * 15, 900, np.stack([np.arange(15) * 60, np.arange(15) * 60 + 60], axis=1))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_protocols_equal_the_official_releases(golden, number):
    with np.load(golden / f"metrics_{number}.npz") as vector:
        entry = frames_entry(vector)
        for protocol in ("summe", "tvsum"):
            found = evaluate_track(protocol, entry, vector["scores"])
            assert (100 * found.f1, found.kendall, found.spearman) == pytest.approx(tuple(vector[protocol]), abs=1e-9)
        n_picks = len(vector["scores"])
        highlights = entry_of(
            vector["mr_gtscore"][None],
            np.arange(n_picks),
            n_picks,
            vector["mr_change_points"] + [0, 1],
            vector["mr_gt_summary"][None],
        )
        found = evaluate_track("mrhisum", highlights, vector["scores"])
        assert (100 * found.f1, found.kendall, found.spearman) == pytest.approx(tuple(vector["mrhisum"]), abs=1e-9)
        assert (found.map50, found.map15) == pytest.approx((float(vector["map50"]), float(vector["map15"])), abs=1e-12)


@pytest.mark.parametrize("protocol", ["summe", "tvsum", "mrhisum"])
def test_a_perfect_prediction_is_perfect(people, protocol):
    alone = entry_of(people.annotations.scores[:1], people.picks, people.n_frames, people.shots["dataset"].bounds)
    found = evaluate_track(protocol, alone, people.annotations.scores[0])
    assert (found.kendall, found.spearman) == pytest.approx((1, 1))
    assert found.f1 == pytest.approx(1, abs=1e-4)


def test_samples_are_evaluated_by_their_mean(people):
    samples = np.random.default_rng(1).random((5, 60))
    assert evaluate_track("tvsum", people, samples) == evaluate_track("tvsum", people, samples.mean(axis=0))


def test_indifferent_people_and_predictions_are_counted(people):
    found = evaluate_track("tvsum", people, np.full(60, 0.5))
    assert np.isnan(found.kendall)
    assert found.undefined == 4
    people.annotations.scores[0] = 0.2
    found = evaluate_track("tvsum", people, np.arange(60) / 60)
    assert np.isfinite(found.kendall)
    assert found.undefined == 1


def test_shots_that_end_before_the_video_limit_the_summary(people):
    short = entry_of(people.annotations.scores, people.picks, people.n_frames, np.array([[0, 60], [60, 420]]))
    assert machine_summary(np.linspace(0, 1, 60), short)[:60].all()
    assert evaluate_track("tvsum", short, np.linspace(0, 1, 60)).f1 > 0


def test_shots_outside_the_video_are_refused(people):
    with pytest.raises(InputError, match="should end within its 900 frames"):
        entry_of(people.annotations.scores, people.picks, people.n_frames, np.array([[0, 60], [60, 901]]))


def test_people_themselves_cover_everybody_and_are_plausible(people):
    found = generative(people, people.annotations.scores)
    for match in (found.coverage, found.precision):
        assert (match.kendall, match.spearman, match.f1) == pytest.approx((1, 1, 1))
    assert found.diversity.one_minus_tau == pytest.approx(found.diversity.people_one_minus_tau)
    assert found.diversity.one_minus_f1 == pytest.approx(found.diversity.people_one_minus_f1)
    assert found.energy_distance == pytest.approx(0, abs=1e-6)


def test_one_repeated_sample_is_precise_but_covers_one_person_only(people):
    found = generative(people, np.repeat(people.annotations.scores[:1], 3, axis=0))
    assert found.precision.kendall == pytest.approx(1)
    assert found.coverage.kendall < 0.5
    assert found.diversity.one_minus_f1 == pytest.approx(0)
    assert found.energy_distance > 0.05


def test_antithetic_pairs_are_no_diversity(people):
    """The second of each pair says the contrary of the first, and two pairs say the same."""
    first = people.annotations.scores[0]
    samples = np.stack([first, 1 - first, first, 1 - first])
    assert generative(people, samples).diversity.one_minus_tau == pytest.approx(4 / 3)
    without = generative(people, samples, pairs=True).diversity
    assert without.one_minus_tau == pytest.approx(1)
    assert without.pairs_left_out
    assert np.isnan(generative(people, samples[:2], pairs=True).diversity.one_minus_tau)


def test_a_single_sample_agrees_as_each_does_and_not_as_their_mean(people):
    samples = np.clip(people.annotations.scores.astype(np.float64) + 0.01, 0, 1)[:3]
    each = [generative(people, sample).single for sample in samples]
    found = generative(people, samples).single
    assert found.kendall == pytest.approx(np.mean([one.kendall for one in each]))
    assert found.f1 == pytest.approx(np.mean([one.f1 for one in each]))
    assert found.kendall < evaluate_track("tvsum", people, samples).kendall


def test_one_sample_has_no_diversity(people):
    found = TypeAdapter(Generative).dump_python(generative(people, people.annotations.scores[0]), mode="json")
    assert found["diversity"]["one_minus_f1"] is None
    assert found["diversity"]["people_one_minus_f1"] > 0
    json.dumps(found, allow_nan=False)


def test_every_f1_is_a_share_and_those_of_one_cut_agree(people):
    alone = replace(people.annotations, annotators=("a",), protocols=("test",), scores=people.annotations.scores[:1])
    entry = replace(people, annotations=alone)
    curve = np.random.default_rng(3).random(60)
    found = figures_of(entry, np.stack([curve, curve]), "tvsum")
    expected = f1_matrix(machine_summary(curve, entry)[None], own_summaries(entry))[0, 0]
    assert 0 < expected < 1
    assert found.f1 == pytest.approx(expected, abs=1e-6)
    assert found.coverage.f1 == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)  # the first example may compile
@given(arrays(np.float64, (3, 6), elements=st.floats(0, 1)), arrays(np.float64, (2, 6), elements=st.floats(0, 1)))
def test_the_energy_distance_is_symmetric_and_vanishes_between_equal_sets(a, b):
    assert energy_distance(a, b) == pytest.approx(energy_distance(b, a))
    assert energy_distance(a, b) >= 0
    assert energy_distance(a, a[::-1]) == pytest.approx(0, abs=1e-9)


def test_windows_of_equal_prediction_are_retrieved_together():
    truth = np.repeat([0.9, 0.1, 0.8, 0.2], 5)
    assert highlight_precision(np.ones(20), truth, 0.5) == pytest.approx(0.5)
    assert highlight_precision(truth, truth, 0.5) == pytest.approx(1)
    assert np.isnan(highlight_precision(truth, truth, 0.15))


def test_what_cannot_be_evaluated_is_refused(people):
    unjudged = Entry("test/unjudged", "", people.timebase, people.picks)
    with pytest.raises(InputError, match="Nobody has judged 'test/unjudged'"):
        evaluate_track("tvsum", unjudged, np.zeros(60))
    with pytest.raises(InputError, match="no protocol"):
        evaluate_track("best", people, np.zeros(60))
    with pytest.raises(InputError, match="do not fit the 60 picks"):
        generative(people, np.zeros(59))
    with pytest.raises(InputError, match="not finite"):
        generative(people, np.full(60, np.nan))


def test_highlights_are_windows_of_five_picks():
    truth = np.repeat([0.0, 1.0, 0.0, 0.0], 5)
    shifted = np.roll(truth, 2)  # within a window of another size it would still be found in part
    assert highlight_precision(truth, truth, 0.25) == 1
    assert highlight_precision(np.where(np.arange(20) == 5, 1.0, 0.0), truth, 0.25) == 1
    assert highlight_precision(shifted, truth, 0.25) == 1
    assert highlight_precision(np.roll(truth, 3), truth, 0.25) == 0.5
