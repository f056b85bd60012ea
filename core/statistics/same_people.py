"""People who are the same from video to video."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from core.data import AnnotationSet, Entry

NUMBERED = re.compile(r"person \d+")


def people_known_by_name(entry: Entry) -> Entry:
    """The entry with those people only who have the same name in every video; without anybody where there are none.

    "Person 3" of a dataset is a number within one video.
    """
    people = entry.people
    kept = [row for row, name in enumerate(people.annotators) if not NUMBERED.fullmatch(name)]
    if not kept:
        return replace(entry, annotations=None)
    names, protocols = (tuple(each[row] for row in kept) for each in (people.annotators, people.protocols))
    simulated, sources = tuple(people.simulated[row] for row in kept), tuple(people.sources[row] for row in kept)
    known = AnnotationSet(names, people.scores[np.array(kept)], protocols, simulated=simulated, sources=sources)
    return replace(entry, annotations=known)
