"""Tasks as plain data: who judges what under which protocol, the log of a task, and what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from core.data import Shots
from core.errors import NotFoundError
from core.labelling.events import Event, TaskState
from storage.protocols import ProtocolVersion, protocol_of
from storage.tables import AnnotatorRow, EventRow, ProtocolRow, TaskRow

# The columns of an Event, in its order.
EVENT = (
    EventRow.client, EventRow.seq, EventRow.kind, EventRow.shot, EventRow.value, EventRow.t, EventRow.at, EventRow.data,
    EventRow.role, EventRow.actor,
)  # fmt: skip


@dataclass(frozen=True)
class Annotator:
    """A person who labels here; `pseudonym` is what exports say instead of the name; a program may be `simulated`."""

    id: int
    name: str
    pseudonym: str
    simulated: bool = False


@dataclass(frozen=True, eq=False)
class Task:
    """One person judging one entry under one protocol.

    Attributes:
        id: of the row.
        annotator: who.
        entry: id of the entry.
        protocol: how.
        shots: the intervals that are judged, or shown for orientation.
        practice: a round of training, never part of any result.
        created: UTC.
        seen: the annotator had seen others' labels or scores of the entry before judging it.
    """

    id: int
    annotator: Annotator
    entry: str
    protocol: ProtocolVersion
    shots: Shots
    practice: bool
    created: datetime
    seen: bool = False


@dataclass(frozen=True)
class TaskLabels:
    """What one task amounts to: the task and the state its events fold into."""

    task: Task
    state: TaskState


def find_task(session: Session, annotator_id: int, entry_id: str, protocol_id: int) -> TaskRow | None:
    """The one task of a person on an entry under a protocol."""
    return session.scalar(
        select(TaskRow).where(
            TaskRow.annotator_id == annotator_id, TaskRow.entry_id == entry_id, TaskRow.protocol_id == protocol_id
        )
    )


def annotator_of(row: AnnotatorRow) -> Annotator:
    """A row as plain data."""
    return Annotator(row.id, row.name, row.pseudonym, row.simulated)


def task_of(row: TaskRow, annotator: Annotator, protocol: ProtocolVersion) -> Task:
    """A row as plain data."""
    shots = Shots(np.array(row.shots, np.int64).reshape(-1, 2), protocol.settings.shots)
    return Task(row.id, annotator, row.entry_id, protocol, shots, row.practice, row.created, row.seen)


def all_tasks() -> Select[TaskRow, AnnotatorRow, ProtocolRow]:
    """Every task with who judges and how."""
    return (
        select(TaskRow, AnnotatorRow, ProtocolRow)
        .join(AnnotatorRow, AnnotatorRow.id == TaskRow.annotator_id)
        .join(ProtocolRow, ProtocolRow.id == TaskRow.protocol_id)
    )


def load_task(session: Session, task_id: int) -> Task:
    """One task. Raises NotFoundError."""
    found = session.execute(all_tasks().where(TaskRow.id == task_id)).first()
    if found is None:
        raise NotFoundError(f"There is no task {task_id}.")
    row, who, how = found
    return task_of(row, annotator_of(who), protocol_of(how))


def events_of(session: Session, task_id: int) -> list[Event]:
    """The log of a task in server order."""
    rows = session.execute(select(*EVENT).where(EventRow.task_id == task_id).order_by(EventRow.id))
    return [Event(*row) for row in rows]
