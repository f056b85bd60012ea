"""Agreement between people."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import TypeAdapter

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase, parse_rate
from core.statistics.agreement import (
    Agreement,
    agreement,
    cronbach_alpha,
    f1_matrix,
    human_band,
    krippendorff_alpha,
    shot_edges,
    shot_labels,
)


def judged(scores: np.ndarray, frame_labels: np.ndarray | None = None, rate: Fraction = Fraction(24)) -> Entry:
    """An entry with a pick every half second, or every 15th frame where there are labels for every frame."""
    n_people, n_picks = scores.shape
    step, n_frames = (12, 12 * n_picks) if frame_labels is None else (15, frame_labels.shape[1])
    people = AnnotationSet(
        tuple(f"person {i}" for i in range(n_people)), scores, ("test",) * n_people, frame_labels=frame_labels
    )
    return Entry("test/video", "", Timebase(rate, n_frames), np.arange(n_picks) * step, annotations=people)


def tvsum(path: Path) -> list[Entry]:
    entries = []
    with h5py.File(path) as file:
        for references in zip(*(file["tvsum50"][key][:, 0] for key in ("user_anno", "length")), strict=True):
            labels, seconds = (file[reference][()] for reference in references)
            rate = parse_rate(round(labels.shape[1] / seconds.item(), 2))
            scores = (labels[:, ::15] / 5).astype(np.float32)
            entries.append(judged(scores, labels.astype(np.uint8), rate))
    return entries


def test_tvsum_has_the_published_agreement(shared):
    found = agreement(tvsum(shared / "data/tvsum/ydata-tvsum50.mat"))
    assert TypeAdapter(Agreement).dump_python(found, mode="json") == {
        "pairwise": {"kendall": pytest.approx(0.177, abs=5e-4), "spearman": pytest.approx(0.204, abs=5e-4)},
        "leave_one_out": {"kendall": pytest.approx(0.314, abs=5e-4), "spearman": pytest.approx(0.396, abs=5e-4)},
        "oracle": {"kendall": pytest.approx(0.378, abs=5e-4), "spearman": pytest.approx(0.473, abs=5e-4)},
        "cronbach_alpha": pytest.approx(0.814, abs=5e-4),
        "krippendorff_alpha_ordinal": pytest.approx(0.203, abs=5e-4),
        "pairwise_f1": pytest.approx(0.248, abs=5e-4),
        "entries": 50,
        "annotations": 1000,
        "undefined": 0,
        "why": {},
        "left_out": {},
    }


def test_people_of_one_mind_agree_fully():
    curve = np.tile(np.linspace(0, 1, 40, dtype=np.float32), (3, 1))
    found = agreement([judged(curve)])
    for level in (found.pairwise, found.leave_one_out, found.oracle):
        assert (level.kendall, level.spearman) == pytest.approx((1, 1))
    assert found.cronbach_alpha == pytest.approx(1)
    assert found.krippendorff_alpha_ordinal == pytest.approx(1)
    assert found.pairwise_f1 == pytest.approx(1)
    assert human_band(judged(curve)).leave_one_out.f1 == pytest.approx(1)


def test_indifferent_people_are_left_out_and_counted():
    scores = np.random.default_rng(0).random((3, 40)).astype(np.float32)
    scores[0] = 0.6
    found = agreement([judged(scores)])
    # Two pairs, one comparison with the others and one with the mean.
    assert found.undefined == 4
    assert np.isfinite(found.pairwise.kendall)


def test_videos_that_a_figure_leaves_out_are_counted_by_reason():
    varied = np.random.default_rng(0).random((3, 40)).astype(np.float32)
    constant, alike = np.full((3, 40), 0.4, np.float32), np.full((3, 40), 0.4, np.float32)
    constant[1] = 0.8  # each of them the same throughout, but not as the others
    found = agreement([judged(each) for each in (varied, constant, alike, alike)])
    said = "everybody gave the same {} throughout"
    assert found.left_out == {
        **{level: {said.format("score"): 3} for level in ("pairwise", "leave_one_out", "oracle")},
        "cronbach_alpha": {"the sum of everybody's scores is the same throughout": 3},
        "krippendorff_alpha_ordinal": {said.format("label"): 2},
    }
    assert not found.why


def test_partly_judged_videos_are_compared_where_both_judged():
    scores = np.tile(np.linspace(0, 1, 40, dtype=np.float32), (3, 1))
    scores[0, :20] = np.nan
    scores[1, 30:] = np.nan
    found = agreement([judged(scores)])
    assert found.pairwise.kendall == pytest.approx(1)
    assert found.leave_one_out.spearman == pytest.approx(1)
    assert found.cronbach_alpha == pytest.approx(1)


def test_undefined_statistics_are_null_in_json():
    found = TypeAdapter(Agreement).dump_python(agreement([judged(np.full((2, 8), 0.4, np.float32))]), mode="json")
    assert found["pairwise"] == {"kendall": None, "spearman": None}
    assert found["cronbach_alpha"] is None
    assert found["krippendorff_alpha_ordinal"] is None
    json.dumps(found, allow_nan=False)


def test_videos_shorter_than_a_shot_have_no_summaries_to_compare():
    found = agreement([judged(np.array([[0.2, 0.4], [0.2, 0.6]], np.float32))])
    assert found.pairwise.kendall == pytest.approx(1)
    assert np.isnan(found.pairwise_f1)


def test_one_person_alone_has_nobody_to_agree_with():
    alone = judged(np.ones((1, 8), np.float32))
    assert human_band(alone) is None
    found = agreement([alone])
    assert np.isnan([found.pairwise.kendall, found.cronbach_alpha, found.pairwise_f1]).all()
    assert set(found.why.values()) == {"fewer than two people judged the same video"}
    assert len(found.why) == 6


def test_the_oracle_stands_above_leaving_oneself_out():
    scores = np.random.default_rng(1).random((5, 60)).astype(np.float32)
    band = human_band(judged(scores))
    assert band.oracle.kendall > band.leave_one_out.kendall
    assert band.difference.kendall == 1 - band.pairwise.kendall


@settings(deadline=None)  # the first example may compile
@given(arrays(np.uint8, (3, 20), elements=st.integers(0, 1)))
def test_f1_is_symmetric_and_one_with_itself(masks):
    f1 = f1_matrix(masks, masks)
    np.testing.assert_array_equal(f1, f1.T)
    assert all(value == 1 or np.isnan(value) for value in np.diag(f1))


def test_alphas_equal_their_textbook_examples():
    # Krippendorff, "Computing Krippendorff's alpha-reliability", 2011, example C: ordinal 0.815.
    nan = np.nan
    labels = np.array(
        [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
            [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
        ]
    )
    assert krippendorff_alpha(labels) == pytest.approx(0.815, abs=5e-4)
    # Two items of variances 5/3 and 5/3 whose sum has variance 20/3 - 2 * 1/3.
    assert cronbach_alpha(np.array([[1, 2, 3, 4], [1, 2, 4, 3]])) == pytest.approx(2 * (1 - (10 / 3) / 6))


def test_two_second_shots_last_two_seconds_where_the_rate_varies():
    """100 frames of 1/25 s, then 100 of 1/5 s: 2 shots of 50 frames and 10 of 10."""
    steps = np.repeat([1, 5], 100)
    times = Timebase.from_times(np.cumsum(steps) - steps, Fraction(1, 25), int(steps.sum()))
    picks = np.arange(0, 200, 10)
    scores = np.repeat([[0.2, 0.8], [0.4, 0.6]], 10, axis=1).astype(np.float32)
    people = AnnotationSet(("a", "b"), scores, ("x", "x"))
    entry = Entry("made/varying", "Varying", times, picks, annotations=people)
    assert shot_edges(entry).tolist() == [0, 50, 100, *range(110, 201, 10)]
    middles, means = shot_labels(entry)
    np.testing.assert_allclose(middles, np.repeat([[0.2, 0.8], [0.4, 0.6]], [2, 10], axis=1))
    np.testing.assert_allclose(means, middles)
    steady = Entry("made/steady", "Steady", Timebase(Fraction(25), 210), picks, annotations=people)
    assert shot_edges(steady).tolist() == [0, 50, 100, 150, 200]
