"""What people label here: annotators, tasks, and the append-only log of their events.

Labels are derived from the log by `core.labelling.events.fold`; what is kept beside it (`TaskRow`, and the states of
`storage.task_states`) saves reading all of it for every event. Everything that changes something holds the database's
write lock from its beginning, so concurrent writers queue and none is lost.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from core import limits
from core.errors import ConflictError, InputError
from core.labelling.events import LEAD_KINDS, SERVER, SERVER_KINDS, Event, TaskState
from storage.database import reading, writing
from storage.entry_files import EntryFiles
from storage.people_counts import PeopleCounts
from storage.protocols import Protocols, ProtocolVersion
from storage.recorder import Brought, Recorder, row_of
from storage.tables import AnnotatorRow, EventRow, TaskRow, now
from storage.task_states import Folded, columns_of, keep, read_folded
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
        self._recorder = Recorder(engine)
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

    def record_events(self, task_id: int, events: Sequence[Event], by: str | None = None) -> int:
        """Appends what the annotator did, all or none; events already stored are accepted and not stored twice.

        Returns:
            How many events the task has now. Every event given is acknowledged by the return itself.

        Raises:
            NotFoundError, InputError, ConflictError, TooMuchError: see `Brought`.
            UnavailableError: nothing can be written at the moment.
        """
        _check_from_annotator(events)
        return self._append(Brought(task_id, events, by))

    def record_many(self, batch: Sequence[Brought]) -> None:
        """`record_events` of many people in one transaction; each of `batch` says what has become of it.

        Who calls it lets `recount` follow for each entry that is to be counted again.

        Raises:
            UnavailableError: nothing can be written at the moment; nothing of anybody's is stored.
        """
        for brought in batch:
            try:
                _check_from_annotator(brought.events)
            except InputError as error:
                brought.error = error
        self._recorder.record([brought for brought in batch if brought.error is None])

    def recount(self, entry: str) -> None:
        """Counts the people of an entry again, after labels came to count or no longer do."""
        self._counts.recount(entry)

    def note_revealed(self, task_id: int) -> None:
        """Notes that the annotator was shown how others judged: the labels stay as they are from now on."""
        self._append(Brought(task_id, [Event(SERVER, 1, "revealed")]))

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
        event = Event(client, 1, kind, at=at, data={"text": reason}, role="lead", actor=by)
        self._append(Brought(task_id, [event]))

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

    def _append(self, brought: Brought) -> int:
        self._recorder.record([brought])
        if brought.error is not None:
            raise brought.error
        if brought.recount is not None:
            self._counts.recount(brought.recount)
        return brought.count


def _check_from_annotator(events: Sequence[Event]) -> None:
    for event in events:
        if isinstance(event.kind, str) and event.kind in LEAD_KINDS:
            raise InputError(f"An annotator cannot {event.kind} a task.", "This is done on the Review page.")
        # In a log that is exported, "by" is who decided; see storage.formats.events_jsonl.
        if event.role == "lead" or (isinstance(event.data, dict) and "by" in event.data):
            raise InputError("An annotator cannot decide as a lead.", "This is done on the Review page.")
        if event.client == SERVER or (isinstance(event.kind, str) and event.kind in SERVER_KINDS):
            raise InputError("What the server notes cannot be sent to it.", "Reload the page.")


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
    session.execute(insert(EventRow), [row_of(event, task_id, recorded, annotator) for event, recorded in events])


def keep_state(session: Session, task_id: int, folded: Folded) -> bool:
    """Notes beside the log what it amounts to now; whether the labels counted before."""
    row = session.get_one(TaskRow, task_id)
    counted = row.state == "submitted" and not row.excluded
    row.state, row.begun, row.judged, row.excluded = columns_of(folded.folding)
    row.touched = now()
    keep(session, task_id, folded)
    return counted
