"""Differences that are paired over videos, and Welch's t-test between runs."""

from __future__ import annotations

import numpy as np
import pytest

from core.statistics.paired import paired_difference, welch


def test_a_shift_that_all_videos_share_is_found_although_the_videos_differ_far_more() -> None:
    random = np.random.default_rng(0)
    before = random.normal(0, 1, 40)
    found = paired_difference(before, before + 0.1 + random.normal(0, 0.05, 40))
    assert 0.05 < found.low < found.value < found.high < 0.15


def test_limits_hold_the_truth_in_about_95_of_100_data_sets() -> None:
    random = np.random.default_rng(1)
    held = 0
    for seed in range(200):
        found = paired_difference(np.zeros(25), random.normal(0.2, 1, 25), 500, seed)
        held += found.low <= 0.2 <= found.high
    assert 180 <= held <= 199


def test_videos_without_a_figure_are_left_out_and_two_have_no_limits() -> None:
    found = paired_difference([0.1, np.nan, 0.3], [0.2, 0.5, 0.4])
    assert found.value == pytest.approx(0.1)
    assert np.isnan(found.low)
    assert "three" in found.why
    assert np.isnan(paired_difference([np.nan], [1.0]).value)


def test_welch_gives_what_its_formula_gives() -> None:
    a, b = [0.20, 0.24, 0.22, 0.21], [0.26, 0.31, 0.24]
    va, vb = np.var(a, ddof=1) / 4, np.var(b, ddof=1) / 3
    found = welch(a, b)
    assert found.t == pytest.approx((np.mean(b) - np.mean(a)) / np.sqrt(va + vb))
    assert found.difference.low < found.difference.value < found.difference.high
    assert 0 < found.p < 0.2
    assert np.isnan(welch([0.2], [0.3]).p)
