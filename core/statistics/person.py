"""One person beside the others who judged the same video."""

from __future__ import annotations

import numpy as np

from core.statistics.agreement import leave_one_out
from core.statistics.curves import mean_defined, tying_mean
from core.statistics.ranks import kendall, spearman
from core.statistics.results import Correlation, PersonComparison


def compare_person(mine: np.ndarray, others: np.ndarray) -> PersonComparison:
    """One person's scores (T,) beside those of the others (U, T), U at least 1; NaN where not judged."""
    mean = tying_mean(others)
    judged = np.where(np.isnan(others).all(axis=0), 0, others)  # picks nobody judged: no warning, NaN below
    low, high = np.nanquantile(judged, (0.25, 0.75), axis=0)
    low[np.isnan(mean)] = high[np.isnan(mean)] = np.nan
    between = None
    if len(others) > 1:
        between = Correlation(
            mean_defined(leave_one_out(others, kendall)), mean_defined(leave_one_out(others, spearman))
        )
    with_mean = Correlation(float(kendall(mine, mean)), float(spearman(mine, mean)))
    return PersonComparison(mine, mean, low, high, len(others), with_mean, between)
