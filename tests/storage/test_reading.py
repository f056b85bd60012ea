"""What is read of an entry's file, and when: nothing for lists, never more than is asked for, never under the lock."""

from __future__ import annotations

import sqlite3

import h5py
import numpy as np
import pytest

import storage.people_counts
from core.errors import ConflictError, NotFoundError
from core.labelling.events import Event
from storage.database import FILE_NAME
from storage.search import Wanted
from verbs.offers import features_offers, pretraining_offers

ENTRY = "talks/first"


def rows(width, seed=0):
    return np.random.default_rng(seed).random((120, width), np.float32)


@pytest.fixture
def opened(monkeypatch):
    """The HDF5 files that are opened from here on."""
    names = []

    class Noted(h5py.File):
        def __init__(self, name, *more, **options):
            names.append(name)
            super().__init__(name, *more, **options)

    monkeypatch.setattr(h5py, "File", Noted)
    return names


@pytest.fixture
def read(monkeypatch):
    """The names of the HDF5 arrays whose numbers are read from here on."""
    names = []
    get = h5py.Dataset.__getitem__

    def noted(dataset, *key):
        names.append(dataset.name.removeprefix("/entry/"))
        return get(dataset, *key)

    monkeypatch.setattr(h5py.Dataset, "__getitem__", noted)
    return names


@pytest.fixture
def talk(library, make_entry):
    entry = make_entry(captions=("a talk",) * 120, text_features=rows(4), text_space="words", more={"wide": rows(512)})
    library.entries.add("talks", [entry, make_entry("talks/second")])
    return library


def rate(library, name, shot=0, value=3, submit=True):
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator(name), ENTRY)
    events = [Event(name, 1, "rate", shot, value)] + ([Event(name, 2, "submit")] if submit else [])
    annotations.record_events(task.id, events)
    return task


def test_features_are_read_when_they_are_asked_for(talk, read):
    entry = talk.entries.get(ENTRY)
    assert not [name for name in read if "features" in name or "spaces" in name]
    assert set(entry.features) == {"test-6", "words", "wide"}
    assert "wide" in entry.features
    assert "other" not in entry.features
    assert entry.features.get("other") is None
    read.clear()
    np.testing.assert_array_equal(entry.features["wide"], rows(512))
    assert entry.features["wide"] is entry.features["wide"]
    assert read.count("spaces/wide") == 1
    assert "features" not in read


def test_features_are_those_of_the_file_that_is_there_when_they_are_asked_for(talk):
    entry = talk.entries.get(ENTRY)
    talk.entries.put_features(ENTRY, "third", rows(3))
    np.testing.assert_array_equal(entry.features["wide"], rows(512))
    assert "third" not in entry.features
    assert set(talk.entries.get(ENTRY).features) == {"test-6", "words", "wide", "third"}


def test_features_of_an_entry_that_was_replaced_are_not_taken_for_its_own(talk, make_entry):
    shorter, gone = talk.entries.get(ENTRY), talk.entries.get(ENTRY)
    talk.entries.add("talks", [make_entry(people=0, picks=np.arange(60), features=rows(6)[:60])], replace=True)
    with pytest.raises(ConflictError, match="replaced by another"):
        shorter.features["test-6"]
    with pytest.raises(ConflictError, match="replaced by another"):
        gone.features["wide"]
    removed = talk.entries.get(ENTRY)
    talk.entries.remove(ENTRY)
    with pytest.raises(NotFoundError):
        removed.features["test-6"]


def test_lists_queues_boards_and_offers_open_no_file(talk, opened, make_entry, tmp_path):
    watched = tmp_path / "watched.mp4"
    watched.write_bytes(b"a video")
    talk.entries.add("films", [make_entry("films/watched", people=0, video=watched, more={"wide": rows(512)})])
    rate(talk, "Ada", submit=False)
    person = talk.annotations.get_or_create_annotator("Ada")
    asked = talk.annotations.protocols.standard()
    opened.clear()
    assert len(talk.entries.list()) == talk.entries.count() == 3
    assert talk.entries.summary(ENTRY).has_features
    assert talk.entries.spaces() == {"test-6": 3}
    assert talk.entries.lacking("words") == ["films/watched"]
    assert talk.entries.lacking("test-6") == talk.entries.lacking("wide") == []
    assert [(one.space, one.lacking) for one in features_offers(talk)] == [("efficientnet-lite0", 1)]
    assert pretraining_offers(talk) == []
    assert talk.entries.media(ENTRY).video is None
    assert talk.search.find(Wanted(people=True)).total == 2
    assert talk.datasets.list()[0].entries == 2
    assert [one.entry for one in talk.board.tasks_of(person)] == [ENTRY]
    assert len(talk.board.progress()) == 1
    assert talk.labels.exist()
    assert talk.labels.submitted_counts() == {}
    talk.annotations.open_task(person, ENTRY, asked)
    assert opened == []


def test_counting_people_reads_no_features(talk, read):
    rate(talk, "Ada")
    assert "user_scores" in read
    assert not [name for name in read if "features" in name or "spaces" in name]
    assert talk.search.one(ENTRY).people == 4


def test_nobody_waits_while_people_are_counted(talk, monkeypatch):
    """Another connection gets the write lock at once, as often as scores are put together."""
    free = []
    scores_of = storage.people_counts.scores_of

    def asked(*arguments):
        other = sqlite3.connect(talk.data_dir / FILE_NAME, timeout=0)
        other.execute("BEGIN IMMEDIATE").close()
        other.rollback()
        other.close()
        free.append(True)
        return scores_of(*arguments)

    monkeypatch.setattr(storage.people_counts, "scores_of", asked)
    rate(talk, "Ada")
    assert free == [True]
    assert talk.search.one(ENTRY).people == 4


def test_labels_that_come_while_people_are_counted_are_counted(talk, monkeypatch):
    scores_of = storage.people_counts.scores_of

    def meanwhile(*arguments):
        monkeypatch.undo()
        scores = scores_of(*arguments)
        rate(talk, "Ben", value=1)
        return scores

    monkeypatch.setattr(storage.people_counts, "scores_of", meanwhile)
    rate(talk, "Ada", value=5)
    assert talk.search.one(ENTRY).people == 5
    counted = talk.search.one(ENTRY).disagreement
    talk.counts.recount(ENTRY)
    assert talk.search.one(ENTRY).disagreement == counted
