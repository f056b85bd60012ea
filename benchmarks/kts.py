"""Kernel temporal segmentation: against the textbook programme, an hour of picks, and an hour of frames.

The reference is the published algorithm as the paper states it: costs of all intervals from the kernel matrix, one
table over numbers of changes and ends, and one `argmin` for each cell.
"""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np

from benchmarks import checkout
from benchmarks.measuring import REPEATS, Result, peak_mb, reference_alone, timed
from core.segment.kts import kts

WIDTH = 1024
NOISE, NARROW = 2000, 64
HOUR, HOUR_LIMIT_S = 7200, 2.0
MUST_NOISE = f"60x, identical change points; an hour of picks without cuts under {HOUR_LIMIT_S:.0f} s"
MUST_1000 = "100x, identical change points"


def kts_1000(naive: bool = False, reference: Path | None = None) -> Result:
    """T = 1,000, up to T - 1 changes; against the textbook, or against a checkout."""
    features = made(1000)
    naively = textbook if reference is None else checkout.change_points(reference)
    repeats = 5 if reference is None else 1
    if naive:
        return reference_alone("kts-1000", timed(lambda: naively(features, 1.0), repeats)[0], MUST_1000)
    kts(features)  # compiles
    seconds, ours = timed(lambda: kts(features, penalty=1.0))
    peak = peak_mb()
    reference_seconds, theirs = timed(lambda: naively(features, 1.0), repeats)
    equal = bool(np.array_equal(ours, theirs))
    return Result(
        "kts-1000",
        seconds,
        reference_seconds,
        peak,
        equal,
        reference_seconds / seconds >= 100 and equal,
        MUST_1000,
        {"changes": len(ours)},
    )


def kts_noise(naive: bool = False, reference: Path | None = None) -> Result:
    """2,000 rows of white noise, where nothing tells a cut from none; and an hour of picks that hold no cuts at all."""
    rows = np.random.default_rng(0).standard_normal((NOISE, NARROW), np.float32)
    features = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    naively = textbook if reference is None else checkout.change_points(reference)
    if naive:
        return reference_alone("kts-noise", timed(lambda: naively(features, 1.0), 1)[0], MUST_NOISE)
    kts(features)  # compiles
    pairs = [(timed(lambda: kts(features), 1), timed(lambda: naively(features, 1.0), 1)) for _ in range(REPEATS)]
    equal = all(np.array_equal(ours[1], theirs[1]) for ours, theirs in pairs)
    seconds, reference_seconds = (statistics.median(one[side][0] for one in pairs) for side in (0, 1))
    hours = {name: timed(lambda rows=rows: kts(rows)) for name, rows in without_cuts(HOUR).items()}
    slowest = max(seconds for seconds, _ in hours.values())
    return Result(
        "kts-noise",
        seconds,
        reference_seconds,
        peak_mb(),
        equal,
        reference_seconds / seconds >= 60 and equal and slowest < HOUR_LIMIT_S,
        MUST_NOISE,
        {
            "changes": len(pairs[0][0][1]),
            "ratio_each_run": sorted(round(theirs[0] / ours[0], 1) for ours, theirs in pairs),
            "hour_seconds": {name: round(seconds, 3) for name, (seconds, _) in hours.items()},
            "hour_changes": {name: len(changes) for name, (_, changes) in hours.items()},
        },
    )


def without_cuts(length: int) -> dict[str, np.ndarray]:
    """(T, D) float32 rows without cuts: noise of unit length, weak noise around one point, and a slow walk."""
    random = np.random.default_rng(1)
    noise = random.standard_normal((length, NARROW), np.float32)
    still = random.standard_normal(NARROW) + 0.1 * noise
    walk = np.cumsum(noise, axis=0) + 20 * random.standard_normal(NARROW)
    return {
        name: (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        for name, rows in {"noise": noise, "one long shot": still, "a slow walk": walk}.items()
    }


def kts_7200(reference: Path | None = None) -> Result:
    """An hour at two picks a second, number of shots by the penalty. A checkout takes tens of minutes and 2 GB."""
    return _long("kts-7200", 7200, None, 5.0, 1024, reference)


def kts_90000() -> Result:
    """Every frame of an hour at 25 a second; no shot longer than a minute. No checkout: its kernel would take 65 GB."""
    return _long("kts-90000", 90_000, 60 * 25, 60.0, 4096, None)


def _long(
    name: str, length: int, max_length: int | None, limit_s: float, limit_mb: float, reference: Path | None
) -> Result:
    naively = None if reference is None else checkout.change_points(reference)
    kts(made(300, 8), max_length=None if max_length is None else 50)  # compiles
    before = peak_mb()
    features = made(length)
    seconds, changes = timed(lambda: kts(features, max_length=max_length), 5 if length < 10_000 else 3)
    peak = peak_mb()
    reference_seconds, equal = None, None
    if naively is not None:
        reference_seconds, theirs = timed(lambda: naively(features, 1.0), 1)
        equal = bool(np.array_equal(changes, theirs))
    return Result(
        name,
        seconds,
        reference_seconds,
        peak,
        equal,
        seconds < limit_s and peak < limit_mb and equal is not False,
        f"under {limit_s:.0f} s and {limit_mb / 1024:.0f} GB",
        {"changes": len(changes), "mb_before": round(before, 1)},
    )


def made(length: int, width: int = WIDTH, seed: int = 0) -> np.ndarray:
    """(T, D) float32 rows of unit length: shots of 40 rows in the mean, each around a point of its own."""
    random = np.random.default_rng(seed)
    cuts = np.sort(random.choice(np.arange(1, length), length // 40, replace=False))
    shot = np.searchsorted(cuts, np.arange(length), side="right")
    rows = random.standard_normal((len(cuts) + 1, width), np.float32)[shot]
    rows += 0.5 * random.standard_normal((length, width), np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def textbook(features: np.ndarray, penalty: float) -> np.ndarray:
    """The change points by dynamic programming as published (Potapov et al. 2014, algorithm 1), up to T - 1 of them."""
    rows = features.astype(np.float64)
    length = len(rows)
    kernel = rows @ rows.T
    diagonal = np.concatenate([[0.0], np.cumsum(np.diag(kernel))])
    block = np.zeros((length + 1, length + 1))
    block[1:, 1:] = kernel.cumsum(0).cumsum(1)
    start, end = np.arange(length + 1)[:, None], np.arange(length + 1)[None]
    corners = np.diag(block)
    inside = corners[None, :] + corners[:, None] - block - block.T
    scatter = diagonal[None, :] - diagonal[:, None] - inside / np.maximum(end - start, 1)
    cost = np.full((length, length + 1), np.inf)
    cost[0, 1:] = scatter[0, 1:]
    begins = np.zeros((length, length + 1), np.int64)
    for k in range(1, length):
        for last in range(k + 1, length + 1):
            options = cost[k - 1, k:last] + scatter[k:last, last]
            best = np.argmin(options)
            cost[k, last], begins[k, last] = options[best], best + k
    changes = np.arange(1, length)
    penalties = np.concatenate([[0.0], penalty * changes / (2 * length) * (np.log(length / changes) + 1)])
    number = int(np.argmin(cost[:, length] / length + penalties))
    found = []
    last = length
    for k in range(number, 0, -1):
        last = int(begins[k, last])
        found.append(last)
    return np.array(found[::-1], np.int64)
