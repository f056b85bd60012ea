"""TVSum's annotations, by themselves and joined to an eccv16 file."""

from __future__ import annotations

import csv
import dataclasses
from collections import Counter
from fractions import Fraction

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from core.errors import ConflictError, FormatError, InputError
from storage.formats import read_dataset
from storage.formats.eccv16 import video_keys
from storage.formats.tvsum import join_tvsum, read_tvsum_tsv, standard_rate
from storage.formats.tvsum_tsv import MOST_FRAMES, write_tvsum_tsv


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


def test_a_tsv_that_went_through_a_spreadsheet_says_the_same(tmp_path):
    path = tmp_path / "anno.tsv"
    path.write_bytes(b'"a"\t"VT"\t"1,2,3"\t\r\na \tVT\t1, 2, 3\r\n"b"\tV\xe2\x80\xa8T\t"5,4"\r\n\r\n\r\n')
    first, second = read_dataset(path)
    assert first.people.frame_labels.tolist() == [[1, 2, 3], [1, 2, 3]]
    assert (first.meta["video_name"], first.meta["category"]) == ("a", "VT")
    assert second.people.frame_labels.tolist() == [[5, 4]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", "1,2,3"), ("a", "1,2")], "row 2 should have 3 ratings"),
        ([("a", "1,2,6")], "1 to 5"),
        ([("a", "1,2,")], "separated by commas"),
        ([("a", "1;2;3")], "separated by commas"),
        ([("a\tb", "1,2")], "4 parts"),
        ([(" ", "1,2")], "row 1 .* it names no video"),
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


def test_a_video_without_a_name_is_not_joined_where_two_are_as_long(tmp_path, make_entry):
    ratings = ",".join(["3"] * 1440)
    path = write_tsv(tmp_path / "anno.tsv", [("a", ratings), ("b", ratings)])
    with pytest.raises(FormatError, match="1440 frames"):
        join_tvsum([make_entry()], path)
    (joined,) = join_tvsum([make_entry(meta={"video_name": "b"})], path)
    assert joined.meta["video_name"] == "b"


def test_only_eccv16_files_can_be_joined(tmp_path):
    path = write_tsv(tmp_path / "anno.tsv", [("a", "1,2,3")])
    with pytest.raises(InputError):
        read_dataset(path, path)


def official(path):
    """By the number of the video: the ratings that the releases of SummDiff, LLMVS and CSTA take from a file."""
    with path.open(encoding="utf-8") as file:
        table = list(csv.reader(file, delimiter="\t"))
    loaded = {}
    for i, rows in enumerate(Counter(row[0] for row in table).values(), start=1):
        ratings = [np.array([float(n) for n in row[2].split(",")]) for row in table[(i - 1) * rows : i * rows]]
        loaded[i] = [row / row.max() for row in ratings]
    return loaded


def naive(entries, path):
    """The same rows without any check, as somebody would write them who has not seen the loaders."""
    with path.open("w", encoding="utf-8") as file:
        for entry in entries:
            for row in frame_ratings(entry):
                file.write(f"{entry.meta.get('video_name') or entry.key}\t\t{','.join(map(str, row))}\n")
    return path


def frame_ratings(entry):
    """(U, n_frames) of 1..5, by the definition: frame by frame; what was not judged is 1."""
    if entry.annotations.frame_labels is not None:
        return entry.annotations.frame_labels.astype(int)
    at_picks = np.clip(np.round(5 * np.nan_to_num(entry.annotations.scores)), 1, 5).astype(int)
    last_pick = [max(int(np.sum(entry.picks <= frame)) - 1, 0) for frame in range(entry.n_frames)]
    return at_picks[:, last_pick]


def rated(ratings, entry_id, picks=None, n_frames=None, **meta):
    """An entry whose people rated picks, by default every second frame, with 1..5 (0: not judged)."""
    ratings = np.asarray(ratings)
    count, steps = ratings.shape
    people = AnnotationSet(
        annotators=tuple(f"person {n}" for n in range(count)),
        scores=np.where(ratings == 0, np.nan, ratings / 5).astype(np.float32),
        protocols=("shot-ratings",) * count,
    )
    picks = np.arange(steps) * 2 if picks is None else picks
    timebase = Timebase(Fraction(25), n_frames or 2 * steps)
    return Entry(entry_id, entry_id, timebase, picks, annotations=people, meta=meta)


def comes_back(entries, loaded):
    """Whether the loaders have each person's ratings, stretched to their highest, under the number of each video."""
    numbers = [int(key.partition("_")[2]) for key in video_keys(entries)]
    if set(loaded) != set(numbers):
        return False
    for number, entry in zip(numbers, entries, strict=True):
        if entry.annotations.frame_labels is None and np.isnan(entry.annotations.scores).any():
            return False  # a file without gaps says something about what nobody judged
        wanted = frame_ratings(entry)
        if len(loaded[number]) != len(wanted):
            return False
        for row, ratings in zip(loaded[number], wanted, strict=True):
            if len(row) != len(ratings) or not np.array_equal(row, ratings / ratings.max()):
                return False
    return True


FIRST, SECOND, THIRD = [[1, 5, 2], [5, 2, 3]], [[2, 2, 5], [4, 5, 1]], [[5, 1, 1], [1, 1, 5]]


def test_the_release_is_written_as_it_was_read(from_mat, tmp_path):
    path = write_tvsum_tsv(from_mat, tmp_path / "ydata-tvsum50-anno.tsv")
    assert list(tmp_path.iterdir()) == [path]
    for entry, back in zip(from_mat, read_tvsum_tsv(path), strict=True):
        assert back.key == entry.key
        assert back.meta["video_name"] == entry.meta["video_name"]
        assert back.meta["category"] == entry.meta["category"]
        np.testing.assert_array_equal(back.annotations.frame_labels, entry.annotations.frame_labels)
        np.testing.assert_array_equal(back.annotations.scores, entry.annotations.scores)
    loaded = official(path)
    for number, entry in enumerate(from_mat, start=1):
        np.testing.assert_array_equal(loaded[number], entry.annotations.frame_labels / 5)


@given(st.data())
def test_everybody_comes_back_from_the_official_slicing(tmp_path_factory, data):
    people, videos = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    prefix = data.draw(st.sampled_from(["video_", "talk-"]))
    entries = []
    for number in data.draw(st.permutations(range(1, videos + 1))):
        n_frames = data.draw(st.integers(2, 40))
        picks = np.array(sorted(data.draw(st.sets(st.integers(0, n_frames - 1), min_size=2))))
        row = st.lists(st.integers(1, 5), min_size=len(picks), max_size=len(picks)).filter(lambda r: len(set(r)) > 1)
        ratings = [data.draw(row) for _ in range(people)]
        entries.append(rated(ratings, f"a/{prefix}{number}", picks=picks, n_frames=n_frames))
    path = write_tvsum_tsv(entries, tmp_path_factory.mktemp("tsv") / "anno.tsv")
    assert comes_back(entries, official(path))
    by_id = {entry.meta["video_name"]: entry for entry in read_tvsum_tsv(path)}
    for entry in entries:
        np.testing.assert_array_equal(by_id[entry.key].annotations.frame_labels, frame_ratings(entry))


def test_scores_become_the_nearest_rating(tmp_path):
    entry = rated([[1, 2, 3, 4, 5, 1, 2]], "a/b")
    scores = np.array([[0, 0.04, 0.3, 0.5, 0.69, 0.7, 1]], np.float32)
    entry = dataclasses.replace(entry, annotations=dataclasses.replace(entry.annotations, scores=scores))
    (back,) = read_tvsum_tsv(write_tvsum_tsv([entry], tmp_path / "anno.tsv"))
    np.testing.assert_array_equal(back.annotations.frame_labels[0, ::2], [1, 1, 2, 3, 3, 4, 5])


def other_ids(entries, **meta):
    return [dataclasses.replace(entry, meta=meta) for entry in entries]


REFUSED = {
    "one person more on one video": (
        [rated(FIRST, "a/x"), rated([*SECOND, [1, 2, 3]], "a/y"), rated(THIRD, "a/z")],
        "'a/y' .* 3 people and 'a/x' 2",
        "every video",
    ),
    "one person less on the last": (
        [rated(FIRST, "a/x"), rated(SECOND, "a/y"), rated(THIRD[:1], "a/z")],
        "'a/z' .* 1 people and 'a/x' 2",
        "every video",
    ),
    "a video that somebody has not finished": (
        [rated(FIRST, "a/x"), rated([[2, 2, 5], [4, 0, 1]], "a/y")],
        "'a/y' .* person 1 has not judged 1 of its 3 picks",
        "exclude that person",
    ),
    "videos with a gap in their numbers": (
        [rated(FIRST, "a/video_1"), rated(SECOND, "a/video_3")],
        "'a/video_3' .* looked for at place 3, but they are at place 2",
        "from video_1 on",
    ),
    "a number written in two ways": (
        [rated(FIRST, "a/video_1"), rated(SECOND, "a/video_01")],
        "'a/video_01' .* place 1, but they are at place 2",
        "from video_1 on",
    ),
    "two videos of the same id": (
        other_ids([rated(FIRST, "a/x"), rated(SECOND, "a/y")], video_name="AwmHb44_ouw"),
        "'a/y' .* 'AwmHb44_ouw' is also that of 'a/x'",
        "Leave one out",
    ),
    "a quotation mark": ([rated(FIRST, 'a/"x'), rated(SECOND, "a/y")], "its id has a tab", "Change it"),
    "a line break": ([rated(FIRST, "a/x\ny"), rated(SECOND, "a/y")], "its id has a tab", "Change it"),
    "a tab": ([rated(FIRST, "a/x\ty"), rated(SECOND, "a/y")], "its id has a tab", "Change it"),
    "longer than the loaders can read": (
        [rated([[1, 5]], "a/x", n_frames=MOST_FRAMES + 1)],
        "'a/x' .* 65537 frames",
        "Leave the video out",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_the_loaders_would_get_wrong_is_refused(why, tmp_path):
    entries, said, hint = REFUSED[why]
    path = naive(entries, tmp_path / "naive.tsv")
    try:
        loaded = official(path)
    except (csv.Error, ValueError, IndexError):
        loaded = {}
    assert not comes_back(entries, loaded), "the loaders get this right, so it need not be refused"
    with pytest.raises(ConflictError, match=said) as error:
        write_tvsum_tsv(entries, tmp_path / "anno.tsv")
    assert hint in error.value.hint
    assert "eccv16 or CSV" in error.value.hint
    assert [file.name for file in tmp_path.iterdir()] == ["naive.tsv"]


@pytest.mark.parametrize("rating", range(1, 6))
def test_one_rating_everywhere_is_refused_as_the_loaders_cannot_tell_which(rating, tmp_path):
    entries = [rated(FIRST, "a/x"), rated([[2, 2, 5], [rating] * 3], "a/y")]
    assert np.all(official(naive(entries, tmp_path / "naive.tsv"))[2][1] == 1.0)
    with pytest.raises(ConflictError, match=f"'a/y' .* person 1 said {rating} everywhere") as error:
        write_tvsum_tsv(entries, tmp_path / "anno.tsv")
    assert "Exclude that person" in error.value.hint


def test_the_longest_video_that_the_loaders_read_is_written(tmp_path):
    entry = rated([[1, 5]], "a/x", n_frames=MOST_FRAMES)
    assert len(official(write_tvsum_tsv([entry], tmp_path / "anno.tsv"))[1][0]) == MOST_FRAMES


def test_a_highest_rating_below_5_is_stretched_by_the_loaders_but_keeps_its_order(tmp_path):
    path = write_tvsum_tsv([rated([[1, 2, 4]], "a/x")], tmp_path / "anno.tsv")
    np.testing.assert_array_equal(official(path)[1][0][::2], [0.25, 0.5, 1])
    (back,) = read_tvsum_tsv(path)
    np.testing.assert_array_equal(back.annotations.frame_labels[0, ::2], [1, 2, 4])


def test_a_file_that_cannot_be_made_leaves_the_older_one(make_entry, tmp_path):
    path = write_tvsum_tsv([rated(FIRST, "a/x")], tmp_path / "anno.tsv")
    before = path.read_bytes()
    raw = dataclasses.replace(rated(FIRST, "a/y").annotations, frame_labels=np.tile([0, 1], (2, 3)).astype(np.uint8))
    for entries, kind, said in (
        ([rated(FIRST, "a/x"), make_entry(people=0)], InputError, "Nobody has judged 'talks/first'"),
        ([rated(FIRST, "a/x"), rated(SECOND, "a/x")], InputError, "only once"),
        ([], InputError, "at least one"),
        ([dataclasses.replace(rated(FIRST, "a/y"), annotations=raw)], ConflictError, "not 1 to 5"),
    ):
        with pytest.raises(kind, match=said):
            write_tvsum_tsv(entries, path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before
