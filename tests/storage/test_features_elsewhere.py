"""Features that stay in the file that they came in: as good as copied ones, while that file is what it was."""

from __future__ import annotations

import os
import shutil

import h5py
import numpy as np
import pytest

from benchmarks.library import write_mrhisum
from core.data.transcript import Cue, Transcript
from core.errors import FormatError, InputError
from core.labelling.events import Event
from storage.backup import back_up, check_backup, restore, warnings_of
from storage.export import export_labels
from storage.features_elsewhere import features_elsewhere
from storage.formats import read_dataset
from storage.formats.eccv16 import write_eccv16
from storage.formats.stayed_features import ELSEWHERE
from storage.library import Library
from verbs.import_dataset import ImportDatasetRequest, import_dataset
from verbs.train import TrainRequest, train

VIDEOS = 6
SPACE = "youtube8m-inception-v3"
FIRST = "stay/video_1"


def take_in(library, file, name, stay=True, **choices):
    return import_dataset(library, ImportDatasetRequest(path=file, dataset=name, features_stay=stay, **choices))


def kept_file(library, entry_id):
    return library.data_dir / library.entries.version(entry_id)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    path = tmp_path_factory.mktemp("released") / "mr_hisum.h5"
    write_mrhisum(path, VIDEOS)
    return path


@pytest.fixture
def file(released, tmp_path):
    return shutil.copy2(released, tmp_path / "mr_hisum.h5")


@pytest.fixture
def stayed(library, file):
    take_in(library, file, "stay")
    return library


def features_of(library, entry_id):
    return library.entries.get(entry_id).main_features


def same_features(library, one, other):
    first, second = library.entries.get(one), library.entries.get(other)
    assert list(first.features) == list(second.features)
    assert (first.feature_space, first.text_space) == (second.feature_space, second.text_space)
    for space in first.features:
        assert first.features[space].dtype == np.float32
        np.testing.assert_array_equal(first.features[space], second.features[space])
    np.testing.assert_array_equal(first.annotations.scores, second.annotations.scores)


def test_an_entry_is_the_same_as_one_that_was_copied_and_its_file_is_small(stayed, file):
    take_in(stayed, file, "copied", stay=False)
    for number in range(1, VIDEOS + 1):
        same_features(stayed, f"stay/video_{number}", f"copied/video_{number}")
    one, other = stayed.entries.summary(FIRST), stayed.entries.summary("copied/video_1")
    assert one.has_features
    assert (one.feature_space, one.picks) == (other.feature_space, other.picks)
    assert (
        kept_file(stayed, FIRST).stat().st_size
        < kept_file(stayed, "copied/video_1").stat().st_size - one.picks * 4096 + 2048
    )


def test_an_import_says_which_file_must_stay(library, file):
    told = take_in(library, file, "stay")
    assert any(str(file) in note for note in told.notes)
    assert told.entries[0].has_features


def test_values_are_looked_at_when_they_are_read(library, file):
    with h5py.File(file, "a") as inside:
        inside["video_1/features"][3] = np.nan
    with pytest.raises(FormatError, match="NaN"):
        take_in(library, file, "copied", stay=False)
    take_in(library, file, "stay")
    with pytest.raises(FormatError, match=r"mr_hisum\.h5: 'video_1/features' should be .* NaN"):
        features_of(library, FIRST)


@pytest.mark.parametrize(
    "value", [None, np.zeros(9, np.float32), np.zeros((0, 1024), np.float32), np.full((9, 3), b"x")]
)
def test_shapes_are_looked_at_at_once(library, file, value):
    with h5py.File(file, "a") as inside:
        del inside["video_2/features"]
        if value is not None:
            inside["video_2/features"] = value
    with pytest.raises(FormatError, match="'video_2/features' should be"):
        take_in(library, file, "stay")
    assert library.datasets.list() == []


def test_it_is_trained_from(stayed):
    made = train(stayed, TrainRequest(dataset="stay", kind="mlp", epochs=1, settings={"hidden": 8}))
    assert stayed.checkpoints.find(made.id).feature_space == SPACE


def test_changes_of_an_entry_leave_its_features_where_they_are(stayed, file):
    entries = stayed.entries
    steps = entries.summary(FIRST).picks
    take_in(stayed, file, "copied", stay=False)
    rows = {space: np.full((steps, 3), number, np.float32) for number, space in enumerate(("main", "words", "said-x"))}
    for one in (FIRST, "copied/video_1"):
        entries.put_captions(one, ["A cat."] * steps, "test")
        entries.put_features(one, "main", rows["main"], main=True)
        entries.put_text_features(one, "words", rows["words"])
        entries.put_features(one, "said-x", rows["said-x"])
        entries.put_transcript(one, Transcript((Cue(0, 900, "A cat."),)), "test")  # what was said before goes
    same_features(stayed, FIRST, "copied/video_1")
    assert set(entries.get(FIRST).features) == {SPACE, "main", "words"}
    with h5py.File(kept_file(stayed, FIRST)) as inside:
        assert SPACE in inside["entry"].attrs[ELSEWHERE]
        assert "spaces" not in inside["entry"]


def test_features_that_are_put_in_their_place_are_kept_here(stayed):
    rows = np.ones((stayed.entries.summary(FIRST).picks, 4), np.float32)
    stayed.entries.put_features(FIRST, SPACE, rows)
    np.testing.assert_array_equal(stayed.entries.get(FIRST).features[SPACE], rows)
    assert [one.entries for one in features_elsewhere(stayed.data_dir)] == [VIDEOS - 1]


@pytest.mark.parametrize("damage", ["gone", "replaced"])
def test_a_file_that_is_not_what_it_was_is_told_and_everything_else_goes_on(stayed, file, damage):
    if damage == "gone":
        file.rename(file.with_name("moved.h5"))
    else:
        os.utime(file, ns=(0, 0))
    entry = stayed.entries.get(FIRST)
    assert SPACE in entry.features
    assert entry.annotations.annotators == ("dataset mean",)
    stayed.entries.put_notes(FIRST, {"some_note": "It can still be changed."})
    with pytest.raises(FormatError) as error:
        features_of(stayed, FIRST)
    assert "mr_hisum.h5" in error.value.message
    assert ("not where it was" if damage == "gone" else "changed or replaced") in error.value.message
    assert "--replace" in error.value.hint
    assert str(file.parent) not in str(error.value)  # pages tell nobody where files lie
    (told,) = features_elsewhere(stayed.data_dir)
    assert (told.path, told.entries, list(told.faults.values())) == (file, VIDEOS, [VIDEOS])


def test_imported_again_from_where_it_is_now_people_keep_their_labels(stayed, file):
    task = stayed.annotations.open_task(stayed.annotations.get_or_create_annotator("Ada"), FIRST)
    stayed.annotations.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "submit")])
    moved = file.rename(file.with_name("moved.h5"))
    take_in(stayed, moved, "stay", replace=True)
    assert stayed.entries.get(FIRST).main_features.shape[1] == 1024
    assert stayed.people.of_entry(FIRST).annotators == ("dataset mean", "Ada")
    assert [(one.path, one.faults) for one in features_elsewhere(stayed.data_dir)] == [(moved, {})]


def test_a_file_of_a_stranger_leads_to_no_other(library, make_entry, file, tmp_path):
    take_in(library, file, "stay")
    with h5py.File(kept_file(library, FIRST)) as inside:
        lure = inside["entry"].attrs[ELSEWHERE]
    theirs = write_eccv16([make_entry()], tmp_path / "theirs.h5")
    with h5py.File(theirs, "a") as inside:
        inside["video_1"].attrs[ELSEWHERE] = lure
        del inside["video_1/features"]
        inside["video_1"].attrs["feature_space"] = SPACE
    (entry,) = read_dataset(theirs)
    assert SPACE not in entry.features
    take_in(library, theirs, "theirs", stay=False)
    assert SPACE not in library.entries.get("theirs/first").features
    with h5py.File(kept_file(library, "theirs/first")) as inside:
        assert ELSEWHERE not in inside["entry"].attrs


def test_exports_hold_the_features_themselves(stayed, file, tmp_path):
    out = export_labels(stayed, tmp_path / "out.h5", format="eccv16", dataset="stay").file
    with h5py.File(out) as theirs, h5py.File(file) as source:
        for number in range(1, VIDEOS + 1):
            group = theirs[f"video_{number}"]
            assert ELSEWHERE not in group.attrs
            np.testing.assert_array_equal(group["features"], source[f"video_{number}/features"])


def test_those_of_an_eccv16_file_stay_as_well(library, make_entry, tmp_path):
    entries = [make_entry(f"talks/{name}") for name in ("first", "second")]
    entries = [one.with_text_features("words", np.ones((len(one.picks), 5), np.float32)) for one in entries]
    theirs = write_eccv16(entries, tmp_path / "theirs.h5")
    take_in(library, theirs, "stay")
    take_in(library, theirs, "copied", stay=False)
    for name in ("first", "second"):
        same_features(library, f"stay/{name}", f"copied/{name}")
    assert library.entries.summary("stay/first").text_space == "words"
    library.entries.put_notes("stay/first", {"some_note": "Changed."})
    assert library.entries.get("stay/first").text_features.shape[1] == 5
    assert [one.entries for one in features_elsewhere(library.data_dir)] == [2]


def test_files_without_such_features_are_refused_in_a_sentence_and_nothing_is_kept(library, file, tmp_path):
    people = tmp_path / "people.tsv"
    people.write_text("first\tnews\t1,2,3\n")
    with pytest.raises(InputError, match=r"people\.tsv holds no features"):
        take_in(library, people, "stay")
    with pytest.raises(InputError, match="several files"):
        take_in(library, file, "stay", llmvs=tmp_path)
    assert library.datasets.list() == []


def test_a_backup_says_what_it_does_not_hold_and_is_restored_beside_the_file(stayed, file, tmp_path):
    backup = tmp_path / "backup.tar.gz"
    back_up(stayed.data_dir, backup)
    for warnings in (warnings_of(backup), check_backup(backup).warnings):
        assert len(warnings) == 1
        assert f"features of {VIDEOS} entries, which stay in {file}:" in warnings[0]
    assert backup.stat().st_size < file.stat().st_size / 5
    assert restore(backup, tmp_path / "again").warnings == warnings
    with Library.open(tmp_path / "again") as again:
        np.testing.assert_array_equal(again.entries.get(FIRST).main_features, stayed.entries.get(FIRST).main_features)
