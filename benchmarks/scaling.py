"""How time and memory grow: with the length of a video, samples, people, the entries of a library, and clients.

    python -m benchmarks.scaling WHAT SIZE    # one point, as JSON

Every point is measured in a process of its own, because the peak of a process never falls. What grows as T^e is a
straight line of slope e where both axes are logarithmic; e is fitted to all points by least squares. Small sizes have
costs of their own, so it comes out below the e of very large ones.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import numpy as np

from benchmarks import scaled_work
from benchmarks.measuring import REPEATS, Result, forget_peak, peak_mb, resident_mb, timed
from benchmarks.plotting import Panel, Series, figure
from core.errors import ManycutError

ROOT = Path(__file__).resolve().parents[1]
PLOTS = ROOT / "benchmarks" / "plots"
LONG_S = 2.0  # points that take longer are the median of three runs
TOLERANCE = 0.1  # of a fitted exponent
Growth = tuple[float, float]


@dataclass(frozen=True)
class Plot:
    """What is measured together.

    Attributes:
        title, axis: for people.
        symbol: of what grows.
        sizes: at which it is measured.
        growth: by series (see `benchmarks.scaled_work.made`) the most that time and memory may grow by.
    """

    title: str
    axis: str
    symbol: str
    sizes: Sequence[int]
    growth: Mapping[str, Growth]


LENGTHS = (500, 1000, 2000, 4000, 8000)
LINEAR, SQUARE = (1.0, 1.0), (2.0, 1.0)
PLOTTED = {
    "kts": Plot("KTS", "T, picks", "T", LENGTHS, {"kts": (2.0, 2.0)}),
    "sampling": Plot(
        f"SummDiff, {scaled_work.SAMPLES} samples with guidance, one step",
        "T, picks",
        "T",
        LENGTHS,
        {"sampling DiT": SQUARE, "sampling latentmlp": SQUARE},
    ),
    "samples": Plot(
        "SummDiff, samples of five minutes with guidance, one step",
        "N, samples",
        "N",
        (1, 4, 16, 64, 256),
        {"samples DiT": LINEAR, "samples latentmlp": LINEAR},
    ),
    "training": Plot(
        f"SummDiff, one training step, {scaled_work.PEOPLE} people",
        "T, picks",
        "T",
        LENGTHS,
        {"training DiT": SQUARE, "training latentmlp": SQUARE},
    ),
    "people": Plot(
        "Five minutes: one training step, and all people's agreement",
        "P, people",
        "P",
        (2, 5, 20, 50, 200),
        {"trained_people DiT": LINEAR, "trained_people latentmlp": LINEAR, "agreement": (2.0, 2.0)},
    ),
    "entries": Plot(
        "A server over a library of rows",
        "E, entries",
        "E",
        (1_000, 10_000, 100_000),
        {"entries picker": LINEAR, "entries search": LINEAR, "entries board": LINEAR},
    ),
    "clients": Plot(
        "An entry of ten minutes, asked for by many at once", "C, clients", "C", (1, 5, 20, 100), {"clients": LINEAR}
    ),
}


class Point(TypedDict):
    """One measurement: size, seconds (median of five, of three where it is long), MiB beyond those before it.

    Of a server: what an answer takes, and the most that it has held.
    """

    size: int
    seconds: float
    mb: float


def scaling() -> Result:
    """All points, fitted and drawn; `seconds` is the sum over the longest videos."""
    points = {
        what: [in_process(what, size) for size in plot.sizes] for plot in PLOTTED.values() for what in plot.growth
    }
    exponents = {what: fitted(measured) for what, measured in points.items()}
    PLOTS.mkdir(exist_ok=True)
    reached = True
    for name, plot in PLOTTED.items():
        (PLOTS / f"{name}.svg").write_text(drawing(plot, {what: points[what] for what in plot.growth}))
        reached &= all(grows_at_most(exponents[what], growth) for what, growth in plot.growth.items())
    of_length = [what for plot in PLOTTED.values() if plot.symbol == "T" for what in plot.growth]
    return Result(
        "scaling",
        sum(points[what][-1]["seconds"] for what in of_length),
        None,
        max(peak_mb(), *(measured[-1]["mb"] for measured in points.values())),
        None,
        reached,
        "KTS at most T^2 in time and memory; models at most T^2 in time (attention) and T in memory; agreement at most "
        "P^2; all else at most in proportion",
        {
            "exponents": {
                what: {"time": round(time, 2), "memory": round(memory, 2)} for what, (time, memory) in exponents.items()
            },
            "points": points,
        },
    )


def in_process(what: str, size: int) -> Point:
    """One point, measured by a fresh process. Raises ManycutError where that fails."""
    command = [sys.executable, "-m", "benchmarks.scaling", what, str(size)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise ManycutError(f"'{what}' at {size} failed: {done.stderr.strip().splitlines()[-1:]}.")
    return json.loads(done.stdout.splitlines()[-1])


def point(what: str, size: int) -> Point:
    """One measurement in this process."""
    with ExitStack() as held:
        work = scaled_work.made(what, size, held)
        if isinstance(work, scaled_work.Served):
            seconds, mb = work.seconds(), work.mb()
        else:
            forget_peak()
            before = resident_mb()
            seconds, _ = timed(work, 1)
            mb = peak_mb() - before
            seconds, _ = timed(work, REPEATS if seconds < LONG_S else 3)
    return {"size": size, "seconds": seconds, "mb": max(mb, 0.01)}


def fitted(points: Sequence[Point]) -> tuple[float, float]:
    """The exponents of time and of memory."""
    sizes = [each["size"] for each in points]
    return exponent(sizes, [each["seconds"] for each in points]), exponent(sizes, [each["mb"] for each in points])


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """e of values ~ T^e, by least squares of the logarithms; positive values."""
    return float(np.polyfit(np.log(sizes), np.log(values), 1)[0])


def grows_at_most(exponents: tuple[float, float], growth: tuple[float, float]) -> bool:
    """Whether neither time nor memory grows faster than stated, up to the tolerance of the fit."""
    return all(measured <= most + TOLERANCE for measured, most in zip(exponents, growth, strict=True))


def drawing(plot: Plot, points: Mapping[str, list[Point]]) -> str:
    """One plot, as SVG: time and memory, one line for each series."""
    panels = []
    for name, unit, key in (("Time", "s", "seconds"), ("Memory", "MB", "mb")):
        series = []
        for what, measured in points.items():
            sizes, values = [each["size"] for each in measured], [each[key] for each in measured]
            label = what.partition(" ")[2] or what
            series.append(
                Series(f"{label}: {plot.symbol}^{round(exponent(sizes, values), 2) + 0.0:.2f}", sizes, values)
            )
        panels.append(Panel(f"{name}, {unit}", plot.axis, series))
    return figure(plot.title, panels)


if __name__ == "__main__":
    print(json.dumps(point(sys.argv[1], int(sys.argv[2]))))
