"""Pretraining with ViSP: unlabelled videos in, a checkpoint to start training from out.

And with what ViSP is compared with: one fixed summary a video, of other videos than those that are fine-tuned on.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from core.compute import choose_device
from core.data import DEFAULT_BUDGET, Entry
from core.errors import CheckpointError, InputError
from core.models.checkpoints import Checkpoint
from core.models.registry import SELF_DISCOVERED_LABEL, model_kind
from core.progress import Progress, ShouldStop, never, silent
from core.statistics.curves import mean_of_people
from core.training.facts import MAX_LISTED, device_name
from core.training.labels import trained_label
from core.training.loop import fit, save_trained
from core.training.recipes import AS_PUBLISHED, TrainSettings
from core.training.underway import NOTHING_KEPT, Underway
from core.training.videos import TrainingVideo, one_space, training_space

if TYPE_CHECKING:
    from core.models.visp import ViSPConfig


@dataclass(frozen=True)
class PretrainSettings:
    """How to pretrain; by default as published.

    Attributes:
        model: registry name of the summarizer.
        method: "visp", or "fsa": the videos' targets are fixed summaries (`summarised_videos`), which a frame is in or
            not.
        config: its configuration, where it is not its default.
        epochs: passes over the videos; published are 200. None for as many as make `updates`.
        updates: optimizer steps to make when `epochs` is None.
        batch_size: videos that are told from one another; at least 8, published are 32.
        share: of the videos that are learned from, drawn by the seed; 1 for all, 0.5 as published to compare with.
        piece: longer videos are cut into pieces of at most so many picks, each told from the others; None for whole
            videos, as published.
        lr: peak learning rate.
        seed: of everything random.
        device: "auto", "cpu" or "cuda".
        visp: fields of `core.models.visp.ViSPConfig` that are not its default.
    """

    model: str = "csta"
    method: Literal["visp", "fsa"] = "visp"
    config: Mapping[str, Any] = field(default_factory=dict)
    epochs: int | None = 200
    updates: int = 200
    batch_size: int = 32
    share: float = 1.0
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


def summarised_videos(
    entries: Iterable[Entry], model: str, space: str | None = None, budget: float = DEFAULT_BUDGET
) -> tuple[list[TrainingVideo], str]:
    """Entries that people judged, each with one fixed summary: the published cut of people's mean (ViSP, section 4.4).

    Args:
        entries: of another data set than the one that is fine-tuned on.
        model, space: as in `unlabelled_videos`.
        budget: of the cuts.

    Returns:
        The videos, their one curve 1 at the picks in the cut and 0 at the others, and the feature space they share.

    Raises:
        InputError: no entry can be used, or their features are of several spaces.
    """
    from core.segment.segmentation import default_shots
    from core.select.published import select

    judged = [entry for entry in entries if entry.annotations is not None]
    videos, found = unlabelled_videos(judged, model, space)
    by_id = {entry.id: entry for entry in judged}

    def summarised(video: TrainingVideo) -> TrainingVideo:
        entry = by_id[video.id]
        mean = mean_of_people(entry.people.scores)
        cut = select(mean, entry.picks, default_shots(entry), entry.n_frames, budget).mask[entry.picks]
        made = any(entry.people.simulated)
        return replace(video, targets=cut[None].astype(np.float32), people=("fixed summary",), simulated=(made,))

    return [summarised(video) for video in videos], found


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
    underway: Underway = NOTHING_KEPT,
) -> Checkpoint:
    """Pretrain a summarizer and write it to the new directory `out`; fine-tune it with `train(start_from=...)`.

    Args:
        videos: to learn from; ViSP does not look at their targets.
        settings: how.
        out: the checkpoint's directory; its name is the checkpoint's id.
        feature_space: that the features belong to.
        training_info: added to `training`.
        progress: called after every epoch with {"epoch", "epochs", "loss"}.
        should_stop: asked after every batch.
        underway: where it keeps what it has, and whether that is enough by now.

    Raises:
        InputError: too few videos, or settings out of range.
        CheckpointError: `out` exists.
        Cancelled: `should_stop` said so; nothing is written.
    """
    import torch

    from core.models.summarizer import ClosedForm
    from core.models.visp import FixedSummaries, ViSP, ViSPConfig

    started = time.monotonic()
    visp: ViSPConfig = ViSPConfig(**settings.visp)
    contrasts = settings.method == "visp"
    if not 0 < settings.share <= 1:
        raise InputError(f"A share of the videos lies between 0 and 1, not at {settings.share}.")
    videos = [videos[i] for i in _kept(len(videos), settings)]
    if contrasts and (settings.batch_size < 8 or len(videos) < 8):
        raise InputError(
            f"ViSP tells videos from one another and needs at least 8 at once, "
            f"not {min(settings.batch_size, len(videos))}.",
            "Use more videos or a larger batch.",
        )
    if not videos:
        raise InputError("There is no video to learn from.")
    passes = settings.updates if settings.epochs is None else settings.epochs
    if passes < 1:
        raise InputError(f"At least one epoch is needed, got {passes}.")
    if Path(out).exists():
        raise CheckpointError(f"'{out}' exists already.", "Choose another name; checkpoints are not overwritten.")
    kind = model_kind(settings.model)
    if issubclass(kind.model_class, ClosedForm):
        raise InputError(
            f"{kind.label} is fitted to people's scores by a formula and cannot be pretrained.",
            "Pretrain another kind of model.",
        )
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
        **AS_PUBLISHED,
    )
    device = choose_device(settings.device)
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(settings.seed)
        summarizer = kind.model_class(kind.config_class(feature_width=width, **settings.config))
        model = (ViSP(summarizer, visp) if contrasts else FixedSummaries(summarizer)).to(device)
        model.prepare([torch.from_numpy(video.features) for video in videos])
        model.train()
        fitted = fit(model, told_apart, loop, started, None, progress, should_stop, underway)
    training = {
        **(training_info or {}),
        "pretraining": settings.method,
        **({"visp": asdict(visp)} if contrasts else {}),
        "epochs": len(fitted.epochs),
        "stopped_early": fitted.content,
        "batch_size": loop.batch_size,
        "piece": settings.piece,
        "lr": settings.lr,
        "seed": settings.seed,
        "share": settings.share,
        "targets": "none" if contrasts else "fixed summaries",
        "videos": [video.id for video in videos] if len(videos) <= MAX_LISTED else None,
        "n_videos": len(videos),
        "n_people": 0 if contrasts else None,
        "simulated": any(any(video.simulated) for video in videos),
        "loss": [round(loss, 6) for loss in fitted.losses],
        "seconds": round(fitted.seconds, 1),
        "device": device_name(device),
    }
    known_as = SELF_DISCOVERED_LABEL if contrasts else "Fixed summaries"
    label = f"{known_as} ({trained_label(kind, feature_space)}, {len(videos)} videos)"
    return save_trained(
        summarizer.eval(),
        Path(out),
        label=label,
        feature_space=feature_space,
        training=training,
        epochs=fitted.epochs,
    )


def _kept(count: int, settings: PretrainSettings) -> list[int]:
    """Which of so many videos are learned from, in their order."""
    if settings.share == 1:
        return list(range(count))
    order = np.random.default_rng(settings.seed).permutation(count)
    return sorted(order[: max(1, round(settings.share * count))].tolist())
