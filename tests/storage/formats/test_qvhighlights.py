"""QVHighlights' lines: one entry a query, rated by three people where a clip has to do with it and nowhere else."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.data import Entry
from core.errors import FormatError, ManycutError
from core.statistics.agreement import agreement
from storage.formats import read_dataset
from storage.formats.qvhighlights import is_qvhighlights
from storage.library import Library
from verbs.import_dataset import ImportDatasetRequest, import_dataset


def line(**changes: object) -> dict:
    given = {
        "qid": 7,
        "query": "A cat opens the door",
        "duration": 20,
        "vid": "abc_0.0_20.0",
        "relevant_clip_ids": [2, 3, 9],
        "saliency_scores": [[0, 2, 4], [1, 2, 3], [4, 4, 4]],
        "relevant_windows": [[4, 8], [18, 20]],
    }
    return {name: value for name, value in (given | changes).items() if value is not ...}


def written(path, *lines):
    path.write_text("".join(one if isinstance(one, str) else json.dumps(one) + "\n" for one in lines))
    return path


def test_ratings_are_at_their_clips_and_nothing_else_was_judged(tmp_path):
    (entry,) = read_dataset(written(tmp_path / "val.jsonl", line()))
    assert (entry.id, entry.title, entry.meta["video_name"]) == ("val/qid_7", "A cat opens the door", "abc_0.0_20.0")
    assert (entry.timebase.duration, entry.picks.tolist()) == (20.0, list(range(0, 20, 2)))
    people = entry.people
    assert people.annotators == ("person 01", "person 02", "person 03")
    assert people.persons == ()  # they are others in every line
    assert np.isnan(people.scores).sum(axis=1).tolist() == [7, 7, 7]
    np.testing.assert_array_equal(people.scores[:, [2, 3, 9]], [[0, 0.25, 1], [0.5, 0.5, 1], [1, 0.75, 1]])
    assert not entry.features


def test_the_end_of_a_video_need_not_be_that_of_a_clip(tmp_path):
    entry, other = read_dataset(written(tmp_path / "x.jsonl", line(duration=19), line(qid=8, duration=18.5)))
    assert (entry.n_frames, len(entry.picks)) == (19, 10)
    assert (other.n_frames, len(other.picks)) == (19, 10)


def test_clips_may_come_in_any_order_and_lines_with_empty_ones_between(tmp_path):
    mixed = line(relevant_clip_ids=[9, 2, 3], saliency_scores=[[4, 4, 4], [0, 2, 4], [1, 2, 3]])
    path = written(tmp_path / "x.jsonl", "\n", line(), "\r\n \n", mixed | {"qid": 8})
    first, second = read_dataset(path)
    np.testing.assert_array_equal(first.people.scores, second.people.scores)


FAULTS = {
    "cut off": ('{"qid": 7, "query": "A cat', "line 1 should be an object in JSON"),
    "deep": ('{"qid": ' + "[" * 100_000, "line 1 should be an object in JSON"),
    "no scores": (line(saliency_scores=...), "line 1 should have 'saliency_scores', but it does not"),
    "as in the test release": (
        line(relevant_clip_ids=..., saliency_scores=...),
        "should have 'relevant_clip_ids' and 'saliency_scores', but it does not",
    ),
    "a word as number": (line(qid="seven"), "should have a whole number as 'qid'"),
    "a huge number": (line(qid=10**300), "should have a whole number as 'qid'"),
    "no query": (line(query=" "), "should have a text as 'query'"),
    "a list as video": (line(vid=[1]), "should have a text as 'vid'"),
    "no duration": (line(duration=0), "should have seconds as 'duration'"),
    "endless": (line(duration=float("inf")), "should have seconds as 'duration'"),
    "not a number": (line(duration=float("nan")), "should have seconds as 'duration'"),
    "true": (line(duration=True), "should have seconds as 'duration'"),
    "no clips": (line(relevant_clip_ids=[], saliency_scores=[]), "'relevant_clip_ids', but there are none"),
    "half a clip": (line(relevant_clip_ids=[2, 3, 4.5]), "whole numbers as 'relevant_clip_ids', but they are not"),
    "a clip twice": (line(relevant_clip_ids=[2, 3, 3]), "'relevant_clip_ids' once, but one is there twice"),
    "beyond the end": (line(relevant_clip_ids=[2, 3, 10]), "of 0 to 9, as its duration says, but one is 10"),
    "before the start": (line(relevant_clip_ids=[-1, 3, 9]), "of 0 to 9, as its duration says, but one is -1"),
    "too few scores": (line(saliency_scores=[[0, 2, 4]]), "for each of its 3 clips, but there are 1"),
    "no list of scores": (line(saliency_scores=4), "for each of its 3 clips, but they are no list"),
    "two people": (line(saliency_scores=[[0, 2], [1, 2], [4, 4]]), "3 people's 'saliency_scores' for each clip"),
    "one of four": (line(saliency_scores=[[0, 2, 4], [1, 2, 3, 4], [4, 4, 4]]), "but one has those of 4"),
    "above the scale": (line(saliency_scores=[[0, 2, 5], [1, 2, 3], [4, 4, 4]]), "of 0 to 4, but some are not"),
    "between the ratings": (line(saliency_scores=[[0, 2.5, 4], [1, 2, 3], [4, 4, 4]]), "of 0 to 4, but some are not"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_a_line_is_one_sentence_and_the_others_can_be_taken(tmp_path, name):
    odd, said = FAULTS[name]
    path = written(tmp_path / "odd.jsonl", odd if isinstance(odd, dict) else odd + "\n", line(qid=8))
    with Library.open(tmp_path / "library") as library:
        with pytest.raises(FormatError) as error:
            import_dataset(library, ImportDatasetRequest(path=path))
        assert error.value.message.startswith("odd.jsonl: line 1 should ")
        assert said in error.value.message
        assert error.value.message.count("line 1") == 1
        assert "--skip-bad" in error.value.hint
        assert not library.datasets.list()
        taken = import_dataset(library, ImportDatasetRequest(path=path, skip_bad=True))
        assert [one.id for one in taken.entries] == ["odd/qid_8"]
        assert [one.entry for one in taken.left_out] == ["line 1"]


def test_all_faults_of_a_line_are_told_and_the_same_of_several_once(tmp_path):
    odd = line(qid=None, query=4, saliency_scores=[])
    with pytest.raises(FormatError) as error:
        read_dataset(written(tmp_path / "odd.jsonl", odd, odd, line()))
    assert "'qid'" in error.value.message
    assert "'query'" in error.value.message
    assert "'saliency_scores'" in error.value.message
    assert error.value.message.count("the same in line 2") == 3


def test_a_number_that_two_queries_have_is_told_with_both_lines(tmp_path):
    with pytest.raises(FormatError, match="line 3 should have a 'qid' of its own, but line 1 has 7 as well"):
        read_dataset(written(tmp_path / "twice.jsonl", line(), line(qid=8), line()))


@pytest.mark.parametrize("text", ["", "{}\n", '{"schema": "manycut-events-1"}\n', "[1, 2]\n", '{"a": {"picks": []}}\n'])
def test_other_files_are_told_apart(tmp_path, text):
    path = written(tmp_path / "other.jsonl", text)
    assert not is_qvhighlights(path)
    with pytest.raises(ManycutError, match="no format that Manycut reads"):
        read_dataset(path)


@pytest.fixture(scope="module")
def released(shared):
    path = shared / "data/qvhighlights/highlight_val_release.jsonl"
    if not path.is_file():
        pytest.skip("needs QVHighlights' validation release")
    return path


def test_the_release_comes_in_whole_and_goes_out_of_the_library_as_it_came(released, tmp_path):
    told = CliRunner().invoke(app, ["import", str(released), "--dataset", "qv", "--data-dir", str(tmp_path)])
    assert told.exit_code == 0, told.output
    assert "1550 entries in dataset 'qv'." in told.stdout
    lines = [json.loads(one) for one in released.read_text().splitlines()]
    with Library.open(tmp_path) as library:
        assert library.entries.count("qv") == 1550
        for given in lines[::97]:
            entry = library.entries.get(f"qv/qid_{given['qid']}")
            assert (entry.title, entry.timebase.duration) == (given["query"], given["duration"])
            assert np.flatnonzero(~np.isnan(entry.people.scores[0])).tolist() == given["relevant_clip_ids"]
            judged = entry.people.scores[:, given["relevant_clip_ids"]]
            np.testing.assert_array_equal(judged.T * 4, given["saliency_scores"])


def test_the_release_has_the_agreement_that_follows_from_its_ratings(released):
    entries = read_dataset(released)
    found = agreement(entries)
    assert (found.entries, found.annotations) == (1550, 4650)
    of_each = [_ratings(entry) for entry in entries]
    same = sum(len(np.unique(ratings)) == 1 for ratings in of_each)
    constant = Counter(sum(len(set(row)) == 1 for row in ratings) for ratings in of_each)
    assert found.left_out["krippendorff_alpha_ordinal"] == {"everybody gave the same label throughout": same}
    # With one person left who varies, no two can be correlated; with nobody, there is no mean to correlate with either.
    assert sum(found.left_out["pairwise"].values()) == constant[2] + constant[3]
    assert found.left_out["oracle"] == {"everybody gave the same score throughout": constant[3]}
    assert found.left_out["pairwise"]["everybody gave the same score throughout"] == constant[3]
    assert found.krippendorff_alpha_ordinal == pytest.approx(-0.101, abs=5e-4)
    assert found.pairwise.spearman == pytest.approx(0.247, abs=5e-4)


def _ratings(entry: Entry) -> np.ndarray:
    scores = entry.people.scores
    return scores[:, ~np.isnan(scores[0])]
