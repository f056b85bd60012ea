"""What pages show of background jobs: each with what it waits for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from core.errors import InputError
from storage.jobs import PRIORITIES, Job, Lane, Priority, State
from storage.library import Library
from verbs.jobs import JobRequest, JobResult, from_row, result_from_row
from webapp.downloads import why_gone
from webapp.views.answer import Answer, Problem
from webapp.views.folders import without_folders
from webapp.visibility import subject_of

MOST_AHEAD = 1000  # so many unfinished jobs are looked at
WORK = {
    "sample": "sampling of",
    "personal": "one person's cut of",
    "train": "training on",
    "train_splits": "training on the splits of",
    "pretrain": "pretraining on",
    "ingest": "taking in videos for",
    "attach": "attaching videos to",
    "doctor": "looking after",
    "features": "making features of",
    "segment": "finding shots of",
    "signals": "measuring signals of",
    "caption": "describing the pictures of",
    "transcribe": "writing down what is said in",
    "encode": "encoding the captions of",
    "judge": "judging the captions of",
    "rescore": "scoring again of",
    "export": "export of",
    "render": "rendering a cut of",
    "reliability": "agreement on",
    "agreement": "agreement on",
    "join": "joining with",
    "measure": "measuring a model on",
    "import_checkpoint": "taking in a model for",
    "import_file": "importing a file",
    "import_preview": "looking at a file",
}


class JobFacts(Answer):
    """A job; see `storage.jobs.Job`.

    Attributes:
        args: what was asked for; None where another version wrote that down in other words.
        result: what came of it; None where nothing did yet, or as with `args`.
        unread: a sentence where one of the two cannot be read, else "".
        waits_for: which work is before a queued one, None where nothing is.
        priority: when it is done, of those that wait.
        resumable: whether it can be asked to keep the best of what it has by now.
        keep: whether it was.
        gone: what became of the file that it made, and what to do; "" where that is there, or it makes none.
    """

    id: int
    kind: str
    args: JobRequest | None
    lane: Lane
    entries: list[str] | None
    dataset: str | None
    state: State
    progress: float
    message: str
    figures: dict[str, float | None]
    result: JobResult | None
    unread: str
    error: Problem | None
    cancel_requested: bool
    created: datetime
    updated: datetime
    waits_for: str | None
    priority: Priority
    resumable: bool
    keep: bool
    gone: str


class WorkerFacts(Answer):
    """A worker that is there, on whichever machine.

    Attributes:
        machine: where.
        lanes: whose jobs it does, see `webapp.lanes`.
        gpu: the number of the GPU that it was given; None where it takes what there is.
        does: such as "training on talks, 40 %"; "" where it waits for a job.
    """

    machine: str
    lanes: list[str]
    gpu: str | None
    does: str


class JobsList(Answer):
    """The newest jobs, newest first, and the workers that are there."""

    jobs: list[JobFacts]
    workers: list[WorkerFacts]


def listed(library: Library, hidden: Collection[str] = ()) -> JobsList:
    """The newest jobs, without those about entries that whoever asks is judging."""
    shown = [job for job in library.jobs.list() if not subject_of(job).is_about(hidden)]
    return JobsList(jobs=described(library, shown, hidden), workers=workers(library, hidden))


def workers(library: Library, hidden: Collection[str] = ()) -> list[WorkerFacts]:
    """Who works here on what; work about a hidden entry is not named."""
    return [
        WorkerFacts(
            machine=one.machine,
            lanes=list(one.lanes),
            gpu=one.gpu,
            does="" if one.job is None else _doing(library.jobs.get(one.job), hidden),
        )
        for one in library.workers.list()
    ]


def _doing(job: Job, hidden: Collection[str]) -> str:
    return f"{_named(job, hidden)}, {100 * job.progress:.0f} %"


def described(library: Library, jobs: Sequence[Job], hidden: Collection[str] = ()) -> list[JobFacts]:
    """Jobs as pages get them; work that a queued one waits for is not named where it is about a hidden entry."""
    waiting = any(job.state == "queued" for job in jobs)
    ahead = library.jobs.list(states=("queued", "running"), limit=MOST_AHEAD) if waiting else []
    return [_facts(job, _waits_for(job, ahead, hidden), library.data_dir) for job in jobs]


def _facts(job: Job, waits_for: str | None, data_dir: Path) -> JobFacts:
    args, result, unread = None, None, ""
    try:
        args = from_row(job.kind, job.args)
        result = None if job.result is None else result_from_row(job.kind, job.result)
    except InputError as error:
        unread = error.message
    told = {
        "args": args,
        "result": result,
        "error": Problem(**job.error) if job.error else None,
        "unread": unread,
        "gone": why_gone(job),
        "waits_for": waits_for,
        "priority": next(name for name, value in PRIORITIES.items() if value == job.priority),
    }
    facts = {name: told.get(name, getattr(job, name, None)) for name in JobFacts.model_fields}
    return JobFacts(**{name: without_folders(value, data_dir) for name, value in facts.items()})


def _waits_for(job: Job, unfinished: list[Job], hidden: Collection[str]) -> str | None:
    """ "training on talks, 40 %, and 2 more"; None for a job that waits for no other."""
    before = [one for one in unfinished if _is_before(one, job)]
    if job.state != "queued" or not before:
        return None
    first = min(before, key=_place)
    others = f", and {len(before) - 1} more" if len(before) > 1 else ""
    gpu = " on the GPU" if first.on_gpu and first.lane != job.lane else ""
    return f"{_doing(first, hidden)}{gpu}{others}"


def _is_before(one: Job, job: Job) -> bool:
    """Whether a job waits for another: for its lane's worker, for the GPU, or for everything else."""
    if one.id == job.id:
        return False
    if job.priority < 0 <= one.priority or (job.gpu and job.lane == "long" and one.on_gpu and one.state == "running"):
        return True
    return one.lane == job.lane and _place(one) < _place(job)


def _place(job: Job) -> tuple[bool, int, int]:
    return job.state != "running", -job.priority, job.id


def _named(job: Job, hidden: Collection[str]) -> str:
    if subject_of(job).is_about(hidden):
        return "other work"
    entries = job.entries or ()
    subject = (
        entries[0] if len(entries) == 1 else job.dataset or (f"{len(entries)} videos" if entries else "the library")
    )
    return f"{WORK.get(job.kind, job.kind)} {subject}"
