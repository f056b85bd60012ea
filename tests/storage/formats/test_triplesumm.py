"""TripleSumm's files: labels in one of them, features of pictures, texts and sounds in those beside it."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import FormatError
from storage.formats import read_dataset
from storage.formats.splits import read_splits
from storage.formats.stayed_features import stayed_in
from storage.library import Library
from verbs.import_dataset import ImportDatasetRequest, import_dataset

RANDOM = np.random.default_rng(5)
NAMES = ("-a_1", "_b2", "c3")
WIDTHS = {"visual_clip": 1024, "text_roberta": 768, "audio_ast": 768}


def labels(steps: int, **changes: object) -> dict:
    given = {
        "gt_score": RANDOM.random(steps),
        "gt_summary": (np.arange(steps) % 4 == 0).astype(np.float32),
        "change_points": np.array([[0, 4], [4, steps - 1]]),
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


def write_labels(path, videos: dict):
    with h5py.File(path, "w") as file:
        for name, values in videos.items():
            for key, value in values.items():
                file.create_dataset(f"{name}/{key}", data=value, compression="gzip")
    return path


def write_features(folder, what: str, lengths: dict, set: str = "mosu"):
    path = folder / f"{set}_feat_{what}.h5"
    with h5py.File(path, "w") as file:
        for name, steps in lengths.items():
            rows = RANDOM.random((steps, WIDTHS.get(what, 8)), np.float32)
            file.create_dataset(name, data=rows, compression="gzip")
    return path


@pytest.fixture
def release(tmp_path):
    """The labels' file, with all others beside it."""
    for what in WIDTHS:
        write_features(tmp_path, what, dict.fromkeys(NAMES, 9))
    split = {"train_keys": ["-a_1"], "val_keys": ["_b2"], "test_keys": ["c3"]}
    (tmp_path / "mosu_split.json").write_text(json.dumps(split))
    return write_labels(tmp_path / "mosu_gt.h5", {name: labels(9) for name in NAMES})


def test_each_video_has_the_features_of_three_senses(release):
    entries = read_dataset(release)
    assert sorted(entry.id for entry in entries) == ["mosu_gt/-a_1", "mosu_gt/_b2", "mosu_gt/c3"]
    for entry in entries:
        assert entry.feature_space == "triplesumm-visual-clip-1024"
        assert entry.text_space == "triplesumm-text-roberta-768"
        assert entry.further_spaces == ("triplesumm-audio-ast-768",)
        with h5py.File(release.with_name("mosu_feat_text_roberta.h5")) as file:
            np.testing.assert_array_equal(entry.text_features, file[entry.key])
        with h5py.File(release) as file:
            group = file[entry.key]
            np.testing.assert_array_equal(entry.people.scores[0], group["gt_score"][()].astype(np.float32))
            np.testing.assert_array_equal(entry.people.summaries[0], group["gt_summary"])
        assert entry.people.annotators == ("dataset mean",)
        assert (entry.timebase.rate, entry.n_frames) == (1, 9)
        assert entry.shots["kts"].bounds.tolist() == [[0, 4], [4, 9]]
        assert not entry.notes


def test_features_may_stay_in_their_files_with_a_row_too_many_left_out_when_they_are_read(release):
    write_features(release.parent, "text_roberta", {"-a_1": 10, "_b2": 8, "c3": 9})
    for one, other in zip(read_dataset(release, stay=True), read_dataset(release), strict=True):
        assert set(stayed_in(one.features)) == set(other.features)
        assert (one.feature_space, one.text_space, one.notes) == (other.feature_space, other.text_space, other.notes)
        for space in other.features:
            np.testing.assert_array_equal(one.features[space], other.features[space])


def test_its_split_file_names_its_videos(release):
    (split,) = read_splits(release.with_name("mosu_split.json"))
    assert [str(key) for key in (*split.train, *split.validation, *split.test)] == ["-a_1", "_b2", "c3"]


def test_labels_alone_are_read_and_it_is_said_where_features_would_be(tmp_path):
    path = write_labels(tmp_path / "mosu_gt.h5", {"a": labels(9)})
    write_features(tmp_path, "visual_clip", {"a": 9}, set="other")
    with Library.open(tmp_path / "library") as library:
        told = import_dataset(library, ImportDatasetRequest(path=path))
    assert not told.entries[0].has_features
    assert told.notes == (
        "There are no features beside mosu_gt.h5: they would be in mosu_feat_visual_*.h5 in its folder.",
    )


def test_a_summary_and_shots_may_be_missing_also_where_a_name_begins_like_something_hidden(tmp_path):
    bare = labels(9, gt_summary=None, change_points=None)
    entries = read_dataset(write_labels(tmp_path / "x.h5", {"a": bare, "_b2": bare}))
    assert [entry.key for entry in entries] == ["_b2", "a"]
    assert all((entry.people.summaries, dict(entry.shots)) == (None, {}) for entry in entries)


def test_scores_of_another_scale_are_brought_to_0_and_1_which_is_noted(tmp_path):
    (entry,) = read_dataset(write_labels(tmp_path / "x.h5", {"a": labels(5, gt_score=np.arange(5) * 2.0)}))
    assert entry.people.scores.tolist() == [[0, 0.25, 0.5, 0.75, 1]]
    assert entry.notes == ["brought to [0, 1] from [0, 8]"]


def test_a_second_more_or_less_is_put_right_and_the_note_says_in_which_file(release):
    write_features(release.parent, "visual_clip", {"-a_1": 8, "_b2": 10, "c3": 9})
    entries = {entry.key: entry for entry in read_dataset(release)}
    np.testing.assert_array_equal(entries["-a_1"].main_features[7], entries["-a_1"].main_features[8])
    assert [len(entry.main_features) for entry in entries.values()] == [9, 9, 9]
    assert entries["-a_1"].notes == [
        "mosu_feat_visual_clip.h5: '-a_1' has 8 frames where 9 were expected: the last is taken twice"
    ]
    assert "'_b2' has 10 frames where 9 were expected: the last is left out" in entries["_b2"].notes[0]
    assert not entries["c3"].notes


def test_what_has_no_sound_or_text_is_taken_without_and_it_is_noted(release):
    write_features(release.parent, "text_roberta", {"c3": 9})
    first, second, third = read_dataset(release)
    assert (first.text_space, second.text_space, third.text_space) == (None, None, "triplesumm-text-roberta-768")
    assert first.notes == ["mosu_feat_text_roberta.h5 has nothing of it"]


def test_two_networks_of_pictures_are_both_kept(release):
    write_features(release.parent, "visual_googlenet", dict.fromkeys(NAMES, 9))
    (first, *_) = read_dataset(release)
    assert first.feature_space == "triplesumm-visual-clip-1024"
    assert "triplesumm-visual-googlenet-8" in first.further_spaces


FAULTS = {
    "no pictures": ("visual_clip", None, "should be (9, D) finite numbers, one row a second, but it is missing"),
    "two seconds less": ("visual_clip", np.ones((7, 1024)), "but its shape is (7, 1024)"),
    "no numbers": ("audio_ast", np.full((9, 768), np.nan), "but it holds NaN or infinite values"),
    "flat": ("text_roberta", np.ones(9), "but its shape is (9,)"),
    "no columns": ("text_roberta", np.ones((9, 0)), "but its shape is (9, 0)"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_malformed_features_are_refused_by_their_file_and_video_and_the_others_can_be_taken(release, tmp_path, name):
    what, value, said = FAULTS[name]
    with h5py.File(release.with_name(f"mosu_feat_{what}.h5"), "a") as file:
        del file["_b2"]
        if value is not None:
            file["_b2"] = value
    with Library.open(tmp_path / "library") as library:
        with pytest.raises(FormatError) as error:
            import_dataset(library, ImportDatasetRequest(path=release))
        assert f"mosu_feat_{what}.h5: '_b2' should be (9, D)" in error.value.message
        assert said in error.value.message
        assert library.datasets.list() == []
        assert not list(library.data_dir.rglob("*.h5"))
        taken = import_dataset(library, ImportDatasetRequest(path=release, skip_bad=True))
        assert [one.id for one in taken.entries] == ["mosu_gt/a_1", "mosu_gt/c3"]  # as ids are written
        assert [one.entry for one in taken.left_out] == ["_b2"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("gt_score", None),
        ("gt_score", np.zeros(0)),
        ("gt_score", np.full(9, np.nan)),
        ("gt_score", np.zeros((9, 2))),
        ("gt_summary", np.full(9, 0.5)),
        ("gt_summary", np.full(9, 3)),
        ("gt_summary", np.zeros(4)),
        ("change_points", np.zeros((2, 3))),
    ],
)
def test_malformed_labels_are_refused_by_file_key_and_expectation(tmp_path, key, value):
    path = write_labels(tmp_path / "x_gt.h5", {"a": labels(9, **{key: value}), "b": labels(9)})
    with pytest.raises(FormatError, match=f"^x_gt.h5: 'a/{key}'"):
        list(read_dataset(path))


def test_whoever_gives_the_file_of_features_is_told_which_to_give(release):
    with pytest.raises(FormatError) as error:
        read_dataset(release.with_name("mosu_feat_visual_clip.h5"))
    assert error.value.message == "mosu_feat_visual_clip.h5 holds features without labels."
    assert "mosu_gt.h5" in error.value.hint


def test_features_that_lie_elsewhere_are_not_followed(release, tmp_path):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["a"] = np.ones((9, 768))
    with h5py.File(release.with_name("mosu_feat_audio_ast.h5"), "a") as file:
        del file["c3"]
        file["c3"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "a")
    with pytest.raises(FormatError, match=r"mosu_feat_audio_ast.h5: 'c3' lies in another file"):
        read_dataset(release)


def test_the_command_imports_all_of_it_from_the_one_file(release, tmp_path):
    data = tmp_path / "data"
    told = CliRunner().invoke(app, ["import", str(release), "--dataset", "mosu", "--data-dir", str(data)])
    assert told.exit_code == 0, told.output
    assert "3 entries in dataset 'mosu'." in told.stdout
    with Library.open(data) as library:
        kept = library.entries.get("mosu/c3")
        assert set(kept.features) == {
            "triplesumm-visual-clip-1024",
            "triplesumm-text-roberta-768",
            "triplesumm-audio-ast-768",
        }
