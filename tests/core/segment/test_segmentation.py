"""KTS and uniform shots."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.errors import InputError
from core.segment import segmentation
from core.segment.kts import kts, kts_fixed
from core.segment.segmentation import default_shots, kts_shots, shots_from_changes, uniform_shots
from core.segment.settings import ShotSettings

FEATURES = st.integers(1, 9).flatmap(lambda rows: arrays(np.float64, (rows, 2), elements=st.integers(-4, 4)))


def scatter(features: np.ndarray, changes: tuple[int, ...]) -> float:
    """Scatter within segments, by its definition."""
    edges = [0, *changes, len(features)]
    return sum(((features[a:b] - features[a:b].mean(axis=0)) ** 2).sum() for a, b in pairwise(edges))


@pytest.mark.parametrize("number", [1, 2])
def test_change_points_equal_the_reference_implementation(golden, number):
    with np.load(golden / f"kts_{number}.npz") as vector:
        features = vector["X"]
        automatic = [re.fullmatch(r"auto_m(\d+)_v([\d.]+)", key) for key in vector.files]
        for match in filter(None, automatic):
            changes = kts(features, int(match[1]), float(match[2]))
            np.testing.assert_array_equal(changes, vector[match[0]])
        changes, scatters = kts_fixed(features, 12, 2, 120)
        np.testing.assert_array_equal(changes, vector["nonlin_12_lmin2_lmax120"])
        np.testing.assert_allclose(scatters, vector["nonlin_obj"], atol=1e-9)


@settings(deadline=None)  # the first example may compile
@given(FEATURES)
def test_each_number_of_changes_is_solved_optimally(features):
    length = len(features)
    changes, scatters = kts_fixed(features, length - 1)
    assert changes.tolist() == list(range(1, length))
    for number, found in enumerate(scatters):
        best = min(scatter(features, chosen) for chosen in combinations(range(1, length), number))
        assert found == pytest.approx(best, abs=1e-9)


@settings(deadline=None)  # the first example may compile
@given(FEATURES, st.sampled_from([0.5, 1.0, 20.0]))
def test_the_number_of_changes_minimises_the_penalised_scatter(features, penalty):
    length = len(features)
    _, scatters = kts_fixed(features, length - 1)
    number = np.arange(1, length)
    costs = scatters / length
    costs[1:] += penalty * number / (2 * length) * (np.log(length / number) + 1)
    chosen = kts(features, penalty=penalty)
    assert costs[len(chosen)] == pytest.approx(costs.min(), abs=1e-9)
    assert scatter(features, tuple(chosen)) == pytest.approx(scatters[len(chosen)], abs=1e-9)


@settings(deadline=None)  # the first example may compile
@given(FEATURES, st.sampled_from([0.0, 0.5, 3.0]), st.integers(1, 9))
def test_with_a_longest_segment_the_best_of_those_that_keep_to_it_is_found(features, penalty, longest):
    length = len(features)

    def total(changes):
        k = len(changes)
        return scatter(features, changes) + (penalty * k / 2 * (np.log(length / k) + 1) if k else 0.0)

    every = [chosen for k in range(length) for chosen in combinations(range(1, length), k)]
    allowed = [chosen for chosen in every if max(np.diff([0, *chosen, length])) <= longest]
    found = tuple(kts(features, penalty=penalty, max_length=longest).tolist())
    assert found in allowed
    assert total(found) == pytest.approx(min(map(total, allowed)), abs=1e-9)
    few = [chosen for chosen in allowed if len(chosen) <= length // 3]
    if few:
        found = tuple(kts(features, length // 3, penalty, longest).tolist())
        assert found in few
        assert total(found) == pytest.approx(min(map(total, few)), abs=1e-9)


@pytest.mark.parametrize(("seed", "longest", "changes"), [(3642, 45, 1), (4537, 34, 2), (4840, 37, 2), (8476, 34, 1)])
def test_few_changes_are_found_where_many_are_nearly_as_good(seed, longest, changes):
    """Found among thousands: the best number lies beyond the price of a change that is tried first."""
    random = np.random.default_rng(seed)
    length, width, every = int(random.integers(20, 80)), int(random.integers(1, 4)), int(random.integers(2, 12))
    steps = np.repeat(random.normal(size=(length // every + 1, width)), every, axis=0)[:length]
    features = steps * random.uniform(0.3, 2) + random.normal(size=(length, width)) * random.uniform(0.3, 1.5)
    costs = np.full((length, length + 1), np.inf)  # with k changes, of the first rows
    for end in range(1, length + 1):
        starts = np.arange(max(0, end - longest), end)
        last = np.array([scatter(features[start:end], ()) for start in starts])
        costs[0, end] = last[0] if starts[0] == 0 else np.inf
        costs[1:, end] = (costs[:-1, starts] + last).min(axis=1)
    number = np.arange(1, length)
    costs[1:, length] += number / 2 * (np.log(length / number) + 1)
    assert len(kts(features, max_length=longest)) == costs[:, length].argmin() == changes


@pytest.mark.parametrize("seed", range(6))
def test_the_hull_finds_what_solving_every_number_of_changes_finds(seed):
    """Long enough that intervals are computed in several widths, with stretches of equal rows."""
    random = np.random.default_rng(seed)
    shots = random.integers(1, 60, 12)
    features = np.repeat(random.normal(size=(len(shots), 5)), shots, axis=0)
    features += random.choice([0.0, 0.02, 0.3]) * random.normal(size=features.shape)
    length = len(features)
    _, costs = kts_fixed(features, length - 1)
    number = np.arange(1, length)
    totals = costs / length
    totals[1:] += 0.1 * number / (2 * length) * (np.log(length / number) + 1)
    chosen = kts(features, penalty=0.1)
    assert len(chosen) == int(np.argmin(totals))
    assert scatter(features, tuple(chosen)) == pytest.approx(costs[len(chosen)], abs=1e-9)


def test_an_hour_of_picks_is_segmented_at_its_cuts():
    rng = np.random.default_rng(0)
    cuts = np.arange(20, 3600, 20)
    segment = np.searchsorted(cuts, np.arange(3600), side="right")
    features = rng.normal(size=(len(cuts) + 1, 64))[segment] + 0.1 * rng.normal(size=(3600, 64))
    shots = kts_shots(features, np.arange(3600) * 12, 3600 * 12)
    np.testing.assert_array_equal(shots.bounds[1:, 0], cuts * 12)
    assert shots.source == "kts"


def test_shots_of_very_long_videos_are_bounded_so_that_memory_is(monkeypatch):
    features = np.eye(4)[np.repeat([0, 1, 2, 3], 30)]
    frames = np.arange(120) * 12
    unbounded = kts_shots(features, frames, 120 * 12)
    assert (unbounded.bounds[:, 0] // 12).tolist() == [0, 30, 60, 90]
    monkeypatch.setattr(segmentation, "MOST_INTERVALS", 30 * 120)
    np.testing.assert_array_equal(kts_shots(features, frames, 120 * 12).bounds, unbounded.bounds)
    monkeypatch.setattr(segmentation, "MOST_INTERVALS", 20 * 120)
    bounded = kts_shots(features, frames, 120 * 12).bounds // 12
    assert (bounded[:, 1] - bounded[:, 0]).max() == 20
    assert set(bounded[:, 0]) > {0, 30, 60, 90}


def test_videos_without_change_are_one_shot():
    assert kts(np.ones((1, 3))).tolist() == []
    assert kts(np.ones((40, 3))).tolist() == []
    assert kts(np.zeros((40, 3))).tolist() == []
    assert kts_shots(np.zeros((4, 3)), np.arange(4) * 5, 20).bounds.tolist() == [[0, 20]]


def test_shots_begin_at_the_picks_of_the_changes_and_cover_the_video():
    shots = shots_from_changes(np.array([1, 3]), np.array([2, 10, 20, 30]), 40)
    assert shots.bounds.tolist() == [[0, 10], [10, 30], [30, 40]]


def test_bad_features_are_refused():
    with pytest.raises(InputError, match="not finite"):
        kts(np.array([[1.0], [np.nan]]))
    with pytest.raises(InputError, match="table"):
        kts(np.ones(5))
    with pytest.raises(InputError, match="table"):
        kts(np.ones((0, 5)))
    with pytest.raises(InputError, match="at least 0"):
        kts(np.ones((5, 1)), penalty=-1)
    with pytest.raises(InputError, match="do not fit"):
        kts_shots(np.ones((5, 1)), np.arange(4), 10)


def test_impossible_segmentations_are_refused():
    with pytest.raises(InputError, match="cannot be cut"):
        kts_fixed(np.ones((5, 1)), 5)
    with pytest.raises(InputError, match="segments of 3"):
        kts_fixed(np.ones((5, 1)), 1, min_length=3)


def test_uniform_shots_begin_every_two_seconds():
    shots = uniform_shots(Timebase(Fraction(30000, 1001), 240))
    assert shots.bounds.tolist() == [[0, 59], [59, 119], [119, 179], [179, 240]]
    assert shots.source == "uniform 2 s"


def test_a_short_remainder_belongs_to_the_last_uniform_shot():
    assert uniform_shots(Timebase(Fraction(25), 101)).bounds.tolist() == [[0, 50], [50, 101]]
    assert uniform_shots(Timebase(Fraction(25), 100)).bounds.tolist() == [[0, 50], [50, 100]]
    assert uniform_shots(Timebase(Fraction(25), 3)).bounds.tolist() == [[0, 3]]


@settings(deadline=None)  # the first example may compile
@given(st.sampled_from([Fraction(24000, 1001), Fraction(25), Fraction(1, 3)]), st.integers(1, 2000))
def test_uniform_shots_cover_every_frame_once(rate, n_frames):
    bounds = uniform_shots(Timebase(rate, n_frames)).bounds
    assert bounds[0, 0] == 0
    assert bounds[-1, 1] == n_frames
    np.testing.assert_array_equal(bounds[1:, 0], bounds[:-1, 1])
    assert (bounds[:, 1] > bounds[:, 0]).all()


def test_the_first_segmentation_is_the_default():
    timebase, shots = Timebase(Fraction(25), 100), Shots(np.array([[0, 100]]), "kts")
    assert default_shots(Entry("a/b", "", timebase, np.array([0]), shots={"kts": shots})) is shots
    assert default_shots(Entry("a/b", "", timebase, np.array([0]))).source == "uniform 2 s"


def test_the_name_of_shots_holds_the_parameters_that_are_not_as_published():
    assert ShotSettings("kts").name == "kts"  # the penalty of the release is 1
    assert ShotSettings("kts", 0.5).name == "kts penalty 0.5"
