"""Cuts: 36 curves of one video at once, and what reversing each shot's choice would do."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks import checkout
from benchmarks.measuring import Result, peak_mb, reference_alone, timed
from core.select.published import knapsack_many
from core.statistics.knapsack_metrics import values_reversed

FRAMES, SHOTS, ROWS, SHARE = 20_000, 150, 36, 0.15
TIMES = 100
MUST_36 = "under 30 ms, exact, ties alike"
MUST_SENSITIVITY = "50x"


def knapsack_36(naive: bool = False, reference: Path | None = None) -> Result:
    """20 people and 16 samples, 150 shots whose lengths have no common divisor; against the textbook or a checkout."""
    random = np.random.default_rng(0)
    weights = lengths(random, FRAMES, SHOTS)
    values = random.random((ROWS, SHOTS))
    capacity = int(SHARE * FRAMES)
    solve = textbook if reference is None else checkout.knapsack(reference)

    def one_by_one() -> np.ndarray:
        return np.array([solve(row, weights, capacity) for row in values])

    repeats = 5 if reference is None else 1
    if naive:
        return reference_alone("knapsack-36", timed(one_by_one, repeats)[0], MUST_36)
    knapsack_many(values, weights, capacity)  # compiles
    seconds, ours = timed(lambda: knapsack_many(values, weights, capacity))
    peak = peak_mb()
    reference_seconds, theirs = timed(one_by_one, repeats)
    equal = bool(np.array_equal(ours, theirs))
    return Result("knapsack-36", seconds, reference_seconds, peak, equal, seconds < 0.03 and equal, MUST_36)


def knapsack_sensitivity(naive: bool = False) -> Result:
    """One video of MR.HiSum's size: every shot's choice reversed, against solving the table again for each."""
    random = np.random.default_rng(1)
    weights = lengths(random, 240, 60)
    values = random.random(60)
    capacity = int(SHARE * 240)
    chosen = textbook(values, weights, capacity)
    if naive:
        alone, _ = timed(lambda: solved_again(values, weights, chosen, capacity))
        return reference_alone("knapsack-sensitivity", alone, MUST_SENSITIVITY)
    values_reversed(values, weights, chosen, capacity)  # compiles

    def often() -> np.ndarray:  # once is too short for a clock
        for _ in range(TIMES):
            result = values_reversed(values, weights, chosen, capacity)
        return result

    seconds, ours = timed(often)
    peak = peak_mb()
    reference_seconds, reference = timed(lambda: solved_again(values, weights, chosen, capacity))
    equal = bool(np.allclose(ours, reference, atol=1e-9))
    reached = reference_seconds / (seconds / TIMES) >= 50 and equal
    return Result("knapsack-sensitivity", seconds / TIMES, reference_seconds, peak, equal, reached, MUST_SENSITIVITY)


def lengths(random: np.random.Generator, frames: int, shots: int) -> np.ndarray:
    """(S,) lengths of shots that fill the frames."""
    cuts = np.sort(random.choice(np.arange(1, frames), shots - 1, replace=False))
    return np.diff(np.concatenate([[0], cuts, [frames]]))


def textbook(values: np.ndarray, weights: np.ndarray, capacity: int) -> np.ndarray:
    """The table over items and capacities, one NumPy row for each item; of equal sets the one without later items."""
    table = np.zeros((len(values) + 1, capacity + 1))
    for item, (value, weight) in enumerate(zip(values, weights, strict=True)):
        table[item + 1] = table[item]
        if weight <= capacity:
            np.maximum(table[item, weight:], table[item, : capacity + 1 - weight] + value, out=table[item + 1, weight:])
    chosen = np.zeros(len(values), bool)
    room = capacity
    for item in range(len(values) - 1, -1, -1):
        if table[item + 1, room] != table[item, room]:
            chosen[item] = True
            room -= weights[item]
    return chosen


def solved_again(values: np.ndarray, weights: np.ndarray, chosen: np.ndarray, capacity: int) -> np.ndarray:
    """(S,) best value with each shot's choice reversed, by solving the table of the others."""
    result = np.zeros(len(values))
    for shot in range(len(values)):
        others = np.arange(len(values)) != shot
        room = capacity if chosen[shot] else capacity - weights[shot]
        best = textbook(values[others], weights[others], room) if room >= 0 else np.zeros(len(values) - 1, bool)
        result[shot] = values[others][best].sum() + (0 if chosen[shot] else values[shot])
    return result
