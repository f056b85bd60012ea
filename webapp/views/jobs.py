"""What pages show of background jobs: each with what it waits for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from storage.jobs import Job
from storage.library import Library
from verbs.plain import plain
from webapp.visibility import subject_of

MOST_AHEAD = 1000  # so many unfinished jobs are looked at
WORK = {
    "sample": "sampling of",
    "train": "training on",
    "pretrain": "pretraining on",
    "ingest": "taking in videos for",
    "features": "making features of",
    "segment": "finding shots of",
    "signals": "measuring signals of",
    "caption": "describing the pictures of",
    "encode": "encoding the captions of",
    "judge": "judging the captions of",
    "rescore": "scoring again of",
    "export": "export of",
    "render": "rendering a cut of",
    "reliability": "agreement on",
    "agreement": "agreement on",
    "join": "joining with",
}


def listed(library: Library, hidden: Collection[str] = ()) -> list[dict[str, Any]]:
    """The newest jobs, newest first, without those about entries that whoever asks is judging."""
    return described(library, [job for job in library.jobs.list() if not subject_of(job).is_about(hidden)], hidden)


def described(library: Library, jobs: Sequence[Job], hidden: Collection[str] = ()) -> list[dict[str, Any]]:
    """Jobs as pages get them; work that a queued one waits for is not named where it is about a hidden entry."""
    waiting = any(job.state == "queued" for job in jobs)
    ahead = library.jobs.list(states=("queued", "running"), limit=MOST_AHEAD) if waiting else []
    return [plain(job) | {"waits_for": _waits_for(job, ahead, hidden)} for job in jobs]


def _waits_for(job: Job, unfinished: list[Job], hidden: Collection[str]) -> str | None:
    """ "training on talks, 40 %, and 2 more"; None for a job that waits for no other."""
    before = [one for one in unfinished if one.lane == job.lane and (one.state == "running" or one.id < job.id)]
    if job.state != "queued" or not before:
        return None
    first = min(before, key=lambda one: (one.state != "running", one.id))
    others = f", and {len(before) - 1} more" if len(before) > 1 else ""
    return f"{_named(first, hidden)}, {100 * first.progress:.0f} %{others}"


def _named(job: Job, hidden: Collection[str]) -> str:
    if subject_of(job).is_about(hidden):
        return "other work"
    entries = job.entries or ()
    subject = (
        entries[0] if len(entries) == 1 else job.dataset or (f"{len(entries)} videos" if entries else "the library")
    )
    return f"{WORK.get(job.kind, job.kind)} {subject}"
