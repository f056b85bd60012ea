"""Apply a checkpoint to an entry.

Torch is imported only when something is scored: pages ask `can_score` about every entry they show.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from core.data import Entry, ScoreTrack
from core.errors import CheckpointError, InputError
from core.models.checkpoints import Checkpoint, load_model
from core.models.registry import model_kind
from core.progress import Progress, silent


class CheckpointLike(Protocol):
    """What `can_score` needs to know: a `Checkpoint`, or a row about one."""

    @property
    def kind(self) -> str: ...

    @property
    def feature_space(self) -> str: ...


def features_for(entry: Entry, kind: str, feature_space: str) -> tuple[np.ndarray | None, str]:
    """The entry's features in that space, or None and the reason why there are none.

    Where they lie does not matter: some datasets keep caption embeddings as `features`.
    """
    features = entry.features_in(feature_space)
    if features is not None:
        return features, ""
    model = model_kind(kind)
    if model.features == "visual":
        space = None if entry.features is None else entry.feature_space
        missing = "this entry has no features"
    else:
        space = None if entry.text_features is None else entry.text_space
        missing = "the captions of this entry are not encoded" if entry.captions else "this entry has no captions"
    if space is None and (model.features == "text" or not entry.more):
        return None, f"{model.label}: {missing}."
    known = " and ".join(f"'{name}'" for name in (space, *entry.more) if name)
    return None, f"{model.label}: trained on '{feature_space}' features, this entry has {known}."


def can_score(checkpoint: CheckpointLike, entry: Entry) -> str:
    """Why this checkpoint cannot score this entry, in a sentence for people; "" when it can."""
    features, reason = features_for(entry, checkpoint.kind, checkpoint.feature_space)
    if features is not None and len(features) < 2:
        return f"{model_kind(checkpoint.kind).label}: this entry has fewer than two picks."
    return reason


def score(
    checkpoint: Checkpoint,
    entry: Entry,
    *,
    n: int = 8,
    seed: int = 0,
    steps: int = 10,
    guidance: float | None = None,
    eta: float = 1.0,
    temperature: float = 1.0,
    device: str = "auto",
    progress: Progress = silent,
) -> ScoreTrack:
    """Score every pick of an entry.

    Args:
        checkpoint: of any model; everything between `n` and `temperature` matters for models that sample only.
        entry: with features in the checkpoint's space.
        n: number of samples; sample k of a seed is the same for every n.
        seed: of the sampler.
        steps: DDIM steps, 1..1000.
        guidance: weight of classifier-free guidance; None for the checkpoint's own.
        eta: 0..1, how much fresh noise each step adds.
        temperature: factor on all noise, 1 as trained.
        device: "auto", "cpu", "cuda".
        progress: told when the weights are loaded and when it is done.

    Raises:
        CheckpointError: the entry's features are of another space or width, or the checkpoint cannot be loaded.
        InputError: NaN features, fewer than two picks, settings out of range.
    """
    import torch

    features, reason = features_for(entry, checkpoint.kind, checkpoint.feature_space)
    if features is None:
        raise CheckpointError(
            f"'{checkpoint.label}' cannot score '{entry.id}'. {reason}",
            "A checkpoint is never applied to features of another space.",
        )
    if features.shape[1] != checkpoint.feature_width:
        raise CheckpointError(
            f"'{checkpoint.label}' takes features of width {checkpoint.feature_width}, "
            f"'{entry.id}' has {features.shape[1]}."
        )
    progress(0.0, f"Loading {checkpoint.label}")
    model: Any = load_model(checkpoint, device)
    progress(0.3, f"Scoring {entry.title}")
    settings: dict[str, float] = {}
    if model.samples:
        if guidance is None:
            guidance = model.config.guidance
        settings = {"steps": steps, "guidance": guidance, "eta": eta, "temperature": temperature}
    scores = model.predict(torch.from_numpy(np.ascontiguousarray(features)), n, seed, **settings).numpy()
    if not np.isfinite(scores).all():
        raise InputError(f"'{checkpoint.label}' gave no finite scores for '{entry.id}'.", "Check its features.")
    progress(1.0, "Done")
    return ScoreTrack(
        model=checkpoint.label,
        kind=checkpoint.kind,
        checkpoint=checkpoint.id,
        feature_space=checkpoint.feature_space,
        scores=scores,
        seed=seed if model.samples else None,
        settings=settings,
    )
