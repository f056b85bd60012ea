"""Ridge: a known direction is recovered, and its shortcut for leaving videos out is right."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.personal.choosing import tau_with
from core.personal.content import Labelled
from core.personal.ridge import LAMBDAS, Ridge, _left_out
from tests.core.personal.made_people import direction, labelled, liked, made_video


def test_a_person_whose_taste_is_a_direction_is_recovered():
    taste = Ridge().learn(labelled(range(6), direction(2)))
    new = made_video(9)
    assert tau_with(taste.mean(new), liked(new, direction(2))) > 0.6
    assert taste.penalty in LAMBDAS
    assert taste.mean(new).mean() == pytest.approx(0.5, abs=0.1)


def test_what_is_left_of_a_video_is_what_the_others_predict_wrongly():
    random = np.random.default_rng(1)
    x, y = random.normal(size=(30, 5)), random.normal(size=30)
    parts = [slice(0, 10), slice(10, 22), slice(22, 30)]
    values, vectors = np.linalg.eigh(x @ x.T)
    a, left = _left_out(values, vectors, y, parts, penalty=2.0)
    assert x.T @ a == pytest.approx(np.linalg.solve(x.T @ x + 2 * np.eye(5), x.T @ y))
    for part in parts:
        rest = np.ones(30, bool)
        rest[part] = False
        w = np.linalg.solve(x[rest].T @ x[rest] + 2 * np.eye(5), x[rest].T @ y[rest])
        assert left[part] == pytest.approx(y[part] - x[part] @ w)


def test_samples_differ_around_the_mean_and_the_same_seed_gives_the_same():
    taste, new = Ridge().learn(labelled(range(4), direction(0))), made_video(9)
    drawn = taste.samples(new, 400, seed=1)
    assert drawn.mean(axis=0) == pytest.approx(taste.mean(new), abs=5 * taste.noise / 20)
    assert drawn[:3] == pytest.approx(taste.samples(new, 3, seed=1))
    assert not np.allclose(drawn[0], drawn[1])


def test_a_single_video_is_enough_and_none_is_not():
    assert Ridge().learn(labelled(range(1), direction(0))).weights.any()
    with pytest.raises(InputError, match="nothing can be learned"):
        Ridge().learn([Labelled(made_video(0), np.full(60, np.nan))])
