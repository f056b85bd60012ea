"""How far everybody is: the board of videos by people, and the pace of the last weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from core.labelling.protocols import Kind
from storage.board import State, TaskSummary
from storage.board_pages import Part
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
        whole: these are all videos, in the order of the library, whatever was searched for. Otherwise it is one page of
            those that were.
        next: what the next page is asked for by, as `after`; None where there is none.
    """

    videos: list[VideoFacts]
    people: list[str]
    tasks: list[Cell]
    labelled: bool
    whole: bool
    next: str | None


class BoardSum(Answer):
    """All tasks of a board, by their state, on how many videos, of how many people; see `storage.board_pages.Sum`."""

    videos: int
    people: int
    submitted: int
    open: int
    skipped: int
    excluded: int
    seen: int


class Pace(Answer):
    """How fast labels come.

    Attributes:
        hours: [beginning in ms, labels, submitted tasks] of each hour with any.
        left: places that are still wanted; None without an open assignment.
        days: how far back `hours` goes.
        board: what all pages of the board come to.
    """

    hours: list[tuple[int, int, int]]
    left: int | None
    days: int
    board: BoardSum


def board(library: Library, part: Part) -> Board:
    """Videos by people: who is how far. Training rounds are left out."""
    assignments = [library.assignments.get(part.assignment)] if part.assignment else library.assignments.list()
    found = library.board_pages.videos(part)
    list_in_order = library.search.some if found.whole else library.search.listed
    videos = list_in_order(found.entries)
    index = {video.id: number for number, video in enumerate(videos)}
    rows = [one for one in library.board.of_entries(list(index)) if not one.practice]
    if part.assignment:
        rows = [one for one in rows if one.protocol == str(assignments[0].protocol)]
    if found.named is not None:
        rows = [one for one in rows if one.annotator.id in found.named]
    people = {one.annotator.id: one.annotator.name for one in sorted(rows, key=lambda one: one.annotator.name.lower())}
    column = {person: number for number, person in enumerate(people)}
    places = places_of(library, assignments, list(index))
    return Board(
        videos=[video_facts(video, places) for video in videos],
        people=list(people.values()),
        tasks=[_cell(one, index, column) for one in rows],
        labelled=bool(rows) or library.labels.exist(),
        whole=found.whole,
        next=found.entries[-1] if found.more else None,
    )


def pace(library: Library, assignment: int | None = None, dataset: str | None = None) -> Pace:
    """Labels and submitted tasks by the hour, how many places of open assignments are left, and all tasks counted."""
    since = now() - timedelta(days=PACE_DAYS)
    assignments = [library.assignments.get(assignment)] if assignment else library.assignments.list()
    labels = library.board.labels_by_hour(since, assignment, dataset)
    moments = library.board.submissions(since, assignment, dataset)
    submitted = Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
    places = [library.assignments.sums(one.id, dataset) for one in assignments]
    left = sum(one.wanted - one.submitted for one in places)
    return Pace(
        hours=[(milliseconds(hour), labels[hour], submitted[hour]) for hour in sorted(labels | submitted)],
        left=left if assignments else None,
        days=PACE_DAYS,
        board=BoardSum(**vars(library.board_pages.sum(assignment, dataset))),
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
