"""Which of two cuts somebody likes better: what they may say, and how much of both they have to have watched."""

from __future__ import annotations

import hashlib
from typing import Literal, get_args

Verdict = Literal["a", "b", "both", "neither"]
# What speaks for the verdict, or against the other cut.
Reason = Literal["misses-key-moment", "too-jumpy", "repeats-itself", "dull", "better-flow"]
REASONS: tuple[Reason, ...] = get_args(Reason)
WATCHED_SHARE = 0.8  # of each cut, before a blind verdict counts
OTHER: dict[Verdict, Verdict] = {"a": "b", "b": "a", "both": "both", "neither": "neither"}


def enough(length: float) -> float:
    """Seconds of a cut that somebody has to have watched before they judge it blind. `length` of it, in seconds."""
    return WATCHED_SHARE * length


def drawn(seed: str, who: str, what: str) -> int:
    """A number that is always the same for these three texts and otherwise as if it were drawn, in [0, 2**64).

    Order and sides of blind pairs come from it: nothing has to be kept of them, and who does not know the seed cannot
    tell.
    """
    return int.from_bytes(hashlib.sha256(f"{seed}\n{who}\n{what}".encode()).digest()[:8], "big")
