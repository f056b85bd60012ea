"""Background work: asked for by a page, kept in the database, done by worker processes.

The library's `jobs` table is all there is: what a job is, who does it, how far it is and what came out. It outlives
tab, page and process.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.errors import Cancelled, ManycutError, refused_by_system
from verbs.jobs import JobRequest, as_row, do, from_row
from verbs.servers import refuse_addresses

if TYPE_CHECKING:
    from core.progress import Progress, ShouldStop
    from storage.jobs import Job, Lane
    from storage.library import Library

log = logging.getLogger("manycut.jobs")

WRITE_EVERY_S = 0.25  # progress is written at most this often; a training step is far shorter
# What somebody sits and waits for; everything else may take hours, and never stands before these.
QUICK = frozenset(
    {"sample", "export", "render", "agreement", "reliability", "join", "rescore", "personal", "import_checkpoint"}
)


def enqueue(library: Library, request: JobRequest) -> int:
    """Writes a job down for the workers and returns its number.

    Raises:
        InputError: a language model is named by an address: all jobs are asked for by pages.
    """
    refuse_addresses(request)
    verb, args = as_row(request)
    entries = _entries(library, args)
    return library.jobs.create_job(verb, args, lane=lane_of(verb), entries=entries, dataset=args.get("dataset"))


def lane_of(kind: str) -> Lane:
    """Which workers do work of a kind."""
    return "quick" if kind in QUICK else "long"


def perform(library: Library, job_id: int) -> None:
    """Does a queued job in this process; one that was cancelled, or that a worker has, is left alone. Never raises."""
    job = library.jobs.claim("this process", job_id=job_id)
    if job is not None:
        work_on(library, job)


def work_on(library: Library, job: Job) -> None:
    """Does a job that was claimed and writes down how it ended. Never raises."""
    jobs = library.jobs
    report, should_stop = _watch(library, job.id)
    try:
        result = do(library, from_row(job.kind, job.args), progress=report, should_stop=should_stop)
        jobs.finish(job.id, result.as_json())
    except Cancelled as error:
        jobs.cancelled(job.id, error.as_dict())
    except ManycutError as error:
        jobs.fail(job.id, error.as_dict())
    except Exception as error:
        if refused := refused_by_system(error):
            jobs.fail(job.id, refused.as_dict())
            return
        log.exception("job %s (%s) failed", job.id, job.kind)
        message = f"The {job.kind} job stopped on an unexpected error; the worker's log has the details."
        jobs.fail(job.id, {"code": "unexpected", "message": message, "hint": "Try again, or look into worker.log."})


def _entries(library: Library, args: Mapping[str, Any]) -> list[str] | None:
    """The entries that a job is about; None where it is about a whole dataset, or everything."""
    if args.get("entry"):
        return [args["entry"]]
    if args.get("assignment") is not None:
        return [place.entry for place in library.assignments.places(args["assignment"])]
    return args.get("entries")


def _watch(library: Library, job_id: int) -> tuple[Progress, ShouldStop]:
    """A Progress that writes to the table now and then, and a ShouldStop that reads it now and then."""
    last_write = last_read = 0.0
    stop = False

    def should_stop() -> bool:
        nonlocal last_read, stop
        now = time.monotonic()
        if not stop and now - last_read > WRITE_EVERY_S:
            last_read = now
            stop = library.jobs.should_stop(job_id)
        return stop

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        nonlocal last_write
        now = time.monotonic()
        if now - last_write > WRITE_EVERY_S:
            last_write = now
            library.jobs.update(job_id, fraction, message, dict(figures or {}))

    return report, should_stop
