"""S-VideoXum, SM-VideoXum and SM-MrHiSum: ten people or one summary, seconds and no frames."""

from __future__ import annotations

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.errors import FormatError
from storage.formats import read_dataset
from storage.formats.splits import read_splits
from storage.library import Library
from verbs.import_dataset import ImportDatasetRequest, import_dataset

RANDOM = np.random.default_rng(4)


def summaries(steps: int, people: int = 10) -> np.ndarray:
    return (RANDOM.random((people, steps)) < 0.2).astype(np.float32)


def s_videoxum(steps: int = 12, **changes: object) -> dict:
    given = {
        "gtsummaries": summaries(steps),
        "n_frames": steps,
        "video_embeddings": RANDOM.random((steps, 512), np.float32),
        "text_embeddings": RANDOM.random((10, 3, 512), np.float32),
    }
    return {name: value for name, value in (given | changes).items() if value is not None}


def sm_videoxum(steps: int = 12, **changes: object) -> dict:
    return s_videoxum(
        steps,
        **{
            "gtsummaries": None,
            "gtscores": RANDOM.random((10, steps), np.float32),
            "script_embeddings": RANDOM.random((10, 3, 512), np.float32),
            "transcript_embeddings": RANDOM.random((2, 512), np.float32),
            "transcript_timestamps": np.array([[0.0, 2.5], [3.0, 7.25]]),
            "aligned_transcripts": RANDOM.random((steps, 512), np.float32),
        }
        | changes,
    )


def sm_mrhisum(steps: int = 12, **changes: object) -> dict:
    return sm_videoxum(
        steps,
        **{
            "gtscores": None,
            "gt_summary": (np.arange(steps) % 3 == 0).astype(np.float64),
            "change_points": np.array([[0, 4], [4, steps - 1]]),
        }
        | changes,
    )


def written(path, videos: dict, **storage):
    with h5py.File(path, "w") as file:
        for name, values in videos.items():
            group = file.create_group(name)
            for key, value in values.items():
                group.create_dataset(key, data=value, **(storage if np.ndim(value) else {}))
    return path


def test_ten_people_say_what_belongs_into_a_summary(tmp_path):
    given = s_videoxum()
    (entry,) = read_dataset(written(tmp_path / "script_videoxum.h5", {"v_abc": given}))
    assert (entry.id, entry.timebase.rate, entry.picks.tolist()) == ("script_videoxum/v_abc", 1, list(range(12)))
    np.testing.assert_array_equal(entry.people.scores, given["gtsummaries"])
    np.testing.assert_array_equal(entry.people.summaries, given["gtsummaries"])
    assert entry.people.annotators == tuple(f"person {number:02d}" for number in range(1, 11))
    assert entry.people.persons == ()  # they are others in every video
    assert list(entry.features) == [entry.feature_space] == ["s-videoxum-video-512"]
    np.testing.assert_array_equal(entry.main_features, given["video_embeddings"])
    assert (entry.text_space, dict(entry.shots), entry.notes) == (None, {}, [])


def test_scores_between_0_and_1_are_importance_and_what_is_said_are_features_of_text(tmp_path):
    given = sm_videoxum()
    (entry,) = read_dataset(written(tmp_path / "sm_videoxum.h5", {"v_abc": given}))
    np.testing.assert_array_equal(entry.people.scores, given["gtscores"])
    assert entry.people.summaries is None
    assert (entry.feature_space, entry.text_space) == ("s-videoxum-video-512", "s-videoxum-transcript-512")
    np.testing.assert_array_equal(entry.text_features, given["aligned_transcripts"])


def test_scores_that_are_0_and_1_alone_are_summaries_too(tmp_path):
    given = sm_videoxum(gtscores=summaries(12).astype(bool))
    (entry,) = read_dataset(written(tmp_path / "x.h5", {"v_abc": given}))
    np.testing.assert_array_equal(entry.people.summaries, given["gtscores"])


def test_one_summary_stands_for_everybody(tmp_path):
    given = sm_mrhisum()
    (entry,) = read_dataset(written(tmp_path / "sm_mrhisum.h5", {"video_1": given}))
    assert entry.people.annotators == ("dataset mean",)
    np.testing.assert_array_equal(entry.people.scores, given["gt_summary"][None])
    np.testing.assert_array_equal(entry.people.summaries, given["gt_summary"][None])
    assert entry.shots["kts"].bounds.tolist() == [[0, 4], [4, 12]]
    assert (entry.feature_space, entry.text_space) == ("sm-mrhisum-video-512", "sm-mrhisum-transcript-512")
    assert entry.notes == ["its scores are its summary, 0 and 1: the release gives no curve"]


def test_a_curve_beside_the_one_summary_is_taken_for_its_scores(tmp_path):
    curve = np.linspace(0, 1, 12, dtype=np.float32)
    path = written(tmp_path / "x.h5", {"video_1": sm_mrhisum(gtscore=curve)})
    (entry,) = read_dataset(path)
    np.testing.assert_array_equal(entry.people.scores, curve[None])
    assert not entry.notes


@pytest.mark.parametrize("name", ["video_embeddings", "aligned_transcripts", "text_embeddings", "n_frames"])
def test_what_is_not_needed_may_be_missing(tmp_path, name):
    (entry,) = read_dataset(written(tmp_path / "x.h5", {"v_abc": sm_videoxum(**{name: None})}))
    assert len(entry.people) == 10


@pytest.mark.parametrize(("steps", "kept"), [(11, [*range(11), 10]), (13, list(range(12)))])
def test_features_of_a_second_more_or_less_are_put_right_and_it_is_noted(tmp_path, steps, kept):
    rows = RANDOM.random((steps, 512), np.float32)
    (entry,) = read_dataset(written(tmp_path / "x.h5", {"v_abc": s_videoxum(video_embeddings=rows)}))
    np.testing.assert_array_equal(entry.main_features, rows[kept])
    (note,) = entry.notes
    assert note.startswith(f"'video_embeddings' has {steps} frames where 12 were expected")


def test_packed_data_half_floats_and_names_of_bytes_are_read(tmp_path):
    given = sm_videoxum(video_embeddings=np.ones((12, 512), np.float16))
    path = written(tmp_path / "x.h5", {b"v_abc": given, "_hidden-like": given}, compression="gzip")
    assert [entry.key for entry in read_dataset(path)] == ["_hidden-like", "v_abc"]


def test_embeddings_of_another_network_get_no_name_that_says_which(tmp_path):
    other = s_videoxum(gtsummaries=summaries(12, people=3))
    wide = s_videoxum(video_embeddings=np.ones((12, 768), np.float32))
    entries = read_dataset(written(tmp_path / "x.h5", {"a": other, "b": wide}))
    assert [entry.feature_space for entry in entries] == ["unknown-video-512", "unknown-video-768"]


def test_what_is_left_out_is_said_once(tmp_path):
    path = written(tmp_path / "x.h5", {"a": sm_videoxum(n_frames=300), "b": sm_videoxum(n_frames=360)})
    with Library.open(tmp_path / "library") as library:
        told = import_dataset(library, ImportDatasetRequest(path=path)).notes
    left, frames = sorted(told)
    assert "'script_embeddings', 'text_embeddings', 'transcript_embeddings', 'transcript_timestamps'" in frames + left
    assert any("'n_frames' of x.h5 counts frames of a rate that it does not say" in note for note in told)


FAULTS = {
    "no labels": ({"gtsummaries": None}, "gt_summary"),
    "labels that are not of people": ({"gtsummaries": np.zeros(12)}, "gtsummaries"),
    "people who said nothing": ({"gtsummaries": np.zeros((10, 0))}, "gtsummaries"),
    "labels between": ({"gtsummaries": np.full((10, 12), 0.5)}, "gtsummaries"),
    "labels outside": ({"gtsummaries": np.full((10, 12), 2)}, "gtsummaries"),
    "labels that are no numbers": ({"gtsummaries": np.full((10, 12), np.nan)}, "gtsummaries"),
    "scores of others": ({"gtscores": np.zeros((10, 9))}, "gtsummaries"),
    "fewer frames than seconds": ({"n_frames": 5}, "n_frames"),
    "two seconds less of features": ({"video_embeddings": np.ones((10, 512))}, "video_embeddings"),
    "features that are no numbers": ({"video_embeddings": np.full((12, 512), np.nan)}, "video_embeddings"),
    "features without columns": ({"video_embeddings": np.ones((12, 0))}, "video_embeddings"),
    "flat features": ({"aligned_transcripts": np.ones(12)}, "aligned_transcripts"),
    "words": ({"aligned_transcripts": np.full((12, 2), b"x")}, "aligned_transcripts"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_malformed_video_is_refused_by_file_key_and_expectation_and_the_others_can_be_taken(tmp_path, name):
    changes, key = FAULTS[name]
    path = written(tmp_path / "x.h5", {"v_bad": s_videoxum(**changes), "v_good": s_videoxum()})
    with Library.open(tmp_path / "library") as library:
        with pytest.raises(FormatError) as error:
            import_dataset(library, ImportDatasetRequest(path=path))
        assert error.value.message.startswith(f"x.h5: 'v_bad/{key}' should be ")
        assert "--skip-bad" in error.value.hint
        assert library.datasets.list() == []
        assert not list(library.data_dir.rglob("*.h5"))
        taken = import_dataset(library, ImportDatasetRequest(path=path, skip_bad=True))
        assert [one.id for one in taken.entries] == ["x/v_good"]
        assert [one.entry for one in taken.left_out] == ["v_bad"]


def test_shots_beyond_the_end_are_refused(tmp_path):
    path = written(tmp_path / "x.h5", {"video_1": sm_mrhisum(change_points=np.array([[0, 4], [4, 40]]))})
    with pytest.raises(FormatError, match=r"x.h5: 'video_1/change_points'"):
        list(read_dataset(path))


def test_the_command_imports_it_under_a_name(tmp_path):
    path = written(tmp_path / "made.h5", {"v_a": s_videoxum(9), "v_b": sm_videoxum(11)}, compression="gzip")
    data = tmp_path / "data"
    told = CliRunner().invoke(app, ["import", str(path), "--dataset", "x", "--data-dir", str(data)])
    assert told.exit_code == 0, told.output
    assert "2 entries in dataset 'x'." in told.stdout
    with Library.open(data) as library:
        kept = [library.entries.get(f"x/{name}") for name in ("v_a", "v_b")]
    for entry, came in zip(kept, read_dataset(path), strict=True):
        np.testing.assert_array_equal(entry.people.scores, came.people.scores)
        np.testing.assert_array_equal(entry.main_features, came.main_features)
        assert (entry.text_space, entry.timebase.rate) == (came.text_space, 1)


def test_its_split_file_is_read(tmp_path):
    (tmp_path / "script_videoxum_split.json").write_text('{"train": ["v_a"], "val": ["v_b"], "test": ["v_c"]}')
    (split,) = read_splits(tmp_path / "script_videoxum_split.json")
    assert [str(part[0]) for part in (split.train, split.validation, split.test)] == ["v_a", "v_b", "v_c"]
