"""The REST of comparing two cuts. Annotators compare what studies ask them; leads make pairs and studies, and count."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from storage.library import Library
from storage.preferences import Pair
from verbs.preference_export import ENDINGS, Format, preferences_file, votes_to_export
from verbs.preference_figures import PreferencesResult
from verbs.preference_studies import (
    MadeStudy,
    MakeStudyRequest,
    StudyFacts,
    StudyRequest,
    close_study,
    make_study,
)
from verbs.preferences import (
    CompareCutsRequest,
    ComparedCuts,
    VoteFacts,
    VoteRequest,
    VotesResult,
    compared,
    new_pair,
    vote_facts,
)
from webapp.sessions import SignedIn, current_annotator, visitor
from webapp.views import preferences as view
from webapp.views.preferences import Place, Studies
from webapp.visibility import ComparablePairs, Hidden, comparable_in, visible


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api/preferences")

    def names(request: Request) -> bool:
        return visitor(request).role == "lead"

    @routes.get("/study")
    def study(id: int, name: SignedIn, shown: ComparablePairs, request: Request) -> Place:
        """How far the person is, and the pair that comes next; a blind one says nothing of what made its cuts."""
        who = library.annotations.get_or_create_annotator(name)
        return view.place(library, id, who, shown, names(request))

    @routes.get("/votes")
    def votes(hidden: Hidden, request: Request, study: int | None = Query(None, ge=1)) -> VotesResult:
        """Of everybody to leads, to others their own."""
        if study is not None:
            library.preferences.study(study)
        who = visitor(request)
        if who.role == "lead":
            given = [one for one in library.preferences.votes(study=study) if one.pair.entry not in hidden]
            return VotesResult(votes=[vote_facts(one) for one in given])
        person = library.annotations.get_or_create_annotator(who.name or "")
        given = [one for one in library.preferences.votes(study=study, author=person) if one.pair.entry not in hidden]
        return VotesResult(votes=view.as_seen(library, given, person, names=False))

    @routes.post("/vote")
    def vote(body: VoteRequest, pair: Annotated[Pair, comparable_in(VoteRequest)], request: Request) -> VoteFacts:
        """The verdict is about the sides as the person saw them. Who says so is who is signed in."""
        name = current_annotator(request)
        who = library.annotations.get_or_create_annotator(name) if name else None
        return view.take_vote(library, pair, body, who, names(request))

    @routes.post("/pairs")
    def pairs(body: Annotated[CompareCutsRequest, visible(CompareCutsRequest)], request: Request) -> ComparedCuts:
        """Two cuts as they are now; blind ones on a side that is drawn, without what made them."""
        name = current_annotator(request)
        who = library.annotations.get_or_create_annotator(name) if name else None
        pair = library.preferences.add(new_pair(library, library.entries.get(body.entry), body))
        return compared(library, pair, told=not pair.blind, swapped=pair.swapped(who))

    @routes.get("/studies")
    def studies() -> Studies:
        return view.studies(library)

    @routes.post("/studies", status_code=201)
    def make(body: MakeStudyRequest) -> MadeStudy:
        return make_study(library, body)

    @routes.post("/studies/close")
    def close(body: StudyRequest) -> StudyFacts:
        return close_study(library, body)

    @routes.get("/figures")
    def figures(study: int | None = Query(None, ge=1)) -> PreferencesResult:
        """Win rates over all videos, and whether agreement with people predicts them."""
        return view.figures(library, study)

    @routes.get("/export")
    def export(hidden: Hidden, format: Format = "votes", study: int | None = Query(None, ge=1)) -> Response:
        """A file of votes, or of weights for training; of videos that the person is not judging."""
        content, _ = preferences_file(library, votes_to_export(library, study, hidden), format)
        headers = {"Content-Disposition": f'attachment; filename="preferences-{format}.{ENDINGS[format]}"'}
        return Response(content, media_type="application/json", headers=headers)

    return routes
