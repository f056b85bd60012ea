"""`reliability`: how far the labels of a dataset or an assignment can be relied on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from core.data import Entry
from core.errors import NotFoundError
from core.labelling.who import Who
from core.progress import Progress, ShouldStop, never, part, silent
from core.statistics.as_json import as_json
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from storage.library import Library


class ReliabilityRequest(Request):
    """Whose labels of what.

    Attributes:
        people: "own" for those who label here, "dataset" or "all".
        dataset, entry: only these.
        assignment: only its videos, and of those who label here only what was judged under its protocol.
    """

    verb: Literal["reliability"] = "reliability"
    people: Who = "own"
    dataset: str | None = None
    assignment: int | None = None
    entry: str | None = None


class ReliabilityResult(Result):
    """Over how many entries.

    Not the figures themselves: everybody sees the list of jobs, also those who are judging one of the videos.
    """

    entries: int


def reliability(
    library: Library, request: ReliabilityRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ReliabilityResult:
    """Agreement with confidence limits, person by person, and tasks worth a look; kept as the newest agreement.

    Only submitted labels count. "Person 3" of a dataset is a number within one video, so such people are compared
    across videos by nothing: they are part of the figures, not of the matrix, unless there is one video only.

    Raises:
        NotFoundError: no video has labels of two people, or there is no such assignment.
    """
    from core.statistics.reliability import people_matrix, unlike_the_others
    from core.statistics.reliability import reliability as reliability_of
    from core.statistics.same_people import people_known_by_name

    progress(0.0, "Collecting labels")
    entries = _entries(library, request)
    if not any(len(one.people) > 1 for one in entries):
        raise NotFoundError(
            "No video here has labels of two people yet.", "Agreement can be computed once two have submitted."
        )
    found = reliability_of(entries, progress=part(progress, 0.1, 0.8), should_stop=should_stop)
    progress(0.85, "Comparing person by person")
    same = entries if len(entries) == 1 else [people_known_by_name(one) for one in entries]
    left = sum(len(one.people) for one in entries) - sum(len(one.annotations or ()) for one in same)
    result = {
        "figures": found,
        "matrix": people_matrix(same) if left == 0 or any(one.annotations for one in same) else None,
        "standings": unlike_the_others(same),
        "numbered": left,
        "simulated": sum(any(one.people.simulated) for one in entries),
        "remarks": [] if request.people == "dataset" else _remarks(library, entries, request.assignment),
    }
    library.agreements.add(as_json(result), **request.model_dump(exclude={"verb"}))
    return ReliabilityResult(entries=len(found.per_entry))


def _entries(library: Library, request: ReliabilityRequest) -> list[Entry]:
    if request.assignment is None:
        return library.people.labelled_entries(request.dataset, request.entry, who=request.people)
    from storage.people import people_of

    asked = library.assignments.get(request.assignment)
    found = []
    for place in library.assignments.places(request.assignment):
        if request.entry and place.entry != request.entry:
            continue
        if request.dataset and not place.entry.startswith(f"{request.dataset}/"):
            continue
        given = library.labels.of_entry(place.entry)
        labels = [one for one in given if one.task.protocol.id == asked.protocol.id]
        if labels or request.people != "own":
            entry = library.entries.get(place.entry)
            judged = people_of(entry, labels, request.people)
            if judged is not None:
                found.append(replace(entry, annotations=judged))
    return found


def _remarks(library: Library, entries: Sequence[Entry], assignment: int | None) -> list[dict[str, Any]]:
    """The submitted tasks of these entries with something to look at in how they were worked on."""
    from core.labelling.attention import quality

    wanted = None if assignment is None else library.assignments.get(assignment).protocol.id
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
