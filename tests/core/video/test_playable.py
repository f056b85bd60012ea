from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import Cancelled, VideoError
from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from tests.core.made_videos import number_of, write_video


def box_order(path: Path) -> list[bytes]:
    data, position, names = path.read_bytes(), 0, []
    while position + 8 <= len(data):
        names.append(data[position + 4 : position + 8])
        position += int.from_bytes(data[position : position + 4], "big") or len(data)
    return names


def sound_seconds(path: Path) -> tuple[float, float]:
    """When the sound begins and ends."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    return frames[0].time, frames[-1].time + frames[-1].samples / frames[-1].sample_rate


def assert_in_step(original: VideoInfo, copy: Path) -> None:
    """The copy plays in browsers and shows the same picture at every time."""
    made = probe(copy)
    assert made.why_not_playable == ""
    assert (made.width, made.height) == (original.width, original.height)
    frames = np.unique(np.linspace(0, original.timebase.n_frames - 1, 12).astype(int))
    middles = (original.timebase.seconds(frames) + original.timebase.seconds(frames + 1)) / 2
    shown = [number_of(picture) for _, picture in frames_at(made, made.timebase.frame_at(middles))]
    assert shown == frames.tolist()
    assert box_order(copy).index(b"moov") < box_order(copy).index(b"mdat")


def test_what_browsers_play_is_used_as_it_is(tmp_path: Path) -> None:
    for name, codec in (("a.mp4", "libx264"), ("a.webm", "libvpx")):
        video = probe(write_video(tmp_path / name, 20, codec=codec, sound=True))
        assert make_playable(video, tmp_path / "out.mp4").file == video.path
    assert not (tmp_path / "out.mp4").exists()


def test_matroska_is_rewrapped_without_encoding_again(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mkv", 100, Fraction(30000, 1001), sound=True))
    copy = make_playable(video, tmp_path / "out.mp4").file
    assert_in_step(video, copy)
    with av.open(str(video.path)) as before, av.open(str(copy)) as after:
        sizes = [[p.size for p in c.demux(video=0) if p.size] for c in (before, after)]
    assert sizes[0] == sizes[1]
    assert sound_seconds(copy)[1] == pytest.approx(video.duration, abs=0.1)


@pytest.mark.parametrize(("name", "codec"), [("a.avi", "mpeg4"), ("a.avi", "libx264"), ("a.ts", "libx264")])
def test_other_formats_become_h264(tmp_path: Path, name: str, codec: str) -> None:
    video = probe(write_video(tmp_path / name, 60, codec=codec))
    assert_in_step(video, make_playable(video, tmp_path / "out.mp4").file)
    assert probe(tmp_path / "out.mp4").timebase.n_frames == 60


def test_a_copy_begins_with_the_first_picture_and_keeps_the_sound_in_step(tmp_path: Path) -> None:
    times = [1500 + 40 * i for i in range(50)]
    late = write_video(tmp_path / "late.mkv", 50, times=times, time_base=Fraction(1, 1000), sound=True)
    video = probe(late)
    copy = make_playable(video, tmp_path / "out.mp4").file
    assert_in_step(video, copy)
    # 2 s of sound, of which 1.5 s lie before the first picture.
    begin, end = sound_seconds(copy)
    assert begin == pytest.approx(0, abs=0.05)
    assert end == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("name", "codec"), [("r.mov", "libx264"), ("r.mov", "mpeg4")])
def test_rotated_videos_stay_upright(tmp_path: Path, name: str, codec: str) -> None:
    video = probe(write_video(tmp_path / name, 30, codec=codec, rotation=-90))
    assert_in_step(video, make_playable(video, tmp_path / "out.mp4").file)


def test_varying_frame_rates_keep_their_times(tmp_path: Path) -> None:
    times = [0, 200, 400, 450, 1500, 1600, 2600]
    video = probe(write_video(tmp_path / "v.mkv", 7, times=times, time_base=Fraction(1, 1000), codec="mpeg4"))
    assert_in_step(video, make_playable(video, tmp_path / "out.mp4").file)


def test_odd_sides_become_even(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "odd.mkv"), "w") as target:
        stream = target.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 97, 55, "yuv444p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((55, 97, 3), 90, np.uint8), format="rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    made = probe(make_playable(probe(tmp_path / "odd.mkv"), tmp_path / "out.mp4").file)
    assert made.width % 2 == made.height % 2 == 0
    assert abs(made.width - 97) <= 1
    assert abs(made.height - 55) <= 1


def test_black_and_white_stay_as_they_are_where_the_source_uses_the_full_range(tmp_path: Path) -> None:
    source = tmp_path / "full.mkv"
    picture = np.repeat(np.array([20, 230], np.uint8), 64)[None, :, None] * np.ones((64, 1, 3), np.uint8)
    with av.open(source, "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        stream.width, stream.height, stream.pix_fmt = 128, 64, "yuvj420p"
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format="yuvj420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    shown = []
    for path in (source, make_playable(probe(source), tmp_path / "copy.mp4").file):
        with av.open(path) as container:
            shown.append(next(container.decode(video=0)).to_ndarray(format="rgb24")[32, [20, 100]].astype(int))
    assert np.abs(shown[1] - shown[0]).max() <= 3
    assert np.abs(shown[1] - [[20] * 3, [230] * 3]).max() <= 4


def test_a_damaged_end_is_left_out(shared: Path, tmp_path: Path) -> None:
    video = probe(shared / "videos" / "truncated_half_data.mp4")
    made = probe(make_playable(video, tmp_path / "out.mp4").file)
    assert made.note == ""
    assert made.playable
    assert made.timebase.n_frames == 394


def test_cancelling_leaves_nothing_behind(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.avi", 100, codec="mpeg4"))
    (tmp_path / "out").mkdir()
    with pytest.raises(Cancelled, match="was cancelled"):
        make_playable(video, tmp_path / "out" / "out.mp4", should_stop=lambda: True)
    assert list((tmp_path / "out").iterdir()) == []


def test_an_impossible_place_gives_a_sentence(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.avi", 10, codec="mpeg4"))
    with pytest.raises(VideoError, match="cannot be written"):
        make_playable(video, tmp_path / "no" / "such" / "folder" / "out.mp4")


def test_progress_ascends(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.avi", 100, codec="mpeg4"))
    seen: list[float] = []
    make_playable(video, tmp_path / "out.mp4", lambda fraction, message, figures=None: seen.append(fraction))
    assert seen == sorted(seen)
    assert seen
    assert 0 <= seen[0] <= seen[-1] <= 1
