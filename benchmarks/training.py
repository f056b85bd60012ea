"""Training on every person of TVSum's size: videos encoded once for all their people, against once per person.

The reference makes every (video, person) a training sample of its own, as the release does: in random order, each with
its own pass of the encoder, padded to the longest of its batch. Both sides take an optimizer step for 40 curves, the
release's batch. The model has the published sizes.

A checkout of the release (`benchmarks/released_summdiff.py`) gives its own loss for the same batches. It is compared
with ours on curves of one length: where one is padded, the release's convolutions look into the padding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from torch import Tensor

from benchmarks.evaluation import LENGTHS
from benchmarks.measuring import Result, peak_mb, reference_alone, timed
from benchmarks.released_summdiff import ReleasedSummDiff
from core.errors import InputError
from core.models.batch import Batch, masked_mse
from core.models.diffusion import to_logits, to_scores
from core.models.official.summdiff import official_names
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.training.batching import batches, units
from core.training.recipes import TrainSettings
from core.training.videos import TrainingVideo

VIDEOS, PEOPLE, WIDTH = 40, 20, 1024
PER_STEP = 40
DENOISERS = ("latentmlp", "DiT")  # the release's for TVSum, which decides, and the paper's
Learner: TypeAlias = SummDiff | ReleasedSummDiff
MUST = "5x the person-videos a second, loss and gradient within rounding"
STEPS_ON_CPU = 2  # of the reference's 20 in an epoch, which would take ten minutes


def training_individual(device: str | None = None, naive: bool = False, reference: Path | None = None) -> Result:
    """Forward, backward and optimizer step over all 800 person-videos of a fold; the figures are of the first denoiser.

    "equal" compares loss and gradient of both arrangements without dropout, at the same noise and noise levels.
    """
    device = device or ("cuda" if torch.cuda.is_available() else "cpu")
    if device == "cuda" and not torch.cuda.is_available():
        raise InputError("This machine has no CUDA device.", "Leave --device out.")
    videos = made_videos([LENGTHS[i] for i in np.random.default_rng(0).permutation(len(LENGTHS))[:VIDEOS]])

    def other(name: str) -> Learner:
        model = _model(name, device)
        return model if reference is None else ReleasedSummDiff(reference, model)

    def same(name: str) -> bool:
        model = _model(name, device)
        return same_gradient(model, videos[:2]) if reference is None else same_as_released(reference, model, videos[0])

    if naive:
        measured = {name: _reference_s(other(name), videos) for name in DENOISERS}
        return reference_alone("training-individual", measured[DENOISERS[0]], MUST)
    ours = {name: _ours_s(_model(name, device), videos) for name in DENOISERS}
    peak = peak_mb()
    theirs = {name: _reference_s(other(name), videos) for name in DENOISERS}
    ratios = {name: theirs[name] / ours[name] for name in DENOISERS}
    equal = all(same(name) for name in DENOISERS)
    return Result(
        "training-individual",
        ours[DENOISERS[0]],
        theirs[DENOISERS[0]],
        peak,
        equal,
        ratios[DENOISERS[0]] >= 5 and equal,
        MUST,
        {
            "device": device,
            "ratios": {name: round(ratio, 1) for name, ratio in ratios.items()},
            "person_videos_per_second": {name: round(VIDEOS * PEOPLE / s, 1) for name, s in ours.items()},
            "reference_person_videos_per_second": {name: round(VIDEOS * PEOPLE / s, 1) for name, s in theirs.items()},
        },
    )


def made_videos(lengths: Sequence[int], people: int = PEOPLE, width: int = WIDTH) -> list[TrainingVideo]:
    """Videos of these lengths in picks; the cost does not depend on what is in them."""
    random = np.random.default_rng(0)
    return [
        TrainingVideo(
            f"video {n}",
            random.standard_normal((length, width), np.float32),
            random.integers(1, 6, (people, length)).astype(np.float32) / 5,
        )
        for n, length in enumerate(lengths)
    ]


def one_by_one(videos: Sequence[TrainingVideo], per_step: int, random: np.random.Generator) -> Iterator[Batch]:
    """An epoch of batches of (video, person), every one with its own copy of the features."""
    pairs = [(video, curve) for video in videos for curve in video.targets]
    order = random.permutation(len(pairs))
    for start in range(0, len(pairs), per_step):
        yield padded([pairs[i] for i in order[start : start + per_step]])


def padded(pairs: Sequence[tuple[TrainingVideo, np.ndarray]]) -> Batch:
    """One curve for each row of features, all padded to the longest."""
    longest = max(len(curve) for _, curve in pairs)
    features = torch.zeros(len(pairs), longest, pairs[0][0].features.shape[1])
    valid = torch.zeros(len(pairs), longest, dtype=torch.bool)
    targets = torch.zeros(len(pairs), 1, longest)
    for i, (video, curve) in enumerate(pairs):
        features[i, : len(curve)] = torch.from_numpy(video.features)
        valid[i, : len(curve)] = True
        targets[i, 0, : len(curve)] = torch.from_numpy(curve)
    return Batch(features, valid, targets, valid[:, None].clone())


def same_gradient(model: SummDiff, videos: Sequence[TrainingVideo]) -> bool:
    """Whether both arrangements give one loss and one gradient, within float32's rounding."""
    model.eval()  # dropout would differ
    device = model.null_video.device
    settings = TrainSettings(batch_size=len(videos), curves_per_video=None)
    # The batch has its videos in an order of its own, shortest first or not; both sides follow it.
    shared = next(batches(units(videos, settings), settings, np.random.default_rng(0)))
    by_length = {len(video.features): video for video in videos}
    ordered = [by_length[int(valid.sum())] for valid in shared.valid]
    alone = padded([(video, curve) for video in ordered for curve in video.targets])
    t = torch.linspace(100, 900, len(videos)).long()
    noise = torch.randn(shared.targets.shape, generator=torch.Generator().manual_seed(0))
    people = shared.targets.shape[1]
    each_noise = noise.flatten(0, 1)[:, None]
    results = []
    for batch, levels, each in ((shared, t, noise), (alone, t.repeat_interleave(people), each_noise)):
        model.zero_grad()
        loss = loss_at(model, batch.to(device), levels.to(device), each.to(device))
        loss.backward()
        gradient = torch.cat([weight.grad.flatten() for weight in model.parameters() if weight.grad is not None])
        results.append((loss.detach(), gradient))
    (loss, gradient), (other_loss, other_gradient) = results
    near = bool((gradient - other_gradient).norm() <= 1e-3 * gradient.norm())
    return near and bool(torch.isclose(loss, other_loss, rtol=1e-5))


def same_as_released(path: Path, model: SummDiff, video: TrainingVideo, curves: int = 2) -> bool:
    """Whether a checkout and we find one loss and one gradient for some curves, within float32's rounding."""
    model.eval()
    device = model.null_video.device
    batch = padded([(video, curve) for curve in video.targets[:curves]]).to(device)
    t = torch.linspace(100, 900, curves, device=device).long()
    noise = torch.randn(batch.targets.shape, generator=torch.Generator().manual_seed(0)).to(device)
    released = ReleasedSummDiff(path, model)
    model.zero_grad()
    losses = loss_at(model, batch, t, noise), released.loss_at(batch, t, noise)
    for loss in losses:
        loss.backward()
    weights, theirs = dict(model.named_parameters()), dict(released.module.named_parameters())
    ours_and_theirs = [(weights[ours].grad, theirs[name].grad) for ours, name in official_names(model.config).items()]
    if any((ours is None) != (other is None) for ours, other in ours_and_theirs):
        return False
    pairs = [(ours, other) for ours, other in ours_and_theirs if ours is not None and other is not None]
    gradient, other_gradient = (torch.cat([each[side].flatten() for each in pairs]) for side in (0, 1))
    near = bool((gradient - other_gradient).norm() <= 1e-3 * gradient.norm())
    return near and bool(torch.isclose(losses[0], losses[1].to(losses[0]), rtol=1e-4))


def loss_at(model: SummDiff, batch: Batch, t: Tensor, noise: Tensor) -> Tensor:
    """`SummDiff.loss` without the null video, at given levels (B,) and noise (B, C, T)."""
    config = model.config
    memory, position = model.encode(batch.features, batch.valid)
    clean = to_logits(batch.targets, config.sigmoid_temp, config.eps)
    noised = to_scores(model.schedule.add_noise(clean, t, noise), config.sigmoid_temp)
    logits = model.denoise(noised, memory, position, t, batch.valid, batch.judged)
    return masked_mse(to_scores(logits, config.sigmoid_temp), batch.targets, batch.judged)


def _model(denoiser: str, device: str) -> SummDiff:
    torch.manual_seed(0)
    model = SummDiff(SummDiffConfig(WIDTH, denoiser=denoiser, p_uncond=0.2)).to(device).train()
    with torch.no_grad():
        for weight in model.parameters():  # zero-initialised outputs would stop the gradient
            weight.add_(0.02 * torch.randn_like(weight))
    return model


def _ours_s(model: SummDiff, videos: Sequence[TrainingVideo]) -> float:
    """Seconds of an epoch; the median of five on a GPU, one on the CPU."""
    settings = TrainSettings(batch_size=PER_STEP // PEOPLE, curves_per_video=None)
    random = np.random.default_rng(0)
    on_cpu = model.null_video.device.type == "cpu"
    drawn_from = units(videos, settings)
    _learn(model, islice(batches(drawn_from, settings, random), 1))
    return timed(lambda: _learn(model, batches(drawn_from, settings, random)), 1 if on_cpu else 5)[0]


def _reference_s(model: Learner, videos: Sequence[TrainingVideo]) -> float:
    """Seconds of an epoch; on the CPU from a part of one."""
    random = np.random.default_rng(0)
    on_cpu = model.null_video.device.type == "cpu"
    if not on_cpu:
        _learn(model, islice(one_by_one(videos, PER_STEP, random), 1))
    steps = STEPS_ON_CPU if on_cpu else None
    seconds, curves = timed(lambda: _learn(model, islice(one_by_one(videos, PER_STEP, random), steps)), 1)
    return seconds / curves * len(videos) * PEOPLE


def _learn(model: Learner, epoch: Iterator[Batch]) -> int:
    """A step for each batch; how many curves it learned from."""
    device = model.null_video.device
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    curves = 0
    for batch in epoch:
        optimizer.zero_grad()
        model.loss(batch.to(device)).backward()
        optimizer.step()
        curves += int(batch.judged.any(-1).sum())
    if device.type == "cuda":
        torch.cuda.synchronize()
    return curves
