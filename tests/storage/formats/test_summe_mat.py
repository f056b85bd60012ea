"""SumMe's .mat files, written by us: the same for our reader and laid out as the release."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.io import loadmat

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from core.errors import InputError
from storage.formats import read_dataset
from storage.formats.eccv16 import summaries_of
from storage.formats.summe import read_summe, write_summe_mat


def selections(summaries, rate=Fraction(25), entry_id="summe/Jumps"):
    """An entry of people who selected frames: (U, n_frames) of 0 and 1."""
    summaries = np.asarray(summaries, np.uint8)
    count, n_frames = summaries.shape
    picks = np.arange(0, n_frames, 15)
    people = AnnotationSet(
        annotators=tuple(f"person {n}" for n in range(count)),
        scores=summaries[:, picks].astype(np.float32),
        protocols=("summe",) * count,
        summaries=summaries,
    )
    return Entry(id=entry_id, title="Jumps", timebase=Timebase(rate, n_frames), picks=picks, annotations=people)


def written(entry, folder):
    (path,) = write_summe_mat([entry], folder)
    return path


def test_the_release_comes_back(shared, tmp_path):
    entries = read_summe(shared / "data/summe")
    paths = write_summe_mat(entries, tmp_path)
    assert [path.name for path in paths] == ["Air_Force_One.mat", "Cooking.mat", "Jumps.mat"]
    assert sorted(tmp_path.iterdir()) == paths, "nothing else is left behind"
    for entry, back in zip(entries, read_dataset(tmp_path), strict=True):
        assert (back.id, back.title, back.timebase.rate) == (entry.id, entry.title, entry.timebase.rate)
        np.testing.assert_array_equal(back.annotations.summaries, entry.annotations.summaries)
        np.testing.assert_array_equal(back.annotations.scores, entry.annotations.scores)


def test_types_and_orientation_are_those_of_the_release(shared, tmp_path):
    for entry, path in zip(
        read_summe(shared / "data/summe"), write_summe_mat(read_summe(shared / "data/summe"), tmp_path), strict=True
    ):
        theirs, ours = loadmat(shared / "data/summe/GT" / path.name), loadmat(path)
        for key in ("user_score", "gt_score", "nFrames", "FPS", "video_duration", "segments"):
            assert (ours[key].shape, ours[key].dtype) == (theirs[key].shape, theirs[key].dtype), key
        np.testing.assert_array_equal(ours["gt_score"], theirs["gt_score"])
        np.testing.assert_array_equal(ours["user_score"] > 0, theirs["user_score"] > 0)
        assert ours["segments"][0, 0].dtype == theirs["segments"][0, 0].dtype
        # Theirs are numbered as the person marked them and touching ones are apart, so only their frames can be equal.
        for number, cell in enumerate(ours["segments"][0]):
            frames = np.zeros(entry.n_frames, bool)
            for start, end in cell:
                frames[entry.timebase.frame_at(start) : round(end * float(entry.timebase.rate))] = True
            np.testing.assert_array_equal(frames, theirs["user_score"][:, number] > 0)


@given(
    summaries=arrays(np.uint8, st.tuples(st.integers(1, 4), st.integers(1, 400)), elements=st.integers(0, 1)),
    rate=st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(24000, 1001), Fraction(15), Fraction(300)]),
)
def test_every_selection_comes_back(tmp_path_factory, summaries, rate):
    path = written(selections(summaries, rate), tmp_path_factory.mktemp("mat"))
    (back,) = read_summe(path)
    np.testing.assert_array_equal(back.annotations.summaries, summaries)
    assert back.timebase.rate == rate
    values = loadmat(path)
    np.testing.assert_allclose(values["gt_score"][:, 0], summaries.mean(axis=0))
    for number, cell in enumerate(values["segments"][0]):
        assert cell.shape[1] == 2
        assert values["user_score"][:, number].max() == len(cell)
        for piece, (start, end) in enumerate(cell, start=1):
            frames = np.flatnonzero(values["user_score"][:, number] == piece)
            np.testing.assert_allclose([start, end], [frames[0] / float(rate), (frames[-1] + 1) / float(rate)])


def test_more_pieces_than_a_byte_counts_come_back(tmp_path):
    summaries = np.tile([1, 0], (1, 300))
    (back,) = read_summe(written(selections(summaries), tmp_path))
    np.testing.assert_array_equal(back.annotations.summaries, summaries)


def test_people_without_a_summary_get_the_cut_of_their_scores(make_entry, tmp_path):
    entry = make_entry()
    scores = entry.annotations.scores.copy()
    scores[1, 50:] = np.nan
    entry = dataclasses.replace(entry, annotations=dataclasses.replace(entry.annotations, scores=scores))
    (back,) = read_summe(written(entry, tmp_path))
    np.testing.assert_array_equal(back.annotations.summaries, summaries_of(entry, entry.annotations))
    assert (back.annotations.summaries.mean(axis=1) <= 0.15).all()


def test_segments_tell_the_time_of_a_varying_frame_rate(tmp_path):
    entry = selections([[0, 1, 1, 0]])
    timebase = Timebase.from_times(np.array([0, 10, 25, 30]), Fraction(1, 10), 40)
    path = written(dataclasses.replace(entry, timebase=timebase), tmp_path)
    np.testing.assert_array_equal(loadmat(path)["segments"][0, 0], [[1.0, 3.0]])
    assert loadmat(path)["FPS"].item() == 1.0


def test_names_of_any_script_are_there(tmp_path):
    entry = selections([[0, 1], [1, 1], [1, 0]])
    names = ("Zoë", "山田", "ada 🙂")
    entry = dataclasses.replace(entry, annotations=dataclasses.replace(entry.annotations, annotators=names))
    assert [cell.item() for cell in loadmat(written(entry, tmp_path))["all_userIDs"][0]] == list(names)


@pytest.mark.parametrize("entry_id", ["a/../out", "a/..", "a/", "a/b\\c", "a/b/c"])
def test_a_key_cannot_lead_out_of_the_folder(tmp_path, entry_id):
    with pytest.raises(InputError, match="cannot name a file"):
        write_summe_mat([selections([[1]], entry_id=entry_id)], tmp_path / "in")
    assert list(tmp_path.iterdir()) == []


def test_two_videos_cannot_share_a_file(tmp_path):
    with pytest.raises(InputError, match=r"'a/Jumps' and 'b/jumps' would both be jumps\.mat"):
        write_summe_mat([selections([[1]], entry_id="a/Jumps"), selections([[1]], entry_id="b/jumps")], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_when_one_video_cannot_be(make_entry, tmp_path):
    first = selections([[1, 0]], entry_id="a/first")
    (path,) = write_summe_mat([first], tmp_path)
    before = path.read_bytes()
    changed = selections([[0, 1]], entry_id="a/first")
    with pytest.raises(InputError, match="Nobody has judged 'a/second'"):
        write_summe_mat([changed, make_entry("a/second", people=0)], tmp_path)
    with pytest.raises(InputError):
        write_summe_mat([], tmp_path)
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        written(selections([[1]]), tmp_path / "file")
