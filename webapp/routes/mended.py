"""The REST of mending cuts. Annotators have their own cuts, of signals alone; viewers look."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from core import limits
from core.errors import InputError
from core.signals import DEFAULT_SIGNAL
from core.statistics.figure import Figure
from storage.library import Library
from verbs.contract import Request as Asked
from verbs.hand_in import HandedIn, HandInRequest
from verbs.hand_in import hand_in as handed_in
from verbs.intervals import Interval
from verbs.mend import (
    MendCutRequest,
    MendedCutsRequest,
    MendedCutsResult,
    MendedFacts,
    MendedRequest,
    MendStepsRequest,
    mend_cut,
    mend_steps,
    mended_cut,
    mended_cuts,
)
from webapp.sessions import SignedIn, current_annotator, visitor
from webapp.views.answer import Answer
from webapp.visibility import AsSeen, MendedEntry, VisibleMended, mending, own_mended_in, seen_by


class NewMended(Asked):
    """What a cut is mended from, and what is kept and forbidden at once; see `verbs.mend.MendCutRequest`."""

    entry: str
    source: str | None = Field(None, max_length=limits.SOURCE_CHARS)
    shots: str | None = None
    budget: float | None = Field(None, gt=0, le=1)
    keep: list[Interval] = Field([], max_length=limits.SPANS_PER_STEP)
    forbid: list[Interval] = Field([], max_length=limits.SPANS_PER_STEP)
    name: str = Field("", max_length=limits.TITLE_CHARS)


class NamedMended(Asked):
    """A mended cut, and what it is called from now on; "" for the name that it would get by itself."""

    cut: int = Field(ge=1)
    name: str = Field(max_length=limits.TITLE_CHARS)


class OneMended(Asked):
    """A mended cut."""

    cut: int = Field(ge=1)


class MendedNumber(Answer):
    """The cut that was removed; it comes back by `/api/mended/restore`."""

    cut: int


class MendedCurve(Answer):
    """The scores at the picks by which the rest of a mended cut is chosen; null where nobody judged."""

    cut: int
    scores: list[Figure]


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api/mended")

    def answer(request: Request, cut: int, after: int = 0) -> MendedFacts:
        """A cut as whoever asks may see it."""
        return mended_cut(_seen(request, library), MendedRequest(cut=cut, after=after))

    @routes.get("")
    def cuts(entry: MendedEntry, seen: AsSeen, request: Request) -> MendedCutsResult:
        """All of an entry, the oldest first; `/api/mended/cut` tells their steps."""
        who = visitor(request)
        if who.role == "annotator":
            return mended_cuts(library, MendedCutsRequest(entry=entry, by=who.name))
        return mended_cuts(seen, MendedCutsRequest(entry=entry))

    @routes.get("/cut")
    def cut(id: VisibleMended, request: Request, after: int = Query(0, ge=0)) -> MendedFacts:
        """One cut, with its steps above the number `after`."""
        return answer(request, id, after)

    @routes.get("/scores")
    def scores(id: VisibleMended) -> MendedCurve:
        return MendedCurve(cut=id, scores=[float(one) for one in library.mended.get(id).base.scores])

    @routes.post("")
    def begin(body: Annotated[NewMended, mending(NewMended)], request: Request) -> MendedFacts:
        who = visitor(request)
        source = body.source
        if who.role == "annotator":
            source = source or f"signal:{DEFAULT_SIGNAL}"
            if not source.startswith("signal:"):
                raise InputError("An annotator mends cuts of signals alone.", "Choose a signal of the video.")
        choices = body.model_dump() | {"source": source, "by": current_annotator(request)}
        return mend_cut(library, MendCutRequest.of(**choices))

    @routes.post("/steps")
    def steps(body: Annotated[MendStepsRequest, own_mended_in(MendStepsRequest)]) -> MendedFacts:
        """Every step is done once, however often it is sent; steps of others after the number `after` come back."""
        return mend_steps(library, body)

    @routes.post("/rename")
    def rename(body: Annotated[NamedMended, own_mended_in(NamedMended)], request: Request) -> MendedFacts:
        library.mended.rename(body.cut, body.name)
        return answer(request, body.cut)

    @routes.post("/remove")
    def remove(body: Annotated[OneMended, own_mended_in(OneMended)]) -> MendedNumber:
        library.mended.remove(body.cut)
        return MendedNumber(cut=body.cut)

    @routes.post("/restore")
    def restore(body: Annotated[OneMended, own_mended_in(OneMended, removed=True)], request: Request) -> MendedFacts:
        library.mended.restore(body.cut)
        return answer(request, body.cut)

    @routes.post("/hand-in")
    def hand_in(body: Annotated[OneMended, own_mended_in(OneMended)], name: SignedIn) -> HandedIn:
        return handed_in(library, HandInRequest(cut=body.cut, by=name))

    return routes


def _seen(request: Request, library: Library) -> Library:
    """Annotators are told of their own cuts, their own names included."""
    return library if visitor(request).role == "annotator" else seen_by(visitor(request), library)
