"""A library written by an earlier Manycut (schema 0005) opens, and says what it said then.

`kept/library_0005.tar.gz` is a backup of it, `kept/values.npz` the arrays that went in. Neither is ever written again.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.errors import NotFoundError
from storage.backup import restore
from storage.library import Library
from storage.search import Wanted

pytestmark = pytest.mark.sqlite

KEPT = Path(__file__).parent / "kept"
ENTRY = "walks/harbour"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept") / "data"
    restore(KEPT / "library_0005.tar.gz", folder)
    with Library.open(folder) as library:
        yield library


@pytest.fixture(scope="module")
def values():
    with np.load(KEPT / "values.npz") as arrays:
        return dict(arrays)


def test_its_lists_are_the_same(kept):
    (dataset,) = kept.datasets.list()
    assert (dataset.id, dataset.label, dataset.source, dataset.entries) == ("walks", "Walks", "a test", 2)
    assert [one.id for one in kept.entries.list()] == [ENTRY, "walks/bare"]
    first = kept.entries.summary(ENTRY)
    assert (first.title, first.category, first.n_frames, first.picks) == ("By the harbour – été", "walk", 240, 20)
    assert (first.feature_space, first.text_space) == ("colour-motion-v1", "hashed-words-v1")
    assert (first.annotators, first.has_video, first.has_captions) == (4, True, True)
    assert kept.entries.spaces() == {"colour-motion-v1": 1}
    found = kept.search.find(Wanted(search="harbour ete", people=True)).entries
    assert [(one.id, one.people) for one in found] == [(ENTRY, 4)]
    assert found[0].disagreement == pytest.approx(0.248473, abs=1e-6)


def test_an_entry_holds_what_went_in(kept, values):
    entry = kept.entries.get(ENTRY)
    assert (entry.n_frames, entry.timebase.rate) == (240, Fraction(24))
    assert entry.timebase.times[:4].tolist() == [0, 1000, 2500, 3000]
    assert entry.picks.tolist() == list(range(0, 240, 12))
    assert list(entry.shots) == ["kts", "uniform 2 s"]
    assert entry.shots["kts"].bounds.tolist() == [[0, 60], [60, 100], [100, 180], [180, 240]]
    assert entry.shots["kts"].exact.tolist() == [[0, 58], [58, 100], [100, 180], [180, 240]]
    assert (entry.captions[2], entry.captions[3]) == ("A boat, 2", "A red boat")
    assert entry.empty.tolist() == [[0, 5], [230, 240]]
    assert entry.signals["uniqueness"].shape == (20,)
    assert entry.meta == {"category": "walk", "source": "here"}
    assert entry.video.read_bytes() == b"a video"
    np.testing.assert_array_equal(entry.people.scores, values["scores"])
    np.testing.assert_array_equal(entry.people.summaries, values["summaries"])
    np.testing.assert_array_equal(entry.people.frame_labels, values["labels"])
    assert entry.people.annotators == ("Ann", "Ben", "Cem")


def test_features_are_those_of_their_spaces(kept, values):
    entry = kept.entries.get(ENTRY)
    assert (entry.feature_space, entry.text_space) == ("colour-motion-v1", "hashed-words-v1")
    for space, name in {
        "colour-motion-v1": "features",
        "hashed-words-v1": "text",
        "example/vision": "further",
    }.items():
        np.testing.assert_array_equal(entry.features.get(space), values[name])


def test_it_is_known_which_spaces_its_entries_lack(kept):
    for space in ("colour-motion-v1", "hashed-words-v1", "example/vision"):
        assert kept.entries.lacking(space) == ["walks/bare"]
    assert kept.entries.lacking("another") == ["walks/bare", ENTRY]


def test_an_entry_with_nothing_in_it_opens(kept):
    bare = kept.entries.get("walks/bare")
    assert (bare.timebase.rate, bare.feature_space, bare.annotations) == (Fraction(30000, 1001), None, None)
    with pytest.raises(NotFoundError):
        kept.entries.get("walks/gone")


def test_what_models_and_people_said_is_there(kept):
    (run,) = kept.runs.of_entry(ENTRY)
    assert (run.label, run.track.seed, run.track.names) == ("SummDiff on walks", 7, ("first", "second"))
    assert run.track.scores.shape == (2, 20)
    assert dict(run.track.settings) == {"steps": 10.0}
    assert [(edit.frame, edit.text, edit.who) for edit in kept.captions.edits(ENTRY)] == [(36, "A red boat", "Dana")]
    assert kept.encodings.of_entry(ENTRY)["hashed-words-v1"].edit == 0
    assert kept.origins.of_entry(ENTRY).name == "harbour.mov"
    (submitted,) = kept.labels.of_entry(ENTRY)
    assert submitted.task.annotator.name == "Dana"
    assert submitted.state.ratings == {0: 4, 1: 5, 2: 1}
    begun = kept.labels.of_entry(ENTRY, include_open=True)[1]
    assert (begun.task.annotator.name, begun.state.marks) == ("Eli", {1: (24, 60)})
    for task, name in ((submitted.task, "Dana"), (begun.task, "Eli")):
        assert {(one.role, one.actor) for one in kept.annotations.events(task.id)} == {("annotator", name)}
    assert kept.board.trail() == []
    everybody = kept.people.of_entry(ENTRY)
    assert everybody.annotators == ("Ann", "Ben", "Cem", "Dana")
    assert everybody.scores.shape == (4, 20)
    (asked,) = kept.assignments.list()
    assert (asked.title, asked.people, asked.entries) == ("A walk each", 2, 1)


def test_its_jobs_are_listed(kept):
    jobs = {job.kind: job for job in kept.jobs.list()}
    assert (jobs["train"].state, jobs["train"].result) == ("done", {"checkpoint": "c1"})
    assert set(jobs) == {"train", "sample"}
