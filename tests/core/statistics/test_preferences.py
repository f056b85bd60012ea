"""Preferences between cuts: who wins, by how much, and whether a figure says so beforehand."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.statistics.preferences import Comparison, bradley_terry, predicts, standings, wilson, wins

SOURCES = ("mean", "novelty", "summdiff", "vasnet")


def votes_of(strengths, rounds, seed):
    """Votes as the model would have them."""
    generator = np.random.default_rng(seed)
    for _ in range(rounds):
        a, b = generator.choice(len(SOURCES), 2, replace=False)
        won = generator.random() < 1 / (1 + np.exp(strengths[b] - strengths[a]))
        yield Comparison(SOURCES[a], SOURCES[b], float(won))


@settings(max_examples=15)
@given(st.permutations([-1.8, -0.6, 0.6, 1.8]), st.integers(0, 99))
def test_the_order_of_true_strengths_comes_back_and_lies_within_the_intervals(strengths, seed):
    votes = list(votes_of(strengths, 800, seed))
    found = standings(votes)
    assert [one.source for one in found] == [SOURCES[k] for k in np.argsort(strengths)[::-1]]
    assert sum(one.strength for one in found) == pytest.approx(0, abs=1e-9)
    assert all(one.probability.low < one.probability.value < one.probability.high for one in found)


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from(SOURCES), st.sampled_from([0, 0.5, 1])), min_size=1)
)
def test_which_of_two_was_called_the_first_makes_no_difference(given_votes):
    votes = [Comparison(a, b, outcome) for a, b, outcome in given_votes if a != b]
    turned = [Comparison(one.second, one.first, 1 - one.outcome) for one in votes]
    for one, other in zip(standings(votes), standings(turned), strict=True):
        assert (one.source, one.votes, one.won, one.tied) == (other.source, other.votes, other.won, other.tied)
        assert one.probability.value == pytest.approx(other.probability.value)
        assert one.strength == pytest.approx(other.strength, abs=1e-6)


def test_two_sources_win_as_often_as_the_votes_and_the_undecided_one_that_is_added_say():
    first, second = standings([Comparison("a", "b", 1)] * 6)
    assert (first.source, first.votes, first.won, first.tied) == ("a", 6, 6, 0)
    assert first.probability.value == pytest.approx(6.5 / 7)
    assert second.rate.value == 0
    assert second.rate.high == pytest.approx(0.3903, abs=1e-4)  # Wilson's for 0 of 6
    strengths, covariance = bradley_terry(wins([Comparison("a", "b", 1)] * 6, ("a", "b")))
    # Of one logit the information is n p (1 - p).
    spread = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert spread == pytest.approx(1 / (7 * 6.5 / 7 * 0.5 / 7))
    assert strengths[0] - strengths[1] == pytest.approx(np.log(13))


def test_a_tie_is_half_a_win_of_both():
    for one in standings([Comparison("a", "b", 0.5)] * 4):
        assert (one.votes, one.won, one.tied, one.rate.value) == (4, 0, 4, 0.5)
        assert one.probability.value == pytest.approx(0.5)


def test_a_figure_predicts_what_it_predicts_beside_what_a_coin_does():
    found = predicts([0.2, -0.1, 0.3, 0.0, nan, 0.1], [1, 0, 0, 1, 1, 0.5])
    assert (found.votes, found.left_out, found.chance) == (3, 3, 0.5)
    assert found.share.value == pytest.approx(2 / 3)
    assert found.share.low < 0.5 < found.share.high
    assert isnan(predicts([], []).share.value)
    assert predicts([], []).share.why


def test_no_vote_is_no_standing_and_a_vote_is_between_two():
    assert standings([]) == ()
    assert isnan(wilson(0, 0).value)
    with pytest.raises(InputError, match="itself"):
        Comparison("a", "a", 1)
    with pytest.raises(InputError, match="1, 0"):
        Comparison("a", "b", 0.7)
