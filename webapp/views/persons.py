"""Whose cut of an entry can be asked for."""

from __future__ import annotations

from collections.abc import Collection

from storage.library import Library
from webapp.views.answer import Answer


class NamedPerson(Answer):
    """Somebody whose name means the same person in every video.

    Attributes:
        name: of them.
        simulated: whether they are a program.
        videos: how many others they labelled, of those whose labels may be used.
    """

    name: str
    simulated: bool
    videos: int


class PersonsList(Answer):
    """Those who labelled anything but the entry, who labels here first."""

    persons: list[NamedPerson]


def persons(library: Library, entry_id: str, hidden: Collection[str]) -> PersonsList:
    """Whose cut of an entry can be asked for by somebody to whom some entries are hidden."""
    dataset = library.entries.summary(entry_id).dataset
    known = library.persons.known(dataset, {entry_id, *hidden})
    return PersonsList(
        persons=[NamedPerson(name=one.name, simulated=one.simulated, videos=len(one.entries)) for one in known]
    )
