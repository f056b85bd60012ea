"""Deviations of samples in place against the same at other times: noise, people's own, and what strips them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.statistics.alignment import alignment_of, over_videos, stripped, without_interval
from core.statistics.chance import noise, residual_covariance
from core.statistics.results import Aligned, Alignment
from tests.core.statistics.test_chance import judged

VIDEOS = [judged(n_people=10, n_picks=150, alike=0.3, seed=seed) for seed in range(12)]


def samples_of(entry, deviations):
    return entry.people.scores.astype(np.float64).mean(axis=0) + deviations


def test_noise_is_worth_as_much_at_any_other_time() -> None:
    found = []
    for number, entry in enumerate(VIDEOS):
        covariance = residual_covariance(entry.people.scores)
        drawn = noise(16, 150, covariance, np.random.default_rng(number)) - 0.5
        found.append(alignment_of(entry, samples_of(entry, drawn)))
    both = over_videos(found)
    for part in (both.coverage, both.precision):
        assert abs(part.difference) < 0.03
        assert part.interval[0] < 0.01


def test_the_deviations_of_people_themselves_are_worth_nothing_at_another_time() -> None:
    found = over_videos([alignment_of(entry, entry.people.scores[:8]) for entry in VIDEOS])
    for part in (found.coverage, found.precision):
        assert part.difference > 0.2
        assert part.interval[0] > 0.2
        assert part.difference == pytest.approx(part.aligned - part.rolled)


def test_people_are_not_found_in_their_own_curves() -> None:
    entry = VIDEOS[0]
    own, others = (alignment_of(entry, entry.people.scores, of_people=one) for one in (False, True))
    assert own.coverage.aligned > 0.7
    assert others.coverage.aligned < own.coverage.aligned - 0.2
    assert others.coverage.rolled == pytest.approx(own.coverage.rolled, abs=0.05)


def test_drifts_and_samples_that_are_more_or_less_sure_of_the_mean_do_not_count() -> None:
    entry = VIDEOS[0]
    mean = entry.people.scores.astype(np.float64).mean(axis=0)
    position = np.linspace(-1, 1, len(mean))
    weights = np.random.default_rng(0).standard_normal((8, 4))
    drifting = mean + weights @ np.stack([np.ones_like(mean), position, position**2, mean])
    assert np.abs(stripped(drifting)).max() < 1e-9
    found = alignment_of(entry, drifting)
    assert np.isnan([found.coverage.difference, found.precision.rolled]).all()


@settings(max_examples=20, deadline=None)
@given(scale=st.floats(0.1, 5), offset=st.floats(-1, 1), seed=st.integers(0, 99))
def test_scale_offset_and_order_of_samples_change_nothing(scale: float, offset: float, seed: int) -> None:
    entry = VIDEOS[seed % len(VIDEOS)]
    random = np.random.default_rng(seed)
    samples = samples_of(entry, 0.1 * random.standard_normal((5, 150)))
    first = alignment_of(entry, samples)
    again = alignment_of(entry, (scale * samples + offset)[random.permutation(5)])
    for part in ("coverage", "precision"):
        a, b = (vars(getattr(found, part)) for found in (first, again))
        assert a["aligned"] == pytest.approx(b["aligned"], abs=1e-3)
        assert a["rolled"] == pytest.approx(b["rolled"], abs=1e-3)


def test_stripping_is_done_once() -> None:
    samples = np.random.default_rng(1).standard_normal((6, 90))
    left = stripped(samples)
    mean = samples.mean(axis=0)
    assert np.allclose(left @ mean, 0)
    assert np.allclose(left.sum(axis=1), 0)
    assert np.allclose(stripped(mean + left), left)


def test_where_it_takes_more_samples_people_or_picks_there_is_no_figure() -> None:
    entry = VIDEOS[0]
    alone = replace(entry, annotations=entry.people.only([0]))
    assert alignment_of(entry, entry.people.scores[0]) is None
    assert alignment_of(alone, entry.people.scores) is None
    assert alignment_of(replace(entry, annotations=None), entry.people.scores) is None
    short = judged(n_picks=6)
    assert np.isnan(alignment_of(short, short.people.scores).coverage.aligned)
    assert over_videos([]) is None


def test_two_videos_have_a_difference_and_no_limits() -> None:
    part = Aligned(0.3, 0.2, 0.1)
    found = over_videos([Alignment(part, part)] * 2)
    assert found.coverage.difference == pytest.approx(0.1)
    assert np.isnan(found.coverage.interval).all()
    assert without_interval(found).coverage.interval is None
