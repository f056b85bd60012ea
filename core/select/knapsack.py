"""The set of pieces that collects most within a length, exactly, where lengths are milliseconds.

A table over all capacities, as for the published rule, would have a hundred thousand columns. Only states that can
still become the best are kept: pieces are decided in the order of their worth per millisecond, and a state goes on
while filling its room with the best remaining pieces, the last one in part, would beat the best set found so far
(Dantzig's bound; Pisinger, "A minimal algorithm for the 0-1 knapsack problem", 1997).

assets/player/compare/knapsack.mjs mirrors this file function by function. All numbers are whole and below 2^53, so that
both add them without rounding.
"""

from __future__ import annotations

import numba
import numpy as np

from core.errors import InputError

# Pieces on either side of the last one that fits, between which a first good set is improved by exchanging two.
NEARBY = 100
# Bounds are computed in float64, whose rounding is far below the 1 between two different whole sums.
ROUNDING = 0.25
LARGEST_SUM = 2**53


def most_within(values: np.ndarray, lengths: np.ndarray, capacity: int) -> np.ndarray:
    """The set of largest total value whose total length is at most the capacity, exactly.

    Of equally good sets the first that is found: pieces of more value per length come first, of equal ones the earlier.
    Pieces of no value are never chosen.

    Args:
        values: (S,) whole numbers, their sum below 2^53.
        lengths: (S,) positive whole numbers.
        capacity: largest total length.

    Returns:
        (S,) bool.

    Raises:
        InputError: shapes differ, a length is not positive, or the values are too large to be added exactly.
    """
    values, lengths = np.asarray(values, np.int64), np.asarray(lengths, np.int64)
    if values.ndim != 1 or values.shape != lengths.shape:
        raise InputError(f"Values of shape {values.shape} do not fit lengths of shape {lengths.shape}.")
    if np.any(lengths <= 0) or np.abs(values.astype(np.float64)).sum() >= LARGEST_SUM:
        raise InputError("Pieces need positive lengths, and values whose sum stays below 2^53.")
    chosen = np.zeros(len(values), np.bool_)
    fitting = np.flatnonzero((values > 0) & (lengths <= capacity))
    worth = values[fitting] / lengths[fitting]
    order = fitting[np.lexsort((fitting, -worth))]
    if len(order):  # no set is longer than the last multiple of what divides all lengths
        capacity -= capacity % int(np.gcd.reduce(lengths[order]))
    chosen[order[_solve(values[order], lengths[order], int(capacity))]] = True
    return chosen


@numba.njit(cache=True)
def _solve(values: np.ndarray, lengths: np.ndarray, capacity: int) -> np.ndarray:
    """(S,) bool for pieces in descending order of value per length."""
    count = len(values)
    chosen = _greedy(values, lengths, capacity)
    best = np.int64(0)
    for i in range(count):
        if chosen[i]:
            best += values[i]
    before_length, before_value = np.zeros(count + 1, np.int64), np.zeros(count + 1, np.int64)
    for i in range(count):
        before_length[i + 1] = before_length[i] + lengths[i]
        before_value[i + 1] = before_value[i] + values[i]
    # States by ascending length and value; each remembers the piece it took last and the state before that.
    state_length, state_value, state_node = np.zeros(1, np.int64), np.zeros(1, np.int64), np.full(1, -1, np.int64)
    node_piece, node_before, nodes = np.empty(1024, np.int64), np.empty(1024, np.int64), 0
    best_node = -1
    for i in range(count):
        states = len(state_length)
        length_after, value_after = np.empty(2 * states, np.int64), np.empty(2 * states, np.int64)
        node_after, kept = np.empty(2 * states, np.int64), 0
        without, with_it, highest = 0, 0, np.int64(-1)
        while without < states or with_it < states:
            take = False
            if with_it < states:
                longer, more = state_length[with_it] + lengths[i], state_value[with_it] + values[i]
                if longer > capacity:
                    with_it = states
                    continue
                take = without == states or longer < state_length[without]
                take = take or (longer == state_length[without] and more > state_value[without])
            if take:
                length, value, node = longer, more, state_node[with_it]
                with_it += 1
            else:
                length, value, node = state_length[without], state_value[without], state_node[without]
                without += 1
            if value <= highest:
                continue
            highest = value
            bound = _bound(value, capacity - length, i + 1, values, lengths, before_length, before_value)
            if value <= best and bound < best + 1 - ROUNDING:
                continue
            if take:
                if nodes == len(node_piece):
                    node_piece = np.append(node_piece, np.empty(nodes, np.int64))
                    node_before = np.append(node_before, np.empty(nodes, np.int64))
                node_piece[nodes], node_before[nodes] = i, node
                node = nodes
                nodes += 1
            if value > best:
                best, best_node = value, node
            length_after[kept], value_after[kept], node_after[kept] = length, value, node
            kept += 1
        state_length, state_value, state_node = length_after[:kept], value_after[:kept], node_after[:kept]
    if best_node >= 0:
        chosen[:] = False
        while best_node >= 0:
            chosen[node_piece[best_node]] = True
            best_node = node_before[best_node]
    return chosen


@numba.njit(cache=True)
def _bound(
    value: int,
    room: int,
    first: int,
    values: np.ndarray,
    lengths: np.ndarray,
    before_length: np.ndarray,
    before_value: np.ndarray,
) -> float:
    """What a state of this value could reach at most with the pieces from `first` on, the last of them in part."""
    low, high = first, len(values)
    while low < high:  # the first piece that does not fit as a whole
        middle = (low + high + 1) // 2
        if before_length[middle] - before_length[first] <= room:
            low = middle
        else:
            high = middle - 1
    bound = float(value + before_value[low] - before_value[first])
    if low < len(values):
        left = room - (before_length[low] - before_length[first])
        bound += left * (values[low] / lengths[low])
    return bound


@numba.njit(cache=True)
def _greedy(values: np.ndarray, lengths: np.ndarray, capacity: int) -> np.ndarray:
    """(S,) bool: whatever still fits, in order; then the best exchange of one for another, again and again."""
    count = len(values)
    chosen = np.zeros(count, np.bool_)
    room, last = capacity, -1
    for i in range(count):
        if lengths[i] <= room:
            chosen[i] = True
            room -= lengths[i]
        elif last < 0:
            last = i
    if last < 0:
        return chosen
    first, end = max(0, last - NEARBY), min(count, last + NEARBY)
    while True:
        gain, out, in_ = np.int64(0), -1, -1
        for i in range(first, end):
            if not chosen[i]:
                continue
            for j in range(first, end):
                if not chosen[j] and lengths[j] - lengths[i] <= room and values[j] - values[i] > gain:
                    gain, out, in_ = values[j] - values[i], i, j
        if out < 0:
            return chosen
        chosen[out], chosen[in_] = False, True
        room += lengths[out] - lengths[in_]
