"""The frames that editing programs count: the few rates they know, and how the frames of a video fall on them."""

from __future__ import annotations

from fractions import Fraction
from math import floor

from core.data.timebase import Timebase, VaryingTimebase

EDITING_RATES = (
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
)
ROUNDING_RATE = Fraction(60)
NAMES = {Fraction(24000, 1001): "23.976", Fraction(30000, 1001): "29.97", Fraction(60000, 1001): "59.94"}


class FrameGrid:
    """Counts a video in the smallest editing rate of which each of its frames is a whole number, else in 1/60 s.

    Args:
        timebase: of the video.

    Attributes:
        rate: what is counted, per second.
        per_frame: how many of them one frame of the video is; None where times are rounded.
    """

    def __init__(self, timebase: Timebase) -> None:
        self._timebase = timebase
        self.rate, self.per_frame = ROUNDING_RATE, None
        if not isinstance(timebase, VaryingTimebase):
            for rate in EDITING_RATES:
                if (rate / timebase.rate).denominator == 1:
                    self.rate, self.per_frame = rate, int(rate / timebase.rate)
                    break

    @property
    def exact(self) -> bool:
        """Whether every frame of the video begins with one of the grid."""
        return self.per_frame is not None

    def edge(self, frame: int) -> int:
        """Where a frame begins, rounded where the grid is not exact."""
        return self.nearest(self._timebase.exact_seconds(frame))

    def piece(self, start: int, end: int) -> list[int]:
        """[start, end) of a segment; at least one long."""
        first = self.edge(start)
        return [first, max(self.edge(end), first + 1)]

    def nearest(self, seconds: Fraction) -> int:
        """The nearest count of a time, the later of two."""
        return floor(seconds * self.rate + Fraction(1, 2))

    def note(self, format: str) -> str:
        """How a format that counts in this grid differs from the video, "" where it does not."""
        if self.per_frame == 1:
            return ""
        name = rate_name(self._timebase.rate)
        if self.per_frame:
            each = f"every frame of this video is exactly {self.per_frame} of them"
            return f"{format} has no {name} frames/s: it is written at {rate_name(self.rate)}, where {each}."
        rounded = "times are rounded to the nearest 1/60 s"
        if not isinstance(self._timebase, VaryingTimebase):
            return f"{format} has no {name} frames/s: {rounded}."
        return f"The frame rate of this video varies, and {format} counts whole frames: {rounded}."


def rate_name(rate: Fraction) -> str:
    """How people call a frame rate: 29.97, 25, 12.5."""
    return NAMES.get(rate) or f"{float(rate):.3f}".rstrip("0").rstrip(".")
