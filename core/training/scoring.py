"""Apply a checkpoint to an entry.

Torch is imported only when something is scored: pages ask `can_score` about every entry they show.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

import numpy as np

from core.data import Entry, ScoreTrack
from core.errors import CheckpointError, InputError
from core.models.checkpoints import Checkpoint, load_model
from core.models.registry import SELF_DISCOVERED, SELF_DISCOVERED_LABEL, model_kind
from core.progress import Progress, silent

if TYPE_CHECKING:
    from core.models.summarizer import Summarizer


class ScoreSettings(TypedDict):
    """What `score` is asked for, wherever it is done."""

    n: int
    seed: int
    steps: int | None
    guidance: float | None
    eta: float
    temperature: float


class CheckpointLike(Protocol):
    """What `can_score` needs to know: a `Checkpoint`, or a row about one."""

    @property
    def kind(self) -> str: ...

    @property
    def applies_as(self) -> str: ...

    @property
    def feature_space(self) -> str: ...


def features_for(entry: Entry, kind: str, feature_space: str) -> tuple[np.ndarray | None, str]:
    """The entry's features in that space, or None and the reason why there are none.

    Where they lie does not matter: some datasets keep caption embeddings as `features`.
    """
    reason = lacks_features(entry, kind, feature_space)
    return (None, reason) if reason else (entry.features[feature_space], "")


def lacks_features(entry: Entry, kind: str, feature_space: str) -> str:
    """Why the entry has no features in that space, in a sentence for people; "" where it has some. Reads none."""
    if feature_space in entry.features:
        return ""
    model = model_kind(kind)
    if model.features == "visual":
        space, missing = entry.feature_space, "this entry has no features"
    else:
        space = entry.text_space
        missing = "the captions of this entry are not encoded" if entry.captions else "this entry has no captions"
    if space is None and (model.features == "text" or not entry.further_spaces):
        return f"{model.label}: {missing}."
    known = " and ".join(f"'{name}'" for name in (space, *entry.further_spaces) if name)
    return f"{model.label}: trained on '{feature_space}' features, this entry has {known}."


def can_score(checkpoint: CheckpointLike, entry: Entry) -> str:
    """Why this checkpoint cannot score this entry, in a sentence for people; "" when it can."""
    model = model_kind(checkpoint.kind)
    if checkpoint.applies_as == SELF_DISCOVERED and model.samples:
        return f"{model.label}: only pretrained, and a model that samples keeps no choices of frames; train it first."
    reason = lacks_features(entry, checkpoint.kind, checkpoint.feature_space)
    if not reason and len(entry.picks) < 2:
        return f"{model.label}: this entry has fewer than two picks."
    return reason


def score(
    checkpoint: Checkpoint,
    entry: Entry,
    *,
    n: int = 8,
    seed: int = 0,
    steps: int | None = None,
    guidance: float | None = None,
    eta: float = 1.0,
    temperature: float = 1.0,
    device: str = "auto",
    progress: Progress = silent,
    load: Callable[[], Summarizer] | None = None,
) -> ScoreTrack:
    """Score every pick of an entry.

    A checkpoint that was only pretrained is no summarizer yet: what it gives are samples of the summaries that it
    discovered, over 0.5 where a frame is kept (ViSP, section 4.4).

    Args:
        checkpoint: of any model; `n` and `seed` matter where it samples, `steps` to `temperature` for diffusion alone.
        entry: with features in the checkpoint's space.
        n: number of samples; sample k of a seed is the same for every n.
        seed: of the sampler.
        steps: DDIM steps, 1..1000; None for as many as its kind usually takes.
        guidance: weight of classifier-free guidance; None for the checkpoint's own.
        eta: 0..1, how much fresh noise each step adds.
        temperature: factor on all noise, 1 as trained.
        device: "auto", "cpu", "cuda".
        progress: told when the weights are loaded and when it is done.
        load: gives the checkpoint's model, where somebody keeps it; None to load it.

    Raises:
        CheckpointError: the entry's features are of another space or width, or the checkpoint cannot be loaded, or it
            was only pretrained and is of a model that samples.
        InputError: NaN features, fewer than two picks, settings out of range.
    """
    import torch

    from core.models.summarizer import Sampler

    if checkpoint.applies_as == SELF_DISCOVERED and (reason := can_score(checkpoint, entry)):
        raise CheckpointError(f"'{checkpoint.label}' cannot score '{entry.id}'. {reason}")
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
    model = load_model(checkpoint, device) if load is None else load()
    progress(0.3, f"Scoring {entry.title}")
    if checkpoint.applies_as == SELF_DISCOVERED:
        progress(1.0, "Done")
        return _self_discovered(checkpoint, model, features, n, seed)
    settings: dict[str, float] = {}
    read = torch.from_numpy(np.ascontiguousarray(features))
    if isinstance(model, Sampler):
        guidance = model.config.guidance if guidance is None else guidance
        steps = model_kind(checkpoint.kind).steps if steps is None else steps
        settings = {"steps": steps, "guidance": guidance, "eta": eta, "temperature": temperature}
        if window := model.window(len(read)):
            settings["window"] = window
        predicted = model.predict(read, n, seed, steps=steps, guidance=guidance, eta=eta, temperature=temperature)
    else:
        predicted = model.predict(read, n, seed)
    scores = predicted.numpy()
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
        names=_names(entry, scores) if model.named else (),
    )


def _names(entry: Entry, scores: np.ndarray) -> tuple[str, ...]:
    from core.signals.curves import times
    from core.signals.naming import names_of
    from core.signals.traits import known_traits

    return names_of(scores, known_traits(entry), times(entry.timebase, entry.picks))


def _self_discovered(checkpoint: Checkpoint, model: Any, features: np.ndarray, n: int, seed: int) -> ScoreTrack:
    import torch

    from core.models.batch import check_features
    from core.models.visp import draw

    if n < 1:
        raise InputError(f"At least one sample is needed, got {n}.")
    given = torch.from_numpy(np.ascontiguousarray(features))
    check_features(given, checkpoint.feature_width)
    temperature = float(checkpoint.training["visp"]["temperature"])
    with torch.inference_mode():
        alpha = model.logits(given[None].to(next(model.parameters()).device))[0].cpu()
        scores = draw(alpha, n, seed, temperature).numpy()
    return ScoreTrack(
        model=SELF_DISCOVERED_LABEL,
        kind=SELF_DISCOVERED,
        checkpoint=checkpoint.id,
        feature_space=checkpoint.feature_space,
        scores=scores,
        seed=seed,
        settings={"temperature": temperature},
    )
