"""What the lead asks for, and who gets which video next.

A video of an assignment wants a number of people. A place is taken by a submitted task, or by an open one whose
annotator has done something within the assignment's `hold_minutes`; then it is free again for somebody else, while
whoever held it can still go on. Excluded, skipped and practice tasks take no place.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sqlalchemy import ColumnElement, Engine, Select, SQLColumnExpression, and_, case, func, or_, select, update
from sqlalchemy.orm import Session

from core import limits
from core.errors import ConflictError, InputError, NotFoundError
from core.names import readable
from storage.annotations import Annotations
from storage.database import reading, writing
from storage.protocols import ProtocolVersion
from storage.tables import AnnotatorRow, AssignedRow, AssignmentRow, EntryRow, TaskRow, now
from storage.tasks import Annotator, Task

First = Literal["listed", "disputed"]
COUNTED = 1000  # videos that wait for somebody; nobody asks how many more there are


class PlaceTakenError(ConflictError):
    """Nobody else is wanted for a video any more."""


@dataclass(frozen=True)
class Assignment:
    """Videos that people are asked to judge.

    Attributes:
        id: of the row.
        title: for people.
        protocol: how they are judged.
        people: how many are wanted for each video.
        first: "listed": in the order given; "disputed": where people disagree most.
        hold_minutes: after how long without anything done somebody else gets the place.
        practice: id of the entry of the training round, or None.
        entries: how many videos.
        closed: when it was closed (UTC), or None.
    """

    id: int
    title: str
    protocol: ProtocolVersion
    people: int
    first: First
    hold_minutes: int
    practice: str | None
    entries: int
    closed: datetime | None


@dataclass(frozen=True)
class Place:
    """How far one video of an assignment is.

    Attributes:
        entry: id.
        wanted: how many people.
        submitted: how many have submitted a task that counts.
        held: how many places are held by open tasks.
    """

    entry: str
    wanted: int
    submitted: int
    held: int


@dataclass(frozen=True)
class Places:
    """The places of several videos: how many are `submitted` of those `wanted`; `complete` videos have none left."""

    wanted: int
    submitted: int
    held: int
    complete: int


class Assignments:
    """All assignments of an installation."""

    def __init__(self, engine: Engine, annotations: Annotations) -> None:
        self._engine = engine
        self._annotations = annotations

    def create(
        self,
        title: str,
        protocol: ProtocolVersion,
        entries: Sequence[str],
        people: int,
        *,
        first: First = "listed",
        hold_minutes: int = 60,
        practice: str | None = None,
    ) -> Assignment:
        """Asks people to judge videos.

        Args:
            title: shown to annotators.
            protocol: how.
            entries: ids; must exist and have videos. The practice entry is never judged for real.
            people: how many for each.
            first, hold_minutes, practice: see `Assignment`.

        Raises:
            InputError: says which argument is wrong.
            NotFoundError: an entry does not exist.
        """
        title = " ".join(title.split())
        wanted = [entry for entry in dict.fromkeys(entries) if entry != practice]
        for fine, sentence in (
            (0 < len(title) <= limits.TITLE_CHARS, f"A title has between 1 and {limits.TITLE_CHARS} characters."),
            (bool(wanted), "An assignment needs at least one video besides the one for training."),
            (
                len(wanted) <= limits.VIDEOS_PER_ASSIGNMENT,
                f"An assignment has at most {limits.VIDEOS_PER_ASSIGNMENT} videos.",
            ),
            (1 <= people <= limits.PEOPLE_PER_VIDEO, f"A video can want 1 to {limits.PEOPLE_PER_VIDEO} people."),
            (1 <= hold_minutes <= limits.HOLD_MINUTES, f"A place can be held for 1 to {limits.HOLD_MINUTES} minutes."),
            (first in get_args(First), f"The order is one of {', '.join(get_args(First))}."),
        ):
            if not fine:
                raise InputError(sentence)
        every = [*wanted, *([practice] if practice else [])]
        with reading(self._engine) as session:
            _check_entries(session, every)
        self._annotations.check_shots(every, protocol)
        with writing(self._engine) as session:
            row = AssignmentRow(
                title=title,
                protocol_id=protocol.id,
                people=people,
                first=first,
                hold_minutes=hold_minutes,
                practice=practice,
            )
            session.add(row)
            session.flush()
            session.add_all(
                AssignedRow(assignment_id=row.id, entry_id=entry, position=position)
                for position, entry in enumerate(wanted)
            )
        return self._assignment(row, protocol, len(wanted))

    def list(self, include_closed: bool = False) -> list[Assignment]:
        """The assignments, oldest first."""
        count = func.count(AssignedRow.entry_id)
        query = select(AssignmentRow, count).outerjoin(AssignedRow, AssignedRow.assignment_id == AssignmentRow.id)
        query = query.group_by(AssignmentRow.id).order_by(AssignmentRow.id)
        if not include_closed:
            query = query.where(AssignmentRow.closed.is_(None))
        with reading(self._engine) as session:
            rows = session.execute(query).all()
        protocols = self._annotations.protocols
        return [self._assignment(row, protocols.get(row.protocol_id), entries) for row, entries in rows]

    def get(self, assignment_id: int) -> Assignment:
        """One assignment, closed ones included. Raises NotFoundError."""
        for one in self.list(include_closed=True):
            if one.id == assignment_id:
                return one
        raise NotFoundError(f"There is no assignment {assignment_id}.")

    def close(self, assignment_id: int) -> None:
        """Nobody gets a video of it any more; what was begun can be finished. Raises NotFoundError."""
        with writing(self._engine) as session:
            _load(session, assignment_id).closed = now()

    def reopen(self, assignment_id: int) -> None:
        """People get videos of it again. Raises NotFoundError."""
        with writing(self._engine) as session:
            _load(session, assignment_id).closed = None

    def rename(self, assignment_id: int, title: str) -> None:
        """Calls an assignment otherwise. Raises NotFoundError, InputError."""
        title = " ".join(readable(title).split())
        if not title:
            raise InputError("An assignment needs a title.")
        with writing(self._engine) as session:
            _load(session, assignment_id).title = title

    def want(self, assignment_id: int, entry_id: str, people: int) -> None:
        """Asks for another number of people for one video. Raises NotFoundError, InputError."""
        if not 1 <= people <= limits.PEOPLE_PER_VIDEO:
            raise InputError(f"A video can want 1 to {limits.PEOPLE_PER_VIDEO} people.")
        with writing(self._engine) as session:
            key = (AssignedRow.assignment_id == assignment_id) & (AssignedRow.entry_id == entry_id)
            changed = update(AssignedRow).where(key).values(people=people).returning(AssignedRow.entry_id)
            if session.scalar(changed) is None:
                raise NotFoundError(f"Assignment {assignment_id} has no video '{entry_id}'.")

    def places(self, assignment_id: int, entries: Sequence[str] | None = None) -> Sequence[Place]:
        """How far each video is, in the order of the list; only these, at most some hundred. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = _load(session, assignment_id)
            query = _counted(row, *_taken(row, now())).order_by(AssignedRow.position)
            if entries is not None:
                query = query.where(AssignedRow.entry_id.in_(entries))
            return [Place(*values) for *values, _ in session.execute(query)]

    def sums(self, assignment_id: int, dataset: str | None = None) -> Places:
        """The places of all videos, or of those of a dataset; counted by the database. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = _load(session, assignment_id)
            query = _counted(row, *_taken(row, now()))
            if dataset:
                query = query.where(in_dataset(AssignedRow.entry_id, dataset))
            place = query.subquery().c
            complete = place.submitted >= place.wanted
            submitted = case((complete, place.wanted), else_=place.submitted)
            parts = (place.wanted, submitted, place.held, case((complete, 1), else_=0))
            return Places(*session.execute(select(*(func.coalesce(func.sum(one), 0) for one in parts))).one())

    def waiting(self, annotator: Annotator, most: int = COUNTED) -> int:
        """How many videos this person could still get; counts no further than `most`."""
        moment, found = now(), 0
        with reading(self._engine) as session:
            for row in session.scalars(select(AssignmentRow).where(AssignmentRow.closed.is_(None))).all():
                free = _free(row, annotator, moment).order_by(None).limit(most - found)
                found += session.scalar(select(func.count()).select_from(free.subquery())) or 0
                if found >= most:
                    break
        return found

    def reaches(self, name: str, entry_id: str) -> bool:
        """Whether the person of that name may see this video: a task of theirs is on it, or it may be handed to them.

        Where nothing is assigned, people choose among all videos.
        """
        begun = select(TaskRow.id).join(AnnotatorRow, AnnotatorRow.id == TaskRow.annotator_id)
        begun = begun.where(TaskRow.entry_id == entry_id, AnnotatorRow.name == name)
        asked = select(AssignmentRow.id).where(AssignmentRow.closed.is_(None))
        listed = select(AssignedRow.assignment_id).where(AssignedRow.entry_id == entry_id)
        this = asked.where(AssignmentRow.id.in_(listed) | (AssignmentRow.practice == entry_id))
        with reading(self._engine) as session:
            return any(session.scalar(query.limit(1)) is not None for query in (begun, this)) or not session.scalar(
                asked.limit(1)
            )

    def to_train(self, annotator: Annotator) -> Sequence[Assignment]:
        """The open assignments whose training round this person has not finished."""
        asked = [(one, one.practice) for one in self.list() if one.practice]
        with reading(self._engine) as session:
            return [one for one, entry in asked if not _trained(session, one.protocol.id, entry, annotator)]

    def next_task(self, annotator: Annotator) -> Task | None:
        """Gives this person a place: what they hold already, or a free one; None where nothing is left to do.

        Raises:
            ConflictError: the training round comes first.
        """
        while True:
            with reading(self._engine) as session:
                candidate, untrained = _candidate(session, annotator, now())
            if candidate is None and untrained:
                raise ConflictError("The training round comes first.", "Rate the practice video and submit it.")
            if candidate is None:
                return None
            row, entry, begun = candidate
            protocol = self._annotations.protocols.get(row.protocol_id)
            if begun:
                return self._annotations.open_task(annotator, entry, protocol)

            def check_free(session: Session, row: AssignmentRow = row, entry: str = entry) -> None:
                if session.scalar(_free(row, annotator, now(), entry)) is None:
                    raise PlaceTakenError("Somebody else has just taken this place.", "Ask for the next video again.")

            with suppress(PlaceTakenError):  # there may be another place
                return self._annotations.open_task(annotator, entry, protocol, check=check_free)

    def _assignment(self, row: AssignmentRow, protocol: ProtocolVersion, entries: int) -> Assignment:
        return Assignment(
            row.id, row.title, protocol, row.people, row.first, row.hold_minutes, row.practice, entries, row.closed
        )


def in_dataset(entry_id: SQLColumnExpression[str], dataset: str) -> ColumnElement[bool]:
    """Whether an entry is of a dataset, by its id alone."""
    return and_(entry_id > f"{dataset}/", entry_id < f"{dataset}0")  # "0" is the sign after "/"


def _load(session: Session, assignment_id: int) -> AssignmentRow:
    row = session.get(AssignmentRow, assignment_id)
    if row is None:
        raise NotFoundError(f"There is no assignment {assignment_id}.")
    return row


def _check_entries(session: Session, entries: Sequence[str]) -> None:
    for start in range(0, len(entries), 500):
        part = entries[start : start + 500]
        known = dict(
            session.execute(
                select(EntryRow.id, EntryRow.video).where(EntryRow.id.in_(part), EntryRow.removed.is_(None))
            ).all()
        )
        for entry in part:
            if entry not in known:
                raise NotFoundError(f"There is no entry '{entry}'.")
            if known[entry] is None:
                raise InputError(f"Entry '{entry}' has no video to judge.", "Ingest its video, or leave it out.")


def _taken(row: AssignmentRow, moment: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions on TaskRow: it is submitted and counts; it is open and holds its place."""
    real = and_(TaskRow.protocol_id == row.protocol_id, TaskRow.practice.is_(False), TaskRow.excluded.is_(False))
    alive = or_(
        TaskRow.touched > moment - timedelta(minutes=row.hold_minutes),
        TaskRow.created > moment - timedelta(minutes=row.hold_minutes),
    )
    return and_(real, TaskRow.state == "submitted"), and_(real, TaskRow.state == "open", alive)


def _counted(row: AssignmentRow, submitted: ColumnElement[bool], held: ColumnElement[bool]) -> Select:
    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    return (
        select(
            AssignedRow.entry_id,
            func.coalesce(AssignedRow.people, row.people).label("wanted"),
            count(submitted).label("submitted"),
            count(held).label("held"),
            AssignedRow.position,
        )
        .outerjoin(TaskRow, TaskRow.entry_id == AssignedRow.entry_id)
        .where(AssignedRow.assignment_id == row.id)
        .group_by(AssignedRow.entry_id, AssignedRow.people, AssignedRow.position)
    )


def _free(row: AssignmentRow, annotator: Annotator, moment: datetime, entry: str | None = None) -> Select:
    """The entries this person can get, best first: nearly complete ones, then as the assignment's order says.

    With `entry` only that one, if they can.
    """
    counted = _counted(row, *_taken(row, moment))
    counts = (counted if entry is None else counted.where(AssignedRow.entry_id == entry)).subquery()
    begun = select(TaskRow.entry_id).where(TaskRow.annotator_id == annotator.id, TaskRow.protocol_id == row.protocol_id)
    disputed = row.first == "disputed"
    best = func.coalesce(EntryRow.disagreement, 0) if disputed else counts.c.submitted + counts.c.held
    return (
        select(counts.c.entry_id)
        .join(EntryRow, EntryRow.id == counts.c.entry_id)
        .where(
            EntryRow.removed.is_(None),
            counts.c.submitted + counts.c.held < counts.c.wanted,
            counts.c.entry_id.not_in(begun),
        )
        .order_by(best.desc(), counts.c.position)
    )


def _candidate(
    session: Session, annotator: Annotator, moment: datetime
) -> tuple[tuple[AssignmentRow, str, bool] | None, bool]:
    """What this person could go on with, as (assignment, entry, begun already); whether a training round is missing."""
    untrained = False
    rows = session.scalars(select(AssignmentRow).where(AssignmentRow.closed.is_(None)).order_by(AssignmentRow.id)).all()
    for row in rows:
        begun = _begun(session, row, annotator)
        if begun is not None:
            return (row, begun, True), False
    for row in rows:
        if row.practice and not _trained(session, row.protocol_id, row.practice, annotator):
            untrained = True
            continue
        entry = session.scalar(_free(row, annotator, moment).limit(1))
        if entry is not None:
            return (row, entry, False), False
    return None, untrained


def _begun(session: Session, row: AssignmentRow, annotator: Annotator) -> str | None:
    """What this person has begun of the assignment and not finished; what was touched last comes first."""
    return session.scalar(
        select(TaskRow.entry_id)
        .join(AssignedRow, AssignedRow.entry_id == TaskRow.entry_id)
        .where(
            AssignedRow.assignment_id == row.id,
            TaskRow.annotator_id == annotator.id,
            TaskRow.protocol_id == row.protocol_id,
            TaskRow.state == "open",
            TaskRow.practice.is_(False),
        )
        .order_by(TaskRow.touched.desc())
        .limit(1)
    )


def _trained(session: Session, protocol_id: int, practice: str, annotator: Annotator) -> bool:
    """Also whoever judged the video of the training round in earnest, for another assignment: it is not begun twice."""
    query = select(TaskRow.id).where(
        TaskRow.annotator_id == annotator.id,
        TaskRow.protocol_id == protocol_id,
        TaskRow.practice.is_(True) | (TaskRow.entry_id == practice),
        TaskRow.state == "submitted",
    )
    return session.scalar(query.limit(1)) is not None
