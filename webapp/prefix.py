"""Under which path of its host the app is mounted: told when it is started, or by a proxy that is trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import InputError
from webapp.proxies import Proxies

HEADER = "x-forwarded-prefix"
WRITTEN = re.compile(r"(/[A-Za-z0-9._~-]+)+")


class Prefix:
    """Middleware: every address lies below a path, whether the proxy takes that path away or leaves it there.

    Args:
        app: behind it.
        root_path: "/manycut"; "" for the top of the host, or what a trusted proxy says in X-Forwarded-Prefix.
        trusted: addresses and networks of proxies that are believed, "*" for all.

    Raises:
        InputError: the path or an address is none.
    """

    def __init__(self, app: ASGIApp, root_path: str = "", trusted: Sequence[str] = ("127.0.0.1",)) -> None:
        self.app = app
        self._root = checked_root(root_path)
        self._proxies = Proxies(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        root = self._prefix(scope) if scope["type"] in ("http", "websocket") else ""
        if root:
            path = scope["path"]
            below = path == root or path.startswith(f"{root}/")
            raw = scope.get("raw_path")
            whole = {"path": path if below else root + path}
            if raw is not None:
                whole["raw_path"] = raw if below else root.encode() + raw
            scope = {**scope, **whole, "root_path": root}
        await self.app(scope, receive, send)

    def _prefix(self, scope: Scope) -> str:
        if self._root or not self._proxies.trusts(scope.get("client")):
            return self._root
        said = Headers(scope=scope).get(HEADER, "").split(",")[0].strip().rstrip("/")
        return said if WRITTEN.fullmatch(said) else ""


def checked_root(root_path: str) -> str:
    """A path to be mounted under, as "/manycut"; "" for none. Raises InputError."""
    root = f"/{root_path.strip('/')}" if root_path.strip("/") else ""
    if root and not WRITTEN.fullmatch(root):
        raise InputError(f"'{root_path}' is no path to be mounted under.", "Write it like /manycut.")
    return root
