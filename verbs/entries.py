"""Which entries a verb is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.data import Entry
from core.errors import InputError, NotFoundError
from verbs.contract import LeftOut

if TYPE_CHECKING:
    from core.labelling.who import Who
    from storage.entry_rows import EntrySummary
    from storage.library import Library


def summaries_of(library: Library, dataset: str) -> list[EntrySummary]:
    """What lists show of the entries of a dataset.

    Raises:
        InputError: no dataset is named.
        NotFoundError: there is no such dataset.
    """
    if not dataset:
        raise InputError("No dataset was named.", "Choose one of the library's.")
    summaries = library.entries.list(dataset=dataset)
    if not summaries:
        known = ", ".join(found.id for found in library.datasets.list()) or "none yet"
        raise NotFoundError(f"There is no dataset '{dataset}' in the library.", f"It has: {known}.")
    return summaries


def asked_entries(
    library: Library,
    entry: str | None,
    dataset: str | None,
    entries: Sequence[str] | None = None,
    all_entries: bool = False,
) -> list[str]:
    """The ids of one entry, of all of a dataset, those given, or all of the library.

    Raises:
        NotFoundError: there is no such entry or dataset.
        InputError: not one of them is named.
    """
    if all_entries:
        return [one.id for one in library.entries.list()]
    if entries is not None:
        return list(entries)
    if (entry is None) == (dataset is None):
        raise InputError("Name an entry or a --dataset.", "One of the two.")
    if entry is not None:
        return [library.entries.summary(entry).id]
    return [summary.id for summary in summaries_of(library, dataset or "")]


def with_video(library: Library, ids: Sequence[str]) -> tuple[list[str], list[LeftOut]]:
    """Those entries that have a video, and the others."""
    watched = [one for one in ids if library.entries.media(one).video is not None]
    return watched, [LeftOut(entry=one, reason="it has no video") for one in ids if one not in watched]


def entries_with_people(library: Library, dataset: str, people: Who) -> list[Entry]:
    """The entries of a dataset that somebody judged, with all their people; those who label here by their pseudonyms.

    Raises:
        NotFoundError: there is no such dataset, or nobody judged any of it.
    """
    summaries_of(library, dataset)
    entries = library.people.labelled_entries(dataset, who=people, include_open=True, pseudonyms=True)
    if not entries:
        raise NotFoundError(f"Nobody has judged any entry of '{dataset}'.", "Import annotations or collect labels.")
    return entries


def with_captions(
    library: Library, entry: str | None, dataset: str | None, entries: Sequence[str] | None = None
) -> tuple[list[str], list[LeftOut]]:
    """The asked entries that have captions, and the others.

    Raises:
        NotFoundError: there is no such entry or dataset, or none has captions.
    """
    summaries = [library.entries.summary(one) for one in asked_entries(library, entry, dataset, entries)]
    ids = [summary.id for summary in summaries if summary.has_captions]
    if not ids:
        what = f"'{entry}' has" if entry else f"The entries of '{dataset}' have"
        raise NotFoundError(f"{what} no captions.", "Make them with `app.py caption`, or import them from a file.")
    left = [LeftOut(entry=one.id, reason="it has no captions") for one in summaries if not one.has_captions]
    return ids, left


def with_transcript(library: Library, entry: str | None, dataset: str | None) -> tuple[list[str], list[LeftOut]]:
    """The asked entries that have a transcript, and the others.

    Raises:
        NotFoundError: there is no such entry or dataset, or none has a transcript.
    """
    asked = asked_entries(library, entry, dataset)
    ids = [one for one in asked if library.entries.get(one).transcript is not None]
    if not ids:
        what = f"'{entry}' has" if entry else f"The entries of '{dataset}' have"
        raise NotFoundError(f"{what} no transcript.", "Give one with `app.py transcript`.")
    return ids, [LeftOut(entry=one, reason="it has no transcript") for one in asked if one not in ids]
