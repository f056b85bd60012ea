"""The table of background jobs: what is asked for, how far it is, what came of it.

A job is queued, then running, then done, failed or cancelled. A step that does not fit the present state changes
nothing: a worker that finishes a job which was cancelled meanwhile does not bring it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Engine, select, update

from core.errors import NotFoundError
from storage.database import reading, writing
from storage.tables import JobRow, now

State = Literal["queued", "running", "done", "failed", "cancelled"]
CANCELLED = {"code": "cancelled", "message": "Cancelled.", "hint": ""}


@dataclass(frozen=True)
class Job:
    """One job.

    Attributes:
        id: of the row.
        kind: "sample", "train", "export", "ingest".
        args: what was asked for.
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
    state: State
    progress: float
    message: str
    figures: Mapping[str, float]
    result: Mapping[str, Any] | None
    error: Mapping[str, str] | None
    cancel_requested: bool
    created: datetime
    updated: datetime


class Jobs:
    """The jobs of one installation.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create_job(self, kind: str, args: Mapping[str, Any]) -> int:
        """Queues a job and returns its id."""
        with writing(self._engine) as session:
            row = JobRow(kind=kind, args=dict(args), state="queued")
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

    def list(self, states: Sequence[State] = (), limit: int = 50) -> list[Job]:
        """The newest jobs, newest first; only those in `states` where some are given."""
        query = select(JobRow).order_by(JobRow.id.desc()).limit(limit)
        if states:
            query = query.where(JobRow.state.in_(states))
        with reading(self._engine) as session:
            return [_job(row) for row in session.scalars(query)]

    def start(self, job_id: int) -> bool:
        """Takes a queued job; False where it is not queued any more, so that only one worker does it."""
        return self._change(job_id, "queued", state="running")

    def update(self, job_id: int, progress: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        """Says how far a running job is."""
        values: dict[str, Any] = {"progress": min(max(progress, 0.0), 1.0), "message": message}
        if figures:
            values["figures"] = dict(figures)
        self._change(job_id, "running", **values)

    def finish(self, job_id: int, result: Mapping[str, Any]) -> None:
        """A running job is done."""
        self._change(job_id, "running", state="done", progress=1.0, result=dict(result))

    def fail(self, job_id: int, error: Mapping[str, str]) -> None:
        """A running job failed; `error` is `ManycutError.as_dict()`."""
        self._change(job_id, "running", state="failed", error=dict(error))

    def cancelled(self, job_id: int) -> None:
        """A running job has stopped because it was asked to."""
        self._change(job_id, "running", state="cancelled", error=CANCELLED)

    def request_cancel(self, job_id: int) -> Job:
        """Asks a job to stop: a queued one is cancelled at once, a running one stops when it next looks."""
        self.get(job_id)
        if not self._change(job_id, "queued", state="cancelled", cancel_requested=True, error=CANCELLED):
            self._change(job_id, "running", cancel_requested=True)
        return self.get(job_id)

    def is_cancel_requested(self, job_id: int) -> bool:
        """Whether a running job should stop."""
        with reading(self._engine) as session:
            return bool(session.scalar(select(JobRow.cancel_requested).where(JobRow.id == job_id)))

    def fail_unfinished(self, message: str) -> int:
        """Marks every running job as failed, when a worker starts and knows that none can be running."""
        error = {"code": "interrupted", "message": message, "hint": "Start it again."}
        query = update(JobRow).where(JobRow.state == "running")
        with writing(self._engine) as session:
            return session.execute(query.values(state="failed", error=error, updated=now())).rowcount

    def _change(self, job_id: int, present: State, **values: Any) -> bool:
        """Changes a job if it is in the state `present`; says whether it was."""
        query = update(JobRow).where(JobRow.id == job_id, JobRow.state == present)
        with writing(self._engine) as session:
            return session.execute(query.values(updated=now(), **values)).rowcount == 1


def _job(row: JobRow) -> Job:
    return Job(**{name: getattr(row, name) for name in Job.__dataclass_fields__})
