"""Scores + shots + budget -> cut: the 0/1 knapsack that all published systems share.

assets/player/compare/selection.mjs mirrors this file function by function, so that the browser solves the same cuts.
The sums and comparisons are in float64 and in the same order in both.
"""

from __future__ import annotations

from math import floor

import numba
import numpy as np

from core.data import DEFAULT_BUDGET, Cut, Shots
from core.errors import InputError

NOTHING_FITS = "no shot fits the budget"
NOTHING_SCORES = "no shot within the budget scores above 0"


def hold_scores(scores: np.ndarray, picks: np.ndarray, n_frames: int) -> np.ndarray:
    """Scores of all frames: each pick's score is held until the next pick; before the first pick it is 0.

    Args:
        scores: (T,) in [0, 1]; NaN (not judged) counts as 0.
        picks: (T,) ascending frames in [0, n_frames).
        n_frames: frames of the video.

    Returns:
        (n_frames,) float32.

    Raises:
        InputError: lengths differ or the picks do not ascend within the video.
    """
    scores, picks = _checked(scores, picks, n_frames)
    frame_scores = np.zeros(n_frames, np.float32)
    frame_scores[picks[0] :] = np.repeat(scores, np.diff(picks, append=n_frames))
    return frame_scores


def shot_scores(scores: np.ndarray, picks: np.ndarray, shots: Shots, n_frames: int) -> np.ndarray:
    """The mean over each shot's frames of the held scores.

    Args:
        scores: (T,) in [0, 1]; NaN (not judged) counts as 0.
        picks: (T,) ascending frames.
        shots: S shots within the video, none empty.
        n_frames: frames of the video.

    Returns:
        (S,) float64.

    Raises:
        InputError: as `hold_scores`, or a shot is empty or outside the video.
    """
    scores, picks = _checked(scores, picks, n_frames)
    bounds = _checked_bounds(shots, n_frames)
    return _means(scores.astype(np.float64), picks, bounds, n_frames)


def knapsack(values: np.ndarray, weights: np.ndarray, capacity: int) -> np.ndarray:
    """The set of items of largest total value whose total weight is at most the capacity, exactly.

    Of equally good sets, the one that does without the later items, as in the published implementations.
    Items of value 0 or less are never taken.

    Args:
        values: (S,) finite.
        weights: (S,) positive integers.
        capacity: largest total weight.

    Returns:
        (k,) int64 chosen indices, ascending.
    """
    return np.flatnonzero(knapsack_many(np.asarray(values)[None], weights, capacity)[0])


def knapsack_many(values: np.ndarray, weights: np.ndarray, capacity: int) -> np.ndarray:
    """`knapsack` for R rows of values over the same weights.

    Args:
        values: (R, S) finite.
        weights: (S,) positive integers.
        capacity: largest total weight.

    Returns:
        (R, S) bool, True where the item is chosen.

    Raises:
        InputError: shapes differ, a value is not finite or a weight is not positive.
    """
    values = np.asarray(values, np.float64)
    weights = np.asarray(weights, np.int64)
    if values.ndim != 2 or weights.shape != values.shape[1:]:
        raise InputError(f"Values of shape {values.shape} do not fit weights of shape {weights.shape}.")
    if not np.isfinite(values).all() or np.any(weights <= 0):
        raise InputError("The knapsack needs finite values and positive weights.")
    chosen = np.zeros(values.shape, np.bool_)
    for row, row_values in enumerate(values):
        chosen[row] = _knapsack(row_values, weights, max(int(capacity), 0))
    return chosen


def select(
    scores: np.ndarray,
    picks: np.ndarray,
    shots: Shots,
    n_frames: int,
    budget: float = DEFAULT_BUDGET,
    strict: bool = False,
) -> Cut:
    """The shots of largest total score that fit into the budget.

    Where no shot fits, the published selection returns nothing (strict). Otherwise the best-scored shot is
    split at its weakest boundary, and so on, until the best-scored piece fits.

    Args:
        scores: (T,) in [0, 1]; NaN counts as 0.
        picks: (T,) ascending frames.
        shots: S shots within the video.
        n_frames: frames of the video.
        budget: share of the video that the cut may take, in (0, 1].
        strict: keep an empty cut empty, as published.

    Returns:
        A cut of at most floor(budget * n_frames) frames; its note says why it is empty or was split.

    Raises:
        InputError: the budget is outside (0, 1] or the arrays do not fit together.
    """
    if not 0 < budget <= 1:
        raise InputError(f"A budget must be a share of the video in (0, 1], not {budget}.", "Write 15 % as 0.15.")
    scores, picks = _checked(scores, picks, n_frames)
    scores = scores.astype(np.float64)
    bounds = _checked_bounds(shots, n_frames)
    capacity = floor(budget * n_frames)
    note = ""
    if np.all(bounds[:, 1] - bounds[:, 0] > capacity):
        note = NOTHING_FITS
        if not strict and capacity > 0 and len(bounds) > 0:
            bounds, n_split = _split(scores, picks, bounds, n_frames, capacity)
            note = "1 overlong shot was split" if n_split == 1 else f"{n_split} overlong shots were split"
    chosen = knapsack(_means(scores, picks, bounds, n_frames), bounds[:, 1] - bounds[:, 0], capacity)
    if len(chosen) == 0 and note != NOTHING_FITS:
        note = NOTHING_SCORES
    return Cut(bounds[chosen], n_frames, budget, note)


def _means(scores: np.ndarray, picks: np.ndarray, bounds: np.ndarray, n_frames: int) -> np.ndarray:
    """Mean held score of each interval, from the running sum of the held scores."""
    sums = np.concatenate([[0.0], np.cumsum(scores * np.diff(picks, append=n_frames))])
    pick = np.searchsorted(picks, bounds, side="right") - 1
    held = np.maximum(pick, 0)
    upto = np.where(pick < 0, 0.0, sums[held] + scores[held] * (bounds - picks[held]))
    means: np.ndarray = (upto[:, 1] - upto[:, 0]) / (bounds[:, 1] - bounds[:, 0])
    return means


def _split(
    scores: np.ndarray, picks: np.ndarray, bounds: np.ndarray, n_frames: int, capacity: int
) -> tuple[np.ndarray, int]:
    """Split the best-scored shot (the first of equals) again and again until the best-scored one fits.

    Returns:
        (S', 2) bounds and how many of the given shots were split.
    """
    pieces, parents = bounds, np.arange(len(bounds))
    while True:
        best = int(np.argmax(_means(scores, picks, pieces, n_frames)))
        start, end = pieces[best]
        if end - start <= capacity:
            return pieces, int(np.sum(np.bincount(parents) > 1))
        middle = _weakest_boundary(scores, picks, start, end)
        pieces = np.insert(pieces, best, [start, middle], axis=0)
        pieces[best + 1] = middle, end
        parents = np.insert(parents, best, parents[best])


def _weakest_boundary(scores: np.ndarray, picks: np.ndarray, start: int, end: int) -> int:
    """The pick inside (start, end) at which the score changes most, or the middle where no pick lies inside.

    Of equal steps the nearest to the middle, then the first.
    """
    inside = np.flatnonzero((picks > max(start, picks[0])) & (picks < end))
    if len(inside) == 0:
        return (start + end) // 2
    step = np.abs(scores[inside] - scores[inside - 1])
    off_middle = np.abs(2 * picks[inside] - (start + end))
    return int(picks[inside[np.lexsort((off_middle, -step))[0]]])


@numba.njit(cache=True)
def _knapsack(values: np.ndarray, weights: np.ndarray, capacity: int) -> np.ndarray:
    """(S,) bool: dynamic programming over capacities; which items were taken is kept as bits.

    The last item is decided when all others are known, at full capacity only. The others' weights are counted in their
    greatest common divisor: shots begin and end at picks, or all last two seconds, so that there are 15 or 60 times
    fewer capacities, and the last shot alone, which ends with the video, does not keep to that.
    """
    n_items = len(values)
    chosen = np.zeros(n_items, np.bool_)
    if n_items == 0:
        return chosen
    last = n_items - 1
    unit = 0
    for i in range(last):
        unit = np.gcd(unit, weights[i])
    unit = max(unit, 1)
    room = capacity // unit
    best = np.zeros(room + 1)
    bits = np.zeros((last, room // 8 + 1), np.uint8)
    for i in range(last):
        weight = weights[i] // unit
        for left in range(room, weight - 1, -1):
            value = best[left - weight] + values[i]
            if value > best[left]:
                best[left] = value
                bits[i, left >> 3] |= 1 << (left & 7)
    if weights[last] <= capacity:
        beside = (capacity - weights[last]) // unit
        if best[beside] + values[last] > best[room]:
            chosen[last] = True
            room = beside
    for i in range(last - 1, -1, -1):
        if bits[i, room >> 3] >> (room & 7) & 1:
            chosen[i] = True
            room -= weights[i] // unit
    return chosen


def _checked(scores: np.ndarray, picks: np.ndarray, n_frames: int) -> tuple[np.ndarray, np.ndarray]:
    """(T,) float32 scores without NaN and (T,) int64 picks, or one sentence saying what is wrong."""
    scores, picks = np.asarray(scores, np.float32), np.asarray(picks, np.int64)
    if scores.ndim != 1 or scores.shape != picks.shape or len(picks) == 0:
        raise InputError(f"Scores of shape {scores.shape} do not fit {picks.shape} picks.")
    if picks[0] < 0 or picks[-1] >= n_frames or np.any(np.diff(picks) <= 0):
        raise InputError(f"Picks must ascend within the {n_frames} frames of the video.")
    if np.isinf(scores).any():
        raise InputError("Scores must be numbers in [0, 1], or NaN where nobody judged.")
    return np.nan_to_num(scores, nan=0.0), picks


def _checked_bounds(shots: Shots, n_frames: int) -> np.ndarray:
    bounds = np.asarray(shots.bounds, np.int64).reshape(-1, 2)
    if np.any(bounds < 0) or np.any(bounds > n_frames):
        raise InputError(f"The segmentation '{shots.source}' leaves the {n_frames} frames of the video.")
    return bounds
