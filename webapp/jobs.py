"""Background work: asked for by a page, kept in the database, done by the worker process.

The queue is huey on its own SQLite file, which needs no server. The queue only carries a job's number; what the
job is, how far it is and what came out stands in the library's `jobs` table, so that it outlives tab, page and process.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huey import SqliteHuey

from core.errors import ConflictError, ManycutError
from verbs.named_servers import refuse_address
from verbs.plain import plain

if TYPE_CHECKING:
    from core.progress import Progress, ShouldStop
    from storage.library import Library

log = logging.getLogger("manycut.jobs")

# Arguments that name one: all jobs are asked for by pages.
LANGUAGE_MODELS = ("captioner", "judge", "model")
WRITE_EVERY_S = 0.25  # progress is written at most this often; a training step is far shorter


def open_queue(data_dir: Path, work: Callable[[int], None] | None = None) -> SqliteHuey:
    """The queue of one data directory; `work` is what the worker process does with a job's number."""
    queue = SqliteHuey("manycut", filename=str(data_dir / "queue.db"), fsync=True, results=False)

    def run_job(job_id: int) -> None:
        if work is None:
            raise RuntimeError("this process only asks for jobs")
        work(job_id)

    queue.run_job = queue.task(name="run_job")(run_job)
    return queue


def enqueue(library: Library, queue: SqliteHuey, kind: str, args: Mapping[str, Any]) -> int:
    """Writes the job down, hands its number to the worker, returns the number.

    Raises:
        ConflictError: there is no such work.
        InputError: a language model is named by an address.
    """
    if kind not in _actions():
        raise ConflictError(f"There is no background work called '{kind}'.")
    for name in LANGUAGE_MODELS:
        refuse_address(args.get(name))
    job_id = library.jobs.create_job(kind, dict(args))
    queue.run_job(job_id)
    return job_id


def perform(library: Library, job_id: int) -> None:
    """Does one job in this process and writes down how it ended. Never raises."""
    jobs = library.jobs
    if not jobs.start(job_id):
        return  # cancelled before it began
    job = jobs.get(job_id)
    report, should_stop = _watch(library, job_id)
    try:
        result = _actions()[job.kind](library, progress=report, should_stop=should_stop, **job.args)
        jobs.finish(job_id, plain(result))
    except ManycutError as error:
        if jobs.is_cancel_requested(job_id):
            jobs.cancelled(job_id)
        else:
            jobs.fail(job_id, error.as_dict())
    except Exception:
        log.exception("job %s (%s) failed", job_id, job.kind)
        message = f"The {job.kind} job stopped on an unexpected error; the worker's log has the details."
        jobs.fail(job_id, {"code": "unexpected", "message": message, "hint": "Try again, or look into worker.log."})


def _watch(library: Library, job_id: int) -> tuple[Progress, ShouldStop]:
    """A Progress that writes to the table now and then, and a ShouldStop that reads it now and then."""
    last_write = last_read = 0.0
    stop = False

    def should_stop() -> bool:
        nonlocal last_read, stop
        now = time.monotonic()
        if not stop and now - last_read > WRITE_EVERY_S:
            last_read = now
            stop = library.jobs.is_cancel_requested(job_id)
        return stop

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        nonlocal last_write
        now = time.monotonic()
        if now - last_write > WRITE_EVERY_S:
            last_write = now
            library.jobs.update(job_id, fraction, message, dict(figures or {}))

    return report, should_stop


def _actions() -> Mapping[str, Callable[..., dict[str, Any]]]:
    from verbs import by_name as actions

    return {
        "sample": actions.sample,
        "train": actions.retrain,
        "pretrain": actions.pretrain,
        "ingest": actions.ingest,
        "features": actions.features,
        "segment": actions.segment,
        "signals": actions.signals,
        "export": actions.export,
        "render": actions.render,
        "agreement": actions.agreement,
        "reliability": actions.reliability,
        "join": actions.join,
        "caption": actions.caption,
        "encode": actions.encode,
        "judge": actions.judge,
        "rescore": actions.rescore,
    }
