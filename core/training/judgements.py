"""What people say of a video beside whole curves: which of two cuts they prefer, and what they mended in one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.intervals import are_intervals
from core.errors import InputError


@dataclass(frozen=True, eq=False)
class Preference:
    """Somebody prefers one of two cuts of a video, or of two curves.

    Attributes:
        better, worse: (T,) in [0, 1] at the picks: how much of each pick either shows, 1 and 0 of a cut.
        person: who.
        source: "own" for people who label here, "dataset" for those whom a dataset came with.

    Raises:
        InputError: they are of different lengths, out of range, show nothing, or are the same.
    """

    better: np.ndarray
    worse: np.ndarray
    person: str = ""
    source: str = "own"

    def __post_init__(self) -> None:
        both = (self.better, self.worse)
        if self.better.ndim != 1 or self.better.shape != self.worse.shape:
            raise InputError(f"Cuts of {self.better.shape} and {self.worse.shape} picks cannot be compared.")
        if not all(np.isfinite(one).all() and one.min() >= 0 and one.max() <= 1 for one in both):
            raise InputError("Cuts that are compared have a share between 0 and 1 of every pick.")
        if not all(one.any() for one in both) or np.array_equal(*both):
            raise InputError("A preference is between two different cuts that both show something.")


def mended_scores(picks: np.ndarray, keep: np.ndarray, forbid: np.ndarray) -> np.ndarray:
    """A mended cut as judgements: 1 where somebody kept, 0 where they forbade, and nothing said of the rest.

    What the rule chose beside that says nothing of them: they may have left it as it was because they never saw it.

    Args:
        picks: (T,) ascending frames.
        keep, forbid: (K, 2) half-open frame intervals, ascending. What lies between two picks is judged at the pick
            before it, unless that is judged for itself.

    Returns:
        (T,) float32, NaN where not judged.

    Raises:
        InputError: these are no such intervals, or a frame is kept and forbidden.
    """
    keep, forbid = (np.asarray(spans, np.int64).reshape(-1, 2) for spans in (keep, forbid))
    both = np.concatenate([keep, forbid])
    if not (are_intervals(keep) and are_intervals(forbid)) or not are_intervals(both[np.argsort(both[:, 0])]):
        raise InputError("What a cut keeps and what it leaves out are intervals of frames that do not overlap.")
    scores = np.full(len(picks), np.nan, np.float32)
    between = []
    for spans, value in ((keep, 1.0), (forbid, 0.0)):
        for first, end in np.searchsorted(picks, spans):
            scores[first:end] = value
            if first == end:
                between.append((max(first - 1, 0), value))
    judged = ~np.isnan(scores)
    for pick, value in between:
        if not judged[pick]:
            scores[pick] = value
    return scores
