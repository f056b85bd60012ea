"""Rank correlations between two score curves, ignoring positions that either of them did not judge."""

from __future__ import annotations

import numba
import numpy as np

from core.errors import InputError


def kendall(a: np.ndarray, b: np.ndarray) -> float:
    """Kendall's tau-b in O(n log n) (Knight 1966).

    Args:
        a: (T,) scores, NaN where not judged.
        b: (T,) scores, NaN where not judged.

    Returns:
        A number in [-1, 1], or NaN where it is undefined: fewer than two common positions, or one side is constant.
    """
    a, b = _common(a, b)
    return _tau_b(a, b)


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rho, the correlation of average ranks; arguments and undefined cases as `kendall`."""
    a, b = _common(a, b)
    return _rho(a, b)


def _common(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.ndim != 1 or a.shape != b.shape:
        raise InputError(f"Cannot correlate scores of shapes {a.shape} and {b.shape}.")
    judged = ~(np.isnan(a) | np.isnan(b))
    return (a, b) if judged.all() else (a[judged], b[judged])


@numba.njit(cache=True)
def _tau_b(a: np.ndarray, b: np.ndarray) -> float:
    n = len(a)
    order = np.argsort(b, kind="mergesort")
    order = order[np.argsort(a[order], kind="mergesort")]
    a, b = a[order], b[order]
    ties_both = ties_a = 0
    run_both = run_a = 1
    for i in range(1, n + 1):
        if i < n and a[i] == a[i - 1]:
            run_a += 1
        else:
            ties_a += run_a * (run_a - 1) // 2
            run_a = 1
        if i < n and a[i] == a[i - 1] and b[i] == b[i - 1]:
            run_both += 1
        else:
            ties_both += run_both * (run_both - 1) // 2
            run_both = 1
    b, discordant = _sort_counting_swaps(b)
    ties_b = 0
    run_b = 1
    for i in range(1, n + 1):
        if i < n and b[i] == b[i - 1]:
            run_b += 1
        else:
            ties_b += run_b * (run_b - 1) // 2
            run_b = 1
    pairs = n * (n - 1) // 2
    if pairs in (ties_a, ties_b):
        return np.nan
    concordant_minus_discordant = pairs - ties_a - ties_b + ties_both - 2 * discordant
    tau = concordant_minus_discordant / np.sqrt(pairs - ties_a) / np.sqrt(pairs - ties_b)
    return min(1.0, max(-1.0, tau))


@numba.njit(cache=True)
def _sort_counting_swaps(values: np.ndarray) -> tuple[np.ndarray, int]:
    """Merge sort; how many pairs stood in descending order."""
    n = len(values)
    values, merged = values.copy(), np.empty_like(values)
    swaps = 0
    width = 1
    while width < n:
        for left in range(0, n, 2 * width):
            middle, right = min(left + width, n), min(left + 2 * width, n)
            i, j = left, middle
            for k in range(left, right):
                if j >= right or (i < middle and values[i] <= values[j]):
                    merged[k] = values[i]
                    i += 1
                else:
                    merged[k] = values[j]
                    j += 1
                    swaps += middle - i
        values, merged = merged, values
        width *= 2
    return values, swaps


@numba.njit(cache=True)
def _rho(a: np.ndarray, b: np.ndarray) -> float:
    if len(a) < 2:
        return np.nan
    a, b = _ranks(a), _ranks(b)
    a, b = a - a.mean(), b - b.mean()
    spread = np.sqrt(np.sum(a * a)) * np.sqrt(np.sum(b * b))
    if spread == 0:
        return np.nan
    return min(1.0, max(-1.0, np.sum(a * b) / spread))


@numba.njit(cache=True)
def _ranks(values: np.ndarray) -> np.ndarray:
    """Average ranks, 1-based."""
    n = len(values)
    order = np.argsort(values, kind="mergesort")
    ranks = np.empty(n)
    first = 0
    for i in range(1, n + 1):
        if i == n or values[order[i]] != values[order[first]]:
            ranks[order[first:i]] = (first + 1 + i) / 2
            first = i
    return ranks
