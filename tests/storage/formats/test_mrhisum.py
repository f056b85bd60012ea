"""MR.HiSum's file: read video by video, with one summary and a mean curve in place of people."""

from __future__ import annotations

import h5py
import numpy as np
import pytest

from benchmarks.library import write_mrhisum
from core.errors import FormatError
from storage.formats import read_dataset
from storage.formats.mrhisum import MrHisum
from storage.library import Library
from verbs.import_dataset import ImportDatasetRequest, import_dataset


@pytest.fixture
def file(tmp_path):
    write_mrhisum(tmp_path / "mr_hisum.h5", 12)
    return tmp_path / "mr_hisum.h5"


def test_videos_come_in_the_order_of_their_numbers_at_one_pick_a_second(file, monkeypatch):
    monkeypatch.setattr("storage.formats.one_by_one.TOGETHER", 5)  # the file is opened three times
    entries = read_dataset(file)
    assert [entry.key for entry in entries] == [f"video_{number}" for number in range(1, 13)]
    first = entries[0]
    length = first.n_frames
    assert first.timebase.rate == 1
    assert first.picks.tolist() == list(range(length))
    assert first.main_features.shape == (length, 1024)
    assert first.feature_space == "youtube8m-inception-v3"
    assert first.annotations.annotators == ("dataset mean",)


def test_ends_of_shots_are_exclusive_and_the_last_reaches_the_end(file):
    for entry in read_dataset(file):
        bounds = entry.shots["kts"].bounds
        assert bounds[0, 0] == 0
        assert bounds[-1, 1] == entry.n_frames
        np.testing.assert_array_equal(bounds[1:, 0], bounds[:-1, 1])


@pytest.mark.parametrize("name", ["gtsummary", "gt_summary"])
def test_the_summary_has_either_name(file, name):
    with h5py.File(file, "a") as inside:
        group = inside["video_3"]
        wanted = group["gtsummary"][()]
        group.move("gtsummary", "kept")
        group[name] = wanted
    np.testing.assert_array_equal(read_dataset(file)[2].annotations.summaries, wanted[None])


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("features", None, "missing"),
        ("features", np.zeros((0, 1024), np.float32), "none"),
        ("features", np.full((9, 1024), np.nan, np.float32), "NaN"),
        ("gtscore", np.zeros(3, np.float32), "(3,)"),
        ("change_points", None, "missing"),
        ("gtsummary", np.full(9, 0.5, np.float32), "gtsummary"),
    ],
)
def test_a_malformed_video_is_refused_by_file_key_and_expectation_and_nothing_is_kept(file, tmp_path, key, value, said):
    with h5py.File(file, "a") as inside:
        del inside[f"video_7/{key}"]
        if value is not None:
            inside[f"video_7/{key}"] = value
    with Library.open(tmp_path / "library") as library:
        with pytest.raises(FormatError) as error:
            import_dataset(library, ImportDatasetRequest(path=file))
        assert error.value.message.startswith(f"mr_hisum.h5: 'video_7/{key}' should be ")
        assert said in error.value.message
        assert library.datasets.list() == []
        assert not list(library.data_dir.rglob("*.h5"))


def test_an_import_says_what_came_and_how_far_it_is(file, tmp_path):
    told = []
    with Library.open(tmp_path / "library") as library:
        result = import_dataset(
            library, ImportDatasetRequest(path=file), progress=lambda share, words, figures=None: told.append(share)
        ).as_json()
        assert [row["id"] for row in result["entries"]] == [f"mr_hisum/video_{number}" for number in range(1, 13)]
        kept = library.entries.get("mr_hisum/video_5")
    came = MrHisum(file)[4]
    assert result["entries"][4]["picks"] == len(came.picks)
    np.testing.assert_array_equal(kept.annotations.scores, came.annotations.scores)
    np.testing.assert_array_equal(kept.annotations.summaries, came.annotations.summaries)
    assert kept.timebase.rate == 1
    assert told == sorted(told)
    assert told[-1] == 1
