"""SummDiff's 64 samples on one GPU: seconds, and how near they are to the time its matrix products alone would need.

Also with the matrix products in TF32 and in bfloat16 (autocast), which give other numbers and therefore decide nothing,
and the ratio of individual training. Without a GPU nothing is measured, and the result says so.
"""

from __future__ import annotations

import contextlib
import statistics
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import torch

from benchmarks.measuring import Result, peak_mb
from benchmarks.plain_summdiff import PLAIN
from benchmarks.roofline import flops, matmul_rate, seconds_on
from benchmarks.sampling import TOLERANCE, Case, made
from benchmarks.training import training_individual

SAMPLES, LIMIT_S, LIMIT_OF_ROOFLINE, RUNS = 64, 0.060, 2.0, 20
MUST = f"{SAMPLES} samples under {1000 * LIMIT_S:.0f} ms, within {LIMIT_OF_ROOFLINE:.0f}x of the matrix products' time"


def gpu() -> Result:
    """The published sizes; the seconds are those of latentmlp, `facts` has every denoiser."""
    if not torch.cuda.is_available():
        return Result("gpu", None, None, peak_mb(), None, None, MUST, {"why": "There is no GPU here."})
    device = torch.device("cuda")
    measured = {denoiser: measure(made(denoiser, SAMPLES), device) for denoiser in PLAIN}
    of = measured["latentmlp"]
    reached = of["seconds_each"] < LIMIT_S and of["times_the_products"] < LIMIT_OF_ROOFLINE
    facts = {key: {denoiser: row[key] for denoiser, row in measured.items()} for key in of}
    same = all(row["equal_each"] for row in measured.values())
    facts["training_individual_ratio"] = training_individual("cuda").ratio
    facts["card"] = torch.cuda.get_device_name(device)
    return Result("gpu", of["seconds_each"], None, peak_mb(), same, reached and same, MUST, facts)


def measure(case: Case, device: torch.device, runs: int = RUNS, side: int | None = None) -> dict[str, Any]:
    """Sampling on a device, whose clock includes handing the curves back to the CPU.

    Args:
        case: on the CPU.
        device: where to sample.
        runs: median of so many, after two that allocate.
        side: of the matrices whose product is the measured rate.
    """
    double = case.first(2).in_double_precision()
    expected = double.one_by_one()
    on_device = moved(case, device)
    seconds = median(on_device, device, runs)
    counted = flops(on_device.ours)
    products = counted / matmul_rate(device, side=side)
    low = {name: in_precision(name, on_device, device, runs) for name in ("tf32", "bfloat16")}
    return {
        "seconds_each": seconds,
        "gflops": counted / 1e9,
        "products_seconds": products,
        "times_the_products": seconds / products,
        "memory_mb": held_mb(on_device, device),
        "equal_each": bool((moved(double, device).ours() - expected).abs().max() < TOLERANCE),
        "lower_precision": low,
    }


def moved(case: Case, device: torch.device) -> Case:
    """The case with everything on a device."""
    noise = tuple(x.to(device) for x in case.noise)
    return replace(case, model=case.model.to(device), features=case.features.to(device), noise=noise)


def median(case: Case, device: torch.device, runs: int) -> float:
    """Seconds, after two runs that allocate and choose algorithms."""
    return statistics.median(seconds_on(device, case.ours, runs + 2)[2:])


def in_precision(name: str, case: Case, device: torch.device, runs: int) -> dict[str, float]:
    """Seconds in TF32 or bfloat16, and how far the scores are from those in float32 in the mean."""
    exact = case.ours()
    with tf32() if name == "tf32" else torch.autocast(device.type, torch.bfloat16):
        seconds, scores = median(case, device, runs), case.ours()
    return {"seconds": seconds, "mean_difference": float((scores - exact).abs().mean())}


@contextlib.contextmanager
def tf32() -> Iterator[None]:
    """Matrix products with the mantissas of TF32, where the device has them."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def held_mb(case: Case, device: torch.device) -> float | None:
    """The most memory of the GPU that sampling held at a time, MiB; None on a CPU."""
    if device.type != "cuda":
        return None
    torch.cuda.reset_peak_memory_stats(device)
    case.ours()
    return torch.cuda.max_memory_allocated(device) / 2**20
