"""`correct`: a caption that a person puts right; the heads that read captions score that entry again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.rescore import RescoreRequest, rescore

if TYPE_CHECKING:
    from storage.library import Library


class CorrectRequest(Request):
    """Which caption, and what it should say."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    pick: int = Field(ge=0, description="Which pick, from 0.")
    text: str = Field(max_length=limits.CAPTION_CHARS, description="What its caption should say.")
    by: str = Field("lead", max_length=limits.PERSON_NAME_CHARS, description="Who says so.")


class CorrectResult(Result):
    """The caption now; `changed` is False where it said that already."""

    entry: str
    pick: int
    text: str
    changed: bool


def correct(
    library: Library, request: CorrectRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> CorrectResult:
    """Keeps a correction and scores what depends on it. Raises NotFoundError, InputError."""
    edit = library.captions.edit(request.entry, request.pick, request.text, request.by)
    if edit is not None:
        rescore(library, RescoreRequest(entry=request.entry), progress=progress, should_stop=should_stop)
    text = request.text if edit is None else edit.text
    return CorrectResult(entry=request.entry, pick=request.pick, text=text, changed=edit is not None)
