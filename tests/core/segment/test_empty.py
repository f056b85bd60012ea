from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from core.data.timebase import Timebase
from core.segment.empty import empty_intervals, intervals_of
from core.segment.survey import survey_of
from core.video.probe import probe
from tests.core.segment.made_pictures import card, plain, scene, write_pictures


def empty(path) -> list[list[int]]:
    timebase = probe(path).timebase
    return empty_intervals(survey_of(path, timebase), timebase).tolist()


def moving(seed: int, count: int) -> list[np.ndarray]:
    return [scene(seed, step) for step in range(count)]


def shown(pictures: list[np.ndarray], gain: float, ground: float = 0) -> list[np.ndarray]:
    return [np.clip(picture * gain + ground, 0, 255).astype(np.uint8) for picture in pictures]


def head(step: int) -> np.ndarray:
    """Somebody who talks before a plain wall."""
    picture = plain(200)
    cv2.ellipse(picture, (160, 190), (80, 60), 0, 0, 360, (40, 60, 120), -1)
    cv2.ellipse(picture, (160, 90), (36, 48), 0, 0, 360, (190, 150, 130), -1)
    cv2.ellipse(picture, (160, 115), (12, 3 + step % 6), 0, 0, 360, (90, 30, 30), -1)
    return picture


def logo() -> np.ndarray:
    picture = plain(250)
    for x in range(70, 250, 26):
        cv2.rectangle(picture, (x, 50), (x + 14, 130), (20, 120, 200), -1)
    return picture


@pytest.mark.parametrize(
    ("nothing", "name"),
    [
        ([plain(0)] * 10, "black"),
        ([plain(255)] * 10, "white"),
        ([plain(120)] * 10, "grey"),
        ([card("A film by nobody")] * 20, "title"),
        ([card("THE END", 240, 30)] * 20, "title on white"),
        ([logo()] * 20, "logo"),
        ([cv2.GaussianBlur(picture, (0, 0), 30) for picture in moving(3, 10)], "smeared"),
    ],
)
def test_what_shows_nothing_is_found_to_the_frame(tmp_path, nothing, name) -> None:
    pictures = [*moving(1, 31), *nothing, *moving(2, 40)]
    assert empty(write_pictures(tmp_path / "a.mp4", pictures)) == [[31, 31 + len(nothing)]], name


@pytest.mark.parametrize(
    ("something", "name"),
    [
        (shown(moving(3, 30), 0.2), "night"),
        (shown(moving(3, 30), 0.2, 180), "fog"),
        (shown(moving(3, 30), 0.3, 190), "snow"),
        ([head(step) for step in range(30)], "head"),
        ([head(0)] * 30, "still head"),
        ([cv2.GaussianBlur(picture, (0, 0), 2) for picture in moving(3, 30)], "soft"),
    ],
)
def test_what_shows_little_is_not_empty(tmp_path, something, name) -> None:
    assert empty(write_pictures(tmp_path / "a.mp4", [*moving(1, 30), *something, *moving(2, 30)])) == [], name


def test_fades_are_empty_until_half_is_there(tmp_path) -> None:
    down, up = moving(1, 60), moving(2, 60)
    for index in range(20):
        down[40 + index] = (down[40 + index] * (1 - (index + 1) / 20)).astype(np.uint8)
        up[index] = (up[index] * ((index + 1) / 20)).astype(np.uint8)
    [[start, end]] = empty(write_pictures(tmp_path / "a.mp4", [*down, *[plain(0)] * 5, *up]))
    assert abs(start - 50) <= 2
    assert abs(end - 75) <= 2


def test_a_short_flicker_between_empty_pictures_is_empty_too() -> None:
    frames = np.zeros(100, bool)
    frames[10:20], frames[24:30], frames[40:50] = True, True, True
    assert intervals_of(frames, Timebase(Fraction(25), 100)).tolist() == [[10, 30], [40, 50]]


def test_short_is_meant_in_seconds_where_the_frame_rate_varies() -> None:
    frames = np.array([True] * 2 + [False] + [True] * 2 + [False] + [True] + [False] * 8)
    times = np.array([0, 1, 2, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23])
    timebase = Timebase.from_times(times, Fraction(1, 25), 24)
    assert intervals_of(frames, timebase).tolist() == [[0, 2], [3, 7]]


def test_nothing_is_empty_where_nearly_everything_would_be(tmp_path) -> None:
    assert empty(write_pictures(tmp_path / "a.mp4", [card("All there is")] * 50)) == []
    assert empty(write_pictures(tmp_path / "b.mp4", [*[card("Nearly")] * 47, *moving(1, 3)])) == []


def test_titles_of_a_real_trailer_are_found(shared) -> None:
    found = np.zeros(812, bool)
    for start, end in empty(shared / "videos" / "bbb_trailer_vp8_vorbis.webm"):
        found[start:end] = True
    for title in ((5, 85), (180, 225), (282, 328), (417, 472), (580, 620), (680, 748), (758, 810)):
        assert found[slice(*title)].all(), title
    for picture in ((105, 165), (229, 278), (332, 413), (480, 490), (504, 514), (530, 540), (624, 664), (750, 754)):
        assert not found[slice(*picture)].any(), picture


@pytest.mark.parametrize("name", ["seattle_msmpeg4v2.avi", "apollo_mjpeg_47s.mov"])
def test_ordinary_pictures_are_never_empty(shared, name) -> None:
    assert empty(shared / "videos" / name) == []
