"""TVSum's annotations, by themselves and joined to an eccv16 file."""

from __future__ import annotations

from fractions import Fraction

import h5py
import numpy as np
import pytest

from core.errors import FormatError, InputError
from storage.formats import read_dataset
from storage.formats.tvsum import join_tvsum, standard_rate


@pytest.fixture(scope="session")
def tvsum(shared):
    return shared / "data/tvsum"


@pytest.fixture(scope="session")
def from_mat(tvsum):
    return read_dataset(tvsum / "ydata-tvsum50.mat")


def write_tsv(path, rows):
    path.write_text("".join(f"{video}\tVT\t{ratings}\n" for video, ratings in rows))
    return path


def test_every_person_and_frame_of_the_release_is_there(from_mat):
    assert [entry.key for entry in from_mat] == [f"video_{n}" for n in range(1, 51)]
    first = from_mat[0]
    assert first.title.startswith("#1306 How to change tires")
    assert (first.meta["category"], first.meta["video_name"]) == ("VT", "AwmHb44_ouw")
    assert first.annotations.frame_labels.shape == (20, 10597)
    assert all(len(entry.annotations) == 20 for entry in from_mat)
    np.testing.assert_array_equal(first.picks[:3], [0, 15, 30])
    assert first.annotations.scores[0, 0] == np.float32(0.8)


def test_frame_rates_are_exact_standard_ones(from_mat):
    rates = {entry.key: entry.timebase.rate for entry in from_mat}
    assert rates["video_1"] == Fraction(30000, 1001)
    assert rates["video_3"] == Fraction(24000, 1001)
    assert rates["video_2"] == 25
    assert rates["video_29"] == Fraction(17527000, 585863), "far from any standard rate: as measured"
    assert standard_rate(2997, Fraction(100)) == Fraction(30000, 1001)


def test_the_eccv16_file_holds_the_same_scores(from_mat, tvsum):
    for entry, other in zip(read_dataset(tvsum / "tvsum_captions_minilm.h5"), from_mat, strict=True):
        np.testing.assert_array_equal(entry.annotations.scores, other.annotations.scores)


def test_joining_gives_ratings_to_a_file_that_only_has_summaries(tvsum, tmp_path):
    """The released eccv16 file: no ratings, names or frame rates, so videos are known by their length."""
    with h5py.File(tvsum / "tvsum_captions_minilm.h5") as source, h5py.File(tmp_path / "released.h5", "w") as target:
        for key in ("video_1", "video_30"):
            source.copy(key, target)
            for name in ("user_scores", "title", "category", "video_name"):
                del target[key][name]
    entries = read_dataset(tmp_path / "released.h5", tvsum / "ydata-tvsum50.mat")
    assert [entry.meta["video_name"] for entry in entries] == ["AwmHb44_ouw", "4wU_LUjG5Ic"]
    for entry in entries:
        people = entry.annotations
        np.testing.assert_array_equal(people.scores, people.frame_labels[:, entry.picks].astype(np.float32) / 5)
        assert people.summaries.shape == people.frame_labels.shape
        assert people.protocols[0] == "tvsum"
        assert "fps_note" not in entry.meta
    assert entries[0].timebase.rate == Fraction(30000, 1001)


def test_tsv_and_mat_say_the_same(from_mat, tmp_path):
    rows = []
    for entry in from_mat[:2]:
        for ratings in entry.annotations.frame_labels:
            rows.append((entry.meta["video_name"], ",".join(map(str, ratings))))
    entries = read_dataset(write_tsv(tmp_path / "anno.tsv", rows))
    assert [entry.key for entry in entries] == ["video_1", "video_2"]
    for entry, other in zip(entries, from_mat, strict=False):
        np.testing.assert_array_equal(entry.annotations.scores, other.annotations.scores)
    assert "assumed" in entries[0].meta["fps_note"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", "1,2,3"), ("a", "1,2")], "row 2 should have 3 ratings"),
        ([("a", "1,2,6")], "1 to 5"),
        ([("a", "1,2,")], "separated by commas"),
        ([("a", "1;2;3")], "separated by commas"),
        ([("a\tb", "1,2")], "4 parts"),
    ],
)
def test_a_malformed_tsv_is_refused(tmp_path, rows, said):
    with pytest.raises(FormatError, match=said) as error:
        read_dataset(write_tsv(tmp_path / "anno.tsv", rows))
    assert "anno.tsv" in error.value.message


def test_a_malformed_mat_is_refused(tmp_path):
    with h5py.File(tmp_path / "bad.mat", "w") as file:
        file["tvsum50/video"] = np.zeros(0)
    with pytest.raises(FormatError, match="tvsum50/title"):
        read_dataset(tmp_path / "bad.mat")


def test_annotations_of_other_videos_cannot_be_joined(tmp_path, make_entry):
    path = write_tsv(tmp_path / "anno.tsv", [("a", "1,2,3")])
    with pytest.raises(FormatError, match="1440 frames"):
        join_tvsum([make_entry()], path)


def test_only_eccv16_files_can_be_joined(tmp_path):
    path = write_tsv(tmp_path / "anno.tsv", [("a", "1,2,3")])
    with pytest.raises(InputError):
        read_dataset(path, path)
