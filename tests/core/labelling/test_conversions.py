"""What labels mean: scores, cuts, and from one protocol to another."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import Shots
from core.data.timebase import Timebase
from core.labelling.conversions import (
    merged_takes,
    ratings_to_cut,
    ratings_to_scores,
    scores_of_state,
    segments_of,
    segments_to_scores,
    trace_to_ratings,
    trace_to_scores,
)
from core.labelling.events import Event, Folding, TaskState, fold
from core.labelling.protocols import CONTINUOUS, KEYSHOTS, SHOT_RATINGS

SCALE = (1, 2, 3, 4, 5)
TIMEBASE = Timebase(Fraction(25), 500)  # 20 s
SHOTS = Shots(np.stack([np.arange(0, 500, 50), np.arange(50, 501, 50)], axis=1), "uniform 2 s")
PICKS = np.arange(0, 500, 12)
segments = st.tuples(st.integers(0, 480), st.integers(1, 20)).map(lambda pair: (pair[0], pair[0] + pair[1]))
takes = st.dictionaries(
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 200).map(lambda t: t / 10), st.sampled_from([0.0, 0.3, 1.0])), max_size=20),
    max_size=4,
)


def test_ratings_become_scores_as_in_tvsum():
    shots = Shots(np.array([[0, 10], [10, 20], [25, 30]]), "test")
    picks = np.array([0, 9, 10, 19, 20, 25, 29, 30])  # a shot ends before the frame of its end
    scores = ratings_to_scores({0: 5, 2: 1}, shots, picks, SCALE)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [1, 1, np.nan, np.nan, np.nan, 0.2, 0.2, np.nan], rtol=1e-6)


def test_no_ratings_are_all_unjudged():
    assert np.isnan(ratings_to_scores({}, Shots(np.zeros((0, 2), np.int64), "none"), np.arange(4), SCALE)).all()


@given(st.dictionaries(st.integers(0, 9), st.sampled_from(SCALE), min_size=1), st.sampled_from([0.1, 0.15, 0.5]))
def test_a_cut_from_ratings_keeps_to_the_budget_and_takes_whole_shots(ratings, budget):
    cut = ratings_to_cut(ratings, SHOTS, 500, SCALE, budget)
    assert cut.mask.sum() <= budget * 500 + 1e-9
    whole = cut.mask.reshape(10, 50)
    assert all(shot.min() == shot.max() for shot in whole)


def test_the_best_rated_shots_are_in_the_cut():
    cut = ratings_to_cut({0: 1, 3: 5, 7: 4, 9: 1}, SHOTS, 500, SCALE, 0.2)
    assert cut.segments.tolist() == [[150, 200], [350, 400]]


@given(st.lists(segments, max_size=12))
def test_joined_segments_cover_the_same_frames_once(marks):
    every = np.arange(500)
    found = segments_of(marks)
    mask = np.zeros(500)
    for start, end in found:
        mask[start:end] += 1
    np.testing.assert_array_equal(mask, segments_to_scores(marks, every))
    assert (found[1:, 0] > found[:-1, 1]).all()


def test_where_each_part_says_what_it_is_worth_the_rest_is_not_judged():
    def mark(seq: int, start: int, end: int, **worth: int) -> Event:
        return Event("tab", seq, "mark", seq, data={"start": start, "end": end, **worth})

    def scores(*events: Event) -> list[float]:
        return scores_of_state(fold(events), KEYSHOTS, SHOTS, np.array([0, 100, 200, 300]), TIMEBASE).tolist()

    inside, outside = mark(1, 90, 110, worth=1), mark(2, 190, 210, worth=0)
    np.testing.assert_array_equal(scores(inside, outside), [np.nan, 1, 0, np.nan])
    np.testing.assert_array_equal(scores(inside), [np.nan, 1, np.nan, np.nan])
    np.testing.assert_array_equal(scores(outside), [np.nan, np.nan, 0, np.nan])
    assert scores(mark(1, 90, 110)) == [0, 1, 0, 0], "as before somebody could say so"
    state = fold([inside, outside])
    assert (state.marks, state.left_out, state.judged) == ({1: (90, 110)}, {2: (190, 210)}, 2)
    again = Folding.of_json(json.loads(json.dumps(_folded(inside, outside).as_json())))
    assert again.state() == state


def _folded(*events: Event) -> Folding:
    folding = Folding()
    for event in events:
        folding.apply(event)
    return folding


def test_marks_are_0_and_1_at_the_picks_and_nothing_where_nothing_was_marked():
    state = TaskState(marks={0: (100, 200), 4: (150, 160)})
    scores = scores_of_state(state, KEYSHOTS, SHOTS, PICKS, TIMEBASE)
    np.testing.assert_array_equal(scores, (PICKS >= 100) & (PICKS < 200))
    assert np.isnan(scores_of_state(TaskState(), KEYSHOTS, SHOTS, PICKS, TIMEBASE)).all()


@given(takes)
def test_a_merged_trace_ascends_and_holds_only_what_was_said(given_takes):
    trace = merged_takes(given_takes)
    assert (np.diff(trace[:, 0]) > 0).all()
    said = {sample for take in given_takes.values() for sample in take}
    assert {tuple(sample) for sample in trace.tolist()} <= said


@given(takes, st.lists(st.tuples(st.integers(0, 200).map(lambda t: t / 10), st.just(0.7)), min_size=1, max_size=9))
def test_a_later_take_replaces_what_it_covers(given_takes, last):
    trace = merged_takes({**given_takes, 9: last})
    low, high = min(t for t, _ in last), max(t for t, _ in last)
    covered = (trace[:, 0] >= low) & (trace[:, 0] <= high)
    assert (trace[covered, 1] == 0.7).all()
    before = merged_takes(given_takes)
    outside = before[(before[:, 0] < low) | (before[:, 0] > high)]
    np.testing.assert_array_equal(trace[~covered], outside)


def steadily(value, start=0.0, end=20.0):
    """Twenty samples a second of a function of time."""
    times = np.arange(start, end, 0.05)
    return np.stack([times, value(times)], axis=1)


def test_a_reaction_comes_later_than_what_it_is_about():
    trace = steadily(lambda t: ((t >= 5) & (t < 8)).astype(float))
    seconds = np.arange(0, 20, 0.5)
    now, earlier = trace_to_scores(trace, seconds), trace_to_scores(trace, seconds, lag=1.0)
    np.testing.assert_array_equal(now > 0.5, (seconds >= 5) & (seconds < 8))
    np.testing.assert_array_equal(earlier > 0.5, (seconds >= 4) & (seconds < 7))


def test_where_nothing_was_held_nothing_was_said():
    trace = np.concatenate([steadily(lambda t: t * 0 + 1, 2, 5), steadily(lambda t: t * 0, 9, 12)])
    scores = trace_to_scores(trace, np.array([0.0, 1.9, 3.0, 4.9, 6.0, 8.0, 9.1, 11.5, 13.0]))
    np.testing.assert_array_equal(scores, np.float32([np.nan, 1, 1, 1, np.nan, np.nan, 0, 0, np.nan]))


@given(st.lists(st.sampled_from(SCALE), min_size=10, max_size=10))
def test_ratings_held_as_a_trace_come_back(ratings):
    steps = np.array([(value - 1) / 4 for value in ratings])
    trace = steadily(lambda t: steps[np.minimum((t + 1e-9) // 2, 9).astype(int)])
    assert trace_to_ratings(trace, SHOTS, TIMEBASE, SCALE) == dict(enumerate(ratings))


def test_the_lag_is_taken_out_when_a_state_becomes_scores():
    take = tuple(map(tuple, steadily(lambda t: (t >= 10).astype(float)).tolist()))
    state = TaskState(takes={0: take})
    seconds = TIMEBASE.seconds(PICKS)
    for lag in (0.0, 0.8):
        scores = scores_of_state(state, CONTINUOUS, SHOTS, PICKS, TIMEBASE, lag)
        np.testing.assert_array_equal(scores > 0.5, seconds + lag > 9.975)


def test_ratings_of_a_state_follow_the_scale_of_the_protocol():
    scores = scores_of_state(TaskState(ratings={1: 4}), SHOT_RATINGS, SHOTS, PICKS, TIMEBASE)
    assert np.nanmax(scores) == np.float32(0.8)
    assert np.isnan(scores).sum() == np.sum((PICKS < 50) | (PICKS >= 100))


@pytest.mark.parametrize("lag", [0.0, 1.0])
def test_the_very_end_is_judged_although_the_last_sample_comes_just_before_it(lag):
    trace = np.column_stack([np.arange(0, 10, 0.05), np.full(200, 0.5)])
    assert trace_to_scores(trace, np.array([9.0, 9.99]), lag).tolist() == [0.5, 0.5]
    assert np.isnan(trace_to_scores(trace, np.array([10.5]), lag)).all()


def test_what_lies_between_two_rated_shots_is_judged_by_nobody():
    shots = Shots(np.array([[0, 10], [20, 30]]), "kts")
    scores = ratings_to_scores({0: 5, 1: 1}, shots, np.array([0, 9, 10, 19, 20]), (1, 2, 3, 4, 5))
    np.testing.assert_array_equal(scores, np.float32([1, 1, np.nan, np.nan, 0.2]))
