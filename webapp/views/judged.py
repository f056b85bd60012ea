"""What the Review page tells of one task, and of everything that leads decided."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from core.data.timebase import Timebase
from core.errors import NotFoundError
from core.labelling.attention import Quality, quality
from core.labelling.events import Event, TaskState
from core.labelling.events import Kind as EventKind
from storage.board import State
from storage.library import Library
from storage.tasks import Task
from webapp.views.answer import Answer
from webapp.views.protocol import KeptProtocol, kept_protocol
from webapp.views.videos import milliseconds

CURVE_POINTS = 600
STEPS = ("submit", "skip", "reopen", "restart", "revealed", "seen", "exclude", "restore")


@dataclass(frozen=True, kw_only=True)
class QualityFacts(Quality):
    """How a task was worked on; `watch` is the share of the video that the protocol wants watched."""

    watch: float


class Labels(Answer):
    """What was said, in seconds of the video.

    Attributes:
        ratings: [from, to, rating or None] of each shot.
        marks: [from, to] of each marked segment.
        curve: [second, value in [0, 1]] of a continuous rating, thinned.
        scale: values that a rating can have.
    """

    ratings: list[tuple[float, float, int | None]]
    marks: list[tuple[float, float]]
    curve: list[tuple[float, float]]
    scale: tuple[int, ...]


class Note(Answer):
    """What the annotator wrote: at which second of the video, what, and when (ms)."""

    t: float | None
    text: str
    at: int


class Step(Answer):
    """Something that was decided about the task: by whom, whether as a lead, why, and when (ms)."""

    kind: EventKind
    by: str
    lead: bool
    text: str
    at: int


class JudgedTask(Answer):
    """One task in full: what was said, how it was worked on, and everything that was decided about it.

    Attributes:
        task, entry, title: ids, and the title of the video.
        duration: seconds.
        rate_assumed: whether the frame rate, and so every time, is only assumed.
        name, pseudonym: of the annotator.
        protocol: how the video was judged.
        practice: a round of training.
        state: how far it is.
        skipped, excluded: why, or None.
        created: milliseconds.
        quality, labels, notes: see there.
        trail: newest first.
    """

    task: int
    entry: str
    title: str
    duration: float
    rate_assumed: bool
    name: str
    pseudonym: str
    protocol: KeptProtocol
    practice: bool
    state: State
    skipped: str | None
    excluded: str | None
    created: int
    quality: QualityFacts
    labels: Labels
    notes: list[Note]
    trail: list[Step]


class Decision(Answer):
    """What a lead decided: about whose task of which video, why, and when (ms)."""

    task: int
    kind: EventKind
    by: str
    reason: str
    at: int
    name: str
    entry: str
    title: str


class Trail(Answer):
    """Everything leads decided, newest first."""

    decisions: list[Decision]


def task(library: Library, found: Task) -> JudgedTask:
    """One task in full."""
    entry = library.search.one(found.entry)
    if entry is None:
        raise NotFoundError(f"The video of task {found.id} was taken out of the library.")
    log = library.annotations.recorded(found.id)
    state = library.annotations.state(found.id)
    watch = found.protocol.settings.watch
    seen = quality([event for event, _ in log], state, entry.duration, watch)
    return JudgedTask(
        task=found.id,
        entry=found.entry,
        title=entry.title,
        duration=entry.duration,
        rate_assumed=entry.rate_assumed,
        name=found.annotator.name,
        pseudonym=found.annotator.pseudonym,
        protocol=kept_protocol(found.protocol),
        practice=found.practice,
        state="submitted" if state.submitted else "open" if state.skipped is None else "skipped",
        skipped=state.skipped,
        excluded=state.excluded,
        created=milliseconds(found.created),
        quality=QualityFacts(**vars(seen), watch=watch),
        labels=_labels(found, state, library.entries.get(found.entry).timebase),
        notes=[
            Note(t=event.t, text=_said(event), at=milliseconds(recorded))
            for event, recorded in log
            if event.kind == "note"
        ],
        trail=[
            _step(event, recorded, found.annotator.name) for event, recorded in reversed(log) if event.kind in STEPS
        ],
    )


def trail(library: Library, hidden: Collection[str]) -> Trail:
    """Everything leads decided, without what was decided about labels that are hidden."""
    decided = library.board.trail()
    tasks = library.board.some([number for _, number in decided])
    titles = {one.id: one.title for one in library.search.some(sorted({one.entry for one in tasks.values()}))}
    return Trail(
        decisions=[
            Decision(
                task=number,
                kind=event.kind,
                by=event.actor or "",
                reason=_said(event),
                at=event.at,
                name=tasks[number].annotator.name,
                entry=tasks[number].entry,
                title=titles.get(tasks[number].entry, tasks[number].entry),
            )
            for event, number in decided
            if tasks[number].entry not in hidden
        ]
    )


def _step(event: Event, recorded: datetime, annotator: str) -> Step:
    lead = event.role == "lead"
    return Step(
        kind=event.kind,
        by=(event.actor or "") if lead else annotator,
        lead=lead,
        text=_said(event),
        at=milliseconds(recorded),
    )


def _said(event: Event) -> str:
    return str((event.data or {}).get("text", ""))


def _labels(found: Task, state: TaskState, timebase: Timebase) -> Labels:
    shots = timebase.seconds(found.shots.bounds).tolist() if len(found.shots) else []
    marks = sorted(state.marks.values())
    samples = sorted(sample for take in state.takes.values() for sample in take)
    step = max(1, len(samples) // CURVE_POINTS)
    return Labels(
        ratings=[(start, end, state.ratings.get(shot)) for shot, (start, end) in enumerate(shots)],
        marks=timebase.seconds(np.array(marks)).tolist() if marks else [],
        curve=samples[::step],
        scale=found.protocol.settings.scale,
    )
