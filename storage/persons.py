"""People whose name means the same person in every video: who labels here, and whom a data set names.

What a data set calls "person 01" is a place in its files and somebody else in every video (`core.data.people.is_slot`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import Engine, select

from core import limits
from core.data import Entry
from core.errors import InputError, NotFoundError
from core.statistics.curves import mean_of_people
from storage.database import reading
from storage.entries import Entries
from storage.labels import COUNTING, Labels
from storage.people import people_of
from storage.tables import AnnotatorRow, EntryRow, TaskRow


@dataclass(frozen=True)
class Person:
    """Somebody who labelled videos.

    Attributes:
        name: of them.
        dataset: that names them; None for somebody who labels here.
        simulated: whether they are a program.
        entries: ids of the entries that they labelled.
    """

    name: str
    dataset: str | None
    simulated: bool
    entries: tuple[str, ...]


class Persons:
    """The named people of one library.

    Args:
        engine: from `open_database`.
        entries: with the people of their datasets.
        labels: what people labelled here.
    """

    def __init__(self, engine: Engine, entries: Entries, labels: Labels) -> None:
        self._engine = engine
        self._entries = entries
        self._labels = labels

    def known(self, dataset: str, without: Collection[str] = ()) -> list[Person]:
        """Those who label here, and those whom a dataset names.

        Args:
            dataset: id; of large ones the first `limits.ENTRIES_FOR_PEOPLE` entries are read.
            without: entries whose labels are left out.
        """
        return [*self._own(without), *self._named(dataset, without)]

    def find(self, name: str, dataset: str) -> Person:
        """The person of that name; who labels here comes first.

        Raises:
            NotFoundError: there is nobody of that name.
            InputError: that is a place in a data set, and nobody in particular.
        """
        known = self.known(dataset)
        for person in known:
            if person.name == name:
                return person
        if any(name in entry.people.annotators for entry in self._judged(dataset)):
            raise InputError(
                f"'{name}' of '{dataset}' is a place in its files: somebody else in every video.",
                "Choose somebody who labels here, or a data set that names its people.",
            )
        names = ", ".join(person.name for person in known[:20]) or "nobody yet"
        raise NotFoundError(f"Nobody called '{name}' has labelled here or in '{dataset}'.", f"There is: {names}.")

    def labelled(self, person: Person) -> list[tuple[Entry, np.ndarray]]:
        """The entries that somebody labelled, each with their (T,) scores, NaN where not judged.

        Who labelled one under several protocols has the mean of these.
        """
        found = []
        for entry_id in person.entries:
            entry = self._entries.get(entry_id)
            if person.dataset is None:
                labels = [one for one in self._labels.of_entry(entry_id) if one.task.annotator.name == person.name]
                people = people_of(replace(entry, annotations=None), labels, "own")
                rows = [] if people is None else list(people.scores)
            else:
                people = entry.annotations
                rows = [] if people is None else [people.scores[people.annotators.index(person.name)]]
            if rows:
                found.append((entry, mean_of_people(np.stack(rows))))
        return found

    def _own(self, without: Collection[str]) -> list[Person]:
        query = (
            select(AnnotatorRow.name, AnnotatorRow.simulated, TaskRow.entry_id)
            .join(TaskRow, TaskRow.annotator_id == AnnotatorRow.id)
            .join(EntryRow, EntryRow.id == TaskRow.entry_id)
            .where(COUNTING, TaskRow.judged > 0, EntryRow.removed.is_(None))
            .order_by(AnnotatorRow.name, EntryRow.dataset, EntryRow.position)
            .distinct()
        )
        with reading(self._engine) as session:
            rows = session.execute(query.add_columns(EntryRow.dataset, EntryRow.position)).all()
        found: dict[tuple[str, bool], list[str]] = {}
        for name, simulated, entry, *_ in rows:
            if entry not in without:
                found.setdefault((name, bool(simulated)), []).append(entry)
        return [Person(name, None, made, tuple(entries)) for (name, made), entries in found.items()]

    def _named(self, dataset: str, without: Collection[str]) -> list[Person]:
        found: dict[str, tuple[bool, list[str]]] = {}
        for entry in self._judged(dataset):
            if entry.id in without:
                continue
            people = entry.people
            for name in people.persons:
                made = people.simulated[people.annotators.index(name)]
                found.setdefault(name, (made, []))[1].append(entry.id)
        return [Person(name, dataset, made, tuple(entries)) for name, (made, entries) in found.items()]

    def _judged(self, dataset: str) -> list[Entry]:
        """The entries whose dataset came with people; their features are not read."""
        ids = [one.id for one in self._entries.list(dataset, limit=limits.ENTRIES_FOR_PEOPLE)]
        entries = [self._entries.get(one) for one in ids]
        return [entry for entry in entries if entry.annotations is not None]
