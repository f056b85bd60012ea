"""Traits of moments that a person sees or hears without being told: bright, quick, loud, early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.data import Entry
from core.data.timebase import Timebase
from core.signals.curves import per_pick, times
from core.signals.motion import NOISE, change_per_second
from core.signals.words import things_in

if TYPE_CHECKING:
    from core.segment.survey import Survey
    from core.signals.hearing import Heard

# Saturation and value from which a pixel has a hue, and the hues in degrees that are called green and blue.
COLOURED = 0.2
GREEN, BLUE = (75, 165), (175, 260)
# Frames whose colours are counted at a time, and at most how many of each pick.
FRAMES, MOST_FRAMES = 2048, 4


# A word is a trait where this many captions have it at least, and this share of them at most; the most frequent first.
LEAST_CAPTIONS, MOST_CAPTIONS, MOST_WORDS = 3, 0.5, 64
# What the ends of signals are called, and the difference in them that people notice.
OF_SIGNALS = {
    "novelty": ("unusual", "usual"),
    "motion": ("quick", "calm"),
    "sound": ("loud", "quiet"),
    "light": ("clear", "dim"),
}
LEAST_OF_SIGNALS = 0.15


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
        _time(timebase, picks),
    ]
    if heard is not None:
        found += [
            Trait(heard.level, 3.0, "loud", "quiet"),
            Trait(heard.speech, 0.15, "with speech", ""),
            Trait(heard.singing, 0.15, "with singing", ""),
            Trait(heard.music, 0.2, "with music", "without music"),
        ]
    return found


def known_traits(entry: Entry) -> list[Trait]:
    """What the moments of an entry can be told apart by without its video: words of captions, its signals, and time."""
    return [
        *_words(entry.captions or ()),
        *(
            Trait(curve, LEAST_OF_SIGNALS, *OF_SIGNALS[signal])
            for signal, curve in entry.signals.items()
            if signal in OF_SIGNALS
        ),
        _time(entry.timebase, entry.picks),
    ]


def _words(captions: Sequence[str]) -> list[Trait]:
    """A trait for every thing that some of the captions name and others do not."""
    named = [things_in(caption) for caption in captions]
    often = Counter(stem for things in named for stem in things)
    traits = []
    for stem, count in sorted(often.items(), key=lambda one: (-one[1], one[0])):
        if LEAST_CAPTIONS <= count <= MOST_CAPTIONS * len(captions):
            forms = Counter(things[stem][0] for things in named if stem in things)
            written = max(forms.items(), key=lambda form: (form[1], form[0]))[0]
            has = np.array([stem in things for things in named], np.float64)
            traits.append(Trait(has, 0.0, f"with {written}", ""))
    return traits[:MOST_WORDS]


def _time(timebase: Timebase, picks: np.ndarray) -> Trait:
    return Trait(times(timebase, picks) / timebase.duration, 0.2, "late", "early")


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
