"""How far everybody is: the board of videos by people, and the pace of the last weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from core.labelling.protocols import Kind
from storage.board import State, TaskSummary
from storage.library import Library
from storage.tables import now
from webapp.views.answer import Answer
from webapp.views.videos import VideoFacts, milliseconds, places_of, video_facts

PACE_DAYS = 56
# Video, person, task, state, judged, shots, excluded, kind, protocol, touched (ms), whether others' labels or scores
# were seen before judging: the first two are numbers in the lists beside it. A board has ten thousands of these, so
# that they are rows and not objects.
Cell = tuple[int, int, int, State, int, int, bool, Kind, str, int, bool]


class Board(Answer):
    """Videos by people.

    Attributes:
        videos: that have tasks or are asked for.
        people: names.
        tasks: who is how far with which.
        labelled: whether anybody has labelled anything here.
    """

    videos: list[VideoFacts]
    people: list[str]
    tasks: list[Cell]
    labelled: bool


class Pace(Answer):
    """How fast labels come.

    Attributes:
        hours: [beginning in ms, labels, submitted tasks] of each hour with any.
        left: places that are still wanted; None without an open assignment.
        days: how far back `hours` goes.
    """

    hours: list[tuple[int, int, int]]
    left: int | None
    days: int


def board(library: Library, assignment: int | None = None, dataset: str | None = None) -> Board:
    """Videos by people: who is how far. Training rounds are left out."""
    assignments = [library.assignments.get(assignment)] if assignment else library.assignments.list()
    places = places_of(library, assignments)
    rows = [one for one in library.board.progress() if not one.practice]
    if assignment:
        rows = [one for one in rows if one.entry in places and one.protocol == str(assignments[0].protocol)]
    if dataset:
        rows = [one for one in rows if one.entry.startswith(f"{dataset}/")]
    wanted = [entry for entry in places if not dataset or entry.startswith(f"{dataset}/")]
    videos = library.search.some(list(dict.fromkeys([*(one.entry for one in rows), *wanted])))
    index = {video.id: number for number, video in enumerate(videos)}
    rows = [one for one in rows if one.entry in index]
    people = {one.annotator.id: one.annotator.name for one in sorted(rows, key=lambda one: one.annotator.name.lower())}
    column = {person: number for number, person in enumerate(people)}
    return Board(
        videos=[video_facts(video, places) for video in videos],
        people=list(people.values()),
        tasks=[_cell(one, index, column) for one in rows],
        labelled=bool(rows) or library.labels.exist(),
    )


def pace(library: Library, assignment: int | None = None, dataset: str | None = None) -> Pace:
    """Labels and submitted tasks by the hour, and how many places of open assignments are left."""
    since = now() - timedelta(days=PACE_DAYS)
    assignments = [library.assignments.get(assignment)] if assignment else library.assignments.list()
    places = [place for one in assignments for place in library.assignments.places(one.id)]
    if dataset:
        places = [place for place in places if place.entry.startswith(f"{dataset}/")]
    labels = library.board.labels_by_hour(since, assignment, dataset)
    moments = library.board.submissions(since, assignment, dataset)
    submitted = Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
    left = sum(max(0, place.wanted - place.submitted) for place in places)
    return Pace(
        hours=[(milliseconds(hour), labels[hour], submitted[hour]) for hour in sorted(labels | submitted)],
        left=left if assignments else None,
        days=PACE_DAYS,
    )


def _cell(one: TaskSummary, index: Mapping[str, int], column: Mapping[int, int]) -> Cell:
    return (
        index[one.entry],
        column[one.annotator.id],
        one.task,
        one.state,
        one.judged,
        one.shots,
        one.excluded,
        one.kind,
        one.protocol,
        milliseconds(one.touched),
        one.seen,
    )
