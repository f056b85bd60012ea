"""The mean over people, and how far they are apart."""

from __future__ import annotations

import numpy as np
import pytest

from core.statistics.curves import disagreement, mean_of_best, mean_of_people, tying_mean


def test_the_mean_leaves_out_who_did_not_judge():
    scores = np.array([[0.2, np.nan, np.nan], [0.6, 0.4, np.nan]], np.float32)
    np.testing.assert_allclose(mean_of_people(scores), [0.4, 0.4, np.nan], rtol=1e-6)


def test_equal_means_tie_whatever_the_order_of_people():
    assert len(set(tying_mean(np.array([[0.2, 0.6], [0.4, 0], [0.6, 0.6]], np.float32)).tolist())) == 1
    assert np.isnan(tying_mean(np.array([[0.2, np.nan], [0.4, np.nan]]))[1])


def test_means_that_differ_by_more_than_rounding_do_not_tie():
    assert len(set(tying_mean(np.array([[0.2, 0.200002]])).tolist())) == 2


def test_a_mean_that_nobody_rounds_keeps_what_float32_left_of_the_scores():
    scores = np.array([[0.1, 0.3], [0.2, 0.6]], np.float32)
    np.testing.assert_array_equal(mean_of_people(scores), scores.astype(np.float64).sum(axis=0) / 2)


def test_the_best_of_each_leaves_out_what_is_undefined():
    matches = np.array([[0.2, np.nan], [0.4, np.nan]])
    assert mean_of_best(matches, axis=0) == pytest.approx(0.4)
    assert mean_of_best(matches, axis=1) == pytest.approx(0.3)


def test_disagreement_counts_the_picks_that_two_judged():
    assert disagreement(np.array([[0, 1, 0.5], [1, np.nan, 0.5]])) == pytest.approx(0.25)
    assert disagreement(np.array([[0.3, np.nan], [np.nan, 0.9]])) is None
