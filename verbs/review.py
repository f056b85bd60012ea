"""`board`, `trail`, `assign`, `want` and `decide`: who judges what, how far they are, and what a lead decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.errors import NotFoundError
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from storage.library import Library


class BoardRequest(Request):
    """Which tasks."""

    person: str | None = Field(None, description="Only of this person.")
    dataset: str | None = Field(None, description="Only on entries of this data set.")
    state: Literal["open", "submitted", "skipped", "excluded"] | None = Field(None, description="Only like this.")


class BoardTask(Result):
    """How far a task is; `judged` are its labels so far, of `shots`."""

    task: int
    entry: str
    person: str
    protocol: str
    state: str
    judged: int
    shots: int
    practice: bool
    excluded: bool
    seen: bool
    touched: datetime


class BoardResult(Result):
    """The tasks, the one touched last first."""

    tasks: list[BoardTask]


class AssignRequest(Request):
    """Which videos people are asked to judge, and how."""

    title: str = Field(max_length=limits.TITLE_CHARS, description="Shown to annotators.")
    protocol: str = Field("shot-ratings", description="Name of a protocol; its newest version is taken.")
    dataset: str | None = Field(None, description="All entries of this data set that have a video.")
    entry: tuple[str, ...] = Field((), description="These entries instead; may be repeated.")
    people: int = Field(3, ge=1, le=limits.PEOPLE_PER_VIDEO, description="How many people for each video.")
    first: Literal["listed", "disputed"] = Field("listed", description="Which videos are handed out first.")
    hold_minutes: int = Field(60, ge=1, le=limits.HOLD_MINUTES, description="A place is kept for so long.")
    practice: str | None = Field(None, description="Entry of a training round.")


class AssignResult(Result):
    """The new assignment, how many videos it has, and the protocol with its version."""

    assignment: int
    videos: int
    protocol: str


class DecideRequest(Request):
    """Which task, what happens to it, and why."""

    task: int = Field(description="Number of a task, as the board says it.")
    kind: Literal["exclude", "restore", "reopen"] = Field("exclude", description="What happens to it.")
    reason: str = Field(max_length=limits.REASON_CHARS, description="Why; it is kept in the log.")
    by: str = Field("lead", max_length=limits.PERSON_NAME_CHARS, description="Who decides.")


class DecideResult(Result):
    """The task that was decided about, and its state now."""

    task: int
    kind: str


class TrailRequest(Request):
    """How much."""

    limit: int = Field(100, ge=1, le=1_000_000, description="So many at most.")


class Decision(Result):
    """What a lead decided about a task, when, and why."""

    task: int
    kind: str
    by: str
    reason: str
    at: datetime


class TrailResult(Result):
    """Decisions, the newest first."""

    decisions: list[Decision]


class WantRequest(Request):
    """How many people a video of an assignment wants."""

    assignment: int = Field(description="Number of the assignment.")
    entry: str = Field(description="Id of one of its entries.")
    people: int = Field(description="How many.")


class WantResult(WantRequest, Result):
    """The same, as it holds now."""


def trail(
    library: Library, request: TrailRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> TrailResult:
    """What leads decided about tasks."""
    found = [
        Decision(
            task=task,
            kind=event.kind,
            by=event.actor or "",
            reason=str((event.data or {}).get("text", "")),
            at=datetime.fromtimestamp(event.at / 1000, UTC),
        )
        for event, task in library.board.trail()[: request.limit]
    ]
    return TrailResult(decisions=found)


def want(
    library: Library, request: WantRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> WantResult:
    """Asks for another number of people for one video. Raises NotFoundError, InputError."""
    library.assignments.want(request.assignment, request.entry, request.people)
    return WantResult(**dict(request))


def board(
    library: Library, request: BoardRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> BoardResult:
    """How far every task is."""
    found = []
    for one in library.board.progress():
        state = "excluded" if one.excluded else one.state
        if request.person not in (None, one.annotator.name) or request.state not in (None, state):
            continue
        if request.dataset not in (None, one.entry.partition("/")[0]):
            continue
        told = {name: getattr(one, name) for name in BoardTask.model_fields if hasattr(one, name)}
        found.append(BoardTask(person=one.annotator.name, **told))
    return BoardResult(tasks=found)


def assign(
    library: Library, request: AssignRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> AssignResult:
    """Asks people to judge videos.

    Raises:
        NotFoundError: there is no such protocol, data set or entry.
        InputError: an entry has no video, or nothing is asked for.
    """
    from storage.search import Wanted

    entries = list(request.entry)
    if not entries:
        wanted = Wanted(dataset=request.dataset, video=True)
        entries = [one.id for one in library.search.find(wanted, limit=limits.VIDEOS_PER_ASSIGNMENT).entries]
    known = library.annotations.protocols.list()
    of_name = [one for one in known if one.name == request.protocol]
    if not of_name:
        names = ", ".join(sorted({one.name for one in known}))
        raise NotFoundError(f"There is no protocol '{request.protocol}'.", f"There are: {names}.")
    protocol = max(of_name, key=lambda one: one.version)
    made = library.assignments.create(
        request.title,
        protocol,
        entries,
        request.people,
        first=request.first,
        hold_minutes=request.hold_minutes,
        practice=request.practice,
    )
    return AssignResult(assignment=made.id, videos=made.entries, protocol=str(protocol))


def decide(
    library: Library, request: DecideRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> DecideResult:
    """Excludes a task from all results, takes that back, or hands it to its person again.

    Raises:
        NotFoundError: there is no such task.
        ConflictError: it is like that already.
    """
    library.annotations.decide(request.task, request.kind, request.by, request.reason)
    return DecideResult(task=request.task, kind=request.kind)
