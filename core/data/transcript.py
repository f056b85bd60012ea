"""What is said in a video, and when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.data.misfit import Misfit
from core.data.timebase import MOST_SECONDS


@dataclass(frozen=True)
class Word:
    """A word, and when it is said.

    Attributes:
        start_ms, end_ms: milliseconds from the first frame; the end is no earlier than the start.
        text: of it, without spaces around.

    Raises:
        InputError: says what does not fit.
    """

    start_ms: int
    end_ms: int
    text: str

    def __post_init__(self) -> None:
        _check_times("word", self.start_ms, self.end_ms)


@dataclass(frozen=True)
class Cue:
    """Something that is said.

    Attributes:
        start_ms, end_ms: from when to when, milliseconds from the first frame; the end is no earlier than the start.
        text: what is said, without tags; lines end with a line feed.
        words: when each of its words is said, by their start; none where only the cue's times are known.

    Raises:
        InputError: says what does not fit.
    """

    start_ms: int
    end_ms: int
    text: str
    words: tuple[Word, ...] = ()

    def __post_init__(self) -> None:
        _check_times("cue", self.start_ms, self.end_ms)
        if not self.text.strip():
            raise Misfit("cue", "A cue should say something.")
        if any(before.start_ms > after.start_ms for before, after in zip(self.words, self.words[1:], strict=False)):
            raise Misfit("cue", "The words of a cue should be in the order of their starts.")


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

    def spoken(self) -> np.ndarray:
        """(W, 2) int64 milliseconds from and to which words are said; a whole cue where its words have no times."""
        said = [one for cue in self.cues for one in (cue.words or (cue,))]
        times = [(one.start_ms, one.end_ms) for one in said if one.end_ms > one.start_ms]
        return np.array(times, np.int64).reshape(-1, 2)

    def between(self, start_ms: float, end_ms: float) -> str:
        """What is said from a time to another on one line: words that overlap it, whole cues without times of words."""
        said = [
            one.text
            for cue in self.cues
            if cue.start_ms < end_ms and cue.end_ms > start_ms
            for one in (cue.words or (cue,))
            if one.start_ms < end_ms and one.end_ms > start_ms
        ]
        return " ".join(" ".join(said).split())


def _check_times(name: str, start_ms: int, end_ms: int) -> None:
    if not 0 <= start_ms <= end_ms <= MOST_SECONDS * 1000:
        raise Misfit(name, f"A {name} should go from 0 ms or later on, not from {start_ms} to {end_ms} ms.")
