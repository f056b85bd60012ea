"""How a person wants videos cut into shots."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from core.errors import InputError

ShotKind = Literal["transitions", "kts", "kts-frames", "uniform"]
KINDS: tuple[ShotKind, ...] = get_args(ShotKind)
# Of videos that are taken in, where nobody chose; `python -m benchmarks ingest-720p` measures that it is quick enough.
DEFAULT_KIND: ShotKind = "transitions"


@dataclass(frozen=True)
class ShotSettings:
    """A way to cut a video into shots, with its parameters.

    Attributes:
        kind: "transitions": where a network sees cuts, dissolves and fades;
            "kts": where the features of the picks change; "kts-frames": where those of every frame change;
            "uniform": of equal duration.
        penalty: of KTS, at least 0; larger gives fewer shots.
        seconds: duration of a uniform shot, positive.

    Raises:
        InputError: there is no such kind, or a parameter makes no sense.
    """

    kind: str = DEFAULT_KIND
    penalty: float = 1.0
    seconds: Fraction = Fraction(2)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"There are no shots of the kind '{self.kind}'.", f"Choose one of: {', '.join(KINDS)}.")
        if not 0 <= self.penalty < float("inf"):
            raise InputError(f"The penalty of KTS is a number of at least 0, not {self.penalty}.")
        if self.seconds <= 0:
            raise InputError(f"Shots must last longer than nothing, not {float(self.seconds):g} s.")

    @property
    def name(self) -> str:
        """What an entry calls such shots: "transitions", "kts", "kts-frames penalty 0.5", "uniform 2 s"."""
        if self.kind == "transitions":
            return self.kind
        if self.kind == "uniform":
            return f"uniform {float(self.seconds):g} s"
        return self.kind if self.penalty == 1 else f"{self.kind} penalty {self.penalty:g}"
