"""What every picture of a video shows, in a few numbers: measured once, while the video is read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Survey:
    """Measures of all F frames of a video.

    Attributes:
        pictures: (F, 27, 48, 3) uint8 RGB, upright, the whole picture brought to 48 x 27; may lie on the disk.
        light: (F,) float32 mean luma in [0, 1].
        spread: (F,) float32 standard deviation of luma in [0, 0.5]: near 0 where the picture is of one colour.
        sharpness: (F,) float32 mean strength of edges in [0, 1]: near 0 where the picture is flat or smeared.
        change: (F,) float32 mean absolute difference of `pictures` from the frame before, in [0, 1]; 0 for the first.
    """

    pictures: np.ndarray
    light: np.ndarray
    spread: np.ndarray
    sharpness: np.ndarray
    change: np.ndarray

    def __len__(self) -> int:
        return len(self.light)
