"""Everything that a request passes before the application, in this order, and what it needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from starlette.responses import Response
from starlette.types import ASGIApp, Scope
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from core.errors import TooMuchError
from core.labelling.who import AccountRole
from webapp.bodies import Bodies
from webapp.demo import Demo
from webapp.exposure import Exposure
from webapp.forwarded import Forwarded
from webapp.hosts import Hosts, Names
from webapp.origins import Origins
from webapp.prefix import Prefix
from webapp.proxies import Proxies
from webapp.quotas import UploadQuota
from webapp.refusing import refusal
from webapp.sign_on import SignOn
from webapp.visitors import Asking, address_of


@dataclass(frozen=True)
class Border:
    """How a server stands to the outside.

    Attributes:
        names: that it answers to.
        proxies: addresses and networks that are believed.
        exposure: to whom it is open.
        root: the path at which it is mounted, "" for what a proxy says.
        data_dir: where uploads are kept.
        sign_on: the header in which a lab's own sign-on names people, and the role of new ones; None without any.
    """

    names: Names
    proxies: tuple[str, ...]
    exposure: Exposure
    root: str
    data_dir: Path
    sign_on: tuple[str, AccountRole] | None = None

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application behind the border; the first that a request meets stands last here."""
        uploads = UploadQuota()

        def note(scope: Scope, size: int) -> Response | None:
            try:
                uploads.take(address_of(scope), size)
            except TooMuchError as error:
                again = {"Retry-After": str(error.again_s), "Connection": "close"}
                return refusal(429, error.code, error.message, error.hint, again)
            return None

        demo = self.exposure == "demo"
        inner: ASGIApp = Asking(Demo(app) if demo else app)
        inner = Bodies(inner, (self.data_dir,), note) if demo else Bodies(inner, (self.data_dir,))
        inner = Hosts(Origins(inner, self.names), self.names)
        # Outside of it the address is that of the proxy and not whom that speaks for.
        spoken_for = ProxyHeadersMiddleware(cast(Any, inner), list(self.proxies))
        # uvicorn spells out the types of ASGI that starlette leaves open.
        inside = cast(ASGIApp, spoken_for)
        if self.sign_on is not None:
            inside = SignOn(inside, self.sign_on[0], self.proxies, self.sign_on[1])
        mounted = Prefix(inside, self.root, self.proxies)
        return Forwarded(mounted, Proxies(self.proxies))
