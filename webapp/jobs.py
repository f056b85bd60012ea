"""Background work: asked for by a page, kept in the database, done by worker processes.

The library's `jobs` table is all there is: what a job is, who does it, how far it is and what came out. It outlives
tab, page and process.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.compute import DEVICE
from core.errors import Cancelled, DamagedError, ManycutError, UnavailableError, refused_by_system
from core.training.epochs import EPOCHS
from core.training.underway import Underway
from verbs.jobs import ON_GPU, REPEATABLE, RESUMABLE, JobRequest, as_row, do, from_row
from verbs.readable_places import reading_only
from webapp.import_folder import readable_by_jobs
from webapp.names import refuse_places
from webapp.quotas import quota_of
from webapp.visitors import visitor_now

if TYPE_CHECKING:
    from core.progress import Progress, ShouldStop
    from storage.jobs import Job, Jobs, Lane, Priority
    from storage.library import Library

log = logging.getLogger("manycut.jobs")

JOBS = "jobs"  # folder in the data directory
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0  # before it is tried again to write down how a job ended
WRITE_EVERY_S = 0.25  # progress is written at most this often; a training step is far shorter
# What somebody sits and waits for; everything else may take hours, and never stands before these.
QUICK = frozenset(
    {
        "sample", "export", "render", "agreement", "reliability", "join", "rescore", "personal", "import_checkpoint",
        "import_file", "import_preview", "query",
    }
)  # fmt: skip


def enqueue(library: Library, request: JobRequest, priority: Priority = "normal") -> int:
    """Writes a job down for the workers and returns its number.

    Raises:
        InputError: a language model is named by an address or a folder: all jobs are asked for by pages.
        NotFoundError: a checkpoint is named by a folder.
        TooMuchError: whoever asks, or all together, have as many jobs as they may.
    """
    refuse_places(library, request)
    verb, args = as_row(request)
    quota = quota_of(library)
    visitor = visitor_now(names=not quota.public)  # in a public demo everybody has as many names as they like
    if visitor:
        quota.check(visitor)
    job = library.jobs.create_job(
        verb,
        args,
        lane=lane_of(verb),
        entries=_entries(library, args),
        dataset=args.get("dataset"),
        priority=priority,
        resumable=verb in RESUMABLE,
        repeatable=verb in REPEATABLE,
        gpu=verb in ON_GPU,
    )
    if visitor:
        quota.note(visitor, job)
    return job


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
        with _without_gpu(job.gpu and job.on_gpu is False), reading_only(readable_by_jobs(library.data_dir)):
            result = do(library, from_row(job.kind, job.args), progress=report, should_stop=should_stop, **underway)
        ended = _written(lambda: jobs.finish(job.id, result.as_json(), worker=worker))
        if ended:
            shutil.rmtree(folder, ignore_errors=True)  # the curves of what is done lie beside its checkpoints
    except Cancelled as error:
        said = error.as_dict()
        ended = _written(lambda: jobs.cancelled(job.id, said, worker=worker))
    except ManycutError as error:
        ended = _failed(jobs, job, error.as_dict())
    except Exception as error:
        if refused := refused_by_system(error):
            ended = _failed(jobs, job, refused.as_dict())
        else:
            log.exception("job %s (%s) failed", job.id, job.kind)
            message = f"The {job.kind} job stopped on an unexpected error; the worker's log has the details."
            hint = "Try again, or look into worker.log."
            ended = _failed(jobs, job, {"code": "unexpected", "message": message, "hint": hint})
    if ended:
        _leave_curves(folder)


def _failed(jobs: Jobs, job: Job, error: Mapping[str, str]) -> bool:
    return _written(lambda: jobs.fail(job.id, error, worker=job.claimed_by))


def _written(step: Callable[[], bool]) -> bool:
    """How a job ended is written down as soon as the database can be written: hours of work may hang on it."""
    pause = FIRST_PAUSE_S
    while True:
        try:
            return step()
        except DamagedError:
            log.exception("How a job ended cannot be written.")
            return False
        except UnavailableError as error:
            log.warning("How a job ended cannot be written yet: %s", error.message)
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


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
        return [args["entry"], *(args.get("entries") or ())]
    if args.get("assignment") is not None:
        return [place.entry for place in library.assignments.places(args["assignment"])]
    return args.get("entries") or None


def _watch(library: Library, job: Job) -> tuple[Progress, ShouldStop, ShouldStop]:
    """A Progress that writes to the table now and then, and what reads there now and then whether to stop or finish."""
    jobs, last_write = library.jobs, 0.0

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        nonlocal last_write
        now = time.monotonic()
        if now - last_write > WRITE_EVERY_S:
            last_write = now
            with suppress(UnavailableError):  # told the next time
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
