"""Kernel temporal segmentation (KTS): shots as segments of little scatter.

KTS minimises the scatter within segments under a linear kernel, C(k) for k changes, and chooses k with a penalty
(Potapov et al., "Category-specific video summarization", ECCV 2014, section 3). The published code solves C(k) for
every k, in time O(T^2) each. The penalty is concave in k, so the best k lies on the lower convex hull of C: where it
touched no line from below, a number before or after it would be better. Points of the hull are what one pays least for
when every change costs the same (Lagrange), and that is one pass over the rows (optimal partitioning with the pruning
of PELT, Killick et al. 2012). A dozen passes at prices chosen between those known already (as in CROPS, Haynes et al.
2017) are enough: stretches of the hull whose supporting lines show that they hold nothing better are never looked at.
The result is the same optimum.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np

from core.errors import InputError

# Rows whose products with others are computed at once, at least: large matrix products are fast.
BLOCK = 128
# How wide intervals are computed at first, which is enough for most videos, and then; four times wider from there on.
WIDTHS = (128, 256, 1024)
# The price of a change that is tried first, in penalties, and how many times as much each further one is.
FIRST_PRICE, PRICES_APART = 1.5, 1.25


def kts(
    features: np.ndarray, max_changes: int | None = None, penalty: float = 1.0, max_length: int | None = None
) -> np.ndarray:
    """Change points of a feature sequence, their number chosen automatically.

    The number k of changes minimises C(k) / T + penalty * k / (2 T) * (log(T / k) + 1).

    Args:
        features: (T, D) finite. Published setups use rows of unit length; the penalty depends on their scale.
        max_changes: at most this many changes; T - 1 when None.
        penalty: v of the paper, at least 0; larger gives fewer shots.
        max_length: longest segment in rows; no bound when None. Memory is O(T * max_length).

    Returns:
        (m,) int64 ascending: the rows, in 1..T-1, at which a new segment begins. Empty for one segment.

    Raises:
        InputError: the features are empty, not finite or not (T, D), or an argument is negative.
    """
    features = _checked(features)
    length = len(features)
    limit = length - 1 if max_changes is None else min(max_changes, length - 1)
    if limit < 0 or not penalty >= 0 or (max_length is not None and max_length < 1):
        raise InputError(
            f"KTS needs max_changes and penalty of at least 0 and max_length of at least 1, not {max_changes},"
            f" {penalty} and {max_length}."
        )
    widest = length if max_length is None else min(max_length, length)
    changes = _best_of_hull(_Intervals(features, widest), penalty)
    if len(changes) <= limit:
        return changes
    scatters, _ = _scatters(features, widest)
    # With fewer changes than the best number allows, the best one need not lie on the hull.
    number = np.arange(1, limit + 1)
    penalties = np.zeros(limit + 1)
    penalties[1:] = penalty * number / (2 * length) * (np.log(length / number) + 1)
    costs, previous = _dynamic_programme(scatters, length, widest, penalties, 1, widest + 1)
    if not np.isfinite(costs).any():
        raise InputError(f"{length} rows cannot be cut {limit} times into segments of at most {max_length}.")
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
    features = _checked(features)
    length = len(features)
    if not 0 <= n_changes < length or min_length < 1:
        raise InputError(f"{length} rows cannot be cut {n_changes} times into segments of {min_length} or more.")
    max_length = length + 1 if max_length is None else max_length
    widest = min(max_length, length)
    scatters, _ = _scatters(features, widest)
    no_penalty = np.full(n_changes + 1, -np.inf)
    costs, previous = _dynamic_programme(scatters, length, widest, no_penalty, min_length, max_length)
    if not np.isfinite(costs[n_changes]):
        raise InputError(
            f"{length} rows cannot be cut {n_changes} times into segments of {min_length} to {max_length}."
        )
    return _backtrack(previous, n_changes, length), costs


@dataclass(frozen=True)
class _Point:
    """A point of the hull.

    Attributes:
        changes: (k,) of its segmentation.
        cost: C(k), scatter within segments.
        price: of a change, at which it is the best.
    """

    changes: np.ndarray
    cost: float
    price: float


class _Intervals:
    """The scatters of intervals, as wide as they turn out to be needed.

    Args:
        features: (T, D).
        widest: longest interval that may be a segment.
    """

    def __init__(self, features: np.ndarray, widest: int) -> None:
        self.features = features
        self.length = len(features)
        self.widest = widest
        self.width = min(widest, WIDTHS[0])
        self.scatters, self.whole = _scatters(features, self.width)

    def solved(self, price: float) -> _Point:
        """The segmentation that costs least when every change has this price."""
        while True:
            changes, wide_enough = _partition(self.scatters, self.length, self.width, price)
            if wide_enough or self.width == self.widest:
                return _Point(changes, _cost(self.scatters, self.length, self.width, changes), price)
            wider = next((width for width in WIDTHS if width > self.width), 4 * self.width)
            self.width = min(wider, self.widest)
            self.scatters = np.empty(0)  # memory never holds the narrow table beside the wide one
            self.scatters, _ = _scatters(self.features, self.width)


def _best_of_hull(intervals: _Intervals, penalty: float) -> np.ndarray:
    """The changes of the best segmentation, over all numbers of changes."""
    length = intervals.length

    def charge(k: float) -> float:
        return 0.0 if k == 0 else penalty * k / 2 * (np.log(length / k) + 1)

    def total(point: _Point) -> float:
        return point.cost + charge(len(point.changes))

    every = _Point(np.arange(1, length), 0.0, 0.0)
    best = every
    if intervals.widest == length:
        best = min(_Point(np.arange(0), intervals.whole, np.inf), best, key=total)
    # At its best number of changes, the hull has the slope of the penalty, which is steepest at one change. Often much
    # lower prices tell already that no fewer changes can be better, and those need no wide intervals.
    steepest = penalty / 2 * float(np.log(length))
    price = min(FIRST_PRICE * penalty, steepest)
    while True:
        few = intervals.solved(price)
        best = min(few, best, key=total)
        fewest = len(few.changes)
        # What one change costs at least. Between it and these the bound is concave, so that it is least at an end.
        if price == steepest or fewest < 2 or few.cost + price * (fewest - 1) + charge(1) >= total(best):
            break
        price = min(PRICES_APART * price, steepest)
    waiting = [(_bound(few, every, charge), 0, few, every)]
    number = 1
    while waiting:
        bound, _, few, many = heapq.heappop(waiting)
        if bound >= total(best) or len(many.changes) - len(few.changes) < 2:
            continue
        middle = intervals.solved((few.cost - many.cost) / (len(many.changes) - len(few.changes)))
        if not len(few.changes) < len(middle.changes) < len(many.changes):
            continue  # nothing below the line between the two
        if total(middle) < total(best):
            best = middle
        for pair in ((few, middle), (middle, many)):
            heapq.heappush(waiting, (_bound(*pair, charge), number, *pair))
            number += 1
    return best.changes


def _bound(few: _Point, many: _Point, charge: Callable[[float], float]) -> float:
    """What no number of changes between two points of the hull can cost less than.

    C lies above the lines through both points whose slopes are their prices. A line plus the concave penalty is least
    at its ends, and the ends of the two pieces are the points themselves, known already, and where the lines meet.
    """
    low, high = len(few.changes), len(many.changes)
    if few.price <= many.price:
        return few.cost + charge(low)
    meet = (few.cost - many.cost + few.price * low - many.price * high) / (few.price - many.price)
    meet = min(max(meet, low), high)
    return few.cost - few.price * (meet - low) + charge(meet)


def _checked(features: np.ndarray) -> np.ndarray:
    features = np.asarray(features)
    if features.ndim != 2 or len(features) == 0:
        raise InputError(f"Features must be a table of at least one row, not of shape {features.shape}.")
    if not np.isfinite(features).all():
        raise InputError("The features contain values that are not finite numbers.", "Extract them again.")
    return features


def _scatters(features: np.ndarray, widest: int) -> tuple[np.ndarray, float]:
    """Scatter of every interval of at most `widest` rows.

    Returns:
        Flat float64; those of rows [start, end) stand one after the other for ascending starts, from `_offset(end)` on.
        And the scatter of all rows.
    """
    length = len(features)
    scatters = np.empty(_offset(length + 1, widest))
    mean = features.mean(axis=0, dtype=np.float64)  # the scatter stays the same and the sums stay small
    within, squares = np.zeros(length), np.zeros(length + 1)
    shares = 1 / np.arange(widest, 0, -1)
    block = max(BLOCK, widest // 4)  # so that rows are moved seldom
    room = np.empty(BLOCK * (widest + BLOCK))
    rows = np.empty((0, features.shape[1]))
    for first in range(0, length, block):
        reach = max(0, first + 1 - widest)
        new = features[first : first + block] - mean
        squares[first + 1 : first + 1 + len(new)] = squares[first] + np.cumsum(np.einsum("td,td->t", new, new))
        rows = np.concatenate([rows[len(rows) - (first - reach) :], new])
        for begin in range(first, first + len(new), BLOCK):
            end, low = min(begin + BLOCK, first + len(new)), max(0, begin + 1 - widest)
            size = (end - begin, end - low)
            held = room[: size[0] * size[1]].reshape(size)
            products = np.matmul(rows[begin - reach : end - reach], rows[low - reach : end - reach].T, out=held)
            _fill(scatters, begin, low, products, within, squares, shares)
    return scatters, float(squares[-1])


@numba.njit(cache=True)
def _offset(end: int, widest: int) -> int:
    """Where the scatters of the intervals that end before row `end` begin."""
    if end <= widest + 1:
        return end * (end - 1) // 2
    return widest * (widest + 1) // 2 + (end - 1 - widest) * widest


@numba.njit(cache=True)
def _fill(
    scatters: np.ndarray,
    first: int,
    reach: int,
    products: np.ndarray,
    within: np.ndarray,
    squares: np.ndarray,
    shares: np.ndarray,
) -> None:
    """Scatters of the intervals that end with each of some rows: their squares less what their mean explains.

    Args:
        scatters: to be filled.
        first: of the rows.
        reach: the row that the products begin with.
        products: of each row with those from `reach` on; used up.
        within: of every start, the products of all rows from there with each other, as far as it was filled.
        squares: (T + 1,) sums of the squares of the rows before each.
        shares: 1 / n for intervals of n rows, the widest first.
    """
    widest = len(shares)
    for i in range(len(products)):
        end = first + i + 1
        low = max(0, end - widest)
        count = end - low
        row = products[i, low - reach : end - reach]
        square, since = row[count - 1], 0.0
        # From each start, what lies within grows by the new row's products with all rows since, twice, and its square.
        for k in range(count - 2, -1, -1):
            since += row[k]
            row[k] = 2 * since + square
        inside, before, share = within[low:end], squares[low:end], shares[widest - count :]
        out = scatters[_offset(end, widest) : _offset(end, widest) + count]
        # Apart from the loop above, in which each number waits for the one before.
        for k in range(count):
            inside[k] += row[k]
            out[k] = max(squares[end] - before[k] - inside[k] * share[k], 0.0)


@numba.njit(cache=True)
def _partition(scatters: np.ndarray, length: int, widest: int, price: float) -> tuple[np.ndarray, bool]:
    """Changes of the segmentation that costs least when every change has a price.

    Returns:
        The changes, and whether no segment wider than `widest` could have been better.
    """
    best = np.empty(length + 1)
    best[0] = -price
    previous = np.zeros(length + 1, np.int64)
    starts = np.empty(length + 1, np.int64)
    costs = np.empty(length + 1)
    n_starts = 0
    # The slack keeps rounding from pruning what is as good.
    slack = 1e-9 * (price + scatters[_offset(length, widest)])
    wide_enough = True
    for end in range(1, length + 1):
        starts[n_starts] = end - 1
        n_starts += 1
        first = max(0, end - widest)
        if starts[0] < first:  # not pruned, and now too far away
            wide_enough = False
            starts[: n_starts - 1] = starts[1:n_starts].copy()
            n_starts -= 1
        at = _offset(end, widest) - first
        least = np.inf
        for i in range(n_starts):
            start = starts[i]
            costs[i] = best[start] + scatters[at + start]
            if costs[i] < least:
                least = costs[i]
                previous[end] = start
        best[end] = least + price
        # Where a segment from `start` costs more already than one that ends here and another that begins here, it will
        # for every later end: scatter only grows when two segments become one.
        kept = 0
        for i in range(n_starts):
            if costs[i] <= best[end] + slack:
                starts[kept] = starts[i]
                kept += 1
        n_starts = kept
    changes = np.empty(length, np.int64)
    number = 0
    end = previous[length]
    while end > 0:
        changes[number] = end
        number += 1
        end = previous[end]
    return changes[:number][::-1].copy(), wide_enough


@numba.njit(cache=True)
def _cost(scatters: np.ndarray, length: int, widest: int, changes: np.ndarray) -> float:
    total = 0.0
    start = 0
    for i in range(len(changes) + 1):
        end = changes[i] if i < len(changes) else length
        total += scatters[_offset(end, widest) + start - max(0, end - widest)]
        start = end
    return total


@numba.njit(cache=True)
def _dynamic_programme(
    scatters: np.ndarray, length: int, widest: int, penalties: np.ndarray, min_length: int, max_length: int
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
    slack = 1e-9 * scatters[_offset(length, widest)]
    starts = np.empty(length + 1, np.int64)
    before = np.full(length + 1, np.inf)
    for end in range(min_length, min(max_length, length + 1)):
        before[end] = scatters[_offset(end, widest)]
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
            first = max(0, end - widest)
            row = scatters[_offset(end, widest) - first :]
            for i in range(n_starts):
                start = starts[i]
                if start < first or end - start > max_length:
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
