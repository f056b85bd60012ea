"""How far wrong scores move a summary: the knapsack-level metrics of the SummDiff paper.

The true summary is the best knapsack of the true shot scores. Errors matter where they can change it: a chosen shot
that is scored too low, or one left out that is scored too high. For every shot the knapsack is solved again with its
choice reversed; the difference of the two values is how much error that shot bears.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np

from core.errors import InputError


@dataclass(frozen=True)
class KnapsackMetrics:
    """What errors of the shot scores do to the summary; NaN where no shot fits the budget.

    Attributes:
        wse: weighted score error: frames times error, summed over the shots with a harmful error; at least 0.
        cis: harmful errors in all, beside what reversing the most valuable harmed choice would cost.
        wir: share of the frames, in [0, 1], whose shots are sure to keep their place.
        ir: share of the shots, in [0, 1], that are sure to keep their place.
    """

    wse: float
    cis: float
    wir: float
    ir: float


def knapsack_metrics(
    predicted: np.ndarray, truth: np.ndarray, weights: np.ndarray, chosen: np.ndarray, capacity: int
) -> KnapsackMetrics:
    """The four metrics of one video.

    Args:
        predicted: (S,) predicted shot scores.
        truth: (S,) true shot scores.
        weights: (S,) frames of the shots, positive.
        chosen: (S,) bool, the shots of the true summary.
        capacity: frames that a summary may have.

    Raises:
        InputError: the arrays do not fit together.
    """
    predicted, truth = np.asarray(predicted, np.float64), np.asarray(truth, np.float64)
    weights, chosen = np.asarray(weights, np.int64), np.asarray(chosen, bool)
    if not (predicted.shape == truth.shape == weights.shape == chosen.shape) or predicted.ndim != 1:
        raise InputError("Shot scores, shot lengths and the summary must have one value per shot.")
    value = float(truth[chosen].sum())
    fits = weights <= capacity
    if not fits.any():
        return KnapsackMetrics(*[float("nan")] * 4)
    predicted, truth, weights, chosen = (x[fits] for x in (predicted, truth, weights, chosen))
    reversed_value = values_reversed(truth, weights, chosen, capacity)

    error = predicted - truth
    harmful = np.where(chosen, error < 0, error > 0)
    largest = max(0.0, float(reversed_value[harmful].max(initial=0.0)))
    wse = float((weights * np.abs(error))[harmful].sum())
    cis = float(np.abs(error[harmful]).sum()) - value + largest

    # Two bounds on how far a score may err before its shot changes place: the difference of the values, and one from
    # the ratio of score to length at which the relaxed knapsack is full.
    margin = np.where(chosen, reversed_value - value, value - reversed_value)
    ratios = np.append(critical_ratios(truth, weights, chosen, capacity), 0.0)
    lowest = np.maximum(margin, weights * ratios.max() - truth)
    highest = np.minimum(margin, truth - weights * ratios.min())
    safe = np.where(chosen, (error > lowest) | (error > 0), (error < highest) | (error < 0))
    return KnapsackMetrics(wse, cis, float(weights[safe].sum() / weights.sum()), float(safe.mean()))


def values_reversed(values: np.ndarray, weights: np.ndarray, chosen: np.ndarray, capacity: int) -> np.ndarray:
    """The best total value when one shot's place is reversed, for every shot: (S,) float64.

    A chosen shot is left out; another is forced in. The tables of the shots before and after it give every answer
    without solving the knapsack again.
    """
    return _values_reversed(
        np.asarray(values, np.float64), np.asarray(weights, np.int64), np.asarray(chosen, bool), int(capacity)
    )


@numba.njit(cache=True)
def _values_reversed(values: np.ndarray, weights: np.ndarray, chosen: np.ndarray, capacity: int) -> np.ndarray:
    n = len(values)
    after = np.zeros((n + 1, capacity + 1))  # best value of shots i.. for every capacity
    for i in range(n - 1, -1, -1):
        for room in range(capacity + 1):
            best = after[i + 1, room]
            if weights[i] <= room:
                best = max(best, after[i + 1, room - weights[i]] + values[i])
            after[i, room] = best
    before = np.zeros(capacity + 1)  # best value of shots ..i - 1
    result = np.zeros(n)
    for i in range(n):
        room = capacity if chosen[i] else capacity - weights[i]
        best = 0.0
        for share in range(room + 1):
            best = max(best, before[share] + after[i + 1, room - share])
        result[i] = best if chosen[i] else best + values[i]
        for share in range(capacity, weights[i] - 1, -1):
            before[share] = max(before[share], before[share - weights[i]] + values[i])
    return result


def critical_ratios(values: np.ndarray, weights: np.ndarray, chosen: np.ndarray, capacity: int) -> np.ndarray:
    """Score per frame of the first other shot that no longer fits when shots are taken by that ratio; -1 for none.

    Returns:
        (S,) float64. The shot itself is left out, and its frames are taken from the capacity where it is forced in.
    """
    ratios = values / np.maximum(weights, 1)
    return _critical_ratios(ratios, np.argsort(-ratios, kind="stable"), weights, chosen, capacity)


@numba.njit(cache=True)
def _critical_ratios(
    ratios: np.ndarray, order: np.ndarray, weights: np.ndarray, chosen: np.ndarray, capacity: int
) -> np.ndarray:
    result = np.full(len(ratios), -1.0)
    for i in range(len(ratios)):
        room = capacity if chosen[i] else capacity - weights[i]
        for other in order:
            if other == i:
                continue
            room -= weights[other]
            if room < 0:
                result[i] = ratios[other]
                break
    return result
