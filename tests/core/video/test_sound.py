"""The sound of copies: at the times of the original, whatever its container, codec, rate and channels."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import cycle, islice
from pathlib import Path

import av
import numpy as np
import pytest

from core.video.playable import make_playable
from core.video.probe import probe
from core.video.sound import SoundReader, without_gaps
from tests.core.made_sounds import PARTS, Sounding, shown_seconds, tones, write_sounding

RATES = (48000, 44100, 22050, 96000, 8000, 32000, 16000, 11025)
UP_TO_48 = tuple(rate for rate in RATES if rate <= 48000)
FLASH = (44100, 22050, 11025)
ANY, TWO = ("stereo", "mono", "5.1"), ("stereo", "mono")
# Rates and layouts that encoders have.
CODECS: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    "aac": (RATES, ANY),
    "libmp3lame": (UP_TO_48, TWO),
    "mp2": ((48000, 44100, 22050, 32000, 16000), TWO),
    "ac3": ((48000, 44100, 32000), ANY),
    "eac3": ((48000, 44100, 32000), ANY),
    "flac": (RATES, ANY),
    "alac": (RATES, ANY),
    "libopus": ((48000, 24000, 16000, 8000), TWO),
    "vorbis": (RATES, ("stereo",)),
    "wavpack": (RATES, TWO),
    "tta": (RATES, TWO),
    "wmav1": ((48000, 44100, 32000), TWO),
    "wmav2": ((48000, 44100, 32000), TWO),
    "pcm_s16le": (RATES, ANY),
    "pcm_s24le": (RATES, ANY),
    "pcm_s24be": (RATES, ANY),
    "pcm_f32le": (RATES, ANY),
    "pcm_u8": (FLASH, TWO),
    "pcm_mulaw": (UP_TO_48, TWO),
    "pcm_alaw": (UP_TO_48, TWO),
    "adpcm_ms": (UP_TO_48, TWO),
    "adpcm_swf": (FLASH, TWO),
    "nellymoser": (FLASH, ("mono",)),
    "libopencore_amrnb": ((8000,), ("mono",)),
}
CONTAINERS = {
    "avi": ("mpeg4", "libmp3lame aac ac3 mp2 flac adpcm_ms pcm_mulaw pcm_s16le pcm_s24le"),
    "flv": ("flv1", "aac libmp3lame adpcm_swf nellymoser pcm_u8"),
    "wmv": ("wmv2", "wmav1 wmav2 aac libmp3lame pcm_s16le"),
    "mkv": ("libx264", "aac libmp3lame ac3 eac3 flac libopus vorbis alac wavpack tta mp2 pcm_s16le pcm_f32le"),
    "ts": ("mpeg2video", "aac mp2 ac3 eac3 libmp3lame libopus"),
    "mov": ("libx264", "aac libmp3lame ac3 alac pcm_s16le pcm_s24be pcm_f32le pcm_alaw"),
    "mp4": ("mpeg4", "aac libmp3lame flac libopus ac3 alac"),
    "webm": ("libvpx", "vorbis libopus"),
    "ogg": ("libvpx", "vorbis libopus flac"),
    "mpg": ("mpeg1video", "mp2 ac3"),
    "nut": ("mpeg4", "pcm_f32le libmp3lame vorbis"),
    "3gp": ("h263", "aac libopencore_amrnb"),
    "rm": ("rv10", "ac3"),
}
# What containers take less of than encoders give.
NARROWER = {
    ("avi", "flac"): ((48000,), ANY),
    ("flv", "aac"): (RATES, TWO),
    ("flv", "libmp3lame"): (FLASH, TWO),
    ("mp4", "libmp3lame"): ((48000, 44100, 22050, 32000, 16000), TWO),
}
HALF = Fraction(1, 2)
# Their files do not say when sound begins or stops.
WITHOUT_TIMES = {"avi", "rm"}


def matrix() -> Iterator[Sounding]:
    """Every codec in every container that takes it, with rates, layouts, beginnings and gaps in turn."""
    known = CODECS | NARROWER
    turns = enumerate(known.items())  # each codec begins with another one
    given = {
        name: (islice(cycle(rates), n, None), islice(cycle(layouts), n, None)) for n, (name, (rates, layouts)) in turns
    }
    begins, cuts = cycle((Fraction(0), HALF, -HALF)), cycle((True, False, False, True))
    for suffix, (pictures, sounds) in CONTAINERS.items():
        for sound in sounds.split():
            takes = (suffix, sound) if (suffix, sound) in known else sound
            begin, cut = next(begins), next(cuts)
            if suffix in WITHOUT_TIMES:
                begin, cut = Fraction(0), False
            yield Sounding(suffix, pictures, sound, *map(next, given[takes]), begin, cut)


MATRIX = list(matrix())
FEW = [
    Sounding("avi", "mpeg4", "libmp3lame", 48000, "stereo"),
    Sounding("avi", "mpeg4", "flac", 48000, "mono"),
    Sounding("flv", "flv1", "aac", 48000, "mono", HALF, True),
    Sounding("wmv", "wmv2", "wmav2", 48000, "stereo", -HALF),
    Sounding("wmv", "wmv2", "aac", 48000, "stereo", HALF, True),
    Sounding("mkv", "libx264", "vorbis", 48000, "stereo", HALF, True),
    Sounding("mkv", "libx264", "ac3", 48000, "5.1", -HALF, True),
    Sounding("mkv", "libx264", "aac", 44100, "stereo", Fraction(0), True),
    Sounding("ts", "mpeg2video", "aac", 48000, "stereo", HALF, True),
    Sounding("ts", "mpeg2video", "mp2", 48000, "mono"),
    Sounding("mov", "libx264", "pcm_f32le", 96000, "5.1", HALF),
    Sounding("mov", "libx264", "libmp3lame", 16000, "stereo"),
    Sounding("webm", "libvpx", "libopus", 48000, "stereo", -HALF, True),
]


def assert_heard_as_in_the_original(made: Sounding, folder: Path) -> None:
    path = write_sounding(folder, made)
    copy = make_playable(probe(path), folder / "copy.mp4").file
    expected = [(max(0.0, begin), end) for begin, end in tones(path) if end > 0]
    heard = tones(copy)
    assert np.array(heard) == pytest.approx(np.array(expected), abs=0.05)
    assert shown_seconds(copy) == pytest.approx(shown_seconds(path), abs=0.05)
    if not made.cut and made.begins >= 0:
        assert sum(end - begin for begin, end in heard) == pytest.approx(sum(b - a for a, b in PARTS), abs=0.06)


@pytest.mark.parametrize("made", FEW, ids=str)
def test_a_copy_sounds_like_the_original(tmp_path: Path, made: Sounding) -> None:
    assert_heard_as_in_the_original(made, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "made",
    [made if n % 4 == 0 else pytest.param(made, marks=pytest.mark.long) for n, made in enumerate(MATRIX)],
    ids=str,
)
def test_a_copy_sounds_like_the_original_in_every_container_with_every_codec(tmp_path: Path, made: Sounding) -> None:
    assert_heard_as_in_the_original(made, tmp_path)


def test_the_matrix_is_wide() -> None:
    assert len(set(MATRIX)) == len(MATRIX) >= 60
    assert {made.rate for made in MATRIX} >= set(RATES)
    assert {made.layout for made in MATRIX} == set(ANY)


@pytest.mark.parametrize("channel", range(6))
def test_every_channel_but_the_deep_one_is_in_the_mix(tmp_path: Path, channel: int) -> None:
    path = write_sounding(tmp_path, Sounding("mkv", "libx264", "pcm_s16le", 48000, "5.1", channels=[channel]))
    made = make_playable(probe(path), tmp_path / "copy.mp4")
    assert made.notes == ("Its 6 channels of sound are mixed to two in the copy.",)
    assert bool(tones(made.file)) == (channel != 3)


def test_channels_of_which_nobody_knows_where_they_stand_are_mixed(tmp_path: Path) -> None:
    path = tmp_path / "three.mkv"
    with av.open(str(path), "w") as target:
        stream = target.add_stream("pcm_s16le", rate=48000, layout="3.0")
        pictures = target.add_stream("mpeg4", rate=25)
        for index in range(25):
            pictures_frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            pictures_frame.pts = index
            target.mux(pictures.encode(pictures_frame))
        wave = (9000 * np.sin(np.arange(48000) * 0.05)).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.repeat(wave, 3)[None], "s16", "3.0")
        frame.sample_rate, frame.pts = 48000, 0
        target.mux([*stream.encode(frame), *stream.encode(None), *pictures.encode(None)])
    ((begin, end),) = tones(make_playable(probe(path), tmp_path / "copy.mp4").file)
    assert (begin, end) == pytest.approx((0, 1), abs=0.05)


def test_gaps_are_filled_and_what_was_given_is_not_given_again(tmp_path: Path) -> None:
    path = write_sounding(tmp_path, Sounding("nut", "mpeg4", "pcm_f32le", 48000, "mono", HALF, cut=True))
    blocks = list(SoundReader(path, 16000, "mono"))
    ends = [at + samples.shape[1] for at, samples in blocks]
    assert all(end <= at for end, (at, _) in zip(ends, blocks[1:], strict=False))
    assert sum(samples.shape[1] for samples in without_gaps(blocks, 1)) == ends[-1]
    assert ends[-1] == pytest.approx(2.5 * 16000, abs=2)
    assert len(list(islice(without_gaps(blocks, 1, blocks[0][0]), 1))) == 1


@pytest.mark.parametrize(("suffix", "channels"), [("mkv", 8), ("mov", 8), ("nut", 9), ("mkv", 16), ("mov", 24)])
def test_more_channels_than_stand_around_one_are_mixed(tmp_path: Path, suffix: str, channels: int) -> None:
    path = tmp_path / f"many.{suffix}"
    layout = {8: "7.1", 24: "22.2"}.get(channels, f"{channels} channels")
    with av.open(str(path), "w") as target:
        stream = target.add_stream("pcm_s16le", rate=48000, layout=layout)
        pictures = target.add_stream("mpeg4", rate=25)
        for index in range(25):
            shown = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")
            shown.pts = index
            target.mux(pictures.encode(shown))
        frame = av.AudioFrame(format="s16", layout=layout, samples=48000)
        wave = (9000 * np.sin(np.arange(48000) * 0.05)).astype(np.int16)
        frame.planes[0].update(np.repeat(wave, channels).tobytes())
        frame.sample_rate, frame.pts = 48000, 0
        target.mux([*stream.encode(frame), *stream.encode(None), *pictures.encode(None)])
    made = make_playable(probe(path), tmp_path / "copy.mp4")
    assert made.notes == (f"Its {channels} channels of sound are mixed to two in the copy.",)
    ((begin, end),) = tones(made.file)
    assert (begin, end) == pytest.approx((0, 1), abs=0.05)
