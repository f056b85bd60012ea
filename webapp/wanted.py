"""Which entries a page looks for: the query of a request, as the entry picker and the Library page write it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from core import limits
from storage.search import Sort, Wanted
from webapp.visibility import Hidden

Choice = Literal["", "yes", "no"]
MEANS: dict[str, bool | None] = {"": None, "yes": True, "no": False}


def wanted_entries(
    hidden: Hidden,
    search: Annotated[str, Query(max_length=limits.SEARCH_CHARS)] = "",
    dataset: str = "",
    category: str = "",
    tag: str = "",
    collection: Annotated[int | None, Query(ge=1, lt=2**31)] = None,
    video: Choice = "",
    people: Choice = "",
    disputed: Literal["", "most", "least"] = "",
    sort: Sort = "library",
) -> Wanted:
    """What a query asks for, without what whoever asks may not know."""
    return Wanted(
        search=search,
        dataset=dataset or None,
        category=category or None,
        tag=tag or None,
        collection=collection,
        video=MEANS[video],
        people=MEANS[people],
        disputed=disputed or None,
        sort=sort,
        hidden=hidden,
    )


WantedEntries = Annotated[Wanted, Depends(wanted_entries)]
