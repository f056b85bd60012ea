"""Videos made of given pictures, for what looks at changes from frame to frame."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

WIDTH, HEIGHT = 320, 180


def scene(seed: int, step: int = 0) -> np.ndarray:
    """(180, 320, 3) uint8: a textured ground of one mood; the camera moves by two pixels a step."""
    random = np.random.default_rng(seed)
    values = np.full((HEIGHT, WIDTH + 400, 3), random.uniform(50, 200, 3), np.float32)
    for cells in (4, 9, 20, 45):
        noise = random.standard_normal((cells, cells * 3, 3)).astype(np.float32)
        values += 22 * cv2.resize(noise, (WIDTH + 400, HEIGHT), interpolation=cv2.INTER_CUBIC)
    return np.clip(values[:, 2 * step : 2 * step + WIDTH], 0, 255).astype(np.uint8)


def plain(level: int) -> np.ndarray:
    """(180, 320, 3) uint8 of one grey."""
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def card(text: str, ground: int = 0, ink: int = 255) -> np.ndarray:
    """(180, 320, 3) uint8: a line of text on a plain ground."""
    picture = plain(ground)
    cv2.putText(picture, text, (60, 95), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (ink,) * 3, 2, cv2.LINE_AA)
    return picture


def write_pictures(path: Path, pictures: Iterable[np.ndarray], rate: int = 25, rotation: int = 0) -> Path:
    """Writes upright pictures as H.264, stored turned where players must turn them."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=rate, options={"crf": "12"})
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, rate)
        for index, picture in enumerate(pictures):
            stored = np.ascontiguousarray(np.rot90(picture, -(rotation // 90)))
            if index == 0:
                stream.width, stream.height = stored.shape[1], stored.shape[0]
                if rotation:
                    stream.set_display_rotation(rotation)
            frame = av.VideoFrame.from_ndarray(stored, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, rate)
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return path
