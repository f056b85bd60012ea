"""Pretraining with ViSP: unlabelled videos in, a checkpoint to start training from out."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.compute import choose_device
from core.data import Entry
from core.errors import CheckpointError, InputError
from core.models.checkpoints import Checkpoint, save_checkpoint
from core.models.registry import SELF_DISCOVERED_LABEL, model_kind
from core.progress import Progress, ShouldStop, never, silent
from core.training.labels import trained_label
from core.training.loop import MAX_LISTED, TrainingVideo, fit, one_space, training_space
from core.training.recipes import TrainSettings

if TYPE_CHECKING:
    from core.models.visp import ViSPConfig


@dataclass(frozen=True)
class PretrainSettings:
    """How to pretrain; by default as published.

    Attributes:
        model: registry name of the summarizer.
        config: its configuration, where it is not its default.
        epochs: passes over the videos; published are 200. None for as many as make `updates`.
        updates: optimizer steps to make when `epochs` is None.
        batch_size: videos that are told from one another; at least 8, published are 32.
        piece: longer videos are cut into pieces of at most so many picks, each told from the others; None for whole
            videos, as published.
        lr: peak learning rate.
        seed: of everything random.
        device: "auto", "cpu" or "cuda".
        visp: fields of `core.models.visp.ViSPConfig` that are not its default.
    """

    model: str = "csta"
    config: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = 200
    updates: int = 200
    batch_size: int = 32
    piece: int | None = None
    lr: float = 1e-4
    seed: int = 0
    device: str = "auto"
    visp: Mapping[str, Any] = field(default_factory=dict)


# For a handful of films of any length: pieces of half a minute, because whole films are told apart by any few frames,
# and then nothing is learned about the others; random summaries as hard negatives for the same reason; and a size that
# is a constraint, because a fixed price per frame keeps all or nearly none, whichever price it is (both measured).
OWN_FILMS = PretrainSettings(
    model="mlp",
    config={"hidden": 128},
    epochs=None,
    updates=200,
    batch_size=16,
    piece=60,
    lr=1e-3,
    visp={"encoder": "attention", "hard_negatives": True, "free": 0.7, "beta_size": 0.1, "beta_binary": 0.01},
)


def unlabelled_videos(
    entries: Iterable[Entry], model: str, space: str | None = None
) -> tuple[list[TrainingVideo], str]:
    """The entries with features that the model reads, labelled or not; their labels are left behind.

    Args:
        entries: to learn from.
        model: registry name.
        space: the feature space to learn in; None for the one that `train` would take.

    Returns:
        The videos and the feature space they share.

    Raises:
        InputError: no entry can be used, or their features are of several spaces.
    """
    videos, spaces, looked_at = [], set(), 0
    for entry in entries:
        looked_at += 1
        found = space or training_space(entry, model)
        if found is not None and found in entry.features and len(entry.picks) >= 2:
            videos.append(TrainingVideo(entry.id, entry.features[found], np.zeros((1, len(entry.picks)), np.float32)))
            spaces.add(found)
    missing = f"None of the {looked_at} videos has {space or model_kind(model).features} features."
    return videos, one_space(videos, spaces, missing)


def pieces(video: TrainingVideo, picks: int) -> list[TrainingVideo]:
    """A video cut into equal pieces of at most so many picks, and of at least two."""
    count = max(1, min(-(-len(video.features) // max(picks, 2)), len(video.features) // 2))
    cuts = [round(n * len(video.features) / count) for n in range(count + 1)]
    return [TrainingVideo(video.id, video.features[a:b], video.targets[:, a:b]) for a, b in pairwise(cuts)]


def pretrain(
    videos: Sequence[TrainingVideo],
    settings: PretrainSettings,
    *,
    out: Path,
    feature_space: str,
    training_info: Mapping[str, Any] | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Checkpoint:
    """Pretrain a summarizer and write it to the new directory `out`; fine-tune it with `train(start_from=...)`.

    Args:
        videos: to learn from; their targets are not looked at.
        settings: how.
        out: the checkpoint's directory; its name is the checkpoint's id.
        feature_space: that the features belong to.
        training_info: added to `training`.
        progress: called after every epoch with {"epoch", "epochs", "loss"}.
        should_stop: asked after every batch.

    Raises:
        InputError: too few videos, or settings out of range.
        CheckpointError: `out` exists.
        Cancelled: `should_stop` said so; nothing is written.
    """
    import torch

    from core.models.visp import ViSP, ViSPConfig

    started = time.monotonic()
    visp: ViSPConfig = ViSPConfig(**settings.visp)
    if settings.batch_size < 8 or len(videos) < 8:
        raise InputError(
            f"ViSP tells videos from one another and needs at least 8 at once, "
            f"not {min(settings.batch_size, len(videos))}.",
            "Use more videos or a larger batch.",
        )
    passes = settings.updates if settings.epochs is None else settings.epochs
    if passes < 1:
        raise InputError(f"At least one epoch is needed, got {passes}.")
    if Path(out).exists():
        raise CheckpointError(f"'{out}' exists already.", "Choose another name; checkpoints are not overwritten.")
    kind = model_kind(settings.model)
    width = videos[0].features.shape[1]
    told_apart = (
        videos if settings.piece is None else [one for video in videos for one in pieces(video, settings.piece)]
    )
    # Equal batches: a last one of a single video has nothing to be told from.
    batches = max(1, len(told_apart) // settings.batch_size)
    loop = TrainSettings(
        model=settings.model,
        targets="mean",
        epochs=settings.epochs,
        updates=settings.updates,
        batch_size=-(-len(told_apart) // batches),
        lr=settings.lr,
        seed=settings.seed,
    )
    device = choose_device(settings.device)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(settings.seed)
        summarizer = kind.model_class(kind.config_class(feature_width=width, **settings.config))
        model = ViSP(summarizer, visp).to(device)
        model.prepare([torch.from_numpy(video.features) for video in videos])
        model.train()
        losses, _ = fit(model, told_apart, loop, started, None, progress, should_stop)
    training = {
        **(training_info or {}),
        "pretraining": "visp",
        "visp": asdict(visp),
        "epochs": len(losses),
        "batch_size": loop.batch_size,
        "piece": settings.piece,
        "lr": settings.lr,
        "seed": settings.seed,
        "targets": "none",
        "videos": [video.id for video in videos] if len(videos) <= MAX_LISTED else None,
        "n_videos": len(videos),
        "n_people": 0,
        "simulated": False,
        "loss": [round(loss, 6) for loss in losses],
        "seconds": round(time.monotonic() - started, 1),
    }
    label = f"{SELF_DISCOVERED_LABEL} ({trained_label(kind, feature_space)}, {len(videos)} videos)"
    return save_checkpoint(summarizer.eval(), Path(out), label=label, feature_space=feature_space, training=training)
