"""What the Review page asks for: the board, the pace, one task, decisions, agreement.

See also `webapp.views.assignments`.

Plain functions that give JSON-ready dictionaries. `hidden` are the entries that whoever asks is judging now: what
people said of those stays out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import numpy as np

from core.data.timebase import Timebase
from core.errors import NotFoundError, RefusedError
from core.labelling.events import TaskState
from storage.board import TaskSummary
from storage.library import Library
from storage.tables import now
from storage.tasks import Task
from verbs.review import assignment_of
from webapp.views.assignments import JUDGING, describe_protocol, describe_video, milliseconds, places_of

PACE_DAYS = 56
CURVE_POINTS = 600


def board(library: Library, assignment: int | None = None, dataset: str | None = None) -> dict[str, Any]:
    """Videos by people: who is how far. Training rounds are left out.

    Returns:
        "tasks" are [video, person, task, state, judged, shots, excluded, touched]; the first two count in "videos" and
        "people". "wanted" and "held" of a video are places of the open assignments, None where none asks for it.
    """
    assignments = [assignment_of(library, assignment)] if assignment else library.assignments.list()
    places = places_of(library, assignments)
    rows = [one for one in library.board.progress() if not one.practice]
    if assignment:
        rows = [one for one in rows if one.entry in places and one.protocol == str(assignments[0].protocol)]
    if dataset:
        rows = [one for one in rows if one.entry.startswith(f"{dataset}/")]
    wanted = [entry for entry in places if not dataset or entry.startswith(f"{dataset}/")]
    videos = library.picking.some(list(dict.fromkeys([*(one.entry for one in rows), *wanted])))
    index = {video.id: number for number, video in enumerate(videos)}
    rows = [one for one in rows if one.entry in index]
    people = {one.annotator.id: one.annotator.name for one in sorted(rows, key=lambda one: one.annotator.name.lower())}
    column = {person: number for number, person in enumerate(people)}
    return {
        "videos": [describe_video(video, places.get(video.id, ())) for video in videos],
        "people": list(people.values()),
        "tasks": [_cell(one, index, column) for one in rows],
        "labelled": bool(rows) or library.labels.exist(),
    }


def pace(library: Library, assignment: int | None = None, dataset: str | None = None) -> dict[str, Any]:
    """Labels and submitted tasks by the hour, and how many places of open assignments are left."""
    since = now() - timedelta(days=PACE_DAYS)
    assignments = [assignment_of(library, assignment)] if assignment else library.assignments.list()
    places = [place for one in assignments for place in library.assignments.places(one.id)]
    if dataset:
        places = [place for place in places if place.entry.startswith(f"{dataset}/")]
    labels = library.board.labels_by_hour(since, assignment, dataset)
    moments = library.board.submissions(since, assignment, dataset)
    submitted = Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)
    hours = sorted(labels | submitted)
    left = sum(max(0, place.wanted - place.submitted) for place in places)
    return {
        "hours": [[milliseconds(hour), labels[hour], submitted[hour]] for hour in hours],
        "left": left if assignments else None,
        "days": PACE_DAYS,
    }


def task(library: Library, found: Task) -> dict[str, Any]:
    """One task in full: what was said, how it was worked on, and everything that was decided about it."""
    from core.labelling.attention import quality

    entry = library.picking.one(found.entry)
    if entry is None:
        raise NotFoundError(f"The video of task {found.id} was taken out of the library.")
    log = library.annotations.recorded(found.id)
    state = library.annotations.state(found.id)
    how = found.protocol
    seen = quality([event for event, _ in log], state, entry.duration, how.settings.watch)
    steps = ("submit", "skip", "reopen", "restart", "revealed", "exclude", "restore")
    decided = [(event, recorded) for event, recorded in log if event.kind in steps]
    return {
        "task": found.id,
        "entry": found.entry,
        "title": entry.title,
        "duration": entry.duration,
        "name": found.annotator.name,
        "pseudonym": found.annotator.pseudonym,
        "protocol": describe_protocol(how),
        "practice": found.practice,
        "state": "submitted" if state.submitted else "open" if state.skipped is None else "skipped",
        "skipped": state.skipped,
        "excluded": state.excluded,
        "created": milliseconds(found.created),
        "quality": seen.as_dict() | {"watch": how.settings.watch},
        "labels": _labels(found, state, library.entries.get(found.entry).timebase),
        "notes": [
            {"t": event.t, "text": str((event.data or {}).get("text", "")), "at": milliseconds(recorded)}
            for event, recorded in log
            if event.kind == "note"
        ],
        "trail": [
            {
                "kind": event.kind,
                "by": (event.data or {}).get("by") or found.annotator.name,
                "lead": event.client.startswith("lead-"),
                "text": (event.data or {}).get("text", ""),
                "at": milliseconds(recorded),
            }
            for event, recorded in reversed(decided)
        ],
    }


def trail(library: Library, hidden: Collection[str]) -> dict[str, Any]:
    """Everything leads decided, newest first, without what was decided about labels that are hidden."""
    tasks = {one.task: one for one in library.board.progress()}
    titles = {one.id: one.title for one in library.picking.some(sorted({one.entry for one in tasks.values()}))}
    return {
        "decisions": [
            {
                "task": task_id,
                "kind": event.kind,
                "by": (event.data or {}).get("by", ""),
                "reason": (event.data or {}).get("text", ""),
                "at": event.at,
                "name": tasks[task_id].annotator.name,
                "entry": tasks[task_id].entry,
                "title": titles.get(tasks[task_id].entry, tasks[task_id].entry),
            }
            for event, task_id in library.board.trail()
            if tasks[task_id].entry not in hidden
        ]
    }


def agreement(library: Library, hidden: Collection[str], asked: dict[str, Any]) -> dict[str, Any]:
    """The newest agreement that was computed for a choice of people and videos, and whether another is on its way."""
    job = next((job for job in library.jobs.list(kind="reliability", limit=1000) if job.args == asked), None)
    running = job if job and job.state in ("queued", "running") else None
    newest = library.agreements.newest(**asked)
    return {
        "running": running and {"job": running.id, "progress": running.progress, "message": running.message},
        "failed": dict(job.error or {}) if job and job.state == "failed" else None,
        "computed": newest and milliseconds(newest.computed),
        "result": newest and _shown(newest.result, hidden),
    }


def _shown(result: dict[str, Any], hidden: Collection[str]) -> dict[str, Any] | None:
    rows = result["figures"]["per_entry"]
    if len(rows) == 1 and rows[0]["entry"] in hidden:
        raise RefusedError(f"The agreement is not shown: {JUDGING}.", "Submit your own task, or skip it, first.")
    for row in rows:
        if row["entry"] in hidden:
            row |= {"statistics": None, "why": JUDGING}
    result["remarks"] = [one for one in result["remarks"] if one["entry"] not in hidden]
    return result


def _cell(one: TaskSummary, index: dict[str, int], column: dict[int, int]) -> list[Any]:
    cell = (index[one.entry], column[one.annotator.id], one.task, one.state, one.judged, one.shots, one.excluded)
    return [*cell, one.kind, one.protocol, milliseconds(one.touched)]


def _labels(found: Task, state: TaskState, timebase: Timebase) -> dict[str, Any]:
    """What was said, in seconds of the video."""
    shots = timebase.seconds(found.shots.bounds).tolist() if len(found.shots) else []
    marks = sorted(state.marks.values())
    samples = sorted(sample for take in state.takes.values() for sample in take)
    step = max(1, len(samples) // CURVE_POINTS)
    return {
        "ratings": [[start, end, state.ratings.get(shot)] for shot, (start, end) in enumerate(shots)],
        "marks": timebase.seconds(np.array(marks)).tolist() if marks else [],
        "curve": [list(sample) for sample in samples[::step]],
        "scale": list(found.protocol.settings.scale),
    }
