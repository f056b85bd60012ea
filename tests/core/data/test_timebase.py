"""Frames, picks and seconds."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data.timebase import Timebase, format_rate, parse_rate
from core.errors import InputError

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(1)]


@st.composite
def timebases(draw: st.DrawFn) -> Timebase:
    """Constant and varying frame rates."""
    if draw(st.booleans()):
        return Timebase(draw(st.sampled_from(RATES)), draw(st.integers(1, 500_000)))
    steps = draw(st.lists(st.integers(1, 5000), min_size=1, max_size=200))
    unit = draw(st.sampled_from([Fraction(1, 1000), Fraction(1, 90_000), Fraction(1001, 30_000)]))
    times = np.cumsum([0, *steps[:-1]])
    return Timebase.from_times(times, unit, int(times[-1]) + steps[-1])


@settings(deadline=None)
@given(timebases(), st.data())
def test_every_frame_is_shown_at_the_time_it_begins(timebase, data):
    frames = data.draw(st.lists(st.integers(0, timebase.n_frames - 1), min_size=1, max_size=20))
    assert [timebase.frame_at(timebase.seconds(frame)) for frame in frames] == frames
    np.testing.assert_array_equal(timebase.frame_at(timebase.seconds(np.array(frames))), frames)


@settings(deadline=None)
@given(timebases(), st.floats(-10, 1e6))
def test_the_frame_at_a_time_begins_before_it_and_the_next_one_after(timebase, seconds):
    frame = timebase.frame_at(seconds)
    assert 0 <= frame < timebase.n_frames
    assert timebase.seconds(frame) <= seconds or frame == 0
    assert timebase.seconds(frame + 1) > seconds or frame == timebase.n_frames - 1


@settings(deadline=None)
@given(timebases(), st.sampled_from([Fraction(2), Fraction(1, 2), Fraction(3, 2)]))
def test_picks_are_the_frames_shown_at_regular_times(timebase, per_second):
    times = [k / per_second for k in range(200) if k / per_second < timebase.exact_duration]
    expected = np.unique([timebase.frame_at(time) for time in times])
    picks = timebase.picks(per_second)
    assert picks.dtype == np.int64
    np.testing.assert_array_equal(picks[: len(expected)], expected)
    assert picks[-1] < timebase.n_frames


@settings(deadline=None)
@given(timebases(), st.data())
def test_the_pick_at_a_time_is_the_last_one_begun(timebase, data):
    picks = timebase.picks()
    index = data.draw(st.integers(0, len(picks) - 1))
    assert timebase.pick_at(timebase.seconds(int(picks[index])), picks) == index
    assert timebase.pick_at(timebase.duration, picks) == len(picks) - 1


def test_times_do_not_drift_over_ten_hours_of_ntsc():
    timebase = Timebase(Fraction(30000, 1001), 1_080_000)
    assert timebase.exact_duration == Fraction(1_080_000 * 1001, 30_000)
    assert timebase.seconds(timebase.n_frames) == timebase.duration == 36_036.0
    assert timebase.picks()[-1] == timebase.frame_at(Fraction(72_071, 2))


def test_varying_rate_follows_its_presentation_times():
    timebase = Timebase.from_times(np.array([0, 40, 80, 1000]), Fraction(1, 1000), 1040)
    assert timebase.duration == 1.04
    assert timebase.rate == Fraction(4000, 1040)
    assert timebase.frame_at(0.999) == 2
    assert timebase.frame_at(1.0) == 3
    assert timebase.picks().tolist() == [0, 2, 3]


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("30000/1001", Fraction(30000, 1001)),
        ("25", Fraction(25)),
        (25.0, Fraction(25)),
        (24, Fraction(24)),
        (23.976, Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (np.float32(29.97), Fraction(30000, 1001)),
        (59.94, Fraction(60000, 1001)),
        (12.5, Fraction(25, 2)),
        (100 / 3, Fraction(100, 3)),
        (29.998, Fraction(14999, 500)),
        (Fraction(2999, 100), Fraction(2999, 100)),
    ],
)
def test_frame_rates_are_read_exactly(written, exact):
    assert parse_rate(written) == exact
    assert parse_rate(format_rate(exact)) == exact


def test_frame_rates_are_written_as_fractions():
    assert format_rate(Fraction(24)) == "24/1"
    assert format_rate(Fraction(30000, 1001)) == "30000/1001"


@pytest.mark.parametrize("written", ["fast", "1/0", "", 0, -25, float("nan"), float("inf"), None])
def test_what_is_not_a_frame_rate_is_refused(written):
    with pytest.raises(InputError):
        parse_rate(written)


def test_impossible_timebases_are_refused():
    with pytest.raises(InputError, match="at least one frame"):
        Timebase(Fraction(25), 0)
    with pytest.raises(InputError, match="positive"):
        Timebase(Fraction(0), 10)
    with pytest.raises(InputError, match="ascend"):
        Timebase.from_times(np.array([0, 2, 2]), Fraction(1), 3)
    with pytest.raises(InputError, match="finite"):
        Timebase(Fraction(25), 10).frame_at(float("nan"))
    with pytest.raises(InputError, match="Picks per second"):
        Timebase(Fraction(25), 10).picks(Fraction(0))


def test_exact_times_do_not_round() -> None:
    assert Timebase(Fraction(30000, 1001), 10).exact_seconds(7) == Fraction(7 * 1001, 30000)
    varying = Timebase.from_times(np.array([0, 3, 4]), Fraction(1, 1000), 9)
    assert [varying.exact_seconds(frame) for frame in range(4)] == [
        0,
        Fraction(3, 1000),
        Fraction(4, 1000),
        Fraction(9, 1000),
    ]
