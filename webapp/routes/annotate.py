"""The REST of the Annotate page: the queue, one task. Never anyone else's labels before submitting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from core import limits
from core.labelling.events import Event
from storage.library import Library
from storage.tasks import Task
from webapp.pace import Pace
from webapp.recording import Recording
from webapp.sessions import SignedIn
from webapp.views import task as task_view
from webapp.views.answer import Answer
from webapp.views.task import Comparison, EventFacts, Queue, Recorded, TaskFacts
from webapp.visibility import OwnTask, own_log_in, own_task_in


class OpenRequest(BaseModel):
    """The video to judge, under a standard protocol."""

    entry: str
    protocol: str | None = None


class TrainingRequest(BaseModel):
    """The assignment whose training round is begun."""

    assignment: int


class TaskRequest(BaseModel):
    """A task of one's own."""

    task: int


class EventsRequest(BaseModel):
    """What was done to a task of one's own."""

    task: int
    events: list[EventFacts] = Field(max_length=limits.EVENTS_PER_REQUEST)


class TaskNumber(Answer):
    """The task that was opened."""

    task: int


class NextTask(Answer):
    """The task that was handed out; None where nothing is left to do."""

    task: int | None


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter()
    pace, recording = Pace(), Recording(library.annotations)

    @routes.post("/api/task/events")
    async def events(brought: Annotated[tuple[EventsRequest, str], own_log_in(EventsRequest)]) -> Recorded:
        body, name = brought
        pace.take(body.task, len(body.events), name)
        count = await recording.record(body.task, [Event(**vars(event)) for event in body.events], name)
        return Recorded(acknowledged=[(event.client, event.seq) for event in body.events], count=count)

    @routes.get("/api/tasks")
    def tasks(name: SignedIn, protocol: str = "shot-ratings") -> Queue:
        return task_view.queue_of(library, name, protocol)

    @routes.post("/api/task")
    def open_task(body: OpenRequest, name: SignedIn) -> TaskNumber:
        return TaskNumber(task=task_view.open_task(library, name, body.entry, body.protocol))

    @routes.post("/api/task/next")
    def next_task(name: SignedIn) -> NextTask:
        return NextTask(task=task_view.next_task(library, name))

    @routes.post("/api/task/train")
    def train(body: TrainingRequest, name: SignedIn) -> TaskNumber:
        return TaskNumber(task=task_view.train(library, name, body.assignment))

    @routes.get("/api/task")
    def task(task: OwnTask) -> TaskFacts:
        return task_view.describe(library, task)

    @routes.post("/api/task/compare")
    def compare(task: Annotated[Task, own_task_in(TaskRequest)]) -> Comparison:
        return task_view.compare(library, task)

    return routes
