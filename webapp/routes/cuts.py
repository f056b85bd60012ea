"""The REST of cuts: all of an entry, or one, by one rule."""

from __future__ import annotations

from fastapi import APIRouter, Query

from core import limits
from core.data import DEFAULT_BUDGET
from storage.library import Library
from verbs import cuts as verb
from verbs.intervals import parse_intervals
from webapp.visibility import VisibleEntryNamed


def router(library: Library) -> APIRouter:
    """The route over one library."""
    routes = APIRouter(prefix="/api")

    @routes.get("/cuts", response_model=verb.CutsResult)
    def cuts(
        entry: VisibleEntryNamed,
        rule: verb.Rule = verb.DEFAULT_RULE,
        budget: float = Query(DEFAULT_BUDGET, gt=0, le=1),
        shots: str | None = None,
        source: str | None = Query(None, max_length=limits.SOURCE_CHARS),
        keep: str = "",
        forbid: str = "",
    ) -> verb.CutsResult:
        """`keep` and `forbid` such as "0-120,240-300", in frames, ends exclusive."""
        request = verb.CutsRequest(
            entry=entry,
            rule=rule,
            budget=budget,
            shots=shots,
            source=source,
            keep=parse_intervals(keep),
            forbid=parse_intervals(forbid),
        )
        return verb.cuts(library, request)

    return routes
