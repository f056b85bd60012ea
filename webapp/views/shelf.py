"""What the Library page shows: how the library is ordered, one entry in full, and what was removed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from storage.library import Library
from storage.search import Group
from storage.trash import Kind
from verbs.list_things import ShowRequest, show
from webapp.views.answer import Answer

JOBS = 20  # the newest, which are looked at


class ShelfDataset(Answer):
    """A data set and how many entries it has."""

    id: str
    label: str
    entries: int
    source: str
    licence: str
    note: str


class ShelfCollection(Answer):
    """Entries that somebody put together, and how many."""

    id: int
    name: str
    entries: int
    note: str


class Shelf(Answer):
    """How a library is ordered.

    Attributes:
        entries: how many it has in all.
        worked: when a job was done last (UTC), after which entries may be others than before.
    """

    entries: int
    worked: datetime | None
    datasets: list[ShelfDataset]
    collections: list[ShelfCollection]
    tags: list[Group]


class RunName(Answer):
    """A kept run: its number, what it is called, and what its row on Compare is for: runs of one model share one."""

    id: int
    label: str
    track: str


class ShelfEntry(Answer):
    """One entry in full, as `show` says it.

    Attributes:
        duration: seconds.
        fps: exact, "30000/1001".
        features: the feature spaces that it has.
        shots: how many each way to cut it has.
        people, simulated: how many judged it, and how many of them a program made up.
        runs: none of an entry that whoever asks is judging.
        judging: their task on it, None where they are not.
        notes: how the entry came to be.
    """

    id: str
    title: str
    dataset: str
    source: str
    licence: str
    category: str
    tags: list[str]
    collections: list[str]
    note: str
    duration: float
    frames: int
    fps: str
    fps_assumed: bool
    picks: int
    features: list[str]
    shots: dict[str, int]
    people: int
    simulated: int
    captions: bool
    video: bool
    runs: list[RunName]
    judging: int | None
    notes: list[str]
    created: datetime


class RemovedThing(Answer):
    """Something in the trash; `kept` is why emptying it leaves it there, "" where it goes."""

    kind: Kind
    id: str
    label: str
    removed: datetime
    kept: str


class TrashList(Answer):
    """What was removed, newest first."""

    things: list[RemovedThing]


class EntryIds(Answer):
    """The ids alone of entries, in the order that was asked for."""

    ids: list[str]


def shelf(library: Library) -> Shelf:
    """How a library is ordered."""
    sets = library.datasets.list()
    return Shelf(
        entries=sum(one.entries for one in sets),
        worked=max((job.updated for job in library.jobs.list(["done"], limit=JOBS)), default=None),
        datasets=[ShelfDataset(**{name: getattr(one, name) for name in ShelfDataset.model_fields}) for one in sets],
        collections=[
            ShelfCollection(id=one.id, name=one.name, entries=one.entries, note=one.note)
            for one in library.collections.list()
        ],
        tags=library.tags.list(),
    )


def entry(library: Library, entry_id: str, hidden: Mapping[str, int]) -> ShelfEntry:
    """One entry in full; what models said of it not to those who judge it now.

    Raises:
        NotFoundError: there is none of this id, or its file is gone.
    """
    facts = show(library, ShowRequest(what=f"entry:{entry_id}")).facts
    judging = hidden.get(entry_id)
    runs = [] if judging is not None else facts["runs"]
    return ShelfEntry.model_validate({**facts, "id": entry_id, "runs": runs, "judging": judging})


def trash(library: Library) -> TrashList:
    """What was removed."""
    return TrashList(things=[RemovedThing(**vars(one)) for one in library.trash.list()])
