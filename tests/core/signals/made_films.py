"""Films of made pictures as signals see them: their survey, their picks and what they look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np

from core.data.timebase import Timebase
from core.features.colour_motion import COLOUR_MOTION
from core.features.space import Moment
from core.segment.survey import Survey, Surveyor
from tests.core.segment.made_pictures import scene

RATE = 10


@dataclass(frozen=True, eq=False)
class Film:
    """Ten frames and two picks a second."""

    survey: Survey
    timebase: Timebase
    picks: np.ndarray
    features: np.ndarray

    @property
    def seconds(self) -> np.ndarray:
        return np.asarray(self.timebase.seconds(self.picks))


def film(pictures: Sequence[np.ndarray]) -> Film:
    """A film of (h, w, 3) uint8 pictures, with colour-motion features."""
    surveyor = Surveyor()
    for picture in pictures:
        surveyor.look(av.VideoFrame.from_ndarray(picture, format="rgb24"))
    timebase = Timebase(Fraction(RATE), len(pictures))
    picks = timebase.picks()
    small = [picture[::2, ::2] for picture in pictures]
    following = np.minimum(picks + 1, len(pictures) - 1)
    moments = [Moment(small[a], small[b], (b - a) / RATE) for a, b in zip(picks, following, strict=True)]
    return Film(surveyor.survey(), timebase, picks, COLOUR_MOTION.extract(moments))


def still(seed: int, seconds: float) -> list[np.ndarray]:
    """Pictures of a scene that does not move."""
    return [scene(seed)] * round(seconds * RATE)


def moving(seed: int, seconds: float, speed: int = 2) -> list[np.ndarray]:
    """Pictures of a scene that moves sideways, by some pixels from frame to frame."""
    picture = scene(seed)
    return [np.roll(picture, -speed * step, axis=1) for step in range(round(seconds * RATE))]


def grey(picture: np.ndarray) -> np.ndarray:
    """A picture in black and white."""
    return np.repeat(picture.mean(axis=2, keepdims=True).astype(np.uint8), 3, axis=2)
