"""The REST of the Annotate page: coming in, the queue, one task. Never anyone else's labels before submitting."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from core.errors import InputError, RefusedError
from storage.annotations import Task
from storage.library import Library
from verbs.plain import plain
from webapp import sessions
from webapp.sessions import SignedIn, current_annotator, library_mark
from webapp.views import task as annotating
from webapp.visibility import OwnTask, own_task_in


class NameRequest(BaseModel):
    name: str | None = Field(None, max_length=80)


class OpenRequest(BaseModel):
    entry: str
    protocol: str | None = None


class AssignmentRequest(BaseModel):
    assignment: int


class TaskRequest(BaseModel):
    task: int


class EventsRequest(BaseModel):
    task: int
    events: list[dict[str, Any]] = Field(max_length=2000)


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
    def me(request: Request) -> dict[str, Any]:
        return _who(request)

    @routes.post("/api/me")
    def sign_in(body: NameRequest, request: Request) -> dict[str, Any]:
        name = " ".join((body.name or "").split())
        if body.name is not None and not name:
            raise InputError("A name needs at least one letter.", "Type the name your labels shall carry.")
        if name and library.accounts.closed():
            raise RefusedError("A name alone is not enough here.", "Open the link that you were given.")
        request.session.clear()
        if name:
            sessions.sign_in(request, name)
        return _who(request)

    def _who(request: Request) -> dict[str, Any]:
        closed = library.accounts.closed()
        account = sessions.account_of(request, library)
        name = current_annotator(request) if account or not closed else None
        role = account.role if closed and account else "lead"
        return {"annotator": name, "library": mark, "closed": closed, "role": role}

    @routes.get("/api/tasks")
    def tasks(name: SignedIn, protocol: str = "shot-ratings") -> dict[str, Any]:
        return annotating.queue_of(library, name, protocol)

    @routes.post("/api/task")
    def open_task(body: OpenRequest, name: SignedIn) -> dict[str, int]:
        return {"task": annotating.open_task(library, name, body.entry, body.protocol)}

    @routes.post("/api/task/next")
    def next_task(name: SignedIn) -> dict[str, int | None]:
        return {"task": annotating.next_task(library, name)}

    @routes.post("/api/task/train")
    def train(body: AssignmentRequest, name: SignedIn) -> dict[str, int]:
        return {"task": annotating.train(library, name, body.assignment)}

    @routes.get("/api/task")
    def task(task: OwnTask) -> dict[str, Any]:
        return plain(annotating.describe(library, task))

    @routes.post("/api/task/events")
    def events(body: EventsRequest, task: Annotated[Task, own_task_in(EventsRequest)]) -> dict[str, Any]:
        return annotating.record(library, task, body.events)

    @routes.post("/api/task/compare")
    def compare(task: Annotated[Task, own_task_in(TaskRequest)]) -> dict[str, Any]:
        return plain(annotating.compare(library, task))

    return routes
