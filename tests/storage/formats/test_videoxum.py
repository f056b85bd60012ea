"""VideoXum's lists: ten people's summaries a video, its sentences as captions, its files as a split."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import FormatError, ManycutError
from storage.formats import read_dataset
from storage.formats.splits import read_splits
from storage.formats.videoxum import is_videoxum
from storage.library import Library
from verbs.import_dataset import ImportDatasetRequest, import_dataset

STEPS = 12


def video(name: str = "v_abc", **changes: object) -> dict:
    given = {
        "video_id": name,
        "duration": 11.6,
        "sampled_frames": STEPS,
        "timestamps": [[0.4, 5.2], [4.0, 9.9]],
        "tsum": ["A dog runs. ", "It\nsleeps."],
        "vsum": [[[1.0, 2.0]] * 10, [[5.0, 6.0]] * 10],
        "vsum_onehot": [[int((second + person) % 4 == 0) for second in range(STEPS)] for person in range(10)],
    }
    return {key: value for key, value in (given | changes).items() if value is not ...}


def written(path, *videos, encoding="utf-8", indent=None):
    path.write_text(json.dumps(videos, ensure_ascii=False, indent=indent), encoding=encoding)
    return path


def test_ten_people_say_what_belongs_into_a_summary(tmp_path):
    (entry,) = read_dataset(written(tmp_path / "train_videoxum.json", video()))
    assert (entry.id, entry.title) == ("train_videoxum/v_abc", "v_abc")
    assert (entry.timebase.rate, entry.n_frames, entry.picks.tolist()) == (1, STEPS, list(range(STEPS)))
    np.testing.assert_array_equal(entry.people.scores, video()["vsum_onehot"])
    np.testing.assert_array_equal(entry.people.summaries, video()["vsum_onehot"])
    assert entry.people.annotators[9] == "person 10"
    assert entry.people.persons == ()  # they are others in every video,
    called = replace(entry.people, annotators=tuple("abcdefghij"))
    assert called.persons == ()  # whatever somebody calls them
    assert not entry.features
    assert not entry.shots


def test_sentences_are_captions_where_they_belong_and_a_note_says_so(tmp_path):
    (entry,) = read_dataset(written(tmp_path / "x.json", video()))
    assert entry.captions == ("A dog runs.",) * 4 + ("It sleeps.",) * 7 + ("",)
    assert entry.meta["captioner"] == "VideoXum"
    assert entry.notes == [
        "captions are the sentences of its summary, at the seconds that they tell of, and empty elsewhere"
    ]


def test_stretches_may_be_turned_round_or_reach_beyond_the_end(tmp_path):
    (entry,) = read_dataset(written(tmp_path / "x.json", video(timestamps=[[5.2, 0.4], [10.6, 99]])))
    assert entry.captions == ("A dog runs.",) * 6 + ("",) * 5 + ("It sleeps.",)


@pytest.mark.parametrize("name", ["duration", "sampled_frames", "timestamps", "tsum", "vsum"])
def test_what_is_not_needed_may_be_missing(tmp_path, name):
    (entry,) = read_dataset(written(tmp_path / "x.json", video(**{name: ...})))
    assert len(entry.people) == 10
    assert (entry.captions is None) == (name in ("timestamps", "tsum"))


@pytest.mark.parametrize("made", [float, bool])
def test_labels_may_be_numbers_with_points_or_truth_values(tmp_path, made):
    rows = [[made(one) for one in row] for row in video()["vsum_onehot"]]
    (entry,) = read_dataset(written(tmp_path / "x.json", video(vsum_onehot=rows)))
    np.testing.assert_array_equal(entry.people.summaries, video()["vsum_onehot"])


def test_differences_that_do_no_harm_are_noted(tmp_path):
    odd = video(sampled_frames=13, duration=30.5, vsum_onehot=video()["vsum_onehot"][:9], tsum=...)
    (entry,) = read_dataset(written(tmp_path / "x.json", odd))
    assert sorted(entry.notes) == [
        "'sampled_frames' says 13, its labels have 12 and are taken",
        "it has 9 people, where the others have 10",
        "it is said to last 30.5 s, but has 12 pictures, one a second",
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_lists_are_read_however_they_are_written(tmp_path, encoding):
    path = written(tmp_path / "x.json", video("v_ä"), video("v_b", tsum=["犬", "猫"]), encoding=encoding, indent=2)
    first, second = read_dataset(path)
    assert (first.key, second.captions[0]) == ("v_ä", "犬")


FAULTS = {
    "no object": ("word", "video_id", "but it is missing"),
    "no name": (video(video_id=...), "video_id", "but it is missing"),
    "a number as name": (video(video_id=3), "video_id", "but it is none"),
    "no labels": (video(vsum_onehot=...), "vsum_onehot", "but it is missing"),
    "flat labels": (video(vsum_onehot=[0, 1]), "vsum_onehot", "but it has no such rows"),
    "empty labels": (video(vsum_onehot=[[]] * 10), "vsum_onehot", "but it has no such rows"),
    "rows of different lengths": (video(vsum_onehot=[[0, 1], [0]]), "vsum_onehot", "not of one length"),
    "labels between": (video(vsum_onehot=[[0.5] * STEPS] * 10), "vsum_onehot", "but it holds something else"),
    "words as labels": (video(vsum_onehot=[["1"] * STEPS] * 10), "vsum_onehot", "but it holds something else"),
    "nothing as labels": (video(vsum_onehot=[[None] * STEPS] * 10), "vsum_onehot", "but it holds something else"),
    "not a number": (video(vsum_onehot=[[float("nan")] * STEPS] * 10), "vsum_onehot", "but it holds something else"),
    "other pictures": (video(sampled_frames=30), "sampled_frames", "be 12, as 'vsum_onehot' has columns, but it is 30"),
    "half a picture": (video(sampled_frames=12.5), "sampled_frames", "but it is 12.5"),
    "no duration": (video(duration=0), "duration", "be seconds, but it is 0"),
    "endless": (video(duration=float("inf")), "duration", "but it is Infinity"),
    "huge": (video(duration=10**300), "duration", "but it is 1000000000"),
    "one sentence for two": (video(tsum=["A dog."]), "timestamps", "but there are 2 for 1 sentences"),
    "numbers as sentences": (video(tsum=[1, 2]), "tsum", "a list of sentences"),
    "no stretches": (video(timestamps=[1, 2]), "timestamps", "a first and last second"),
    "endless stretches": (video(timestamps=[[0, 1], [2, float("inf")]]), "timestamps", "a first and last second"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_a_video_is_one_sentence_and_the_others_can_be_taken(tmp_path, name):
    odd, field, said = FAULTS[name]
    path = written(tmp_path / "odd.json", video("v_good"), odd)
    key = "v_abc" if isinstance(odd, dict) and isinstance(odd.get("video_id"), str) else "video 2"
    with Library.open(tmp_path / "library") as library:
        with pytest.raises(FormatError) as error:
            import_dataset(library, ImportDatasetRequest(path=path))
        assert f"odd.json: '{key}/{field}' should " in error.value.message
        assert said in error.value.message
        assert "--skip-bad" in error.value.hint
        assert not library.datasets.list()
        taken = import_dataset(library, ImportDatasetRequest(path=path, skip_bad=True))
        assert [one.id for one in taken.entries] == ["odd/v_good"]
        assert [one.entry for one in taken.left_out] == [key]


@pytest.mark.parametrize("cut", [1, 40, -1])
def test_a_list_that_breaks_off_is_refused_as_a_whole_and_it_is_said_where(tmp_path, cut):
    path = written(tmp_path / "cut.json", video(), video("v_b"), indent=1)
    whole = path.read_text()
    path.write_text(whole[:cut] if cut < 0 else whole[:-cut])
    with pytest.raises(FormatError, match=r"cut.json should be a list of videos in JSON, but it is not at line \d+"):
        read_dataset(path)


def test_something_after_the_list_or_deep_inside_it_is_refused(tmp_path):
    path = written(tmp_path / "odd.json", video())
    path.write_text(path.read_text() + "[]")
    with pytest.raises(FormatError, match="line 1, character"):
        read_dataset(path)
    path.write_text('[{"vsum_onehot": ' + "[" * 100_000)
    with pytest.raises(FormatError, match="line 1, character"):
        read_dataset(path)


@pytest.mark.parametrize("text", ["[]", "{}", '[{"train_keys": []}]', '{"v_abc": {"picks": [], "captions": []}}'])
def test_other_files_are_told_apart(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    assert not is_videoxum(tmp_path / "other.json")
    assert not is_videoxum(tmp_path)
    with pytest.raises(ManycutError, match="no format that Manycut reads"):
        read_dataset(tmp_path / "other.json")


@pytest.fixture
def release(tmp_path):
    folder = tmp_path / "videoxum"
    folder.mkdir()
    written(folder / "train_videoxum.json", video("v_a"), video("v_b"))
    written(folder / "val_videoxum.json", video("v_c"))
    written(folder / "test_videoxum.json", video("v_d"))
    (folder / "notes.json").write_text('{"a": 1}')
    return folder


def test_a_folder_is_one_data_set_whose_files_are_kept_as_a_split(release, tmp_path):
    data = tmp_path / "data"
    told = CliRunner().invoke(app, ["import", str(release), "--data-dir", str(data)])
    assert told.exit_code == 0, told.output
    assert "4 entries in dataset 'videoxum'." in told.stdout
    assert "split file" in told.stdout
    with Library.open(data) as library:
        (split,) = read_splits(library.split_files.path("videoxum_split.json"))
        assert library.entries.count("videoxum") == 4
    names = [[str(key) for key in part] for part in (split.train, split.validation, split.test)]
    assert names == [["v_a", "v_b"], ["v_c"], ["v_d"]]


def test_a_file_alone_makes_no_split_and_needs_no_name(release, tmp_path):
    data = tmp_path / "data"
    told = CliRunner().invoke(app, ["import", str(release / "test_videoxum.json"), "--data-dir", str(data)])
    assert told.exit_code == 0, told.output
    assert "1 entries in dataset 'test_videoxum'." in told.stdout
    with Library.open(data) as library:
        assert library.split_files.names() == []


def test_a_video_that_is_in_two_files_is_told_with_both(release):
    written(release / "test_videoxum.json", video("v_d"), video("v_b"))
    with pytest.raises(FormatError) as error:
        list(read_dataset(release))
    assert "test_videoxum.json: 'v_b/video_id' should be of its own" in error.value.message
    assert "video 2 of train_videoxum.json has it as well" in error.value.message
