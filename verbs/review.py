"""The verbs of the Review page that take a while: how far labels can be relied on, and joining two installations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import AnnotationSet, Entry
from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, never, part, silent
from verbs.plain import plain

if TYPE_CHECKING:
    from storage.assignments import Assignment
    from storage.library import Library
    from storage.people import Who

NUMBERED = re.compile(r"person \d+")


def reliability(
    library: Library,
    *,
    people: Who = "own",
    dataset: str | None = None,
    assignment: int | None = None,
    entry: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Agreement with confidence limits, person by person, and tasks worth a look; kept as the newest agreement.

    Only submitted labels count. "Person 3" of a dataset is a number within one video, so such people are compared
    across videos by nothing: they are part of the figures, not of the matrix, unless there is one video only.

    Args:
        library: from which.
        people: "own" for those who label here, "dataset" or "all".
        dataset, entry: only these.
        assignment: only its videos, and of those who label here only what was judged under its protocol.
    """
    from core.statistics.reliability import people_matrix, reliability, unlike_the_others

    progress(0.0, "Collecting labels")
    entries = _entries(library, people, dataset, assignment, entry)
    if not any(len(one.annotations) > 1 for one in entries):
        raise NotFoundError(
            "No video here has labels of two people yet.", "Agreement can be computed once two have submitted."
        )
    found = reliability(entries, progress=part(progress, 0.1, 0.8), should_stop=should_stop)
    progress(0.85, "Comparing person by person")
    same = entries if len(entries) == 1 else [_known(one) for one in entries]
    left = sum(len(one.annotations) for one in entries) - sum(len(one.annotations or ()) for one in same)
    result = {
        "figures": found,
        "matrix": people_matrix(same) if left == 0 or any(one.annotations for one in same) else None,
        "standings": unlike_the_others(same),
        "numbered": left,
        "simulated": sum(one.annotations.simulated for one in entries),
        "remarks": [] if people == "dataset" else _remarks(library, entries, assignment),
    }
    library.agreements.add(plain(result), people=people, dataset=dataset, assignment=assignment, entry=entry)
    # Not the figures themselves: everybody sees the list of jobs, also those who are judging one of the videos.
    return {"entries": len(found.per_entry)}


def join(
    library: Library, *, path: Path | str, name: str = "", progress: Progress = silent, should_stop: ShouldStop = never
) -> dict[str, Any]:
    """Joins the log of events of another installation with this one, all of it or nothing; the upload goes then."""
    from verbs.datasets import import_dataset

    try:
        return import_dataset(library, path=Path(path), progress=progress)
    finally:
        Path(path).unlink(missing_ok=True)


def _entries(
    library: Library, people: Who, dataset: str | None, assignment: int | None, entry: str | None
) -> list[Entry]:
    if people not in ("all", "dataset", "own"):
        raise InputError(f"People are all, dataset or own, not '{people}'.")
    if assignment is None:
        return library.people.labelled_entries(dataset, entry, who=people)
    from storage.people import people_of

    asked = assignment_of(library, assignment)
    found = []
    for place in library.assignments.places(assignment):
        if (entry and place.entry != entry) or (dataset and not place.entry.startswith(f"{dataset}/")):
            continue
        given = library.labels.of_entry(place.entry)
        labels = [one for one in given if one.task.protocol.id == asked.protocol.id]
        if labels or people != "own":
            one = library.entries.get(place.entry)
            judged = people_of(one, labels, people)
            if judged is not None:
                found.append(replace(one, annotations=judged))
    return found


def assignment_of(library: Library, assignment: int) -> Assignment:
    """One assignment, closed ones included. Raises NotFoundError."""
    for one in library.assignments.list(include_closed=True):
        if one.id == assignment:
            return one
    raise NotFoundError(f"There is no assignment {assignment}.")


def _known(entry: Entry) -> Entry:
    """The entry with those people only who have the same name in every video."""
    people = entry.annotations
    kept = [i for i, name in enumerate(people.annotators) if not NUMBERED.fullmatch(name)]
    return replace(entry, annotations=_chosen(people, kept) if kept else None)


def _chosen(people: AnnotationSet, kept: Sequence[int]) -> AnnotationSet:
    names, protocols = (tuple(each[i] for i in kept) for each in (people.annotators, people.protocols))
    return AnnotationSet(names, people.scores[np.array(kept)], protocols)


def _remarks(library: Library, entries: Sequence[Entry], assignment: int | None) -> list[dict[str, Any]]:
    """The submitted tasks of these entries with something to look at in how they were worked on."""
    from core.labelling.attention import quality

    wanted = None if assignment is None else assignment_of(library, assignment).protocol.id
    found = []
    for entry in entries:
        for one in library.labels.of_entry(entry.id):
            how = one.task.protocol
            if wanted is not None and how.id != wanted:
                continue
            events = library.annotations.events(one.task.id)
            seen = quality(events, one.state, entry.timebase.duration, how.settings.watch)
            if seen.remarks:
                name = one.task.annotator.name
                found.append({"task": one.task.id, "name": name, "entry": entry.id, "remarks": list(seen.remarks)})
    return found
