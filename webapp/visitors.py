"""Who is counted as one: a person by their name, and where names prove nothing, whoever comes from one address."""

from __future__ import annotations

import sys
from contextvars import ContextVar
from ipaddress import ip_address, ip_network

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.sessions import current_annotator

HOME_BITS = 64  # of an IPv6 address: one household has all that begin with the same
_asking: ContextVar[Scope | None] = ContextVar("asking", default=None)


class Asking:
    """Middleware: what is done for a request knows whose it is."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _asking.set(scope)
        await self.app(scope, receive, send)


def address_of(scope: Scope) -> str:
    """Where a request comes from, as a trusted proxy says; "" where nothing is known."""
    client = scope.get("client")
    host = str(client[0]) if client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ip_network((address, HOME_BITS), strict=False))


def visitor_now(names: bool = True) -> str:
    """Who asks for what is being done now; "" where that is nobody's request.

    Args:
        names: count people by the names under which they signed in.
    """
    scope = _of_gradio() or _asking.get()  # Gradio's queue may have been begun within somebody else's request
    if scope is None:
        return ""
    known = "app" in scope  # behind what finds out who is asking
    name = current_annotator(HTTPConnection(scope)) if names and known else None
    return f"person {name}" if name else f"address {address_of(scope)}"


def _of_gradio() -> Scope | None:
    """The request that asked for a page's function: Gradio calls it later, from its queue."""
    context = sys.modules.get("gradio.context")
    asked = context.LocalContext.request.get(None) if context else None
    request = getattr(asked, "request", None)
    return request.scope if request is not None else None
