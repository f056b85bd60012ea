"""The shots of a video."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.intervals import are_intervals
from core.data.misfit import Misfit


@dataclass(frozen=True, eq=False)
class Shots:
    """Consecutive shots of a video.

    Attributes:
        bounds: (S, 2) int64 half-open frame intervals, ascending, not overlapping.
        source: how they were made, for people: "kts", "uniform 2 s", "dataset".
        exact: (S, 2) int64 the same shots with boundaries moved to the frames at which the picture changes, for what
            people watch; None where nobody looked for them, or `bounds` are exact already. Published protocols count
            with `bounds`.

    Raises:
        InputError: they are no such intervals, or there are more or fewer of the exact ones.
    """

    bounds: np.ndarray
    source: str
    exact: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not are_intervals(self.bounds):
            raise Misfit("bounds", f"The shots '{self.source}' should be whole frames that ascend and do not overlap.")
        if self.exact is not None and not (self.exact.shape == self.bounds.shape and are_intervals(self.exact)):
            raise Misfit(
                "exact",
                f"The exact boundaries of the shots '{self.source}' should be {len(self.bounds)} intervals of whole"
                " frames that ascend and do not overlap.",
            )

    @property
    def lengths(self) -> np.ndarray:
        """(S,) int64 number of frames per shot."""
        lengths: np.ndarray = self.bounds[:, 1] - self.bounds[:, 0]
        return lengths

    @property
    def end(self) -> int:
        """The frame after the last one of any shot."""
        parts = [self.bounds] if self.exact is None else [self.bounds, self.exact]
        return max((int(part[-1, 1]) for part in parts if len(part)), default=0)

    def __len__(self) -> int:
        return len(self.bounds)
