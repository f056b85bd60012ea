"""Who works for an installation, on whichever machine: each worker says now and then that it is alive.

Times are those of the database alone: the clocks of two machines differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, delete, func, select, type_coerce, update

from storage.database import reading, writing
from storage.tables import JobRow, Utc, WorkerRow

IDLE_BEAT_S = 30.0  # between two signs of a worker that has nothing to do
GONE_S = 75.0  # who gives none for so long is not there
DB_NOW = type_coerce(func.now(), Utc())


@dataclass(frozen=True)
class Worker:
    """A worker that is there.

    Attributes:
        name: MACHINE/LANES/NUMBER; no other has it.
        lanes: whose jobs it does, of `webapp.lanes`.
        gpu: the number of the GPU that it was given; None where it takes what there is.
        job: that it does; None where it waits for one.
    """

    name: str
    lanes: Sequence[str]
    gpu: str | None
    job: int | None

    @property
    def machine(self) -> str:
        """Where it is."""
        return self.name.partition("/")[0].partition(":")[0]


class Workers:
    """The workers of one installation.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, name: str, lanes: Sequence[str], gpu: str | None = None) -> None:
        """A worker is alive. Those that were not heard of for long are forgotten."""
        with writing(self._engine) as session:
            known = update(WorkerRow).where(WorkerRow.name == name).values(seen=DB_NOW).returning(WorkerRow.name)
            if session.scalar(known) is None:
                session.add(WorkerRow(name=name, lanes=list(lanes), gpu=gpu, seen=DB_NOW))
            newest = session.scalar(select(DB_NOW))
            assert newest is not None
            session.execute(delete(WorkerRow).where(WorkerRow.seen < newest - timedelta(seconds=GONE_S)))

    def leave(self, name: str) -> None:
        """A worker ends."""
        with writing(self._engine) as session:
            session.execute(delete(WorkerRow).where(WorkerRow.name == name))

    def list(self) -> Sequence[Worker]:
        """Those that are there, by name, with what they do."""
        doing = (JobRow.claimed_by == WorkerRow.name) & (JobRow.state == "running")
        query = select(WorkerRow, JobRow.id, DB_NOW).outerjoin(JobRow, doing).order_by(WorkerRow.name)
        with reading(self._engine) as session:
            return [
                Worker(row.name, tuple(row.lanes), row.gpu, job)
                for row, job, newest in session.execute(query)
                if newest - row.seen < timedelta(seconds=GONE_S)
            ]
