"""What people label here: annotators, tasks, and the append-only log of their events.

Labels are derived from the log by `core.labelling.events.fold`; only what a board needs of them is kept beside it (see
`TaskRow`). Everything that changes something holds the database's write lock from its beginning, so concurrent writers
queue and none is lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from core import limits
from core.errors import ConflictError, InputError
from core.labelling.checks import check_event
from core.labelling.events import LABEL_KINDS, LEAD_KINDS, Event, TaskState, fold
from storage.database import reading, writing
from storage.entry_files import EntryFiles
from storage.people_counts import PeopleCounts
from storage.protocols import Protocols, ProtocolVersion
from storage.tables import AnnotatorRow, EventRow, TaskRow, now
from storage.tasks import EVENT, Annotator, Task, annotator_of, events_of, find_task, load_task, task_of


class Annotations:
    """The log of one installation.

    Args:
        engine: from `open_database`.
        files: with the shots of entries; asked once, when a task is opened.
        counts: of the people of entries; renewed after the labels that count for one may have changed.

    Attributes:
        protocols: how people can be asked.
    """

    def __init__(self, engine: Engine, files: EntryFiles, counts: PeopleCounts) -> None:
        self._engine = engine
        self._files = files
        self._counts = counts
        self.protocols = Protocols(engine)

    # People

    def get_or_create_annotator(self, name: str) -> Annotator:
        """The person of that name; names are trimmed and otherwise taken as they are."""
        name = clean_name(name)
        query = select(AnnotatorRow).where(AnnotatorRow.name == name)
        with reading(self._engine) as session:
            row = session.scalar(query)
        if row is None:
            with writing(self._engine) as session:
                row = session.scalar(query) or add_annotator(session, name)
        return annotator_of(row)

    def annotator(self, name: str) -> Annotator | None:
        """The person of that name, or None."""
        with reading(self._engine) as session:
            row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
            return None if row is None else annotator_of(row)

    # Tasks

    def open_task(
        self,
        annotator: Annotator,
        entry_id: str,
        protocol: ProtocolVersion | None = None,
        practice: bool = False,
        check: Callable[[Session], None] = lambda _: None,
    ) -> Task:
        """Finds this person's task on the entry, or begins it.

        Args:
            annotator, entry_id: who and what.
            protocol: how; shot ratings where None.
            practice: a round of training; matters only where the task is begun.
            check: called under the write lock before a task is begun; what it raises keeps the task from beginning.
        """
        protocol = protocol or self.protocols.standard()
        with reading(self._engine) as session:
            row = find_task(session, annotator.id, entry_id, protocol.id)
        if row is None:
            bounds = self._files.shots(entry_id, protocol.settings.shots).bounds.tolist()
            with writing(self._engine) as session:
                row = find_task(session, annotator.id, entry_id, protocol.id)
                if row is None:
                    check(session)
                    row = TaskRow(
                        annotator_id=annotator.id,
                        entry_id=entry_id,
                        protocol_id=protocol.id,
                        shots=bounds,
                        practice=practice,
                    )
                    session.add(row)
        return task_of(row, annotator, protocol)

    def check_shots(self, entries: Sequence[str], protocol: ProtocolVersion) -> None:
        """Raises NotFoundError where an entry lacks the shots of the protocol; every entry has uniform ones."""
        if protocol.settings.shots != "uniform 2 s":
            for entry in entries:
                self._files.shots(entry, protocol.settings.shots)

    def task(self, task_id: int) -> Task:
        """One task. Raises NotFoundError."""
        with reading(self._engine) as session:
            return load_task(session, task_id)

    def judging(self, annotator: Annotator) -> set[str]:
        """The entries this person is judging now: nobody else's labels and no scores of them may reach them."""
        query = select(TaskRow.entry_id).where(TaskRow.annotator_id == annotator.id, TaskRow.state == "open")
        with reading(self._engine) as session:
            return set(session.scalars(query))

    # The log

    def record_events(self, task_id: int, events: Sequence[Event]) -> int:
        """Appends what the annotator did, all or none; events already stored are accepted and not stored twice.

        Returns:
            How many events the task has now. Every event given is acknowledged by the return itself.

        Raises:
            NotFoundError: no such task.
            InputError: an event does not fit the task: unknown kind, shot or value.
            ConflictError: labels after the task was submitted, or another event under a known (client, seq).
        """
        for event in events:
            if isinstance(event.kind, str) and event.kind in LEAD_KINDS:
                raise InputError(f"An annotator cannot {event.kind} a task.", "This is done on the Review page.")
            # In a log that is exported, "by" is who decided; see storage.formats.events_jsonl.
            if event.role == "lead" or (isinstance(event.data, dict) and "by" in event.data):
                raise InputError("An annotator cannot decide as a lead.", "This is done on the Review page.")
        return self._append(task_id, events)

    def decide(self, task_id: int, kind: Literal["exclude", "restore", "reopen"], by: str, reason: str) -> None:
        """What the lead does to a task; it stays in the log with its reason.

        Raises:
            NotFoundError: no such task.
            InputError: no reason, or a very long one.
            ConflictError: the task is like that already.
        """
        reason = " ".join(reason.split())
        if not reason:
            raise InputError("A reason is needed.", "Say in a few words why, for those who look at this later.")
        if len(reason) > limits.REASON_CHARS:
            raise InputError(f"A reason has at most {limits.REASON_CHARS} characters.")
        state = self.state(task_id)
        already = {
            "exclude": state.excluded is not None,
            "restore": state.excluded is None,
            "reopen": not (state.submitted or state.skipped is not None),
        }
        if already[kind]:
            why = {"exclude": "is excluded already", "restore": "is not excluded", "reopen": "is open already"}
            raise ConflictError(f"Task {task_id} {why[kind]}.")
        at = int(now().timestamp() * 1000)
        client = f"lead-{secrets.token_hex(8)}"  # the beginning is for versions that know decisions by it
        self._append(task_id, [Event(client, 1, kind, at=at, data={"text": reason}, role="lead", actor=by)])

    def events(self, task_id: int) -> list[Event]:
        """All events of a task in server order. Raises NotFoundError."""
        with reading(self._engine) as session:
            load_task(session, task_id)
            return events_of(session, task_id)

    def recorded(self, task_id: int) -> list[tuple[Event, datetime]]:
        """All events with when the server received them (UTC)."""
        query = select(*EVENT, EventRow.recorded).where(EventRow.task_id == task_id).order_by(EventRow.id)
        with reading(self._engine) as session:
            return [(Event(*event), recorded) for *event, recorded in session.execute(query)]

    def state(self, task_id: int) -> TaskState:
        """What the events of a task amount to now."""
        return fold(self.events(task_id))

    # Inside

    def _append(self, task_id: int, events: Sequence[Event]) -> int:
        with writing(self._engine) as session:
            task = load_task(session, task_id)
            for event in events:
                check_event(event, task.protocol.settings, task.shots, task.practice)
            log = events_of(session, task_id)
            new = _new_events(log, events)
            _check_not_submitted(log, new)
            if new:
                append_events(session, task_id, [(event, now()) for event in new], task.annotator.name)
                state = fold([*log, *new])
                counted = keep_state(session, task_id, state)
        if new and counted != state.counts:
            self._counts.recount(task.entry)
        return len(log) + len(new)


def clean_name(name: str) -> str:
    """A person's name without needless spaces. Raises InputError."""
    name = " ".join(name.split())
    if not 0 < len(name) <= limits.PERSON_NAME_CHARS:
        raise InputError(f"A name has between 1 and {limits.PERSON_NAME_CHARS} characters.")
    return name


def add_annotator(session: Session, name: str, pseudonym: str = "", **columns: Any) -> AnnotatorRow:
    """A new person; the pseudonym is drawn where none is given."""
    row = AnnotatorRow(name=name, pseudonym=pseudonym or f"annotator-{secrets.token_hex(4)}", **columns)
    session.add(row)
    session.flush()
    return row


def append_events(session: Session, task_id: int, events: Sequence[tuple[Event, datetime]], annotator: str) -> None:
    """Adds events to the log with when they were received; those of the role "annotator" are by this person."""
    rows = [
        {
            **vars(event),
            "data": None if event.data is None else dict(event.data),
            "actor": annotator if event.role == "annotator" else event.actor,
            "task_id": task_id,
            "recorded": recorded,
        }
        for event, recorded in events
    ]
    session.execute(insert(EventRow), rows)


def keep_state(session: Session, task_id: int, state: TaskState) -> bool:
    """Notes beside the log what it amounts to now; whether the labels counted before."""
    row = session.get_one(TaskRow, task_id)
    counted = row.state == "submitted" and not row.excluded
    row.state = "submitted" if state.submitted else "open" if state.skipped is None else "skipped"
    row.judged, row.excluded, row.touched = state.judged, state.excluded is not None, now()
    return counted


def _new_events(log: Iterable[Event], events: Sequence[Event]) -> list[Event]:
    """Those that are not in the log yet, each once."""
    known = {(event.client, event.seq): event for event in log}
    new: list[Event] = []
    for event in events:
        stored = known.setdefault((event.client, event.seq), event)
        if stored is event:
            new.append(event)
        elif (stored.kind, stored.shot, stored.value, stored.data) != (
            event.kind, event.shot, event.value, event.data,
        ):  # fmt: skip
            raise ConflictError(
                f"Event {event.seq} of client '{event.client}' is stored with other content.",
                "Reload the page: it continues under a new client id.",
            )
    return new


def _check_not_submitted(log: Sequence[Event], new: Iterable[Event]) -> None:
    submitted = fold(log).submitted
    seen = any(event.kind == "revealed" for event in log)
    for event in new:
        if submitted and event.kind in LABEL_KINDS:
            raise ConflictError("This task is submitted; its labels can no longer be changed.", "Reopen it first.")
        if event.kind == "reopen" and seen and event.role != "lead":
            raise ConflictError(
                "After a comparison with others the labels can no longer be changed.",
                "Whoever leads the annotation can reopen the task.",
            )
        if event.kind in ("submit", "reopen", "restart"):
            submitted = event.kind == "submit"
