"""Background work: asked for by a page, kept in the database, done by worker processes.

The library's `jobs` table is all there is: what a job is, who does it, how far it is and what came out. It outlives
tab, page and process.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.compute import DEVICE
from core.errors import Cancelled, ManycutError, refused_by_system
from core.training.epochs import EPOCHS
from core.training.underway import Underway
from verbs.jobs import ON_GPU, RESUMABLE, JobRequest, as_row, do, from_row
from verbs.servers import refuse_addresses

if TYPE_CHECKING:
    from core.progress import Progress, ShouldStop
    from storage.jobs import Job, Lane, Priority
    from storage.library import Library

log = logging.getLogger("manycut.jobs")

JOBS = "jobs"  # folder in the data directory
WRITE_EVERY_S = 0.25  # progress is written at most this often; a training step is far shorter
# What somebody sits and waits for; everything else may take hours, and never stands before these.
QUICK = frozenset(
    {"sample", "export", "render", "agreement", "reliability", "join", "rescore", "personal", "import_checkpoint"}
)


def enqueue(library: Library, request: JobRequest, priority: Priority = "normal") -> int:
    """Writes a job down for the workers and returns its number.

    Raises:
        InputError: a language model is named by an address: all jobs are asked for by pages.
    """
    refuse_addresses(request)
    verb, args = as_row(request)
    return library.jobs.create_job(
        verb,
        args,
        lane=lane_of(verb),
        entries=_entries(library, args),
        dataset=args.get("dataset"),
        priority=priority,
        resumable=verb in RESUMABLE,
        gpu=verb in ON_GPU,
    )


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
    jobs, worker = library.jobs, job.claimed_by
    folder = job_folder(library, job.id)
    report, should_stop, should_finish = _watch(library, job)
    underway = {"underway": Underway(folder, should_finish)} if job.resumable else {}
    try:
        with _without_gpu(job.gpu and job.on_gpu is False):
            result = do(library, from_row(job.kind, job.args), progress=report, should_stop=should_stop, **underway)
        ended = jobs.finish(job.id, result.as_json(), worker=worker)
        if ended:
            shutil.rmtree(folder, ignore_errors=True)  # the curves of what is done lie beside its checkpoints
    except Cancelled as error:
        ended = jobs.cancelled(job.id, error.as_dict(), worker=worker)
    except ManycutError as error:
        ended = jobs.fail(job.id, error.as_dict(), worker=worker)
    except Exception as error:
        if refused := refused_by_system(error):
            ended = jobs.fail(job.id, refused.as_dict(), worker=worker)
        else:
            log.exception("job %s (%s) failed", job.id, job.kind)
            message = f"The {job.kind} job stopped on an unexpected error; the worker's log has the details."
            hint = "Try again, or look into worker.log."
            ended = jobs.fail(job.id, {"code": "unexpected", "message": message, "hint": hint}, worker=worker)
    if ended:
        _leave_curves(folder)


def job_folder(library: Library, job_id: int) -> Path:
    """Where a job keeps what it needs to go on; when it has ended without a result, how its epochs went stays there."""
    return library.data_dir / JOBS / str(job_id)


def remove_leftovers(library: Library) -> None:
    """Removes what ended jobs kept whose worker died before it could."""
    for folder in (library.data_dir / JOBS).glob("[0-9]*"):
        if folder.name.isdecimal() and not library.jobs.unfinished(int(folder.name)):
            _leave_curves(folder)


def _leave_curves(folder: Path) -> None:
    """Removes what a job kept but how its epochs went."""
    for root, _, names in os.walk(folder, topdown=False):
        with suppress(OSError):
            for name in names:
                if name != EPOCHS:
                    (Path(root) / name).unlink()
            if not os.listdir(root):
                Path(root).rmdir()


@contextmanager
def _without_gpu(wanted: bool) -> Iterator[None]:
    """The block computes on the CPU, where that is wanted because others have the GPU."""
    before = os.environ.get(DEVICE)
    if wanted:
        os.environ[DEVICE] = "cpu"
    try:
        yield
    finally:
        if wanted:
            os.environ.pop(DEVICE, None)
            os.environ.update({} if before is None else {DEVICE: before})


def _entries(library: Library, args: Mapping[str, Any]) -> list[str] | None:
    """The entries that a job is about; None where it is about a whole dataset, or everything."""
    if args.get("entry"):
        return [args["entry"]]
    if args.get("assignment") is not None:
        return [place.entry for place in library.assignments.places(args["assignment"])]
    return args.get("entries")


def _watch(library: Library, job: Job) -> tuple[Progress, ShouldStop, ShouldStop]:
    """A Progress that writes to the table now and then, and what reads there now and then whether to stop or finish."""
    jobs, last_write = library.jobs, 0.0

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        nonlocal last_write
        now = time.monotonic()
        if now - last_write > WRITE_EVERY_S:
            last_write = now
            jobs.update(job.id, fraction, message, dict(figures or {}), worker=job.claimed_by)

    return (
        report,
        _now_and_then(lambda: jobs.should_stop(job.id, worker=job.claimed_by)),
        _now_and_then(lambda: jobs.should_finish(job.id)),
    )


def _now_and_then(look: ShouldStop) -> ShouldStop:
    """The same, but looks at most every `WRITE_EVERY_S`, and no more once it was told so."""
    last_look, told = 0.0, False

    def said() -> bool:
        nonlocal last_look, told
        now = time.monotonic()
        if not told and now - last_look > WRITE_EVERY_S:
            last_look = now
            told = look()
        return told

    return said
