"""The REST of the Library page: how the library is ordered, and putting it in order. Leads alone come here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from core import limits
from storage.library import Library
from verbs.compare_runs import CompareRunsRequest, CompareRunsResult, compare_runs
from verbs.tidy import (
    Changed,
    Collected,
    CollectRequest,
    Emptied,
    EmptyTrashRequest,
    Noted,
    NoteRequest,
    Renamed,
    RenameRequest,
    Tagged,
    TagRequest,
    ThingsRequest,
    bring_back,
    collect,
    empty_trash,
    note,
    remove,
    rename,
    tag,
)
from webapp.views import shelf as shelf_view
from webapp.views.shelf import EntryIds, Shelf, ShelfEntry, TrashList
from webapp.visibility import Hidden, Subject, refuse
from webapp.wanted import WantedEntries


def router(library: Library) -> APIRouter:
    """The routes over one library."""
    routes = APIRouter(prefix="/api/library")

    @routes.get("/shelf")
    def shelf() -> Shelf:
        return shelf_view.shelf(library)

    @routes.get("/entry")
    def entry(id: str, hidden: Hidden) -> ShelfEntry:
        return shelf_view.entry(library, id, hidden)

    @routes.get("/ids")
    def ids(
        wanted: WantedEntries,
        offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
        limit: Annotated[int, Query(ge=1, le=limits.ENTRIES_CHOSEN)] = limits.ENTRIES_CHOSEN,
    ) -> EntryIds:
        """Of what is wanted as `/api/picker` is asked for it: all of it, or a stretch."""
        return EntryIds(ids=list(library.search.ids(wanted, offset=offset, limit=limit)))

    @routes.get("/runs")
    def runs(hidden: Hidden, id: Annotated[list[int], Query()]) -> CompareRunsResult:
        """How runs were made, side by side; none of an entry that whoever asks is judging."""
        found = compare_runs(library, CompareRunsRequest(runs=tuple(map(str, id))))
        refuse(Subject(tuple(one.entry for one in found.runs)), hidden)
        return found

    @routes.post("/rename")
    def give_name(body: RenameRequest) -> Renamed:
        return rename(library, body)

    @routes.post("/note")
    def write_note(body: NoteRequest) -> Noted:
        return note(library, body)

    @routes.post("/tag")
    def give_tags(body: TagRequest) -> Tagged:
        return tag(library, body)

    @routes.post("/collect")
    def put_together(body: CollectRequest) -> Collected:
        return collect(library, body)

    @routes.post("/remove")
    def take_out(body: ThingsRequest) -> Changed:
        return remove(library, body)

    @routes.post("/restore")
    def restore(body: ThingsRequest) -> Changed:
        return bring_back(library, body)

    @routes.get("/trash")
    def trash() -> TrashList:
        return shelf_view.trash(library)

    @routes.post("/trash/empty")
    def empty(body: EmptyTrashRequest) -> Emptied:
        return empty_trash(library, body)

    return routes
