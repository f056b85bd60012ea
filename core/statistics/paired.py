"""Whether one set of figures is larger than another: paired over videos, or between two sets of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.statistics.figure import Figure
from core.statistics.results import Interval

FEWEST = 3  # of two things, no resample says how much they vary
TOO_FEW = "Fewer than three can be compared, so nothing is known of how much they vary."


@dataclass(frozen=True)
class Welch:
    """Welch's t-test between two sets of runs, whose variances may differ (Welch 1947; ViSP, fig. 6).

    Attributes:
        difference: of the means, the second less the first, with its 95 % limits.
        t: the statistic.
        p: two-sided: how often chance alone gives so much.
    """

    difference: Interval
    t: Figure
    p: Figure


def paired_difference(
    before: Sequence[float] | np.ndarray, after: Sequence[float] | np.ndarray, resamples: int = 2000, seed: int = 0
) -> Interval:
    """The mean of `after` less `before` over the same videos, with 95 % limits by resampling the videos.

    Limits are percentiles of the bootstrap (Efron and Tibshirani 1993, ch. 13): read those of fewer than ten videos
    with care, they are too close together.

    Args:
        before, after: (V,) of the same videos; pairs with an undefined one are left out.
        resamples: at least 1.
        seed: of the resamples.
    """
    from scipy.stats import bootstrap

    differences = np.asarray(after, np.float64) - np.asarray(before, np.float64)
    differences = differences[np.isfinite(differences)]
    if not len(differences):
        return Interval(np.nan, np.nan, np.nan, "There is nothing to compare.")
    mean = float(differences.mean())
    if len(differences) < FEWEST:
        return Interval(mean, np.nan, np.nan, TOO_FEW)
    if np.ptp(differences) == 0:
        return Interval(mean, mean, mean)
    limits = bootstrap(
        (differences,), np.mean, n_resamples=resamples, method="percentile", rng=np.random.default_rng(seed)
    ).confidence_interval
    return Interval(mean, float(limits.low), float(limits.high))


def welch(first: Sequence[float] | np.ndarray, second: Sequence[float] | np.ndarray) -> Welch:
    """Whether two sets of runs, such as seeds of two recipes, differ in their means.

    Args:
        first, second: a figure of each run; undefined ones are left out.
    """
    from scipy.stats import ttest_ind

    a, b = (np.asarray(each, np.float64) for each in (first, second))
    a, b = a[np.isfinite(a)], b[np.isfinite(b)]
    difference = float(b.mean() - a.mean()) if len(a) and len(b) else float("nan")
    if min(len(a), len(b)) < 2 or np.ptp(a) + np.ptp(b) == 0:
        why = "Each side needs two runs or more, and some spread."
        return Welch(Interval(difference, np.nan, np.nan, why), float("nan"), float("nan"))
    found = ttest_ind(b, a, equal_var=False)
    limits = found.confidence_interval(0.95)
    return Welch(
        Interval(difference, float(limits.low), float(limits.high)), float(found.statistic), float(found.pvalue)
    )
