"""Sixteen samples of SummDiff at once, against sampling one by one.

The reference (`benchmarks/plain_summdiff.py`) does for every sample what the release's loop does: both videos are
encoded again, and both branches of the guidance go through the denoiser in all ten steps, attention written out.
`ratios` also has what comes of other readings of "one by one": with PyTorch's fused attention, and with the encoder
run again in every step. One by one, every sample takes as long as the first, so the first is what is timed.

Whether both give the same is judged in double precision. In single precision a noised score within rounding of the
border of two codes can fall on either side of it, whatever order the additions are done in; how often that happened is
said in `single_precision`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.measuring import REPEATS, Result, peak_mb, timed
from benchmarks.plain_summdiff import PLAIN, one_by_one
from benchmarks.roofline import flops, matmul_rate
from core.models.diffusion import sampling_noise
from core.models.summdiff import SummDiff, SummDiffConfig

SAMPLES, PICKS, WIDTH, STEPS = 16, 1200, 1024, 10
TOLERANCE = 1e-4
MUST = 12
READINGS: dict[str, dict[str, Any]] = {
    "as released": {},
    "fused attention": {"attend": F.scaled_dot_product_attention},
    "encoder every step": {"encode_every_step": True},
}


@dataclass(frozen=True)
class Case:
    """A model, a video and noise for some samples of it."""

    model: SummDiff
    features: Tensor
    noise: tuple[Tensor, Tensor]

    def ours(self) -> Tensor:
        """(N, T), all samples at once."""
        return self.model.predict(self.features, len(self.noise[0]), steps=len(self.noise[1]), noise=self.noise)

    def first(self, samples: int) -> Case:
        """The same with fewer samples."""
        return Case(self.model, self.features, (self.noise[0][:samples], self.noise[1][:, :samples]))

    def in_double_precision(self) -> Case:
        """The same in float64."""
        start, steps = self.noise
        return Case(copy.deepcopy(self.model).double(), self.features.double(), (start.double(), steps.double()))

    def one_by_one(self, **reading: Any) -> Tensor:
        """(N, T), each sample for itself."""
        return one_by_one(self.model, self.features, self.noise, **reading)


def made(denoiser: str, samples: int = SAMPLES, picks: int = PICKS, width: int = WIDTH, **sizes: int) -> Case:
    """A model with guidance whose outputs are not the zeros that it starts from, and a video of noise."""
    torch.manual_seed(0)
    config = SummDiffConfig(width, denoiser=denoiser, p_uncond=0.2, guidance=0.2, **sizes)
    model = SummDiff(config).eval().requires_grad_(False)
    for weight in model.parameters():
        weight += 0.02 * torch.randn_like(weight)
    features = torch.randn(picks, width)
    model.prepare([features])
    return Case(model, features, sampling_noise(samples, picks, STEPS, seed=0))


def sampling_16(naive: bool = False) -> Result:
    """The published sizes; the seconds are those of latentmlp, `facts` has every denoiser."""
    measured = {denoiser: measure(made(denoiser), naive) for denoiser in PLAIN}
    shown = measured["latentmlp"]
    facts = {key: {denoiser: of[key] for denoiser, of in measured.items()} for key in shown if key != "peak_mb"}
    if naive:
        return Result("sampling-16", None, shown["reference_seconds_each"], peak_mb(), None, None, _must(), facts)
    rate = matmul_rate(torch.device("cpu")) / 1e9
    facts["matmul_gflops_a_second"] = round(rate)
    facts["share_of_matmul_rate"] = {
        denoiser: round(of["gflops"] / of["seconds_each"] / rate, 2) for denoiser, of in measured.items()
    }
    same = all(of["equal_each"] for of in measured.values())
    return Result(
        "sampling-16",
        shown["seconds_each"],
        shown["reference_seconds_each"],
        shown["peak_mb"],
        same,
        same and all(of["ratios"]["as released"] >= MUST for of in measured.values()),
        _must(),
        facts,
    )


def _must() -> str:
    return f"{MUST}x the samples a second, for each denoiser"


def measure(case: Case, naive: bool = False, repeats: int = REPEATS) -> dict[str, Any]:
    """Seconds for all samples, those of the readings as multiples, the matrix products' share, and the differences."""
    samples = len(case.noise[0])
    one = case.first(1)
    if naive:
        return {"reference_seconds_each": samples * timed(one.one_by_one, repeats)[0]}
    counted = flops(case.ours)  # also allocates
    seconds, ours = timed(case.ours, repeats)
    peak = peak_mb()
    counted_reference = samples * flops(one.one_by_one)
    timings = {name: timed(lambda r=reading: one.one_by_one(**r), repeats) for name, reading in READINGS.items()}
    reference = {name: samples * seconds_of_one for name, (seconds_of_one, _) in timings.items()}
    difference = (ours[:1] - timings["as released"][1]).abs()
    double = case.first(2).in_double_precision()
    return {
        "seconds_each": round(seconds, 3),
        "reference_seconds_each": round(reference["as released"], 3),
        "peak_mb": peak,
        "ratios": {name: round(of / seconds, 1) for name, of in reference.items()},
        "equal_each": bool((double.ours() - double.one_by_one()).abs().max() < TOLERANCE),
        "single_precision": {
            "largest_difference": float(difference.max()),
            "share_of_scores_beyond_tolerance": float((difference > TOLERANCE).float().mean()),
        },
        "gflops": round(counted / 1e9),
        "gflops_ratio": round(counted_reference / counted, 2),
    }
