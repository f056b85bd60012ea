"""What a request may bring: how much of which kind to which route, how fast, and whether the disk has room for it.

One table, `TAKEN`, by path, or method and path; every other address takes a little JSON. A body is counted while it
streams, whatever it says of its length, and is never held here.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from os import environ
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import limits, server_limits
from webapp.paths import path_of
from webapp.refusing import refusal

MB = 2**20
LOOK_EVERY = 16 * MB  # how much of a file comes between two looks at the disk
JSON = ("application/json",)
FORM = ("application/x-www-form-urlencoded",)
FILES = ("multipart/form-data",)
ANYTHING: tuple[str, ...] = ()
NO_ROOM = (
    "There is no room on the server's disk for this file.",
    "Whoever runs this server can remove what is not needed, such as old exports.",
)
Note = Callable[[Scope, int], Response | None]  # told of bytes of a file as they come; a refusal ends it


@dataclass(frozen=True)
class Taken:
    """What a route takes.

    Attributes:
        most: bytes of a body.
        kinds: its content types; empty for whatever a file is.
        file: it is kept as a file.
    """

    most: Callable[[], int]
    kinds: tuple[str, ...] = JSON
    file: bool = False


def _megabytes(setting: server_limits.Setting) -> Callable[[], int]:
    return lambda: setting.now() * MB


USUAL = Taken(_megabytes(server_limits.BODY_MB))
TAKEN: Mapping[str, Taken] = {
    "/enter": Taken(USUAL.most, FORM),
    "/api/task/events": Taken(_megabytes(server_limits.EVENTS_MB)),
    "/api/models/splits": Taken(lambda: limits.SPLIT_FILE_BYTES, ANYTHING, file=True),
    "/api/models/import": Taken(_megabytes(server_limits.UPLOAD_MB), ANYTHING, file=True),
    "/api/review/join": Taken(_megabytes(server_limits.UPLOAD_MB), ANYTHING, file=True),
    "PUT /api/sending": Taken(_megabytes(server_limits.PIECE_MB), ANYTHING, file=True),
    "/gradio_api/upload": Taken(_megabytes(server_limits.VIDEOS_MB), FILES, file=True),
}


class Bodies:
    """Middleware: refuses a body that is too large, too slow, of another kind, or that the disk has no room for.

    Args:
        app: behind it.
        folders: where files are kept that come; each keeps some room.
        note: is told of the bytes of files.
    """

    def __init__(self, app: ASGIApp, folders: tuple[Path, ...] = (), note: Note = lambda scope, size: None) -> None:
        self.app = app
        self.folders = (*folders, Path(environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()))
        self.note = note

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        path = path_of(scope).rstrip("/")
        taken = TAKEN.get(f"{scope['method']} {path}") or TAKEN.get(path, USUAL)
        length = _length(headers)
        has_body = bool(length) or "transfer-encoding" in headers
        if not has_body:
            return await self.app(scope, receive, send)
        wrong = _wrong_kind(headers, taken) or _too_large(length, taken) or self._no_room(length, taken)
        if wrong:
            return await wrong(scope, receive, send)
        return await _Arriving(self, taken, scope, receive, send).run()

    def _no_room(self, coming: int, taken: Taken) -> Response | None:
        if not taken.file:
            return None
        if has_room(self.folders, coming):
            return None
        return _last(507, "disk_full", *NO_ROOM)


class _Arriving:
    """One body on its way to the application; what goes wrong with it is the answer, whatever the application says."""

    def __init__(self, border: Bodies, taken: Taken, scope: Scope, receive: Receive, send: Send) -> None:
        self.border, self.taken, self.scope = border, taken, scope
        self.receive, self.send = receive, send
        self.size = self.looked = 0
        self.begun = time.monotonic()
        self.whole = self.answering = False
        self.ends = bool(_length(Headers(scope=scope)))
        self.wrong: Response | None = None

    async def run(self) -> None:
        try:
            await self.border.app(self.scope, self._receive, self._send)
        except Exception:
            if self.wrong is None:
                raise
        if self.wrong is not None and not self.answering:
            await self.wrong(self.scope, self.receive, self.send)

    async def _send(self, message: Message) -> None:
        if self.wrong is not None:
            return
        if message["type"] == "http.response.start" and not self.whole and not self.ends:
            MutableHeaders(scope=message)["connection"] = "close"  # nobody waits for the end of what nobody reads
        self.answering = True
        await self.send(message)

    async def _receive(self) -> Message:
        if self.whole:
            return await self.receive()
        if self.wrong is None:
            message = await self._next()
            if self.wrong is None:
                return message
        return {"type": "http.disconnect"}

    async def _next(self) -> Message:
        try:
            message = await asyncio.wait_for(self.receive(), max(self._until() - time.monotonic(), 0))
        except TimeoutError:
            hint = "Try again with a better connection."
            self.wrong = _last(408, "too_slow", "This came too slowly, and was not waited for.", hint)
            return {"type": "http.disconnect"}
        if message["type"] != "http.request":
            return message
        came = len(message.get("body", b""))
        self.size += came
        self.whole = not message.get("more_body", False)
        self.wrong = _too_large(self.size, self.taken)
        if self.taken.file and self.wrong is None:
            self.wrong = self.border.note(self.scope, came) or self._room()
        return message

    def _room(self) -> Response | None:
        if self.size - self.looked < LOOK_EVERY:
            return None
        self.looked = self.size
        return self.border._no_room(0, self.taken)

    def _until(self) -> float:
        """When the next piece must be here: what has come earns time for what comes."""
        slowest = server_limits.BODY_KB_PER_SECOND.now() * 1024
        return self.begun + server_limits.BODY_SECONDS.now() + self.size / slowest


def has_room(folders: Iterable[Path], coming: int) -> bool:
    """Whether so many bytes may come and leave free what uploads have to leave, on the disk of each folder."""
    reserve = server_limits.FREE_DISK_MB.now() * MB
    free = min((shutil.disk_usage(one).free for one in folders if one.exists()), default=reserve)
    return free - coming >= reserve


def _length(headers: Headers) -> int:
    said = headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdecimal() else 0


def _wrong_kind(headers: Headers, taken: Taken) -> Response | None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if not taken.kinds or kind in taken.kinds:
        return None
    message = f"This address takes {' or '.join(taken.kinds)}, not '{kind[:60] or 'a body of no kind'}'."
    return _last(415, "wrong_kind", message, "Say so in Content-Type.")


def _too_large(size: int, taken: Taken) -> Response | None:
    most = taken.most()
    if size <= most:
        return None
    message = f"More than {most // MB} MB is not taken in here."
    return _last(413, "too_large", message, "The command line takes in larger files." if taken.file else "")


def _last(status: int, code: str, message: str, hint: str) -> Response:
    """A refusal after which nothing more is read of the connection."""
    return refusal(status, code, message, hint, {"Connection": "close"})
