"""Exporting what people said, for training elsewhere and for exchange."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import ConflictError, InputError
from storage.formats.eccv16 import write_eccv16
from storage.library import Library
from storage.people import Who, count_labels


@dataclass(frozen=True)
class Export:
    """A written export.

    Attributes:
        file: where it is.
        entries: number of videos in it.
        annotators: number of different people in it.
        labels: number of judged shots, over all people and videos.
    """

    file: Path
    entries: int
    annotators: int
    labels: int


def export_eccv16(
    library: Library,
    path: Path,
    *,
    dataset: str | None = None,
    entry_id: str | None = None,
    who: Who = "all",
    include_open: bool = False,
) -> Export:
    """Writes the entries that somebody judged as one eccv16 file, with everybody's scores.

    People who label here appear under their pseudonyms.

    Args:
        library: from which.
        path: where to; replaced when it exists.
        dataset, entry_id: only these; everything where neither is given.
        who: "all", only the people of the "dataset", or only those who label here ("own").
        include_open: also labels of tasks that are not submitted.

    Raises:
        NotFoundError: no such entry.
        ConflictError: nobody has judged anything yet.
    """
    if who not in ("all", "dataset", "own"):
        raise InputError(f"People are 'all', 'dataset' or 'own', not '{who}'.")
    entries = library.labelled_entries(dataset, entry_id, who=who, include_open=include_open, pseudonyms=True)
    if not entries:
        raise ConflictError(
            "There is nothing to export: nobody has judged these entries.",
            "Submit a labelling task first, or include tasks that are not submitted."
            if not include_open
            else "Label something first.",
        )
    write_eccv16(entries, path)
    labels = 0
    people: set[tuple[str, str]] = set()
    for entry in entries:
        own = [] if who == "dataset" else library.annotations.labels_of(entry.id, include_open)
        pseudonyms = {one.task.annotator.pseudonym for one in own}
        for name in entry.annotations.annotators:
            people.add(("" if name in pseudonyms else entry.dataset, name))
        given = None if who == "own" else library.entry(entry.id).annotations
        labels += count_labels(entry, given, own)
    return Export(path, len(entries), len(people), labels)
