"""What is removed comes back whole; what goes for good takes its files, and never what people did."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.errors import InputError, NotFoundError
from core.labelling.events import Event
from storage.library import Library
from storage.search import Wanted
from storage.tables import now
from storage.trash import HOLDS, LABELLED
from tests.storage.test_library import track_of

FIRST, SECOND = "talks/first", "talks/second"


@pytest.fixture
def two(library, make_entry, tmp_path) -> Library:
    library.entries.add("talks", [make_entry(FIRST), make_entry(SECOND)])
    return library


def listed(library: Library) -> list[str]:
    return [one.id for one in library.entries.list()]


def ids(things) -> set[tuple[str, str]]:
    return {(one.kind, one.id) for one in things}


def test_a_dataset_comes_back_with_the_entries_that_went_with_it(two):
    two.entries.remove(FIRST)
    assert two.datasets.remove("talks") == 1
    assert (listed(two), two.datasets.list(), two.search.datasets()) == ([], [], [])
    assert ids(two.trash.list()) == {("dataset", "talks"), ("entry", FIRST)}
    assert two.datasets.restore("talks") == 1
    assert listed(two) == [SECOND]
    two.entries.restore(FIRST)
    assert set(listed(two)) == {FIRST, SECOND}


def test_one_entry_of_a_removed_dataset_brings_its_dataset_back(two):
    two.datasets.remove("talks")
    two.entries.restore(FIRST)
    assert listed(two) == [FIRST]
    assert [one.entries for one in two.datasets.list()] == [1]
    assert ids(two.trash.list()) == {("entry", SECOND)}


def test_a_run_is_removed_and_comes_back(two, make_entry):
    run = two.runs.add(FIRST, track_of(make_entry()))
    two.runs.rename(run.id, "  the  calm one ")
    two.runs.remove(run.id)
    assert two.runs.of_entry(FIRST) == [] == two.runs.ids(FIRST)
    with pytest.raises(NotFoundError):
        two.runs.rename(run.id, "again")
    two.runs.restore(run.id)
    assert [one.label for one in two.runs.of_entry(FIRST)] == ["the calm one"]


def test_emptying_deletes_the_files_and_what_hangs_on_them(two, make_entry, tmp_path):
    film = tmp_path / "film.mp4"
    film.write_bytes(b"a film")
    two.entries.store_media(FIRST, video=film)
    run = two.runs.add(FIRST, track_of(make_entry()))
    two.tags.change([FIRST], add=["night"])
    collection = two.collections.create("For the paper")
    two.collections.change(collection, add=[FIRST, SECOND])
    two.entries.remove(FIRST)
    assert two.trash.empty(now() - timedelta(days=1)) == [], "it was removed just now"
    assert ids(two.trash.empty(now() + timedelta(seconds=1))) == {("entry", FIRST)}
    assert [path.name for path in (two.data_dir / "media").rglob("*") if path.is_file()] == []
    assert not (two.data_dir / "runs" / f"{run.id}.npz").exists()
    assert len(list((two.data_dir / "entries").rglob("*.h5"))) == 1
    assert film.is_file(), "it belongs to somebody"
    assert [one.entries for one in two.collections.list()] == [1]
    with pytest.raises(NotFoundError):
        two.entries.restore(FIRST)


def test_what_somebody_labelled_stays_in_the_trash(two):
    task = two.annotations.open_task(two.annotations.get_or_create_annotator("Ada"), FIRST)
    two.annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5)])
    two.datasets.remove("talks")
    later = now() + timedelta(seconds=1)
    assert ids(two.trash.empty(later)) == {("entry", SECOND)}
    assert [(one.kind, one.kept) for one in two.trash.list()] == [("dataset", HOLDS)]
    two.datasets.restore("talks")
    two.entries.remove(FIRST)
    assert [one.kept for one in two.trash.list()] == [LABELLED]
    assert two.trash.empty(later) == []
    assert two.annotations.task(task.id).entry == FIRST


def test_a_removed_dataset_goes_when_nothing_of_it_is_kept(two):
    two.datasets.remove("talks")
    assert ids(two.trash.empty(now() + timedelta(seconds=1))) == {
        ("entry", FIRST), ("entry", SECOND), ("dataset", "talks"),
    }  # fmt: skip
    assert two.trash.list() == []


def test_entries_are_found_by_tag_and_collection(two):
    two.tags.change([FIRST, SECOND], add=["  Night  Shots "])
    two.tags.change([SECOND], add=["day"], remove=["night shots"])
    assert [(tag.id, tag.entries) for tag in two.tags.list()] == [("day", 1), ("night shots", 1)]
    assert [one.id for one in two.search.find(Wanted(tag="day")).entries] == [SECOND]
    collection = two.collections.create("Mine")
    two.collections.change(collection, add=[SECOND, SECOND])
    assert [one.id for one in two.search.find(Wanted(collection=collection)).entries] == [SECOND]
    assert two.collections.of_entry(SECOND) == ["Mine"]
    two.collections.remove(collection)
    assert (two.collections.list(), two.collections.of_entry(SECOND)) == ([], [])
    two.collections.restore(collection)
    assert [one.name for one in two.collections.list()] == ["Mine"]


@pytest.mark.parametrize("tag", ["", "   ", "x" * 41])
def test_a_tag_that_is_none_changes_nothing(two, tag):
    with pytest.raises(InputError):
        two.tags.change([FIRST], add=["fine", tag])
    with pytest.raises(NotFoundError):
        two.tags.change([FIRST, "talks/none"], add=["fine"])
    assert two.tags.of_entry(FIRST) == []


def test_a_renamed_entry_is_found_by_its_new_title(two):
    two.entries.rename(FIRST, " The  harbour ")
    two.entries.set_note(FIRST, "shaky after 3:00")
    assert [(one.id, one.title) for one in two.search.find(Wanted(search="harbour")).entries] == [
        (FIRST, "The harbour")
    ]
    assert (two.entries.get(FIRST).title, two.entries.note(FIRST)) == ("The harbour", "shaky after 3:00")
    two.entries.rename(FIRST, "")
    assert two.entries.summary(FIRST).title == "first"
