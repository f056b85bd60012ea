"""Evaluation of score curves against every person of TVSum, under the protocol `tvsum`.

The reference asks SciPy for tau and rho of each curve with each person, holds every score for its frames, chooses the
cut by the textbook table and compares it with each person's summary, as the releases do. A checkout does all that with
its own functions; 1e-6 is enough there.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np

from benchmarks import checkout
from benchmarks.knapsack import textbook
from benchmarks.measuring import REPEATS, Result, peak_mb, reference_alone, timed
from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from core.segment.segmentation import default_shots
from core.statistics.agreement import summaries
from core.statistics.evaluation import agreement_with_people

TVSUM = Path(__file__).resolve().parents[2] / "shared" / "data" / "tvsum"
MUST = "10x, the same within 1e-9"
PEOPLE = 20
# Picks of the 50 videos of TVSum, at two a second.
LENGTHS = (
    *(167, 197, 221, 222, 236, 247, 254, 260, 267, 267, 268, 278, 287, 289, 291, 298, 298, 313, 314, 316, 324, 329),
    *(361, 376, 378, 383, 390, 396, 399, 417, 439, 461, 468, 481, 531, 539, 553, 636, 645, 649, 658, 707, 728, 761),
    *(891, 901, 935, 1021, 1169, 1294),
)


def evaluation_tvsum(data: Path = TVSUM, naive: bool = False, reference: Path | None = None) -> Result:
    """Tau, rho and F1 of one random curve for each of 50 entries with 20 people."""
    from_file = (data / "ydata-tvsum50.mat").is_file()
    entries = tvsum(data) if from_file else [made(n, length) for n, length in enumerate(LENGTHS)]
    random = np.random.default_rng(0)
    curves = [random.random(len(entry.picks)) for entry in entries]
    # Releases guard against empty cuts in different ways, some in single precision.
    tolerance = 1e-9 if reference is None else 1e-6
    evaluate = _one if reference is None else checkout.evaluation(reference)
    pairs = list(zip(entries, curves, strict=True))

    def one_by_one() -> list[tuple[float, float, float]]:
        return [evaluate(entry, curve) for entry, curve in pairs]

    if naive:
        return reference_alone("evaluation-tvsum", timed(one_by_one)[0], MUST)
    agreement_with_people("tvsum", entries[0], curves[0])  # compiles
    seconds, ours = timed(lambda: [agreement_with_people("tvsum", entry, curve) for entry, curve in pairs])
    peak = peak_mb()
    reference_seconds, theirs = timed(one_by_one, REPEATS if reference is None else 1)
    equal = bool(np.allclose([(one.kendall, one.spearman, one.f1) for one in ours], theirs, rtol=0, atol=tolerance))
    return Result(
        "evaluation-tvsum",
        seconds,
        reference_seconds,
        peak,
        equal,
        reference_seconds / seconds >= 10 and equal,
        MUST,
        {"data": "TVSum" if from_file else "made, of TVSum's sizes", "entries": len(entries)},
    )


def tvsum(data: Path) -> list[Entry]:
    """The entries of TVSum."""
    from storage.formats import read_dataset

    return read_dataset(data / "tvsum_captions_minilm.h5", data / "ydata-tvsum50.mat")


def made(seed: int, length: int, people: int = PEOPLE) -> Entry:
    """An entry of this many picks: shots of 5 s in the mean, people who give each two seconds one of five scores."""
    random = np.random.default_rng(seed)
    picks = np.arange(length) * 15
    n_frames = length * 15
    cuts = np.sort(random.choice(np.arange(1, length), length // 10, replace=False)) * 15
    edges = np.concatenate([[0], cuts, [n_frames]])
    scores = np.repeat(random.integers(1, 6, (people, length // 4 + 1)), 4, axis=1)[:, :length] / 5
    entry = Entry(
        f"made/{seed}",
        f"Made {seed}",
        Timebase(Fraction(30), n_frames),
        picks,
        shots={"kts": Shots(np.stack([edges[:-1], edges[1:]], axis=1), "kts")},
    )
    annotations = AnnotationSet(
        tuple(f"person {n}" for n in range(people)),
        scores.astype(np.float32),
        ("tvsum",) * people,
        summaries(entry, scores),
        simulated=(True,) * people,
    )
    return Entry(entry.id, entry.title, entry.timebase, picks, shots=entry.shots, annotations=annotations)


def pair_by_pair(entries: Sequence[Entry], curves: Sequence[np.ndarray]) -> list[tuple[float, float, float]]:
    """Tau, rho and F1 of each entry, means over its people."""
    return [_one(entry, curve) for entry, curve in zip(entries, curves, strict=True)]


def _one(entry: Entry, curve: np.ndarray) -> tuple[float, float, float]:
    from scipy.stats import kendalltau, spearmanr

    people = entry.annotations
    bounds = default_shots(entry).bounds
    held = np.repeat(curve.astype(np.float32), np.diff(entry.picks, append=entry.n_frames)).astype(np.float64)
    values = np.array([held[start:end].mean() for start, end in bounds])
    chosen = textbook(values, bounds[:, 1] - bounds[:, 0], int(0.15 * entry.n_frames))
    summary = np.zeros(entry.n_frames, np.uint8)
    for start, end in bounds[chosen]:
        summary[start:end] = 1
    taus, rhos, f1s = [], [], []
    for scores, own in zip(people.scores, people.summaries, strict=True):
        taus.append(kendalltau(curve, scores).statistic)
        rhos.append(spearmanr(curve, scores).statistic)
        both = np.sum(summary & own)
        precision, recall = both / np.sum(summary + 1e-8), both / np.sum(own + 1e-8)
        f1s.append(2 * precision * recall / (precision + recall) if both else 0.0)
    return float(np.mean(taus)), float(np.mean(rhos)), float(np.mean(f1s))
