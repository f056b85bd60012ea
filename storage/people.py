"""Who judged an entry: the people of its dataset together with those who labelled it here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from core.data import AnnotationSet, Entry
from core.labels import ratings_to_scores
from storage.annotations import TaskLabels
from storage.formats.eccv16 import summary_of

Who = Literal["all", "dataset", "own"]


def people_of(
    entry: Entry, labels: Sequence[TaskLabels], who: Who = "all", pseudonyms: bool = False
) -> AnnotationSet | None:
    """The people of an entry.

    Args:
        entry: with the people of its dataset.
        labels: what people labelled here on this entry.
        who: "dataset" and "own" leave out the others.
        pseudonyms: call the people who label here by their pseudonyms.

    Returns:
        None where nobody is left. Where the dataset gives each person's summary, those who label here get the cut
        that their scores lead to. Raw labels per frame only remain where everybody has them.
    """
    dataset = entry.annotations if who in ("all", "dataset") else None
    own = [] if who == "dataset" else list(labels)
    if not own:
        return dataset
    scores = np.stack([_scores(entry, one) for one in own])
    protocols = tuple(f"{one.task.protocol.name} v{one.task.protocol.version}" for one in own)
    names = [one.task.annotator.pseudonym if pseudonyms else one.task.annotator.name for one in own]
    if dataset is None:
        return AnnotationSet(_unique(names, ()), scores, protocols)
    summaries = dataset.summaries
    if summaries is not None:
        summaries = np.concatenate([summaries, [summary_of(entry, row) for row in scores]])
    return AnnotationSet(
        annotators=dataset.annotators + _unique(names, dataset.annotators),
        scores=np.concatenate([dataset.scores, scores]),
        protocols=dataset.protocols + protocols,
        summaries=summaries,
        simulated=dataset.simulated,
    )


def scores_of(entry: Entry, labels: Sequence[TaskLabels]) -> np.ndarray:
    """(U, T) scores of everybody, those of the dataset first; U is 0 where nobody judged."""
    dataset = np.empty((0, len(entry.picks)), np.float32) if entry.annotations is None else entry.annotations.scores
    return np.concatenate([dataset, *(_scores(entry, one)[None] for one in labels)])


def count_labels(entry: Entry, people: AnnotationSet | None, labels: Sequence[TaskLabels]) -> int:
    """How many shots were judged, over all people.

    Those who label here judged the shots of their task; for the people of a dataset, who may have judged anything, a
    judged shot is a default shot with a judged pick in it.
    """
    own = sum(len(one.state.ratings) for one in labels)
    if people is None:
        return own
    dataset = ~np.isnan(people.scores)
    if not entry.shots:
        return own + int(dataset.any(axis=1).sum())
    bounds = next(iter(entry.shots.values())).bounds
    shot = np.searchsorted(bounds[:, 0], entry.picks, side="right") - 1
    return own + sum(len(np.unique(shot[judged & (shot >= 0)])) for judged in dataset)


def _scores(entry: Entry, labels: TaskLabels) -> np.ndarray:
    task = labels.task
    return ratings_to_scores(labels.state.ratings, task.shots, entry.picks, task.protocol.scale)


def _unique(names: Sequence[str], taken: Sequence[str]) -> tuple[str, ...]:
    """The names, numbered where they are taken already."""
    seen = set(taken)
    unique: list[str] = []
    for name in names:
        candidate, number = name, 2
        while candidate in seen:
            candidate, number = f"{name} ({number})", number + 1
        seen.add(candidate)
        unique.append(candidate)
    return tuple(unique)
