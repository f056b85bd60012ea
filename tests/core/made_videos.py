"""Small videos whose pictures say which frame they are: twelve bars, black or white, are its number in binary."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

BITS = 12


def numbered_picture(index: int, width: int = 192, height: int = 108) -> np.ndarray:
    """(height, width, 3) uint8; a red stripe marks the upper edge."""
    bits = np.array([index >> bit & 1 for bit in range(BITS)], np.uint8)
    row = np.repeat(bits, width // BITS) * 200 + 28
    picture = np.repeat(np.tile(row, (height, 1))[..., None], 3, axis=2)
    picture[: height // 6] = (220, 30, 30)
    return picture


def number_of(picture: np.ndarray) -> int:
    """The number that a picture shows, at any size."""
    height, width = picture.shape[:2]
    bars = picture[height // 2 : height * 3 // 4].mean(axis=(0, 2))
    centres = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    return int(sum(1 << bit for bit in range(BITS) if bars[centres[bit]] > 128))


def display_matrix(rotation: int, mirrored: bool) -> list[int]:
    """Says of stored pictures that they are mirrored, then turned counter-clockwise by degrees."""
    cos, sin = {0: (1, 0), 90: (0, 1), 180: (-1, 0), 270: (0, -1)}[rotation % 360]
    across = -1 if mirrored else 1
    return [across * cos << 16, across * -sin << 16, 0, sin << 16, cos << 16, 0, 0, 0, 1 << 30]


def write_video(
    path: Path,
    n: int = 50,
    rate: Fraction = Fraction(25),
    codec: str = "libx264",
    times: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    rotation: int = 0,
    mirrored: bool = False,
    sound: bool = False,
    size: tuple[int, int] = (192, 108),
    still: bool = False,
    pixel_shape: Fraction | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Writes numbered pictures.

    Args:
        times: their presentation times in units of `time_base`; one after the other when None.
        rotation: degrees (counter-clockwise) by which players must turn the stored pictures.
        mirrored: whether players must mirror them, left to right, before that.
        sound: with a tone as long as the pictures.
        still: all pictures show number 0.
        pixel_shape: width of a pixel by its height.
        options: of the container, such as {"live": "1"} for a webm as it is streamed.
    """
    with av.open(str(path), "w", options=options or {}) as target:
        stream = target.add_stream(codec, rate=rate)
        stream.width, stream.height = size[::-1] if rotation % 180 else size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = time_base or 1 / rate
        if pixel_shape:
            stream.codec_context.sample_aspect_ratio = pixel_shape
        if rotation or mirrored:
            stream.set_display_matrix(display_matrix(rotation, mirrored))
        if sound:
            tone = target.add_stream("aac" if codec == "libx264" else "libopus", rate=48000, layout="mono")
        for index in range(n):
            turned = np.rot90(numbered_picture(0 if still else index, *size), -(rotation // 90))
            turned = turned[:, ::-1] if mirrored else turned
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(turned), format="rgb24")
            frame.pts = times[index] if times else index
            frame.time_base = time_base or 1 / rate
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
        if sound:
            samples = int(n / rate * 48000)
            wave = (0.2 * np.sin(np.arange(samples) * 2 * np.pi * 440 / 48000)).astype(np.float32)
            for start in range(0, samples, 960):
                piece = av.AudioFrame.from_ndarray(wave[None, start : start + 960], format="flt", layout="mono")
                piece.sample_rate, piece.pts, piece.time_base = 48000, start, Fraction(1, 48000)
                target.mux(tone.encode(piece))
            target.mux(tone.encode(None))
    return path
