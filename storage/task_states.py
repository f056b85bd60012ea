"""What the log of a task amounts to, without reading all of it: a state kept beside the log and the events after it.

The kept state is written in the transaction of the events that it covers. It can always be made again from the log
(`rebuild`) and compared with it (`differing`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import ColumnElement, Engine, delete, func, select
from sqlalchemy.orm import Session

from core.labelling.events import Event, Folding, fold
from storage.database import reading, writing
from storage.tables import EventRow, TaskRow, TaskStateRow
from storage.tasks import EVENT, events_of

KEPT_EVERY = 500  # events; so many are read and folded at most where no state is at hand
AT_HAND = 256  # states that a process has in memory


@dataclass
class Folded:
    """A log folded as far as it goes.

    Attributes:
        folding: of its events.
        events: how many they are.
        last: id of the last one, 0 of an empty log.
        kept: how many of them the state beside the log covers.
    """

    folding: Folding
    events: int
    last: int
    kept: int


class TaskStates:
    """The foldings of the tasks that somebody works on now, of one process; others may write the same log."""

    def __init__(self) -> None:
        self._at_hand: OrderedDict[int, Folded] = OrderedDict()
        self._lock = Lock()

    def take(self, session: Session, task_id: int, newest: int) -> Folded:
        """The log of a task, folded; whoever applies more events to it gives it to `put_back` when they are stored.

        Args:
            session: holds the write lock.
            task_id: whose log.
            newest: id of its last event, 0 of an empty one.
        """
        with self._lock:
            found = self._at_hand.pop(task_id, None)
        return found if found is not None and found.last == newest else read_folded(session, task_id)

    def put_back(self, task_id: int, folded: Folded) -> None:
        """Keeps it at hand for the next events; to be called when its transaction is over."""
        with self._lock:
            self._at_hand[task_id] = folded
            while len(self._at_hand) > AT_HAND:
                self._at_hand.popitem(last=False)


def read_folded(session: Session, task_id: int) -> Folded:
    """The log of a task from the database, folded."""
    row = session.get(TaskStateRow, task_id)
    if row is None:
        folded = Folded(Folding(), 0, 0, 0)
    else:
        folded = Folded(Folding.of_json(row.folding), row.events, row.event_id, row.events)
    follow(session, task_id, folded)
    return folded


def follow(session: Session, task_id: int, folded: Folded) -> None:
    """Folds in what the log has by now."""
    query = select(EventRow.id, *EVENT).where(EventRow.task_id == task_id, EventRow.id > folded.last)
    for number, *event in session.execute(query.order_by(EventRow.id)):
        apply(folded, number, Event(*event))


def apply(folded: Folded, number: int, event: Event) -> None:
    """Folds the next event of a log in."""
    folded.folding.apply(event)
    folded.events, folded.last = folded.events + 1, number


def keep(session: Session, task_id: int, folded: Folded) -> None:
    """Writes the state beside the log, where it has been long enough since that was done."""
    if folded.events - folded.kept < KEPT_EVERY:
        return
    row = session.get(TaskStateRow, task_id) or TaskStateRow(task_id=task_id)
    row.event_id, row.events, row.folding = folded.last, folded.events, folded.folding.as_json()
    session.add(row)
    folded.kept = folded.events


def folded_of(session: Session, condition: ColumnElement[bool]) -> dict[int, Folded]:
    """The logs of the tasks that fulfil a condition on TaskRow, by id."""
    found = {number: Folded(Folding(), 0, 0, 0) for number in session.scalars(select(TaskRow.id).where(condition))}
    rows = session.scalars(select(TaskStateRow).join(TaskRow, TaskRow.id == TaskStateRow.task_id).where(condition))
    for row in rows:
        found[row.task_id] = Folded(Folding.of_json(row.folding), row.events, row.event_id, row.events)
    query = (
        select(EventRow.task_id, EventRow.id, *EVENT)
        .join(TaskRow, TaskRow.id == EventRow.task_id)
        .outerjoin(TaskStateRow, TaskStateRow.task_id == EventRow.task_id)
        .where(condition, EventRow.id > func.coalesce(TaskStateRow.event_id, 0))
        .order_by(EventRow.id)
    )
    for task_id, number, *event in session.execute(query):
        apply(found[task_id], number, Event(*event))
    return found


def differing(engine: Engine) -> list[int]:
    """The tasks whose kept state is not what their log folds into: none, unless somebody changed the database."""
    found = []
    with reading(engine) as session:
        for task_id, *beside in session.execute(
            select(TaskRow.id, TaskRow.state, TaskRow.begun, TaskRow.judged, TaskRow.excluded).order_by(TaskRow.id)
        ).all():
            log = events_of(session, task_id)
            folded, whole = read_folded(session, task_id), fold(log)
            if (
                folded.folding.state() != whole
                or folded.events != len(log)
                or tuple(beside) != columns_of(folded.folding)
            ):
                found.append(task_id)
    return found


def rebuild(engine: Engine, tasks: Sequence[int]) -> None:
    """Makes the kept states of tasks again from their logs."""
    for task_id in tasks:
        with writing(engine) as session:
            session.execute(delete(TaskStateRow).where(TaskStateRow.task_id == task_id))
            folded = read_folded(session, task_id)
            row = session.get_one(TaskRow, task_id)
            row.state, row.begun, row.judged, row.excluded = columns_of(folded.folding)
            keep(session, task_id, folded)


def columns_of(folding: Folding) -> tuple[str, bool, int, bool]:
    """What a board needs to know of a task: `state`, `begun`, `judged` and `excluded` of its row."""
    state = "submitted" if folding.submitted else "open" if folding.skipped is None else "skipped"
    begun = bool(folding.labels or folding.undoable or folding.redoable)
    return state, begun, folding.judged, folding.excluded is not None
