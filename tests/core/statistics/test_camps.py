"""Two camps among the people of a video."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.statistics.camps import camps


def two_groups(first: int, second: int, seed: int = 0) -> np.ndarray:
    """People of whom some want picks 5 to 9 and the others picks 30 to 34, in a random order of rows."""
    random = np.random.default_rng(seed)
    scores = np.full((first + second, 40), 0.4) + random.normal(0, 0.03, (first + second, 40))
    scores[:first, 5:10] += 0.5
    scores[first:, 30:35] += 0.5
    return scores[random.permutation(first + second)].astype(np.float32)


def test_people_of_two_camps_are_told_apart_and_so_is_what_they_want():
    scores = two_groups(5, 7)
    (large, small), clear = camps(scores)
    assert (len(large.people), len(small.people)) == (7, 5)
    assert (large.start, large.end) == (30, 35)
    assert (small.start, small.end) == (5, 10)
    assert all(scores[person, 30:35].mean() > 0.7 for person in large.people)
    assert sorted(large.people + small.people) == list(range(12))
    assert clear > 0.9


def test_of_camps_of_equal_size_the_earlier_moment_comes_first():
    for seed in range(5):
        (first, second), _ = camps(two_groups(6, 6, seed))
        assert first.start < second.start


def test_how_high_somebody_rates_everything_makes_no_camp():
    scores = two_groups(4, 4)
    (first, second), _ = camps(scores)
    shifted = scores + np.linspace(-0.3, 0.3, 8, dtype=np.float32)[:, None]
    assert [camp.people for camp in camps(shifted)[0]] == [first.people, second.people]


def test_people_without_any_structure_are_not_called_camps():
    random = np.random.default_rng(4)
    assert camps(random.random((20, 300)))[1] < 0.2


def test_what_was_not_judged_says_nothing():
    scores = two_groups(6, 6)
    scores[::3, 15:25] = np.nan
    (first, second), clear = camps(scores)
    assert (first.start, second.start) == (5, 30)
    assert clear > 0.9


def test_it_takes_two_people_who_differ():
    assert camps(np.ones((1, 9))) is None
    assert camps(np.ones((5, 9))) is None
    assert camps(np.empty((0, 9))) is None
    (one, other), clear = camps(np.array([[0, 0, 1], [1, 0, 0]]))
    assert (one.people, other.people) == ((1,), (0,))
    assert (one.start, other.start) == (0, 2)
    assert clear == 1


@example(np.array([[0, 1], [np.nan, 0], [0, 1]], np.float32))
@given(
    arrays(np.float32, st.tuples(st.integers(2, 8), st.integers(1, 20)), elements=st.sampled_from([0, 0.25, 1, np.nan]))
)
def test_everybody_is_in_one_group_and_moments_lie_in_the_video(scores):
    found = camps(scores)
    if found is None:
        return
    (one, other), clear = found
    assert one.people
    assert other.people
    assert sorted(one.people + other.people) == list(range(len(scores)))
    for camp in (one, other):
        assert 0 <= camp.start < camp.end <= scores.shape[1]
    assert 0 < clear <= 1 + 1e-9


def test_a_moment_goes_as_far_as_camps_differ_by_half_of_where_they_differ_most():
    scores = np.full((4, 12), 0.2)
    scores[:2, 3:8] += [0.3, 0.29, 0.6, 0.31, 0.1]
    scores[2:, 9:11] += 0.8  # as much in all, so that nobody rates higher throughout
    moments = {(camp.start, camp.end) for camp in camps(scores)[0]}
    assert (5, 7) in moments  # 0.29 and 0.1 are less than half of 0.6
