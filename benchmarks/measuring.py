"""What every speed benchmark has in common: the median of some runs, beside a reference in the same process."""

from __future__ import annotations

import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")
REPEATS = 5


@dataclass(frozen=True)
class Result:
    """One measurement.

    Attributes:
        name: of the benchmark.
        seconds: ours, median.
        reference_seconds: median of the reference; None where there is none.
        peak_mb: most memory this process has held until ours had run, MiB, interpreter and libraries included.
        equal: whether ours and the reference gave the same; None without a reference.
        reached: whether what the benchmark asks for was reached; None where it cannot be said on this machine.
        must: what it asks for, in words.
        facts: whatever else is worth knowing, JSON-ready.
    """

    name: str
    seconds: float
    reference_seconds: float | None
    peak_mb: float
    equal: bool | None
    reached: bool | None
    must: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times longer the reference takes."""
        return None if self.reference_seconds is None else self.reference_seconds / self.seconds

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "name": self.name,
            "seconds": self.seconds,
            "reference_seconds": self.reference_seconds,
            "ratio": self.ratio,
            "peak_mb": round(self.peak_mb, 1),
            "equal": self.equal,
            "reached": self.reached,
            "must": self.must,
            **self.facts,
        }


def timed(work: Callable[[], T], repeats: int = REPEATS) -> tuple[float, T]:
    """The median of some runs in seconds, and what the last one gave. Warm up before where something compiles."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), result


def peak_mb() -> float:
    """The most memory this process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
