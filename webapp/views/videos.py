"""Videos as the Review page lists them, with the places that assignments have for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from storage.assignments import Assignment, Place
from storage.library import Library
from storage.search import PickedEntry
from webapp.views.answer import Answer

JUDGING = "you are judging this video"
Places = Mapping[str, Sequence[tuple[Assignment, Place]]]


class PlaceFacts(Answer):
    """How many people one assignment wants for a video, how many have submitted, and how many places are held."""

    assignment: int
    title: str
    wanted: int
    submitted: int
    held: int


class VideoFacts(Answer):
    """A video; `duration` in seconds, only assumed where the frame rate is."""

    id: str
    title: str
    dataset: str
    duration: float
    rate_assumed: bool
    places: list[PlaceFacts]


def video_facts(video: PickedEntry, places: Places) -> VideoFacts:
    """One video, and what each assignment wants for it."""
    asked = [
        PlaceFacts(assignment=one.id, title=one.title, wanted=place.wanted, submitted=place.submitted, held=place.held)
        for one, place in places.get(video.id, ())
    ]
    return VideoFacts(
        id=video.id,
        title=video.title,
        dataset=video.dataset,
        duration=video.duration,
        rate_assumed=video.rate_assumed,
        places=asked,
    )


def places_of(
    library: Library, assignments: Iterable[Assignment], entries: Sequence[str]
) -> dict[str, list[tuple[Assignment, Place]]]:
    """The places that some assignments have for some hundred entries, by entry."""
    places: dict[str, list[tuple[Assignment, Place]]] = {}
    for one in assignments:
        for place in library.assignments.places(one.id, entries):
            places.setdefault(place.entry, []).append((one, place))
    return places


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 UTC, as browsers count."""
    return int(moment.timestamp() * 1000)
