"""Stored pictures as screens show them, whatever they are kept as."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc

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


@pytest.mark.parametrize("range", [ColorRange.MPEG, ColorRange.JPEG])
@pytest.mark.parametrize("transfer", [ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67, ColorTrc.BT2020_10])
def test_hdr_is_the_same_in_whichever_format_it_is_asked_for(transfer: ColorTrc, range: ColorRange) -> None:
    ramp = np.repeat(np.linspace(0, 255, 320).astype(np.uint8)[None, :, None], 180, axis=0).repeat(3, axis=2)
    frame = kept(ramp, "yuv420p10le", range)
    frame.color_trc, frame.color_primaries = transfer, ColorPrimaries.BT2020
    rgb, planes = (
        shown(StandardPictures(None).reformat(frame, 192, 108, format, interpolation="AREA"))
        for format in ("rgb24", "yuv420p")
    )
    assert rgb.max() > 150
    np.testing.assert_allclose(planes, rgb, atol=6)
