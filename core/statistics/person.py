"""One person beside the others who judged the same video."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.statistics.agreement import Correlation, leave_one_out
from core.statistics.curves import mean_defined, tying_mean
from core.statistics.figure import Row
from core.statistics.ranks import kendall, spearman


@dataclass(frozen=True, eq=False)
class PersonComparison:
    """One person beside the others of an entry.

    Attributes:
        mine: (T,) scores of the person.
        mean: (T,) mean of the others.
        low, high: (T,) the middle half of the others.
        others: how many there are.
        with_mean: of the person with the mean of the others.
        between: mean of the others, each with the mean of the rest; None where there are fewer than two.
    """

    mine: Row
    mean: Row
    low: Row
    high: Row
    others: int
    with_mean: Correlation
    between: Correlation | None


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
