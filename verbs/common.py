"""Which entries an action is about."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import Entry
from core.errors import InputError, NotFoundError
from core.progress import Progress

if TYPE_CHECKING:
    from storage.formats.splits import Split
    from storage.library import Library
    from storage.people import Who


def summaries_of(library: Library, dataset: str) -> list[Any]:
    """What lists show of the entries of a dataset. Raises NotFoundError where there is no such dataset."""
    if not dataset:
        raise InputError("No dataset was named.", "Choose one of the library's.")
    summaries = library.entries.list(dataset=dataset)
    if not summaries:
        known = ", ".join(found.id for found in library.datasets.list()) or "none yet"
        raise NotFoundError(f"There is no dataset '{dataset}' in the library.", f"It has: {known}.")
    return summaries


def asked_entries(
    library: Library, entry: str | None, dataset: str | None, entries: Sequence[str] | None = None
) -> list[str]:
    """The ids of one entry, of all of a dataset, or those given.

    Raises:
        NotFoundError: there is no such entry or dataset.
        InputError: not one of them is named.
    """
    if entries is not None:
        return list(entries)
    if (entry is None) == (dataset is None):
        raise InputError("Name an entry or a --dataset.", "One of the two.")
    if entry is not None:
        return [library.entries.summary(entry).id]
    return [summary.id for summary in summaries_of(library, dataset)]


def time_left(start: float, done: int, total: int) -> str:
    """ ", about 3 min left", from `time.monotonic()` at the start and how much is done; "" where it is over soon."""
    seconds = (time.monotonic() - start) / max(done, 1) * (total - done)
    return f", about {round(seconds / 60)} min left" if seconds >= 90 else ""


def ending(progress: Progress, words: str) -> Progress:
    """A Progress whose messages end with some words."""

    def report(fraction: float, message: str, figures: Mapping[str, float] | None = None) -> None:
        progress(fraction, message + words, figures)

    return report


def entries_with_people(library: Library, dataset: str, people: Who) -> list[Entry]:
    """The entries of a dataset that somebody judged, with all their people."""
    if people not in ("all", "dataset", "own"):
        raise InputError(f"People are all, dataset or own, not '{people}'.")
    summaries_of(library, dataset)
    entries = library.people.labelled_entries(dataset, who=people, include_open=True)
    if not entries:
        raise NotFoundError(f"Nobody has judged any entry of '{dataset}'.", "Import annotations or collect labels.")
    return entries


def read_split(path: Path, index: int) -> Split:
    """One split of a split file. Raises InputError where it has not so many."""
    from storage.formats.splits import read_splits

    splits = read_splits(Path(path))
    if not 0 <= index < len(splits):
        raise InputError(f"{Path(path).name} holds splits 0 to {len(splits) - 1}, not {index}.")
    return splits[index]


def of_split(entries: list[Entry], keys: Sequence[str], dataset: str) -> list[Entry]:
    """The entries that a split names. Raises NotFoundError where one is missing."""
    by_key = {entry.key: entry for entry in entries}
    missing = [key for key in keys if key not in by_key]
    if missing:
        raise NotFoundError(
            f"The split names '{missing[0]}', which dataset '{dataset}' does not have.",
            "Is it the right split file?",
        )
    return [by_key[key] for key in keys]
