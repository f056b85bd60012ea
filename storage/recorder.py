"""The log's writer: events that people bring at the same time are written in one transaction.

Beginning, committing and asking the database cost the same for one person's events as for fifty's. What is refused of
one keeps no other's from the log.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any, cast

from sqlalchemy import JSON, Engine, Table, and_, bindparam, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from core.errors import ConflictError, InputError, ManycutError, NotFoundError, TooMuchError
from core.labelling.checks import check_event
from core.labelling.events import LABEL_KINDS, SERVER, Event, Folding
from core.server_limits import EVENTS_PER_TASK
from storage.database import writing
from storage.happenings import note_submitted
from storage.seen import scopes_of
from storage.tables import AnnotatorRow, EntryRow, EventRow, SeenRow, TaskRow, now
from storage.task_states import Folded, TaskStates, columns_of, keep
from storage.tasks import Task, load_task

TASKS_AT_HAND = 10_000
KEYS_AT_ONCE = 2000  # of events that one question to the database names
AGAIN_S = 3600  # after which somebody with a full task may ask again

_TASKS, _PEOPLE, _EVENTS, _SEEN = (cast(Table, row.__table__) for row in (TaskRow, AnnotatorRow, EventRow, SeenRow))
# Made once: a statement that is made again costs more than what it asks for.
_NEWEST = select(func.max(_EVENTS.c.id)).where(_EVENTS.c.task_id == _TASKS.c.id).scalar_subquery()
_FACTS = (
    select(
        _TASKS.c.id, _TASKS.c.annotator_id, _PEOPLE.c.name, _TASKS.c.entry_id, _TASKS.c.protocol_id,
        _TASKS.c.practice, _TASKS.c.created, _TASKS.c.seen, _TASKS.c.state, _TASKS.c.excluded, _NEWEST.label("newest"),
    )
    .join(_PEOPLE, _PEOPLE.c.id == _TASKS.c.annotator_id)
    .where(_TASKS.c.id.in_(bindparam("tasks", expanding=True)))
)  # fmt: skip
_LAST = select(_TASKS.c.id, _NEWEST).where(_TASKS.c.id.in_(bindparam("tasks", expanding=True)))
_KEY = (_EVENTS.c.task_id, _EVENTS.c.client, _EVENTS.c.seq)
_STORED = select(*_KEY, _EVENTS.c.kind, _EVENTS.c.shot, _EVENTS.c.value, _EVENTS.c.data)
_KNOWN = _STORED.where(tuple_(*_KEY).in_(bindparam("keys", expanding=True)))
# SQLite reads all events of the tasks for that. Keys as a table it looks up one by one, and it is one statement for any
# number of them.
_KEYS = func.json_each(bindparam("keys", type_=JSON)).table_valued("value", name="keys")
_KNOWN_IN_SQLITE = _STORED.join_from(
    _KEYS, _EVENTS, and_(*(column == func.json_extract(_KEYS.c.value, f"$[{n}]") for n, column in enumerate(_KEY)))
)
_LOOKS = select(_SEEN.c.annotator_id, _SEEN.c.scope).where(
    _SEEN.c.annotator_id.in_(bindparam("people", expanding=True)),
    _SEEN.c.scope.in_(bindparam("scopes", expanding=True)),
)
_ADD = insert(_EVENTS)
_RENEW = (
    update(_TASKS)
    .where(_TASKS.c.id == bindparam("task"))
    .values({name: bindparam(f"new_{name}") for name in ("state", "begun", "judged", "excluded", "seen", "touched")})
)

Key = tuple[str, int]  # client and number of an event


@dataclass(eq=False)
class Brought:
    """Events that somebody brings for a task, and what has become of them.

    Attributes:
        task_id: where they belong.
        events: in their order.
        by: name of the person whose task it has to be; None where anybody's may be written to.
        count: how many events the task has then.
        recount: the entry whose people are to be counted again, None where they are the same.
        error: why none of them is stored, None where all are. NotFoundError: no such task, or another person's;
            InputError: an event does not fit the task; ConflictError: labels after the task was submitted, or another
            event under a known client and number; TooMuchError: the task is full.
    """

    task_id: int
    events: Sequence[Event]
    by: str | None = None
    count: int = 0
    recount: str | None = None
    error: ManycutError | None = None


class Recorder:
    """Appends to the log of one installation.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tasks: OrderedDict[int, tuple[tuple[Any, ...], Task]] = OrderedDict()
        self._mutex = Lock()
        self.states = TaskStates()

    def record(self, batch: Sequence[Brought]) -> None:
        """Appends what each brings, all of it or none; what is stored already is not stored twice.

        Raises:
            UnavailableError: nothing can be written at the moment; nothing of anybody's is stored.
        """
        with writing(self._engine) as session:
            written = _Transaction(self, session, batch)
            written.run()
        written.put_back()

    def task_of(self, session: Session, facts: Any) -> Task:
        """The task that these facts of the database are about; what never changes of it is kept."""
        unchanged = (facts.annotator_id, facts.name, facts.entry_id, facts.protocol_id, facts.practice, facts.created)
        with self._mutex:
            found = self._tasks.get(facts.id)
        if found is None or found[0] != unchanged:
            found = (unchanged, load_task(session, facts.id))
        with self._mutex:
            self._tasks[facts.id] = found
            self._tasks.move_to_end(facts.id)
            if len(self._tasks) > TASKS_AT_HAND:
                self._tasks.popitem(last=False)
        return found[1]


class _Transaction:
    """One transaction, and what is written in it for whom."""

    def __init__(self, recorder: Recorder, session: Session, batch: Sequence[Brought]) -> None:
        self._recorder = recorder
        self._session = session
        self._connection = session.connection()
        self._facts = {row.id: row for row in self._ask(_FACTS, tasks=sorted({one.task_id for one in batch}))}
        self._fitting = [(one, task) for one in batch if (task := self._checked(one)) is not None]
        self._known = self._stored()
        self._looks = self._looks_of_people()
        self._folded: dict[int, Folded] = {}
        self._seen: set[int] = set()  # tasks whose log says now that others' labels were seen
        self._rows: list[Mapping[str, Any]] = []

    def run(self) -> None:
        """Writes what fits; each call is told what does not."""
        for one, task in self._fitting:
            try:
                self._take(one, task)
            except (ConflictError, TooMuchError) as error:
                one.error = error
        if self._rows:
            self._connection.execute(_ADD, self._rows)
            self._renew()

    def put_back(self) -> None:
        """Keeps the foldings at hand; the transaction is over."""
        for task_id, folded in self._folded.items():
            self._recorder.states.put_back(task_id, folded)

    def _checked(self, one: Brought) -> Task | None:
        """The task that events were brought for, where they fit it; otherwise their call is told."""
        try:
            facts = self._facts.get(one.task_id)
            if facts is None:
                raise NotFoundError(f"There is no task {one.task_id}.")
            if one.by not in (None, facts.name):
                raise not_theirs(one.task_id, one.by)
            task = self._recorder.task_of(self._session, facts)
            for event in one.events:
                check_event(event, task.protocol.settings, task.shots, task.practice)
        except (InputError, NotFoundError) as error:
            one.error = error
            return None
        return task

    def _take(self, one: Brought, task: Task) -> None:
        facts = self._facts[task.id]
        folded = self._folded_of(facts)
        folding = folded.folding
        known = dict(self._known[task.id])
        new = _new_events(known, one.events)
        _check_not_submitted(folding, new)
        _check_room(folded.events, new)
        self._known[task.id] = known
        if any(event.kind in LABEL_KINDS or event.kind == "submit" for event in new):
            new = [*self._seen_before(task, facts), *new]
        counted, was_submitted = folding.counts, folding.submitted
        for event in new:
            folding.apply(event)
            folded.events += 1
            self._rows.append(row_of(event, task.id, now(), task.annotator.name))
        one.count = folded.events
        one.recount = task.entry if counted != folding.counts else None
        if folding.submitted and not was_submitted:
            dataset = self._session.scalar(select(EntryRow.dataset).where(EntryRow.id == task.entry))
            note_submitted(self._session, task, dataset)

    def _folded_of(self, facts: Any) -> Folded:
        found = self._folded.get(facts.id)
        if found is None:
            found = self._folded[facts.id] = self._recorder.states.take(self._session, facts.id, facts.newest or 0)
        return found

    def _renew(self) -> None:
        """What is kept beside the log, of every task that was written to."""
        tasks = {row["task_id"] for row in self._rows}
        for task_id, newest in self._ask(_LAST, tasks=sorted(tasks)):
            self._folded[task_id].last = newest
        self._connection.execute(_RENEW, [self._columns(task_id) for task_id in tasks])
        for task_id in tasks:
            keep(self._session, task_id, self._folded[task_id])

    def _columns(self, task_id: int) -> dict[str, Any]:
        names = ("new_state", "new_begun", "new_judged", "new_excluded")
        columns = dict(zip(names, columns_of(self._folded[task_id].folding), strict=True))
        seen = self._facts[task_id].seen or task_id in self._seen
        return {"task": task_id, "new_seen": seen, "new_touched": now(), **columns}

    def _seen_before(self, task: Task, facts: Any) -> list[Event]:
        """The note that others' labels or scores were seen before judging, where they were and it is not there yet."""
        if task.practice or facts.seen or task.id in self._seen:
            return []
        if not any((task.annotator.id, scope) in self._looks for scope in scopes_of(task.entry)):
            return []
        self._seen.add(task.id)
        return [Event(SERVER, 2, "seen", at=int(now().timestamp() * 1000))]

    def _stored(self) -> defaultdict[int, dict[Key, Event]]:
        """By task, those events of its log that have the client and number of one that was brought."""
        keys = sorted({(task.id, event.client, event.seq) for one, task in self._fitting for event in one.events})
        found: defaultdict[int, dict[Key, Event]] = defaultdict(dict)
        known = _KNOWN_IN_SQLITE if self._connection.dialect.name == "sqlite" else _KNOWN
        for begin in range(0, len(keys), KEYS_AT_ONCE):
            for row in self._ask(known, keys=keys[begin : begin + KEYS_AT_ONCE]):
                event = Event(row.client, row.seq, row.kind, row.shot, row.value, data=row.data)
                found[row.task_id][event.client, event.seq] = event
        return found

    def _looks_of_people(self) -> set[tuple[int, str]]:
        judging = [facts for facts in self._facts.values() if not (facts.practice or facts.seen)]
        people = sorted({facts.annotator_id for facts in judging})
        scopes = sorted({scope for facts in judging for scope in scopes_of(facts.entry_id)})
        if not people:
            return set()
        return {(row.annotator_id, row.scope) for row in self._ask(_LOOKS, people=people, scopes=scopes)}

    def _ask(self, statement: Any, **values: Any) -> Sequence[Any]:
        return self._connection.execute(statement, values).all()


def not_theirs(task_id: int, name: str | None) -> NotFoundError:
    """What somebody is told who asks for a task of another person."""
    return NotFoundError(f"There is no task {task_id} for {name}.", "Open it under the name it was begun with.")


def row_of(event: Event, task_id: int, recorded: datetime, annotator: str) -> Mapping[str, Any]:
    """An event as a row of the log; those of the role "annotator" are by this person."""
    actor = annotator if event.role == "annotator" else event.actor
    data = None if event.data is None else dict(event.data)
    return {**vars(event), "data": data, "actor": actor, "task_id": task_id, "recorded": recorded}


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


def _check_room(events: int, new: Sequence[Event]) -> None:
    most = EVENTS_PER_TASK.now()
    if new and events + len(new) > most and any(event.role == "annotator" for event in new):
        message = f"This task has {events:,} events, and no more than {most:,} fit."
        raise TooMuchError(message, "Submit it, or tell whoever leads this.", AGAIN_S)


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
