"""Traits of moments that a person sees or hears without being told: bright, quick, loud, early."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.timebase import Timebase
from core.segment.survey import Survey
from core.signals.curves import per_pick, times
from core.signals.hearing import Heard
from core.signals.motion import NOISE, change_per_second

# Saturation and value from which a pixel has a hue, and the hues in degrees that are called green and blue.
COLOURED = 0.2
GREEN, BLUE = (75, 165), (175, 260)
# Frames whose colours are counted at a time, and at most how many of each pick.
FRAMES, MOST_FRAMES = 2048, 4


@dataclass(frozen=True, eq=False)
class Trait:
    """One measure of all moments and what its ends are called.

    Attributes:
        values: (T,) at the picks.
        least: a difference in their unit that people notice.
        high, low: words for moments above and below the rest, before "moments", or after it where they begin with
            "with"; "" where that end has no name.
    """

    values: np.ndarray
    least: float
    high: str
    low: str


def traits(survey: Survey, timebase: Timebase, picks: np.ndarray, heard: Heard | None) -> list[Trait]:
    """Everything that moments can be told apart by.

    Args:
        survey: of the video.
        timebase: of the video.
        picks: (T,) int64 frames.
        heard: None where nothing is.
    """
    saturation, warmth, green, blue = _colours(survey, picks).T
    found = [
        Trait(per_pick(survey.light, picks), 0.05, "bright", "dark"),
        Trait(saturation, 0.06, "colourful", "pale"),
        Trait(warmth, 0.05, "warm", "cold"),
        Trait(green, 0.1, "green", ""),
        Trait(blue, 0.1, "blue", ""),
        Trait(np.log(change_per_second(survey, timebase, picks) + NOISE), 0.3, "quick", "calm"),
        Trait(np.log(per_pick(survey.sharpness, picks) + 1e-3), 0.2, "detailed", "plain"),
        Trait(times(timebase, picks) / timebase.duration, 0.2, "late", "early"),
    ]
    if heard is not None:
        found += [
            Trait(heard.level, 3.0, "loud", "quiet"),
            Trait(heard.speech, 0.15, "with speech", ""),
            Trait(heard.singing, 0.15, "with singing", ""),
            Trait(heard.music, 0.2, "with music", "without music"),
        ]
    return found


def _colours(survey: Survey, picks: np.ndarray) -> np.ndarray:
    """(T, 4) saturation in [0, 1], red minus blue in [-1, 1], and shares of the picture that are green and blue."""
    ends = np.append(picks[1:], len(survey))
    strides = np.maximum(1, (ends - picks) // MOST_FRAMES)
    chosen = [np.arange(start, end, stride) for start, end, stride in zip(picks, ends, strides, strict=True)]
    frames, first = np.concatenate(chosen), np.cumsum([0, *map(len, chosen[:-1])])
    parts = [_of_pictures(survey.pictures[frames[start : start + FRAMES]]) for start in range(0, len(frames), FRAMES)]
    return per_pick(np.concatenate(parts), first)


def _of_pictures(pictures: np.ndarray) -> np.ndarray:
    """(N, 4) as `_colours`, of (N, h, w, 3) uint8 RGB."""
    import cv2

    rows, height, width, _ = pictures.shape
    hsv = cv2.cvtColor(np.ascontiguousarray(pictures).reshape(rows * height, width, 3), cv2.COLOR_RGB2HSV)
    hue, saturation, value = (hsv.reshape(rows, -1, 3)[..., channel].astype(np.float32) for channel in range(3))
    hue, saturation, value = 2 * hue, saturation / np.float32(255), value / np.float32(255)
    coloured = (saturation >= COLOURED) & (value >= COLOURED)
    red_blue = (pictures[..., 0].astype(np.float32) - pictures[..., 2]).reshape(rows, -1).mean(axis=1) / 255
    shares = [(coloured & (hue >= low) & (hue <= high)).mean(axis=1) for low, high in (GREEN, BLUE)]
    return np.stack([(saturation * value).mean(axis=1), red_blue, *shares], axis=1)
