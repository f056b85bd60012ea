"""A rendered cut holds exactly its pictures, and exactly their sound."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import Cut
from core.data.segments import checked_segments, joined
from core.data.timebase import Timebase, VaryingTimebase
from core.errors import Cancelled, InputError, VideoError
from core.video.probe import decode, frames_at, probe
from core.video.render import AUDIO_RATE, Rendered, _cut_sound, render_cut
from tests.core.made_videos import number_of, numbered_picture, write_video

NTSC = Fraction(30000, 1001)
VARYING = [0, 200, 400, 450, 1500, 1600, 2600, 2633, 2700, 3900]


def noise(seconds: float, rate: int = AUDIO_RATE) -> np.ndarray:
    """(n,) float32: every instant sounds like no other, and no codec takes it for silence."""
    n = int(seconds * rate)
    white = np.random.default_rng(3).normal(size=n + 8)
    return (0.2 * np.convolve(white, np.ones(8) / 8, "valid")[:n]).astype(np.float32)


def write_with_sound(
    path: Path, n: int, rate: Fraction, sound: np.ndarray, sound_rate: int = AUDIO_RATE, start: float = 0.0
) -> Path:
    """Numbered pictures, the first at `start` seconds, and lossless sound that begins at 0."""
    with av.open(str(path), "w") as target:
        pictures = target.add_stream("libx264", rate=rate, options={"g": "300"})
        pictures.width, pictures.height, pictures.pix_fmt = 192, 108, "yuv420p"
        pictures.codec_context.time_base = Fraction(1, 90000)
        track = target.add_stream("flac", rate=sound_rate, layout="mono")
        for index in range(n):
            frame = av.VideoFrame.from_ndarray(numbered_picture(index), format="rgb24")
            frame.pts, frame.time_base = round((start + index / rate) * 90000), Fraction(1, 90000)
            target.mux(pictures.encode(frame))
        target.mux(pictures.encode(None))
        samples = (sound * 32767).astype(np.int16)[None]
        for at in range(0, samples.shape[1], 4096):
            piece = av.AudioFrame.from_ndarray(samples[:, at : at + 4096], format="s16", layout="mono")
            piece.sample_rate, piece.pts, piece.time_base = sound_rate, at, Fraction(1, sound_rate)
            target.mux(track.encode(piece))
        target.mux(track.encode(None))
    return path


def numbers_in(path: Path) -> list[int]:
    video = probe(path)
    return [number_of(picture) for _, picture in frames_at(video, np.arange(video.timebase.n_frames))]


def sound_in(path: Path) -> np.ndarray:
    """(n,) the first channel from time 0 on."""
    with av.open(str(path)) as container:
        frames = [(frame.pts, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    assert frames[0][0] == 0
    sound = np.concatenate([samples for _, samples in frames])
    assert sum(len(samples) for _, samples in frames[:-1]) == frames[-1][0]  # without a gap
    return sound


def lag(heard: np.ndarray, expected: np.ndarray, reach: int = 60) -> int:
    """By how many samples `heard` comes later than `expected`."""
    middle = heard[reach:-reach]
    fits = [np.dot(middle, expected[reach - shift : len(expected) - reach - shift]) for shift in range(-reach, reach)]
    return int(np.argmax(fits)) - reach


def frames_of(segments) -> list[int]:
    return [frame for start, end in segments for frame in range(start, end)]


def box_order(path: Path) -> list[bytes]:
    data, position, names = path.read_bytes(), 0, []
    while position + 8 <= len(data):
        names.append(data[position + 4 : position + 8])
        position += int.from_bytes(data[position : position + 4], "big") or len(data)
    return names


@pytest.mark.parametrize("rate", [NTSC, Fraction(24000, 1001), Fraction(25), Fraction(25, 2), Fraction(60000, 1001)])
def test_exactly_the_frames_of_the_cut_in_order(tmp_path: Path, rate: Fraction) -> None:
    video = write_video(tmp_path / "v.mp4", 200, rate)
    segments = [[0, 1], [7, 30], [30, 31], [99, 120], [197, 200]]
    made = render_cut(video, segments, tmp_path / "out.mp4")
    assert numbers_in(made.file) == frames_of(segments)
    info = probe(made.file)
    assert (info.timebase.rate, info.start) == (rate, 0)
    assert not isinstance(info.timebase, VaryingTimebase)
    assert (made.frames, made.duration, made.sound) == (49, 49 / rate, False)
    assert info.audio_codec is None
    assert (info.codec, info.pixel_format, info.why_not_playable) == ("h264", "yuv420p", "")
    assert box_order(made.file).index(b"moov") < box_order(made.file).index(b"mdat")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "v.mp4"]


@pytest.mark.parametrize(
    ("name", "sound_rate", "start"),
    [("v.mp4", 48000, 0.0), ("v.mkv", 48000, 0.0), ("v.mkv", 44100, 0.0), ("v.mkv", 48000, 1.4), ("v.mp4", 44100, 0.5)],
)
def test_the_sound_of_many_pieces_stays_in_step_to_the_sample(
    tmp_path: Path, name: str, sound_rate: int, start: float
) -> None:
    sound = noise(14.0, sound_rate)
    video = write_with_sound(tmp_path / name, 360, NTSC, sound, sound_rate, start)
    assert probe(video).start == Fraction(start).limit_denominator(1000)
    segments = np.array([[first, first + 5] for first in range(3, 355, 9)])
    made = render_cut(video, segments, tmp_path / "out.mp4")
    assert numbers_in(made.file) == frames_of(segments)
    heard = sound_in(made.file)
    assert made.sound
    assert len(heard) == pytest.approx(float(made.duration * AUDIO_RATE), abs=1024)
    if sound_rate != AUDIO_RATE:
        from scipy.signal import resample

        sound = resample(sound, round(len(sound) * AUDIO_RATE / sound_rate))
    for index, (first, last) in enumerate(segments):
        begin = round((first / NTSC + Fraction(start)) * AUDIO_RATE)
        out, until = (round(5 * k / NTSC * AUDIO_RATE) for k in (index, index + 1))
        assert lag(heard[out:until], sound[begin : begin + until - out]) == 0, (first, last)


def test_far_pieces_are_jumped_to_and_still_exact(tmp_path: Path, monkeypatch) -> None:
    decoded = []

    def counting(*source):
        for picture in decode(*source):
            decoded.append(picture.pts)
            yield picture

    monkeypatch.setattr("core.video.render.decode", counting)
    video = write_with_sound(tmp_path / "v.mkv", 1200, Fraction(30), noise(40))
    segments = np.array([[2, 6], [601, 604], [930, 950]])
    made = render_cut(video, segments, tmp_path / "out.mp4")
    assert len(decoded) < 700  # the key pictures are 300 apart
    assert numbers_in(made.file) == frames_of(segments)
    assert lag(sound_in(made.file)[7 * 1600 : 27 * 1600], noise(40)[930 * 1600 : 950 * 1600]) == 0


def test_where_the_sound_ends_or_begins_late_there_is_silence(tmp_path: Path) -> None:
    video = write_with_sound(tmp_path / "short.mkv", 100, Fraction(25), noise(2))
    heard = sound_in(render_cut(video, [[40, 100]], tmp_path / "out.mp4").file)
    assert np.abs(heard[:19000]).max() > 0.1
    assert np.abs(heard[20500:]).max() < 0.01
    assert len(heard) == pytest.approx(60 / 25 * AUDIO_RATE, abs=1024)


def test_varying_frame_rates_keep_the_duration_of_every_frame(tmp_path: Path) -> None:
    path = write_video(tmp_path / "v.mkv", 10, times=VARYING, time_base=Fraction(1, 1000))
    video = probe(path)
    edges = np.append(video.timebase.times, video.timebase.end)
    segments = [[1, 4], [5, 8], [9, 10]]
    made = render_cut(path, segments, tmp_path / "out.mp4", timebase=video.timebase)
    shown = probe(made.file).timebase
    assert numbers_in(made.file) == frames_of(segments)
    wanted = [edges[frame + 1] - edges[frame] for frame in frames_of(segments)]
    assert [int(d * shown.unit * 1000) for d in np.diff(np.append(shown.times, shown.end))] == wanted
    assert made.duration == Fraction(int(sum(wanted)), 1000)


def test_frames_are_found_by_their_time_where_the_file_counts_otherwise(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", 100, Fraction(25))
    entry = Timebase(Fraction(50), 200)
    made = render_cut(video, [[20, 24]], tmp_path / "out.mp4", timebase=entry)
    assert numbers_in(made.file) == [10, 10, 11, 11]
    assert made.duration == Fraction(4, 50)


@pytest.mark.parametrize("rotation", [-90, 90, 180])
def test_rotated_videos_stand_upright(tmp_path: Path, rotation: int) -> None:
    video = write_video(tmp_path / "v.mov", 30, rotation=rotation)
    made = render_cut(video, [[3, 6], [20, 22]], tmp_path / "out.mp4")
    assert numbers_in(made.file) == [3, 4, 5, 20, 21]
    info = probe(made.file)
    assert (info.width, info.height) == (made.width, made.height) == (192, 108)


def test_full_range_pictures_keep_their_brightness(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "full.mov"), "w") as target:
        stream = target.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for grey in (30, 128, 220):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), grey, np.uint8), format="rgb24")
            target.mux(stream.encode(frame.reformat(format="yuvj420p")))
        target.mux(stream.encode(None))
    before = [p.mean() for _, p in frames_at(probe(tmp_path / "full.mov"), np.arange(3))]
    made = render_cut(tmp_path / "full.mov", [[0, 3]], tmp_path / "out.mp4")
    after = [p.mean() for _, p in frames_at(probe(made.file), np.arange(3))]
    assert after == pytest.approx(before, abs=3)


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("chrome_29.97_h264_aac.mp4", 899),
        ("portrait_rot90_29.97.mov", 860),
        ("screenrec_vfr_real.mp4", 63),
        ("odd_dims_427x241_vp9_opus.webm", 288),
        ("asl_book_4s_h264.mkv", 110),
        ("apollo_mjpeg_47s.mov", 1422),
        ("single_frame.mp4", 1),
    ],
)
def test_real_clips(shared: Path, tmp_path: Path, name: str, frames: int) -> None:
    video = probe(shared / "videos" / name)
    n = video.timebase.n_frames
    assert abs(n - frames) <= 6
    starts = np.unique(np.linspace(0, n - 1, 5).astype(int))
    segments = np.stack([starts, np.minimum(starts + 6, n)], axis=1)[:: 1 if n > 30 else 5]
    made: Rendered = render_cut(video.path, segments, tmp_path / "out.mp4", timebase=video.timebase)
    shown = probe(made.file)
    wanted = frames_of(joined(segments))
    assert shown.timebase.n_frames == made.frames == len(wanted)
    assert shown.timebase.exact_duration == pytest.approx(float(made.duration), abs=1e-4)
    assert abs(shown.width - video.width) <= 1
    assert abs(shown.height - video.height) <= 1
    assert (shown.audio_codec is None) == (video.audio_codec is None)
    before = np.array([p for _, p in frames_at(video, wanted, (48, 48))], float)
    after = np.array([p for _, p in frames_at(shown, np.arange(len(wanted)), (48, 48))], float)
    assert np.abs(before - after).mean(axis=(1, 2, 3)).max() < 4


def test_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", 60, sound=True)
    (tmp_path / "out").mkdir()
    asked = iter([False] * 30 + [True] * 99)
    with pytest.raises(Cancelled, match="was cancelled"):
        render_cut(video, [[0, 60]], tmp_path / "out" / "cut.mp4", should_stop=lambda: next(asked))
    assert list((tmp_path / "out").iterdir()) == []


def test_progress_ascends_to_the_end(tmp_path: Path) -> None:
    told: list[float] = []
    video = write_video(tmp_path / "v.mp4", 80)
    render_cut(
        video, [[0, 80]], tmp_path / "o.mp4", progress=lambda fraction, message, figures=None: told.append(fraction)
    )
    assert told == sorted(told)
    assert len(told) > 3
    assert told[-1] == 1


def test_what_cannot_be_rendered_gets_a_sentence(tmp_path: Path) -> None:
    video, out = write_video(tmp_path / "v.mp4", 20), tmp_path / "o.mp4"
    with pytest.raises(InputError, match="The cut is empty: no shot fits the budget"):
        render_cut(video, Cut(np.zeros((0, 2), np.int64), 20, 0.15, "no shot fits the budget"), out)
    with pytest.raises(InputError, match="The cut is empty"):
        render_cut(video, [], out)
    with pytest.raises(InputError, match="without overlapping"):
        render_cut(video, [[3, 9], [8, 12]], out)
    with pytest.raises(InputError, match="20 frames"):
        render_cut(video, [[3, 21]], out)
    with pytest.raises(InputError, match="whole frame numbers"):
        render_cut(video, [[0.5, 3.0]], out)
    with pytest.raises(VideoError, match=r"ends 1\.2 s before the cut does"):
        render_cut(video, [[30, 50]], out, timebase=Timebase(Fraction(25), 50))
    with pytest.raises(VideoError, match="cannot be written"):
        render_cut(video, [[0, 5]], tmp_path / "no" / "folder" / "o.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["v.mp4"]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 30)), min_size=1, max_size=8))
def test_joining_keeps_the_frames(pairs) -> None:
    segments, at = [], 0
    for gap, length in pairs:
        segments.append([at + gap, at + gap + length])
        at += gap + length
    made = joined(checked_segments(segments, at))
    assert frames_of(made) == frames_of(segments)
    assert (made[1:, 0] > made[:-1, 1]).all()


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 50)), max_size=8),
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=1, max_size=6),
)
def test_sound_is_taken_sample_by_sample(heard, wanted) -> None:
    """Whatever the blocks that a decoder gives out: each sample of a piece is the video's, or silence."""
    track, blocks, at = np.zeros(2000, np.float32), [], 0
    for gap, length in heard:
        at += gap
        track[at : at + length] = np.arange(at, at + length) + 1
        blocks.append((at, track[None, at : at + length]))
        at += length
    pieces, at = [], 0
    for gap, length in wanted:
        pieces.append((at + gap, length))
        at += gap + length
    made = np.concatenate(list(_cut_sound(iter(blocks), pieces, 1)), axis=1)[0]
    np.testing.assert_array_equal(made, np.concatenate([track[start : start + n] for start, n in pieces]))
