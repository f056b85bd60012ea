"""Typicality: moments that look like what the film mostly is, without staying on one view."""

from __future__ import annotations

import numpy as np

from core.data.timebase import Timebase
from core.segment.survey import Survey
from core.signals.curves import finished, holding, stretched, times
from core.signals.looks import distances, freshness, unit_looks, usual_distance


def typicality(survey: Survey, timebase: Timebase, picks: np.ndarray, features: np.ndarray) -> np.ndarray:
    """How much each moment looks like the rest of the film, times how fresh its view is.

    Likeness is the mean over the film of exp(-(d / m)^2), d the distance of unit vectors and m its median. Alone it
    would spend a cut on the longest view, so it is weighed by `core.signals.looks.freshness`.

    Args:
        survey: of the video.
        timebase: of the video.
        picks: (T,) int64 frames.
        features: (T, D) at the picks, of any visual space.

    Returns:
        (T,) float32 in [0, 1].
    """
    seconds, looks = times(timebase, picks), unit_looks(features)
    median = usual_distance(looks)
    alike = np.empty(len(looks))
    for rows, apart in distances(looks):
        alike[rows] = np.exp(-((apart / median) ** 2)).mean(axis=1)
    worth = stretched(alike, 0.1) * freshness(looks, seconds)
    return finished(worth, holding(survey, picks), seconds, least=0.1)
