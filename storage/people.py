"""Who judged an entry: the people of its dataset together with those who labelled it here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from core.data import AnnotationSet, Entry
from core.labelling.conversions import scores_of_state, segments_to_scores
from core.labelling.who import Who
from storage.formats.eccv16 import summaries_of, summary_of
from storage.tasks import TaskLabels


def people_of(
    entry: Entry, labels: Sequence[TaskLabels], who: Who = "all", pseudonyms: bool = False, lag: float = 0.0
) -> AnnotationSet | None:
    """The people of an entry.

    Args:
        entry: with the people of its dataset.
        labels: what people labelled here on this entry.
        who: "dataset" and "own" leave out the others.
        pseudonyms: call the people who label here by their pseudonyms.
        lag: seconds by which continuous ratings come after what they are about.

    Returns:
        None where nobody is left. Who labelled here and is among the dataset's people with the very same scores, as
        after the import of an export of these labels, is there once. Where somebody has a summary of their own (the
        dataset gives it, or they marked keyshots), the others get the cut that their scores lead to. Raw labels per
        frame only remain where everybody has them.
    """
    dataset = entry.annotations if who in ("all", "dataset") else None
    given = [] if who == "dataset" else [(one, _scores(entry, one, lag)) for one in labels]
    if dataset is not None:
        given = [(one, row) for one, row in given if not _is_among(dataset, one, row)]
    if not given:
        return dataset
    own, scores = [one for one, _ in given], np.stack([row for _, row in given])
    names = [one.task.annotator.pseudonym if pseudonyms else one.task.annotator.name for one in own]
    mine = AnnotationSet(
        _unique(names, ()),
        scores,
        tuple(str(one.task.protocol) for one in own),
        simulated=tuple(one.task.annotator.simulated for one in own),
        sources=("own",) * len(own),
    )
    if any(one.state.marks for one in own) or (dataset is not None and dataset.summaries is not None):
        rows = zip(own, scores, strict=True)
        mine = replace(mine, summaries=np.stack([_own_summary(entry, one, row) for one, row in rows]))
    if dataset is None:
        return mine
    summaries = None
    if mine.summaries is not None:
        summaries = np.concatenate([summaries_of(entry, dataset), mine.summaries])
    return AnnotationSet(
        annotators=dataset.annotators + _unique(names, dataset.annotators),
        scores=np.concatenate([dataset.scores, scores]),
        protocols=dataset.protocols + mine.protocols,
        summaries=summaries,
        simulated=dataset.simulated + mine.simulated,
        sources=dataset.sources + mine.sources,
    )


def scores_of(entry: Entry, labels: Sequence[TaskLabels]) -> np.ndarray:
    """(U, T) scores of everybody, those of the dataset first; U is 0 where nobody judged."""
    dataset = np.empty((0, len(entry.picks)), np.float32) if entry.annotations is None else entry.annotations.scores
    return np.concatenate([dataset, *(_scores(entry, one)[None] for one in labels)])


def count_labels(entry: Entry, people: AnnotationSet | None, labels: Sequence[TaskLabels]) -> int:
    """How many labels there are, over all people.

    Of those who label here, what they gave: rated shots, marked segments, takes. For the people of a dataset, who may
    have judged anything, a judged shot is a default shot with a judged pick in it.
    """
    own = sum(one.state.judged for one in labels)
    if people is None:
        return own
    dataset = ~np.isnan(people.scores)
    if not entry.shots:
        return own + int(dataset.any(axis=1).sum())
    bounds = next(iter(entry.shots.values())).bounds
    shot = np.searchsorted(bounds[:, 0], entry.picks, side="right") - 1
    return own + sum(len(np.unique(shot[judged & (shot >= 0)])) for judged in dataset)


def _scores(entry: Entry, labels: TaskLabels, lag: float = 0.0) -> np.ndarray:
    task = labels.task
    return scores_of_state(labels.state, task.protocol.settings, task.shots, entry.picks, entry.timebase, lag)


def _is_among(people: AnnotationSet, labels: TaskLabels, scores: np.ndarray) -> bool:
    """Whether somebody is among these people, under their name or pseudonym, with these scores (T,)."""
    names = {labels.task.annotator.name, labels.task.annotator.pseudonym}
    rows = [row for row, name in enumerate(people.annotators) if name in names]
    return any(np.allclose(people.scores[row], scores, atol=1e-6, equal_nan=True) for row in rows)


def _own_summary(entry: Entry, labels: TaskLabels, scores: np.ndarray) -> np.ndarray:
    if labels.state.marks:
        return segments_to_scores(labels.state.marks.values(), np.arange(entry.n_frames)).astype(np.uint8)
    return summary_of(entry, scores)


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
