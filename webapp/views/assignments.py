"""A campaign as the Review page shows it: which videos need people, what is asked for, and who there is.

Plain functions that give JSON-ready dictionaries, as in `webapp.views.board`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Literal

from core.errors import InputError
from core.labelling.protocols import protocol_from
from storage.assignments import Assignment, Place
from storage.board import TaskSummary
from storage.finding import PickedEntry, Wanted
from storage.library import Library
from storage.protocols import ProtocolVersion

PAGE = 200
MOST_ENTRIES = 20_000  # in one assignment
JUDGING = "you are judging this video"


def disputed(
    library: Library,
    hidden: Collection[str],
    *,
    assignment: int | None = None,
    dataset: str | None = None,
    search: str = "",
    offset: int = 0,
) -> dict[str, Any]:
    """Videos in the order in which people disagree about them, with the places that open assignments have for them."""
    assignments = [one for one in library.assignments.list() if assignment in (None, one.id)]
    places = places_of(library, assignments)
    if assignment:
        words = search.lower().split()
        listed = [one for one in library.picking.some(list(places)) if not dataset or one.dataset == dataset]
        listed = [one for one in listed if all(word in f"{one.title} {one.id}".lower() for word in words)]
        listed.sort(key=lambda one: (one.disagreement is None or one.id in hidden, -(one.disagreement or 0)))
        total, listed = len(listed), listed[offset : offset + PAGE]
    else:
        wanted = Wanted(search=search, dataset=dataset, people=True, sort="-disagreement", hidden=hidden)
        found = library.picking.find(wanted, offset=offset, limit=PAGE)
        total, listed = found.total, found.entries
    rows = [
        describe_video(one, places.get(one.id, ()))
        | {
            "people": one.people,
            "disagreement": None if one.id in hidden else one.disagreement,
            "why": JUDGING if one.id in hidden else "" if one.people > 1 else "needs two people to say",
            "video": one.has_video,
        }
        for one in listed
    ]
    return {"rows": rows, "total": total, "page": PAGE}


def assignments(library: Library) -> dict[str, Any]:
    """All assignments, newest first, and the protocols that can be asked for."""
    rows = []
    for one in reversed(library.assignments.list(include_closed=True)):
        places = library.assignments.places(one.id)
        rows.append(
            {
                "id": one.id,
                "title": one.title,
                "protocol": describe_protocol(one.protocol),
                "people": one.people,
                "first": one.first,
                "hold_minutes": one.hold_minutes,
                "practice": one.practice,
                "videos": one.entries,
                "wanted": sum(place.wanted for place in places),
                "submitted": sum(min(place.submitted, place.wanted) for place in places),
                "held": sum(place.held for place in places),
                "complete": sum(place.submitted >= place.wanted for place in places),
                "closed": one.closed and milliseconds(one.closed),
            }
        )
    return {"assignments": rows, "protocols": [describe_protocol(one) for one in library.annotations.protocols.list()]}


def create(
    library: Library,
    *,
    title: str,
    protocol: int | None,
    name: str,
    settings: dict[str, Any] | None,
    entries: list[str] | None,
    search: str,
    dataset: str | None,
    people: int,
    first: Literal["listed", "disputed"],
    hold_minutes: int,
    practice: str | None,
) -> dict[str, Any]:
    """A new assignment.

    Args:
        library: where.
        protocol: id of a version that is taken as it is; None where `settings` say how, to be kept as `name`.
        name, settings: of a changed protocol.
        entries: ids of the videos; None for all with a video that `search` and `dataset` find.
        title, people, first, hold_minutes, practice, search, dataset: see `Assignments.create` and `Wanted`.
    """
    if entries is None:
        wanted = Wanted(search=search, dataset=dataset, video=True)
        entries = [one.id for one in library.picking.find(wanted, limit=MOST_ENTRIES).entries]
    protocols = library.annotations.protocols
    protocols.list()  # the standard ones exist first: a changed one never takes their version 1
    if settings is not None:
        how = protocols.save(name, protocol_from(settings))
    elif protocol is not None:
        how = protocols.get(protocol)
    else:
        raise InputError("The assignment does not say how videos are judged.", "Choose a protocol.")
    made = library.assignments.create(
        title, how, entries, people, first=first, hold_minutes=hold_minutes, practice=practice or None
    )
    return {"assignment": made.id, "videos": made.entries, "protocol": str(how)}


def people(library: Library) -> dict[str, Any]:
    """Everybody with how much they did here."""
    tasks: dict[str, list[TaskSummary]] = {}
    for one in library.board.progress():
        tasks.setdefault(one.annotator.name, []).append(one)
    rows = []
    for account in library.accounts.list():
        done = [one for one in tasks.get(account.name, ()) if not one.practice]
        every = tasks.get(account.name, ())
        rows.append(
            vars(account)
            | {
                "tasks": len(done),
                "submitted": sum(one.state == "submitted" and not one.excluded for one in done),
                "open": sum(one.state == "open" for one in done),
                "excluded": sum(one.excluded for one in done),
                "seen": max((milliseconds(one.touched) for one in every), default=None),
            }
        )
    return {"people": rows, "closed": library.accounts.closed()}


def places_of(library: Library, assignments: Iterable[Assignment]) -> dict[str, list[tuple[Assignment, Place]]]:
    places: dict[str, list[tuple[Assignment, Place]]] = {}
    for one in assignments:
        for place in library.assignments.places(one.id):
            places.setdefault(place.entry, []).append((one, place))
    return places


def describe_video(video: PickedEntry, places: Iterable[tuple[Assignment, Place]]) -> dict[str, Any]:
    asked = [
        {
            "assignment": one.id,
            "title": one.title,
            "wanted": place.wanted,
            "submitted": place.submitted,
            "held": place.held,
        }
        for one, place in places
    ]
    return {
        "id": video.id,
        "title": video.title,
        "dataset": video.dataset,
        "duration": video.duration,
        "places": asked,
    }


def describe_protocol(how: ProtocolVersion) -> dict[str, Any]:
    return {"id": how.id, "name": how.name, "version": how.version, **how.settings.as_dict()}


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 UTC, as browsers count."""
    return int(moment.timestamp() * 1000)
