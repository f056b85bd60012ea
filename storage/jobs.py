"""The table of background jobs: what is asked for, who does it, how far it is, what came of it.

A job is queued, then running, then done, failed or cancelled. A step that does not fit the present state changes
nothing: a worker that finishes a job which was cancelled meanwhile does not bring it back.

The table is the queue. A worker claims a job in one statement, says now and then that it is alive, and whoever sees
that it is not ends its claims: a claim outlives its worker by a moment only. A job that keeps what it has done by now
is queued again then, as long as it comes further from one death to the next.

Where there is a GPU, one job at a time holds it, unless told otherwise. Who asks for it on the long lane waits for it;
what a person waits for never waits for it, and is done without.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Engine, Select, and_, case, exists, func, or_, select, true, update
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.dml import ReturningUpdate

from core.errors import NotFoundError
from storage.database import asking, reading, writing
from storage.happenings import note_jobs
from storage.job_news import call_workers
from storage.refusals import told_plainly
from storage.tables import JobRow, now

State = Literal["queued", "running", "done", "failed", "cancelled"]
ENDED: tuple[State, ...] = ("done", "failed", "cancelled")
Lane = Literal["quick", "long"]
Priority = Literal["first", "normal", "idle"]
# The larger, the sooner. What is below 0 waits until nothing else is to be done.
PRIORITIES: Mapping[Priority, int] = {"first": 1, "normal": 0, "idle": -1}
NOT_YET = -1.0  # of a job that was begun, and that no worker died of
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
        priority: of `PRIORITIES`; of equal ones the first that came is the first that is done.
        resumable: it goes on where it was when its worker died.
        gpu: it computes on a GPU where there is one.
        on_gpu: it is one of those that hold its machine's GPU; None where nobody counts them.
        claimed_by: the worker that does it, or did.
        state: queued, running, done, failed or cancelled.
        progress: share done, 0 to 1.
        message: what it is doing, for people.
        figures: the numbers last reported, such as epoch and loss.
        result: of a job that is done.
        error: code, message and hint of a job that failed.
        cancel_requested: somebody asked it to stop.
        keep: and to keep the best of what it has by now.
    """

    id: int
    kind: str
    args: Mapping[str, Any]
    lane: Lane
    entries: Sequence[str] | None
    dataset: str | None
    priority: int
    resumable: bool
    gpu: bool
    on_gpu: bool | None
    claimed_by: str | None
    state: State
    progress: float
    message: str
    figures: Mapping[str, float]
    result: Mapping[str, Any] | None
    error: Mapping[str, str] | None
    cancel_requested: bool
    keep: bool
    created: datetime
    updated: datetime


@dataclass(frozen=True)
class Kinds:
    """Kinds of jobs: those named, or all `others`."""

    named: Collection[str]
    others: bool = False


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
        priority: Priority = "normal",
        resumable: bool = False,
        repeatable: bool = False,
        gpu: bool = False,
    ) -> int:
        """Queues a job and returns its id; see `Job`."""
        about = None if entries is None else list(entries)
        with writing(self._engine) as session:
            row = JobRow(
                kind=kind,
                args=dict(args),
                lane=lane,
                entries=about,
                dataset=dataset,
                priority=PRIORITIES[priority],
                resumable=resumable,
                repeatable=repeatable,
                gpu=gpu,
                state="queued",
            )
            session.add(row)
            session.flush()
            call_workers(session)
            return row.id

    def get(self, job_id: int) -> Job:
        """One job. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = session.get(JobRow, job_id)
        if row is None:
            raise NotFoundError(f"There is no job {job_id}.")
        return _job(row)

    def unfinished(self, job_id: int) -> bool:
        """Whether a job waits or runs."""
        query = select(JobRow.id).where(JobRow.id == job_id, JobRow.state.in_(("queued", "running")))
        with reading(self._engine) as session:
            return session.scalar(query) is not None

    def unfinished_ids(self) -> frozenset[int]:
        """All jobs that wait or run."""
        query = select(JobRow.id).where(JobRow.state.in_(("queued", "running")))
        with reading(self._engine) as session:
            return frozenset(session.scalars(query))

    def unfinished_requests(self) -> Sequence[Mapping[str, Any]]:
        """What was asked for of all jobs that wait or run."""
        query = select(JobRow.args).where(JobRow.state.in_(("queued", "running")))
        with reading(self._engine) as session:
            return session.scalars(query).all()

    def list(self, states: Sequence[State] = (), limit: int = 50, kind: str | None = None) -> list[Job]:
        """The newest jobs, newest first; only those in `states`, or of a kind, where some are given."""
        query = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
        if states:
            query = query.where(JobRow.state.in_(states))
        if kind is not None:
            query = query.where(JobRow.kind == kind)
        with reading(self._engine) as session:
            return [_job(row) for row in session.scalars(query)]

    def prefer(self, job_id: int, priority: Priority) -> Job:
        """Changes when a queued job is done. Raises NotFoundError."""
        self._change(job_id, "queued", priority=PRIORITIES[priority])
        return self.get(job_id)

    # What workers do

    def waits(self, lane: Lane) -> bool:
        """Whether a job of a lane is to be done next."""
        with asking(self._engine) as connection:
            return connection.scalar(_next_queued(lane, None)) is not None

    def claim(
        self,
        worker: str,
        lane: Lane | None = None,
        job_id: int | None = None,
        gpus: Callable[[], int | None] = lambda: None,
        *,
        kinds: Kinds | None = None,
    ) -> Job | None:
        """Takes the queued job that is to be done next, so that no other worker does it; None where there is none.

        Args:
            worker: who takes it; no other worker has this name, and those of one machine begin with the same MACHINE/.
            lane: only of this lane.
            job_id: only this one.
            gpus: gives how many jobs of the worker's machine may be on its GPU at once; None where that has none.
            kinds: only of these.
        """
        waiting = _next_queued(lane, job_id, kinds)
        with reading(self._engine) as session:  # so that idle workers do not take turns with the lock of writers
            if session.scalar(waiting) is None:
                return None
            for_gpu = session.scalar(waiting.where(JobRow.gpu)) is not None
        at_once = gpus() if for_gpu else None  # PyTorch knows, which takes seconds to load
        claim = claim_statement(worker, lane, job_id, at_once, kinds, for_gpu=for_gpu)
        with _claiming(self._engine, at_once) as session:
            row = session.scalar(claim)
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

    def update(
        self,
        job_id: int,
        progress: float,
        message: str,
        figures: Mapping[str, float] | None = None,
        *,
        worker: str | None = None,
    ) -> None:
        """Says how far a running job is; only that of a worker, if one is named."""
        values: dict[str, Any] = {"progress": min(max(progress, 0.0), 1.0), "message": message}
        if figures:
            values["figures"] = dict(figures)
        self._change(job_id, "running", worker, **values)

    def should_stop(self, job_id: int, *, worker: str | None = None) -> bool:
        """Whether nobody wants a job any more: somebody asked it to stop, or its worker's claim was ended."""
        unwanted = or_(and_(JobRow.cancel_requested, ~JobRow.keep), JobRow.state != "running")
        if worker is not None:
            unwanted = or_(unwanted, JobRow.claimed_by.is_distinct_from(worker))
        with reading(self._engine) as session:
            return session.scalar(select(JobRow.id).where(JobRow.id == job_id, unwanted)) is not None

    def should_finish(self, job_id: int) -> bool:
        """Whether somebody asked a job to stop and to keep what it has by now."""
        with reading(self._engine) as session:
            return session.scalar(select(JobRow.id).where(JobRow.id == job_id, JobRow.keep)) is not None

    # How jobs end. Where a worker is named, only a job that it still has.

    def finish(self, job_id: int, result: Mapping[str, Any], *, worker: str | None = None) -> bool:
        """A running job is done. Says whether it was running."""
        return self._change(job_id, "running", worker, state="done", progress=1.0, result=dict(result))

    def fail(self, job_id: int, error: Mapping[str, str], *, worker: str | None = None) -> bool:
        """A running job failed; `error` is `ManycutError.as_dict()`. Says whether it was running."""
        return self._change(job_id, "running", worker, state="failed", error=dict(error))

    def cancelled(self, job_id: int, error: Mapping[str, str] = CANCELLED, *, worker: str | None = None) -> bool:
        """A running job has stopped because it was asked to; `error` says what is kept. Says whether it was running."""
        return self._change(job_id, "running", worker, state="cancelled", error=dict(error))

    def request_cancel(self, job_id: int, *, keep: bool = False) -> Job:
        """Asks a job to stop: a queued one is cancelled at once, a running one stops when it next looks.

        Args:
            job_id: of it.
            keep: the best of what it has by now, and to be done with that. Only a resumable job can; one that was begun
                and waits to go on does so for a moment.
        """
        known = self.get(job_id)
        if keep and known.resumable:
            begun = JobRow.died_at.is_not(None)
            if self._change(job_id, "running", keep=True, cancel_requested=True) or self._change(
                job_id, "queued", where=begun, keep=True, cancel_requested=True
            ):
                return self.get(job_id)
        if not self._change(job_id, "queued", state="cancelled", cancel_requested=True, error=CANCELLED):
            self._change(job_id, "running", cancel_requested=True, keep=False)
        return self.get(job_id)

    def interrupt(
        self, reason: str, *, worker: str | None = None, claim: Claim | None = None, died: bool = True
    ) -> Sequence[int]:
        """Ends the claims of running jobs whose worker is gone, and returns their ids.

        Those that go on where they were are queued again, unless they came no further than when a worker died of them
        before; those that can be begun again, unless a worker died of them before. What nobody wants, and all others,
        end as failed.

        Args:
            reason: a sentence.
            worker: only its jobs.
            claim: only this one, if its worker was not heard of since.
            died: whether the job may be why; if not, it does not count as a death.
        """
        hint = "Start it again; what it had finished before is kept."
        error = {"code": "interrupted", "message": reason, "hint": hint}
        query = update(JobRow).where(JobRow.state == "running")
        if worker is not None:
            query = query.where(JobRow.claimed_by == worker)
        if claim is not None:
            same = JobRow.heartbeat.is_not_distinct_from(claim.heartbeat)
            query = query.where(JobRow.id == claim.job, JobRow.claimed_by.is_not_distinct_from(claim.worker), same)
        further: ColumnElement[bool] = true()
        if died:
            further = or_(
                func.coalesce(JobRow.died_at, NOT_YET) == NOT_YET,
                and_(JobRow.resumable, JobRow.progress > JobRow.died_at),
            )
        wanted = or_(and_(JobRow.resumable, JobRow.keep), ~JobRow.cancel_requested)
        goes_on = and_(or_(JobRow.resumable, JobRow.repeatable), wanted, further)
        queued: dict[str, Any] = {
            "state": "queued",
            "claimed_by": None,
            "heartbeat": None,
            "on_gpu": None,
            "progress": case((JobRow.resumable, JobRow.progress), else_=0.0),
            "died_at": JobRow.progress if died else func.coalesce(JobRow.died_at, NOT_YET),
            "message": case(
                (JobRow.resumable, f"{reason} It goes on where it was."), else_=f"{reason} It is begun again."
            ),
        }
        with writing(self._engine) as session:
            again = session.scalars(query.where(goes_on).values(**queued, updated=now()).returning(JobRow.id)).all()
            ended = query.values(state="failed", error=error, updated=now()).returning(JobRow.id)
            failed = session.scalars(ended).all()
            note_jobs(session, failed)
            if again or failed:
                call_workers(session)
            return [*again, *failed]

    def _change(
        self,
        job_id: int,
        present: State,
        worker: str | None = None,
        *,
        where: ColumnElement[bool] | None = None,
        **values: Any,
    ) -> bool:
        """Changes a job if it is in the state `present`, and of a worker if one is named; says whether it was."""
        query = update(JobRow).where(JobRow.id == job_id, JobRow.state == present)
        if worker is not None:
            query = query.where(JobRow.claimed_by == worker)
        if where is not None:
            query = query.where(where)
        with writing(self._engine) as session:
            changed = session.scalar(query.values(updated=now(), **values).returning(JobRow.id)) is not None
            if changed and values.get("state") in ENDED:
                note_jobs(session, [job_id])
            if changed and values.keys() & {"state", "priority"}:
                call_workers(session)
            return changed


def claim_statement(
    worker: str,
    lane: Lane | None = None,
    job_id: int | None = None,
    gpus: int | None = None,
    kinds: Kinds | None = None,
    *,
    for_gpu: bool = True,
) -> ReturningUpdate[JobRow]:
    """The one statement that claims a job, one that wants no GPU unless `for_gpu`; see `Jobs.claim`.

    SQLite has one writer at a time. On PostgreSQL the row is locked when it is chosen, and others pass over it.
    """
    query = _next_queued(lane, job_id, kinds)
    if not for_gpu:
        query = query.where(~JobRow.gpu)
    on_gpu: Any = None
    if gpus is not None:
        other = aliased(JobRow)
        machine = worker.partition("/")[0]
        held = (
            select(func.count())
            .select_from(other)
            .where(
                other.state == "running",
                other.on_gpu.is_(True),
                other.claimed_by.startswith(f"{machine}/", autoescape=True),
            )
            .scalar_subquery()
        )
        query = query.where(or_(~JobRow.gpu, JobRow.lane == "quick", held < gpus))
        on_gpu = and_(JobRow.gpu, held < gpus)
    following = query.with_for_update(skip_locked=True).scalar_subquery()
    claimed = update(JobRow).where(JobRow.id == following)
    return claimed.values(state="running", claimed_by=worker, heartbeat=now(), updated=now(), on_gpu=on_gpu).returning(
        JobRow
    )


@contextmanager
def _claiming(engine: Engine, gpus: int | None) -> Iterator[Session]:
    """A transaction to claim in; where a GPU is shared, one after the other, so that each sees what others hold."""
    if gpus is not None:
        with writing(engine) as session:
            yield session
        return
    with told_plainly(), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


def _next_queued(lane: Lane | None, job_id: int | None, kinds: Kinds | None = None) -> Select[int]:
    other = aliased(JobRow)
    busy = exists().where(other.state.in_(("queued", "running")), other.priority >= 0)
    query = (
        select(JobRow.id)
        .where(JobRow.state == "queued", or_(JobRow.priority >= 0, ~busy))
        .order_by(JobRow.priority.desc(), JobRow.id)
        .limit(1)
    )
    if lane is not None:
        query = query.where(JobRow.lane == lane)
    if kinds is not None:
        query = query.where(JobRow.kind.not_in(kinds.named) if kinds.others else JobRow.kind.in_(kinds.named))
    return query if job_id is None else query.where(JobRow.id == job_id)


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
