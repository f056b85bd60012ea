"""Small files that claim to be huge are refused before memory is taken for them; long ones are not."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from PIL import Image

from core.errors import VideoError
from core.video import probe as probing
from core.video import webp
from core.video.claims import FEW
from core.video.probe import probe
from tests.core.made_videos import write_video


def claiming(path: Path, each: int, count: int) -> Path:
    """A video whose header says that it has so many pictures of one size."""
    content = bytearray(write_video(path, 10).read_bytes())
    for box, place, values in (
        (b"stsz", 8, struct.pack(">II", each, count)),
        (b"stts", 12, struct.pack(">I", count)),
        (b"stsc", 16, struct.pack(">I", count)),
    ):
        at = content.find(box) + place
        content[at : at + len(values)] = values
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("end", ["mp4", "mov"])
def test_more_samples_than_there_is_room_for_are_refused(tmp_path: Path, end: str) -> None:
    with pytest.raises(VideoError, match="claims to hold far more than there is room for"):
        probe(claiming(tmp_path / f"a.{end}", 1, 20_000_000))


def test_claims_that_cost_nothing_are_left_to_the_decoder(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="can be decoded"):
        probe(claiming(tmp_path / "a.mp4", 1, FEW // 50))


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webp"])
def test_pictures_larger_than_any_camera_makes_are_refused(tmp_path: Path, monkeypatch, name: str) -> None:
    for module in (probing, webp):
        monkeypatch.setattr(module, "LARGEST", 192 * 108 - 1)
    if name == "a.webp":
        pictures = [Image.new("RGB", (192, 108), (80 * k, 0, 0)) for k in range(3)]
        pictures[0].save(tmp_path / name, save_all=True, append_images=pictures[1:])
    else:
        write_video(tmp_path / name, 3)
    with pytest.raises(VideoError, match=r"too large.*192 x 108"):
        probe(tmp_path / name)


def test_an_animation_of_more_than_its_bytes_can_say_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(webp, "ANYWAY", 0)
    pictures = [Image.new("RGB", (1920, 1080), (80 * k, 0, 0)) for k in range(3)]
    pictures[0].save(tmp_path / "a.webp", save_all=True, append_images=pictures[1:], lossless=True)
    with pytest.raises(VideoError, match="too large for an animated WebP: 3 pictures of 1920 x 1080"):
        probe(tmp_path / "a.webp")
