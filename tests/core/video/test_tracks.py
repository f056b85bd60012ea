"""Of several tracks, the one that players choose is used everywhere, or the sound that a person wants."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from core.errors import VideoError
from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from tests.core.made_videos import number_of, numbered_picture

LANGUAGES = ("fra", "eng", "deu")


def write_tracks(path: Path, pictures: int = 1, sounds: int = 0, default: int = 0, codec: str = "libx264") -> Path:
    """Writes tracks of one second: pictures from 0, 100, 200 on; tones of 300, 600, 900 Hz in three languages.

    Args:
        default: which track of each kind players choose.
    """
    with av.open(str(path), "w") as target:
        shown = [target.add_stream(codec, rate=25) for _ in range(pictures)]
        heard = [target.add_stream("libopus", rate=48000, layout="mono") for _ in range(sounds)]
        for stream in shown:
            stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p"
        for number, stream in enumerate(heard):
            stream.metadata["language"] = LANGUAGES[number]
        for tracks in (shown, heard):
            for number, stream in enumerate(tracks):
                stream.disposition = Disposition.default if number == min(default, len(tracks) - 1) else Disposition(0)
        packets = []
        for number, stream in enumerate(shown):
            for index in range(25):
                frame = av.VideoFrame.from_ndarray(numbered_picture(100 * number + index), "rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 25)
                packets += stream.encode(frame)
            packets += stream.encode(None)
        for number, stream in enumerate(heard):
            wave = 0.3 * np.sin(np.arange(48000) * 2 * np.pi * 300 * (number + 1) / 48000)
            frame = av.AudioFrame.from_ndarray(wave[None].astype(np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
            packets += [*stream.encode(frame), *stream.encode(None)]
        for packet in sorted(packets, key=lambda one: float(one.dts * one.time_base)):
            target.mux(packet)
    return path


def first_number(video: VideoInfo) -> int:
    ((_, picture),) = frames_at(video, np.array([0]))
    return number_of(picture)


def frequency(path: Path) -> float:
    """Of the tone that players play."""
    with av.open(str(path)) as container:
        wave = np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
    return float(np.fft.rfftfreq(len(wave), 1 / 48000)[np.abs(np.fft.rfft(wave)).argmax()])


def tracks(path: Path) -> tuple[int, int]:
    with av.open(str(path)) as container:
        return len(container.streams.video), len(container.streams.audio)


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.webm", "libvpx")])
def test_the_default_pictures_are_used_and_the_copy_has_no_others(tmp_path: Path, name: str, codec: str) -> None:
    video = probe(write_tracks(tmp_path / name, pictures=2, default=1, codec=codec))
    assert not video.playable
    assert first_number(video) == 100
    assert video.tracks_note == "Of its 2 picture tracks, number 2 is used."
    made = make_playable(video, tmp_path / "copy.mp4").file
    assert (tracks(made), first_number(probe(made))) == ((1, 0), 100)


def test_where_every_player_chooses_the_same_tracks_the_file_is_used_as_it_is(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "a.mp4", pictures=2, sounds=2)
    assert make_playable(probe(path), tmp_path / "copy.mp4").file == path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
@pytest.mark.parametrize(
    ("wanted", "heard", "number"), [(None, 600, 2), ("1", 300, 1), ("fra", 300, 1), ("de", 900, 3), ("ENG", 600, 2)]
)
def test_the_default_sound_or_the_wanted_one_is_used(
    tmp_path: Path, name: str, wanted: str | None, heard: float, number: int
) -> None:
    video = probe(write_tracks(tmp_path / name, sounds=3, default=1), wanted)
    assert video.tracks_note == f"Of its sound tracks 1 (fra), 2 (eng, default), 3 (deu), number {number} is used."
    made = make_playable(video, tmp_path / "copy.mp4").file
    assert tracks(made) == (1, 1)
    assert frequency(made) == pytest.approx(heard, abs=5)


def test_a_sound_track_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    path = write_tracks(tmp_path / "a.mkv", sounds=2)
    for wanted in ("spa", "3", "0"):
        with pytest.raises(VideoError, match=rf"no sound track '{wanted}' among 1 \(fra, default\), 2 \(eng\)"):
            probe(path, wanted)


def test_where_there_is_but_one_sound_it_is_used_whatever_is_wanted(tmp_path: Path) -> None:
    assert probe(write_tracks(tmp_path / "a.mkv", sounds=1), "spa").channels == 1
    assert probe(write_tracks(tmp_path / "b.mkv"), "spa").sound is None
