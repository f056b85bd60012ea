"""Typicality: moments that look like what the film mostly is, without staying on one view."""

from __future__ import annotations

import numpy as np

from core.segment.survey import Survey
from core.signals.curves import finished, holding, stretched, times
from core.signals.looks import LEAST_DISTANCE, distance, distances, unit_looks
from core.timebase import Timebase

# Pictures are the same view up to this share of the median distance in the film.
SAME = 0.4
# A view is half as fresh once it has been on for this long; what was on longer ago than the memory is forgotten.
FRESH_SECONDS, MEMORY_SECONDS = 4.0, 20.0
# Earlier picks that each is compared with.
MOST_LAGS = 120


def typicality(survey: Survey, timebase: Timebase, picks: np.ndarray, features: np.ndarray) -> np.ndarray:
    """How much each moment looks like the rest of the film, times how fresh its view is.

    Likeness is the mean over the film of exp(-(d / m)^2), d the distance of unit vectors and m its median. Alone it
    would spend a cut on the longest view, so it is weighed by 1 / (1 + s / 4), s the seconds for which the same view
    has already been on, those longer ago counting less, by exp(-age / 20 s). A static video falls from 1 to a level.

    Args:
        survey: of the video.
        timebase: of the video.
        picks: (T,) int64 frames.
        features: (T, D) at the picks, of any visual space.

    Returns:
        (T,) float32 in [0, 1].
    """
    seconds, looks = times(timebase, picks), unit_looks(features)
    median = max(LEAST_DISTANCE, float(np.median([np.median(apart) for _, apart in distances(looks)])))
    alike = np.empty(len(looks))
    for rows, apart in distances(looks):
        alike[rows] = np.exp(-((apart / median) ** 2)).mean(axis=1)
    fresh = 1 / (1 + _seen(looks, seconds, SAME * median) / FRESH_SECONDS)
    return finished(stretched(alike, 0.1) * fresh, holding(survey, picks), seconds, least=0.1)


def _seen(looks: np.ndarray, seconds: np.ndarray, same: float) -> np.ndarray:
    """(T,) for how many seconds the view of each pick has been on before it, what is long ago counting less."""
    seen = np.zeros(len(looks))
    if len(looks) < 2:
        return seen
    step = float(np.median(np.diff(seconds)))
    reach = min(len(looks) - 1, int(np.ceil(3 * MEMORY_SECONDS / step)))
    stride = int(np.ceil(reach / MOST_LAGS))
    for lag in range(1, reach + 1, stride):
        apart = distance(np.einsum("td,td->t", looks[lag:], looks[:-lag]))
        age = seconds[lag:] - seconds[:-lag]
        seen[lag:] += stride * step * np.exp(-((apart / same) ** 2) - age / MEMORY_SECONDS)
    return seen
