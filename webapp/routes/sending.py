"""Files that come piece by piece and go on after a broken connection: begun, asked for, sent on, given up."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from core import limits
from core.errors import InputError
from storage.library import Library
from storage.sent_files import OffsetError, SentFile, SentFiles, SentKind
from verbs.contract import Request as Asked
from webapp.bodies import NO_ROOM, has_room
from webapp.sending import check_share, sender, written
from webapp.views.answer import Answer

FileId = Annotated[str, Query(alias="id", max_length=64)]


class NewFile(Asked):
    """A file that is about to be sent: its name, its bytes, and what for."""

    name: str = Field(min_length=1, max_length=limits.FILE_NAME_CHARS)
    size: int = Field(ge=0, lt=2**53)
    kind: SentKind


class Sending(Answer):
    """How far a file is.

    Attributes:
        id: of it, for whoever began it.
        name: as it is kept.
        size: bytes that it has.
        here: bytes that are here: where the next piece begins.
    """

    id: str
    name: str
    size: int
    here: int


class Removed(Answer):
    """The id of a file of which nothing is here any more."""

    id: str


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api")
    files = SentFiles(library.data_dir)

    @routes.post("/sending", response_model=Sending)
    def begin(body: NewFile) -> Sending | Response:
        owner = sender(library)
        check_share(library, body.kind, body.size, owner)
        # What others have begun to send comes as well.
        coming = body.size + sum(max(one.size - one.here, 0) for one in files.every())
        if not has_room((library.data_dir,), coming):
            return _full()
        return _said(files.begin(body.name, body.size, body.kind, owner))

    @routes.get("/sending")
    def how_far(id: FileId) -> Sending:
        return _said(files.get(id, sender(library)))

    @routes.put("/sending", response_model=Sending)
    async def send(request: Request, id: FileId, offset: Annotated[int, Query(ge=0, lt=2**53)]) -> Sending | Response:
        """The body is a piece of the file. It is written only where what is here ends; else 409 says where that is."""
        sent = files.get(id, sender(library))
        if offset != sent.here:
            return _elsewhere(OffsetError(sent.here))
        try:
            await written(library, sent, offset, request.stream())
        except OffsetError as error:
            return _elsewhere(error)
        except ClientDisconnect:  # nobody reads this
            raise InputError("The connection was cut.", "Go on where it was.") from None
        return _said(sent)

    @routes.delete("/sending")
    def give_up(id: FileId) -> Removed:
        files.remove(files.get(id, sender(library)))
        return Removed(id=id)

    return routes


def _said(sent: SentFile) -> Sending:
    return Sending(id=sent.id, name=sent.name, size=sent.size, here=sent.here)


def _elsewhere(error: OffsetError) -> Response:
    return JSONResponse({"error": error.as_dict()}, 409, {"Upload-Offset": str(error.here)})


def _full() -> Response:
    message, hint = NO_ROOM
    return JSONResponse({"error": {"code": "disk_full", "message": message, "hint": hint}}, 507)
