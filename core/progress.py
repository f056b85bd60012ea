"""How long work reports how far it is, and learns that nobody wants it any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from core.errors import Cancelled


class Progress(Protocol):
    """Called often by long work.

    Args:
        fraction: share done, 0 to 1.
        message: what is being done, for people.
        figures: numbers worth drawing, such as {"epoch": 3, "loss": 0.04}.
    """

    def __call__(self, fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None: ...


ShouldStop = Callable[[], bool]


def silent(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
    """A Progress that tells nobody."""


def never() -> bool:
    """A ShouldStop that never stops."""
    return False


def check(should_stop: ShouldStop, what: str, kept: str = "") -> None:
    """Ends work that nobody wants any more.

    Args:
        should_stop: asked.
        what: the work, as the beginning of the sentence "... was cancelled."
        kept: a sentence about what is kept of it, or "".

    Raises:
        Cancelled: `should_stop` said so.
    """
    if should_stop():
        raise Cancelled(f"{what} was cancelled.", kept)


def part(progress: Progress, start: float, end: float) -> Progress:
    """The Progress of one part of a longer work: its 0..1 becomes start..end of the whole."""

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        progress(start + fraction * (end - start), message, figures)

    return report


def ending(progress: Progress, addition: str) -> Progress:
    """A Progress whose messages end with an addition."""

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        progress(fraction, message + addition, figures)

    return report


def time_left(start: float, done: int, total: int) -> str:
    """ ", about 3 min left", from `time.monotonic()` at the start and how much is done; "" where it is over soon."""
    seconds = (time.monotonic() - start) / max(done, 1) * (total - done)
    return f", about {round(seconds / 60)} min left" if done and seconds >= 90 else ""
