"""What the entry picker asks: one page of the entries that are wanted, and what they can be filtered by."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from core import limits
from storage.library import Library
from webapp.views.picker import PickerPage, picker_row
from webapp.wanted import WantedEntries


def router(library: Library) -> APIRouter:
    """The routes of the picker over one library."""
    routes = APIRouter(prefix="/api")

    @routes.get("/picker", response_model_exclude_unset=True)
    def picker(
        wanted: WantedEntries,
        offset: Annotated[int, Query(ge=0, lt=2**31)] = 0,
        limit: Annotated[int, Query(ge=0, le=limits.PICKER_ROWS)] = 100,
        place_of: str | None = None,
        groups: bool = True,
    ) -> PickerPage:
        """`place` is where the entry `place_of` stands among those that match; without `groups` no lists of filters."""
        found = library.search.find(wanted, offset=offset, limit=limit, place_of=place_of)
        page = PickerPage(
            total=found.total, of=found.of, place=found.place, entries=[picker_row(entry) for entry in found.entries]
        )
        if not groups:
            return page
        lists = {"datasets": library.search.datasets(), "categories": library.search.categories(wanted.dataset)}
        return page.model_copy(update=lists)

    return routes
