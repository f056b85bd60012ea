"""Who gets in: where people have accounts, annotators reach what the Annotate page needs and nothing else.

It stands before everything, Gradio's own addresses included, see `storage.accounts`. What somebody who is in may not
see of single videos is said by `webapp.visibility`.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import RefusedError
from storage.library import Library
from webapp.sessions import account_of

# What everybody may ask for, who has signed in or not: how the pages look, and how to come in.
OPEN = ("/healthz", "/favicon.ico", "/enter", "/api/me", "/annotate", "/assets/", "/static/", "/vendor/", "/theme.css")
# What an annotator may ask for beside these. Of Gradio only what loading a page takes; no function of a page.
ANNOTATOR = (
    "/api/tasks", "/api/task", "/media", "/thumbnails", "/gradio_api/startup-events", "/gradio_api/heartbeat/",
)  # fmt: skip


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
