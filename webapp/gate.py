"""Who gets in: the gate stands before everything, Gradio's own addresses included, and decides by `webapp.access`.

What somebody who is in may not see of single videos is said by `webapp.visibility`.
"""

from __future__ import annotations

import json

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import RefusedError
from storage.library import Library
from webapp.access import ANYBODY, LEADING, PEOPLE, Roles, roles_of
from webapp.paths import path_of
from webapp.routes.door import door, wants_page
from webapp.sessions import Visitor, visitor
from webapp.tokens import by_token, carries_token
from webapp.wrong_links import WrongLinks

FUNCTIONS = "/gradio_api/queue/join"  # where pages call their functions
FUNCTION_BYTES = 2**16  # of a call that a viewer may make
HOME = {"annotator": "/annotate", "viewer": "/", "lead": "/"}
VIEWERS = RefusedError(
    "Viewers look and change nothing, and start no work.", "Ask somebody who leads the annotation to do it."
)
LEADS = RefusedError("This is for those who lead the annotation.", "Your own queue is on Annotate.")
NO_TOKENS = RefusedError("Scripts let nobody in and make no tokens.", "Do it on Review, or with: python app.py user")
JUDGES = RefusedError("Viewers judge no videos.", "Look at Compare and Models.")


class Gate:
    """Middleware: every address answers the roles that `webapp.access` gives it.

    Args:
        app: behind it.
        library: whose people they are.
        wrong: counts links and tokens that open nothing.
    """

    def __init__(self, app: ASGIApp, library: Library, wrong: WrongLinks) -> None:
        self.app = app
        self.library = library
        self.wrong = wrong

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        path = path_of(scope)
        roles = roles_of(scope["method"], path) if scope["type"] == "http" else LEADING
        request = HTTPConnection(scope)
        if carries_token(scope):
            opens_nothing = await run_in_threadpool(by_token, request, self.library, self.wrong)
            if opens_nothing is not None:
                return await opens_nothing(scope, receive, send)
        if roles == ANYBODY:  # without asking the database, and without a thread
            return await self.app(scope, receive, send)
        who = await run_in_threadpool(visitor, request)
        refusal = _refusal(request, path, roles, who)
        if refusal is None and who.role == "viewer" and path == FUNCTIONS:
            receive = await _read(Request(scope, receive))
            if not await _is_for_viewers(receive, request.app.state.for_viewers):
                refusal = _no(VIEWERS)
        return await (refusal or self.app)(scope, receive, send)


def _refusal(request: HTTPConnection, path: str, roles: Roles, who: Visitor) -> Response | None:
    if (who.role or "nobody") in roles:
        lets_in = path.startswith(PEOPLE) and request.scope.get("method") not in ("GET", "HEAD")
        return _no(NO_TOKENS) if lets_in and who.by_token else None
    root = request.scope.get("root_path", "")
    page = wants_page(request)
    if who.role is None:
        if page:
            return RedirectResponse(f"{root}/annotate", 303)
        body = {"code": "http_401", "message": "Sign in first.", "hint": "Open your personal link."}
        return JSONResponse({"error": body}, 401)
    home = HOME[who.role]
    if page and path == "/":
        return RedirectResponse(f"{root}{home}", 303)
    why = LEADS if who.role == "annotator" else VIEWERS if roles == LEADING else JUDGES
    if page:
        where = "your queue" if who.role == "annotator" else "Compare"
        return door(
            request, "Not for you", f"{why.message} You are signed in as {who.name}.", (home, f"Go to {where}"), 403
        )
    return _no(why)


def _no(why: RefusedError) -> Response:
    return JSONResponse({"error": why.as_dict()}, 403)


async def _read(request: Request) -> Receive:
    """The body of a request, to be read twice; nothing of one that is longer than such a call can be."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FUNCTION_BYTES:
            body = b""
            break

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _is_for_viewers(receive: Receive, functions: frozenset[int]) -> bool:
    """Whether a call of a page's function is of one that viewers may call, by its number."""
    try:
        asked = json.loads((await receive())["body"])
    except ValueError:
        return False
    number = asked.get("fn_index") if isinstance(asked, dict) else None
    return type(number) is int and number in functions
