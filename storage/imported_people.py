"""People of a label file of another tool beside those whom an entry has, and under names that stay theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.data import AnnotationSet, Entry
from storage.formats.eccv16 import summary_of
from storage.formats.stretches import Said

HIGHEST = 5  # of labels per frame, which are TVSum's 1 to 5


@dataclass(frozen=True, eq=False)
class Taken:
    """What became of the people of a file.

    Attributes:
        people: everybody of the entry's dataset from now on; None where there is still nobody.
        added: names of who was not there.
        renewed: names of whom another file of the same tool had brought, and whose labels are others now.
        there: names of who is there already with the very same scores.
    """

    people: AnnotationSet | None
    added: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    there: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether anything is different from before."""
        return bool(self.added or self.renewed)


def with_people(entry: Entry, given: Sequence[Said], own: AnnotationSet | None = None) -> Taken:
    """The people of an entry together with those of a file.

    Whoever is there under the same name with the same scores is not taken again, however they came. Whom the same tool
    brought before, under the same name, has the labels of the new file from now on. A name that somebody else has is
    told apart by the tool: "Ada (elan)". So the same file twice changes nothing.

    Args:
        entry: with the people of its dataset.
        given: from `storage.formats.stretches.people_in`; their protocols are the name of the tool.
        own: who labelled the entry here, under the names of exports.
    """
    rows = {row.person: row for row in _said(entry.annotations)}
    here = {row.person: row for row in _said(own)}
    added, renewed, there = [], [], []
    for new in given:
        name = f"{new.person} ({new.protocol})"
        at = [known[one] for one in (new.person, name) for known in (here, rows) if one in known]
        same = next((row for row in at if _alike(row, new)), None)
        before = next((row for row in at if row.protocol == new.protocol and row.person in rows), None)
        if same is not None:
            there.append(same.person)
        elif before is not None:
            rows[before.person] = replace(new, person=before.person)
            renewed.append(before.person)
        else:
            taken = rows.keys() | here.keys()
            free, count = name if new.person in taken else new.person, 2
            while free in taken:
                free, count = f"{name} ({count})", count + 1
            rows[free] = replace(new, person=free)
            added.append(free)
    people = _people(entry, list(rows.values())) if added or renewed else entry.annotations
    return Taken(people, tuple(added), tuple(renewed), tuple(there))


def _said(people: AnnotationSet | None) -> list[Said]:
    if people is None:
        return []
    return [
        Said(
            person,
            people.protocols[row],
            people.scores[row],
            None if people.summaries is None else people.summaries[row],
            people.simulated[row],
            None if people.frame_labels is None else people.frame_labels[row],
        )
        for row, person in enumerate(people.annotators)
    ]


def _alike(known: Said, new: Said) -> bool:
    """Whether they say the same; who selected the same picks may have selected other frames."""
    if not np.allclose(known.scores, new.scores, atol=1e-6, equal_nan=True):
        return False
    return known.summary is None or new.summary is None or np.array_equal(known.summary, new.summary)


def _people(entry: Entry, rows: Sequence[Said]) -> AnnotationSet:
    summaries = labels = None
    if any(row.summary is not None for row in rows):
        summaries = np.stack([summary_of(entry, row.scores) if row.summary is None else row.summary for row in rows])
    if any(row.labels is not None for row in rows):
        labels = np.stack([_per_frame(entry, row.scores) if row.labels is None else row.labels for row in rows])
    return AnnotationSet(
        tuple(row.person for row in rows),
        np.stack([row.scores for row in rows]).astype(np.float32),
        tuple(row.protocol for row in rows),
        summaries,
        labels,
        tuple(row.simulated for row in rows),
    )


def _per_frame(entry: Entry, scores: np.ndarray) -> np.ndarray:
    """(n_frames,) uint8 of 1 to 5, as those of people who judged frame by frame; 0 where not judged."""
    rated = np.floor(scores * np.float32(HIGHEST) + np.float32(0.5)).clip(1, HIGHEST)
    pick = np.searchsorted(entry.picks, np.arange(entry.n_frames), side="right") - 1
    return np.nan_to_num(rated).astype(np.uint8)[np.maximum(pick, 0)]
