"""How far everybody is: what queues and boards show of the tasks, without folding any log."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeVar

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    SQLColumnExpression,
    case,
    extract,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.orm import Session

from core.labelling.events import Event
from core.labelling.protocols import Kind
from storage.database import reading
from storage.tables import AnnotatorRow, AssignedRow, AssignmentRow, EntryRow, EventRow, ProtocolRow, TaskRow
from storage.tasks import EVENT, Annotator, annotator_of

T = TypeVar("T", int, str)
State = Literal["open", "submitted", "skipped"]
MANY = 500  # databases limit the number of parameters


@dataclass(frozen=True)
class TaskSummary:
    """How far a task is, without its labels.

    Attributes:
        task, entry, annotator: ids and the person.
        protocol: name and version.
        kind: of the protocol.
        state: "open", "submitted" or "skipped".
        judged: rated shots, marked segments or recorded takes.
        shots: how many shots the task has.
        practice: a round of training.
        excluded: the lead took it out of all results.
        seen: others' labels or scores were seen before judging.
        touched: when the server last received an event for it (UTC).
    """

    task: int
    entry: str
    annotator: Annotator
    protocol: str
    kind: Kind
    state: State
    judged: int
    shots: int
    practice: bool
    excluded: bool
    seen: bool
    touched: datetime


@dataclass(frozen=True)
class Done:
    """How much a person did here, without training; `touched` is when they did something last, with training (UTC)."""

    tasks: int
    submitted: int
    open: int
    excluded: int
    touched: datetime


class Board:
    """The tasks of one installation, seen from above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def tasks_of(self, annotator: Annotator) -> list[TaskSummary]:
        """The tasks this person has begun, oldest first."""
        return self._summaries(TaskRow.annotator_id == annotator.id)

    def progress(self) -> list[TaskSummary]:
        """Every task of everybody, the one touched last first."""
        return sorted(self._summaries(true()), key=lambda one: one.touched, reverse=True)

    def people(self) -> dict[str, Done]:
        """How much everybody did who has a task, by their names; counted by the database."""
        real = TaskRow.practice.is_(False)
        submitted = real & (TaskRow.state == "submitted") & TaskRow.excluded.is_(False)
        wanted = (real, submitted, real & (TaskRow.state == "open"), real & TaskRow.excluded.is_(True))
        last = func.max(case((TaskRow.touched < TaskRow.created, TaskRow.created), else_=TaskRow.touched))
        counts = (func.sum(case((condition, 1), else_=0)) for condition in wanted)
        # An index by people would be followed into every row; as it is, the one that holds all of this is read.
        person = literal_column("(+tasks.annotator_id)", Integer)
        with reading(self._engine) as session:
            names = dict(session.execute(select(AnnotatorRow.id, AnnotatorRow.name)).all())
            rows = session.execute(select(person, *counts, last).select_from(TaskRow).group_by(person)).all()
        return {names[id]: Done(*values) for id, *values in rows if id in names}

    def some(self, tasks: Sequence[int]) -> dict[int, TaskSummary]:
        """Tasks by their ids."""
        return {one.task: one for one in self._of(TaskRow.id, sorted(set(tasks)))}

    def of_entries(self, entries: Sequence[str]) -> list[TaskSummary]:
        """The tasks on some entries."""
        return self._of(TaskRow.entry_id, entries)

    def trail(self) -> list[tuple[Event, int]]:
        """What leads decided, newest first, with the id of the task."""
        query = select(EventRow.task_id, *EVENT).where(EventRow.role == "lead").order_by(EventRow.id.desc())
        with reading(self._engine) as session:
            return [(Event(*event), task) for task, *event in session.execute(query)]

    def labels_by_hour(
        self, since: datetime, assignment: int | None = None, dataset: str | None = None
    ) -> Counter[datetime]:
        """How many labels were given since then, by the hour (UTC), without training.

        A label is a rating, a marked segment or a take; changing one counts again.

        Args:
            since: UTC.
            assignment: only what is done for it.
            dataset: only of its entries.
        """
        hour = func.floor(extract("epoch", EventRow.recorded) / 3600).label("hour")
        fine = (EventRow.recorded >= since) & TaskRow.practice.is_(False) & part_of(assignment, dataset)
        single = EventRow.kind.in_(("rate", "mark"))
        counts = select(hour, func.count()).join(TaskRow, TaskRow.id == EventRow.task_id)
        takes = select(hour, EventRow.task_id, EventRow.shot).join(TaskRow, TaskRow.id == EventRow.task_id).distinct()
        found: Counter[datetime] = Counter()
        with reading(self._engine) as session:
            for when, labels in session.execute(counts.where(fine, single).group_by("hour")):
                found[_hour(when)] += labels
            for when, *_ in session.execute(takes.where(fine, EventRow.kind == "trace")):
                found[_hour(when)] += 1
        return found

    def submissions(self, since: datetime, assignment: int | None = None, dataset: str | None = None) -> list[datetime]:
        """When the tasks that count were last submitted, if since then (UTC); see `labels_by_hour`."""
        last = func.max(EventRow.recorded)
        query = (
            select(last)
            .join(TaskRow, TaskRow.id == EventRow.task_id)
            .where(
                EventRow.kind == "submit",
                TaskRow.state == "submitted",
                TaskRow.practice.is_(False),
                TaskRow.excluded.is_(False),
                part_of(assignment, dataset),
            )
            .group_by(TaskRow.id)
            .having(last >= since)
        )
        with reading(self._engine) as session:
            return list(session.scalars(query))

    def _of(self, column: SQLColumnExpression[T], values: Sequence[T]) -> list[TaskSummary]:
        found: list[TaskSummary] = []
        for start in range(0, len(values), MANY):
            found += self._summaries(column.in_(values[start : start + MANY]))
        return found

    def _summaries(self, condition: ColumnElement[bool]) -> list[TaskSummary]:
        task = TaskRow
        shots = func.json_array_length(task.shots)  # counted by the database: a board may have ten thousands of tasks
        query = (
            select(
                task.id, task.entry_id, task.annotator_id, task.protocol_id, task.state, task.judged,
                shots.label("shots"), task.practice, task.excluded, task.seen, task.touched, task.created,
            )
            .where(condition)
            .order_by(task.id)
        )  # fmt: skip
        with reading(self._engine) as session:
            rows = session.execute(query).all()
            people = _people(session, {row.annotator_id for row in rows})
            protocols = {row.id: row for row in session.scalars(select(ProtocolRow))}
        names = {key: (f"{row.name} v{row.version}", row.settings["kind"]) for key, row in protocols.items()}
        return [
            TaskSummary(
                task=row.id,
                entry=row.entry_id,
                annotator=people[row.annotator_id],
                protocol=names[row.protocol_id][0],
                kind=names[row.protocol_id][1],
                state=row.state,
                judged=row.judged,
                shots=row.shots,
                practice=row.practice,
                excluded=row.excluded,
                seen=row.seen,
                touched=max(row.touched, row.created),
            )
            for row in rows
        ]


def _people(session: Session, ids: Collection[int]) -> dict[int, Annotator]:
    wanted = sorted(ids)
    found: dict[int, Annotator] = {}
    for start in range(0, len(wanted), MANY):
        part = AnnotatorRow.id.in_(wanted[start : start + MANY])
        found |= {row.id: annotator_of(row) for row in session.scalars(select(AnnotatorRow).where(part))}
    return found


def _hour(number: float) -> datetime:
    return datetime.fromtimestamp(int(number) * 3600, UTC)


def part_of(assignment: int | None, dataset: str | None) -> ColumnElement[bool]:
    """The tasks that are done for an assignment, and those on entries of a dataset."""
    condition: ColumnElement[bool] = true()
    if assignment is not None:
        asked = select(AssignmentRow.protocol_id).where(AssignmentRow.id == assignment).scalar_subquery()
        entries = select(AssignedRow.entry_id).where(AssignedRow.assignment_id == assignment)
        condition &= (TaskRow.protocol_id == asked) & TaskRow.entry_id.in_(entries)
    if dataset is not None:
        condition &= TaskRow.entry_id.in_(select(EntryRow.id).where(EntryRow.dataset == dataset))
    return condition
