"""Novelty: moments that are unlike what surrounds them and rare in the film."""

from __future__ import annotations

import numpy as np

from core.data.timebase import Timebase
from core.segment.survey import Survey
from core.signals.curves import COLUMNS, finished, holding, stretched, times
from core.signals.looks import LEAST_DISTANCE, distances, unit_looks

# A moment, and how far its surroundings reach on either side, in seconds.
MOMENT, SURROUNDINGS = 1.0, 8.0
# What fewer pictures of the film than this look like is rare.
RARE = 0.1
AT_ONCE = 2048  # moments that are compared with their surroundings at a time


def novelty(survey: Survey, timebase: Timebase, picks: np.ndarray, features: np.ndarray) -> np.ndarray:
    """How unlike its surroundings and how rare in the film each moment is.

    The geometric mean of two distances of unit vectors, each stretched over the video: of the mean look within 1 s to
    that of the 8 s around it, and to the tenth of the film's pictures that are most alike. A static video is 0.5
    throughout.

    Args:
        survey: of the video.
        timebase: of the video.
        picks: (T,) int64 frames.
        features: (T, D) at the picks, of any visual space.

    Returns:
        (T,) float32 in [0, 1].
    """
    seconds, looks = times(timebase, picks), unit_looks(features)
    both = stretched(_unlike(looks, seconds), LEAST_DISTANCE) * stretched(_rare(looks), LEAST_DISTANCE)
    return finished(np.sqrt(both), holding(survey, picks), seconds, least=0.2)


def _unlike(looks: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """(T,) distance between the mean look of each moment and that of its surroundings."""
    squares = np.zeros(len(looks))
    for column in range(0, looks.shape[1], COLUMNS):  # of a film of two hours all at once would be a gigabyte
        some = looks[:, column : column + COLUMNS]
        sums = np.zeros((len(looks) + 1, some.shape[1]))
        np.cumsum(some, axis=0, dtype=np.float64, out=sums[1:])
        for start in range(0, len(looks), AT_ONCE):
            rows = slice(start, start + AT_ONCE)
            inner, outer = (_within(sums, seconds, seconds[rows], reach) for reach in (MOMENT, SURROUNDINGS))
            around = outer[0] - inner[0], outer[1] - inner[1]
            here = inner[0] / inner[1][:, None]
            there = np.where(around[1][:, None] > 0, around[0] / np.maximum(around[1], 1)[:, None], here)
            squares[rows] += np.square(here - there).sum(axis=1)
    return np.sqrt(squares)


def _within(sums: np.ndarray, seconds: np.ndarray, at: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """(n, D) sums of the looks within some seconds of n times, and (n,) how many they are."""
    first = np.searchsorted(seconds, at - reach - 1e-6)
    last = np.searchsorted(seconds, at + reach + 1e-6)
    return sums[last] - sums[first], last - first


def _rare(looks: np.ndarray) -> np.ndarray:
    """(T,) mean distance to the tenth of the film that is most alike."""
    rare = np.empty(len(looks))
    for rows, apart in distances(looks):
        nearest = max(1, round(RARE * apart.shape[1]))
        rare[rows] = np.partition(apart, nearest - 1, axis=1)[:, :nearest].mean(axis=1)
    return rare
