"""What the Annotate page asks for: a person's queue, one task, and the events of a task. Never anyone else's labels."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from core import limits
from core.errors import ConflictError, NotFoundError
from core.labelling.events import LEAD_KINDS
from core.labelling.events import Kind as EventKind
from core.labelling.protocols import Kind
from core.personal import KIND as PERSONAL
from core.statistics.results import PersonComparison
from storage.assignments import COUNTED
from storage.board import TaskSummary
from storage.library import Library
from storage.search import PickedEntry, Wanted
from storage.tasks import Annotator, Task, TaskLabels
from webapp.views.answer import Answer
from webapp.views.media import ShotRow, Shown, Thumbnails, shot_rows, shown, thumbnails
from webapp.views.protocol import ProtocolFacts, protocol_facts

SHOT_S = 2  # of uniform shots, the last one takes the rest; only to say how many an untouched video has
ORDER = {"open": 0, "new": 1, "skipped": 2, "submitted": 3}


class QueueRow(Answer):
    """A video in somebody's queue.

    Attributes:
        task: None where it was not begun.
        entry, title: of the video.
        duration: seconds.
        rate_assumed: whether the frame rate, and so the duration, is only assumed.
        kind: of the protocol.
        state: how far the task is.
        judged: how many labels there are.
        shots: how many there are to judge.
        practice: a round of training.
        thumbnail: its filmstrip.
    """

    task: int | None
    entry: str
    title: str
    duration: float
    rate_assumed: bool
    kind: Kind
    state: Literal["open", "new", "skipped", "submitted"]
    judged: int
    shots: int
    practice: bool
    thumbnail: Thumbnails | None


class Training(Answer):
    """A round of training to be done before the videos of an assignment; `entry` is its video."""

    assignment: int
    title: str
    kind: Kind
    entry: str | None


class Suggested(Answer):
    """The video that would teach most of what somebody likes, as their newest model says; see `verbs.personal`.

    Attributes:
        entry, title: of the video.
        teaches: share that it would tell of what is not known yet, in [0, 1].
    """

    entry: str
    title: str
    teaches: float


class AskedStudy(Answer):
    """A preference study that this person was asked for: of its pairs so many are left for them."""

    study: int
    title: str
    pairs: int
    left: int


class Queue(Answer):
    """What there is to do for one person.

    Attributes:
        assigned: the lead has asked for something, so videos are handed out.
        protocol: under which videos can be chosen freely, None where they are handed out.
        tasks: open ones first.
        waiting: how many videos are to be handed out.
        more: there are more than that, which nobody counts.
        training: rounds to be done first.
        studies: preference studies that they were asked for and have not finished.
        suggested: of the videos that they may choose and have not begun; None where nothing is known.
    """

    assigned: bool
    protocol: str | None
    tasks: list[QueueRow]
    waiting: int
    more: bool
    training: list[Training]
    studies: list[AskedStudy]
    suggested: Suggested | None = None


class EventFacts(BaseModel):
    """One event of a task, as it is sent and shown; see `core.labelling.events.Event`."""

    model_config = ConfigDict(frozen=True, strict=True)

    client: str
    seq: int
    kind: EventKind
    shot: int | None = None
    value: int | None = None
    t: float | None = None
    at: int = 0
    data: dict[str, bool | int | float | str | list[list[float]] | None] | None = None


class TaskEntry(Shown):
    """The video of a task; `duration` in seconds, `assumed_rate` as in `webapp.views.entry.EntryFacts`."""

    id: str
    title: str
    duration: float
    assumed_rate: str
    n_frames: int


class TaskProtocol(ProtocolFacts):
    """How the video is judged, with the shots of this very task."""

    shots: list[ShotRow]


class TaskFacts(Answer):
    """A task with its shots, its instructions and every event so far."""

    task: int
    practice: bool
    entry: TaskEntry
    protocol: TaskProtocol
    events: list[EventFacts]


class Recorded(Answer):
    """Which events, by client and seq, are safe now, and how many the task has."""

    acknowledged: list[tuple[str, int]]
    count: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Comparison(PersonComparison):
    """A submitted task beside what the others said; `seconds` of the picks."""

    seconds: Sequence[float]


def queue_of(library: Library, name: str, protocol: str = "shot-ratings") -> Queue:
    """What there is to do for one person.

    Where the lead has asked for something: what this person has begun, how many videos are waiting, and the training
    rounds to be done first. Otherwise every entry with a video can be chosen, under the protocol named.

    Args:
        name: of the person.
        protocol: kind of the standard protocol, where videos can be chosen freely.
    """
    person = _person(library, name)
    tasks = library.board.tasks_of(person)
    assignments = library.assignments.list()
    studies = [AskedStudy(**vars(one)) for one in library.preferences.waiting(person)]
    if assignments:
        training = [
            Training(assignment=one.id, title=one.title, kind=one.protocol.settings.kind, entry=one.practice)
            for one in library.assignments.to_train(person)
        ]
        waiting = library.assignments.waiting(person, COUNTED + 1)
        return Queue(
            assigned=True,
            protocol=None,
            tasks=_sorted(_begun(library, tasks)),
            waiting=min(waiting, COUNTED),
            more=waiting > COUNTED,
            training=training,
            studies=studies,
        )
    how = library.annotations.protocols.standard(protocol)
    mine = [task for task in tasks if task.protocol == str(how)]
    others = [task for task in tasks if task.protocol != str(how)]
    begun = {task.entry for task in mine}
    free = [
        _untouched(entry, how.settings.kind)
        for entry in library.search.find(Wanted(video=True), limit=limits.VIDEOS_TO_CHOOSE).entries
        if entry.id not in begun
    ]
    rows = [*_begun(library, mine), *free, *_begun(library, others)]
    suggested = _suggested(library, name, {row.entry for row in free})
    return Queue(
        assigned=False, protocol=protocol, tasks=_sorted(rows), waiting=0, more=False, training=[],
        studies=studies, suggested=suggested,
    )  # fmt: skip


def _suggested(library: Library, name: str, fresh: Collection[str]) -> Suggested | None:
    """What the newest model of this person asks for, if it is among these entries."""
    for job in library.jobs.list(("done",), kind=PERSONAL):
        if job.args.get("person") == name and job.result is not None:
            told = job.result.get("next")
            return Suggested(**told) if told and told["entry"] in fresh else None
    return None


def open_task(library: Library, name: str, entry_id: str, protocol: str | None = None) -> int:
    """This person's task on an entry, made on first use under a standard protocol."""
    person = _person(library, name)
    library.entries.summary(entry_id)
    how = library.annotations.protocols.standard(protocol or "shot-ratings")
    if library.assignments.list():
        begun = [task for task in library.board.tasks_of(person) if task.entry == entry_id]
        if not begun:
            raise ConflictError("Videos are handed out here.", "Go to your queue and ask for the next one.")
        return begun[-1].task
    return library.annotations.open_task(person, entry_id, how).id


def next_task(library: Library, name: str) -> int | None:
    """The next video that is handed out to this person; None where nothing is left. Raises ConflictError."""
    task = library.assignments.next_task(_person(library, name))
    return task.id if task else None


def train(library: Library, name: str, assignment_id: int) -> int:
    """The training round of an assignment."""
    for one in library.assignments.list():
        if one.id == assignment_id and one.practice:
            person = _person(library, name)
            return library.annotations.open_task(person, one.practice, one.protocol, practice=True).id
    raise NotFoundError(f"Assignment {assignment_id} has no training round.")


def describe(library: Library, task: Task) -> TaskFacts:
    """A task with its shots, its instructions and every event so far."""
    entry = library.entries.get(task.entry)
    return TaskFacts(
        task=task.id,
        practice=task.practice,
        entry=TaskEntry(
            **vars(shown(entry)),
            id=entry.id,
            title=entry.title,
            duration=entry.timebase.duration,
            assumed_rate=entry.assumed_rate,
            n_frames=entry.n_frames,
        ),
        protocol=TaskProtocol(**vars(protocol_facts(task.protocol)), shots=shot_rows(task.shots, entry)),
        # What leads decide about a task is between leads.
        events=[
            EventFacts(**vars(event)) for event in library.annotations.events(task.id) if event.kind not in LEAD_KINDS
        ],
    )


def compare(library: Library, task: Task) -> Comparison:
    """How a submitted task compares with what the others said. From then on its labels stay as they are.

    Raises:
        ConflictError: not submitted, not allowed by the protocol, or nobody else has judged the video.
    """
    from core.statistics.person import compare_person
    from storage.people import people_of

    if not task.protocol.settings.reveal:
        raise ConflictError("Comparisons are not shown for this task.", "The lead decides that with the protocol.")
    state = library.annotations.state(task.id)
    if not state.submitted:
        raise ConflictError("Submit first: until then you judge without knowing what others said.")
    if task.entry in library.annotations.judging(task.annotator):
        raise ConflictError("You are judging this video in another way too.", "Submit or skip that task first.")
    entry = library.entries.get(task.entry)
    everybody = library.labels.of_entry(task.entry)
    mine = people_of(entry, [TaskLabels(task, state)] if state.judged else [], "own")  # training is not in `everybody`
    others = people_of(entry, [one for one in everybody if one.task.annotator.id != task.annotator.id])
    if mine is None:
        raise ConflictError("You submitted this video without any label.", "There is nothing to compare.")
    if others is None:
        raise ConflictError("Nobody else has judged this video yet.", "Look again when others have submitted it.")
    library.seen.note(task.annotator, [task.entry])
    if not task.practice:
        library.annotations.note_revealed(task.id)
    seconds = entry.timebase.seconds(entry.picks).tolist()
    return Comparison(**vars(compare_person(mine.scores[0], others.scores)), seconds=seconds)


def _person(library: Library, name: str) -> Annotator:
    return library.annotations.get_or_create_annotator(name)


def _untouched(entry: PickedEntry, kind: Kind) -> QueueRow:
    return QueueRow(
        task=None,
        entry=entry.id,
        title=entry.title,
        duration=entry.duration,
        rate_assumed=entry.rate_assumed,
        kind=kind,
        state="new",
        judged=0,
        shots=max(1, int(entry.duration // SHOT_S)),
        practice=False,
        thumbnail=thumbnails(entry.id, entry.thumbnails),
    )


def _begun(library: Library, tasks: Sequence[TaskSummary]) -> list[QueueRow]:
    """Those of entries that were removed are left out."""
    entries = {entry.id: entry for entry in library.search.some([task.entry for task in tasks])}
    return [_row(task, entries[task.entry]) for task in tasks if task.entry in entries]


def _row(task: TaskSummary, entry: PickedEntry) -> QueueRow:
    return QueueRow(
        task=task.task,
        entry=entry.id,
        title=entry.title,
        duration=entry.duration,
        rate_assumed=entry.rate_assumed,
        kind=task.kind,
        state=task.state,
        judged=task.judged,
        shots=task.shots,
        practice=task.practice,
        thumbnail=thumbnails(entry.id, entry.thumbnails),
    )


def _sorted(rows: Iterable[QueueRow]) -> list[QueueRow]:
    return sorted(rows, key=lambda row: ORDER[row.state])
