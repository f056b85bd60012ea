"""What people label here: annotators, tasks, and the append-only log of their events.

Labels are derived from the log by `core.labelling.events.fold`; what is kept beside it (`TaskRow`, and the states of
`storage.task_states`) saves reading all of it for every event. Everything that changes something holds the database's
write lock from its beginning, so concurrent writers queue and none is lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from core import limits
from core.errors import ConflictError, InputError
from core.labelling.checks import check_event
from core.labelling.events import LABEL_KINDS, LEAD_KINDS, SERVER, SERVER_KINDS, Event, Folding, TaskState
from storage.database import reading, writing
from storage.entry_files import EntryFiles
from storage.happenings import note_submitted
from storage.people_counts import PeopleCounts
from storage.protocols import Protocols, ProtocolVersion
from storage.seen import has_seen
from storage.tables import AnnotatorRow, EntryRow, EventRow, TaskRow, now
from storage.task_states import Folded, TaskStates, columns_of, follow, keep, read_folded, stored
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
        self._states = TaskStates()
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

    def judging(self, annotator: Annotator) -> dict[str, int]:
        """The entries this person is judging now, with their task; a task that holds no label yet is none.

        Nobody else's labels and no scores of them may reach this person.
        """
        begun = (TaskRow.state == "open") & TaskRow.begun
        query = select(TaskRow.entry_id, TaskRow.id).where(TaskRow.annotator_id == annotator.id, begun)
        with reading(self._engine) as session:
            return dict(session.execute(query.order_by(TaskRow.id)).all())

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
            if event.client == SERVER or (isinstance(event.kind, str) and event.kind in SERVER_KINDS):
                raise InputError("What the server notes cannot be sent to it.", "Reload the page.")
        return self._append(task_id, events)

    def note_revealed(self, task_id: int) -> None:
        """Notes that the annotator was shown how others judged: the labels stay as they are from now on."""
        self._append(task_id, [Event(SERVER, 1, "revealed")])

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

    def count_events(self, task_id: int) -> int:
        """How many events a task has, those of leads too."""
        with reading(self._engine) as session:
            return session.scalar(select(func.count()).where(EventRow.task_id == task_id)) or 0

    def recorded(self, task_id: int) -> list[tuple[Event, datetime]]:
        """All events with when the server received them (UTC)."""
        query = select(*EVENT, EventRow.recorded).where(EventRow.task_id == task_id).order_by(EventRow.id)
        with reading(self._engine) as session:
            return [(Event(*event), recorded) for *event, recorded in session.execute(query)]

    def state(self, task_id: int) -> TaskState:
        """What the events of a task amount to now. Raises NotFoundError."""
        with reading(self._engine) as session:
            load_task(session, task_id)
            return read_folded(session, task_id).folding.state()

    # Inside

    def _append(self, task_id: int, events: Sequence[Event]) -> int:
        with writing(self._engine) as session:
            task = load_task(session, task_id)
            for event in events:
                check_event(event, task.protocol.settings, task.shots, task.practice)
            folded = self._states.take(session, task_id)
            was_submitted = folded.folding.submitted
            new = _new_events(stored(session, task_id, events), events)
            _check_not_submitted(folded.folding, new)
            if new:
                if any(event.kind in LABEL_KINDS or event.kind == "submit" for event in new):
                    new = [*_seen_before(session, task), *new]
                append_events(session, task_id, [(event, now()) for event in new], task.annotator.name)
                follow(session, task_id, folded)
                counted = keep_state(session, task_id, folded)
                if folded.folding.submitted and not was_submitted:
                    of = select(EntryRow.dataset).where(EntryRow.id == task.entry)
                    note_submitted(session, task, session.scalar(of))
        self._states.put_back(task_id, folded)
        if new and counted != folded.folding.counts:
            self._counts.recount(task.entry)
        return folded.events


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


def keep_state(session: Session, task_id: int, folded: Folded) -> bool:
    """Notes beside the log what it amounts to now; whether the labels counted before."""
    row = session.get_one(TaskRow, task_id)
    counted = row.state == "submitted" and not row.excluded
    row.state, row.begun, row.judged, row.excluded = columns_of(folded.folding)
    row.touched = now()
    keep(session, task_id, folded)
    return counted


def _seen_before(session: Session, task: Task) -> list[Event]:
    """The note that others' labels or scores were seen before judging, where they were and it is not there yet."""
    if task.practice or task.seen or not has_seen(session, task.annotator.id, task.entry):
        return []
    session.get_one(TaskRow, task.id).seen = True
    return [Event(SERVER, 2, "seen", at=int(now().timestamp() * 1000))]


def _new_events(known: dict[tuple[str, int], Event], events: Sequence[Event]) -> list[Event]:
    """Those that are not stored yet, each once."""
    new: list[Event] = []
    for event in events:
        first = known.setdefault((event.client, event.seq), event)
        if first is event:
            new.append(event)
        elif (first.kind, first.shot, first.value, first.data) != (
            event.kind, event.shot, event.value, event.data,
        ):  # fmt: skip
            raise ConflictError(
                f"Event {event.seq} of client '{event.client}' is stored with other content.",
                "Reload the page: it continues under a new client id.",
            )
    return new


def _check_not_submitted(folding: Folding, new: Iterable[Event]) -> None:
    submitted, seen = folding.submitted, folding.revealed
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
