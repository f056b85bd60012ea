"""Files cut without encoding: their copies show at every frame what the timeline says."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from tests.core.made_videos import number_of, numbered_picture, write_video

GROUP = 10
OPEN = f"keyint={GROUP}:min-keyint={GROUP}:scenecut=0:open-gop=1:bframes=2:b-adapt=0"
CLOSED = f"keyint={GROUP}:min-keyint={GROUP}:scenecut=0:bframes=2:b-adapt=0"


def write_cut(path: Path, x264: str, keeps: Callable[[av.Packet], bool], shift: int = 0) -> Path:
    """Writes those packets that are kept, so many frames earlier."""
    kept = {"avoid_negative_ts": "disabled"} if path.suffix == ".mkv" else {}
    with av.open(str(path), "w", options=kept) as target:
        written = target.add_stream("libx264", rate=25, options={"x264-params": x264})
        written.width, written.height, written.pix_fmt = 192, 108, "yuv420p"
        packets = []
        for index in range(40):
            frame = av.VideoFrame.from_ndarray(numbered_picture(index), "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            packets += written.encode(frame)
        for packet in [*packets, *written.encode(None)]:
            if keeps(packet):
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                target.mux(packet)
    return path


def numbers(video: VideoInfo) -> list[int]:
    return [number_of(picture) for _, picture in frames_at(video, np.arange(video.timebase.n_frames))]


CUTS: dict[str, tuple[str, str, Callable[[av.Packet], bool], int]] = {
    "begun in mid-group": ("mkv", CLOSED, lambda packet: packet.pts >= 4, 0),
    "begun in mid-group, broadcast": ("ts", CLOSED, lambda packet: packet.pts >= 4, 0),
    "begun in mid-group, at zero": ("mkv", CLOSED, lambda packet: packet.pts >= 4, 4),
    "open group": ("mkv", OPEN, lambda packet: packet.dts >= GROUP - 2, GROUP),
    "open group, broadcast": ("ts", OPEN, lambda packet: packet.dts >= GROUP - 2, 0),
    "edit list that begins in mid-group": ("mov", CLOSED, lambda packet: True, 5),
    "edit list that begins with a group": ("mov", CLOSED, lambda packet: True, GROUP),
    "times before zero": ("mkv", CLOSED, lambda packet: True, 5),
    "begun with a group": ("mkv", CLOSED, lambda packet: packet.pts >= GROUP, 0),
}


@pytest.mark.parametrize("kind", CUTS)
def test_the_copy_shows_what_the_timeline_says(tmp_path: Path, kind: str) -> None:
    suffix, x264, keeps, shift = CUTS[kind]
    video = probe(write_cut(tmp_path / f"cut.{suffix}", x264, keeps, shift))
    shown = numbers(video)
    assert len(shown) >= 25
    assert shown[-1] == 39
    assert all(after - number in (0, 1) for number, after in pairwise(shown))
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    assert copy.playable
    assert copy.begins_with_key
    assert numbers(copy) == shown
    assert copy.duration == pytest.approx(video.duration, abs=0.001)


@pytest.mark.parametrize("codec", ["libsvtav1", "libvpx-vp9", "libvpx", "libx264", "mpeg4"])
def test_any_codec_goes_into_the_copy(tmp_path: Path, codec: str) -> None:
    video = probe(write_video(tmp_path / "a.mkv", 30, codec=codec))
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    assert copy.playable
    assert numbers(copy) == list(range(30))
