"""Why a figure of agreement is undefined, in words for people: "undefined" alone looks like a mistake."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from math import floor

import numpy as np

from core.data import DEFAULT_BUDGET

FEW_PEOPLE = "fewer than two people judged the same video"
TOO_SHORT = "the video is shorter than one shot of two seconds"
MOST = 3  # reasons of different videos that are told


def why_no_correlation(scores: np.ndarray) -> str:
    """Of rank correlations between people, or with the mean of others; scores (U, T), NaN where not judged."""
    if len(scores) < 2:
        return FEW_PEOPLE
    judged = ~np.isnan(scores)
    if all((judged[a] & judged[b]).sum() < 2 for a, b in combinations(range(len(scores)), 2)):
        return "no two people judged two picks in common"
    if all(len(np.unique(row[~np.isnan(row)])) < 2 for row in scores):
        return "everybody gave the same score throughout"
    return "of every two that are compared, one gave the same score throughout"


def why_no_cronbach(scores: np.ndarray) -> str:
    """Of Cronbach's alpha; scores (U, T), NaN where not judged."""
    if len(scores) < 2:
        return FEW_PEOPLE
    if (~np.isnan(scores).any(axis=0)).sum() < 2:
        return "fewer than two picks were judged by everybody"
    return "the sum of everybody's scores is the same throughout"


def why_no_krippendorff(labels: np.ndarray) -> str:
    """Of Krippendorff's alpha; labels of two-second shots (U, S), NaN where not judged."""
    if len(labels) < 2:
        return FEW_PEOPLE
    if labels.shape[1] == 0:
        return TOO_SHORT
    if np.all((~np.isnan(labels)).sum(axis=0) < 2):
        return "no shot was judged by two people"
    return "everybody gave the same label throughout"


def why_no_f1(labels: np.ndarray, budget: float = DEFAULT_BUDGET) -> str:
    """Of the F1 of cuts of two-second shots; labels (U, S), NaN where not judged."""
    if len(labels) < 2:
        return FEW_PEOPLE
    shots = labels.shape[1]
    if shots == 0:
        return TOO_SHORT
    if floor(budget * shots) == 0:
        return f"{budget:.0%} of so short a video is less than one of its two-second shots".replace("%", " %")
    return "the cuts hold nothing"


def told(reasons: Iterable[str]) -> str:
    """The different reasons of several videos, in one line."""
    different = list(dict.fromkeys(reasons))
    more = f"; {len(different) - MOST} more reasons" if len(different) > MOST else ""
    return "; ".join(different[:MOST]) + more
