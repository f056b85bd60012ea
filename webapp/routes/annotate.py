"""The REST of the Annotate page: coming in, the queue, one task. Never anyone else's labels before submitting."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from core import limits
from core.errors import RefusedError
from core.labelling.events import Role
from storage.annotations import clean_name
from storage.library import Library
from storage.tasks import Task
from webapp import sessions
from webapp.sessions import SignedIn, current_annotator, library_mark
from webapp.views import task as task_view
from webapp.views.answer import Answer
from webapp.views.task import Comparison, EventFacts, Queue, Recorded, TaskFacts
from webapp.visibility import OwnTask, own_task_in


class Me(Answer):
    """Who is asking, and of which library.

    Attributes:
        annotator: their name, None where nobody is signed in.
        library: tells libraries apart.
        closed: a personal link is needed to come in.
        role: what they may do.
    """

    annotator: str | None
    library: str
    closed: bool
    role: Role


class NameRequest(BaseModel):
    """Under which name somebody signs in; None signs out."""

    name: str | None = None


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
    mark = library_mark(library.data_dir)

    @routes.get("/enter")
    def enter(key: str, request: Request) -> Response:
        """A personal link: signs in who holds it."""
        account = library.accounts.enter(key)
        root = request.scope.get("root_path", "")
        if account is None:
            return RedirectResponse(f"{root}/annotate?refused=1", 303)
        sessions.sign_in(request, account.name, key)
        return RedirectResponse(f"{root}/" if account.role == "lead" else f"{root}/annotate", 303)

    @routes.get("/api/me")
    def me(request: Request) -> Me:
        return _who(request)

    @routes.post("/api/me")
    def sign_in(body: NameRequest, request: Request) -> Me:
        name = "" if body.name is None else clean_name(body.name)
        if name and library.accounts.closed():
            raise RefusedError("A name alone is not enough here.", "Open the link that you were given.")
        request.session.clear()
        if name:
            sessions.sign_in(request, name)
        return _who(request)

    def _who(request: Request) -> Me:
        closed = library.accounts.closed()
        account = sessions.account_of(request, library)
        name = current_annotator(request) if account or not closed else None
        return Me(annotator=name, library=mark, closed=closed, role=account.role if closed and account else "lead")

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

    @routes.post("/api/task/events")
    def events(body: EventsRequest, task: Annotated[Task, own_task_in(EventsRequest)]) -> Recorded:
        return task_view.record(library, task, body.events)

    @routes.post("/api/task/compare")
    def compare(task: Annotated[Task, own_task_in(TaskRequest)]) -> Comparison:
        return task_view.compare(library, task)

    return routes
