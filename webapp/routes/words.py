"""The REST of the words of a film: what is said in it, moments that answer a query, chapters."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from starlette.responses import Response

from storage.library import Library
from verbs.chapters import ChaptersRequest
from verbs.chapters import chapters as merged
from verbs.query import QueryRequest
from verbs.transcribe import TranscribeRequest, listener
from verbs.transcript import GivenTranscript, TranscriptResult, give_transcript
from webapp.jobs import enqueue
from webapp.views.answer import JobNumber
from webapp.visibility import AsSeen, VisibleEntryNamed, visible

TYPES = {"vtt": "text/vtt", "youtube": "text/plain"}


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api")

    @routes.put("/transcript")
    def transcript(body: Annotated[GivenTranscript, visible(GivenTranscript)]) -> TranscriptResult:
        return give_transcript(library, body)

    @routes.post("/transcribe", status_code=202)
    def transcribe(body: Annotated[TranscribeRequest, visible(TranscribeRequest)]) -> JobNumber:
        listener(library, body)  # says plainly what is missing, now and not in the worker
        return JobNumber(job=enqueue(library, body))

    @routes.post("/query", status_code=202)
    def query(body: Annotated[QueryRequest, visible(QueryRequest)]) -> JobNumber:
        library.entries.summary(body.entry)  # says plainly that there is no such entry, now and not in the worker
        return JobNumber(job=enqueue(library, body))

    @routes.get("/chapters")
    def chapters(
        entry: VisibleEntryNamed, seen: AsSeen, format: Literal["vtt", "youtube"] = "vtt", shots: str | None = None
    ) -> Response:
        made = merged(seen, ChaptersRequest(entry=entry, format=format, shots=shots))
        headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
        return Response(made.text, media_type=TYPES[format], headers=headers)

    return routes
