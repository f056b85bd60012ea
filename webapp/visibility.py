"""What somebody may not see: on every route of ours that is about a video, the server asks here first.

Whoever is judging a video gets neither other people's labels nor any score of it, by whatever address. Where people
have accounts (see `storage.accounts`), annotators moreover get nothing but what the Annotate page needs; that gate
stands before everything, Gradio's own addresses included.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import NotFoundError, RefusedError
from storage.jobs import Job
from storage.library import Library
from webapp.sessions import account_of, current_annotator

BLIND = RefusedError(
    "You are judging this video: what others and models say of it is not shown to you.",
    "Submit your task, or skip it, and look again.",
)
# What everybody may ask for, who has signed in or not: how the pages look, and how to come in.
OPEN = ("/healthz", "/favicon.ico", "/enter", "/api/me", "/annotate", "/assets/", "/static/", "/vendor/", "/theme.css")
# What an annotator may ask for beside these. Of Gradio only what loading a page takes; no function of a page.
ANNOTATOR = (
    "/api/tasks", "/api/task", "/media", "/thumbnails", "/gradio_api/startup-events", "/gradio_api/heartbeat/",
)  # fmt: skip


NUMBER = TypeAdapter(int)  # as the routes read one: 7, "7", " 7" and "7.0" are the same


class Gate:
    """Middleware: where people have accounts, annotators reach the Annotate page and nothing else."""

    def __init__(self, app: ASGIApp, library: Library) -> None:
        self.app = app
        self.library = library

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        refusal = await run_in_threadpool(self._refusal, HTTPConnection(scope))
        return await (refusal or self.app)(scope, receive, send)

    def _refusal(self, request: HTTPConnection) -> Response | None:
        path = request.url.path.removeprefix(request.scope.get("root_path", ""))
        if _within(path, OPEN) or not self.library.accounts.closed():
            return None
        account = account_of(request, self.library)
        if account and (account.role == "lead" or _within(path, ANNOTATOR)):
            return None
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"{request.scope.get('root_path', '')}/annotate", 303)
        if account is None:
            body = {"code": "http_401", "message": "Sign in first.", "hint": "Open your personal link."}
            return JSONResponse({"error": body}, 401)
        body = RefusedError("This is for those who lead the annotation.").as_dict()
        return JSONResponse({"error": body}, 403)


def _within(path: str, allowed: tuple[str, ...]) -> bool:
    return any(path == one.rstrip("/") or path.startswith(one.rstrip("/") + "/") for one in allowed)


class Sight:
    """Dependency of routes about videos: refuses those about a video that the person is judging.

    Raises:
        RefusedError: the request names such an entry, or a job on one.
    """

    def __init__(self, library: Library) -> None:
        self.library = library

    async def __call__(self, request: Request) -> None:
        name = current_annotator(request)
        if not name:
            return
        asked = {request.query_params.get(key) for key in ("id", "entry")}
        jobs = {request.query_params.get("job")}
        whole: set[str | None] = set()  # of these datasets, None for all
        if request.method in ("POST", "PUT"):
            body = await _json(request)
            asked |= {_single(body.get(key)) for key in ("id", "entry")}
            if request.url.path.endswith("/export") and body.get("entry") is None:
                whole = {_text(body.get("dataset"))}
        if request.url.path.endswith(("/job", "/job/cancel")):
            jobs |= asked
        await run_in_threadpool(self._check, name, asked, jobs, whole)

    def hidden(self, name: str | None) -> set[str]:
        """The entries that a person is judging now."""
        person = self.library.annotations.annotator(name) if name else None
        return self.library.annotations.judging(person) if person else set()

    def _check(self, name: str, asked: set[Any], jobs: set[Any], whole: set[str | None]) -> None:
        hidden = self.hidden(name)
        if not hidden:
            return
        for dataset in whole:
            asked = asked | _of_dataset(hidden, dataset)
        for number in jobs:
            with suppress(ValidationError, NotFoundError):  # the route says so itself
                asked = asked | _entries_of(self.library.jobs.get(NUMBER.validate_python(number)), hidden)
        if hidden & {one for one in asked if isinstance(one, str)}:
            raise BLIND


def _entries_of(job: Job, hidden: set[str]) -> set[str | None]:
    """The entries that the result of a job is about, as far as they are hidden."""
    entry, dataset = job.args.get("entry"), job.args.get("dataset")
    if job.kind != "export" or entry is not None:
        return {entry}
    return _of_dataset(hidden, dataset)


def _of_dataset(entries: set[str], dataset: str | None) -> set[str]:
    return {one for one in entries if dataset is None or one.partition("/")[0] == dataset}


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _single(value: Any) -> str | float | None:
    return value if isinstance(value, (str, int, float)) else None


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body() or b"{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
