"""Whether what sets samples apart follows the video: their deviations where they were drawn, against elsewhere.

Smooth noise around a good mean covers people about as well as a model that knows what divides them. What tells the two
apart is time: noise is worth as much at another moment of the video. So each sample's deviation from the samples' mean
is shifted in time and added back; what coverage and precision lose by that is what the deviations know of the video.

Before, a quadratic in position and the component along the mean curve are taken out of the deviations, on both sides:
slow drifts and samples that are only more or less sure of the mean would pass by accident. Shifted, deviations have a
little of both again, so that noise may come out just below 0, not above (on TVSum's coverage -0.002 around a weak mean,
-0.007 around people's own). The test says that deviations follow content, not yet that they follow what people disagree
about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.data import Entry
from core.statistics.curves import mean_of_best
from core.statistics.figure import mean_of
from core.statistics.paired import paired_difference
from core.statistics.ranks import correlations
from core.statistics.results import Aligned, Alignment

PARTS = 7  # shifts are by 1 to 6 sevenths of the video
DEGREE = 2  # of the polynomial in position that is taken out
# Deviations smaller than this share of a score are rounding.
NOTHING = 1e-6


def alignment_of(entry: Entry, scores: np.ndarray, *, of_people: bool = False) -> Alignment | None:
    """Coverage and precision (best tau) of samples with their deviations in place, and shifted in time.

    Args:
        entry: with annotations, or without.
        scores: (N, T) samples, or (T,).
        of_people: the samples are the scores of the entry's people in their order, each compared with all others.

    Returns:
        None for fewer than two samples or two people. Undefined where the samples are alike, or where the video has
        fewer picks than there are parts to shift by. There is no interval: it is over videos, see `over_videos`.
    """
    samples = np.atleast_2d(np.asarray(scores, np.float64))
    if len(samples) < 2 or entry.annotations is None or len(entry.annotations) < 2:
        return None
    n, n_picks = samples.shape
    mean, deviations = samples.mean(axis=0), stripped(samples)
    if n_picks < PARTS or np.abs(deviations).max() < NOTHING:
        undefined = Aligned(np.nan, np.nan, np.nan)
        return Alignment(undefined, undefined)
    shifted = [np.roll(deviations, part * n_picks // PARTS, axis=1) for part in range(PARTS)]
    taus = correlations((mean + np.array(shifted)).reshape(-1, n_picks), entry.annotations.scores)[0]
    by_shift = taus.reshape(PARTS, n, -1)
    if of_people:
        by_shift[:, np.eye(n, dtype=bool)] = np.nan
    return Alignment(
        coverage=_aligned([mean_of_best(each, axis=0) for each in by_shift]),
        precision=_aligned([mean_of_best(each, axis=1) for each in by_shift]),
    )


def stripped(samples: np.ndarray) -> np.ndarray:
    """Deviations from the mean without a quadratic in position and without what lies along the mean curve.

    Args:
        samples: (N, T) float64.

    Returns:
        (N, T), each orthogonal to the powers of the position up to the second and to the mean of the samples.
    """
    mean = samples.mean(axis=0)
    position = np.linspace(-1, 1, samples.shape[1])
    taken_out = np.stack([*(position**power for power in range(DEGREE + 1)), mean], axis=1)
    deviations = samples - mean
    weights = np.linalg.lstsq(taken_out, deviations.T, rcond=None)[0]
    left: np.ndarray = deviations - (taken_out @ weights).T
    return left


def over_videos(found: Sequence[Alignment]) -> Alignment | None:
    """The mean over videos with the 95 % limits of the difference by resampling the videos; None of none."""
    if not found:
        return None
    mean = mean_of(found)
    return Alignment(
        _with_interval(mean.coverage, [each.coverage for each in found]),
        _with_interval(mean.precision, [each.precision for each in found]),
    )


def without_interval(found: Alignment) -> Alignment:
    """As `alignment_of` gives it."""
    return Alignment(replace(found.coverage, interval=None), replace(found.precision, interval=None))


def _aligned(by_shift: Sequence[float]) -> Aligned:
    aligned, rolled = by_shift[0], float(np.mean(by_shift[1:]))
    return Aligned(aligned, rolled, aligned - rolled)


def _with_interval(mean: Aligned, each: Sequence[Aligned]) -> Aligned:
    limits = paired_difference([one.rolled for one in each], [one.aligned for one in each])
    return replace(mean, interval=(limits.low, limits.high))
