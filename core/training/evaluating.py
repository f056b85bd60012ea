"""A checkpoint against the people of many entries, and several splits in one table."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from core.data import Entry
from core.errors import InputError
from core.models.checkpoints import Checkpoint
from core.progress import Progress, silent
from core.statistics.agreement import human_band, mean_defined
from core.statistics.evaluation import agreement_with_people, default_protocol, figures_of
from core.training.scoring import features_for, score


def evaluate_checkpoint(
    checkpoint: Checkpoint,
    entries: Sequence[Entry],
    *,
    samples: int = 8,
    seed: int = 0,
    steps: int = 10,
    protocol: str | None = None,
    device: str = "auto",
    progress: Progress = silent,
) -> dict[str, Any]:
    """How well a checkpoint agrees with the people of entries.

    Args:
        checkpoint: to be evaluated.
        entries: with annotations, at least one.
        samples: per entry, for models that sample.
        seed: of the sampler.
        steps: of the sampler.
        protocol: one of `core.statistics.evaluation.PROTOCOLS`; None for what the labels of the first entry allow.
        device: "auto", "cpu", "cuda".

    Returns:
        The protocol, means over the entries, the same between people ("human"), every entry ("per_video"), and how
        many of the entries the checkpoint was trained on ("seen_in_training", None where it does not say).
    """
    protocol = protocol or default_protocol(entries[0])
    per_video: dict[str, dict[str, Any]] = {}
    bands: list[dict[str, Any]] = []
    for index, entry in enumerate(entries):
        progress(index / len(entries), f"Evaluating {entry.id}")
        scores = score(checkpoint, entry, n=samples, seed=seed, steps=steps, device=device).scores
        per_video[entry.key] = figures_of(entry, scores, protocol)
        if (band := human_band(entry)) is not None:
            bands.append(band)
    trained_on = checkpoint.training.get("videos")
    seen = None if trained_on is None else len({entry.id for entry in entries} & set(trained_on))
    return {
        "protocol": protocol,
        "checkpoint": checkpoint.id,
        "samples": samples,
        "selected_on_test": bool(checkpoint.training.get("selected_on_test")),
        "seen_in_training": seen,
        **mean_of([{k: v for k, v in row.items() if k != "protocol"} for row in per_video.values()]),
        "human": mean_of(bands),
        "per_video": per_video,
    }


def judge_on(entries: Sequence[Entry], kind: str, feature_space: str, seed: int = 0) -> Callable[[Any], float]:
    """Mean Spearman of a model's scores for these entries, to choose among epochs of a training.

    Args:
        entries: with annotations and features of the space; not those that are trained on.
        kind: registry name of the model.
        feature_space: that it is trained in.
        seed: of the sampler.
    """
    import torch

    def judge(model: Any) -> float:
        rhos = []
        for entry in entries:
            features, reason = features_for(entry, kind, feature_space)
            if features is None:
                raise InputError(f"'{entry.id}' cannot be judged on. {reason}")
            scores = model.predict(torch.from_numpy(np.ascontiguousarray(features)), 8, seed).numpy()
            rhos.append(agreement_with_people(default_protocol(entry), entry, scores).spearman)
        return mean_defined(rhos)

    return judge


def over_splits(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means over the splits and their standard deviations ("std") of results of `evaluate_checkpoint`.

    The results themselves are under "splits", in order, without their single entries.
    """
    told = ("protocol", "checkpoint", "samples", "selected_on_test", "seen_in_training", "per_video", "split")
    figures = [{k: v for k, v in result.items() if k not in told} for result in results]
    return {
        "protocol": results[0]["protocol"],
        "samples": results[0]["samples"],
        "selected_on_test": any(result["selected_on_test"] for result in results),
        **mean_of(figures),
        "std": deviation_of(figures),
        "splits": [{k: v for k, v in result.items() if k != "per_video"} for result in results],
    }


def mean_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means of figures that may be nested; undefined ones are left out, None where nothing is left."""
    return _reduced(rows, statistics.fmean)


def deviation_of(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Standard deviations (of a sample) of figures that may be nested; None for fewer than two."""
    return _reduced(rows, lambda values: statistics.stdev(values) if len(values) > 1 else None)


def _reduced(rows: Sequence[dict[str, Any]], reduce: Any) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, first in rows[0].items() if rows else ():
        if isinstance(first, dict):
            result[key] = _reduced([row[key] for row in rows], reduce)
        elif not isinstance(first, str):
            values = [row[key] for row in rows if row[key] is not None and math.isfinite(row[key])]
            result[key] = reduce(values) if values else None
    return result
