"""What cannot be done at the moment is answered with 503, a sentence and when to ask again, wherever it was met."""

from __future__ import annotations

import logging

from sqlalchemy.exc import DBAPIError, TimeoutError
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import UnavailableError, refused_by_system
from storage.refusals import refusal
from webapp.health import Watch

log = logging.getLogger("manycut.web")
BELOW = (DBAPIError, TimeoutError, OSError)  # what the database and the system raise
DISK = UnavailableError("The server's disk takes nothing at the moment.", "Try again when there is room on it.")


def unavailable(error: BaseException) -> UnavailableError | None:
    """What an error says of the moment; None where it is about what was asked for, or a mistake of ours."""
    if isinstance(error, UnavailableError):
        return error
    if said := refusal(error):
        return said
    return DISK if isinstance(refused_by_system(error), UnavailableError) else None


def answer(error: UnavailableError) -> Response:
    """The answer to whoever asked."""
    return JSONResponse({"error": error.as_dict()}, 503, {"Retry-After": str(error.retry_s)})


class Unavailable:
    """Middleware: answers what is met in front of the routes as well, such as by the gate.

    Args:
        app: behind it.
        watch: is told.
    """

    def __init__(self, app: ASGIApp, watch: Watch) -> None:
        self.app = app
        self.watch = watch

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sending)
        except (UnavailableError, *BELOW) as error:
            said = unavailable(error)
            if said is None or begun or scope["type"] != "http":
                raise
            log.warning("%s: %s", scope["path"], error)
            self.watch.note(said)
            await answer(said)(scope, receive, send)
