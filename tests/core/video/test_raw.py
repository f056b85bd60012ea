from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from core.data.timebase import VaryingTimebase
from core.errors import VideoError
from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from tests.core.made_videos import number_of, numbered_picture

NTSC = Fraction(30000, 1001)
UNSTATED = "The file does not say how many pictures it shows in a second: 25 are assumed."


def write_stream(
    path: Path, codec: str, pixels: str, container: str, rate: Fraction, n: int = 20, **options: str
) -> Path:
    options = {name.replace("_", "-"): value for name, value in options.items()}
    with av.open(str(path), "w", format=container) as target:
        stream = target.add_stream(codec, rate=rate, options=options)
        stream.width, stream.height, stream.pix_fmt = 192, 108, pixels
        for index in range(n):
            frame = av.VideoFrame.from_ndarray(numbered_picture(index), format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = index, 1 / rate
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def shown(video: VideoInfo) -> list[int]:
    return [number_of(picture) for _, picture in frames_at(video, np.arange(video.timebase.n_frames))]


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "container", "rate", "note"),
    [
        ("a.h264", "libx264", "yuv420p", "h264", NTSC, ""),
        ("a.h264", "libx264", "yuv420p", "h264", Fraction(24000, 1001), ""),
        ("a.h264", "libx264", "yuv420p", "h264", Fraction(25), ""),
        ("a.hevc", "libx265", "yuv420p", "hevc", Fraction(50), ""),
        ("a.y4m", "wrapped_avframe", "yuv420p", "yuv4mpegpipe", NTSC, ""),
        ("a.apng", "apng", "rgb24", "apng", Fraction(20), ""),
        ("a.avi", "mjpeg", "yuvj420p", "avi", NTSC, ""),
        ("a.mkv", "mjpeg", "yuvj420p", "matroska", NTSC, ""),
        ("a.mov", "mjpeg", "yuvj420p", "mov", NTSC, ""),
        ("a.mjpeg", "mjpeg", "yuvj420p", "mjpeg", Fraction(25), UNSTATED),
        ("no-suffix", "mjpeg", "yuvj420p", "mjpeg", Fraction(25), UNSTATED),
    ],
)
def test_pictures_without_a_container_are_taken_in(
    tmp_path: Path, name: str, codec: str, pixels: str, container: str, rate: Fraction, note: str
) -> None:
    quiet = {"x265_params": "log-level=none"} if codec == "libx265" else {}
    video = probe(write_stream(tmp_path / name, codec, pixels, container, rate, **quiet))
    assert (video.timebase.rate, video.timebase.n_frames, video.note) == (rate, 20, note)
    assert shown(video) == list(range(20))
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    assert (copy.timebase.rate, copy.timebase.n_frames) == (rate, 20)
    assert shown(copy) == list(range(20))


def test_where_a_raw_stream_does_not_state_its_rate_one_is_assumed_and_named(tmp_path: Path) -> None:
    silent = {"x265_params": "log-level=none:vui-timing-info=0"}
    video = probe(write_stream(tmp_path / "a.hevc", "libx265", "yuv420p", "hevc", Fraction(50), **silent))
    assert (video.timebase.rate, video.timebase.n_frames) == (25, 20)
    assert video.note == UNSTATED
    assert shown(video) == list(range(20))


@pytest.mark.parametrize("durations", [[100] * 6, [100, 40, 500, 20, 60, 300], [0, 10, 100, 100, 100, 100]])
def test_an_animated_webp_is_shown_at_its_times(tmp_path: Path, durations: list[int]) -> None:
    pictures = [Image.fromarray(numbered_picture(index)) for index in range(6)]
    file = tmp_path / "a.webp"
    pictures[0].save(file, save_all=True, append_images=pictures[1:], duration=durations, lossless=True)
    video = probe(file)
    assert video.container == "webp"
    assert shown(video) == list(range(6))
    seen = [duration if duration > 10 else 100 for duration in durations]
    assert video.timebase.seconds(np.arange(7)) == pytest.approx(np.cumsum([0, *seen]) / 1000)
    assert isinstance(video.timebase, VaryingTimebase) == (len(set(seen)) > 1)
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    assert copy.playable
    assert shown(copy) == list(range(6))
    frames = np.arange(7)
    assert copy.timebase.seconds(frames) == pytest.approx(video.timebase.seconds(frames), abs=0.01)


@pytest.mark.parametrize("name", ["a.webp", "a.png", "a.jpg", "a.mjpeg", "a.apng", "a.bmp"])
def test_a_single_picture_is_no_video(tmp_path: Path, name: str) -> None:
    kinds = {".apng": "PNG", ".mjpeg": "JPEG"}
    Image.fromarray(numbered_picture(5)).save(tmp_path / name, kinds.get(Path(name).suffix))
    with pytest.raises(VideoError, match="is a single image") as refusal:
        probe(tmp_path / name)
    assert refusal.value.hint


def test_a_damaged_webp_gives_a_sentence(tmp_path: Path) -> None:
    pictures = [Image.fromarray(numbered_picture(index)) for index in range(6)]
    pictures[0].save(tmp_path / "a.webp", save_all=True, append_images=pictures[1:], duration=100)
    whole = (tmp_path / "a.webp").read_bytes()
    for kept in (12, 40, len(whole) // 2):
        (tmp_path / "b.webp").write_bytes(whole[:kept])
        with pytest.raises(VideoError, match="is damaged"):
            probe(tmp_path / "b.webp")


def test_other_lists_of_pictures_stay_refused(tmp_path: Path) -> None:
    (tmp_path / "a.h264").write_text(f"ffconcat version 1.0\nfile {tmp_path / 'b.mp4'}\n")
    (tmp_path / "a.mjpeg").write_text("#EXTM3U\n#EXTINF:1,\nb.ts\n#EXT-X-ENDLIST\n")
    for name in ("a.h264", "a.mjpeg"):
        with pytest.raises(VideoError, match=r"not a video file|None of the pictures"):
            probe(tmp_path / name)
