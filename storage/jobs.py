"""The table of background jobs: what is asked for, who does it, how far it is, what came of it.

A job is queued, then running, then done, failed or cancelled. A step that does not fit the present state changes
nothing: a worker that finishes a job which was cancelled meanwhile does not bring it back.

The table is the queue. A worker claims a job in one statement, says now and then that it is alive, and whoever sees
that it is not ends its claims: a claim outlives its worker by a moment only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, Select, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from core.errors import NotFoundError
from storage.database import reading, writing
from storage.tables import JobRow, now

State = Literal["queued", "running", "done", "failed", "cancelled"]
Lane = Literal["quick", "long"]
CANCELLED = {"code": "cancelled", "message": "Cancelled.", "hint": ""}


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes:
        id: of the row.
        kind: "sample", "train", "export", "ingest".
        args: what was asked for.
        lane: "quick" for what a person waits for, "long" for what may take hours; each has workers of its own.
        entries: ids of the entries that it is about; None where it is about a dataset or the whole library.
        dataset: that it is about; None where it is about single entries or the whole library.
        state: queued, running, done, failed or cancelled.
        progress: share done, 0 to 1.
        message: what it is doing, for people.
        figures: the numbers last reported, such as epoch and loss.
        result: of a job that is done.
        error: code, message and hint of a job that failed.
        cancel_requested: somebody asked it to stop.
    """

    id: int
    kind: str
    args: Mapping[str, Any]
    lane: Lane
    entries: Sequence[str] | None
    dataset: str | None
    state: State
    progress: float
    message: str
    figures: Mapping[str, float]
    result: Mapping[str, Any] | None
    error: Mapping[str, str] | None
    cancel_requested: bool
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Claim:
    """A running job, the worker that does it, and when that was last heard of."""

    job: int
    worker: str | None
    heartbeat: datetime | None


class Jobs:
    """The jobs of one installation.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create_job(
        self,
        kind: str,
        args: Mapping[str, Any],
        *,
        lane: Lane = "quick",
        entries: Sequence[str] | None = None,
        dataset: str | None = None,
    ) -> int:
        """Queues a job and returns its id; see `Job`."""
        about = None if entries is None else list(entries)
        with writing(self._engine) as session:
            row = JobRow(kind=kind, args=dict(args), lane=lane, entries=about, dataset=dataset, state="queued")
            session.add(row)
            session.flush()
            return row.id

    def get(self, job_id: int) -> Job:
        """One job. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = session.get(JobRow, job_id)
        if row is None:
            raise NotFoundError(f"There is no job {job_id}.")
        return _job(row)

    def list(self, states: Sequence[State] = (), limit: int = 50, kind: str | None = None) -> list[Job]:
        """The newest jobs, newest first; only those in `states`, or of a kind, where some are given."""
        query = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
        if states:
            query = query.where(JobRow.state.in_(states))
        if kind is not None:
            query = query.where(JobRow.kind == kind)
        with reading(self._engine) as session:
            return [_job(row) for row in session.scalars(query)]

    # What workers do

    def claim(self, worker: str, lane: Lane | None = None, job_id: int | None = None) -> Job | None:
        """Takes the oldest queued job, so that no other worker does it; None where there is none.

        Args:
            worker: who takes it; no other worker has this name.
            lane: only of this lane.
            job_id: only this one.
        """
        with reading(self._engine) as session:  # so that idle workers do not take turns with the lock of writers
            if session.scalar(_oldest_queued(lane, job_id)) is None:
                return None
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            row = session.scalar(claim_statement(worker, lane, job_id))
        return None if row is None else _job(row)

    def claims(self) -> Sequence[Claim]:
        """The running jobs and their workers."""
        query = select(JobRow.id, JobRow.claimed_by, JobRow.heartbeat).where(JobRow.state == "running")
        with reading(self._engine) as session:
            return [Claim(*row) for row in session.execute(query)]

    def beat(self, worker: str) -> None:
        """A worker is alive and at work."""
        query = update(JobRow).where(JobRow.claimed_by == worker, JobRow.state == "running")
        with writing(self._engine) as session:
            session.execute(query.values(heartbeat=now()))

    def update(self, job_id: int, progress: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        """Says how far a running job is."""
        values: dict[str, Any] = {"progress": min(max(progress, 0.0), 1.0), "message": message}
        if figures:
            values["figures"] = dict(figures)
        self._change(job_id, "running", **values)

    def should_stop(self, job_id: int) -> bool:
        """Whether nobody wants a job any more: somebody asked it to stop, or its claim was ended."""
        unwanted = or_(JobRow.cancel_requested, JobRow.state != "running")
        with reading(self._engine) as session:
            return session.scalar(select(JobRow.id).where(JobRow.id == job_id, unwanted)) is not None

    # How jobs end

    def finish(self, job_id: int, result: Mapping[str, Any]) -> None:
        """A running job is done."""
        self._change(job_id, "running", state="done", progress=1.0, result=dict(result))

    def fail(self, job_id: int, error: Mapping[str, str]) -> bool:
        """A running job failed; `error` is `ManycutError.as_dict()`. Says whether it was running."""
        return self._change(job_id, "running", state="failed", error=dict(error))

    def cancelled(self, job_id: int, error: Mapping[str, str] = CANCELLED) -> None:
        """A running job has stopped because it was asked to; `error` says what is kept."""
        self._change(job_id, "running", state="cancelled", error=dict(error))

    def request_cancel(self, job_id: int) -> Job:
        """Asks a job to stop: a queued one is cancelled at once, a running one stops when it next looks."""
        self.get(job_id)
        if not self._change(job_id, "queued", state="cancelled", cancel_requested=True, error=CANCELLED):
            self._change(job_id, "running", cancel_requested=True)
        return self.get(job_id)

    def interrupt(self, reason: str, *, worker: str | None = None, claim: Claim | None = None) -> Sequence[int]:
        """Ends running jobs whose worker is gone as failed, and returns their ids.

        Args:
            reason: a sentence.
            worker: only its jobs.
            claim: only this one, if its worker was not heard of since.
        """
        hint = "Start it again; what it had finished before is kept."
        error = {"code": "interrupted", "message": reason, "hint": hint}
        query = update(JobRow).where(JobRow.state == "running")
        if worker is not None:
            query = query.where(JobRow.claimed_by == worker)
        if claim is not None:
            same = JobRow.heartbeat.is_not_distinct_from(claim.heartbeat)
            query = query.where(JobRow.id == claim.job, JobRow.claimed_by.is_not_distinct_from(claim.worker), same)
        with writing(self._engine) as session:
            ended = query.values(state="failed", error=error, updated=now()).returning(JobRow.id)
            return session.scalars(ended).all()

    def _change(self, job_id: int, present: State, **values: Any) -> bool:
        """Changes a job if it is in the state `present`; says whether it was."""
        query = update(JobRow).where(JobRow.id == job_id, JobRow.state == present)
        with writing(self._engine) as session:
            return session.scalar(query.values(updated=now(), **values).returning(JobRow.id)) is not None


def claim_statement(worker: str, lane: Lane | None = None, job_id: int | None = None) -> ReturningUpdate[JobRow]:
    """The one statement that claims a job; see `Jobs.claim`.

    SQLite has one writer at a time. On PostgreSQL the row is locked when it is chosen, and others pass over it.
    """
    oldest = _oldest_queued(lane, job_id).with_for_update(skip_locked=True).scalar_subquery()
    claimed = update(JobRow).where(JobRow.id == oldest)
    return claimed.values(state="running", claimed_by=worker, heartbeat=now(), updated=now()).returning(JobRow)


def _oldest_queued(lane: Lane | None, job_id: int | None) -> Select[int]:
    query = select(JobRow.id).where(JobRow.state == "queued").order_by(JobRow.id).limit(1)
    if lane is not None:
        query = query.where(JobRow.lane == lane)
    return query if job_id is None else query.where(JobRow.id == job_id)


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
