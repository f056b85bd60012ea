"""The library: what goes in comes out, all of it or nothing."""

from __future__ import annotations

import dataclasses
import json
import threading
from fractions import Fraction

import numpy as np
import pytest

from core.data import ScoreTrack
from core.data.timebase import Timebase
from core.errors import CheckpointError, ConflictError, InputError, NotFoundError
from core.labelling.events import Event
from storage.entry_rows import slug
from storage.library import Library
from storage.origins import Origin
from storage.scratch import own_prefix, scratch_folder


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def arrays_of(library):
    return [name for name in files_below(library.data_dir) if name.startswith("entries/")]


def track_of(entry, n=2, **changes):
    scores = np.random.default_rng(0).random((n, len(entry.picks)), np.float32)
    values = {"model": "SummDiff", "kind": "summdiff", "checkpoint": "c1", "feature_space": "test-6", "seed": 7}
    return ScoreTrack(scores=scores, settings={"steps": 10.0}, **(values | changes))


def write_checkpoint(folder, feature_space="test-6", kind="summdiff", label="A model"):
    """A checkpoint as far as reading its description goes."""
    folder.mkdir(parents=True)
    description = {
        "schema": "manycut-checkpoint-1",
        "kind": kind,
        "label": label,
        "config": {},
        "feature_space": feature_space,
        "feature_width": 6,
        "training": {},
        "metrics": {},
        "created": "2026-01-01T00:00:00+00:00",
    }
    (folder / "model.json").write_text(json.dumps(description))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_new_library_is_empty(library):
    assert library.entries.list() == []
    assert library.datasets.list() == []
    assert library.entries.count() == 0


def test_an_entry_comes_back_as_it_went_in(library, make_entry):
    entry = make_entry(
        captions=tuple(f"caption {n} – été" for n in range(120)),
        text_features=np.ones((120, 4), np.float32),
        text_space="words-4",
    )
    assert library.entries.add("talks", [entry]) == ["talks/first"]
    back = library.entries.get("talks/first")
    for name in ("id", "title", "feature_space", "text_space", "captions", "meta"):
        assert getattr(back, name) == getattr(entry, name), name
    for name in ("picks", "main_features", "text_features"):
        np.testing.assert_array_equal(getattr(back, name), getattr(entry, name))
    assert back.timebase.rate == Fraction(24)
    assert list(back.shots) == ["kts", "uniform 2 s"]
    np.testing.assert_array_equal(back.shots["kts"].bounds, entry.shots["kts"].bounds)
    np.testing.assert_array_equal(back.annotations.scores, entry.annotations.scores)
    assert back.annotations.annotators == entry.annotations.annotators
    assert back.annotations.summaries is None
    assert back.video is None


def test_presentation_times_of_varying_frame_rates_are_kept(library, make_entry):
    times = np.cumsum(np.r_[0, np.tile([1000, 1500, 500], 480)])
    timebase = Timebase.from_times(times[:-1], Fraction(1, 30_000), int(times[-1]))
    library.entries.add("talks", [make_entry(timebase=timebase)])
    back = library.entries.get("talks/first").timebase
    np.testing.assert_array_equal(back.times, timebase.times)
    assert (back.rate, back.unit, back.end) == (timebase.rate, timebase.unit, timebase.end)


def test_lists_say_what_an_entry_has(library, make_entry):
    bare = make_entry("talks/bare", people=0, features=None, feature_space=None, meta={})
    library.entries.add("talks", [make_entry(), bare], label="Talks", source="here", licence="CC0")
    first, second = library.entries.list()
    assert (first.annotators, first.has_features, first.fps, first.duration, first.picks) == (
        3,
        True,
        "24/1",
        60.0,
        120,
    )
    assert (second.annotators, second.has_features, second.feature_space) == (0, False, None)
    (dataset,) = library.datasets.list()
    assert (dataset.label, dataset.source, dataset.licence, dataset.entries) == ("Talks", "here", "CC0", 2)
    assert first.created.utcoffset().total_seconds() == 0


def test_entries_are_searched_and_paged(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}", people=0, title=f"Talk 100%_{n}") for n in range(12)])
    library.entries.add("walks", [make_entry("walks/a", people=0, title="By the SEA")])
    assert [entry.id for entry in library.entries.list(limit=2, offset=1)] == ["talks/1", "talks/2"]
    assert [entry.id for entry in library.entries.list(search="the sea")] == ["walks/a"]
    assert [entry.id for entry in library.entries.list("walks")] == ["walks/a"]
    assert len(library.entries.list(search="100%_")) == 12
    assert library.entries.list(search="%a%") == [], "search text is no pattern"
    assert library.entries.count("talks", search="100%_1") == 3


def test_an_import_that_fails_leaves_nothing(library, make_entry):
    def broken():
        yield make_entry()
        raise InputError("the second one is malformed")

    with pytest.raises(InputError, match="second"):
        library.entries.add("talks", broken())
    assert library.datasets.list() == []
    assert arrays_of(library) == []


def test_an_import_that_fails_in_the_database_leaves_nothing(library, make_entry):
    library.entries.add("talks", [make_entry()])
    before = arrays_of(library)
    with pytest.raises(ConflictError, match="talks/first"):
        library.entries.add("talks", [make_entry("x/new"), make_entry()])
    assert [entry.id for entry in library.entries.list()] == ["talks/first"]
    assert arrays_of(library) == before


@pytest.mark.parametrize("keys", [[], ["talks/a", "other/a"]])
def test_an_import_needs_entries_with_different_keys(library, make_entry, keys):
    with pytest.raises(InputError):
        library.entries.add("talks", [make_entry(key) for key in keys])
    assert library.datasets.list() == []


def test_replacing_renews_the_arrays_and_removes_the_old_ones(library, make_entry):
    library.entries.add("talks", [make_entry()])
    library.entries.add("talks", [make_entry(title="New")], replace=True)
    assert library.entries.get("talks/first").title == "New"
    assert len(arrays_of(library)) == 1
    assert len(library.entries.list()) == 1


def test_removing_can_be_undone(library, make_entry):
    library.entries.add("talks", [make_entry()])
    library.entries.remove("talks/first")
    assert library.entries.list() == []
    with pytest.raises(NotFoundError):
        library.entries.get("talks/first")
    library.entries.restore("talks/first")
    assert library.entries.get("talks/first").title
    with pytest.raises(NotFoundError):
        library.entries.restore("talks/none")


def test_a_removed_entry_can_be_imported_again(library, make_entry):
    library.entries.add("talks", [make_entry()])
    library.entries.remove("talks/first")
    library.entries.add("talks", [make_entry(title="Again")])
    assert [entry.title for entry in library.entries.list()] == ["Again"]


@pytest.mark.sqlite
def test_a_library_opens_again_and_may_be_moved(library, make_entry, tmp_path):
    library.entries.add("talks", [make_entry()])
    library.close()
    library.data_dir.rename(tmp_path / "moved")
    with Library.open(tmp_path / "moved") as moved:
        assert moved.entries.get("talks/first").n_frames == 1440


def test_imports_at_the_same_time_all_arrive(library, make_entry):
    threads = [
        threading.Thread(target=library.entries.add, args=(f"d{n % 2}", [make_entry(f"x/{n}")])) for n in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(library.entries.list()) == 6


def test_of_two_imports_of_the_same_entry_at_once_one_arrives_whole(library, make_entry):
    outcomes = []

    def add(title):
        try:
            library.entries.add("talks", [make_entry(title=title)])
            outcomes.append(title)
        except ConflictError:
            outcomes.append(None)

    threads = [threading.Thread(target=add, args=(f"import {n}",)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [title for title in outcomes if title]
    assert library.entries.get("talks/first").title == winner
    assert len(arrays_of(library)) == 1


def test_names_become_safe_ids(library, make_entry):
    assert slug("vidéo d'été – (copie) #2 & 100%") == "video-d-ete-copie-2-100"
    assert slug("../../etc/passwd") == "etc-passwd"
    assert slug("夏祭り").startswith("entry-")
    assert library.entries.free_key("videos", "My Film.MP4") == "my-film"
    library.entries.add("videos", [make_entry("videos/my-film")])
    assert library.entries.free_key("videos", "My Film.MP4") == "my-film-2"


def test_a_file_outside_the_data_directory_is_copied_and_stays(library, make_entry, tmp_path):
    original = tmp_path / "holiday.mp4"
    original.write_text("frames")
    entry_id = library.entries.add_ingested(make_entry("videos/holiday", people=0, video=original))
    assert original.read_text() == "frames"
    assert library.entries.get(entry_id).video.is_relative_to(library.data_dir)


def test_an_ingested_video_moves_in_with_its_pictures(library, make_entry):
    work = library.data_dir / "work"
    work.mkdir()
    for name in ("playable.mp4", "thumbs.jpg", "thumbs.json"):
        (work / name).write_text(name)
    entry = make_entry("videos/Mein Film", people=0, video=work / "playable.mp4", thumbnails=work / "thumbs.jpg")
    entry_id = library.entries.add_ingested(entry)
    assert entry_id == "videos/mein-film"
    back = library.entries.get(entry_id)
    assert back.video.read_text() == "playable.mp4"
    assert back.thumbnails.with_suffix(".json").read_text() == "thumbs.json"
    assert back.video.is_relative_to(library.data_dir)
    assert files_below(work) == []
    assert library.entries.summary(entry_id).has_video


def test_a_video_that_is_gone_is_none(library, make_entry, tmp_path):
    video = tmp_path / "a.mp4"
    video.write_text("x")
    library.entries.add("talks", [make_entry(video=video)])
    assert library.entries.get("talks/first").video == video
    video.unlink()
    assert library.entries.get("talks/first").video is None
    with pytest.raises(NotFoundError, match=r"a\.mp4"):
        library.entries.store_media("talks/first", video=video)


def test_local_labels_join_the_people_of_the_dataset(library, make_entry):
    library.entries.add("talks", [make_entry()])
    annotations = library.annotations
    ada = annotations.get_or_create_annotator("Ada")
    task = annotations.open_task(ada, "talks/first")
    annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "rate", 29, 1)])
    assert len(library.people.of_entry("talks/first")) == 3, "not submitted"
    assert len(library.people.of_entry("talks/first", include_open=True)) == 4
    annotations.record_events(task.id, [Event("tab", 2, "submit")])
    people = library.people.of_entry("talks/first")
    assert people.annotators[-1] == "Ada"
    assert people.protocols[-1] == "shot-ratings v1"
    judged = ~np.isnan(people.scores[-1])
    np.testing.assert_array_equal(np.flatnonzero(judged), [0, 1, 2, 3, 116, 117, 118, 119])
    assert people.scores[-1, 0] == 1.0
    assert library.people.of_entry("talks/first", pseudonyms=True).annotators[-1] == ada.pseudonym
    assert library.people.of_entry("talks/first", who="own").annotators == ("Ada",)
    assert len(library.people.of_entry("talks/first", who="dataset")) == 3
    assert library.entries.summary("talks/first").annotators == 4
    (entry,) = library.people.labelled_entries("talks")
    assert len(entry.annotations) == 4


def test_people_with_the_same_name_are_told_apart(library, make_entry):
    library.entries.add("talks", [make_entry()])
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator("person 0"), "talks/first")
    annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5)])
    people = library.people.of_entry("talks/first", include_open=True)
    assert people.annotators == ("person 0", "person 1", "person 2", "person 0 (2)")


def test_where_people_have_summaries_local_labels_get_one(library, make_entry):
    entry = make_entry()
    summaries = np.zeros((3, entry.n_frames), np.uint8)
    people = dataclasses.replace(entry.annotations, summaries=summaries)
    library.entries.add("talks", [dataclasses.replace(entry, annotations=people)])
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")
    annotations.record_events(task.id, [Event("tab", n, "rate", n, 5) for n in range(4)])
    merged = library.people.of_entry("talks/first", include_open=True)
    assert merged.summaries.shape == (4, entry.n_frames)
    assert 0 < merged.summaries[-1].sum() <= 0.15 * entry.n_frames


def test_nobody_is_none(library, make_entry):
    library.entries.add("talks", [make_entry(people=0)])
    assert library.people.of_entry("talks/first") is None
    assert library.people.labelled_entries() == []


def test_runs_are_kept(library, make_entry):
    entry = make_entry()
    library.entries.add("talks", [entry])
    track = track_of(entry)
    run = library.runs.add("talks/first", track, label="before")
    (back,) = library.runs.of_entry("talks/first")
    assert (back.id, back.label, back.track.seed, back.track.settings) == (run.id, "before", 7, {"steps": 10.0})
    np.testing.assert_array_equal(back.track.scores, track.scores)
    np.testing.assert_array_equal(library.runs.get(run.id).track.scores, track.scores)
    library.runs.remove(run.id)
    assert library.runs.of_entry("talks/first") == []
    with pytest.raises(NotFoundError):
        library.runs.get(run.id)


def test_a_run_for_other_picks_is_refused(library, make_entry):
    library.entries.add("talks", [make_entry()])
    with pytest.raises(InputError, match="120 picks"):
        library.runs.add("talks/first", track_of(make_entry(people=0, picks=np.arange(10), features=None)))
    with pytest.raises(NotFoundError):
        library.runs.add("talks/none", track_of(make_entry()))
    assert not list((library.data_dir / "runs").glob("*"))


def test_runs_of_replaced_picks_are_not_shown(library, make_entry):
    library.entries.add("talks", [make_entry()])
    library.runs.add("talks/first", track_of(make_entry()))
    library.entries.add("talks", [make_entry(people=0, picks=np.arange(7), features=None)], replace=True)
    assert library.runs.of_entry("talks/first") == []


def test_checkpoints_are_copied_in_and_found(library, tmp_path):
    folder = write_checkpoint(tmp_path / "elsewhere" / "mine")
    registered = library.checkpoints.register(folder)
    assert registered.path == library.checkpoints.folder / "mine"
    assert library.checkpoints.register(folder).id == "mine", "again changes nothing"
    library.checkpoints.register(write_checkpoint(library.checkpoints.folder / "second", feature_space="other"))
    assert [checkpoint.id for checkpoint in library.checkpoints.list()] == ["second", "mine"]
    assert [checkpoint.id for checkpoint in library.checkpoints.list(feature_space="test-6")] == ["mine"]
    assert library.checkpoints.find("mine").feature_space == "test-6"
    assert library.checkpoints.find("summdiff").id == "second"
    assert library.checkpoints.find(folder).path == folder


def test_a_kind_finds_the_newest_that_fits_the_entry(library, make_entry, tmp_path):
    for name, space in (("old", "test-6"), ("new", "other")):
        library.checkpoints.register(write_checkpoint(tmp_path / name, feature_space=space))
    assert library.checkpoints.find("summdiff", make_entry()).id == "old"
    with pytest.raises(CheckpointError):
        library.checkpoints.find("summdiff", make_entry(feature_space="third"))


def test_unknown_and_broken_checkpoints_are_named(library, tmp_path):
    library.checkpoints.register(write_checkpoint(tmp_path / "mine"), in_place=True)
    with pytest.raises(NotFoundError) as error:
        library.checkpoints.find("nothing")
    assert "mine" in error.value.hint
    with pytest.raises(CheckpointError):
        library.checkpoints.register(tmp_path)
    (tmp_path / "mine" / "model.json").unlink()
    assert library.checkpoints.list() == []
    with pytest.raises(CheckpointError):
        library.checkpoints.find("mine")


def test_two_checkpoints_of_one_name_are_refused(library, tmp_path):
    library.checkpoints.register(write_checkpoint(tmp_path / "a" / "mine"), in_place=True)
    with pytest.raises(ConflictError, match="mine"):
        library.checkpoints.register(write_checkpoint(tmp_path / "b" / "mine"), in_place=True)
    library.checkpoints.remove("mine")
    assert library.checkpoints.list() == []
    assert library.checkpoints.register(tmp_path / "b" / "mine", in_place=True).path == tmp_path / "b" / "mine"


def test_folders_of_killed_processes_go_and_those_in_use_stay(library):
    left = library.data_dir / f"{own_prefix()}left"
    left.mkdir()
    (left / "video.mp4.part").write_text("half")
    with scratch_folder(library.data_dir) as first:
        (first / "video.mp4").write_text("frames")
        assert not left.exists()
        with scratch_folder(library.data_dir) as second:
            assert first != second
        assert (first / "video.mp4").is_file()
    assert not list(library.data_dir.glob("ingest-*"))


def test_an_entry_knows_its_file_until_it_comes_from_elsewhere(library, make_entry):
    origin = Origin("0" * 64, "test-6, kts", "Film.mp4")
    entry_id = library.entries.add_ingested(make_entry("videos/Film", people=0), origin=origin)
    assert library.origins.of_entry(entry_id) == origin
    assert library.origins.entry_of("videos", origin.content, origin.settings) == entry_id
    assert library.origins.entry_of("mine", origin.content, origin.settings) is None
    assert library.origins.entry_of("videos", origin.content, "test-6, uniform 2 s") is None
    library.entries.remove(entry_id)
    assert library.origins.entry_of("videos", origin.content, origin.settings) is None
    library.entries.add("videos", [make_entry(entry_id)], replace=True)
    assert library.origins.of_entry(entry_id) is None
