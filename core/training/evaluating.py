"""A checkpoint against the people of many entries, and several splits in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any

import numpy as np

from core.data import Entry
from core.engine import HERE, Do, Engine
from core.errors import InputError
from core.models.checkpoints import Checkpoint, load_model
from core.models.provenance import learned_from
from core.models.registry import in_pairs
from core.progress import Progress, ShouldStop, silent
from core.statistics.agreement import human_band
from core.statistics.alignment import alignment_of, over_videos, without_interval
from core.statistics.chance import chance_of, skill_intervals, skill_of
from core.statistics.curves import mean_defined
from core.statistics.evaluation import agreement_with_people, default_protocol, figures_of
from core.statistics.figure import deviation_of, mean_of
from core.statistics.results import (
    Alignment,
    Chance,
    Evaluation,
    Figures,
    HumanBand,
    Placed,
    SplitsEvaluation,
    VideoFigures,
)
from core.training.scoring import features_for, score


def evaluate_checkpoint(
    checkpoint: Checkpoint,
    entries: Sequence[Entry],
    *,
    samples: int = 8,
    seed: int = 0,
    steps: int | None = None,
    guidance: float | None = None,
    eta: float = 1.0,
    temperature: float = 1.0,
    protocol: str | None = None,
    device: str = "auto",
    progress: Progress = silent,
    engine: Engine = HERE,
) -> Evaluation:
    """How well a checkpoint agrees with the people of entries.

    Args:
        checkpoint: to be evaluated.
        entries: with annotations, at least one.
        samples: per entry, for models that sample.
        seed, steps, guidance, eta, temperature: of the sampler, as in `core.training.scoring.score`.
        protocol: one of `core.statistics.evaluation.PROTOCOLS`; None for what the labels of the first entry allow.
        device: "auto", "cpu", "cuda".
        engine: who scores them.
    """
    protocol = protocol or default_protocol(entries[0])
    how = {"steps": steps, "guidance": guidance, "eta": eta, "temperature": temperature}
    work = Scoring(checkpoint, protocol, {"n": samples, "seed": seed, "device": device, **how})
    per_video: dict[str, VideoFigures] = {}
    one_dataset = len({entry.key for entry in entries}) == len(entries)
    placed: list[tuple[Figures, Chance, HumanBand]] = []
    sampler: Mapping[str, float] = {}

    def told_of(entry: Entry) -> Progress:
        progress(len(found) / len(entries), f"Evaluating {entry.id}")
        return silent

    found: dict[str, Scored] = {}
    for done in engine.map(work, (to_be_scored(entry, checkpoint) for entry in entries), told_of):
        found[done.item.id] = done.result()
    for entry in entries:
        one = found[entry.id]
        sampler = one.sampler
        per_video[entry.key if one_dataset else entry.id] = one.figures
        if one.band is not None and one.chance is not None:
            placed.append((one.figures, one.chance, one.band))
    learned = learned_from(checkpoint)
    saw = [learned.saw(entry.id) for entry in entries]
    return Evaluation(
        **vars(over_entries(list(per_video.values()), placed)),
        checkpoint=checkpoint.id,
        samples=samples,
        selected_on_test=bool(checkpoint.training.get("selected_on_test")),
        sampler=sampler,
        seen_in_training=None if None in saw and True not in saw else saw.count(True),
        per_video=per_video,
    )


@dataclass(frozen=True)
class Scored:
    """What one entry says of a checkpoint: figures, and what stands beside them; how it was sampled."""

    figures: VideoFigures
    chance: Chance | None
    band: HumanBand | None
    sampler: Mapping[str, float]


@dataclass(frozen=True)
class Scoring:
    """A checkpoint against the people of an entry.

    Attributes:
        checkpoint: that is evaluated.
        protocol: see `evaluate_checkpoint`.
        how: what `core.training.scoring.score` takes.
    """

    checkpoint: Checkpoint
    protocol: str
    how: Mapping[str, Any]

    def open(self) -> Do[Entry, Scored]:
        load = cache(lambda: load_model(self.checkpoint, self.how["device"]))

        def do(entry: Entry, progress: Progress, should_stop: ShouldStop) -> Scored:
            track = score(self.checkpoint, entry, **self.how, load=load)
            figures = VideoFigures(
                **vars(figures_of(entry, track.scores, self.protocol, in_pairs(track.kind))),
                alignment=alignment_of(entry, track.scores),
            )
            seed = self.how["seed"]
            sampler = track.settings if track.seed is None else {"seed": seed, **track.settings}
            return Scored(figures, chance_of(entry, track.scores, self.protocol, seed), human_band(entry), sampler)

        return do


def to_be_scored(entry: Entry, checkpoint: Checkpoint) -> Entry:
    """The entry with the features that a checkpoint reads, and those that lists show, so that it can be sent."""
    wanted = {checkpoint.feature_space, entry.feature_space, entry.text_space}
    return replace(
        entry, features={name: entry.features[name] for name in sorted(filter(None, wanted)) if name in entry.features}
    )


def over_entries(videos: Sequence[VideoFigures], judged: Sequence[tuple[Figures, Chance, HumanBand]]) -> Placed:
    """Means over videos, beside people and noise on those that two people judged."""
    figures = mean_of(videos)
    alignment = over_videos([one.alignment for one in videos if one.alignment is not None])
    if not judged:
        return Placed(**{**vars(figures), "alignment": alignment})
    those, chances, bands = zip(*judged, strict=True)
    human, chance = mean_of(bands), mean_of(chances)
    limits = skill_intervals(those, chances, [band.closest for band in bands])
    skill = replace(skill_of(figures, chance, human.closest), intervals=limits)
    return Placed(**{**vars(figures), "human": human, "chance": chance, "skill": skill, "alignment": alignment})


def selection_criterion(
    entries: Sequence[Entry], kind: str, feature_space: str, seed: int = 0
) -> Callable[[Any], float]:
    """Mean Spearman of a model's scores for these entries, to choose among epochs of a training.

    Args:
        entries: with annotations and features of the space; not those that are trained on.
        kind: registry name of the model.
        feature_space: that it is trained in.
        seed: of the sampler.
    """
    import torch

    def criterion(model: Any) -> float:
        rhos = []
        for entry in entries:
            features, reason = features_for(entry, kind, feature_space)
            if features is None:
                raise InputError(f"'{entry.id}' cannot be judged on. {reason}")
            scores = model.predict(torch.from_numpy(np.ascontiguousarray(features)), 8, seed).numpy()
            rhos.append(agreement_with_people(default_protocol(entry), entry, scores).spearman)
        return mean_defined(rhos)

    return criterion


def over_splits(results: Sequence[Evaluation]) -> SplitsEvaluation:
    """Means over splits or seeds and their standard deviations; the results are kept without their single entries."""
    rows = [_without_intervals(result) for result in results]
    each: dict[str, list[Alignment]] = {}
    for result in results:
        for video, figures in (result.per_video or {}).items():
            if figures.alignment is not None:
                each.setdefault(video, []).append(figures.alignment)
    mean = replace(mean_of(rows), alignment=over_videos([mean_of(of_video) for of_video in each.values()]))
    return SplitsEvaluation(
        **vars(mean),
        samples=results[0].samples,
        sampler=results[0].sampler,
        selected_on_test=any(result.selected_on_test for result in results),
        std=deviation_of(rows),
        splits=tuple(replace(result, split=number, per_video=None) for number, result in enumerate(results)),
    )


def _without_intervals(result: Evaluation) -> Placed:
    """What has a mean over splits."""
    found = Placed(**{one.name: getattr(result, one.name) for one in fields(Placed)})
    return replace(
        found,
        skill=found.skill and replace(found.skill, intervals=None),
        alignment=found.alignment and without_interval(found.alignment),
    )
