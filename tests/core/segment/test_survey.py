from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorTrc

from core.data.timebase import Timebase
from core.errors import Cancelled, VideoError
from core.segment.survey import HANDED, MEASURES, StoredPictures, Surveyor, survey_of
from core.video.probe import probe
from tests.core.segment.made_pictures import card, plain, scene, write_pictures

PICTURES = [*[scene(1, step) for step in range(9)], *[plain(255)] * 4, *[card("The end")] * 4, scene(2)]


def surveyed(path: Path, scratch: Path | None = None):
    return survey_of(path, probe(path).timebase, scratch)


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    return surveyed(write_pictures(tmp_path_factory.mktemp("survey") / "a.mp4", PICTURES))


def test_every_frame_is_measured_in_the_order_of_showing(survey) -> None:
    assert len(survey) == len(PICTURES)
    assert survey.pictures.shape == (len(PICTURES), 27, 48, 3)
    small = np.stack([cv2.resize(picture, (48, 27), interpolation=cv2.INTER_AREA) for picture in PICTURES])
    assert np.abs(survey.pictures.astype(int) - small).mean() < 6
    for name in MEASURES:
        values = getattr(survey, name)
        assert values.shape == (len(PICTURES),)
        assert values.dtype == np.float32
        assert values.min() >= 0
        assert values.max() <= 1


def test_the_picture_changes_where_a_shot_begins(survey) -> None:
    assert sorted(np.argsort(survey.change)[-3:]) == [9, 13, 17]
    assert survey.change[0] == 0
    assert survey.change[11] < 0.005 < survey.change[4]


def test_measures_say_what_a_picture_shows(survey) -> None:
    shown, white, text = survey_at(survey, 4), survey_at(survey, 11), survey_at(survey, 15)
    assert white["light"] > 0.98
    assert text["light"] < 0.1
    assert white["spread"] < 0.01 < min(text["spread"], shown["spread"])
    assert white["sharpness"] < 0.001 < text["sharpness"]
    assert white["edge"] < 0.01
    assert text["edge"] > 0.1
    assert white["plain"] > 0.99
    assert text["ground"] > 0.9 > shown["ground"]
    assert text["solid"] == text["bulk"] == 0
    assert shown["solid"] >= shown["bulk"] > 0.03


def survey_at(survey, frame: int) -> dict[str, float]:
    return {name: float(getattr(survey, name)[frame]) for name in MEASURES}


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_pictures_are_upright(tmp_path: Path, survey, rotation: int) -> None:
    turned = surveyed(write_pictures(tmp_path / "turned.mp4", PICTURES, rotation=rotation))
    assert (
        np.abs(turned.pictures.astype(int) - survey.pictures).mean() < 6
    )  # two pixels beside each other share a colour
    np.testing.assert_allclose(turned.light, survey.light, atol=0.01)


@pytest.mark.parametrize(
    ("codec", "stored"),
    [("mpeg4", "yuv420p"), ("mjpeg", "yuvj420p"), ("prores_ks", "yuv444p10le"), ("png", "gray"), ("png", "rgb24")],
)
def test_black_and_white_are_the_same_however_a_file_keeps_them(tmp_path: Path, codec: str, stored: str) -> None:
    path = tmp_path / "a.mov"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 180, stored
        for level in (0, 128, 255):
            frame = VideoFrame.from_ndarray(np.full((180, 320, 3), level, np.uint8), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    found = surveyed(path)
    np.testing.assert_allclose(found.light, [0, 128 / 255, 1], atol=0.01)
    np.testing.assert_allclose(found.pictures.reshape(3, -1).mean(axis=1), [0, 128, 255], atol=3)


def test_no_frame_is_shared_with_the_thread_that_measures_also_where_nothing_is_to_be_scaled() -> None:
    # Scaling changes for a moment what a frame says of its colours, which whoever reads the video looks at meanwhile.
    frame = VideoFrame(192, 108, "yuv420p")
    frame.color_trc = ColorTrc.SMPTE170M
    handed: list[VideoFrame] = []
    surveyor = Surveyor()
    surveyor._survey.put = handed.extend
    for _ in range(HANDED):
        surveyor.look(frame)
    surveyor.close()
    assert len(handed) == HANDED
    assert all(one is not frame and one.color_trc == ColorTrc.SMPTE170M for one in handed)


def test_a_long_films_pictures_stay_on_the_disk(tmp_path: Path, survey) -> None:
    path = write_pictures(tmp_path / "a.mp4", PICTURES)
    kept = surveyed(path, tmp_path / "pictures")
    assert (tmp_path / "pictures").stat().st_size == survey.pictures.nbytes
    assert isinstance(kept.pictures, StoredPictures)
    assert len(kept.pictures) == len(survey.pictures)
    np.testing.assert_array_equal(kept.pictures[:], survey.pictures)
    np.testing.assert_array_equal(kept.pictures[np.array([2, 0])], survey.pictures[[2, 0]])
    np.testing.assert_array_equal(kept.change, survey.change)


def test_a_file_with_other_frames_than_the_entry_is_not_measured(tmp_path: Path) -> None:
    path = write_pictures(tmp_path / "a.mp4", PICTURES)
    for other in (Timebase(Fraction(25), len(PICTURES) + 1), Timebase(Fraction(12), len(PICTURES))):
        with pytest.raises(VideoError, match="to the frame"):
            survey_of(path, other)


def test_it_can_be_cancelled(tmp_path: Path) -> None:
    path = write_pictures(tmp_path / "a.mp4", PICTURES)
    with pytest.raises(Cancelled, match="cancelled"):
        survey_of(path, probe(path).timebase, tmp_path / "pictures", should_stop=lambda: True)


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    path = write_pictures(tmp_path / "a.mp4", PICTURES)
    with pytest.raises(VideoError, match="cannot be written"):
        survey_of(path, probe(path).timebase, tmp_path / "missing" / "pictures")
