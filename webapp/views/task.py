"""What the Annotate page asks for: a person's queue, one task, and the events of a task. Never anyone else's labels."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from core.errors import ConflictError, InputError, NotFoundError
from core.labelling.events import LEAD_KINDS, Event
from storage.board import TaskSummary
from storage.finding import PickedEntry, Wanted
from storage.library import Library
from storage.protocols import ProtocolVersion
from storage.tasks import Annotator, Task, TaskLabels
from verbs.plain import plain
from webapp.views.entry import describe_media, describe_thumbnails, shot_rows

SHOT_S = 2  # of uniform shots, the last one takes the rest; only to say how many an untouched video has
EVENT_FIELDS = tuple(field.name for field in fields(Event))
ORDER = {"open": 0, "new": 1, "skipped": 2, "submitted": 3}
MOST = 1000  # videos to choose from freely; where there are more, a lead hands them out
SERVER = "server"  # client id of the events that are noted here


def queue_of(library: Library, name: str, protocol: str = "shot-ratings") -> dict[str, Any]:
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
    if assignments:
        return {
            "assigned": True,
            "protocol": None,
            "tasks": _sorted(_task_rows(library, tasks)),
            "waiting": library.assignments.waiting(person),
            "training": [
                {
                    "assignment": one.id,
                    "title": one.title,
                    "kind": one.protocol.settings.kind,
                    "entry": one.practice,
                }
                for one in library.assignments.to_train(person)
            ],
        }
    how = library.annotations.protocols.standard(protocol)
    mine = [task for task in tasks if task.protocol == str(how)]
    others = [task for task in tasks if task.protocol != str(how)]
    begun = {task.entry for task in mine}
    free = [
        _row(entry) | {"kind": how.settings.kind}
        for entry in library.picking.find(Wanted(video=True), limit=MOST).entries
        if entry.id not in begun
    ]
    rows = [*_task_rows(library, mine), *free, *_task_rows(library, others)]
    return {"assigned": False, "protocol": protocol, "tasks": _sorted(rows), "waiting": 0, "training": []}


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


def describe(library: Library, task: Task) -> dict[str, Any]:
    """A task with its shots, its instructions and every event so far."""
    entry = library.entries.get(task.entry)
    return {
        "task": task.id,
        "practice": task.practice,
        "entry": {
            "id": entry.id,
            "title": entry.title,
            "duration": entry.timebase.duration,
            "n_frames": entry.n_frames,
            **describe_media(entry),
        },
        "protocol": _protocol(task.protocol) | {"shots": shot_rows(task.shots, entry)},
        # What leads decide about a task is between leads.
        "events": [vars(event) for event in library.annotations.events(task.id) if event.kind not in LEAD_KINDS],
    }


def record(library: Library, task: Task, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Stores events, each once however often it is sent, and says which are safe now."""
    parsed = [_event(event) for event in events]
    count = library.annotations.record_events(task.id, parsed)
    return {"acknowledged": [[event.client, event.seq] for event in parsed], "count": count}


def compare(library: Library, task: Task) -> dict[str, Any]:
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
    if not task.practice:
        library.annotations.record_events(task.id, [Event(SERVER, 1, "revealed")])
    return {
        "seconds": entry.timebase.seconds(entry.picks).tolist(),
        **plain(compare_person(mine.scores[0], others.scores)),
    }


def _person(library: Library, name: str) -> Annotator:
    return library.annotations.get_or_create_annotator(name)


def _protocol(protocol: ProtocolVersion) -> dict[str, Any]:
    return {**protocol.settings.as_dict(), "name": protocol.name, "version": protocol.version}


def _row(entry: PickedEntry) -> dict[str, Any]:
    return {
        "task": None,
        "entry": entry.id,
        "title": entry.title,
        "duration": entry.duration,
        "state": "new",
        "judged": 0,
        "shots": max(1, int(entry.duration // SHOT_S)),
        "practice": False,
        "thumbnail": describe_thumbnails(entry.id, entry.thumbnails),
    }


def _task_rows(library: Library, tasks: list[TaskSummary]) -> list[dict[str, Any]]:
    """Those of entries that were removed are left out."""
    entries = {entry.id: entry for entry in library.picking.some([task.entry for task in tasks])}
    return [
        _row(entries[task.entry])
        | {
            "task": task.task,
            "kind": task.kind,
            "state": task.state,
            "judged": task.judged,
            "shots": task.shots,
            "practice": task.practice,
        }
        for task in tasks
        if task.entry in entries
    ]


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: ORDER[row["state"]])


def _event(given: dict[str, Any]) -> Event:
    try:
        return Event(**{name: given[name] for name in EVENT_FIELDS if given.get(name) is not None})
    except (TypeError, ValueError) as error:
        raise InputError(f"An annotation event is malformed: {error}.", "Reload the page and try again.") from error
