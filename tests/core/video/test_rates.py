from __future__ import annotations

from fractions import Fraction
from math import floor
from pathlib import Path

import numpy as np
import pytest

from core.data.timebase import VaryingTimebase
from core.video.playable import make_playable
from core.video.probe import frames_at, probe
from core.video.rates import constant_rate
from tests.core.made_videos import number_of, write_video

MILLISECOND = Fraction(1, 1000)
NTSC = [Fraction(nominal * 1000, 1001) for nominal in (24, 30, 48, 60, 120, 240)]
WHOLE = [Fraction(rate) for rate in (10, 12, 15, 24, 25, 30, 48, 50, 60, 100, 120)]


def in_milliseconds(rate: Fraction, n: int, rounded: str = "nearest") -> np.ndarray:
    exact = [1000 * index / rate for index in range(n)]
    return np.array([round(time) if rounded == "nearest" else floor(time) for time in exact], np.int64)


@pytest.mark.parametrize("rate", NTSC + WHOLE, ids=str)
@pytest.mark.parametrize("rounded", ["nearest", "down"])
def test_times_in_milliseconds_give_the_exact_rate_whatever_is_stated(rate: Fraction, rounded: str) -> None:
    times = in_milliseconds(rate, int(12 * rate), rounded)
    average = Fraction(len(times) - 1) / (int(times[-1]) * MILLISECOND)
    slower, faster = rate * Fraction(1000, 1001), rate * Fraction(1001, 1000)
    as_matroska_states_it = Fraction(10**9, round(10**9 / rate)).limit_denominator(30_000)
    for stated in ([], [rate], [average], [as_matroska_states_it], [slower], [faster], [Fraction(1000)]):
        assert constant_rate(times, MILLISECOND, stated) == rate


@pytest.mark.parametrize(("rate", "other"), [(24, NTSC[0]), (NTSC[0], 24), (30, NTSC[1]), (NTSC[1], 30)], ids=str)
def test_of_a_very_short_video_the_stated_rate_is_taken(rate: Fraction, other: Fraction) -> None:
    for n in (2, 3, 12):
        times = in_milliseconds(Fraction(rate), n)
        assert constant_rate(times, MILLISECOND, [Fraction(rate)]) == rate
        rounded = Fraction(10**9, round(10**9 / Fraction(rate))).limit_denominator(30_000)
        assert constant_rate(times, MILLISECOND, [rounded]) == rate


def test_a_rate_that_nobody_else_uses_stays_what_it_is() -> None:
    odd = Fraction(2871, 100)
    assert constant_rate(in_milliseconds(odd, 400), MILLISECOND, [odd]) == odd
    exact = np.arange(1422) * 100
    assert constant_rate(exact, Fraction(1, 2997), [Fraction(2997, 100)]) == Fraction(2997, 100)


def test_times_that_jump_follow_no_rate() -> None:
    times = np.delete(in_milliseconds(NTSC[1], 300), 150)
    assert constant_rate(times, MILLISECOND, [NTSC[1], Fraction(30)]) is None


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.webm", "libvpx", NTSC[0])]
    + [(f"a.{end}", "libx264", rate) for end in ("mkv", "flv") for rate in (*NTSC[:2], *NTSC[3:5], Fraction(24))],
)
def test_containers_of_milliseconds_keep_the_exact_rate(tmp_path: Path, name: str, codec: str, rate: Fraction) -> None:
    n = int(3 * rate)
    video = probe(write_video(tmp_path / name, n, rate, codec, options={"live": "1"} if codec == "libvpx" else None))
    assert not isinstance(video.timebase, VaryingTimebase)
    assert (video.timebase.rate, video.timebase.n_frames) == (rate, n)
    assert [number_of(picture) for _, picture in frames_at(video, np.array([0, 31, n - 1]))] == [0, 31, n - 1]


@pytest.mark.parametrize(("name", "codec"), [("a.mkv", "libx264"), ("a.flv", "libx264"), ("a.mkv", "mpeg4")])
def test_the_copy_has_the_exact_rate(tmp_path: Path, name: str, codec: str) -> None:
    video = probe(write_video(tmp_path / name, 100, NTSC[0], codec))
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    assert (copy.timebase.rate, copy.timebase.n_frames) == (NTSC[0], 100)
