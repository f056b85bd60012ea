"""Time code: what a camera or an editing program counts a recording by, "10:00:00;00"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Self

from core.errors import InputError

WRITTEN = re.compile(r"(\d{1,2}):(\d\d):(\d\d)([:;.,])(\d{1,3})")
STORED = re.compile(r"(\S+) at (\d+/\d+)")
DROPPED_PER_30 = 2  # numbers that drop-frame time code leaves out a minute, for every 30 it counts a second


@dataclass(frozen=True)
class TimeCode:
    """A moment in time code.

    Attributes:
        frames: how many of its frames have passed since 00:00:00:00.
        rate: its frames per second of real time, exact: 30000/1001 for a count of 30 that runs with NTSC.
        drop: whether it leaves out numbers to keep up with the clock (SMPTE ST 12-1, drop frame).

    Raises:
        InputError: the parts are no time code.
    """

    frames: int
    rate: Fraction
    drop: bool = False

    def __post_init__(self) -> None:
        if self.frames < 0 or self.rate <= 0:
            raise InputError("A time code begins at 00:00:00:00 or later, and counts something.")
        if self.drop and self.count % 30:
            raise InputError(f"Time code of {self.count} frames a second has no numbers to drop.")

    @classmethod
    def parse(cls, text: str, rate: Fraction) -> Self:
        """From "10:00:00;00"; a semicolon, point or comma before the frames says drop frame.

        Raises:
            InputError: it is not written like that, or names a frame that there is not.
        """
        found = WRITTEN.fullmatch(text.strip())
        if found is None:
            raise InputError(f"'{text}' is no time code.", "It is written like 10:00:00:00.")
        hours, minutes, seconds, frame = (int(found[part]) for part in (1, 2, 3, 5))
        count = _count(rate)
        drop = found[4] != ":" and count % 30 == 0
        if minutes > 59 or seconds > 59 or frame >= count:
            raise InputError(f"'{text}' is no time code of {count} frames a second.")
        passed = 60 * hours + minutes
        left_out = DROPPED_PER_30 * (count // 30) * (passed - passed // 10) if drop else 0
        return cls((60 * passed + seconds) * count + frame - left_out, rate, drop)

    @classmethod
    def stored(cls, text: str) -> Self:
        """From what `str` gives. Raises InputError."""
        found = STORED.fullmatch(text)
        if found is None:
            raise InputError(f"'{text}' is no stored time code.")
        return cls.parse(found[1], Fraction(found[2]))

    @property
    def count(self) -> int:
        """Frames that it counts a second: 30 for 30000/1001."""
        return _count(self.rate)

    @property
    def seconds(self) -> Fraction:
        """Real time since 00:00:00:00."""
        return self.frames / self.rate

    @property
    def label(self) -> str:
        """As it is read: "10:00:00;00" for drop frame, "10:00:00:00" otherwise."""
        number, count = self.frames, self.count
        if self.drop:
            dropped = DROPPED_PER_30 * (count // 30)
            minute, ten = 60 * count - dropped, 600 * count - 9 * dropped
            tens, rest = divmod(number, ten)
            number += 9 * dropped * tens + dropped * max(0, (rest - dropped) // minute)
        seconds, frame = divmod(number, count)
        sign = ";" if self.drop else ":"
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{sign}{frame:02}"

    def __str__(self) -> str:
        """As it is stored: "10:00:00;00 at 30000/1001"."""
        return f"{self.label} at {self.rate.numerator}/{self.rate.denominator}"


def _count(rate: Fraction) -> int:
    return max(1, round(rate))
