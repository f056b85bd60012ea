"""Which way up stored pictures are shown."""

from __future__ import annotations

from math import atan2, degrees
from typing import TYPE_CHECKING

import numpy as np
from av.buffer import Buffer

if TYPE_CHECKING:
    from av.video.frame import VideoFrame


def orientation(frame: VideoFrame) -> tuple[int, bool]:
    """How a picture says that it is to be shown, one of eight ways.

    Returns:
        Degrees counter-clockwise by which it is turned: 0, 90, 180 or 270; and whether it is mirrored, left to right,
        before that.
    """
    stored = frame.side_data.get("DISPLAYMATRIX")
    if not isinstance(stored, Buffer):
        return 0, False
    # A point (x, y), y downwards, is shown at (a x + c y, b x + d y).
    (a, b, _), (c, d, _), _ = np.frombuffer(bytes(stored), np.int32).reshape(3, 3).tolist()
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    return round(-degrees(atan2(b, a)) / 90) * 90 % 360, mirrored
