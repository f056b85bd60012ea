"""Whose name means the same person in every video: who labels here, whom a data set names, and no place in a file."""

from __future__ import annotations

import numpy as np
import pytest

from core.data import AnnotationSet
from core.data.people import slot_names
from core.errors import InputError, NotFoundError
from core.labelling.events import Event

NAMED = ("Anna", "Ben")


def people(names: tuple[str, ...], protocol: str = "ratings", picks: int = 120) -> AnnotationSet:
    scores = np.linspace(0, 1, len(names) * picks, dtype=np.float32).reshape(len(names), picks)
    return AnnotationSet(names, scores, (protocol,) * len(names))


def rated(library, name: str, entry: str, value: int, protocol: str | None = None) -> None:
    task = library.annotations.open_task(library.annotations.get_or_create_annotator(name), entry, protocol)
    library.annotations.record_events(task.id, [Event("a", 0, "rate", 0, value), Event("a", 1, "submit")])


@pytest.fixture
def filled(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}", annotations=people(NAMED)) for n in "ab"])
    slots = [make_entry(f"places/{n}", annotations=people(slot_names(3))) for n in "ab"]
    library.entries.add("places", slots)
    library.entries.add("tvsum", [make_entry("tvsum/a", annotations=people(("x", "y"), "tvsum"))])
    return library


def test_a_data_set_names_people_and_places_are_nobody(filled):
    assert [(one.name, one.dataset, one.entries) for one in filled.persons.known("talks")] == [
        ("Anna", "talks", ("talks/a", "talks/b")),
        ("Ben", "talks", ("talks/a", "talks/b")),
    ]
    assert filled.persons.known("places") == []
    assert filled.persons.known("tvsum") == []
    with pytest.raises(InputError, match="'person 02' of 'places' is a place in its files"):
        filled.persons.find("person 02", "places")
    with pytest.raises(InputError, match="a place in its files"):
        filled.persons.find("x", "tvsum")
    with pytest.raises(NotFoundError, match="Nobody called 'Carl'"):
        filled.persons.find("Carl", "talks")


def test_who_labels_here_is_known_everywhere_once_something_is_submitted(filled):
    rated(filled, "Anna", "places/a", 5)
    filled.annotations.open_task(filled.annotations.get_or_create_annotator("Dora"), "places/b")
    here = filled.persons.known("places")
    assert [(one.name, one.dataset, one.entries) for one in here] == [("Anna", None, ("places/a",))]
    assert filled.persons.known("places", {"places/a"}) == []
    assert filled.persons.find("Anna", "talks").dataset is None
    ((entry, scores),) = filled.persons.labelled(here[0])
    assert entry.id == "places/a"
    assert scores[0] == 1
    assert np.isnan(scores[-1])


def test_the_labels_of_a_named_person_are_their_row(filled):
    ben = filled.persons.find("Ben", "talks")
    for _, scores in filled.persons.labelled(ben):
        assert scores == pytest.approx(people(NAMED).scores[1])
