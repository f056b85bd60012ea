"""Tastes without labels: the same for the same seed, different from one another, and true to their names."""

from __future__ import annotations

import numpy as np
import pytest

from core.signals import signals
from core.signals.naming import distinguishing, favoured, name, names_of
from core.signals.tastes import KIND, SAMPLES, draw_tastes, kernel_curves
from core.signals.traits import Trait, traits
from tests.core.segment.made_pictures import plain, scene
from tests.core.signals.made_films import Film, film, moving


@pytest.fixture(scope="module")
def visits() -> Film:
    """Twenty visits of four seconds to ten scenes, each of them once dark and once bright."""
    random = np.random.default_rng(3)
    pictures = []
    for visit in random.permutation(20):
        shown = moving(int(visit) % 10, 4, int(visit) % 3)
        pictures += [picture // 3 if visit < 10 else 130 + picture // 2 for picture in shown]
    return film(pictures)


def tastes(made: Film, **options):
    balanced = signals(made.survey, made.timebase, made.picks, made.features, None)["balanced"]
    found = traits(made.survey, made.timebase, made.picks, None)
    where = (made.survey, made.timebase, made.picks)
    return draw_tastes(balanced, made.features, found, *where, feature_space="colour-motion-v1", **options)


def test_tastes_are_curves_with_names_of_their_own(visits):
    track = tastes(visits)
    assert track.scores.shape == (SAMPLES, len(visits.picks))
    assert track.scores.dtype == np.float32
    assert track.scores.min() >= 0
    assert track.scores.max() <= 1
    assert len(set(track.names)) == SAMPLES
    assert all(called.startswith("likes ") for called in track.names)
    assert (track.kind, track.seed, track.feature_space) == (KIND, 0, "colour-motion-v1")


def test_the_same_seed_draws_the_same_tastes(visits):
    first, again, other = tastes(visits), tastes(visits), tastes(visits, seed=1)
    np.testing.assert_array_equal(first.scores, again.scores)
    assert first.names == again.names
    assert not np.array_equal(first.scores, other.scores)


def test_tastes_favour_different_moments(visits):
    liked = favoured(tastes(visits).scores)
    for k, one in enumerate(liked):
        for other in liked[:k]:
            assert (one & other).sum() / (one | other).sum() <= 1 / 3


def test_names_say_what_is_favoured(visits):
    track = tastes(visits)
    said = 0
    for called, moments in zip(track.names, favoured(track.scores), strict=True):
        words = called.replace(",", "").split()
        for trait in traits(visits.survey, visits.timebase, visits.picks, None):
            more = trait.values[moments].mean() - trait.values.mean()
            said += (trait.high in words) + (trait.low in words)
            assert trait.high not in words or more >= trait.least, called
            assert trait.low not in words or -more >= trait.least, called
    assert said >= 4


def test_who_likes_one_moment_likes_moments_that_look_alike(visits):
    """Deviations of moments far apart go together as their looks do, and do not once they are moved in time."""
    curves = kernel_curves(np.zeros(len(visits.picks)), visits.features, 64, 0)
    centred = visits.features - visits.features.mean(axis=0)
    apart = np.abs(np.subtract.outer(visits.seconds, visits.seconds)) > 8
    looks = np.corrcoef(centred)[apart]

    def follows(deviations: np.ndarray) -> float:
        return float(np.corrcoef(np.corrcoef(deviations.T)[apart], looks)[0, 1])

    rolled = [follows(np.roll(curves, len(visits.picks) * k // 7, axis=1)) for k in range(1, 7)]
    assert follows(curves) > 0.5
    assert follows(curves) > max(rolled) + 0.3


def test_black_pictures_are_nobodys_taste():
    made = film([*[picture for seed in range(5) for picture in moving(seed, 3)], *[plain(0)] * 30])
    scores = tastes(made).scores
    assert scores[:, made.seconds >= 16].max() < 0.1


@pytest.mark.parametrize("pictures", [[scene(1)], [scene(1)] * 30, [scene(1), scene(2)]])
def test_where_little_differs_there_are_fewer_tastes(pictures):
    track = tastes(film(pictures))
    assert 1 <= len(track.names) == len(track.scores) <= SAMPLES
    assert np.isfinite(track.scores).all()


def test_a_trait_is_told_only_where_it_is_more_than_chance_and_large():
    values = np.zeros(100)
    values[40:57] = 1
    moments = np.zeros(100, bool)
    moments[42:57] = True
    assert distinguishing(moments, [Trait(values, 0.1, "bright", "dark")]) == [
        ("bright", pytest.approx(2.21, abs=0.01))
    ]
    assert distinguishing(np.roll(moments, 50), [Trait(values, 0.1, "bright", "dark")]) == []
    assert distinguishing(moments, [Trait(values, 2.0, "bright", "dark")]) == []
    assert distinguishing(moments, [Trait(-values, 0.1, "bright", "")]) == []
    both = distinguishing(moments, [Trait(values, 0.1, "bright", "dark"), Trait(-values, 0.1, "blue", "warm")])
    assert [word for word, _ in both] == ["bright"]


def test_names_are_short_and_never_given_twice():
    taken: list[str] = []
    for _ in range(4):
        taken.append(name(["dark", "with music", "quick"], taken))
    assert taken == [
        "likes dark moments with music",
        "likes dark, quick moments",
        "likes quick moments with music",
        "likes dark moments",
    ]


def test_what_moments_are_with_is_said_once():
    assert name(["with dogs", "with grass"], []) == "likes moments with dogs and grass"
    assert name(["with speech", "without music"], []) == "likes moments with speech and without music"


def test_every_curve_has_a_name_of_its_own_by_what_sets_it_apart():
    values = np.zeros(100)
    values[40:55] = 1
    bright = Trait(values, 0.1, "bright", "")
    alike = np.linspace(0, 1, 100)
    names = names_of(np.stack([alike + values, alike - values, alike - values]), [bright], np.arange(100.0))
    assert names[0] == "likes bright moments"
    assert len(set(names)) == 3
    assert all(called.startswith("likes moments like ") for called in names[1:])
    assert names_of(np.zeros((4, 2)), [], np.arange(2.0))[2:] == ("taste 3", "taste 4")
