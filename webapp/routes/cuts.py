"""The REST of cuts: all of an entry, or one, by one rule."""

from __future__ import annotations

from fastapi import APIRouter, Query

from core import limits
from core.data import DEFAULT_BUDGET
from verbs.cuts import DEFAULT_RULE, CutsRequest, CutsResult, Rule
from verbs.cuts import cuts as solved
from verbs.intervals import parse_intervals
from webapp.visibility import AsSeen, VisibleEntryNamed


def router() -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/api")

    @routes.get("/cuts", response_model=CutsResult)
    def cuts(
        entry: VisibleEntryNamed,
        seen: AsSeen,
        rule: Rule = DEFAULT_RULE,
        budget: float = Query(DEFAULT_BUDGET, gt=0, le=1),
        shots: str | None = None,
        source: str | None = Query(None, max_length=limits.SOURCE_CHARS),
        keep: str = "",
        forbid: str = "",
    ) -> CutsResult:
        """`keep` and `forbid` such as "0-120,240-300", in frames, ends exclusive."""
        request = CutsRequest(
            entry=entry,
            rule=rule,
            budget=budget,
            shots=shots,
            source=source,
            keep=parse_intervals(keep),
            forbid=parse_intervals(forbid),
        )
        return solved(seen, request)

    return routes
