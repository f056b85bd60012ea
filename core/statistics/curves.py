"""Score curves of several people: their mean, which is the same everywhere, and how far apart they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# Means that are equal must tie where ranks are compared; float32 scores leave them 1e-7 apart.
TIE_DECIMALS = 6


def mean_of_people(scores: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """The mean over the people who judged each pick; the browser computes the same (assets/player/compare/series.mjs).

    Args:
        scores: (U, T), NaN where not judged.
        weights: (U,) how much each of them counts; None for all alike.

    Returns:
        (T,) float64, NaN where nobody judged.
    """
    scores = np.asarray(scores, np.float64)
    judged = ~np.isnan(scores)
    if weights is not None:
        counted = judged * np.asarray(weights, np.float64)[:, None]
        return ratio((np.where(judged, scores, 0) * counted).sum(axis=0), counted.sum(axis=0))
    return ratio(np.where(judged, scores, 0).sum(axis=0), judged.sum(axis=0))


def tying_mean(scores: np.ndarray) -> np.ndarray:
    """As `mean_of_people`, rounded so that means of equal sums are equal: for ranks and for cuts that are compared."""
    rounded: np.ndarray = np.round(mean_of_people(scores), TIE_DECIMALS)
    return rounded


def mean_of_others(scores: np.ndarray, person: int) -> np.ndarray:
    """(T,) `tying_mean` of scores (U, T) without one person."""
    return tying_mean(np.delete(scores, person, axis=0))


def disagreement(scores: np.ndarray) -> float | None:
    """How far people are apart: their standard deviation at a pick, averaged over the picks that two or more judged.

    Args:
        scores: (U, T) in [0, 1], NaN where not judged.

    Returns:
        0 where all say the same, at most 0.5 (one half says 0, the other 1). None where no two can be compared.
    """
    judged = ~np.isnan(scores)
    shared = judged.sum(axis=0) >= 2
    if not shared.any():
        return None
    return float(np.nanstd(scores[:, shared].astype(np.float64), axis=0).mean())


def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a / b as float64, NaN where b is not positive."""
    quotient = np.full(np.broadcast_shapes(a.shape, b.shape), np.nan)
    np.divide(a, b, out=quotient, where=b > 0)
    return quotient


def mean_defined(values: Sequence[float] | np.ndarray) -> float:
    """The mean of the values that are defined, NaN where none is."""
    numbers = np.asarray(values, np.float64)
    defined = numbers[~np.isnan(numbers)]
    return float(defined.mean()) if len(defined) > 0 else float("nan")


def mean_of_best(matches: np.ndarray, axis: int) -> float:
    """The largest defined value along an axis of a matrix, and the mean of these; NaN where nothing is defined."""
    best = np.where(np.isnan(matches), -np.inf, matches).max(axis=axis)
    return mean_defined(best[np.isfinite(best)])
