"""Rank correlations between score curves, ignoring positions that either of two curves did not judge."""

from __future__ import annotations

import numba
import numpy as np

from core.errors import InputError


def kendall(a: np.ndarray, b: np.ndarray) -> float:
    """Kendall's tau-b in O(n log n).

    Args:
        a: (T,) scores, NaN where not judged.
        b: (T,) scores, NaN where not judged.

    Returns:
        A number in [-1, 1], or NaN where it is undefined: fewer than two common positions, or one side is constant.
    """
    return float(correlations(np.asarray(a)[None], np.asarray(b)[None])[0][0, 0])


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's rho, the correlation of average ranks; arguments and undefined cases as `kendall`."""
    return float(correlations(np.asarray(a)[None], np.asarray(b)[None])[1][0, 0])


def correlations(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kendall's tau-b and Spearman's rho of every curve of one set with every curve of another.

    Every curve is sorted once. Of two curves, tau is fastest where the second has few different values.

    Args:
        a: (A, T) scores, NaN where not judged.
        b: (B, T) scores, NaN where not judged.

    Returns:
        (A, B) tau and (A, B) rho, each in [-1, 1] or NaN where undefined, see `kendall`.

    Raises:
        InputError: the curves are not of the same length.
    """
    a, b = (np.ascontiguousarray(each, np.float64) for each in (a, b))
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1]:
        raise InputError(f"Cannot correlate scores of shapes {a.shape[1:]} and {b.shape[1:]}.")
    tau, rho = np.empty((len(a), len(b))), np.empty((len(a), len(b)))
    _fill(a, b, np.argsort(a, axis=1), np.argsort(b, axis=1), tau, rho)
    return tau, rho


@numba.njit(cache=True)
def _fill(
    a: np.ndarray, b: np.ndarray, a_order: np.ndarray, b_order: np.ndarray, tau: np.ndarray, rho: np.ndarray
) -> None:
    length = a.shape[1]
    a_place, b_place = np.empty(length, np.int64), np.empty(length, np.int64)
    a_level, b_level = np.empty(length, np.int64), np.empty(length, np.int64)
    a_rank, b_rank = np.empty(length), np.empty(length)
    for i in range(len(a)):
        for j in range(len(b)):
            n, _, a_ties = _ranks(a[i], a_order[i], b[j], a_place, a_level, a_rank)
            n, levels, b_ties = _ranks(b[j], b_order[j], a[i], b_place, b_level, b_rank)
            pairs = n * (n - 1) // 2
            if pairs in (a_ties, b_ties):
                tau[i, j] = rho[i, j] = np.nan
                continue
            discordant, both_ties = _discordant(a_place[:n], a_level, b_level, levels)
            surplus = pairs - a_ties - b_ties + both_ties - 2 * discordant
            value = surplus / np.sqrt(pairs - a_ties) / np.sqrt(pairs - b_ties)
            tau[i, j] = min(1.0, max(-1.0, value))
            rho[i, j] = _correlation(a_place[:n], a_rank, b_rank)


@numba.njit(cache=True)
def _ranks(
    values: np.ndarray, order: np.ndarray, other: np.ndarray, place: np.ndarray, level: np.ndarray, rank: np.ndarray
) -> tuple[int, int, int]:
    """Average ranks, 1-based, among the positions that both curves judged.

    Args:
        values: (T,) of this curve.
        order: (T,) positions in ascending order of the values.
        other: (T,) values of the other curve.
        place: (T,) filled with the n common positions in ascending order of the values.
        level: (T,) filled by position: how many different values are smaller.
        rank: (T,) filled by position.

    Returns:
        n, the number of different values, and the number of pairs of equal values.
    """
    n = 0
    for position in order:
        if values[position] == values[position] and other[position] == other[position]:  # neither is NaN
            place[n] = position
            n += 1
    levels = ties = first = 0
    while first < n:
        end = first + 1
        while end < n and values[place[end]] == values[place[first]]:
            end += 1
        for k in range(first, end):
            level[place[k]] = levels
            rank[place[k]] = (first + 1 + end) / 2
        ties += (end - first) * (end - first - 1) // 2
        levels += 1
        first = end
    return n, levels, ties


@numba.njit(cache=True)
def _discordant(place: np.ndarray, a_level: np.ndarray, b_level: np.ndarray, levels: int) -> tuple[int, int]:
    """How many pairs two curves order differently, and how many pairs are equal in both.

    Positions are taken in ascending order of the first curve. A tree over the levels of the second counts how many of
    those before have at most this level (Fenwick 1994).
    """
    tree = np.zeros(levels + 1, np.int64)
    alike = np.zeros(levels, np.int64)  # positions of the present value of the first curve, by level of the second
    discordant = ties = first = 0
    n = len(place)
    while first < n:
        end = first
        while end < n and a_level[place[end]] == a_level[place[first]]:
            level = b_level[place[end]]
            ties += alike[level]
            alike[level] += 1
            node = level + 1
            discordant += first
            while node > 0:
                discordant -= tree[node]
                node &= node - 1
            end += 1
        for k in range(first, end):
            level = b_level[place[k]]
            alike[level] = 0
            node = level + 1
            while node <= levels:
                tree[node] += 1
                node += node & -node
        first = end
    return discordant, ties


@numba.njit(cache=True)
def _correlation(place: np.ndarray, a: np.ndarray, b: np.ndarray) -> float:
    """The correlation of average ranks, whose mean is known."""
    mean = (len(place) + 1) / 2
    both = a_spread = b_spread = 0.0
    for position in place:
        x, y = a[position] - mean, b[position] - mean
        both += x * y
        a_spread += x * x
        b_spread += y * y
    rho: float = both / (np.sqrt(a_spread) * np.sqrt(b_spread))
    return min(1.0, max(-1.0, rho))
