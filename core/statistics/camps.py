"""The two camps among the people of a video: who wants what, and where that is.

People are split in two by 2-means on what sets their curves apart from the mean of all, starting from the direction in
which they differ most. How much of their differences that direction holds says whether they fall into camps at all:
0.95 where half want one event and half another; 0.15 to 0.26 on TVSum, where twenty people without any structure
would have about 0.12.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.statistics.curves import mean_of_people

ROUNDS = 50
# A moment goes as far as the groups differ by this share of where they differ most.
STILL_APART = 0.5


@dataclass(frozen=True)
class Camp:
    """People of one camp.

    Attributes:
        people: rows of the scores, ascending.
        start, end: picks, half-open, at which they rate highest above the others.
    """

    people: tuple[int, ...]
    start: int
    end: int


def camps(scores: np.ndarray) -> tuple[tuple[Camp, Camp], float] | None:
    """The two groups of people that differ most, the larger first, then the one whose moment comes earlier.

    Args:
        scores: (U, T) importance, NaN where not judged, which counts as the mean of those who did.

    Returns:
        The groups, and the share of all differences between people in [0, 1] that lies in one direction; None where
        fewer than two people judged or all say the same.
    """
    apart = _deviations(np.asarray(scores, np.float64))
    likeness = apart @ apart.T
    if len(apart) < 2 or not likeness.any():
        return None
    spread, directions = np.linalg.eigh(likeness)
    along = directions[:, -1]
    side = along > 0
    if not side.any() or side.all():  # as where some judged little: those who are furthest along are apart
        side = along > along.min()
    if not side.any():
        side = np.arange(len(along)) > 0
    for _ in range(ROUNDS):
        means = np.stack([apart[~side].mean(axis=0), apart[side].mean(axis=0)])
        far = ((apart[:, None] - means) ** 2).sum(axis=2)
        nearer = far[:, 1] < far[:, 0]
        if np.array_equal(nearer, side) or nearer.all() or not nearer.any():
            break
        side = nearer
    lead = apart[side].mean(axis=0) - apart[~side].mean(axis=0)
    groups = [_camp(np.flatnonzero(side), lead), _camp(np.flatnonzero(~side), -lead)]
    groups.sort(key=lambda camp: (-len(camp.people), camp.start))
    return (groups[0], groups[1]), float(spread[-1] / spread.sum())


def _deviations(scores: np.ndarray) -> np.ndarray:
    """(U, T) what is each person's own: without the mean curve and without their level; 0 where not judged."""
    judged = ~np.isnan(scores)
    apart = np.where(judged, scores - mean_of_people(scores), 0)
    level = apart.sum(axis=1) / np.maximum(judged.sum(axis=1), 1)
    return np.where(judged, apart - level[:, None], 0)


def _camp(people: np.ndarray, lead: np.ndarray) -> Camp:
    """The stretch around the pick at which these people are furthest above the others."""
    top = int(np.argmax(lead))
    start, end = top, top + 1
    while start > 0 and lead[start - 1] >= STILL_APART * lead[top]:
        start -= 1
    while end < len(lead) and lead[end] >= STILL_APART * lead[top]:
        end += 1
    return Camp(tuple(people.tolist()), start, end)
