"""Sound events: what is heard when, from levels and probabilities, from made sound and from real clips."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from core.data.sounds import SoundEvent
from core.errors import InputError
from core.signals.hearing import RATE, hear
from core.signals.sound_events import sound_events
from core.video.probe import probe
from tests.core.signals.test_hearing import heard, tone, write_sound

STEPS = 200  # 20 s


def told(level: np.ndarray | None = None, **kinds: list[tuple[int, int, float]]) -> list[tuple[str, float, float]]:
    """What is told of 20 s at -30 dB with these probabilities in these steps."""
    likely = np.zeros((STEPS, 3))
    for column, name in enumerate(("speech", "singing", "music")):
        for start, stop, probability in kinds.get(name, []):
            likely[start:stop, column] = probability
    events = sound_events(np.full(STEPS, -30.0) if level is None else level, likely, STEPS / 10)
    return [(one.kind, one.start_ms / 1000, one.end_ms / 1000) for one in events]


def test_voices_and_music_are_told_by_how_sure_the_recogniser_is_and_may_overlap():
    found = told(speech=[(20, 40, 0.9), (43, 60, 0.5), (100, 130, 0.55)], music=[(0, 200, 0.8)])
    assert found == [("music", 0.0, 20.0), ("speech", 2.0, 4.0)], "sure at no moment of the others"
    assert ("speech", 2.0, 6.0) in told(speech=[(20, 40, 0.9), (43, 60, 0.7)]), "a breath ends no speech"
    assert told(speech=[(20, 22, 0.9)], music=[(50, 55, 0.9)]) == [], "too short to be told"


def test_silence_and_what_is_sudden_and_loud_are_read_from_the_level():
    level = np.full(STEPS, -40.0)
    level[50:80] = -95
    level[120:123] = -10
    assert told(level) == [("silence", 5.0, 8.0), ("burst", 12.0, 12.3)]
    assert told(level + 6 * np.sin(np.arange(STEPS))) == told(level)
    assert told(level, speech=[(110, 140, 0.9)]) == [("silence", 5.0, 8.0), ("speech", 11.0, 14.0)], "it is the voice"
    assert told(level, music=[(120, 200, 0.9)])[1:] == [("music", 12.0, 20.0)], "music begins like that"
    assert told(np.linspace(-60, -20, STEPS)) == [], "louder and louder is not sudden"


def test_made_sound_is_heard_when_it_plays(tmp_path):
    quiet = 1e-4 * np.random.default_rng(0).standard_normal(3 * RATE)
    bang = 0.8 * np.exp(-np.arange(RATE // 4) / 800) * np.random.default_rng(1).standard_normal(RATE // 4)
    wave = np.concatenate([tone(5, 0.3), quiet, bang, quiet[: -len(bang)], tone(4, 0.3)]).clip(-1, 1)
    events = heard(write_sound(tmp_path / "made.mkv", wave, 15), 15).events
    assert [one.kind for one in events] == ["music", "silence", "burst", "silence", "music"]
    for one, at in zip(events, (0, 5, 8, 8.25, 11), strict=True):
        assert one.start_ms / 1000 == pytest.approx(at, abs=0.6)
    assert heard(write_sound(tmp_path / "again.mkv", 0.05 * wave, 15), 15).events == events, "whatever the volume"


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("videos/chrome_29.97_h264_aac.mp4", {"speech", "singing", "music", "silence", "burst"}),
        ("videos/truncated_half_data.mp4", {"speech", "music"}),
        ("videos/odd_dims_427x241_vp9_opus.webm", {"music"}),
        ("videos/asl_book_4s_h264.mkv", None),
        ("videos/screenrec_vfr_real.mp4", None),
        ("videos/single_frame.mp4", None),
        ("cases/joined_ts_180frames.ts", {"music", "silence"}),
        ("cases/sound_avi_mp3_48k.avi", {"music"}),
        ("cases/two_audio_tracks_second_default.mkv", set()),
    ],
)
def test_real_clips_are_listened_to_whatever_their_sound(shared, name, kinds):
    info = probe(shared / name)
    found = hear(info.path, info.timebase, info.timebase.picks())
    assert (None if found is None else {one.kind for one in found.events}) == kinds
    events = found.events if found else ()
    assert all(before <= after for before, after in pairwise(events))
    assert all(one.end_ms <= 1000 * info.timebase.duration + 1 for one in events)


def test_a_sound_that_makes_no_sense_is_refused():
    with pytest.raises(InputError, match="not 'bang'"):
        SoundEvent(0, 10, "bang")
    with pytest.raises(InputError, match="not 10 to 10"):
        SoundEvent(10, 10, "music")
