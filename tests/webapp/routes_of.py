"""The routes of ours in an application, without Gradio's."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts


def our_routes(app: FastAPI) -> Iterator[RouteContext]:
    """Every route that has a function of ours, as it is included."""
    for route in iter_route_contexts(app.routes):
        if (getattr(route.endpoint, "__module__", None) or "").startswith("webapp."):
            yield route
