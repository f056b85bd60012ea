"""What is heard in a video, and when: voices, music, silence, sudden loud sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from core.data.misfit import Misfit
from core.data.timebase import MOST_SECONDS

SoundKind = Literal["speech", "singing", "music", "silence", "burst"]
KINDS: tuple[str, ...] = get_args(SoundKind)


@dataclass(frozen=True, order=True)
class SoundEvent:
    """Something that is heard for a while.

    Attributes:
        start_ms, end_ms: milliseconds from the first frame; the end is later than the start.
        kind: what; a "burst" is sudden and loud, such as a bang or the first clap of an applause.

    Raises:
        InputError: says what does not fit.
    """

    start_ms: int
    end_ms: int
    kind: SoundKind

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise Misfit("sounds", f"A sound should be one of {', '.join(KINDS)}, not '{self.kind}'.")
        if not 0 <= self.start_ms < self.end_ms <= MOST_SECONDS * 1000:
            raise Misfit("sounds", f"A sound should last from 0 ms or later on, not {self.start_ms} to {self.end_ms}.")
