"""Samples of SummDiff at once, against sampling one by one.

The reference (`benchmarks/plain_summdiff.py`) does for every sample what the release's loop does: both videos are
encoded again, and both branches of the guidance go through the denoiser in all ten steps, attention written out.
`ratios` also has what comes of other readings of "one by one": with PyTorch's fused attention, and with the encoder
run again in every step. One by one, every sample takes as long as the first, so the first is what is timed.

Whether both give the same is judged in double precision. In single precision a noised score within rounding of the
border of two codes can fall on either side of it, whatever order the additions are done in; how often that happened is
said in `single_precision`.

A checkout of the release (`benchmarks/released_summdiff.py`) samples in its own loop with our weights and noise. It
knows single precision only, so `equal` allows what `benchmarks/conformance.py` does: a share of scores across borders.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.conformance import BORDERS, SCORES
from benchmarks.measuring import REPEATS, Result, peak_mb, timed
from benchmarks.plain_summdiff import PLAIN, one_by_one
from benchmarks.released_summdiff import ReleasedSummDiff
from benchmarks.roofline import flops, matmul_rate
from core.models.diffusion import sampling_noise
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig

SAMPLES, PICKS, WIDTH, STEPS = 16, 1200, 1024, 10
MINUTES_5 = 300  # picks
TOLERANCE = 1e-4
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


def sampling_1(naive: bool = False, reference: Path | None = None) -> Result:
    """One sample of five minutes, latentmlp as published for SumMe and TVSum."""
    return _one("sampling-1", made("latentmlp", samples=1, picks=MINUTES_5), 1.9, naive, reference)


def sampling_16(naive: bool = False, reference: Path | None = None) -> Result:
    """Sixteen samples of five minutes, latentmlp; without a checkout `longer` has all denoisers at twenty minutes."""
    shown = _one("sampling-16", made("latentmlp", picks=MINUTES_5), 3.4, naive, reference)
    if naive or reference:
        return shown
    measured = {denoiser: measure(made(denoiser)) for denoiser in PLAIN}
    longer = {key: {denoiser: of[key] for denoiser, of in measured.items()} for key in measured["DiT"]}
    rate = matmul_rate(torch.device("cpu")) / 1e9
    facts = shown.facts | {
        "longer": longer,
        "matmul_gflops_a_second": round(rate),
        "share_of_matmul_rate": {
            denoiser: round(of["gflops"] / of["seconds_each"] / rate, 2) for denoiser, of in measured.items()
        },
    }
    return replace(shown, equal=shown.equal and all(longer["equal_each"].values()), facts=facts)


def sampling_dit_8(naive: bool = False, reference: Path | None = None) -> Result:
    """Eight samples of twenty minutes, the paper's denoiser."""
    return _one("sampling-dit-8", made("DiT", samples=8), 4.9, naive, reference)


def again_16() -> Result:
    """Sixteen more samples of a video, where the model has kept what it made of it; the reference encodes again."""
    case = made("latentmlp", picks=MINUTES_5)
    kept = replace(case, model=copy.deepcopy(case.model))
    kept.model.keep_encodings()
    kept.ours()
    pairs = [(timed(kept.ours, 1), timed(case.ours, 1)) for _ in range(REPEATS)]
    seconds, reference = ([one[side][0] for one in pairs] for side in (0, 1))
    same = all(torch.equal(ours[1], theirs[1]) for ours, theirs in pairs)
    spread = {"seconds_each_run": seconds, "reference_seconds_each_run": reference}
    ours, theirs = median(seconds), median(reference)
    return Result("again-16", ours, theirs, peak_mb(), same, same and ours < theirs, "nothing is encoded again", spread)


def _one(name: str, case: Case, must: float, naive: bool, reference: Path | None = None) -> Result:
    """A case against its first sample alone, in turn; both as one sample takes the reference, times how many."""
    sampled, same_scores = _plain() if reference is None else _released(case, reference)
    samples, one = len(case.noise[0]), case.first(1)
    said = f"{must}x the samples a second"
    if naive:
        return Result(name, None, samples * timed(lambda: sampled(one))[0], peak_mb(), None, None, said)
    case.ours(), sampled(one)  # what is allocated and chosen the first time
    pairs = [(timed(case.ours, 1)[0], samples * timed(lambda: sampled(one), 1)[0]) for _ in range(REPEATS)]
    same = same_scores(case.first(2))
    ratios = [round(theirs / ours, 2) for ours, theirs in pairs]
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    return Result(
        name, ours, theirs, peak_mb(), same, same and median(ratios) >= must, said, {"ratio_each_run": sorted(ratios)}
    )


def _plain() -> tuple[Callable[[Case], Tensor], Callable[[Case], bool]]:
    """How our reference samples, and whether it gives what we give."""

    def same(few: Case) -> bool:
        double = few.in_double_precision()
        return bool((double.ours() - double.one_by_one()).abs().max() < TOLERANCE)

    return Case.one_by_one, same


def _released(case: Case, path: Path) -> tuple[Callable[[Case], Tensor], Callable[[Case], bool]]:
    """How a checkout samples, and whether it gives what we give."""
    released = ReleasedSummDiff(path, case.model)

    def sampled(of: Case) -> Tensor:
        return released.sample(of.features, of.noise)

    def same(few: Case) -> bool:
        difference = (few.ours() - sampled(few)).abs()
        return float((~(difference <= SCORES)).float().mean()) <= BORDERS  # NaN is beyond

    return sampled, same


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
