from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc

from core.segment.survey import survey_of
from core.video.playable import make_playable
from core.video.probe import frames_at, probe
from core.video.render import render_cut
from core.video.tone import HDR, ToneMapper, colours_note, to_sdr

TO_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])


def pq(light: np.ndarray) -> np.ndarray:
    """SMPTE ST 2084, of cd/m2."""
    root = (light / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * root) / (1 + 18.6875 * root)) ** 78.84375


def hlg(light: np.ndarray) -> np.ndarray:
    """ITU-R BT.2100, of cd/m2 on a screen of 1,000."""
    luminance = (light @ [0.2627, 0.6780, 0.0593])[..., None] / 1000
    scene = light / 1000 * np.maximum(luminance, 1e-9) ** (1 / 1.2 - 1)
    bright = 0.17883277 * np.log(12 * np.maximum(scene, 1 / 12) - 0.28466892) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


def as_hdr(picture: np.ndarray, transfer: int, white: float = 203) -> np.ndarray:
    """The signal in [0, 1] of an ordinary picture in [0, 1]: BT.2020, and HDR if the transfer is."""
    light = np.clip((picture**2.4 * white) @ TO_2020.T, 0, None)
    if transfer not in HDR:
        return np.clip(light / white, 0, 1) ** (1 / 2.4)
    return np.clip(pq(light) if transfer == ColorTrc.SMPTE2084 else hlg(light), 0, 1)


def write_hdr(path: Path, picture: np.ndarray, transfer: int, n: int = 6, codec: str = "libx265") -> Path:
    """An ordinary picture in [0, 1] as a video of HDR."""
    signal = (as_hdr(picture, transfer) * 65535).round().astype(np.uint16)
    with av.open(str(path), "w") as target:
        stream = target.add_stream(codec, rate=25, options={"x265-params": "log-level=none", "crf": "8"})
        stream.height, stream.width = picture.shape[:2]
        stream.pix_fmt = "yuv420p10le"
        encoder = stream.codec_context
        encoder.color_trc, encoder.color_primaries, encoder.colorspace = (
            transfer,
            ColorPrimaries.BT2020,
            Colorspace.BT2020,
        )
        for index in range(n):
            frame = av.VideoFrame.from_ndarray(signal, "rgb48le")
            frame = frame.reformat(format="yuv420p10le", dst_colorspace=Colorspace.BT2020)
            frame.color_trc, frame.color_primaries, frame.pts = transfer, ColorPrimaries.BT2020, index
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path


def blocks() -> np.ndarray:
    """(96, 192, 3) in [0, 1]: a few colours no brighter than ordinary video's grey of three quarters."""
    colours = np.array([[[0.1] * 3, [0.4] * 3, [0.7] * 3], [[0.6, 0.3, 0.3], [0.3, 0.6, 0.4], [0.35, 0.3, 0.6]]])
    return np.repeat(np.repeat(colours, 48, axis=0), 64, axis=1)


def middles(picture: np.ndarray) -> np.ndarray:
    """The colour in the middle of each block, 0 to 255."""
    height, width = picture.shape[:2]
    return np.array(
        [
            picture[(2 * row + 1) * height // 4, (2 * column + 1) * width // 6]
            for row in range(2)
            for column in range(3)
        ],
        float,
    )


@pytest.mark.parametrize("transfer", HDR)
def test_the_table_gives_the_colours_of_the_formula(transfer: int) -> None:
    grey = np.repeat(np.linspace(0, 1, 64 * 48).reshape(48, 64, 1), 3, axis=2)
    colours = np.random.default_rng(0).random((48, 64, 3))
    for signal, mean, most in ((grey, 0.2, 1.5), (colours, 0.5, 64)):
        frame = av.VideoFrame.from_ndarray((signal * 65535).round().astype(np.uint16), "rgb48le")
        frame.color_trc, frame.color_primaries = transfer, ColorPrimaries.BT2020
        mapped = ToneMapper().reformat(frame, 64, 48, "rgb48le").to_ndarray() / 65535
        apart = 255 * np.abs(mapped - to_sdr(signal, transfer))
        assert apart.mean() < mean
        assert apart.max() < most


@pytest.mark.parametrize("transfer", HDR)
def test_tones_keep_their_order_and_what_is_dark_its_brightness(transfer: int) -> None:
    grey = np.linspace(0, 1, 101)[:, None].repeat(3, axis=1)
    shown = to_sdr(as_hdr(grey, transfer, 1000), transfer)[:, 0]
    assert (np.diff(shown[:90]) > 0).all()
    assert (np.diff(shown) >= 0).all()
    assert shown[-1] == pytest.approx(1, abs=0.01)
    dark = np.linspace(0.05, 0.65, 13)[:, None].repeat(3, axis=1)
    np.testing.assert_allclose(to_sdr(as_hdr(dark, transfer), transfer), dark, atol=0.01)


@pytest.mark.parametrize("transfer", HDR)
def test_everything_sees_hdr_as_the_same_pictures_without(tmp_path: Path, transfer: int) -> None:
    video = probe(write_hdr(tmp_path / "hdr.mp4", blocks(), transfer))
    assert video.hdr
    assert not video.playable
    wanted = middles(255 * blocks())
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    cut = probe(render_cut(video.path, np.array([[1, 4]]), tmp_path / "cut.mp4").file)
    for file in (video, copy, cut):
        (_, picture), *_ = frames_at(file, np.array([1]))
        assert np.abs(middles(picture) - wanted).max() < 8
    assert np.abs(middles(survey_of(video.path, video.timebase).pictures[2]) - wanted).max() < 8
    for file in (copy, cut):
        with av.open(str(file.path)) as container:
            decoder = container.streams.video[0].codec_context
            assert (decoder.color_trc, decoder.color_primaries, decoder.colorspace) == (1, 1, 1)


@pytest.mark.parametrize("transfer", [ColorTrc.BT709, ColorTrc.BT2020_10])
def test_pictures_of_bt2020_without_hdr_keep_their_colours(tmp_path: Path, transfer: int) -> None:
    video = probe(write_hdr(tmp_path / "wide.mp4", blocks(), transfer))
    assert not video.hdr
    assert "BT.2020" in video.colours_note
    wanted = middles(255 * blocks())
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    cut = probe(render_cut(video.path, np.array([[1, 4]]), tmp_path / "cut.mp4").file)
    for file in (video, copy, cut):
        (_, picture), *_ = frames_at(file, np.array([1]))
        assert np.abs(middles(picture) - wanted).max() < 8
    assert copy.colours_note == ""


@pytest.mark.parametrize(
    ("transfer", "primaries", "alone"), [(2, 2, True), (16, 9, False), (18, 9, False), (1, 1, False)]
)
def test_colours_for_dolby_vision_alone_are_told(transfer: int, primaries: int, alone: bool) -> None:
    frame = SimpleNamespace(side_data={"DOVI_RPU_BUFFER": b""}, color_trc=transfer, color_primaries=primaries)
    assert ("Dolby Vision alone" in colours_note(frame)) == alone
    frame.side_data = {}
    assert colours_note(frame) == ""


def test_hdr_in_a_codec_that_browsers_play_is_copied_all_the_same(tmp_path: Path) -> None:
    file = write_hdr(tmp_path / "hdr.mp4", blocks(), ColorTrc.ARIB_STD_B67)
    eight = tmp_path / "eight.mkv"
    with av.open(str(file)) as source, av.open(str(eight), "w") as target:
        stream = target.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 192, 96, "yuv420p"
        encoder = stream.codec_context
        encoder.color_trc, encoder.color_primaries, encoder.colorspace = 18, 9, 9
        for frame in source.decode(video=0):
            even = frame.reformat(format="yuv420p")
            even.pict_type = 0
            target.mux(stream.encode(even))
        target.mux(stream.encode(None))
    video = probe(eight)
    assert video.hdr
    copy = probe(make_playable(video, tmp_path / "copy.mp4").file)
    (_, picture), *_ = frames_at(copy, np.array([1]))
    assert np.abs(middles(picture) - middles(255 * blocks())).max() < 10
