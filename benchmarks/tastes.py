"""Whether tastes without labels follow what a video shows as people's do: aligned minus rolled, on TVSum.

TVSum's videos are not here, so there are no signals: the curve that tastes deviate from is flat, and the features are
embeddings of captions. A quadratic in position and what goes along with the mean of the people are taken out of each
deviation, so that only following their disagreement counts; then the 16 curves of each video are compared with its
people as they are, and moved in time by T k / 7, k = 1..6. Deviations that know nothing of the video are as good moved
as not.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from benchmarks.evaluation import TVSUM
from benchmarks.measuring import Result, peak_mb
from core.errors import NotFoundError
from core.statistics.curves import mean_of_people

CURVES, SEED, SHIFTS = 16, 0, 7
MUST = "aligned minus rolled of coverage and precision more than two standard errors above 0"


def tastes(data: Path = TVSUM) -> Result:
    """Coverage and precision (best tau), and how much of them is lost when the deviations are moved in time."""
    import h5py

    from core.signals.tastes import kernel_curves

    file = data / "tvsum_captions_minilm.h5"
    if not file.is_file():
        raise NotFoundError(f"TVSum's captions are not in '{data}'.", "Name their folder with --data.")
    started = time.perf_counter()
    rows = []
    with h5py.File(file) as videos:
        for video in videos.values():
            features, people = video["features"][()], video["user_scores"][()]
            curves = stripped(kernel_curves(np.zeros(len(features)), features, CURVES, SEED), mean_of_people(people))
            shifts = [round(len(features) * k / SHIFTS) for k in range(1, SHIFTS)]
            rolled = np.mean([best_tau(np.roll(curves, shift, axis=1), people) for shift in shifts], axis=0)
            rows.append([*best_tau(curves, people), *rolled])
    found = np.array(rows)
    gained = found[:, :2] - found[:, 2:]
    mean, error = gained.mean(axis=0), gained.std(axis=0, ddof=1) / len(gained) ** 0.5
    facts = {
        "videos": len(found),
        "coverage": found[:, 0].mean(),
        "precision": found[:, 1].mean(),
        "coverage_gain": [mean[0], error[0]],
        "precision_gain": [mean[1], error[1]],
    }
    facts = {name: np.round(value, 4).tolist() for name, value in facts.items()}
    seconds = time.perf_counter() - started
    return Result("tastes", seconds, None, peak_mb(), None, bool(np.all(mean > 2 * error)), MUST, facts)


def stripped(curves: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """(N, T) curves minus their mean, and each minus what a quadratic in position and the people's mean explain."""
    position = np.linspace(-1, 1, curves.shape[1])
    deviations = (curves - curves.mean(axis=0)).T
    known = np.stack([np.ones_like(position), position, position**2, mean], axis=1)
    return (deviations - known @ np.linalg.lstsq(known, deviations, rcond=None)[0]).T


def best_tau(curves: np.ndarray, people: np.ndarray) -> tuple[float, float]:
    """Coverage: the best curve's tau for each person, mean over people; precision: the best person's for each curve."""
    from core.statistics.ranks import correlations

    tau = np.nan_to_num(correlations(curves, people)[0])
    return float(tau.max(axis=0).mean()), float(tau.max(axis=1).mean())
