"""Boundaries of shots moved to the frames at which the pictures change.

What finds boundaries on picks puts each on the first pick of the new shot. The picture changed somewhere after the pick
before.
"""

from __future__ import annotations

import numpy as np

from core.segment.survey import Survey

# A change from frame to frame is a cut where it is at least this, and this many times what is usual between the picks.
CUT, TIMES = 0.03, 3.0
# A picture with at most this share of the contrast at both picks is the bottom of a fade.
FADED = 0.5


def refined(bounds: np.ndarray, picks: np.ndarray, survey: Survey) -> np.ndarray:
    """The same shots, each beginning at the frame where the picture changes.

    Between the pick before a boundary (not included) and the pick at it (included), a shot begins at the largest change
    from frame to frame where that is a cut; else at the frame of least contrast where a fade goes through one; else,
    in the middle of a dissolve and where nothing changes at all, it stays where it was.

    Args:
        bounds: (S, 2) int64 shots covering all F frames.
        picks: (T,) int64 ascending frames that the boundaries were found on. A boundary that is none of them stays.
        survey: of the F frames.

    Returns:
        (S, 2) int64 ascending, covering all frames, no shot empty.
    """
    starts = bounds[:, 0].copy()
    at = np.searchsorted(picks, starts[1:])
    for index, pick in enumerate(at, start=1):
        if 0 < pick < len(picks) and picks[pick] == starts[index]:
            # Another boundary, one that is no pick, may lie in between.
            before = max(int(picks[pick - 1]), int(bounds[index - 1, 0]))
            starts[index] = _begin(survey, before, int(picks[pick]))
    return np.stack([starts, np.append(starts[1:], bounds[-1, 1])], axis=1)


def _begin(survey: Survey, before: int, pick: int) -> int:
    """The frame in (before, pick] at which a new shot begins."""
    frames = slice(before + 1, pick + 1)
    change = survey.change[frames]
    largest = int(change.argmax())
    usual = float(np.median(change))
    if change[largest] >= max(CUT, TIMES * usual):
        return before + 1 + largest
    spread = survey.spread[frames]
    least = int(spread.argmin())
    if spread[least] <= FADED * min(survey.spread[before], survey.spread[pick]):
        return before + 1 + least
    return pick
