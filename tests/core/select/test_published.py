"""Scores + shots + budget -> cut."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import Shots
from core.errors import InputError
from core.select.published import (
    NOTHING_FITS,
    NOTHING_SCORES,
    hold_scores,
    knapsack,
    knapsack_many,
    select,
    shot_scores,
)


def shots_of(*bounds: tuple[int, int]) -> Shots:
    return Shots(np.array(bounds, np.int64).reshape(-1, 2), "test")


@st.composite
def videos(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, Shots, int]:
    """Scores, picks, shots and the number of frames of a small video."""
    n_frames = draw(st.integers(1, 200))
    picks = np.array(sorted(draw(st.sets(st.integers(0, n_frames - 1), min_size=1, max_size=30))))
    scores = draw(st.lists(st.integers(0, 10), min_size=len(picks), max_size=len(picks)))
    inner = draw(st.sets(st.integers(1, n_frames - 1), max_size=12)) if n_frames > 1 else set()
    edges = [0, *sorted(inner), n_frames]
    return np.array(scores) / 10, picks, shots_of(*pairwise(edges)), n_frames


@pytest.mark.parametrize("number", [1, 2, 3])
def test_strict_cuts_equal_the_official_machine_summaries(golden, number):
    with np.load(golden / f"metrics_{number}.npz") as vector:
        n_frames, n_picks = int(vector["n_frames"]), len(vector["scores"])
        shots, highlights = (Shots(vector[key] + [0, 1], "dataset") for key in ("change_points", "mr_change_points"))
        cut = select(vector["scores"], vector["picks"], shots, n_frames, strict=True)
        np.testing.assert_array_equal(cut.mask, vector["machine_summary"])
        cut = select(vector["scores"], np.arange(n_picks), highlights, n_picks, strict=True)
        np.testing.assert_array_equal(cut.mask, vector["mr_machine_summary"])


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9)), min_size=1, max_size=9), st.integers(0, 40))
def test_the_knapsack_is_optimal_and_keeps_to_its_capacity(items, capacity):
    values, weights = (np.array(column) for column in zip(*items, strict=True))
    chosen = knapsack(values, weights, capacity)
    best = max(
        values[list(subset)].sum()
        for size in range(len(items) + 1)
        for subset in combinations(range(len(items)), size)
        if weights[list(subset)].sum() <= capacity
    )
    assert weights[chosen].sum() <= capacity
    assert values[chosen].sum() == best


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9)), min_size=1, max_size=12),
    st.sampled_from([1, 2, 15, 60]),
    st.integers(1, 70),
    st.integers(0, 900),
)
def test_weights_of_one_unit_and_an_odd_last_one_give_the_cut_of_the_textbook(items, unit, odd, capacity):
    values = np.array([value for value, _ in items]) / 10
    weights = np.array([unit * weight for _, weight in items[:-1]] + [odd])
    assert knapsack(values, weights, capacity).tolist() == textbook_knapsack(values, weights, capacity)


def textbook_knapsack(values: np.ndarray, weights: np.ndarray, capacity: int) -> list[int]:
    """One table of all items and all capacities, read from its last corner."""
    table = np.zeros((len(values) + 1, capacity + 1))
    for i, (value, weight) in enumerate(zip(values, weights, strict=True)):
        table[i + 1] = table[i]
        table[i + 1, weight:] = np.maximum(table[i, weight:], table[i, : max(capacity + 1 - weight, 0)] + value)
    chosen, room = [], capacity
    for i in range(len(values) - 1, -1, -1):
        if table[i + 1, room] > table[i, room]:
            chosen.insert(0, i)
            room -= weights[i]
    return chosen


def test_of_equally_good_items_the_earlier_are_taken():
    assert knapsack(np.ones(5), np.ones(5, int), 2).tolist() == [0, 1]
    assert knapsack(np.zeros(5), np.ones(5, int), 2).tolist() == []


def test_rows_are_solved_independently():
    values = np.array([[1.0, 2, 3], [3, 2, 1]])
    assert knapsack_many(values, np.ones(3, int), 1).tolist() == [[False, False, True], [True, False, False]]


def test_scores_are_held_until_the_next_pick():
    held = hold_scores(np.array([0.5, np.nan, 1]), np.array([2, 4, 5]), 8)
    assert held.dtype == np.float32
    np.testing.assert_array_equal(held, [0, 0, 0.5, 0.5, 0, 1, 1, 1])


@settings(deadline=None)  # the first example may compile
@given(videos())
def test_shot_scores_are_the_means_of_the_held_scores(video):
    scores, picks, shots, n_frames = video
    held = hold_scores(scores, picks, n_frames).astype(np.float64)
    expected = [held[start:end].mean() for start, end in shots.bounds]
    np.testing.assert_allclose(shot_scores(scores, picks, shots, n_frames), expected, atol=1e-12)


@settings(deadline=None)  # the first example may compile
@given(videos(), st.floats(0.01, 1))
def test_cuts_keep_to_the_budget_and_are_only_empty_when_they_say_why(video, budget):
    scores, picks, shots, n_frames = video
    cut = select(scores, picks, shots, n_frames, budget)
    assert cut.mask.sum() == np.diff(cut.segments).sum() <= int(budget * n_frames)
    if len(cut.segments) == 0:
        assert cut.note == (NOTHING_FITS if int(budget * n_frames) == 0 else NOTHING_SCORES)


@settings(deadline=None)  # the first example may compile
@given(videos())
def test_the_whole_video_fits_a_full_budget(video):
    scores, picks, shots, n_frames = video
    scored = shot_scores(scores, picks, shots, n_frames) > 0
    np.testing.assert_array_equal(select(scores, picks, shots, n_frames, 1.0).segments, shots.bounds[scored])


def test_an_overlong_shot_is_split_around_its_best_part():
    scores = np.full(100, 0.2)
    scores[60:70] = 0.9
    picks, shots = np.arange(100) * 10, shots_of((0, 1000))
    strict = select(scores, picks, shots, 1000, strict=True)
    assert strict.segments.shape == (0, 2)
    assert strict.note == NOTHING_FITS
    cut = select(scores, picks, shots, 1000)
    assert cut.note == "1 overlong shot was split"
    assert [600, 700] in cut.segments.tolist()


def test_shots_without_inner_picks_are_split_in_the_middle():
    cut = select(np.array([1.0]), np.array([0]), shots_of((0, 50), (50, 100)), 100, 0.3)
    assert cut.segments.tolist() == [[0, 25]]
    assert cut.note == "1 overlong shot was split"


def test_of_equal_steps_the_one_nearest_to_the_middle_splits_a_shot():
    cut = select(np.full(100, 0.5), np.arange(100) * 10, shots_of((0, 1000)), 1000, 0.5)
    assert cut.segments.tolist() == [[0, 500]]


def test_a_fitting_shot_prevents_any_split():
    cut = select(np.array([0.9, 0.1]), np.array([0, 90]), shots_of((0, 90), (90, 100)), 100)
    assert cut.segments.tolist() == [[90, 100]]
    assert cut.note == ""


def test_unjudged_scores_count_as_zero():
    cut = select(np.array([np.nan, np.nan]), np.array([0, 5]), shots_of((0, 5), (5, 10)), 10, 0.5)
    assert cut.note == NOTHING_SCORES


@pytest.mark.parametrize("budget", [0, -0.1, 1.01, float("nan")])
def test_a_budget_outside_the_video_is_refused(budget):
    with pytest.raises(InputError, match="budget"):
        select(np.ones(1), np.zeros(1, int), shots_of((0, 10)), 10, budget)


def test_arrays_that_do_not_fit_together_are_refused():
    picks, shots = np.array([0, 5]), shots_of((0, 10))
    with pytest.raises(InputError, match="do not fit"):
        select(np.ones(3), picks, shots, 10)
    with pytest.raises(InputError, match="ascend"):
        select(np.ones(2), picks[::-1], shots, 10)
    with pytest.raises(InputError, match="ascend"):
        select(np.ones(2), picks, shots, 5)
    with pytest.raises(InputError, match="leaves"):
        select(np.ones(2), picks, shots_of((0, 11)), 10)
    with pytest.raises(InputError, match="numbers"):
        select(np.array([np.inf, 0]), picks, shots, 10)
    with pytest.raises(InputError, match="positive weights"):
        knapsack(np.ones(2), np.array([1, 0]), 3)
