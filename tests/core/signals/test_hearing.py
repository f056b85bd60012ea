"""What is heard: levels, voices and music at the right time, whatever the volume."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.data.timebase import Timebase
from core.errors import Cancelled
from core.signals.hearing import RATE, hear
from core.signals.sound import sound


def write_sound(path: Path, wave: np.ndarray | None, seconds: float, late: float = 0.0, hole: float = 0.0) -> Path:
    """Grey pictures at ten a second, and 16 kHz mono sound without loss that begins `late`, with a hole halfway."""
    with av.open(str(path), "w") as target:
        pictures = target.add_stream("libx264", rate=10)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        track = None if wave is None else target.add_stream("pcm_f32le", rate=RATE, layout="mono")
        for index in range(round(seconds * 10)):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 90, np.uint8), format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 10)
            target.mux(pictures.encode(frame))
        target.mux(pictures.encode(None))
        if track is not None:
            samples = wave.astype(np.float32)
            for start in range(0, len(samples), 4096):
                frame = av.AudioFrame.from_ndarray(samples[None, start : start + 4096], format="flt", layout="mono")
                frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
                frame.pts = start + round((late + hole * (start >= len(samples) / 2)) * RATE)
                target.mux(track.encode(frame))
            target.mux(track.encode(None))
    return path


def tone(seconds: float, volume: float) -> np.ndarray:
    """Chords of a few harmonics that beat four times a second, and a little hiss: taken for music."""
    moments = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * k * moments) / k for pitch in (220, 277, 330) for k in range(1, 6))
    hiss = 0.01 * np.random.default_rng(0).standard_normal(len(moments))
    return volume * (chord / 4 * (0.6 + 0.4 * np.sin(2 * np.pi * 4 * moments)) + hiss)


def heard(path: Path, seconds: float):
    timebase = Timebase(Fraction(10), round(seconds * 10))
    return hear(path, timebase, timebase.picks())


LOUD_IN_THE_MIDDLE = np.concatenate([tone(4, 0.02), tone(4, 0.4), tone(4, 0.02)])


def test_levels_are_decibels_of_full_scale(tmp_path):
    found = heard(write_sound(tmp_path / "a.mkv", LOUD_IN_THE_MIDDLE, 12), 12)
    square = np.mean(np.square(tone(4, 0.4)))
    assert found.level[9:15] == pytest.approx(10 * np.log10(square), abs=0.7)
    assert found.level[9:15].mean() - found.level[1:7].mean() == pytest.approx(26, abs=0.7)
    for kinds in (found.speech, found.singing, found.music):
        assert kinds.shape == (24,)
        assert kinds.min() >= 0
        assert kinds.max() <= 1


def test_the_volume_of_a_film_changes_nothing(tmp_path):
    timebase = Timebase(Fraction(10), 120)
    curves = []
    for volume in (1.0, 0.1):
        found = heard(write_sound(tmp_path / f"{volume}.mkv", volume * LOUD_IN_THE_MIDDLE, 12), 12)
        curves.append(sound(found, timebase, timebase.picks()))
    assert curves[0][9:15].min() > curves[0][:7].max()
    np.testing.assert_allclose(curves[1], curves[0], atol=0.01)


def test_a_film_without_sound_or_with_a_silent_track_is_not_heard(tmp_path):
    assert heard(write_sound(tmp_path / "none.mkv", None, 3), 3) is None
    assert heard(write_sound(tmp_path / "silent.mkv", np.zeros(3 * RATE), 3), 3) is None


def test_sound_that_begins_late_is_heard_when_it_plays(tmp_path):
    found = heard(write_sound(tmp_path / "late.mkv", tone(3, 0.3), 8, late=4.0), 8)
    assert found.level[:7].max() < -100
    assert found.level[8:13].min() > -25
    assert found.level[15] < -100


def test_where_a_track_has_a_hole_nothing_is_heard(tmp_path):
    found = heard(write_sound(tmp_path / "hole.mkv", tone(8, 0.3), 12, hole=4.0), 12)
    assert found.level[1:7].min() > -25
    assert found.level[9:15].max() < -100
    assert found.level[17:23].min() > -25


def test_long_sound_is_heard_at_its_time_across_blocks(tmp_path):
    wave = np.concatenate([np.tile(tone(5, 0.3), 13)[: 31 * RATE], np.zeros(5 * RATE), np.tile(tone(5, 0.3), 7)])
    found = heard(write_sound(tmp_path / "long.mkv", wave, 71), 71)
    assert np.ptp(found.level[:61]) < 1
    assert found.level[63:71].max() < -100
    assert found.music[20:60].min() > 0.5 > found.music[64:71].max()
    assert found.music[80:140].min() > 0.5


def test_sound_shorter_than_the_recogniser_needs_is_heard(tmp_path):
    assert heard(write_sound(tmp_path / "short.mkv", tone(0.02, 0.3), 0.1), 0.1).level.shape == (1,)


def test_listening_stops_when_asked(tmp_path):
    path = write_sound(tmp_path / "a.mkv", tone(1, 0.3), 1)
    timebase = Timebase(Fraction(10), 10)
    with pytest.raises(Cancelled, match="cancelled"):
        hear(path, timebase, timebase.picks(), lambda: True)


def test_quiet_speech_is_speech(shared, tmp_path):
    with av.open(str(shared / "videos" / "chrome_29.97_h264_aac.mp4")) as source:
        resampler = av.AudioResampler("flt", "mono", RATE)
        parts = [part.to_ndarray()[0] for frame in source.decode(audio=0) for part in resampler.resample(frame)]
    wave = np.concatenate(parts)[: 8 * RATE].clip(-0.99, 0.99)
    usual, quiet = (heard(write_sound(tmp_path / f"{v}.mkv", v * wave, 8), 8) for v in (1.0, 0.1))
    np.testing.assert_allclose(quiet.speech, usual.speech, atol=0.01)
    np.testing.assert_allclose(quiet.music, usual.music, atol=0.01)


def test_speech_is_told_from_music(shared):
    path = shared / "videos" / "chrome_29.97_h264_aac.mp4"
    timebase = Timebase(Fraction(30000, 1001), 899)
    found = hear(path, timebase, timebase.picks())
    assert found.speech[2:6].mean() > 0.5 > found.speech[20:40].mean()
    assert found.music[20:36].mean() > 0.7 > found.music[2:6].mean()
