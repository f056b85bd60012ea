"""Scores that only the right distribution gets best."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import proper_scores


def waves(random, n, scale=1.0):
    """(n, 40) curves of one law: two moments go together, the rest is a little noise."""
    curves = 0.05 * random.standard_normal((n, 40))
    curves[:, :20] += 0.2 * scale * random.standard_normal((n, 1))
    return 0.5 + curves


def test_the_variogram_is_least_for_samples_of_peoples_own_law():
    random = np.random.default_rng(0)
    people = waves(random, 200)
    found = {scale: proper_scores.variogram_score(people, waves(random, 400, scale), 1) for scale in (0.4, 1.0, 2.0)}
    assert min(found, key=found.get) == 1.0
    assert proper_scores.variogram_score(people, np.full((4, 40), 0.5), 1) > found[1.0]


def test_what_a_person_did_not_judge_is_no_pair():
    random = np.random.default_rng(1)
    people, samples = waves(random, 3), waves(random, 16)
    without = people.copy()
    without[:, 30:] = np.nan
    expected = proper_scores.variogram_score(people[:, :30], samples[:, :30], 1)
    assert proper_scores.variogram_score(without, samples, 1) == pytest.approx(expected)


def test_cuts_are_likelier_where_samples_make_the_same():
    random = np.random.default_rng(2)
    people = random.random((6, 30)) < 0.2
    same, strange = people[:4], random.random((4, 30)) < 0.2
    assert proper_scores.log_likelihoods(people, same).max() > proper_scores.log_likelihoods(people, strange).max()


def test_the_likelihood_is_that_of_the_mixture_written_out():
    people, samples = np.array([[True, False, True]]), np.array([[True, False, False], [True, True, True]])
    i, j = 30, 10
    a, b = proper_scores.SHARES[i], proper_scores.SHARES[j]
    written = np.log((a * (1 - b) * b + a * (1 - a) * a) / 2)
    assert proper_scores.log_likelihoods(people, samples)[i, j] == pytest.approx(written)
