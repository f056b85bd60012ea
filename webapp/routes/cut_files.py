"""The REST of keeping a cut: a video by the worker, a cut list at once, and what its format cannot hold."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from core.errors import InputError
from core.scratch import PREFIX as SCRATCH
from storage.library import Library
from verbs.chosen_cut import CutChoices, check_video
from verbs.cut_list import CutListRequest, cut_list_notes
from verbs.cut_list import cut_list as write_cut_list
from verbs.intervals import parse_intervals
from verbs.render import RenderRequest
from webapp.asked_form import AskedForm
from webapp.jobs import enqueue
from webapp.views.answer import JobNumber
from webapp.visibility import AsSeen, VisibleEntryNamed, visible

TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "vtt": "text/vtt",
    "edl": "text/plain",
    "fcpxml": "application/xml",
    "otio": "application/json",
}


def router(library: Library, renders: Path) -> APIRouter:
    """The routes over one library; videos are rendered into the folder `renders`."""
    routes = APIRouter(prefix="/api")

    @routes.post("/render", status_code=202)
    def render(body: Annotated[CutChoices, visible(CutChoices)]) -> JobNumber:
        check_video(library, body.entry)  # says so now and not in the worker
        # One file for each cut: asking for another one never takes away what somebody is downloading.
        mark = hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:16]
        return JobNumber(job=enqueue(library, RenderRequest(**dict(body), out=renders / f"{mark}.mp4")))

    @routes.get("/cutlist")
    def cut_list(
        entry: VisibleEntryNamed,
        seen: AsSeen,
        form: AskedForm,
        format: str,
        source: str | None = None,
        segments: str | None = None,
    ) -> Response:
        """`segments` such as "0-120,240-300", in frames, end exclusive, instead of a source and a form."""
        if format not in TYPES:
            raise InputError(f"There is no cut list format '{format}'.", f"Choose one of: {', '.join(TYPES)}.")
        with tempfile.TemporaryDirectory(prefix=SCRATCH) as folder:
            request = CutListRequest(
                entry=entry,
                out=Path(folder) / f"cut.{format}",
                source=source,
                segments=parse_intervals(segments) if segments else None,
                beside=True,  # where the video lies on this server is told to nobody
                **dict(form),
            )
            made = write_cut_list(seen, request)
            content = made.file.read_bytes()
        headers = {
            "Content-Disposition": f'attachment; filename="{made.name}"',
            # Headers hold no other characters than these; read it with decodeURIComponent.
            "X-Manycut-Note": quote(made.inexact, safe=" ,.:;()'/"),
        }
        return Response(content, media_type=TYPES[format], headers=headers)

    @routes.get("/cutlist/notes")
    def notes(entry: VisibleEntryNamed, seen: AsSeen) -> dict[str, str]:
        return cut_list_notes(seen, entry)

    return routes
