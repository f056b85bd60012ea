"""What is said in a video, and when."""

from __future__ import annotations

from dataclasses import dataclass

from core.data.misfit import Misfit
from core.data.timebase import MOST_SECONDS


@dataclass(frozen=True)
class Cue:
    """Something that is said.

    Attributes:
        start_ms, end_ms: from when to when, milliseconds from the first frame; the end is no earlier than the start.
        text: what is said, without tags; lines end with a line feed.

    Raises:
        InputError: says what does not fit.
    """

    start_ms: int
    end_ms: int
    text: str

    def __post_init__(self) -> None:
        if not 0 <= self.start_ms <= self.end_ms <= MOST_SECONDS * 1000:
            raise Misfit("cue", f"A cue should go from 0 ms or later on, not from {self.start_ms} to {self.end_ms} ms.")
        if not self.text.strip():
            raise Misfit("cue", "A cue should say something.")


@dataclass(frozen=True)
class Transcript:
    """Everything that is said in a video.

    Attributes:
        cues: by their start; they may overlap, as people do.

    Raises:
        InputError: they do not ascend.
    """

    cues: tuple[Cue, ...]

    def __post_init__(self) -> None:
        if any(before.start_ms > after.start_ms for before, after in zip(self.cues, self.cues[1:], strict=False)):
            raise Misfit("cues", "The cues of a transcript should be in the order of their starts.")

    def __len__(self) -> int:
        return len(self.cues)

    def at(self, milliseconds: int) -> tuple[Cue, ...]:
        """The cues that are said at a time, milliseconds from the first frame."""
        return tuple(cue for cue in self.cues if cue.start_ms <= milliseconds < cue.end_ms)
