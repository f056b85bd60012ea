from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from core.video.decode import decode, needed_frames
from core.video.probe import VideoInfo, frames_at, open_video, probe

FRAMES = 150
CHOSEN = {"dense": np.arange(FRAMES), "picks": np.arange(0, FRAMES, 12), "sparse": np.array([3, 71, 72, 149])}


def write_moving(path: Path, codec: str, **options: str) -> Path:
    """A textured ground and a thing that move, 25 pictures a second, one frame after the other."""
    random = np.random.default_rng(0)
    ground = cv2.resize(random.integers(0, 256, (40, 60, 3), np.uint8), (480, 320))
    with av.open(str(path), "w") as target:
        options = {name.replace("_", "-"): value for name, value in options.items()}
        stream = target.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for step in range(FRAMES):
            picture = ground[step : step + 96, 2 * step : 2 * step + 160].copy()
            left = 7 * step % 128
            picture[30:60, left : left + 32] = 255 - picture[30:60, left : left + 32]
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        target.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("a.mp4", "libx264", {"g": "30"}),
        ("a.mkv", "libx264", {"g": "30", "x264_params": "open-gop=1:bframes=5:b-pyramid=strict"}),
        ("a.mp4", "libx264", {"g": "30", "x264_params": "direct=temporal:weightp=2:interlaced=1"}),
        ("a.mov", "libx265", {"x265_params": "log-level=none:open-gop=1:keyint=30"}),
        ("a.mkv", "libx265", {"x265_params": "log-level=none:temporal-layers=3:keyint=30:bframes=7"}),
        ("a.webm", "libvpx-vp9", {"g": "30", "deadline": "realtime", "cpu_used": "8", "lag_in_frames": "16"}),
        ("a.mp4", "libsvtav1", {"g": "30", "preset": "12"}),
        ("a.mp4", "mpeg4", {"g": "30", "bf": "2"}),
        ("a.mkv", "mpeg2video", {"g": "30", "bf": "2"}),
    ],
)
def test_needed_frames_are_bit_for_bit_those_of_decoding_everything(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    video = probe(write_moving(tmp_path / name, codec, **options))
    everything = pictures_shown(video)
    for chosen in CHOSEN.values():
        found = needed(video, chosen)[0]
        assert list(found) == chosen.tolist()
        for index, picture in found.items():
            np.testing.assert_array_equal(picture, everything[index])


def test_stretches_between_sparse_frames_are_not_read(tmp_path: Path) -> None:
    video = probe(write_moving(tmp_path / "a.mp4", "libx264", g="10"))
    found, asked = needed(video, np.array([2, 145]))
    assert list(found) == [2, 145]
    assert not asked & set(range(60, 140))


def test_pictures_that_no_other_refers_to_are_not_decoded(tmp_path: Path) -> None:
    video = probe(write_moving(tmp_path / "a.mp4", "libx264", x264_params="b-adapt=0:bframes=3"))
    decoded = []
    with open_video(video.path) as (container, stream):
        wanted = [148]

        def number(time: int) -> int:
            decoded.append(round(time * stream.time_base * 25))
            return decoded[-1]

        assert [index for index, _ in needed_frames(container, stream, number, wanted, [])] == wanted
    # Asked about once for its packet, and again for its picture.
    assert sum(decoded.count(index) == 1 for index in range(140)) >= 60


def test_where_key_frames_are_not_whole_everything_is_decoded(tmp_path: Path) -> None:
    video = probe(write_moving(tmp_path / "a.mp4", "libx264", g="30", x264_params="intra-refresh=1"))
    assert len(video.key_times) > 1
    chosen = CHOSEN["sparse"]
    assert len(needed(video, chosen)[0]) < len(chosen)
    assert_shown(video, chosen, pictures_shown(video))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "libx264"), ("a.mkv", "mpeg4")])
def test_damage_reaches_only_to_the_next_key_frame(tmp_path: Path, name: str, codec: str, seed: int) -> None:
    file = write_moving(tmp_path / name, codec, g="30")
    video = probe(file)
    everything = pictures_shown(video)
    with open_video(file) as (container, stream):
        packets = [packet for packet in container.demux(stream) if packet.size]
        places = [(packet.pos, packet.pos + packet.size) for packet in packets[33:58]]
    data, random = bytearray(file.read_bytes()), np.random.default_rng(seed)
    for first, end in random.choice(places, 5, replace=False):
        data[random.integers(first + 8, end)] ^= 0xFF
    file.write_bytes(data)
    for chosen in CHOSEN.values():
        found = dict(frames_at(video, chosen))
        assert list(found) == chosen.tolist()
        for index in set(found) - set(range(30, 60)):
            np.testing.assert_array_equal(found[index], everything[index])


def needed(video: VideoInfo, chosen: np.ndarray) -> tuple[dict[int, np.ndarray], set[int]]:
    """The pictures found, and the frames whose packets or pictures were met."""
    asked = set()
    with open_video(video.path) as (container, stream):
        keys = video.key_times.tolist()
        start = int(video.start / stream.time_base)

        def number(time: int) -> int:
            index = round((time - start) * stream.time_base * video.timebase.rate)
            if time not in keys:
                asked.add(index)
            return index

        frames = needed_frames(container, stream, number, chosen.tolist(), keys)
        return {index: rgb(frame) for index, frame in frames}, asked


def pictures_shown(video: VideoInfo) -> list[np.ndarray]:
    """What a player shows at every frame: a picture stays until the next that can be decoded."""
    shown: list[np.ndarray] = []
    with open_video(video.path) as (container, stream):
        start = int(video.start / stream.time_base)
        for frame in decode(container, stream):
            index = round((frame.pts - start) * stream.time_base * video.timebase.rate)
            picture = rgb(frame)
            shown += [shown[-1] if shown else picture] * (index - len(shown))
            shown[index:] = [picture]
    return shown + shown[-1:] * (video.timebase.n_frames - len(shown))


def assert_shown(video: VideoInfo, chosen: np.ndarray, everything: list[np.ndarray]) -> None:
    found = list(frames_at(video, chosen))
    assert [index for index, _ in found] == chosen.tolist()
    for index, picture in found:
        np.testing.assert_array_equal(picture, everything[index])


def rgb(frame: av.VideoFrame) -> np.ndarray:
    return frame.reformat(format="rgb24", interpolation="AREA").to_ndarray()
