"""Everybody who judged an entry: the people of its dataset, and those who labelled it here."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from core.data import AnnotationSet, Entry
from core.labelling.who import Who
from storage.entries import Entries
from storage.labels import Labels
from storage.people import people_of


class People:
    """The people of the entries of one library.

    Args:
        entries: with the people of their datasets.
        labels: what people labelled here.
    """

    def __init__(self, entries: Entries, labels: Labels) -> None:
        self._entries = entries
        self._labels = labels

    def of_entry(
        self,
        entry_id: str,
        *,
        who: Who = "all",
        include_open: bool = False,
        pseudonyms: bool = False,
        entry: Entry | None = None,
    ) -> AnnotationSet | None:
        """The people of the dataset followed by those who labelled the entry here; None where nobody did.

        Args:
            entry_id: of the entry.
            who: "all", only the people of the "dataset", or only those who label here ("own").
            include_open: also labels that are not submitted yet.
            pseudonyms: call those who label here by their pseudonyms.
            entry: the entry, where it is loaded already.
        """
        labels = [] if who == "dataset" else self._labels.of_entry(entry_id, include_open)
        return people_of(entry or self._entries.get(entry_id), labels, who, pseudonyms)

    def pseudonyms(self) -> Mapping[str, str]:
        """What exports say instead of the names of those who label here, by name; only where the two differ."""
        return self._labels.pseudonyms()

    def labelled_entries(
        self,
        dataset: str | None = None,
        entry_id: str | None = None,
        *,
        who: Who = "all",
        include_open: bool = False,
        pseudonyms: bool = False,
    ) -> list[Entry]:
        """Entries with all their people in `annotations`, for training, agreement and export.

        Entries that nobody of `who` judged are left out.
        """
        ids = [entry_id] if entry_id else [summary.id for summary in self._entries.list(dataset)]
        found = []
        for one in ids:
            entry = self._entries.get(one)
            people = self.of_entry(one, who=who, include_open=include_open, pseudonyms=pseudonyms, entry=entry)
            if people is not None:
                found.append(dataclasses.replace(entry, annotations=people))
        return found
