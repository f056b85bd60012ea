"""Whose pages may write here: the server's own. What no page sends, such as a script's request, says no origin."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.hosts import Names, asked_hosts
from webapp.refusing import refusal

READING = frozenset({"GET", "HEAD"})
PORTS = {"http": 80, "https": 443}


class Origins:
    """Middleware: refuses what a page of another site sends, and lets no such page read an answer.

    Args:
        app: behind it, which may have rules of its own for other sites (Gradio lets all of them read).
        names: of the server. A page of one of them that stands behind a proxy has another port than the server.
    """

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self.app = app
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        if self._own(headers):
            return await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] in READING:
            # Without an origin nobody is told that a page of another site may read the answer.
            scope = {**scope, "headers": [one for one in scope["headers"] if one[0].lower() != b"origin"]}
            return await self.app(scope, receive, send)
        message = "This was sent by a page of another site, and is not done."
        hint = "Open Manycut itself; a proxy that shows it passes Host on, or says X-Forwarded-Host."
        return await refusal(403, "foreign_origin", message, hint)(scope, receive, send)

    def _own(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        try:
            page = urlsplit(origin)
            port = page.port or PORTS.get(page.scheme)
        except ValueError:
            return False
        host = (page.hostname or "").rstrip(".")
        if not host:  # "null": of a file, or of a frame that is shut in
            return False
        asked = asked_hosts(headers)
        return any(_at(one, page.scheme) == (host, port) for one in asked) or host in self.names.told


def _at(host: str, scheme: str) -> tuple[str, int | None]:
    """Name and port of a Host header, where the page came by `scheme`."""
    try:
        asked = urlsplit(f"//{host}")
        return (asked.hostname or "").rstrip("."), asked.port or PORTS.get(scheme)
    except ValueError:
        return "", None
