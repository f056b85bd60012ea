"""What must hold before people's labels are written in any format."""

from __future__ import annotations

import numpy as np

from core.data import AnnotationSet, Entry
from core.errors import InputError


def checked_people(entry: Entry) -> AnnotationSet:
    """The people of an entry, when their arrays are as `core.data` says.

    Raises:
        InputError: names the entry; nobody judged it, or a shape or a value is wrong.
    """
    people = entry.annotations
    if people is None or len(people) == 0:
        raise InputError(f"Nobody has judged '{entry.id}'.", "Leave it out, or label it first.")
    count, picks = len(people), entry.picks
    if len(picks) == 0 or picks[0] < 0 or picks[-1] >= entry.n_frames or np.any(np.diff(picks) <= 0):
        raise InputError(f"The picks of '{entry.id}' should ascend within its {entry.n_frames} frames.")
    if len(people.protocols) != count or len(set(people.annotators)) != count:
        raise InputError(f"The {count} people of '{entry.id}' should have different names and a protocol each.")
    scores = people.scores
    if scores.shape != (count, len(picks)) or np.any((scores < 0) | (scores > 1)):
        raise InputError(f"The scores of '{entry.id}' should be ({count}, {len(picks)}), in [0, 1] or NaN.")
    whole = (count, entry.n_frames)
    if people.summaries is not None and (
        people.summaries.shape != whole or not np.isin(people.summaries, (0, 1)).all()
    ):
        raise InputError(f"The summaries of '{entry.id}' should be {whole} of 0 and 1.")
    if people.frame_labels is not None and people.frame_labels.shape != whole:
        raise InputError(f"The labels per frame of '{entry.id}' should be {whole}.")
    return people
