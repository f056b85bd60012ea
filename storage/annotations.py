"""What people label here: annotators, protocols, tasks, and the append-only log of their events.

Labels are derived from the log by `core.labels.fold` and never stored. Everything that changes something holds the
database's write lock from its beginning, so concurrent writers queue and none is lost.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import numpy as np
from sqlalchemy import Engine, func, insert, select, true
from sqlalchemy.orm import Session

from core.data import Shots
from core.errors import ConflictError, InputError, NotFoundError
from core.labels import KINDS, LABEL_KINDS, Event, TaskState, fold
from storage.database import reading, writing
from storage.tables import AnnotatorRow, EventRow, ProtocolRow, TaskRow

SHOT_RATINGS: Mapping[str, Any] = {
    "kind": "shot-ratings",
    "scale": [1, 2, 3, 4, 5],
    "labels": {"1": "Not important", "5": "Very important"},
    "shots": "uniform 2 s",
    "muted": True,
    "instructions": (
        "Watch the video once. Then rate each two-second shot from 1 to 5: how important is it to show this shot to"
        " somebody who has no time for the whole video? Use the whole scale and compare shots with each other."
    ),
}
MAX_NAME = 100
MAX_CLIENT = 64
# The columns of an Event, in its order.
EVENT = (EventRow.client, EventRow.seq, EventRow.kind, EventRow.shot, EventRow.value, EventRow.t, EventRow.at)


@dataclass(frozen=True)
class Annotator:
    """A person who labels here; `pseudonym` is what exports say instead of the name."""

    id: int
    name: str
    pseudonym: str


@dataclass(frozen=True)
class Protocol:
    """How people are asked to judge.

    Attributes:
        id: of the row.
        name, version: "shot-ratings", 1.
        settings: kind, scale, labels, shots, muted, instructions.
    """

    id: int
    name: str
    version: int
    settings: Mapping[str, Any]

    @property
    def scale(self) -> tuple[int, ...]:
        """The values that can be given, ascending."""
        return tuple(self.settings["scale"])


@dataclass(frozen=True)
class Task:
    """One person judging one entry under one protocol; `shots` are the intervals that are judged."""

    id: int
    annotator: Annotator
    entry: str
    protocol: Protocol
    shots: Shots
    created: datetime


@dataclass(frozen=True)
class TaskSummary:
    """A line of somebody's queue."""

    task: int
    entry: str
    state: Literal["started", "submitted"]
    rated: int
    shots: int


@dataclass(frozen=True)
class TaskLabels:
    """What one task amounts to: the task and the state its events fold into."""

    task: Task
    state: TaskState


@dataclass(frozen=True)
class TaskProgress(TaskLabels):
    """A task's labels and when the server last received an event for it (UTC), None where it never did."""

    touched: datetime | None


class Annotations:
    """The log of one installation.

    Args:
        engine: from `open_database`.
        shots_of: gives the shots of an entry by segmentation name; asked once, when a task is opened.
        submitted: called with the id of an entry after a task on it was submitted or reopened.
    """

    def __init__(
        self, engine: Engine, shots_of: Callable[[str, str], Shots], submitted: Callable[[str], None] = lambda _: None
    ) -> None:
        self._engine = engine
        self._shots_of = shots_of
        self._submitted = submitted

    def get_or_create_annotator(self, name: str) -> Annotator:
        """The person of that name; names are trimmed and otherwise taken as they are."""
        name = " ".join(name.split())
        if not 0 < len(name) <= MAX_NAME:
            raise InputError(f"A name has between 1 and {MAX_NAME} characters.")
        with writing(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
            if row is None:
                row = AnnotatorRow(name=name, pseudonym=f"annotator-{secrets.token_hex(4)}")
                session.add(row)
                session.flush()
            return _annotator(row)

    def annotator(self, name: str) -> Annotator | None:
        """The person of that name, or None."""
        with reading(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
            return None if row is None else _annotator(row)

    def default_protocol(self) -> Protocol:
        """Shot ratings, version 1: TVSum's two-second shots rated 1 to 5, without sound."""
        query = select(ProtocolRow).where(ProtocolRow.name == "shot-ratings", ProtocolRow.version == 1)
        with reading(self._engine) as session:
            row = session.scalar(query)
        if row is None:
            with writing(self._engine) as session:
                row = session.scalar(query)
                if row is None:
                    row = ProtocolRow(name="shot-ratings", version=1, settings=dict(SHOT_RATINGS))
                    session.add(row)
        return _protocol(row)

    def open_task(self, annotator: Annotator, entry_id: str, protocol: Protocol | None = None) -> Task:
        """Finds this person's task on the entry, or begins it."""
        protocol = protocol or self.default_protocol()
        query = select(TaskRow).where(
            TaskRow.annotator_id == annotator.id,
            TaskRow.entry_id == entry_id,
            TaskRow.protocol_id == protocol.id,
        )
        with reading(self._engine) as session:
            row = session.scalar(query)
        if row is None:
            bounds = self._shots_of(entry_id, protocol.settings["shots"]).bounds.tolist()
            with writing(self._engine) as session:
                row = session.scalar(query)
                if row is None:
                    row = TaskRow(annotator_id=annotator.id, entry_id=entry_id, protocol_id=protocol.id, shots=bounds)
                    session.add(row)
        return _task(row, annotator, protocol)

    def task(self, task_id: int) -> Task:
        """One task. Raises NotFoundError."""
        with reading(self._engine) as session:
            return _load_task(session, task_id)

    def tasks_of(self, annotator: Annotator) -> list[TaskSummary]:
        """The tasks this person has begun, oldest first."""
        labels = self._labels(TaskRow.annotator_id == annotator.id)
        return [
            TaskSummary(
                task=one.task.id,
                entry=one.task.entry,
                state="submitted" if one.state.submitted else "started",
                rated=len(one.state.ratings),
                shots=len(one.task.shots),
            )
            for one in labels
        ]

    def record_events(self, task_id: int, events: Sequence[Event]) -> int:
        """Appends events, all or none; those already stored are accepted again and not stored twice.

        Returns:
            How many events the task has now. Every event given is acknowledged by the return itself.

        Raises:
            NotFoundError: no such task.
            InputError: an event does not fit the task: unknown kind, shot or value.
            ConflictError: labels after the task was submitted, or another event under a known (client, seq).
        """
        with writing(self._engine) as session:
            task = _load_task(session, task_id)
            for event in events:
                _check(event, task)
            log = _events(session, task_id)
            known = {(event.client, event.seq): event for event in log}
            new: list[Event] = []
            for event in events:
                stored = known.setdefault((event.client, event.seq), event)
                if stored is event:
                    new.append(event)
                elif (stored.kind, stored.shot, stored.value) != (event.kind, event.shot, event.value):
                    raise ConflictError(
                        f"Event {event.seq} of client '{event.client}' is stored with other content.",
                        "Reload the page: it continues under a new client id.",
                    )
            _check_not_submitted(log, new)
            if new:
                session.execute(insert(EventRow), [{"task_id": task_id, **vars(event)} for event in new])
        if any(event.kind in ("submit", "reopen") for event in new):
            self._submitted(task.entry)
        return len(log) + len(new)

    def events(self, task_id: int) -> list[Event]:
        """All events of a task in server order. Raises NotFoundError."""
        with reading(self._engine) as session:
            _load_task(session, task_id)
            return _events(session, task_id)

    def state(self, task_id: int) -> TaskState:
        """What the events of a task amount to."""
        return fold(self.events(task_id))

    def labels_of(self, entry_id: str, include_open: bool = False) -> list[TaskLabels]:
        """The labels given here to one entry, oldest task first.

        Args:
            entry_id: of the entry.
            include_open: also tasks that are not submitted; never those without any rating.
        """
        return [
            labels
            for labels in self._labels(TaskRow.entry_id == entry_id)
            if labels.state.ratings and (labels.state.submitted or include_open)
        ]

    def submitted_counts(self) -> dict[str, int]:
        """How many submitted tasks each entry has; entries without are left out."""
        last = select(func.max(EventRow.id)).where(EventRow.kind.in_(("submit", "reopen"))).group_by(EventRow.task_id)
        query = (
            select(TaskRow.entry_id, func.count())
            .join(EventRow, EventRow.task_id == TaskRow.id)
            .where(EventRow.id.in_(last), EventRow.kind == "submit")
            .group_by(TaskRow.entry_id)
        )
        with reading(self._engine) as session:
            return dict(tuple(row) for row in session.execute(query))

    def has_labels(self) -> bool:
        """Whether anybody has rated anything here."""
        with reading(self._engine) as session:
            return session.scalar(select(EventRow.id).where(EventRow.kind == "rate").limit(1)) is not None

    def progress(self) -> list[TaskProgress]:
        """Every task of everybody with how far it is, the one touched last first."""
        with reading(self._engine) as session:
            touched = select(EventRow.task_id, func.max(EventRow.recorded)).group_by(EventRow.task_id)
            last = dict(session.execute(touched).all())
        rows = [TaskProgress(one.task, one.state, last.get(one.task.id)) for one in self._labels(true())]
        return sorted(rows, key=lambda row: row.touched or row.task.created, reverse=True)

    def _labels(self, condition: Any) -> list[TaskLabels]:
        with reading(self._engine) as session:
            rows = session.execute(
                select(TaskRow, AnnotatorRow, ProtocolRow)
                .join(AnnotatorRow, AnnotatorRow.id == TaskRow.annotator_id)
                .join(ProtocolRow, ProtocolRow.id == TaskRow.protocol_id)
                .where(condition)
                .order_by(TaskRow.id)
            ).all()
            tasks = [_task(task, _annotator(who), _protocol(how)) for task, who, how in rows]
            logs: dict[int, list[Event]] = {task.id: [] for task in tasks}
            query = select(EventRow.task_id, *EVENT).join(TaskRow, TaskRow.id == EventRow.task_id)
            for task_id, *event in session.execute(query.where(condition).order_by(EventRow.id)):
                logs[task_id].append(Event(*event))
        return [TaskLabels(task, fold(logs[task.id])) for task in tasks]


def _load_task(session: Session, task_id: int) -> Task:
    row = session.get(TaskRow, task_id)
    if row is None:
        raise NotFoundError(f"There is no task {task_id}.")
    who, how = session.get_one(AnnotatorRow, row.annotator_id), session.get_one(ProtocolRow, row.protocol_id)
    return _task(row, _annotator(who), _protocol(how))


def _events(session: Session, task_id: int) -> list[Event]:
    rows = session.execute(select(*EVENT).where(EventRow.task_id == task_id).order_by(EventRow.id))
    return [Event(*row) for row in rows]


def _check(event: Event, task: Task) -> None:
    if not (isinstance(event.client, str) and 0 < len(event.client) <= MAX_CLIENT):
        raise InputError(f"An event needs a client id of at most {MAX_CLIENT} characters.")
    if not _whole(event.seq) or event.seq < 0 or not _whole(event.at):
        raise InputError("An event needs whole numbers as seq and at.")
    if event.kind not in KINDS:
        raise InputError(f"There is no event '{event.kind}'.", f"Known are {', '.join(sorted(KINDS))}.")
    if event.kind in ("rate", "clear") and not (_whole(event.shot) and 0 <= event.shot < len(task.shots)):
        raise InputError(f"Shot {event.shot} does not exist: the task has shots 0 to {len(task.shots) - 1}.")
    if event.kind == "rate" and not (_whole(event.value) and event.value in task.protocol.scale):
        scale = ", ".join(map(str, task.protocol.scale))
        raise InputError(f"A rating of {event.value} is not on the scale {scale}.")
    if event.t is not None and not (isinstance(event.t, (int, float)) and math.isfinite(event.t)):
        raise InputError("The time of an event is a number of seconds.")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _check_not_submitted(log: Iterable[Event], new: Iterable[Event]) -> None:
    submitted = fold(log).submitted
    for event in new:
        if submitted and event.kind in LABEL_KINDS:
            raise ConflictError("This task is submitted; its labels can no longer be changed.", "Reopen it first.")
        if event.kind in ("submit", "reopen"):
            submitted = event.kind == "submit"


def _annotator(row: AnnotatorRow) -> Annotator:
    return Annotator(row.id, row.name, row.pseudonym)


def _protocol(row: ProtocolRow) -> Protocol:
    return Protocol(row.id, row.name, row.version, row.settings)


def _task(row: TaskRow, annotator: Annotator, protocol: Protocol) -> Task:
    bounds = np.array(row.shots, np.int64).reshape(-1, 2)
    return Task(row.id, annotator, row.entry_id, protocol, Shots(bounds, protocol.settings["shots"]), row.created)
