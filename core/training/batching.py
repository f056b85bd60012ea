"""Videos and what people said of them, as batches: what is drawn at once, in which order, what each curve weighs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.statistics.curves import mean_of_people
from core.training.judgements import Preference
from core.training.recipes import TrainSettings
from core.training.videos import TrainingVideo, only

if TYPE_CHECKING:
    from core.models.batch import Batch, Preferences


@dataclass(frozen=True, eq=False)
class Unit:
    """What is drawn at once: a video with all that was said of it, or one person's curve of it.

    Attributes:
        features: (T, D).
        curves: (U, T), each judged somewhere; NaN where not.
        weights: (U,) factors on the loss of these curves, from the settings.
        preferences: between cuts, each with its factor.
        share: how much of a video's weight it has, where videos weigh alike: 1 for a whole one, and 1 on average.
        numbers: (U,) of who is told apart, -1 for others; None where nobody is.
    """

    features: np.ndarray
    curves: np.ndarray
    weights: np.ndarray
    preferences: tuple[tuple[Preference, float], ...] = ()
    share: float = 1.0
    numbers: np.ndarray | None = None


def counting(videos: Sequence[TrainingVideo], settings: TrainSettings) -> list[TrainingVideo]:
    """The videos with those people and preferences alone that weigh anything; without those of which none is left."""
    found = []
    for video in videos:
        weights = weights_of(video, settings)
        said = tuple(one for one in video.preferences if _weight(one.person, one.source, settings) > 0)
        if (weights > 0).all() and len(said) == len(video.preferences):
            left = video
        else:
            left = replace(only(video, np.flatnonzero(weights > 0).tolist()), preferences=said)
        if left.says_something:
            found.append(left)
    return found


def weights_of(video: TrainingVideo, settings: TrainSettings) -> np.ndarray:
    """(U,) float32 factors on the loss of each person's curve."""
    names = (*video.people, *[""] * (len(video.targets) - len(video.people)))
    sources = (*video.sources, *[""] * (len(video.targets) - len(video.sources)))
    return np.array([_weight(*who, settings) for who in zip(names, sources, strict=True)], np.float32)


def units(videos: Sequence[TrainingVideo], settings: TrainSettings) -> list[Unit]:
    """What there is to draw from; videos of which nothing was said that weighs anything are left out."""
    whole = [_whole(video, settings) for video in counting(videos, settings)]
    if settings.batch_of == "videos":
        return whole
    judged = [len(one.curves) for one in whole if len(one.curves)]
    return [pair for one in whole for pair in _pairs(one, float(np.mean(judged)) if judged else 1.0)]


def batches(drawn_from: Sequence[Unit], settings: TrainSettings, generator: np.random.Generator) -> Iterator[Batch]:
    """One epoch, in the order that the settings ask for."""
    if settings.order == "length":
        # Lengths are jittered so that the same videos do not always meet.
        order = np.argsort([len(one.features) * generator.uniform(0.8, 1.25) for one in drawn_from])
    elif settings.order == "random":
        order = generator.permutation(len(drawn_from))
    else:
        order = np.arange(len(drawn_from))
    groups = [order[i : i + settings.batch_size] for i in range(0, len(order), settings.batch_size)]
    if settings.order == "length":
        groups = [groups[index] for index in generator.permutation(len(groups))]
    for group in groups:
        yield make_batch([drawn_from[i] for i in group], settings, generator)


def make_batch(drawn: Sequence[Unit], settings: TrainSettings, generator: np.random.Generator) -> Batch:
    """Draw each unit's curves and pad everything to the longest."""
    import torch

    from core.models.batch import Batch

    rows = [_drawn(one, settings, generator) for one in drawn]
    length = max(len(one.features) for one in drawn)
    count = max(1, *(len(chosen) for chosen in rows))
    features = np.zeros((len(drawn), length, drawn[0].features.shape[1]), np.float32)
    valid = np.zeros((len(drawn), length), bool)
    targets = np.full((len(drawn), count, length), np.nan, np.float32)
    weights = np.zeros((len(drawn), count), np.float32)
    people = np.full((len(drawn), count), -1, np.int64)
    for i, (one, chosen) in enumerate(zip(drawn, rows, strict=True)):
        features[i, : len(one.features)] = one.features
        valid[i, : len(one.features)] = True
        targets[i, : len(chosen), : len(one.features)] = one.curves[chosen]
        weights[i, : len(chosen)] = one.weights[chosen]
        if one.numbers is not None:
            people[i, : len(chosen)] = one.numbers[chosen]
    judged = ~np.isnan(targets)
    given = [torch.from_numpy(each) for each in (features, valid, np.nan_to_num(targets), judged)]
    coefficients = _coefficients(weights, judged, np.array([one.share for one in drawn]), settings)
    factors = None if coefficients is None else torch.from_numpy(coefficients)
    told_apart = None if all(one.numbers is None for one in drawn) else torch.from_numpy(people)
    said = _preferences(drawn, length, settings)
    return Batch(given[0], given[1], given[2], given[3], factors, said, told_apart)


def _whole(video: TrainingVideo, settings: TrainSettings) -> Unit:
    judged = (~np.isnan(video.targets)).any(1)
    curves, weights = video.targets[judged], weights_of(video, settings)[judged]
    numbers = np.array(video.numbers)[judged] if video.numbers else None
    if settings.targets == "mean" and len(curves):
        mean = mean_of_people(curves, None if (weights == 1).all() else weights)
        curves, weights, numbers = mean[None].astype(np.float32), np.ones(1, np.float32), None
    said = tuple((one, _weight(one.person, one.source, settings)) for one in video.preferences)
    return Unit(video.features, curves, weights, said, numbers=numbers)


def _weight(person: str, source: str, settings: TrainSettings) -> float:
    """The factor of a person: their own, else that of where they are from, else 1."""
    return settings.weights.get(person, settings.weights.get(source, 1.0))


def _pairs(one: Unit, usual: float) -> Iterator[Unit]:
    """Every curve and every preference of a video for itself; `usual` is how many curves a video has on average."""
    for row in range(len(one.curves)):
        part = slice(row, row + 1)
        numbers = None if one.numbers is None else one.numbers[part]
        share = usual / len(one.curves)
        yield Unit(one.features, one.curves[part], one.weights[part], share=share, numbers=numbers)
    for said in one.preferences:
        yield replace(one, curves=one.curves[:0], weights=one.weights[:0], preferences=(said,), numbers=None)


def _drawn(one: Unit, settings: TrainSettings, generator: np.random.Generator) -> np.ndarray:
    """Which of its curves are drawn: all, or some without repetition."""
    most = settings.curves_per_video
    if most is None or most >= len(one.curves):
        return np.arange(len(one.curves))
    return generator.choice(len(one.curves), most, replace=False)


def _coefficients(
    weights: np.ndarray, judged: np.ndarray, shares: np.ndarray, settings: TrainSettings
) -> np.ndarray | None:
    """(B, C) factors whose products with the curves' mean squared errors add up to the loss; None for their mean.

    Factors on people are not divided out again: in a batch of one curve they would be lost.
    """
    there = np.asarray(judged.any(-1))
    if settings.alike == "curves":
        if (weights[there] == 1).all():
            return None
        base, total = there.astype(np.float64), there.sum()
    elif settings.alike == "frames":
        base, total = judged.sum(-1).astype(np.float64), judged.sum()
    else:
        base = there * shares[:, None] / np.maximum(there.sum(1, keepdims=True), 1)
        total = there.any(1).sum()
    coefficients: np.ndarray = (base * weights / max(total, 1)).astype(np.float32)
    return coefficients


def _preferences(drawn: Sequence[Unit], length: int, settings: TrainSettings) -> Preferences | None:
    import torch

    from core.models.batch import Preferences

    said = [(i, one, weight) for i, unit in enumerate(drawn) for one, weight in unit.preferences]
    if not said:
        return None
    better, worse = np.zeros((2, len(said), length), np.float32)
    for row, (_, one, _) in enumerate(said):
        better[row, : len(one.better)], worse[row, : len(one.worse)] = one.better, one.worse
    weights = np.array([settings.preference_weight * weight / len(said) for *_, weight in said], np.float32)
    shown = [torch.from_numpy(each) for each in (better, worse, weights)]
    return Preferences(torch.tensor([i for i, *_ in said]), shown[0], shown[1], shown[2])
