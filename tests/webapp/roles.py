"""Browsers in every role over one application, and all addresses that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount
from starlette.testclient import TestClient

from storage.library import Library

NAMES = {"viewer": "Vic", "annotator": "Ada", "lead": "Lea"}


def _browser(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


@contextmanager
def browsers(app: FastAPI, library: Library) -> Iterator[dict[str, TestClient]]:
    """By role, each signed in by a personal link of their own; "nobody" is not."""
    lead = library.accounts.invite(NAMES["lead"], "lead")
    keys = {"lead": lead} | {role: library.accounts.invite(NAMES[role], role) for role in ("viewer", "annotator")}
    with ExitStack() as stack:
        found = {"nobody": stack.enter_context(_browser(app))}
        for role, key in keys.items():
            found[role] = stack.enter_context(_browser(app))
            assert found[role].get("/enter", params={"key": key}).status_code == 303
        yield found


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of what is mounted included."""
    for route in iter_route_contexts(app.routes):
        mounted = route.original_route
        if isinstance(mounted, Mount):
            yield from routes(mounted.app)
        elif route.path is not None:
            for method in sorted((route.methods or set()) - {"HEAD"}) or ["GET"]:
                yield method, route.path


def address(path: str) -> str:
    """A path that a route answers to: its placeholders filled."""
    return re.sub(r"\{[^}]*\}", "x", path)
