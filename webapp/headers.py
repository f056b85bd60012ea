"""What browsers are told about every answer: what it may load and run, who may show it, and what to keep of it.

Gradio's pages hold scripts, which get a nonce each time, so that no other runs: nothing injected, no `onclick`. Two
allowances are Gradio's: it makes functions of text ('unsafe-eval': `js_on_load` and its templates), and it writes
styles into the page ('unsafe-inline' for styles alone). Everything else, our own modules and the REST, gets none.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import InputError
from webapp.paths import path_of

FRAMED = "MANYCUT_FRAMED"
OF_A_SPACE = "https://huggingface.co https://*.hf.space"
PAGES = frozenset({"", "/annotate", "/review", "/models", "/library"})
SCRIPT = b"<script"
PAGE = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors {frames}"
)
PLAIN_PAGE = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {frames}"
)
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors {frames}"


def who_may_frame(environment: Mapping[str, str] = os.environ) -> str:
    """The sites that may show the app in a frame, as a Content-Security-Policy says it.

    `MANYCUT_FRAMED` is "1" for all that speak HTTPS, or their origins with spaces between. Raises InputError.
    """
    said = environment.get(FRAMED, "").strip()
    if not said:
        return f"'self' {OF_A_SPACE}" if environment.get("SPACE_ID") else "'self'"
    if said == "1":
        return "'self' https:"
    sites = said.split()
    if not all(re.fullmatch(r"https?://[A-Za-z0-9.*:-]+", site) for site in sites):
        raise InputError(f"{FRAMED} is 1, or origins such as https://lab.example, not '{said}'.", "Correct it.")
    return f"'self' {' '.join(sites)}"


class SecurityHeaders:
    """Middleware: adds to every answer what browsers should know of it. It stands within what compresses answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.frames = who_may_frame()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = path_of(scope)
        if path.rstrip("/") not in PAGES:
            return await self.app(scope, receive, self._adding(path, send))
        # Scripts are found in plain text alone; the page is compressed further out.
        plain = [one for one in scope["headers"] if one[0].lower() != b"accept-encoding"]
        return await self.app({**scope, "headers": plain}, receive, self._with_nonces(path, send))

    def _adding(self, path: str, send: Send) -> Send:
        async def add(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                page = headers.get("content-type", "").startswith("text/html")
                self._describe(headers, path, PLAIN_PAGE if page else NOTHING)
            await send(message)

        return add

    def _with_nonces(self, path: str, send: Send) -> Send:
        start: Message = {}
        whole = b""

        async def add(message: Message) -> None:
            nonlocal start, whole
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                await send(message)
                return
            whole += message.get("body", b"")
            if message.get("more_body", False):
                return
            nonce = secrets.token_urlsafe(16)
            headers = MutableHeaders(scope=start)
            if headers.get("content-type", "").startswith("text/html"):
                # Gradio's template alone holds the sign; in the data within it is written otherwise.
                whole = whole.replace(SCRIPT, f'<script nonce="{nonce}"'.encode())
                headers["content-length"] = str(len(whole))
            self._describe(headers, path, PAGE.replace("{nonce}", nonce))
            await send(start)
            await send({"type": "http.response.body", "body": whole})

        return add

    def _describe(self, headers: MutableHeaders, path: str, policy: str) -> None:
        headers["content-security-policy"] = policy.format(frames=self.frames)
        headers["x-content-type-options"] = "nosniff"
        headers["cross-origin-resource-policy"] = "same-origin"
        if self.frames == "'self'":
            headers["x-frame-options"] = "SAMEORIGIN"
        # Addresses hold entries, names and keys of links: other sites are not told any.
        headers.setdefault("referrer-policy", "same-origin")
        if path.startswith("/api/") or path == "/enter":
            headers.setdefault("cache-control", "no-store")
        elif path.rstrip("/") in PAGES:
            headers.setdefault("cache-control", "private, no-cache")
