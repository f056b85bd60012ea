"""The REST of cuts: all of an entry, or one, in one form."""

from __future__ import annotations

from fastapi import APIRouter, Query

from core import limits
from verbs.cuts import CutsRequest, CutsResult
from verbs.cuts import cuts as solved
from verbs.intervals import parse_intervals
from webapp.asked_form import AskedForm
from webapp.visibility import AsSeen, VisibleEntryNamed


def router() -> APIRouter:
    """The route."""
    routes = APIRouter(prefix="/api")

    @routes.get("/cuts", response_model=CutsResult)
    def cuts(
        entry: VisibleEntryNamed,
        seen: AsSeen,
        form: AskedForm,
        source: str | None = Query(None, max_length=limits.SOURCE_CHARS),
        keep: str = "",
        forbid: str = "",
    ) -> CutsResult:
        """`keep` and `forbid` such as "0-120,240-300", in frames, ends exclusive."""
        kept, forbidden = parse_intervals(keep), parse_intervals(forbid)
        return solved(seen, CutsRequest(entry=entry, source=source, keep=kept, forbid=forbidden, **dict(form)))

    return routes
