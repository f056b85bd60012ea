"""What all signals share: from frames to picks, from numbers with units to curves in [0, 1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.timebase import Timebase

if TYPE_CHECKING:
    from core.segment.survey import Survey

# Standard deviation of the smoothing of all curves: cuts from sharper ones would be confetti.
SMOOTH_SECONDS = 0.5
COLUMNS = 128  # that are smoothed at a time
# Percentiles of a curve that become 0 and 1: one flash must not flatten all the rest.
LOWEST, HIGHEST = 5, 95
# Share of the picture that something has to fill, and the contrast it has to have, for the picture to hold something:
# a text on a plain ground fills nothing, and what is half faded has little contrast.
FILLED, CONTRAST = 0.15, 0.06
# Percentile of the pictures that hold as much as is usual in the video: where most hold little, as in slides and in the
# dark, they are as they are meant to be. Below the least, they are not told apart.
USUAL, LEAST_USUAL = 75, 0.02


def per_pick(values: np.ndarray, picks: np.ndarray) -> np.ndarray:
    """(T, ...) float64 means of (F, ...) values over the frames from each pick to the next."""
    sums = np.add.reduceat(np.asarray(values, np.float64), picks, axis=0)
    counts = np.diff(picks, append=len(values))
    return sums / counts.reshape(-1, *(1,) * (sums.ndim - 1))


def smoothed(values: np.ndarray, seconds: np.ndarray, over: float = SMOOTH_SECONDS) -> np.ndarray:
    """Values at the picks, smoothed by a Gaussian in time; what lies before and after the video is like its ends.

    Args:
        values: (T, ...).
        seconds: (T,) when the picks are shown.
        over: standard deviation in seconds; the picks are taken as evenly spaced.
    """
    if len(values) < 2:
        return np.asarray(values, np.float64)
    width = over / float(np.median(np.diff(seconds)))
    reach = min(int(np.ceil(3 * width)), len(values) - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(width, 1e-6)) ** 2)
    kernel /= kernel.sum()
    columns = np.asarray(values).reshape(len(values), -1)
    out = np.empty(columns.shape)
    for start in range(0, columns.shape[1], COLUMNS):  # all columns of a film of two hours are half a gigabyte of terms
        padded = np.pad(columns[:, start : start + COLUMNS].astype(np.float64), [(reach, reach), (0, 0)], "edge")
        terms = (weight * padded[k : k + len(values)] for k, weight in enumerate(kernel))
        out[:, start : start + COLUMNS] = sum(terms)
    return out.reshape(np.shape(values))


def stretched(values: np.ndarray, least: float) -> np.ndarray:
    """(T,) float64 values brought to [0, 1] with contrast.

    Args:
        values: (T,) of any range.
        least: a range that is worth full contrast; a smaller one gets as much less, so that noise is not blown up.
            Where nothing changes at all, the curve is 0.5.
    """
    low, high = np.percentile(values, (LOWEST, HIGHEST))
    return np.clip(0.5 + (values - (low + high) / 2) / max(high - low, least), 0, 1)


def holding(survey: Survey, picks: np.ndarray) -> np.ndarray:
    """(T,) in [0, 1]: how much the pictures hold, near 0 where there is a text on a plain ground, one colour or a fade.

    It lowers every signal of the picture: black frames and title cards are unlike all else, sharp, and often still.
    """
    filled = np.minimum(survey.solid / FILLED, 1)
    holds = per_pick(filled * np.minimum(survey.spread / CONTRAST, 1), picks)
    usual = float(np.percentile(holds, USUAL))
    return np.ones(len(picks)) if usual < LEAST_USUAL else np.minimum(holds / usual, 1)


def finished(values: np.ndarray, holds: np.ndarray, seconds: np.ndarray, least: float) -> np.ndarray:
    """(T,) float32 in [0, 1]: a signal of the picture from its raw values.

    Args:
        values: (T,) of any range.
        holds: (T,) see `holding`.
        seconds: (T,) when the picks are shown.
        least: see `stretched`.
    """
    return (stretched(smoothed(values, seconds), least) * smoothed(holds, seconds)).clip(0, 1).astype(np.float32)


def times(timebase: Timebase, picks: np.ndarray) -> np.ndarray:
    """(T,) float64 seconds at which the picks are shown."""
    return np.asarray(timebase.seconds(picks), np.float64)
