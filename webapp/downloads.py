"""The files that jobs end with: where they are, and what to say when they are not kept any longer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from core.errors import NotFoundError, RemovedError
from core.server_limits import KEEP_DAYS, KEEP_GB
from storage.jobs import Job
from storage.tables import now

# The jobs that end with a file.
DOWNLOADS = ("export", "render")
SLACK = timedelta(hours=1)  # a file is older than the row of its job, which ends a moment after


def file_of(job: Job, manifest: bool = False) -> Path:
    """The file that a job made, or what says what is in it.

    Raises:
        NotFoundError: there never was one.
        RemovedError: it is not there any more.
    """
    if job.kind not in DOWNLOADS or job.result is None:
        raise NotFoundError(f"Job {job.id} has no file to download.")
    path = Path(job.result["manifest" if manifest and "manifest" in job.result else "file"])
    if not path.is_file():
        raise RemovedError(*_what_became(job))
    return path


def why_gone(job: Job) -> str:
    """What became of the file of a job and what to do, for people; "" where it is there, or never was one."""
    try:
        file_of(job)
    except RemovedError as error:
        return f"{error.message} {error.hint}"
    except NotFoundError:
        pass
    return ""


def _what_became(job: Job) -> tuple[str, str]:
    days, again = KEEP_DAYS.now(), f"Make the {job.kind} again."
    if now() - job.updated > timedelta(days=days) - SLACK:
        return f"The file of {job.kind} {job.id} was removed after {days} days.", again
    kept = f"it is kept for {days} days, and together with others up to {KEEP_GB.now()} GB"
    return f"The file of {job.kind} {job.id} is not there any more: {kept}.", again
