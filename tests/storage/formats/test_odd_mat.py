"""MATLAB files of both versions, for SumMe and TVSum: the same videos, whatever version, sides and sparseness."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_array

from core.errors import FormatError
from storage.formats import read_dataset
from storage.formats.eccv16 import write_eccv16
from storage.formats.faults import Findings
from tests.storage.formats.mat73 import write_mat73

N_FRAMES, PEOPLE = 100, 3
CHOSEN = (np.random.default_rng(0).random((N_FRAMES, PEOPLE)) < 0.2) * np.arange(1.0, PEOPLE + 1)
RATED = np.random.default_rng(1).integers(1, 6, (N_FRAMES, PEOPLE)).astype(float)


def write5(path, values):
    made = {}
    for name, value in values.items():
        if isinstance(value, dict):
            kinds = [(field, object) for field in value]
            rows = list(zip(*value.values(), strict=True))
            table = np.empty((1, len(rows)), kinds)
            for place, row in enumerate(rows):
                for field, one in zip(value, row, strict=True):
                    table[field][0, place] = one
            made[name] = table
        else:
            made[name] = value
    savemat(path, made, do_compression=True)
    return path


WRITERS = {
    "5": write5,
    "7.3": write_mat73,
    "7.3 without classes": lambda path, values: write_mat73(path, values, classes=False),
}
each_version = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def summe(**changes):
    values = {"user_score": CHOSEN, "FPS": 25.0, "nFrames": float(N_FRAMES), "video_duration": N_FRAMES / 25}
    return {name: value for name, value in (values | changes).items() if value is not None}


def tvsum(count=2, **changes):
    columns = {
        "video": [f"id-{n}" for n in range(count)],
        "title": [f"Title {n}" for n in range(count)],
        "category": ["VT"] * count,
        "length": [N_FRAMES / 25] * count,
        "nframes": [float(N_FRAMES)] * count,
        "user_anno": [RATED if n % 2 else 6 - RATED for n in range(count)],
    }
    for field, (place, value) in changes.items():
        columns[field][place] = value
    return {"tvsum50": columns}


@each_version
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("turned", [False, True])
def test_summe_is_read(tmp_path, write, sparse, turned):
    scores = CHOSEN.T if turned else CHOSEN
    (entry,) = read_dataset(write(tmp_path / "Jumps.mat", summe(user_score=csc_array(scores) if sparse else scores)))
    np.testing.assert_array_equal(entry.people.summaries, CHOSEN.T > 0)
    assert (entry.id, entry.n_frames, entry.timebase.rate) == ("summe/Jumps", N_FRAMES, 25)


@each_version
def test_nobody_chose_anything_in_a_sparse_array(tmp_path, write):
    empty = csc_array((N_FRAMES, PEOPLE))
    (entry,) = read_dataset(write(tmp_path / "Jumps.mat", summe(user_score=empty)))
    assert entry.people.summaries.shape == (PEOPLE, N_FRAMES)
    assert not entry.people.summaries.any()


@each_version
@pytest.mark.parametrize("more", [1, -1])
def test_one_frame_too_many_or_too_few_is_noted(tmp_path, write, more):
    scores = np.concatenate([CHOSEN, CHOSEN[-1:]]) if more == 1 else CHOSEN[:-1]
    right = CHOSEN if more == 1 else np.concatenate([scores, scores[-1:]])
    (entry,) = read_dataset(write(tmp_path / "Jumps.mat", summe(user_score=scores)))
    np.testing.assert_array_equal(entry.people.summaries, right.T > 0)
    assert entry.meta["frames_note"].startswith(f"'user_score' has {N_FRAMES + more} frames where {N_FRAMES}")
    rated = np.concatenate([RATED, RATED[-1:]]) if more == 1 else RATED[:-1]
    (_, other) = read_dataset(write(tmp_path / "tvsum.mat", tvsum(user_anno=(1, rated))))
    assert other.people.frame_labels.shape == (PEOPLE, N_FRAMES)
    assert f"has {N_FRAMES + more} frames" in other.meta["frames_note"]


@each_version
@pytest.mark.parametrize("count", [1, 2, 3])
def test_tvsum_is_read(tmp_path, write, count):
    entries = read_dataset(write(tmp_path / "tvsum.mat", tvsum(count)))
    assert [(one.key, one.title, one.meta["video_name"]) for one in entries] == [
        (f"video_{n + 1}", f"Title {n}", f"id-{n}") for n in range(count)
    ]
    for number, entry in enumerate(entries):
        np.testing.assert_array_equal(entry.people.frame_labels, (RATED if number % 2 else 6 - RATED).T)
        assert (entry.timebase.rate, entry.meta["category"]) == (Fraction(25), "VT")


@each_version
def test_tvsum_is_joined(tmp_path, write, make_entry):
    released = write_eccv16([make_entry("x/video_1")], tmp_path / "x.h5")
    columns = tvsum(1)["tvsum50"]
    ratings = np.random.default_rng(2).integers(1, 6, (1440, 4)).astype(float)
    columns |= {"user_anno": [ratings], "nframes": [1440.0], "length": [60.0]}
    (entry,) = read_dataset(released, write(tmp_path / "t.mat", {"tvsum50": columns}))
    np.testing.assert_array_equal(entry.people.frame_labels, ratings.T)


@each_version
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"FPS": "fast"}, "'FPS' should be one number"),
        ({"FPS": 0.0, "nFrames": np.array([[1.0, 2.0]])}, "'nFrames' should be one number.*; 'FPS' should be a frame"),
        ({"user_score": CHOSEN[:50]}, r"'user_score' should be \(100, people\)"),
        ({"user_score": None, "FPS": None}, "'user_score' and 'FPS' should be there"),
    ],
)
def test_a_malformed_summe_file_says_all_that_is_wrong(tmp_path, write, changes, said):
    with pytest.raises(FormatError, match=rf"Jumps\.mat: {said}"):
        read_dataset(write(tmp_path / "Jumps.mat", summe(**changes)))


@each_version
def test_good_videos_beside_bad_ones_are_taken_if_asked(tmp_path, write):
    path = write(tmp_path / "tvsum.mat", tvsum(3, length=(1, -1.0), user_anno=(1, RATED + 1)))
    with pytest.raises(FormatError, match=r"'user_anno' of video 2 .*; 'length' of video 2"):
        read_dataset(path)
    findings = Findings(skip_bad=True)
    assert [one.key for one in read_dataset(path, findings=findings)] == ["video_1", "video_3"], (
        "they keep their places"
    )
    assert [one.key for one in findings.bad] == ["video 2"]
    folder = tmp_path / "GT"
    folder.mkdir()
    for name, changes in {"A": {}, "B": {"FPS": 0.0}, "C": {"nFrames": None}, "D": {}}.items():
        write(folder / f"{name}.mat", summe(**changes))
    with pytest.raises(FormatError, match=r"B\.mat: 'FPS' .*; C\.mat: 'nFrames'"):
        read_dataset(folder)
    findings = Findings(skip_bad=True)
    assert [one.key for one in read_dataset(folder, findings=findings)] == ["A", "D"]
    assert [one.key for one in findings.bad] == ["B", "C"]


def test_a_row_of_a_table_is_bad_for_its_video_alone(tmp_path):
    path = tmp_path / "t.tsv"
    path.write_text("a\tX\t1,2,3\nb\tX\t1,2,9\nb\tX\t1;2;3\nc\tX\t1,2,3\nc\tX\t3,2,1\n")
    with pytest.raises(FormatError, match=r"t\.tsv: row 2 should hold ratings of 1 to 5.*; row 3 should"):
        read_dataset(path)
    findings = Findings(skip_bad=True)
    assert [one.key for one in read_dataset(path, findings=findings)] == ["video_1", "video_3"]


@each_version
def test_a_sparse_array_that_is_far_too_large_is_refused(tmp_path, write):
    huge = csc_array((np.ones(1), (np.zeros(1, int), np.zeros(1, int))), shape=(2**30, 8))
    with pytest.raises(FormatError, match="far too large"):
        read_dataset(write(tmp_path / "Jumps.mat", summe(user_score=huge)))


def cells(values):
    made = np.empty((1, len(values)), object)
    for place, value in enumerate(values):  # assigned at once, arrays of one shape would be spread
        made[0, place] = value
    return made


def as_kept(form):
    columns = tvsum()["tvsum50"]
    if form == "cells of structs":
        return cells([{field: values[n] for field, values in columns.items()} for n in range(2)])
    rows = ("length", "nframes") if form == "rows of numbers" else ()
    return {field: np.array(values) if field in rows else cells(values) for field, values in columns.items()}


@pytest.mark.parametrize("form", ["struct of cells", "rows of numbers", "cells of structs"])
def test_the_videos_of_tvsum_may_be_kept_in_other_ways(tmp_path, form):
    savemat(tmp_path / "other.mat", {"tvsum50": as_kept(form)})
    wanted = read_dataset(write5(tmp_path / "known.mat", tvsum()))
    for one, other in zip(read_dataset(tmp_path / "other.mat"), wanted, strict=True):
        assert (one.title, one.timebase.rate, one.meta) == (other.title, other.timebase.rate, other.meta)
        np.testing.assert_array_equal(one.people.frame_labels, other.people.frame_labels)


@each_version
def test_what_else_is_in_a_file_does_not_matter(tmp_path, write):
    path = write(tmp_path / "Jumps.mat", summe(notes=csc_array((100_000, 100_000))))
    (entry,) = read_dataset(path)
    np.testing.assert_array_equal(entry.people.summaries, CHOSEN.T > 0)


@each_version
@pytest.mark.parametrize(
    "changes",
    [
        {"nFrames": 0.0, "user_score": np.ones((1, 3))},
        {"FPS": 1e9},
        {"FPS": 1e-7},
        {"user_score": -CHOSEN},
        {"user_score": np.where(CHOSEN > 0, CHOSEN, np.nan)},
    ],
)
def test_numbers_that_are_of_no_video_are_named_with_their_file(tmp_path, write, changes):
    with pytest.raises(FormatError, match=r"Jumps\.mat: '(FPS|nFrames|user_score)' should be"):
        read_dataset(write(tmp_path / "Jumps.mat", summe(**changes)))


@each_version
@pytest.mark.parametrize("length", [0.0, 1e-9, 1e300])
def test_a_length_that_is_of_no_video_is_a_fault_of_that_video(tmp_path, write, length):
    findings = Findings(skip_bad=True)
    path = write(tmp_path / "t.mat", tvsum(length=(0, length)))
    (entry,) = read_dataset(path, findings=findings)
    assert entry.title == "Title 1"
    assert "'length' of video 1" in findings.bad[0].reasons[0]


@each_version
def test_titles_may_hold_any_character_and_numbers_are_none(tmp_path, write):
    first, _ = read_dataset(write(tmp_path / "t.mat", tvsum(title=(0, "F\u00fcchse \N{FOX FACE}"))))
    assert first.title == "F\u00fcchse \N{FOX FACE}"
    with pytest.raises(FormatError, match="'title' of video 1 should be characters"):
        read_dataset(write(tmp_path / "n.mat", tvsum(title=(0, 5.0))))
