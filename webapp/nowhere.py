"""An address at which nothing is: whoever opens it in a browser is told so by a page, with a way on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.paths import path_of
from webapp.routes.door import door, wants_page

REST = ("/api/", "/assets/", "/gradio_api/")  # what scripts ask for; their answers stay as they are


class NoSuchPage:
    """Middleware: a page in place of the bare answer 404, for people alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or path_of(scope).startswith(REST):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        if not wants_page(request):
            await self.app(scope, receive, send)
            return
        missing = False

        async def watch(message: Message) -> None:
            nonlocal missing
            missing = missing or (message["type"] == "http.response.start" and message["status"] == 404)
            if not missing:
                await send(message)

        await self.app(scope, receive, watch)
        if missing:
            sentence = "There is no page at this address. Perhaps it was cut off on the way, or mistyped."
            page = door(request, "No such page", sentence, ("/", "Go to Compare"), 404)
            await page(scope, receive, send)
