"""`join`: the labels of another installation beside ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core import limits
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.readable_places import check_place

if TYPE_CHECKING:
    from storage.library import Library


class JoinRequest(Request):
    """Which log of events."""

    verb: Literal["join"] = "join"
    path: Path = Field(description='Another installation\'s export in the format "events".')
    name: str = Field("", max_length=limits.FILE_NAME_CHARS, description="What people call the file.")
    remove: bool = Field(False, description="Whether the file is an upload, which goes whatever came of it.")


class JoinResult(Result):
    """What a log brought, see `storage.merging.Joined`."""

    tasks: int
    events: int
    new_events: int
    people: int
    skipped: list[str]
    parted: int


def join(
    library: Library, request: JoinRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> JoinResult:
    """Joins the log of events of another installation with this one, all of it or nothing.

    Raises:
        NotFoundError: there is no such file.
        FormatError: it is no log of events, or malformed.
    """
    from storage.merging import join_events

    progress(0.0, f"Reading {request.path.name}")
    try:
        check_place(request.path)
        joined = join_events(library, request.path, progress)
    finally:
        if request.remove:
            request.path.unlink(missing_ok=True)
    return JoinResult.model_validate(joined, from_attributes=True)
