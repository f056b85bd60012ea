"""What the entry picker shows: a page of lines, and what they can be filtered by."""

from __future__ import annotations

from core.data.categories import spelt_out
from storage.search import Group, PickedEntry
from webapp.views.answer import Answer
from webapp.views.media import Sheet, sheet


class PickerRow(Answer):
    """A line of the picker; of the filmstrip only what it takes to show one of its pictures.

    `duration` is in seconds; `disagreement` is None where it is not defined, or hidden.
    """

    id: str
    title: str
    dataset: str
    category: str
    duration: float
    rate_assumed: bool
    people: int
    simulated: int
    disagreement: float | None
    video: bool
    thumbnails: Sheet | None


class PickerPage(Answer):
    """One page of the entries that are wanted.

    Attributes:
        total: how many match.
        of: how many there are.
        place: where the entry that was asked for stands among those that match; None where it is not among them.
        entries: of this page.
        datasets, categories: what can be filtered by; left out where they were not asked for.
    """

    total: int
    of: int
    place: int | None
    entries: list[PickerRow]
    datasets: list[Group] = []  # noqa: RUF012 - pydantic copies it
    categories: list[Group] = []  # noqa: RUF012


def picker_row(entry: PickedEntry) -> PickerRow:
    """One line."""
    return PickerRow(
        id=entry.id,
        title=entry.title,
        dataset=entry.dataset,
        category=spelt_out(entry.category),
        duration=entry.duration,
        rate_assumed=entry.rate_assumed,
        people=entry.people,
        simulated=entry.simulated,
        disagreement=entry.disagreement,
        video=entry.has_video,
        thumbnails=sheet(entry.id, entry.thumbnails),
    )
