"""What a feature space is: the pictures of a video in, one row per pick out.

A feature space has a name, because a checkpoint trained in one space must never see another; `core.features.registry`
lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

# Pixels of the small pictures that features are made from, whatever their shape.
PICTURE_AREA = 160 * 90
# No side of them is shorter than this, or the smallest scale of the texture would vanish.
SHORTEST_SIDE = 32


@dataclass(frozen=True, eq=False)
class Moment:
    """What a video shows at one pick.

    Attributes:
        picture: (h, w, 3) uint8 RGB, upright, of the size that the space asks for.
        nearby: (h, w, 3) uint8 RGB, a frame about 0.1 s away, to see motion; the picture itself if there is none, or
            the space does not ask for motion.
        seconds: time of `nearby` minus time of `picture`, negative when it lies before, 0 for the picture itself.
    """

    picture: np.ndarray
    nearby: np.ndarray
    seconds: float


@dataclass(frozen=True)
class FeatureSpace:
    """A named way to turn the moments of a video into features.

    Attributes:
        id: stored with every feature array and checkpoint.
        width: D.
        label: for people.
        extract: T moments of one video, in order -> (T, D) float32, finite.
        small: whether `picture_size` is enough; else pictures come as they are displayed.
        size: width and height that pictures come in, whatever their shape, instead of either.
        motion: whether moments need a picture nearby.
        scaled: whether KTS takes the rows as they are; else each is brought to unit length, as published.
        extract_dense: moments of every frame, and (T,) which of them are picks -> features of all of them, and those
            that `extract` makes of the picks alone; None where features of every frame would take too long.
    """

    id: str
    width: int
    label: str
    extract: Callable[[Iterable[Moment]], np.ndarray]
    small: bool = False
    motion: bool = False
    scaled: bool = False
    extract_dense: Callable[[Iterable[Moment], np.ndarray], tuple[np.ndarray, np.ndarray]] | None = None
    size: tuple[int, int] | None = None

    def size_of(self, width: int, height: int) -> tuple[int, int] | None:
        """Width and height of the pictures of a video that the space takes; None for those it is displayed at."""
        return self.size or (picture_size(width, height) if self.small else None)


def picture_size(width: int, height: int) -> tuple[int, int]:
    """Width and height of the small picture of a video: its shape with at most `PICTURE_AREA` pixels."""
    scale = min(1.0, (PICTURE_AREA / (width * height)) ** 0.5)
    return max(SHORTEST_SIDE, round(width * scale)), max(SHORTEST_SIDE, round(height * scale))
