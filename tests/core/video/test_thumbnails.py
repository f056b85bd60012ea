from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.data.timebase import Timebase
from core.errors import VideoError
from core.video.probe import probe
from core.video.sprites import read_sprite
from core.video.thumbnails import thumbnail_frames, thumbnails, write_sprite
from tests.core.made_videos import number_of, write_video


def test_every_picture_lies_where_the_description_says(tmp_path: Path) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 25 * 24))
    sprite = thumbnails(video, tmp_path / "t.jpg")
    assert (sprite.count, sprite.columns, sprite.width, sprite.height) == (24, 10, 128, 72)
    sheet = cv2.imread(str(tmp_path / "t.jpg"))[..., ::-1]
    assert sheet.shape == (3 * 72, 10 * 128, 3)
    for index, time in enumerate(sprite.times):
        row, column = divmod(index, sprite.columns)
        cell = sheet[row * 72 : (row + 1) * 72, column * 128 : (column + 1) * 128]
        assert number_of(cell) == video.timebase.frame_at(time + 0.001)
    assert np.allclose(np.diff(sprite.times), 1, atol=0.05)
    assert read_sprite(tmp_path / "t.jpg") == sprite


def test_long_videos_get_120_pictures_and_short_ones_at_least_one() -> None:
    hour = Timebase(Fraction(30), 30 * 3600)
    assert len(thumbnail_frames(hour)) == 120
    assert len(thumbnail_frames(Timebase(Fraction(24), 1))) == 1
    picks = hour.picks()
    chosen = thumbnail_frames(hour, picks)
    assert len(chosen) == 120
    assert np.isin(chosen, picks).all()


def test_portrait_videos_keep_their_shape(shared: Path, tmp_path: Path) -> None:
    sprite = thumbnails(probe(shared / "videos" / "portrait_rot90_29.97.mov"), tmp_path / "t.jpg")
    assert (sprite.width, sprite.height) == (40, 72)


def test_very_wide_pictures_do_not_burst_the_sprite(tmp_path: Path) -> None:
    sprite = write_sprite([np.zeros((10, 4000, 3), np.uint8)] * 120, np.arange(120), tmp_path / "t.jpg")
    assert sprite.width == 256
    assert cv2.imread(str(tmp_path / "t.jpg")).shape == (12 * 72, 2560, 3)


def test_a_missing_or_damaged_filmstrip_is_none(tmp_path: Path) -> None:
    assert read_sprite(tmp_path / "none.jpg") is None
    (tmp_path / "t.json").write_text('{"count": 3}')
    assert read_sprite(tmp_path / "t.jpg") is None
    (tmp_path / "t.json").write_text("[]")
    assert read_sprite(tmp_path / "t.jpg") is None


def test_an_impossible_place_gives_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="cannot be written"):
        write_sprite([np.zeros((72, 128, 3), np.uint8)], np.zeros(1), tmp_path / "no" / "t.jpg")
