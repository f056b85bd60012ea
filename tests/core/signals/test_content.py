"""Rows that likings are drawn over, and the clock that runs with change."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from core.signals.content import change_clock, content_rows, forgetful
from core.signals.novelty import _unlike


def test_neither_the_scale_of_a_space_nor_what_all_moments_share_has_a_say():
    features = np.random.default_rng(0).standard_normal((50, 6))
    rows = content_rows(features, 2.0)
    np.testing.assert_allclose(content_rows(7 * features, 2.0), rows, atol=1e-6)
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-12)
    assert np.isclose(np.square(rows).sum(axis=1).mean(), 1)
    wide = np.concatenate([features, np.full((50, 1), 3.0)], axis=1)
    assert np.isclose(np.square(content_rows(wide, 2.0)).sum(axis=1).mean(), 1)


def test_a_video_that_shows_one_thing_has_no_content():
    assert not content_rows(np.ones((20, 4)), 2.0).any()
    assert not content_rows(np.ones((1, 4)), 2.0).any()


def test_the_clock_stands_in_a_shot_and_runs_through_its_cut():
    clock = change_clock(content_rows(np.repeat(np.eye(4), 10, axis=0), 0.0))
    assert clock[0] == clock[9]
    np.testing.assert_allclose(np.diff(clock)[[9, 19, 29]], 13)
    assert clock[-1] == 39
    small_and_large = change_clock(np.array([[0.0], [1.0], [1.0], [4.0]]))
    np.testing.assert_allclose(small_and_large, [0, 0.3, 0.3, 3])
    np.testing.assert_array_equal(change_clock(np.zeros((5, 4))), np.arange(5))
    np.testing.assert_array_equal(change_clock(np.zeros((1, 4))), [0])


def test_noise_is_forgotten_at_the_rate_that_is_asked():
    times = np.cumsum(np.random.default_rng(0).uniform(0, 2, 30))
    noise = forgetful(np.random.default_rng(1).standard_normal((40_000, 30)), times, 3.0)
    apart = np.abs(np.subtract.outer(times, times))
    np.testing.assert_allclose(np.cov(noise.T), np.exp(-apart / 3), atol=0.03)


@pytest.mark.parametrize(
    "compute",
    [lambda features, seconds: content_rows(features, 3.0), lambda features, seconds: _unlike(features, seconds)],
    ids=["rows of content", "unlike its surroundings"],
)
def test_what_a_long_film_shows_is_computed_without_many_copies_of_it(compute):
    features = np.random.default_rng(0).random((4000, 512), np.float32)
    tracemalloc.start()
    try:
        compute(features, np.arange(len(features)) / 2)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 3 * 2 * features.nbytes, "in double precision it is twice as large"
