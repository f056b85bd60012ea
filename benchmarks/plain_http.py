"""HTTP by hand over one connection: a load generator that shares the cores must not cost more than its server."""

from __future__ import annotations

import asyncio
import gzip
import json
from typing import Any
from urllib.parse import urlsplit

UNREACHABLE = (OSError, EOFError)  # what `Connection.ask` raises where the server is not there, or goes away


class RefusedHere(RuntimeError):
    """The server answered otherwise than with 200."""


def _said_nothing(error: Exception) -> bool:
    """Whether a connection ended before any of an answer: servers end those that rest, and browsers ask again."""
    return isinstance(error, ConnectionError) or (isinstance(error, asyncio.IncompleteReadError) and not error.partial)


class Connection:
    """A browser with its cookies that asks one thing after the other.

    Args:
        url: of the server, "http://127.0.0.1:7860".
    """

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._host, self._port = place.hostname or "127.0.0.1", place.port or 80
        self._cookies: dict[str, str] = {}
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> bytes:
        """The body, unpacked. Raises UNREACHABLE, RefusedHere."""
        return await self.ask("GET", path)

    async def post(self, path: str, value: Any) -> Any:
        """What is answered to JSON, as JSON. Raises UNREACHABLE, RefusedHere."""
        return json.loads(await self.ask("POST", path, json.dumps(value).encode()))

    async def ask(self, method: str, path: str, body: bytes = b"") -> bytes:
        """The body of the answer, unpacked. Raises UNREACHABLE, RefusedHere."""
        kept = self._streams is not None
        try:
            if self._streams is None:
                self._streams = await asyncio.open_connection(self._host, self._port)
            status, headers, content = await self._exchanged(*self._streams, method, path, body)
        except UNREACHABLE as error:
            self.close()
            if kept and _said_nothing(error):
                return await self.ask(method, path, body)
            raise
        for cookie in headers.get("set-cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        if headers.get("connection") == ["close"]:
            self.close()
        if status != 200:
            raise RefusedHere(f"{method} {path}: {status} {content[:200]!r}")
        return gzip.decompress(content) if headers.get("content-encoding") == ["gzip"] else content

    def close(self) -> None:
        """The next question opens another connection."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

    async def _exchanged(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, body: bytes
    ) -> tuple[int, dict[str, list[str]], bytes]:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}", "Accept-Encoding: gzip"]
        if self._cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self._cookies.items()))
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        first, *told = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers: dict[str, list[str]] = {}
        for line in told:
            name, _, value = line.partition(":")
            headers.setdefault(name.lower(), []).append(value.strip())
        if "content-length" in headers:
            content = await reader.readexactly(int(headers["content-length"][0]))
        else:
            content = b""
            while size := int(await reader.readuntil(b"\r\n"), 16):
                content += (await reader.readexactly(size + 2))[:-2]
            await reader.readexactly(2)
        return int(first.split()[1]), headers, content
