"""The REST of correcting captions. Where people have accounts, only leads come here (see `webapp.gate`)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from storage.library import Library
from verbs.rescore import RescoreRequest
from webapp.jobs import enqueue
from webapp.sessions import current_annotator
from webapp.views.answer import Answer
from webapp.visibility import visible


class Correction(Answer):
    """What the caption at a pick says now, and who corrected it."""

    pick: int
    text: str
    by: str


class Corrected(Answer):
    """What was corrected, and the job that scores its windows again; None where the caption said that already."""

    edit: Correction | None
    job: int | None


class CaptionCorrection(BaseModel):
    """What the caption at a pick of an entry should say."""

    entry: str
    pick: int = Field(ge=0)
    text: str


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api")

    @routes.put("/captions")
    def edit(body: Annotated[CaptionCorrection, visible(CaptionCorrection)], request: Request) -> Corrected:
        """Keeps a correction at once; a job then scores the windows that hold it again."""
        edit = library.captions.edit(body.entry, body.pick, body.text, current_annotator(request) or "")
        if edit is None:  # the caption says that already
            return Corrected(edit=None, job=None)
        return Corrected(
            edit=Correction(pick=body.pick, text=edit.text, by=edit.who),
            job=enqueue(library, RescoreRequest(entry=body.entry)),
        )

    return routes
