from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.data.timebase import VaryingTimebase
from core.segment.survey import survey_of
from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from core.video.render import render_cut
from core.video.thumbnails import thumbnails
from tests.core.made_videos import number_of, numbered_picture, write_video

RATE = Fraction(25)
CODECS = ("libx264", "libx264", "mpeg4", "mpeg4")


def write_part(
    path: Path,
    first: int,
    n: int,
    *,
    clock: float = 0,
    size: tuple[int, int] = (192, 108),
    tone: float = 0,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
) -> Path:
    """Pictures numbered from one on, whose clock begins at some seconds, with a tone of so many hertz, or none."""
    with av.open(str(path), "w", options={"output_ts_offset": str(clock)} | (options or {})) as target:
        stream = target.add_stream(codec, rate=RATE)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        sound = (
            target.add_stream("libopus" if codec == "libvpx" else "aac", rate=48000, layout="mono") if tone else None
        )
        for index in range(n):
            frame = av.VideoFrame.from_ndarray(numbered_picture(first + index, *size), format="rgb24")
            frame.pts, frame.time_base = index, 1 / RATE
            target.mux(stream.encode(frame))
            if sound:
                wave = 0.2 * np.sin(2 * np.pi * tone * (np.arange(1920) + 1920 * index) / 48000)
                piece = av.AudioFrame.from_ndarray(wave.astype(np.float32)[None], format="flt", layout="mono")
                piece.sample_rate, piece.pts, piece.time_base = 48000, 1920 * index, Fraction(1, 48000)
                target.mux(sound.encode(piece))
        target.mux(stream.encode(None))
        if sound:
            target.mux(sound.encode(None))
    return path


def join(path: Path, *parts: Path) -> Path:
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def shown(video: VideoInfo) -> list[int]:
    return [number_of(picture) for _, picture in frames_at(video, np.arange(video.timebase.n_frames))]


def pitch(path: Path, begins: float, ends: float) -> float:
    """The loudest frequency between two times, in hertz; 0 where it is silent."""
    samples = np.zeros(round(48000 * (ends - begins)), np.float32)
    with av.open(str(path)) as container:
        mono = av.AudioResampler("fltp", "mono", 48000)
        for frame in container.decode(audio=0):
            for piece in mono.resample(frame):
                at = round((float(piece.pts * piece.time_base) - begins) * 48000)
                from_, until = max(at, 0), min(at + piece.samples, len(samples))
                if from_ < until:
                    samples[from_:until] = piece.to_ndarray()[0, from_ - at : until - at]
    if np.abs(samples).max() < 0.02:
        return 0
    return float(
        np.fft.rfftfreq(len(samples), 1 / 48000)[np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax()]
    )


@pytest.mark.parametrize(
    ("end", "codec", "clocks"),
    [
        (end, codec, clocks)
        for end, codec in (("ts", "libx264"), ("ts", "mpeg2video"), ("mpg", "mpeg2video"))
        for clocks in ((0, 0, 0), (5, 3, 7200), (40_000, 0, 200), (7200, 10, 0))
    ]
    + [
        (end, codec, clocks)
        for end, codec in (("mkv", "libx264"), ("webm", "libvpx"), ("flv", "libx264"), ("flv", "flv1"))
        for clocks in ((0, 0), (0, 0, 0, 0))
    ],
)
def test_all_parts_are_shown_in_order(tmp_path: Path, end: str, codec: str, clocks: tuple[float, ...]) -> None:
    parts = [write_part(tmp_path / f"{k}.{end}", 20 * k, 20, clock=at, codec=codec) for k, at in enumerate(clocks)]
    video, n = probe(join(tmp_path / f"all.{end}", *parts)), 20 * len(clocks)
    assert shown(video) == list(range(n))
    assert (video.timebase.rate, video.timebase.n_frames) == (RATE, n)
    assert not isinstance(video.timebase, VaryingTimebase)
    assert video.note == f"The file holds {len(clocks)} recordings, one after the other."


@pytest.mark.parametrize("end", ["mkv", "webm", "flv"])
@pytest.mark.parametrize("live", [False, True])
def test_sound_of_appended_recordings_stays_with_its_pictures(tmp_path: Path, end: str, live: bool) -> None:
    codec = "libvpx" if end == "webm" else "libx264"
    options = {"live": "1"} if live and end != "flv" else {}
    parts = [
        write_part(tmp_path / f"{k}.{end}", 25 * k, 25, tone=tone, codec=codec, options=options)
        for k, tone in enumerate((440, 880, 660))
    ]
    video = probe(join(tmp_path / f"all.{end}", *parts))
    assert shown(video) == list(range(75))
    copy = make_playable(video, tmp_path / "copy.mp4").file
    cut = render_cut(video.path, np.array([[0, 75]]), tmp_path / "cut.mp4").file
    for file in (copy, cut):
        assert [pitch(file, k + 0.1, k + 0.9) for k in range(3)] == pytest.approx([440, 880, 660], abs=5)


def test_what_cannot_be_read_of_joined_files_is_told(tmp_path: Path) -> None:
    parts = [write_part(tmp_path / f"{k}.mkv", 20 * k, 20, codec=codec) for k, codec in enumerate(CODECS)]
    video = probe(join(tmp_path / "all.mkv", *parts))
    assert shown(video)[:40] == list(range(40))
    assert "of the file no pictures were found" in video.note
    for part in parts:
        assert probe(part).note == ""


@pytest.mark.parametrize(("end", "codec"), [("mp4", "libx264"), ("mov", "libx264"), ("wmv", "wmv2")])
def test_files_of_which_only_the_first_recording_is_read_say_so(tmp_path: Path, end: str, codec: str) -> None:
    parts = [write_part(tmp_path / f"{k}.{end}", 20 * k, 20, codec=codec) for k in range(3)]
    assert probe(parts[0]).note == ""
    video = probe(join(tmp_path / f"all.{end}", *parts))
    assert video.note == "The file holds 3 recordings, one after the other, and only the first is read."


@pytest.mark.parametrize("goes_on", [True, False])
def test_fragments_that_were_appended_are_read_as_far_as_their_clock_goes_on(tmp_path: Path, goes_on: bool) -> None:
    options = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    parts = [write_part(tmp_path / f"{k}.mp4", 20 * k, 20, options=options) for k in range(2)]
    if goes_on:
        content = bytearray(parts[1].read_bytes())
        at = content.find(b"tfdt") + 8
        content[at : at + 8] = (int.from_bytes(content[at : at + 8], "big") + 20 * 512).to_bytes(8, "big")
        parts[1].write_bytes(content)
    video = probe(join(tmp_path / "all.mp4", *parts))
    assert shown(video) == list(range(40 if goes_on else 20))
    assert ("only the first is read" in video.note) == (not goes_on)


def test_a_stream_whose_clock_jumps_goes_on(tmp_path: Path) -> None:
    times = [*range(20), *range(90_000, 90_020), *range(5, 25)]
    jumping = [1000 * time // 25 for time in times]
    files = [write_video(tmp_path / f"{k}.flv", 20) for k in range(3)]
    tags = [tag for k, file in enumerate(files) for tag in flv_tags(file, jumping[20 * k])[1 if k else 0 :]]
    (tmp_path / "a.flv").write_bytes(files[0].read_bytes()[:13] + b"".join(tags))
    video = probe(tmp_path / "a.flv")
    assert shown(video) == [*range(20)] * 3
    assert (video.timebase.rate, len(video.parts)) == (RATE, 3)


def flv_tags(file: Path, later: int) -> list[bytes]:
    """The pictures of an FLV file, with times later by some milliseconds."""
    data, at, tags = file.read_bytes(), 13, []  # after the header and the size of the tag before the first
    while at < len(data):
        length = int.from_bytes(data[at + 1 : at + 4], "big") + 15
        tag = bytearray(data[at : at + length])
        time = int.from_bytes(tag[7:8] + tag[4:7], "big") + later
        tag[4:7], tag[7:8] = (time & 0xFFFFFF).to_bytes(3, "big"), (time >> 24).to_bytes(1, "big")
        tags += [bytes(tag)] if tag[0] == 9 else []
        at += length
    return tags


def test_everything_made_of_a_joined_recording_has_all_parts(tmp_path: Path) -> None:
    parts = [write_part(tmp_path / f"{k}.ts", 30 * k, 30, tone=440) for k in range(2)]
    video = probe(join(tmp_path / "all.ts", *parts))
    assert [number_of(picture) for picture in survey_of(video.path, video.timebase).pictures] == list(range(60))
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    assert copy.playable
    assert shown(copy) == list(range(60))
    cut = probe(render_cut(video.path, np.array([[5, 10], [28, 33], [55, 60]]), tmp_path / "cut.mp4").file)
    assert shown(cut) == [*range(5, 10), *range(28, 33), *range(55, 60)]
    assert thumbnails(video, tmp_path / "strip.jpg").times == (0.36, 1.2, 2.0)


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
@pytest.mark.parametrize("tones", [(440, 880, 660), (440, 0, 880), (0, 440, 880)], ids=str)
@pytest.mark.parametrize("late", [0, 12, -12])
def test_the_sound_of_each_part_stays_with_its_pictures(
    tmp_path: Path, tones: tuple[float, ...], codec: str, late: int
) -> None:
    parts = [write_part(tmp_path / f"{k}.ts", 25 * k, 25, tone=tone, codec=codec) for k, tone in enumerate(tones)]
    video = probe(with_sound_stored_later(join(tmp_path / "all.ts", *parts), late))
    assert video.timebase.n_frames == 75
    copy = make_playable(video, tmp_path / "copy.mp4").file
    cut = render_cut(video.path, np.array([[0, 75]]), tmp_path / "cut.mp4").file
    for file in (copy, cut):
        assert [pitch(file, k + 0.1, k + 0.9) for k in range(3)] == pytest.approx(tones, abs=5)


def with_sound_stored_later(file: Path, late: int) -> Path:
    """Moves the sound of a transport stream behind so many of the other packets, or before them."""
    data = file.read_bytes()
    stored = [data[at : at + 188] for at in range(0, len(data), 188)]
    sound = [(int.from_bytes(packet[1:3], "big") & 0x1FFF) == 0x101 for packet in stored]
    order = sorted(range(len(stored)), key=lambda index: (index + late * sound[index], index))
    file.write_bytes(b"".join(stored[index] for index in order))
    return file


def test_pictures_of_another_shape_get_bars(tmp_path: Path) -> None:
    sizes = [(192, 108), (96, 54), (108, 192)]
    parts = [write_part(tmp_path / f"{k}.ts", 10 * k, 10, size=size) for k, size in enumerate(sizes)]
    video = probe(join(tmp_path / "all.ts", *parts))
    assert (video.width, video.height, video.timebase.n_frames) == (192, 108, 30)
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    cut = probe(render_cut(video.path, np.array([[0, 30]]), tmp_path / "cut.mp4").file)
    for file in (video, copy, cut):
        pictures = [picture for _, picture in frames_at(file, np.arange(30))]
        assert [number_of(picture) for picture in pictures[:20]] == list(range(20))
        for index, picture in enumerate(pictures[20:], 20):
            assert picture.shape == (108, 192, 3)
            assert picture[:, :60].max() < 40
            assert picture[:, -60:].max() < 40
            assert number_of(picture[:, 66:126]) == index
    assert survey_of(video.path, video.timebase).pictures[25][:, :14].max() < 40


def test_a_picture_that_stays_while_the_sound_goes_on_is_no_join(tmp_path: Path) -> None:
    times = [0, 1, 2, 3000, 3001]
    with_sound = write_video(tmp_path / "a.ts", 5, times=times, time_base=1 / RATE)
    assert probe(with_sound).timebase.n_frames == 5
    assert len(probe(with_sound).parts) == 2  # nothing tells that anything went on
    stays = tmp_path / "stays.ts"
    with av.open(str(stays), "w") as target:
        pictures, sound = target.add_stream("libx264", rate=25), target.add_stream("mp2", rate=48000, layout="mono")
        pictures.width, pictures.height, pictures.pix_fmt = 192, 108, "yuv420p"
        for second in range(0, 121):
            if second in (0, 1, 120):
                frame = av.VideoFrame.from_ndarray(numbered_picture(second), format="rgb24")
                frame.pts, frame.time_base = 25 * second, 1 / RATE
                target.mux(pictures.encode(frame))
            piece = av.AudioFrame.from_ndarray(np.zeros((1, 1152), np.int16), format="s16", layout="mono")
            piece.sample_rate, piece.pts, piece.time_base = 48000, 48000 * second, Fraction(1, 48000)
            target.mux(sound.encode(piece))
        target.mux(pictures.encode(None))
        target.mux(sound.encode(None))
    video = probe(stays)
    assert video.parts == ()
    assert video.timebase.seconds(2) == pytest.approx(120)
