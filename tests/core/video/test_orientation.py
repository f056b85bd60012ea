from __future__ import annotations

from itertools import product
from pathlib import Path

import av
import numpy as np
import pytest

from core.segment.survey import survey_of
from core.video.orientation import orientation
from core.video.playable import make_playable
from core.video.probe import VideoInfo, frames_at, probe
from core.video.render import render_cut
from tests.core.made_videos import display_matrix, number_of, write_video

EIGHT = list(product((0, 90, 180, 270), (False, True)))


def shown(video: VideoInfo) -> list[int]:
    pictures = [picture for _, picture in frames_at(video, np.arange(video.timebase.n_frames))]
    assert all(is_upright(picture) for picture in pictures)
    return [number_of(picture) for picture in pictures]


def is_upright(picture: np.ndarray) -> bool:
    """Whether the red stripe is at the upper edge."""
    stripe = picture[: len(picture) // 12].mean(axis=(0, 1))
    return bool(stripe[0] > 150 and stripe[1] < 100)


@pytest.mark.parametrize(("rotation", "mirrored"), EIGHT)
def test_points_of_a_picture_are_shown_where_its_matrix_says(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    a, b, _, c, d, *_ = (number >> 16 for number in display_matrix(rotation, mirrored))
    stored = np.arange(12).reshape(3, 4)
    y, x = np.indices(stored.shape)
    across, down = a * x + c * y, b * x + d * y
    expected = np.empty((np.ptp(down) + 1, np.ptp(across) + 1), int)
    expected[down - down.min(), across - across.min()] = stored
    with av.open(str(write_video(tmp_path / "a.mp4", 1, rotation=rotation, mirrored=mirrored))) as container:
        assert orientation(next(container.decode(video=0))) == (rotation, mirrored)
    np.testing.assert_array_equal(np.rot90(stored[:, ::-1] if mirrored else stored, rotation // 90), expected)


@pytest.mark.parametrize(("rotation", "mirrored"), EIGHT)
def test_whatever_way_up_everything_sees_what_a_player_shows(tmp_path: Path, rotation: int, mirrored: bool) -> None:
    video = probe(write_video(tmp_path / "a.mp4", 8, rotation=rotation, mirrored=mirrored))
    assert (video.width, video.height) == (192, 108)
    assert shown(video) == list(range(8))
    survey = survey_of(video.path, video.timebase)
    assert all(is_upright(picture) for picture in survey.pictures)
    assert [number_of(picture) for picture in survey.pictures] == list(range(8))
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    assert copy.playable
    assert not copy.mirrored
    assert shown(copy) == list(range(8))
    rendered = probe(render_cut(video.path, np.array([[2, 6]]), tmp_path / "cut.mp4").file)
    assert not rendered.mirrored
    assert shown(rendered) == [2, 3, 4, 5]
