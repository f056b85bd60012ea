"""What the Annotate page asks for: a person's queue, one task, and the events of a task. Never anyone else's labels."""

from __future__ import annotations

from dataclasses import fields
from math import ceil
from typing import Any

from core.errors import InputError, NotFoundError
from core.labels import Event
from storage.annotations import Annotator, Task
from storage.library import Library
from webapp.entry_view import describe_media, describe_thumbnails, shot_rows

SHOT_S = 2  # of the default protocol; only to say how many shots an untouched video has
EVENT_FIELDS = tuple(field.name for field in fields(Event))


def queue_of(library: Library, name: str) -> list[dict[str, Any]]:
    """Entries with a video: those this person has begun, then the untouched ones, then the submitted ones."""
    mine = {task.entry: task for task in library.annotations.tasks_of(_person(library, name))}
    rows = []
    for entry in library.entries():
        task = mine.get(entry.id)
        if not entry.has_video and task is None:
            continue
        rows.append(
            {
                "task": task.task if task else None,
                "entry": entry.id,
                "title": entry.title,
                "duration": entry.duration,
                "state": task.state if task else "new",
                "rated": task.rated if task else 0,
                "shots": task.shots if task else ceil(entry.duration / SHOT_S),
                "thumbnail": describe_thumbnails(entry.id, library.media(entry.id).thumbnails),
            }
        )
    order = {"started": 0, "new": 1, "submitted": 2}
    return sorted(rows, key=lambda row: order[row["state"]])


def open_task(library: Library, name: str, entry_id: str) -> int:
    """This person's task on an entry, made on first use."""
    library.entry_summary(entry_id)
    return library.annotations.open_task(_person(library, name), entry_id).id


def describe(library: Library, name: str, task_id: int) -> dict[str, Any]:
    """A task with its shots, its instructions and every event so far."""
    task = _own_task(library, name, task_id)
    entry = library.entry(task.entry)
    return {
        "task": task.id,
        "entry": {
            "id": entry.id,
            "title": entry.title,
            "duration": entry.timebase.duration,
            "n_frames": entry.n_frames,
            **describe_media(entry),
        },
        "protocol": {
            "name": task.protocol.name,
            "version": task.protocol.version,
            **task.protocol.settings,
            "shots": shot_rows(task.shots, entry),
        },
        "events": [vars(event) for event in library.annotations.events(task.id)],
    }


def record(library: Library, name: str, task_id: int, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Stores events, each once however often it is sent, and says which are safe now."""
    task = _own_task(library, name, task_id)
    parsed = [_event(event) for event in events]
    count = library.annotations.record_events(task.id, parsed)
    return {"acknowledged": [[event.client, event.seq] for event in parsed], "count": count}


def _person(library: Library, name: str) -> Annotator:
    return library.annotations.get_or_create_annotator(name)


def _own_task(library: Library, name: str, task_id: int) -> Task:
    task = library.annotations.task(task_id)
    if task.annotator.name != name:
        raise NotFoundError(f"There is no task {task_id} for {name}.", "Open it under the name it was begun with.")
    return task


def _event(given: dict[str, Any]) -> Event:
    try:
        return Event(**{name: given[name] for name in EVENT_FIELDS if given.get(name) is not None})
    except (TypeError, ValueError) as error:
        raise InputError(f"An annotation event is malformed: {error}.", "Reload the page and try again.") from error
