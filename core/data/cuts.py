"""What was chosen for a summary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.intervals import are_intervals
from core.data.misfit import Misfit

# Share of a video that a summary may take, where nobody says.
DEFAULT_BUDGET = 0.15


@dataclass(frozen=True, eq=False)
class Cut:
    """The shots chosen for a summary.

    Attributes:
        segments: (k, 2) int64 half-open frame intervals, ascending; (0, 2) when nothing fits.
        n_frames: frames of the whole video.
        budget: share of the video that was allowed, in (0, 1].
        note: "" or why the cut is as it is ("no shot fits the budget", "2 overlong shots were split").

    Raises:
        InputError: the segments are no such intervals within the video, or the budget is no share.
    """

    segments: np.ndarray
    n_frames: int
    budget: float
    note: str = ""

    def __post_init__(self) -> None:
        if not are_intervals(self.segments, self.n_frames):
            raise Misfit(
                "segments", f"The segments of a cut should ascend within {self.n_frames} frames without overlapping."
            )
        if not 0 < self.budget <= 1:
            raise Misfit("budget", f"A budget is a share of the video in (0, 1], not {self.budget}.")

    @property
    def mask(self) -> np.ndarray:
        """(n_frames,) uint8, 1 where the frame is in the cut."""
        mask = np.zeros(self.n_frames, np.uint8)
        for start, end in self.segments:
            mask[start:end] = 1
        return mask
