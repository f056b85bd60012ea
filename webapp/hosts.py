"""Under which names the server answers.

Another name that leads here may be that of somebody's page, which could then read what this server says as if it were
its own (DNS rebinding). A number leads nowhere else: a page that came from it came from here.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.refusing import refusal

VARIABLE = "MANYCUT_ALLOW_HOSTS"  # names, with commas between
LOOPBACK = "localhost"


def is_loopback(host: str) -> bool:
    """Whether what listens at an address or name is reached from the same machine alone."""
    address = _address(host)
    return host.lower() == LOOPBACK if address is None else address.is_loopback


@dataclass(frozen=True)
class Names:
    """What a server is called.

    Attributes:
        known: all of them, in small letters.
        told: those that it was told, which lead to it through a proxy too.
        numbers: whether it answers to any address, and not to those of loopback alone.
    """

    known: frozenset[str]
    told: frozenset[str]
    numbers: bool

    def has(self, host: str) -> bool:
        """Whether `host`, without a port, is one of them."""
        address = _address(host)
        if address is None:
            return host.lower().rstrip(".") in self.known
        return self.numbers or address.is_loopback or host in self.known


def names_of(host: str, more: Iterable[str] = (), environment: Mapping[str, str] = os.environ) -> Names:
    """What a server that listens at `host` is called: as that, as its machine, and as it was told.

    Args:
        host: address or name that it listens at.
        more: further names; those of `VARIABLE` and of a Hugging Face Space are added.
        environment: of the process.
    """
    told = [*more, *environment.get(VARIABLE, "").split(","), environment.get("SPACE_HOST", "")]
    outside = not is_loopback(host)
    machine = socket.gethostname()
    own = [host, LOOPBACK, *([machine, f"{machine}.local"] if outside else [])]
    return Names(_written(own + told), _written(told), numbers=outside)


def _written(hosts: Iterable[str]) -> frozenset[str]:
    return frozenset(without_port(one.strip()).lower().rstrip(".") for one in hosts) - {""}


def without_port(host: str) -> str:
    """The name or address in a Host header: "a.b" of "a.b:80", "::1" of "[::1]:80"."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host if host.count(":") > 1 else host.partition(":")[0]


def asked_hosts(headers: Headers) -> list[str]:
    """What a browser calls the server, and what a proxy called it then; with ports."""
    said = headers.get("x-forwarded-host", "").split(",")  # of a trusted proxy alone, see webapp.forwarded
    return [one.strip() for one in (headers.get("host", ""), *said) if one.strip()]


class Hosts:
    """Middleware: refuses a request for a name that is none of the server's."""

    def __init__(self, app: ASGIApp, names: Names) -> None:
        self.app = app
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            asked = [without_port(one) for one in asked_hosts(Headers(scope=scope))] or [""]
            foreign = [one for one in asked if not self.names.has(one)]
            if foreign:
                message = f"This server does not answer to the name '{foreign[0][:100]}'."
                hint = f"Whoever runs it adds names with --allow-host NAME, or in {VARIABLE}."
                return await refusal(421, "unknown_host", message, hint)(scope, receive, send)
        return await self.app(scope, receive, send)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None
