"""What has happened that other programs may want to hear of: jobs that have ended, tasks that were submitted.

It is noted in the transaction in which it happens, so that nothing is told that is not so and nothing is left out, and
goes when every hook was told. `webapp.webhooks` tells them. No name of a person is in it, only their pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Engine, delete, func, or_, select, update
from sqlalchemy.orm import Session

from storage.database import reading, writing
from storage.tables import HappeningRow, HookRow, JobRow, now
from storage.tasks import Task

Event = Literal["job finished", "task submitted"]
HELD = timedelta(minutes=1)  # for which a hook is told by one process, longer than all tries take
KEPT = timedelta(days=7)  # after which nobody is told of it any more


@dataclass(frozen=True)
class Happening:
    """Something that has happened.

    Attributes:
        id: in the order in which they happened; no two have the same.
        event: what.
        facts: id, kind, state, entry, dataset and pseudonym; see `note_jobs` and `note_submitted`.
        at: when (UTC).
    """

    id: int
    event: Event
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class HookState:
    """How a hook does: when it was last told something, when that last failed, and why."""

    worked: datetime | None
    failed: datetime | None
    problem: str


def note_jobs(session: Session, jobs: Sequence[int]) -> None:
    """Notes, in the transaction that ended them, that these jobs are done, failed or cancelled."""
    if not jobs:
        return
    columns = (JobRow.id, JobRow.kind, JobRow.state, JobRow.entries, JobRow.dataset)
    for job, kind, state, entries, dataset in session.execute(select(*columns).where(JobRow.id.in_(jobs))).all():
        entry = entries[0] if entries and len(entries) == 1 else None
        _note(session, "job finished", id=job, kind=kind, state=state, entry=entry, dataset=dataset)


def note_submitted(session: Session, task: Task, dataset: str | None) -> None:
    """Notes, in the transaction that stores it, that somebody has submitted a task; rounds of practice are none."""
    if not task.practice:
        _note(
            session,
            "task submitted",
            id=task.id,
            kind=str(task.protocol),
            state="submitted",
            entry=task.entry,
            dataset=dataset,
            pseudonym=task.annotator.pseudonym,
        )


def _note(session: Session, event: Event, **facts: Any) -> None:
    session.add(HappeningRow(event=event, facts={"pseudonym": None, **facts}))


class Happenings:
    """What has happened, and how far each hook was told."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self) -> int:
        """The id of the last that is kept; 0 where there is none."""
        with reading(self._engine) as session:
            return session.scalar(select(func.max(HappeningRow.id))) or 0

    def begin(self, hook: str) -> None:
        """Makes a hook known, which is told of what happens from now on; one that is known stays as it is."""
        with reading(self._engine) as session:
            if session.get(HookRow, hook) is not None:
                return
        with writing(self._engine) as session:
            if session.get(HookRow, hook) is None:
                newest = session.scalar(select(func.max(HappeningRow.id))) or 0
                session.add(HookRow(name=hook, told=newest))

    def waiting(self, hook: str, events: Iterable[Event]) -> bool:
        """Whether there is something to tell a hook."""
        with reading(self._engine) as session:
            row = session.get(HookRow, hook)
            return row is not None and _next(session, row.told, events) is not None

    def take(self, hook: str, events: Iterable[Event], holder: str) -> Happening | None:
        """What a hook is to be told next, by nobody but `holder` for a minute; None where nothing is, or by another."""
        free = or_(HookRow.holder == holder, HookRow.held.is_(None), HookRow.held < now())
        query = update(HookRow).where(HookRow.name == hook, free)
        with writing(self._engine) as session:
            told = session.scalar(query.values(holder=holder, held=now() + HELD).returning(HookRow.told))
            if told is None:
                return None
            row = _next(session, told, events)
            if row is None:
                session.execute(update(HookRow).where(HookRow.name == hook).values(held=None))
                return None
            return Happening(row.id, _event(row), dict(row.facts), row.created)

    def told(self, hook: str, happening: int, problem: str = "") -> None:
        """A hook was told of everything up to this; or that failed with a problem, and is not tried again."""
        when = {"failed" if problem else "worked": now()}
        query = update(HookRow).where(HookRow.name == hook)
        with writing(self._engine) as session:
            session.execute(query.values(told=happening, held=None, problem=problem, **when))

    def release(self) -> None:
        """Nobody is telling any hook: for a server that is the only one of its database, when it starts."""
        with writing(self._engine) as session:
            session.execute(update(HookRow).values(held=None))

    def forget(self, hooks: Mapping[str, Iterable[Event]]) -> None:
        """Removes what every one of these hooks was told of, what nobody wants or is too old, and other hooks."""
        with reading(self._engine) as session:
            told = {row.name: row.told for row in session.scalars(select(HookRow))}
            wanted = or_(*(_wanted(told.get(name, 0), events) for name, events in hooks.items())) if hooks else None
            gone = select(HappeningRow.id)
            if wanted is not None:
                gone = gone.where(or_(~wanted, HappeningRow.created < now() - KEPT))
            ids = session.scalars(gone).all()
        others = set(told) - set(hooks)
        if ids or others:
            with writing(self._engine) as session:
                if ids:
                    session.execute(delete(HappeningRow).where(HappeningRow.id <= max(ids), HappeningRow.id.in_(gone)))
                session.execute(delete(HookRow).where(HookRow.name.in_(others)))

    def state(self, hook: str) -> HookState | None:
        """How a hook does; None where no server has seen it yet."""
        with reading(self._engine) as session:
            row = session.get(HookRow, hook)
            return None if row is None else HookState(row.worked, row.failed, row.problem)


def _next(session: Session, told: int, events: Iterable[Event]) -> HappeningRow | None:
    query = select(HappeningRow).where(_wanted(told, events), HappeningRow.created >= now() - KEPT)
    return session.scalar(query.order_by(HappeningRow.id).limit(1))


def _wanted(told: int, events: Iterable[Event]) -> Any:
    return (HappeningRow.id > told) & HappeningRow.event.in_(list(events))


def _event(row: HappeningRow) -> Event:
    return "task submitted" if row.event == "task submitted" else "job finished"
