"""The REST of keeping a cut: a video by the worker, a cut list at once, and what its format cannot hold."""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from core.errors import InputError
from storage.library import Library
from verbs import cut_files
from verbs.cuts import DEFAULT_RULE, Rule
from verbs.intervals import parse_intervals
from webapp.jobs import enqueue
from webapp.views.answer import JobNumber
from webapp.visibility import VisibleEntryNamed, visible

TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "vtt": "text/vtt",
    "edl": "text/plain",
    "fcpxml": "application/xml",
    "otio": "application/json",
}


class RenderRequest(BaseModel):
    entry: str
    source: str | None = Field(None, max_length=200)
    rule: Rule = DEFAULT_RULE
    segments: list[tuple[int, int]] | None = Field(None, max_length=100_000)
    shots: str | None = None
    budget: float = Field(0.15, gt=0, le=1)


def router(library: Library, renders: Path) -> APIRouter:
    """The routes over one library; videos are rendered into the folder `renders`."""
    routes = APIRouter(prefix="/api")

    @routes.post("/render", status_code=202)
    def render(body: Annotated[RenderRequest, visible(RenderRequest)]) -> JobNumber:
        cut_files.check_video(library, body.entry)  # says so now and not in the worker
        args = body.model_dump()
        # One file for each cut: asking for another one never takes away what somebody is downloading.
        mark = hashlib.sha256(json.dumps(args, sort_keys=True).encode()).hexdigest()[:16]
        args["out"] = str(renders / f"{mark}.mp4")
        return JobNumber(job=enqueue(library, "render", args))

    @routes.get("/cutlist")
    def cut_list(
        entry: VisibleEntryNamed,
        format: str,
        source: str | None = None,
        rule: Rule = DEFAULT_RULE,
        shots: str | None = None,
        budget: float = Query(0.15, gt=0, le=1),
        segments: str | None = None,
    ) -> Response:
        """`segments` such as "0-120,240-300", in frames, end exclusive, instead of source, rule, shots and budget."""
        if format not in TYPES:
            raise InputError(f"There is no cut list format '{format}'.", f"Choose one of: {', '.join(TYPES)}.")
        chosen = parse_intervals(segments) if segments else None
        with tempfile.TemporaryDirectory(prefix="manycut-") as folder:
            made = cut_files.cut_list(
                library,
                entry=entry,
                out=Path(folder) / f"cut.{format}",
                source=source,
                rule=rule,
                shots=shots,
                budget=budget,
                segments=chosen,
            )
            content = Path(made["file"]).read_bytes()
        headers = {
            "Content-Disposition": f'attachment; filename="{made["name"]}"',
            # Headers hold no other characters than these; read it with decodeURIComponent.
            "X-Manycut-Note": quote(made["inexact"], safe=" ,.:;()'/"),
        }
        return Response(content, media_type=TYPES[format], headers=headers)

    @routes.get("/cutlist/notes")
    def notes(entry: VisibleEntryNamed) -> dict[str, str]:
        return cut_files.cut_list_notes(library, entry)

    return routes
