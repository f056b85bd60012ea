"""What proxies say of a request is heard from those that are believed, and from nobody else."""

from __future__ import annotations

import os
from collections.abc import Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.proxies import Proxies

VARIABLE = "FORWARDED_ALLOW_IPS"  # as uvicorn's
ON_THIS_MACHINE = "127.0.0.1"
# A Space is reached through its host's proxies alone, which stand in private networks.
OF_A_SPACE = "127.0.0.1,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"


def trusted_proxies(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Addresses and networks of the proxies that are believed, as the environment says."""
    usual = OF_A_SPACE if environment.get("SPACE_ID") else ON_THIS_MACHINE
    return [one.strip() for one in environment.get(VARIABLE, usual).split(",") if one.strip()]


class Forwarded:
    """Middleware: takes Forwarded and X-Forwarded-* out of what comes from elsewhere than a trusted proxy.

    Gradio puts addresses together from them, whoever sent them.
    """

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self.app = app
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not self.proxies.trusts(scope.get("client")):
            scope = {**scope, "headers": [one for one in scope["headers"] if not _of_a_proxy(one[0].lower())]}
        await self.app(scope, receive, send)


def _of_a_proxy(name: bytes) -> bool:
    return name in (b"forwarded", b"x-real-ip") or name.startswith(b"x-forwarded-")
