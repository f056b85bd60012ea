"""Which files go: those that are older than they are kept, and the oldest where all together are too many bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

IN_USE_S = 3600.0  # what was written so recently is taken for being in use


@dataclass(frozen=True)
class Held:
    """A file, or a folder that goes as a whole.

    Attributes:
        path: of it.
        size: bytes, of everything in it.
        age: seconds since it was last written; below 0 where its clock is ahead.
        longest: seconds that it is kept.
        needed: somebody refers to it.
    """

    path: Path
    size: int
    age: float
    longest: float
    needed: bool = False

    @property
    def stays(self) -> bool:
        """Whether it may not go, whatever the limits are."""
        return self.needed or self.age < IN_USE_S


def going(held: Sequence[Held], most: int) -> list[Held]:
    """Those that go, oldest first; what `stays` never does.

    Args:
        held: everything that is kept.
        most: bytes of all together; the oldest go until what is left is no more, or may not go.
    """
    may_go = sorted((one for one in held if not one.stays), key=lambda one: (-one.age, str(one.path)))
    gone = [one for one in may_go if one.age > one.longest]
    left = sum(one.size for one in held) - sum(one.size for one in gone)
    for one in may_go:
        if left <= most:
            break
        if one.age <= one.longest and one.size > 0:
            gone.append(one)
            left -= one.size
    return sorted(gone, key=may_go.index)
