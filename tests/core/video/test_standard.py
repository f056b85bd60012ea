"""Stored pictures as screens show them, whatever they are kept as."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange

from core.video.standard import StandardPictures

KEPT = ("yuv420p", "yuvj420p", "yuv422p10le", "gray", "rgb24", "gbrp10le")


def kept(picture: np.ndarray, format: str, range: ColorRange) -> VideoFrame:
    frame = VideoFrame.from_ndarray(picture, "rgb24").reformat(format=format, dst_color_range=range)
    frame.color_range = range
    return frame


def shown(frame: VideoFrame) -> np.ndarray:
    return frame.reformat(format="rgb24").to_ndarray().astype(int)


@pytest.mark.parametrize("made", ["rgb24", "yuv420p"])
@pytest.mark.parametrize("range", [ColorRange.MPEG, ColorRange.JPEG])
@pytest.mark.parametrize("format", KEPT)
def test_what_is_narrower_than_the_first_picture_gets_black_bars(format: str, range: ColorRange, made: str) -> None:
    standard = StandardPictures(SimpleNamespace(mirrored=False, stored=(320, 180)))  # type: ignore[arg-type]
    frame = kept(np.full((180, 110, 3), 200, np.uint8), format, range)
    picture = shown(standard.reformat(frame, 192, 108, made, interpolation="AREA"))
    inner = slice((192 - 66) // 4 * 2, (192 - 66) // 4 * 2 + 66)
    assert picture.shape == (108, 192, 3)
    assert picture[:, : inner.start - 2].max() <= 3
    assert picture[:, inner.stop + 2 :].max() <= 3
    np.testing.assert_allclose(picture[:, inner.start + 2 : inner.stop - 2], 200, atol=5)


@pytest.mark.parametrize("made", ["rgb24", "yuv420p"])
@pytest.mark.parametrize("format", KEPT)
def test_a_mirrored_picture_is_mirrored_back(format: str, made: str) -> None:
    standard = StandardPictures(SimpleNamespace(mirrored=True, stored=(320, 180)))  # type: ignore[arg-type]
    half = np.zeros((180, 320, 3), np.uint8)
    half[:, 160:] = 255
    picture = shown(standard.reformat(kept(half, format, ColorRange.MPEG), 192, 108, made, interpolation="AREA"))
    assert picture[:, :90].min() > 250
    assert picture[:, 102:].max() < 5
