from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.errors import InputError
from core.features.colour_motion import COLOUR_MOTION, colour_motion
from core.features.space import Moment, picture_size

H, W = 90, 160


def ground(colour: tuple[int, int, int] = (60, 120, 60), seed: int = 0) -> np.ndarray:
    """A coloured ground with a fixed texture."""
    noise = np.random.default_rng(seed).normal(0, 18, (H // 3, W // 3, 1))
    texture = cv2.resize(noise, (W, H), interpolation=cv2.INTER_CUBIC)
    return np.clip(np.array(colour) + texture[..., None], 0, 255).astype(np.uint8)


def ball(x: float, y: float = 45, colour: tuple[int, int, int] = (230, 40, 40), seed: int = 0) -> np.ndarray:
    return cv2.circle(ground(seed=seed), (round(x), round(y)), 12, colour, -1, cv2.LINE_AA)


def still(picture: np.ndarray) -> Moment:
    return Moment(picture, picture.copy(), 0.1)


def rolling(x: float, step: float, seed: int = 0) -> Moment:
    return Moment(ball(x, seed=seed), ball(x + step, seed=seed), 0.1)


def features(moments: Iterable[Moment]) -> np.ndarray:
    return colour_motion(moments)


def distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.linalg.norm(a - b))


def test_the_space_has_its_width_and_finite_float32_rows() -> None:
    rows = COLOUR_MOTION.extract(iter([rolling(40, 5), still(ground()), rolling(90, -5)]))
    assert rows.shape == (3, COLOUR_MOTION.width)
    assert rows.dtype == np.float32
    assert np.isfinite(rows).all()


def test_the_same_pictures_give_the_same_rows() -> None:
    moments = [rolling(20 + 10 * i, 6, seed=i) for i in range(8)]
    assert np.array_equal(features(moments), features(moments))


@settings(max_examples=15, deadline=None)
@given(arrays(np.uint8, (2, 40, 52, 3)), st.sampled_from([-0.1, 0.0, 1e-3, 0.1, 30.0]))
def test_any_pictures_give_finite_moderate_rows(pictures: np.ndarray, seconds: float) -> None:
    rows = features([Moment(pictures[0], pictures[1], seconds), Moment(pictures[1], pictures[0], seconds)])
    assert np.isfinite(rows).all()
    assert np.abs(rows).max() < 3


def test_one_moment_is_enough_and_none_is_an_error() -> None:
    alone = features([Moment(ground(), ground(), 0.0)])
    assert alone.shape == (1, COLOUR_MOTION.width)
    with pytest.raises(InputError):
        features([])


def test_a_still_picture_does_not_move() -> None:
    rows = features([still(ground()), Moment(ground(), ground(), 0.0), rolling(60, 8)])
    motion = rows[:, 113:160]
    assert np.abs(motion[0]).max() < 0.02
    assert not motion[1].any()
    assert np.abs(motion[2]).max() > 0.05


def test_speed_does_not_depend_on_the_distance_between_the_frames() -> None:
    quick = Moment(ball(60), ball(64), 0.05)
    slow = Moment(ball(60), ball(68), 0.10)
    backwards = Moment(ball(60), ball(56), -0.05)
    other_way = Moment(ball(60), ball(56), 0.05)
    rows = features([quick, slow, backwards, other_way])[:, 113:122]
    assert distance(rows[0], rows[1]) < 0.3 * np.linalg.norm(rows[0])
    assert distance(rows[0], rows[2]) < 0.3 * np.linalg.norm(rows[0])


def test_directions_of_motion_are_told_apart() -> None:
    right = features([rolling(50, 7, seed=1), rolling(70, 7, seed=2)])
    left = features([rolling(50, -7, seed=1), rolling(70, -7, seed=2)])
    pan = features([Moment(ground(seed=3), np.roll(ground(seed=3), 6, axis=1), 0.1)] * 2)
    block = slice(113, 160)
    assert distance(right[0, block], right[1, block]) < distance(right[0, block], left[0, block])
    assert distance(right[0, block], pan[0, block]) > distance(right[0, block], right[1, block])


def test_the_same_kind_of_event_in_another_video_is_nearer_than_another_event() -> None:
    """Two videos with other grounds and noise; each has a ball rolling, a dark phase and a still phase."""

    def video(seed: int, colour: tuple[int, int, int]) -> list[Moment]:
        rng = np.random.default_rng(seed)

        def noisy(picture: np.ndarray) -> np.ndarray:
            return np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)

        def with_ball(x: float) -> np.ndarray:
            return cv2.circle(ground(colour, seed), (round(x), 45), 12, (230, 40, 40), -1, cv2.LINE_AA)

        ball_rolls = [Moment(noisy(with_ball(30 + 9 * i)), noisy(with_ball(37 + 9 * i)), 0.1) for i in range(10)]
        dark = [Moment(noisy(ground(colour, seed) // 5), noisy(ground(colour, seed) // 5), 0.1) for _ in range(10)]
        calm = [Moment(noisy(ground(colour, seed)), noisy(ground(colour, seed)), 0.1) for _ in range(10)]
        return [*calm, *ball_rolls, *dark]

    one, two = features(video(1, (60, 120, 60))), features(video(2, (80, 110, 70)))
    distances = np.linalg.norm(one[:, None] - two[None], axis=2)
    assert (distances.argmin(axis=1) // 10 == np.arange(30) // 10).mean() > 0.9


def test_small_pictures_keep_the_shape_of_the_video() -> None:
    assert picture_size(1920, 1080) == (160, 90)
    assert picture_size(1080, 1920) == (90, 160)
    assert picture_size(64, 48) == (64, 48)
    assert picture_size(20_000, 100)[1] == 32
    assert picture_size(1, 1) == (32, 32)
