"""How time and memory grow with the length of a video: KTS, sampling, and one training step.

    python -m benchmarks.scaling WHAT LENGTH    # one point, as JSON

Every point is measured in a process of its own, because the peak of a process never falls. What grows as T^e is a
straight line of slope e where both axes are logarithmic; e is fitted to all points by least squares. Small lengths have
costs of their own, so it comes out below the e of very long videos.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np

from benchmarks.measuring import REPEATS, Result, forget_peak, peak_mb, resident_mb, timed
from benchmarks.plotting import Panel, Series, figure
from core.errors import ManycutError

ROOT = Path(__file__).resolve().parents[1]
PLOTS = ROOT / "benchmarks" / "plots"
LENGTHS = (500, 1000, 2000, 4000, 8000)
WIDTH = 1024
SAMPLES, STEPS = 16, 1  # every further step costs the same time and no memory
PEOPLE = 5
LONG_S = 2.0  # points that take longer are the median of three runs
TOLERANCE = 0.1  # of a fitted exponent
# What is measured, by plot: series, and the most that time and memory may grow by.
KTS_GROWTH, MODEL_GROWTH = (2.0, 2.0), (2.0, 1.0)
PLOTTED = {
    "kts": ("KTS", ("kts",), KTS_GROWTH),
    "sampling": (
        f"SummDiff, {SAMPLES} samples with guidance, one step",
        ("sampling DiT", "sampling latentmlp"),
        MODEL_GROWTH,
    ),
    "training": (
        f"SummDiff, one training step, {PEOPLE} people",
        ("training DiT", "training latentmlp"),
        MODEL_GROWTH,
    ),
}


class Point(TypedDict):
    """One measurement: T, seconds (median of five, of three where it is long), MiB beyond those before it."""

    length: int
    seconds: float
    mb: float


def scaling() -> Result:
    """All points, fitted and drawn; `seconds` is the sum over the longest videos."""
    points = {
        what: [in_process(what, length) for length in LENGTHS] for _, names, _ in PLOTTED.values() for what in names
    }
    exponents = {what: fitted(measured) for what, measured in points.items()}
    PLOTS.mkdir(exist_ok=True)
    reached = True
    for plot, (title, names, growth) in PLOTTED.items():
        drawn = drawing(title, {name: points[name] for name in names})
        (PLOTS / f"{plot}.svg").write_text(drawn)
        reached &= all(grows_at_most(exponents[name], growth) for name in names)
    return Result(
        "scaling",
        sum(measured[-1]["seconds"] for measured in points.values()),
        None,
        max(peak_mb(), *(measured[-1]["mb"] for measured in points.values())),
        None,
        reached,
        "KTS at most T^2 in time and memory; models at most T^2 in time (attention) and T in memory",
        {
            "exponents": {
                what: {"time": round(time, 2), "memory": round(memory, 2)} for what, (time, memory) in exponents.items()
            },
            "points": points,
        },
    )


def in_process(what: str, length: int) -> Point:
    """One point, measured by a fresh process. Raises ManycutError where that fails."""
    command = [sys.executable, "-m", "benchmarks.scaling", what, str(length)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise ManycutError(f"'{what}' at {length} picks failed: {done.stderr.strip().splitlines()[-1:]}.")
    return json.loads(done.stdout.splitlines()[-1])


def point(what: str, length: int) -> Point:
    """One measurement in this process."""
    kind, _, denoiser = what.partition(" ")
    make = {"kts": kts_work, "sampling": sampling_work, "training": training_work}[kind]
    make(200, denoiser)()  # compiles, allocates
    work = make(length, denoiser)
    forget_peak()
    before = resident_mb()
    seconds, _ = timed(work, 1)
    mb = peak_mb() - before
    seconds, _ = timed(work, REPEATS if seconds < LONG_S else 3)
    return {"length": length, "seconds": seconds, "mb": max(mb, 0.01)}


def kts_work(length: int, _: str) -> Callable[[], object]:
    """KTS of made features."""
    from benchmarks.kts import made
    from core.segment.kts import kts

    features = made(length, WIDTH)
    return lambda: kts(features)


def sampling_work(length: int, denoiser: str) -> Callable[[], object]:
    """Samples of a video with guidance, from an untrained model of the published size."""
    import torch

    from core.models.summdiff import SummDiff, SummDiffConfig

    model = SummDiff(SummDiffConfig(WIDTH, denoiser=denoiser, p_uncond=0.2, guidance=0.2)).eval()
    features = torch.randn(length, WIDTH)
    return lambda: model.predict(features, SAMPLES, steps=STEPS)


def training_work(length: int, denoiser: str) -> Callable[[], object]:
    """Forward, backward and optimizer step for one video with some of its people."""
    import torch

    from benchmarks.training import made_videos
    from core.models.summdiff import SummDiff, SummDiffConfig
    from core.training.batching import make_batch, units
    from core.training.recipes import TrainSettings

    model = SummDiff(SummDiffConfig(WIDTH, denoiser=denoiser, p_uncond=0.2)).train()
    optimizer = torch.optim.AdamW(model.parameters())
    settings = TrainSettings(curves_per_video=None)
    batch = make_batch(units(made_videos([length], PEOPLE, WIDTH), settings), settings, np.random.default_rng(0))

    def work() -> None:
        optimizer.zero_grad()
        model.loss(batch).backward()
        optimizer.step()

    return work


def fitted(points: Sequence[Point]) -> tuple[float, float]:
    """The exponents of time and of memory."""
    lengths = [each["length"] for each in points]
    return exponent(lengths, [each["seconds"] for each in points]), exponent(lengths, [each["mb"] for each in points])


def exponent(lengths: Sequence[float], values: Sequence[float]) -> float:
    """e of values ~ T^e, by least squares of the logarithms; positive values."""
    return float(np.polyfit(np.log(lengths), np.log(values), 1)[0])


def grows_at_most(exponents: tuple[float, float], growth: tuple[float, float]) -> bool:
    """Whether neither time nor memory grows faster than stated, up to the tolerance of the fit."""
    return all(measured <= most + TOLERANCE for measured, most in zip(exponents, growth, strict=True))


def drawing(title: str, points: dict[str, list[Point]]) -> str:
    """The plot of one benchmark, as SVG: time and memory, one line for each series."""
    panels = []
    for name, unit, key in (("Time", "s", "seconds"), ("Memory", "MB", "mb")):
        series = []
        for what, measured in points.items():
            lengths, values = [each["length"] for each in measured], [each[key] for each in measured]
            label = what.partition(" ")[2] or title
            series.append(Series(f"{label}: T^{exponent(lengths, values):.2f}", lengths, values))
        panels.append(Panel(f"{name}, {unit}", "T, picks", series))
    return figure(title, panels)


if __name__ == "__main__":
    print(json.dumps(point(sys.argv[1], int(sys.argv[2]))))
