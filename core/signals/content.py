"""What a video shows, as what likings are drawn over: whoever likes one moment likes moments that look alike.

Everything is computed from the features of one video alone, of any space: their scale has no say, nor what all moments
of the video have in common.
"""

from __future__ import annotations

import numpy as np

from core.signals.curves import COLUMNS, smoothed
from core.signals.looks import lengths

# Rows of less than this mean squared length show the same thing throughout; what is left of them is rounding.
LEAST_VARIANCE = 1e-9


def content_rows(features: np.ndarray, over: float) -> np.ndarray:
    """Rows whose products say how alike two moments are, among those of their video.

    Args:
        features: (T, D) at the picks.
        over: standard deviation of the smoothing, in picks.

    Returns:
        (T, D) float64 of mean 0 and mean squared length 1; all 0 where the video shows one thing throughout.
    """
    picks, long = np.arange(len(features)), lengths(features)
    rows = np.empty((len(features), features.shape[1]))
    for start in range(0, features.shape[1], COLUMNS):  # of a film of two hours a copy of all is 75 MB
        columns = slice(start, start + COLUMNS)
        rows[:, columns] = smoothed(np.asarray(features[:, columns], np.float32) / long, picks, over)
    rows -= rows.mean(axis=0)
    variance = float(np.mean(np.einsum("td,td->t", rows, rows)))
    if variance <= LEAST_VARIANCE:
        return np.zeros_like(rows)
    rows /= np.sqrt(variance)
    return rows


def change_clock(rows: np.ndarray) -> np.ndarray:
    """A clock that stands while nothing changes and runs through cuts.

    Args:
        rows: (T, D) from `content_rows`.

    Returns:
        (T,) float64 from 0: squared distances between neighbours added up, of mean 1 a pick. Where nothing ever
        changes it counts the picks.
    """
    steps = np.square(np.diff(rows, axis=0)).sum(axis=1)
    mean = float(steps.mean()) if len(steps) else 0.0
    return np.concatenate([[0.0], np.cumsum(steps / mean if mean > LEAST_VARIANCE else np.ones_like(steps))])


def forgetful(white: np.ndarray, times: np.ndarray, memory: float) -> np.ndarray:
    """Noise whose covariance is exp(-|t - t'| / memory): an Ornstein-Uhlenbeck process.

    Args:
        white: (..., T) unit Gaussian.
        times: (T,) ascending; two may be the same.
        memory: in their unit.

    Returns:
        (..., T) float64 of unit variance.
    """
    kept = np.exp(-np.diff(times) / memory)
    noise = np.array(white, np.float64)
    for i, q in enumerate(kept, start=1):
        noise[..., i] = q * noise[..., i - 1] + np.sqrt(1 - q**2) * noise[..., i]
    return noise
