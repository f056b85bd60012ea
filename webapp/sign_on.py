"""A lab's own sign-on: its proxy names in a header who is asking, and is believed by its address alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import InputError
from core.labelling.who import AccountRole
from webapp.proxies import Proxies

SAID = "manycut.sign_on"  # in the scope of a request
WRITTEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # what a header may be called


@dataclass(frozen=True)
class SignedOn:
    """Whom the proxy names, and in which role somebody new begins."""

    name: str
    role: AccountRole


class SignOn:
    """Middleware: whom a trusted proxy names is who is asking. It sees the socket's own address, so it stands outside.

    Args:
        app: behind it.
        header: in which the proxy names people, such as "X-Forwarded-User".
        trusted: addresses and networks of proxies that are believed.
        role: in which somebody new begins.

    Raises:
        InputError: the header cannot be called so, or every address would be believed.
    """

    def __init__(self, app: ASGIApp, header: str, trusted: Sequence[str], role: AccountRole = "annotator") -> None:
        if not WRITTEN.fullmatch(header):
            raise InputError(f"'{header}' is no name of a header.", "Write it like X-Forwarded-User.")
        self.app = app
        self._header = header
        self._proxies = Proxies(trusted)
        self._role = role
        if self._proxies.everybody:
            raise InputError(
                "With FORWARDED_ALLOW_IPS=* anybody could say to be anybody.",
                "Name the addresses of your proxies in FORWARDED_ALLOW_IPS, separated by commas.",
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and self._proxies.trusts(scope.get("client")):
            said = Headers(scope=scope).getlist(self._header)
            if len(said) == 1 and said[0].strip():  # two of them: somebody sent one through the proxy
                scope = {**scope, SAID: SignedOn(_text(said[0]), self._role)}
        await self.app(scope, receive, send)


def named_by_proxy(scope: Scope) -> SignedOn | None:
    """Whom a trusted proxy named in a request, or None."""
    said: SignedOn | None = scope.get(SAID)
    return said


def _text(value: str) -> str:
    """Headers are read as Latin-1; proxies write names in UTF-8."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeDecodeError:
        return value
