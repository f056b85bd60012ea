"""What every speed benchmark has in common: the median of some runs, beside a reference in the same process."""

from __future__ import annotations

import contextlib
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
REPEATS = 5


@dataclass(frozen=True)
class Result:
    """One measurement.

    Attributes:
        name: of the benchmark.
        seconds: ours, median; None where only the reference ran.
        reference_seconds: median of the reference; None where there is none, or where it did not run.
        peak_mb: most memory this process has held until ours had run, MiB, interpreter and libraries included.
        equal: whether ours and the reference gave the same; None without a reference.
        reached: whether what the benchmark asks for was reached; None where it cannot be said on this machine.
        must: what it asks for, in words.
        facts: whatever else is worth knowing, JSON-ready.
    """

    name: str
    seconds: float | None
    reference_seconds: float | None
    peak_mb: float
    equal: bool | None
    reached: bool | None
    must: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How many times longer the reference takes."""
        if self.seconds is None or self.reference_seconds is None:
            return None
        return self.reference_seconds / self.seconds

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


def reference_alone(name: str, seconds: float, must: str) -> Result:
    """What a benchmark gives with --naive."""
    return Result(name, None, seconds, peak_mb(), None, None, must, {"why": "The reference ran alone."})


def timed(work: Callable[[], T], repeats: int = REPEATS) -> tuple[float, T]:
    """The median of some runs in seconds, and what the last one gave. Warm up before where something compiles."""
    seconds = []
    for _ in range(repeats):
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds), result


def peak_mb() -> float:
    """The most memory this process has held so far, MiB; on Linux since `forget_peak`."""
    # Not ru_maxrss where it can be helped: a process begins with that of the one that started it.
    return _status_mb("VmHWM") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def resident_mb() -> float:
    """What this process holds now, MiB; its peak where that is not known."""
    return _status_mb("VmRSS") or peak_mb()


def forget_peak() -> None:
    """Let the peak of this process begin again at what it holds; only Linux can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _status_mb(name: str) -> float | None:
    """A size that Linux tells about this process, MiB; None elsewhere."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:")), None)
