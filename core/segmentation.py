"""Shots of a video: kernel temporal segmentation (KTS) and uniform shots.

KTS minimises the scatter within segments under a linear kernel by dynamic programming over the number of
changes, then chooses that number with a penalty (Potapov et al., "Category-specific video summarization", ECCV
2014, section 3).
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

import numba
import numpy as np

from core.data import Entry, Shots
from core.errors import InputError
from core.timebase import Timebase

# Rows that are segmented at once: an hour at two picks per second, whose table of scatters takes 0.2 GB.
STRETCH = 7200
# Rows whose products with all others are computed at once: large matrix products are fast, and this bounds memory.
BLOCK = 256


def kts(features: np.ndarray, max_changes: int | None = None, penalty: float = 1.0) -> np.ndarray:
    """Change points of a feature sequence, their number chosen automatically.

    The number k of changes minimises cost_k / T + penalty * k / (2 T) * (log(T / k) + 1).

    Args:
        features: (T, D) finite. Published setups use rows of unit length; the penalty depends on their scale.
        max_changes: at most this many changes; T - 1 when None.
        penalty: v of the paper, at least 0; larger gives fewer shots.

    Returns:
        (m,) int64 ascending: the rows, in 1..T-1, at which a new segment begins. Empty for one segment.

    Raises:
        InputError: the features are empty, not finite or not (T, D), or an argument is negative.

    Memory is O(T^2). Time is at most O(T^2) per number of changes tried, and no more changes are tried than can pay
    for their penalty.
    """
    scatters, length = _scatters(features)
    limit = length - 1 if max_changes is None else min(max_changes, length - 1)
    if limit < 0 or not penalty >= 0:
        raise InputError(f"KTS needs max_changes and penalty of at least 0, not {max_changes} and {penalty}.")
    changes = np.arange(1, limit + 1)
    penalties = np.zeros(limit + 1)
    penalties[1:] = penalty * changes / (2 * length) * (np.log(length / changes) + 1)
    costs, previous = _dynamic_programme(scatters, length, penalties, 1, length + 1)
    return _backtrack(previous, int(np.argmin(costs / length + penalties[: len(costs)])), length)


def kts_fixed(
    features: np.ndarray, n_changes: int, min_length: int = 1, max_length: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The best segmentation with exactly this many changes.

    As in the reference implementation, the first segment must be shorter than `max_length`; later ones may
    reach it.

    Args:
        features: (T, D) finite.
        n_changes: number of changes in 0..T-1.
        min_length: shortest segment in rows.
        max_length: longest segment in rows; no bound when None.

    Returns:
        (n_changes,) int64 changes as in `kts`, and (n_changes + 1,) float64 scatters within segments of the
        best segmentations with 0, 1, ... changes (inf where none satisfies the bounds).

    Raises:
        InputError: bad features, or no segmentation satisfies the bounds.
    """
    scatters, length = _scatters(features)
    if not 0 <= n_changes < length or min_length < 1:
        raise InputError(f"{length} rows cannot be cut {n_changes} times into segments of {min_length} or more.")
    max_length = length + 1 if max_length is None else max_length
    no_penalty = np.full(n_changes + 1, -np.inf)
    costs, previous = _dynamic_programme(scatters, length, no_penalty, min_length, max_length)
    if not np.isfinite(costs[n_changes]):
        raise InputError(
            f"{length} rows cannot be cut {n_changes} times into segments of {min_length} to {max_length}."
        )
    return _backtrack(previous, n_changes, length), costs


def shots_from_changes(changes: np.ndarray, picks: np.ndarray, n_frames: int) -> Shots:
    """Shots that begin at the picks where the features change.

    Args:
        changes: (m,) ascending indices into the picks, in 1..T-1.
        picks: (T,) ascending frames.
        n_frames: frames of the video.

    Returns:
        m + 1 shots covering all frames.
    """
    starts = np.concatenate([[0], np.asarray(picks, np.int64)[np.asarray(changes, np.int64)]])
    return Shots(np.stack([starts, np.append(starts[1:], n_frames)], axis=1), "kts")


def kts_shots(features: np.ndarray, picks: np.ndarray, n_frames: int, penalty: float = 1.0) -> Shots:
    """KTS shots of a video: `kts` of the features with every row scaled to unit length, as published.

    Videos of more than an hour are segmented in equal stretches of up to an hour, so that memory stays bounded.

    Args:
        features: (T, D) finite, one row per pick.
        picks: (T,) ascending frames.
        n_frames: frames of the video.
        penalty: larger gives fewer shots.

    Raises:
        InputError: bad features, or not one row per pick.
    """
    features = np.asarray(features, np.float64)
    if features.ndim != 2 or len(features) != len(picks) or len(picks) == 0:
        raise InputError(f"Features of shape {features.shape} do not fit {len(picks)} picks.")
    norms = np.linalg.norm(features, axis=1, keepdims=True)
    features = features / np.where(norms > 0, norms, 1)
    stretches = np.array_split(np.arange(len(features)), ceil(len(features) / STRETCH))
    changes = [np.append(rows[0], rows[0] + kts(features[rows], penalty=penalty)) for rows in stretches]
    return shots_from_changes(np.concatenate(changes)[1:], picks, n_frames)


def uniform_shots(timebase: Timebase, seconds: Fraction = Fraction(2)) -> Shots:
    """Shots of equal duration, beginning with the frames shown at 0, 2, 4, ... seconds.

    A shorter remainder belongs to the last shot: as a shot of its own it would be too short to judge, and the
    selection would take it for its size alone.

    Args:
        timebase: of the video.
        seconds: duration of a shot, positive.
    """
    seconds = Fraction(seconds)
    if seconds <= 0:
        raise InputError(f"Shots must last longer than nothing, not {seconds} s.")
    starts = timebase.picks(1 / seconds)
    if timebase.exact_duration % seconds > 0 and len(starts) > 1:
        starts = starts[:-1]
    bounds = np.stack([starts, np.append(starts[1:], timebase.n_frames)], axis=1)
    return Shots(bounds, f"uniform {float(seconds):g} s")


def default_shots(entry: Entry) -> Shots:
    """The first segmentation of an entry, or uniform shots of two seconds where it has none."""
    return next((shots for shots in entry.shots.values() if len(shots) > 0), None) or uniform_shots(entry.timebase)


def _scatters(features: np.ndarray) -> tuple[np.ndarray, int]:
    """Scatter of every interval of rows, and T.

    Returns:
        (T (T + 1) / 2,) float64; the scatter of rows [start, end) stands at end (end - 1) / 2 + start.
    """
    features = np.asarray(features, np.float64)
    if features.ndim != 2 or len(features) == 0:
        raise InputError(f"Features must be a table of at least one row, not of shape {features.shape}.")
    if not np.isfinite(features).all():
        raise InputError("The features contain values that are not finite numbers.", "Extract them again.")
    length = len(features)
    centred = features - features.mean(axis=0)  # the scatter stays the same and the sums stay small
    sums = np.vstack([np.zeros(features.shape[1]), np.cumsum(centred, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum(np.sum(centred**2, axis=1))])
    norms = np.sum(sums**2, axis=1)
    scatters = np.empty(length * (length + 1) // 2)
    for first in range(1, length + 1, BLOCK):
        ends = np.arange(first, min(first + BLOCK, length + 1))
        products = sums[ends] @ sums[: ends[-1]].T
        for end, product in zip(ends, products, strict=True):
            spread = norms[end] + norms[:end] - 2 * product[:end]
            row = squares[end] - squares[:end] - spread / np.arange(end, 0, -1)
            scatters[end * (end - 1) // 2 : end * (end + 1) // 2] = np.maximum(row, 0)
    return scatters, length


@numba.njit(cache=True)
def _dynamic_programme(
    scatters: np.ndarray, length: int, penalties: np.ndarray, min_length: int, max_length: int
) -> tuple[np.ndarray, np.ndarray]:
    """Least scatter for 0, 1, ... changes, until the penalty alone exceeds the best total cost so far.

    As costs never fall below 0 and penalties ascend, no later number of changes could be better.

    Returns:
        (K,) scatters of all rows for k changes, and (K, T + 1) int32 the start of the last segment of the
        best segmentation of the first `end` rows with k changes.
    """
    costs = np.full(len(penalties), np.inf)
    previous = np.empty((len(penalties), length + 1), np.int32)
    # Where beginning the last segment at `start` is already worse than not yet having begun it, beginning it at
    # `end` stays better for all that follows (the pruning of PELT, Killick et al. 2012). The slack keeps rounding
    # from deciding between equals.
    prune = min_length == 1
    slack = 1e-9 * scatters[-length]
    starts = np.empty(length + 1, np.int64)
    before = np.full(length + 1, np.inf)
    for end in range(min_length, min(max_length, length + 1)):
        before[end] = scatters[end * (end - 1) // 2]
    costs[0] = before[length]
    best_total = costs[0] / length
    for k in range(1, len(penalties)):
        if penalties[k] > best_total:
            return costs[:k], previous[:k]
        now = np.full(length + 1, np.inf)
        n_starts = 0
        for end in range((k + 1) * min_length, length + 1):
            starts[n_starts] = end - min_length
            n_starts += 1
            kept = 0
            row = scatters[end * (end - 1) // 2 :]
            for i in range(n_starts):
                start = starts[i]
                if end - start > max_length:
                    continue
                cost = before[start] + row[start]
                if cost < now[end]:
                    now[end] = cost
                    previous[k, end] = start
                if not prune or cost <= before[end] + slack:
                    starts[kept] = start
                    kept += 1
            n_starts = kept
        costs[k] = now[length]
        best_total = min(best_total, costs[k] / length + penalties[k])
        before = now
    return costs, previous


def _backtrack(previous: np.ndarray, n_changes: int, length: int) -> np.ndarray:
    changes = np.zeros(n_changes, np.int64)
    end = length
    for k in range(n_changes, 0, -1):
        end = previous[k, end]
        changes[k - 1] = end
    return changes
