"""The one place where frames, picks and seconds are converted.

Frame rates are exact fractions (30000/1001, never 29.97) and presentation times are integers, so that nothing
drifts however long the video is. Frame f begins at `seconds(f)` and is shown until frame f + 1 begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import overload

import numpy as np

from core.errors import InputError
from core.exact import exact_number

# Nominal rates that also exist slowed down by 1000/1001 (NTSC), as in 23.976, 29.97 and 59.94.
NTSC_RATES = (12, 15, 24, 30, 48, 60, 120, 240)
# 23.976 is also written 23.98: two decimals are the coarsest form in use.
NTSC_TOLERANCE = 0.005
# Longer than any video; what is made of one, such as its shots, must fit into a memory.
MOST_FRAMES = 2**25  # six days at 60 frames per second
MOST_SECONDS = 60 * 86400
MOST_PER_SECOND = 1_000_000


@dataclass(frozen=True, eq=False)
class Timebase:
    """When each frame of a video is shown: here at a constant rate, see `VaryingTimebase` for any other.

    Attributes:
        rate: frames per second; the average where the rate varies.
        n_frames: number of frames, at least 1.

    Raises:
        InputError: the parts do not describe a video.
    """

    rate: Fraction
    n_frames: int

    def __post_init__(self) -> None:
        if self.n_frames < 1:
            raise InputError(f"A video needs at least one frame, not {self.n_frames}.")
        if self.rate <= 0:
            raise InputError(f"A frame rate must be positive, not {self.rate}.")
        if self.n_frames > MOST_FRAMES or self.n_frames > self.rate * MOST_SECONDS:
            raise InputError(
                f"A video has at most {MOST_FRAMES} frames and lasts at most {MOST_SECONDS // 86400} days, unlike"
                f" {self.n_frames} frames at {float(self.rate):g} per second."
            )
        if self.rate > MOST_PER_SECOND:
            raise InputError(f"A video shows at most {MOST_PER_SECOND} frames per second.")

    @staticmethod
    def from_times(times: np.ndarray, unit: Fraction, end: int) -> VaryingTimebase:
        """A timebase of varying frame rate; the average rate follows from the times.

        Args:
            times: (n_frames,) int presentation times in multiples of `unit`, first 0.
            unit: seconds per step.
            end: when the last frame stops being shown.
        """
        times = np.asarray(times, np.int64)
        if len(times) < 1 or end <= 0:
            raise InputError("A video needs at least one frame and must last longer than nothing.")
        return VaryingTimebase(Fraction(len(times)) / (end * unit), len(times), times, unit, int(end))

    @property
    def exact_duration(self) -> Fraction:
        """Seconds until the last frame stops being shown, exact."""
        return self.exact_seconds(self.n_frames)

    @property
    def duration(self) -> float:
        """Seconds until the last frame stops being shown."""
        return float(self.exact_duration)

    def exact_seconds(self, frame: int) -> Fraction:
        """When a frame begins, without rounding; frame `n_frames` is the end of the video."""
        return int(frame) / self.rate

    @overload
    def seconds(self, frames: int) -> float: ...
    @overload
    def seconds(self, frames: np.ndarray) -> np.ndarray: ...
    def seconds(self, frames: int | np.ndarray) -> float | np.ndarray:
        """The time at which each frame begins; frame `n_frames` is the end of the video.

        Args:
            frames: one frame or an array of frames in [0, n_frames].

        Returns:
            A float for one frame, a float64 array of the same shape for an array.
        """
        steps, unit = self._steps(np.asarray(frames, np.int64))
        seconds = steps * unit.numerator / unit.denominator
        return float(seconds) if np.ndim(frames) == 0 else seconds

    @overload
    def frame_at(self, seconds: float | Fraction) -> int: ...
    @overload
    def frame_at(self, seconds: np.ndarray) -> np.ndarray: ...
    def frame_at(self, seconds: float | Fraction | np.ndarray) -> int | np.ndarray:
        """The frame shown at a time, clamped to [0, n_frames - 1].

        For every frame, `frame_at(seconds(frame)) == frame`.

        Args:
            seconds: one time or an array of times; a Fraction is converted without rounding.
        """
        if isinstance(seconds, Fraction):
            return min(max(self._begun(seconds), 0), self.n_frames - 1)
        wanted = np.asarray(seconds, np.float64)
        if not np.isfinite(wanted).all():
            raise InputError("A time in the video must be a finite number of seconds.")
        frames = self._nearest_begun(wanted)
        return int(frames) if np.ndim(seconds) == 0 else frames

    def picks(self, per_second: Fraction = Fraction(2)) -> np.ndarray:
        """Frames shown at 0, 1/per_second, 2/per_second, ... before the end of the video.

        Returns:
            (T,) int64 ascending, without repetition, beginning with frame 0.
        """
        if per_second <= 0:
            raise InputError(f"Picks per second must be positive, not {per_second}.")
        count = ceil(self.exact_duration * per_second)
        return np.unique(self._begun_every(1 / Fraction(per_second), count))

    @overload
    def pick_at(self, seconds: float, picks: np.ndarray) -> int: ...
    @overload
    def pick_at(self, seconds: np.ndarray, picks: np.ndarray) -> np.ndarray: ...
    def pick_at(self, seconds: float | np.ndarray, picks: np.ndarray) -> int | np.ndarray:
        """The index of the pick whose span contains a time.

        The span of a pick begins with its frame and ends where the next pick begins; times before the first
        pick belong to it.

        Args:
            seconds: one time or an array of times.
            picks: (T,) int64 ascending frames.
        """
        index = np.clip(np.searchsorted(picks, self.frame_at(np.asarray(seconds)), side="right") - 1, 0, None)
        return int(index) if np.ndim(index) == 0 else index

    def _steps(self, frames: np.ndarray) -> tuple[np.ndarray, Fraction]:
        """When frames begin, in whole steps, and the seconds that a step has."""
        return frames, 1 / self.rate

    def _begun(self, seconds: Fraction) -> int:
        """The last frame that has begun at an exact time; neither rounded nor clamped."""
        return int(seconds * self.rate // 1)

    def _begun_every(self, seconds: Fraction, count: int) -> np.ndarray:
        """`_begun` of 0, `seconds`, 2 * `seconds`, ... in whole numbers: floats would be rounded."""
        return _multiples(seconds * self.rate, count)

    def _nearest_begun(self, seconds: np.ndarray) -> np.ndarray:
        """The frames shown at float64 times, clamped."""
        last = self.n_frames - 1
        guess = np.clip(np.floor(seconds * float(self.rate)), 0, last).astype(np.int64)
        # The product is rounded and may land one frame off at the very beginning of a frame.
        guess = np.where(self.seconds(guess) > seconds, guess - 1, guess)
        guess = np.where(self.seconds(guess + 1) <= seconds, guess + 1, guess)
        return np.clip(guess, 0, last)


@dataclass(frozen=True, eq=False)
class VaryingTimebase(Timebase):
    """When each frame is shown where the rate varies; `Timebase.from_times` makes one.

    Attributes:
        times: (n_frames,) int64 presentation times in multiples of `unit`, first 0, ascending.
        unit: seconds per step of `times`.
        end: when the last frame stops being shown, in multiples of `unit`.

    Raises:
        InputError: the parts do not describe a video.
    """

    times: np.ndarray
    unit: Fraction
    end: int

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.unit <= 0:
            raise InputError("Presentation times need a positive unit.")
        if np.shape(self.times) != (self.n_frames,):
            raise InputError(f"Expected {self.n_frames} presentation times, got {np.shape(self.times)}.")
        if self.times[0] != 0 or self.end <= self.times[-1] or np.any(np.diff(self.times) <= 0):
            raise InputError("Presentation times must begin at 0 and ascend until the end of the video.")

    @property
    def edges(self) -> np.ndarray:
        """(n_frames + 1,) int64: when each frame begins, and the end, in multiples of `unit`."""
        return np.append(self.times, self.end)

    def exact_seconds(self, frame: int) -> Fraction:
        return int(self.end if frame == self.n_frames else self.times[frame]) * self.unit

    def _steps(self, frames: np.ndarray) -> tuple[np.ndarray, Fraction]:
        return self.edges[frames], self.unit

    def _begun(self, seconds: Fraction) -> int:
        return int(np.searchsorted(self.times, seconds / self.unit // 1, side="right")) - 1

    def _begun_every(self, seconds: Fraction, count: int) -> np.ndarray:
        return np.searchsorted(self.times, _multiples(seconds / self.unit, count), side="right") - 1

    def _nearest_begun(self, seconds: np.ndarray) -> np.ndarray:
        starts = self.seconds(np.arange(self.n_frames))
        return np.clip(np.searchsorted(starts, seconds, side="right") - 1, 0, None)


def _multiples(step: Fraction, count: int) -> np.ndarray:
    """(count,) int64: 0, `step`, 2 * `step`, ..., each rounded down."""
    above, below = step.as_integer_ratio()
    return np.array([k * above // below for k in range(count)], np.int64)


def parse_rate(rate: str | float | Fraction) -> Fraction:
    """An exact frame rate from "30000/1001", "25", 25.0, 29.97 and the like.

    Decimal forms of the NTSC rates (23.976, 23.98, 29.97, 59.94, ...) become n * 1000/1001.

    Raises:
        InputError: not a positive number.
    """
    try:
        if isinstance(rate, str):
            value = exact_number(rate)
        else:
            value = rate if isinstance(rate, Fraction) else Fraction(float(rate))
    except (ValueError, ZeroDivisionError, OverflowError, TypeError):
        raise InputError(f"'{str(rate)[:40]}' is not a frame rate.", "Write it like 25, 29.97 or 30000/1001.") from None
    if value <= 0:
        raise InputError(f"A frame rate must be positive, not {rate}.")
    if isinstance(rate, Fraction) or (isinstance(rate, str) and "/" in rate):
        return value
    for nominal in NTSC_RATES:
        exact = Fraction(nominal * 1000, 1001)
        if abs(value - exact) <= NTSC_TOLERANCE:
            return exact
    return value.limit_denominator(100_000)


def format_rate(rate: Fraction) -> str:
    """The stored form of a frame rate, always "N/D": "30000/1001", "24/1"."""
    return f"{rate.numerator}/{rate.denominator}"
