"""Coverage of people's summaries at a kept share, against counting frame by frame."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from core.data.timebase import Timebase
from core.errors import InputError
from core.statistics.coverage import coverage, kept_share


@pytest.fixture
def judged(make_entry):
    """An entry whose two people keep seconds 0..10 and 50..60."""
    entry = make_entry(people=2)
    summaries = np.zeros((2, entry.n_frames), np.uint8)
    summaries[0, :240] = 1
    summaries[1, -240:] = 1
    return replace(entry, annotations=replace(entry.annotations, summaries=summaries))


def test_it_counts_the_frames_that_samples_keep(judged):
    generator = np.random.default_rng(0)
    samples = generator.uniform(size=(5, len(judged.picks)))
    frames = np.array([np.repeat(row > 0.5, np.diff(judged.picks, append=judged.n_frames)) for row in samples])
    held = np.array([[keeps[cut > 0].mean() for keeps in frames] for cut in judged.annotations.summaries])
    found = coverage(judged, samples)
    assert found.kept == pytest.approx(frames.mean())
    assert kept_share(judged, samples) == pytest.approx(frames.mean())
    assert found.one == pytest.approx(held.mean())
    assert found.people == pytest.approx(held.max(1).mean())
    assert found.best_person == pytest.approx(held.max(0).mean())


def test_by_chance_a_sample_covers_what_it_keeps_and_the_best_of_several_more(judged):
    samples = np.zeros((8, len(judged.picks)))
    samples[:, : len(judged.picks) // 2] = 1  # all of the first person, nothing of the second
    found = coverage(judged, samples)
    assert (found.kept, found.one, found.people, found.best_person) == (0.5, 0.5, 0.5, 1.0)
    assert found.chance.kept == pytest.approx(0.5)
    assert found.chance.one == pytest.approx(0.5, abs=0.05)
    assert 0.5 < found.chance.people < 0.9
    # Moved in time, whole scenes stay together, so that the best of several does better.
    assert coverage(judged, samples, shifted=True).chance.people > found.chance.people


def test_the_same_seed_gives_the_same_chance(judged):
    samples = np.random.default_rng(0).uniform(size=(3, len(judged.picks)))
    assert coverage(judged, samples, seed=4) == coverage(judged, samples, seed=4)
    assert coverage(judged, samples, seed=4) != coverage(judged, samples, seed=5)


def test_people_whose_summaries_are_empty_do_not_count(judged):
    samples = np.random.default_rng(0).uniform(size=(3, len(judged.picks)))

    def of(*summaries):
        return coverage(
            replace(judged, annotations=replace(judged.annotations, summaries=np.array(summaries))), samples
        )

    first = judged.annotations.summaries[0]
    found, alone = of(first, np.zeros_like(first)), of(first, first)
    assert (found.one, found.people) == pytest.approx((alone.one, alone.people))


def test_without_people_there_is_nothing_to_cover(make_entry):
    with pytest.raises(InputError, match="Nobody has judged"):
        coverage(make_entry(people=0), np.ones((1, 120)))


def test_a_frame_is_kept_where_its_score_is_over_a_half(judged):
    half = np.full((1, len(judged.picks)), 0.5)
    assert kept_share(judged, half) == 0
    assert kept_share(judged, half + 1e-6) == 1


def test_what_is_kept_is_a_share_of_time_where_the_rate_varies(judged):
    """The second half of the frames lasts nine times as long as the first."""
    n = judged.n_frames
    steps = np.repeat([1, 9], [n // 2, n - n // 2])
    times = Timebase.from_times(np.cumsum(steps) - steps, Fraction(1, 100), int(steps.sum()))
    varying = replace(judged, timebase=times)
    first = (judged.picks < n // 2).astype(np.float64)[None]
    assert kept_share(judged, first) == pytest.approx(0.5, abs=0.05)
    assert kept_share(varying, first) == pytest.approx(0.1, abs=0.02)
    assert coverage(varying, first).kept == kept_share(varying, first)
