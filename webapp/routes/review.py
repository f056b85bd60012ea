"""The REST of the Review page. Where people have accounts, only leads come here (see `webapp.gate`)."""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from core.errors import InputError
from storage.annotations import Task
from storage.formats.events_jsonl import is_event_log
from storage.library import Library
from verbs.plain import plain
from webapp.jobs import enqueue
from webapp.sessions import current_annotator, sign_in
from webapp.views import assignments as assignments_view
from webapp.views import board as board_view
from webapp.visibility import Hidden, VisibleTask, visible, visible_query, visible_task_in

MAX_UPLOAD = 512 * 2**20


class DecideRequest(BaseModel):
    task: int
    kind: Literal["exclude", "restore", "reopen"]
    reason: str = Field(max_length=1000)


class AgreementRequest(BaseModel):
    people: Literal["own", "dataset", "all"] = "own"
    dataset: str | None = None
    assignment: int | None = None
    entry: str | None = None


class CreateRequest(BaseModel):
    title: str
    protocol: int | None = None
    name: str = ""
    settings: dict[str, Any] | None = None
    entries: list[str] | None = Field(None, max_length=assignments_view.MOST_ENTRIES)
    search: str = Field("", max_length=500)
    dataset: str | None = None
    people: int = 3
    first: Literal["listed", "disputed"] = "listed"
    hold_minutes: int = 60
    practice: str | None = None


class AssignmentRequest(BaseModel):
    assignment: int


class WantRequest(BaseModel):
    assignment: int
    entry: str
    people: int


class InviteRequest(BaseModel):
    name: str = Field(max_length=200)
    role: Literal["annotator", "lead"] | None = None


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api/review")

    @routes.get("/board")
    def board(assignment: int | None = None, dataset: str | None = None) -> dict[str, Any]:
        return board_view.board(library, assignment, dataset)

    @routes.get("/pace")
    def pace(assignment: int | None = None, dataset: str | None = None) -> dict[str, Any]:
        return board_view.pace(library, assignment, dataset)

    @routes.get("/filters")
    def filters() -> dict[str, Any]:
        """What the sections can be narrowed to."""
        assignments = [
            {"id": one.id, "title": one.title, "closed": one.closed is not None}
            for one in library.assignments.list(include_closed=True)
        ]
        own = library.labels.exist()
        return plain({"assignments": assignments, "datasets": library.picking.datasets(), "own": own})

    @routes.get("/task")
    def task(task: VisibleTask) -> dict[str, Any]:
        return plain(board_view.task(library, task))

    @routes.post("/decide")
    def decide(
        body: DecideRequest, task: Annotated[Task, visible_task_in(DecideRequest)], request: Request
    ) -> dict[str, Any]:
        library.annotations.decide(task.id, body.kind, current_annotator(request) or "lead", body.reason)
        return {"task": task.id}

    @routes.get("/trail")
    def trail(hidden: Hidden) -> dict[str, Any]:
        return board_view.trail(library, hidden)

    @routes.get("/disputed")
    def disputed(
        hidden: Hidden,
        assignment: int | None = None,
        dataset: str | None = None,
        search: Annotated[str, Query(max_length=500)] = "",
        offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
    ) -> dict[str, Any]:
        where = {"assignment": assignment, "dataset": dataset, "search": search, "offset": offset}
        return plain(assignments_view.disputed(library, hidden, **where))

    @routes.post("/want")
    def want(body: Annotated[WantRequest, visible(WantRequest)]) -> dict[str, Any]:
        library.assignments.want(body.assignment, body.entry, body.people)
        return body.model_dump()

    @routes.get("/assignments")
    def assignments() -> dict[str, Any]:
        return assignments_view.assignments(library)

    @routes.post("/assignments", status_code=201)
    def create(body: CreateRequest) -> dict[str, Any]:
        return assignments_view.create(library, **body.model_dump())

    @routes.post("/assignments/close")
    def close(body: AssignmentRequest) -> dict[str, Any]:
        library.assignments.close(body.assignment)
        return body.model_dump()

    @routes.get("/people")
    def people() -> dict[str, Any]:
        return assignments_view.people(library)

    @routes.post("/people/invite")
    def invite(body: InviteRequest, request: Request) -> dict[str, Any]:
        """The key of the link; whoever makes the first lead's, or replaces their own, is signed in by it."""
        first = not library.accounts.closed()
        key = library.accounts.invite(body.name, body.role)
        account = library.accounts.enter(key)
        own = account is not None and current_annotator(request) == account.name
        if account is not None and library.accounts.closed() and (first or own):
            sign_in(request, account.name, key)
        return {"key": key, "name": account.name if account else body.name}

    @routes.post("/people/revoke")
    def revoke(body: InviteRequest) -> dict[str, Any]:
        library.accounts.revoke(body.name)
        return {"name": body.name}

    @routes.post("/join", status_code=202)
    async def join(request: Request, name: str = "") -> dict[str, int]:
        """The body is the file: an export of another installation in the format "events"."""
        folder = library.data_dir / "uploads"
        folder.mkdir(exist_ok=True)
        path = folder / f"{secrets.token_hex(8)}.upload"  # no name of a log: its first line says what it is
        size = 0
        try:
            with path.open("wb") as file:
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > MAX_UPLOAD:
                        raise InputError(
                            "This file is too large to be taken in here.", "Use: python app.py import FILE"
                        )
                    await run_in_threadpool(file.write, chunk)
            if not await run_in_threadpool(is_event_log, path):
                raise InputError("This is no log of events.", "Export it there in the format “JSON Lines of events”.")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return {"job": await run_in_threadpool(enqueue, library, "join", {"path": str(path), "name": name[:200]})}

    @routes.get("/agreement")
    def agreement(
        asked: Annotated[AgreementRequest, visible_query(AgreementRequest)], hidden: Hidden
    ) -> dict[str, Any]:
        return plain(board_view.agreement(library, hidden, asked.model_dump()))

    @routes.post("/agreement", status_code=202)
    def compute(body: Annotated[AgreementRequest, visible(AgreementRequest)]) -> dict[str, int]:
        return {"job": enqueue(library, "reliability", body.model_dump())}

    return routes
