"""HDR pictures (PQ and HLG, BT.2020), and others of BT.2020, as ordinary ones: BT.709, as bright as its white.

What is darker than the white of ordinary pictures (203 cd/m2, ITU-R BT.2408) keeps its brightness up to nearly half of
it; what is brighter is compressed by the curve of ITU-R BT.2390, up to 1,000 cd/m2, to which most is graded. Of BT.2020
without HDR only the colours change, which would be too pale. All of it is one table of colours, which FFmpeg looks up.
"""

from __future__ import annotations

from functools import cache
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from av.video.reformatter import ColorPrimaries, Colorspace, ColorTrc, VideoReformatter

from core.scratch import PREFIX as SCRATCH
from core.video.filters import Filter, make_filter

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

HDR = (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
# In cd/m2: the white of ordinary pictures, and the brightest that is told from what is brighter still.
WHITE, PEAK = 203.0, 1000.0
GAMMA = 2.4  # of ordinary screens, ITU-R BT.1886
# Colours to a side of the table: between them is less than half a step of 8 bits (tests/core/video/test_tone.py).
SIDE = 65
# From light of BT.2020's primaries to that of BT.709's, ITU-R BT.2087.
TO_709 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
# Of the PQ curve, SMPTE ST 2084.
M1, M2, C1, C2, C3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128


def is_hdr(frame: VideoFrame) -> bool:
    """Whether a picture says that its numbers follow PQ or HLG."""
    return frame.color_trc in HDR


def is_mapped(frame: VideoFrame) -> bool:
    """Whether a picture has to be brought to BT.709: HDR, or of the primaries of BT.2020."""
    return is_hdr(frame) or frame.color_primaries == ColorPrimaries.BT2020


def colours_note(frame: VideoFrame) -> str:
    """What a person should know of the colours of a video, from one of its pictures; else ""."""
    dolby = any(frame.side_data.get(name) is not None for name in ("DOVI_RPU_BUFFER", "DOVI_METADATA"))
    # The profiles that other screens can show state what they are without Dolby's metadata.
    if dolby and not is_hdr(frame) and frame.color_primaries == ColorPrimaries.UNSPECIFIED:
        return "Its colours are made for Dolby Vision alone, so that they are wrong here."
    if is_mapped(frame) and not is_hdr(frame):
        return "Its colours, which are of BT.2020, are shown as those of BT.709."
    return ""


class ToneMapper:
    """Turns pictures of HDR or BT.2020 into ordinary ones of any size."""

    def __init__(self) -> None:
        self._scaled, self._finished = VideoReformatter(), VideoReformatter()
        self._filters: dict[tuple[int, int, int], Filter] = {}

    def reformat(
        self,
        frame: VideoFrame,
        width: int,
        height: int,
        format: str,
        interpolation: str | None = None,
        threads: int | None = None,
    ) -> VideoFrame:
        """A picture for which `is_mapped` holds as one of BT.709; see `VideoReformatter.reformat` of PyAV."""
        # Scaled first, because a small picture has fewer colours to look up.
        signal = self._scaled.reformat(
            frame, width, height, "gbrp16le", Colorspace.BT2020, interpolation=interpolation, threads=threads
        )
        transfer = frame.color_trc if is_hdr(frame) else ColorTrc.BT709
        key = width, height, transfer
        if key not in self._filters:
            with TemporaryDirectory(prefix=SCRATCH) as folder:
                cube = Path(folder) / "hdr.cube"
                cube.write_text(_cube(transfer), "ascii")
                self._filters[key] = make_filter(signal, "lut3d", file=str(cube))
        mapped = self._filters[key](signal)
        # Said before they change again: FFmpeg would map the colours once more.
        mapped.color_trc, mapped.color_primaries = ColorTrc.BT709, ColorPrimaries.BT709
        return self._finished.reformat(mapped, format=format, dst_colorspace=Colorspace.ITU709, threads=threads)


def to_sdr(signal: np.ndarray, transfer: int) -> np.ndarray:
    """Colours of BT.2020 as those of ordinary pictures.

    Args:
        signal: (..., 3) R'G'B' in [0, 1] of BT.2020.
        transfer: one of `HDR`; any other is that of ordinary screens.

    Returns:
        (..., 3) float64 R'G'B' in [0, 1] of BT.709.
    """
    if transfer in HDR:
        light = _pq_light(signal) if transfer == ColorTrc.SMPTE2084 else _hlg_light(signal)
        brightest = np.maximum(light.max(axis=-1, keepdims=True), 1e-6)
        # All three alike, so that the hue stays.
        light = light * (_compressed(brightest) / brightest)
    else:
        light = WHITE * signal**GAMMA
    return np.clip(light @ TO_709.T / WHITE, 0, 1) ** (1 / GAMMA)


def _pq_light(signal: np.ndarray) -> np.ndarray:
    """Light in cd/m2 of a PQ signal in [0, 1], SMPTE ST 2084."""
    root = signal ** (1 / M2)
    return 10_000 * (np.maximum(root - C1, 0) / (C2 - C3 * root)) ** (1 / M1)


def _pq_signal(light: np.ndarray | float) -> np.ndarray:
    """The PQ signal in [0, 1] of light in cd/m2."""
    root = (np.asarray(light) / 10_000) ** M1
    return ((C1 + C2 * root) / (1 + C3 * root)) ** M2


def _hlg_light(signal: np.ndarray) -> np.ndarray:
    """Light in cd/m2 that a screen of `PEAK` makes of an HLG signal in [0, 1], ITU-R BT.2100."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luminance = scene @ np.array([0.2627, 0.6780, 0.0593])
    return PEAK * luminance[..., None] ** 0.2 * scene


def _compressed(light: np.ndarray) -> np.ndarray:
    """Light in cd/m2, `PEAK` at most, as what a screen of `WHITE` shows: ITU-R BT.2390, 5.4.1."""
    top = float(_pq_signal(PEAK))
    most = float(_pq_signal(WHITE)) / top
    knee = 1.5 * most - 0.5
    signal = np.minimum(_pq_signal(light) / top, 1)
    t = np.maximum(signal - knee, 0) / (1 - knee)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * most
    return _pq_light(np.where(signal < knee, signal, spline) * top)


@cache
def _cube(transfer: int) -> str:
    """The table of colours in the text form that FFmpeg reads: red changes fastest."""
    steps = np.linspace(0, 1, SIDE)
    blue, green, red = np.meshgrid(steps, steps, steps, indexing="ij")
    text = StringIO()
    np.savetxt(text, to_sdr(np.stack([red, green, blue], axis=-1), transfer).reshape(-1, 3), "%.6f")
    return f"LUT_3D_SIZE {SIDE}\n{text.getvalue()}"
