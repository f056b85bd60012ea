"""`cancel_job` and `prefer_job`: what becomes of a job that waits or runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from storage.library import Library


class CancelJobRequest(Request):
    """Which job."""

    job: int = Field(description="Its number, as `ls jobs` says it.")
    keep: bool = Field(False, description="A training: keep the best that it has by now.")


class PreferJobRequest(Request):
    """Which job, and when it is its turn."""

    job: int = Field(description="Its number, as `ls jobs` says it.")
    priority: Literal["first", "normal", "idle"] = Field(
        "first", description="Before all others, in its turn, or when nothing else is to be done."
    )


class ChangedJob(Result):
    """A job and its state now; one that runs ends when it sees that it was asked to."""

    job: int
    state: str
    cancel_requested: bool


def cancel_job(
    library: Library, request: CancelJobRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ChangedJob:
    """Cancels a job that waits, and asks one that runs to stop. Raises NotFoundError."""
    job = library.jobs.request_cancel(request.job, keep=request.keep)
    return ChangedJob(job=job.id, state=job.state, cancel_requested=job.cancel_requested)


def prefer_job(
    library: Library, request: PreferJobRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ChangedJob:
    """Says when it is the turn of a job that waits. Raises NotFoundError."""
    job = library.jobs.prefer(request.job, request.priority)
    return ChangedJob(job=job.id, state=job.state, cancel_requested=job.cancel_requested)
