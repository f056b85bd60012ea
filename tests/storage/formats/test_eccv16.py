"""eccv16 files: exact round trips, readable by the official loaders, malformed ones refused with a sentence."""

from __future__ import annotations

import dataclasses
import json
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from core.errors import FormatError, InputError, NotFoundError
from storage.formats import read_dataset
from storage.formats.eccv16 import read_eccv16, write_eccv16

T, N_FRAMES = 120, 1440


def official_shape(path):
    """Reads a file as the loaders and evaluators of PGL-SUM, CSTA, LLMVS and SummDiff do, and checks what they need.

    They parse the integer of the key, spread scores over the frames between picks, average them within shots whose
    both ends are inclusive, and compare machine and user summaries frame by frame.
    """
    with h5py.File(path) as file:
        for key in file:
            assert int(key.split("_")[1]) >= 0
            group = file[key]
            features, gtscore = np.array(group["features"]), np.array(group["gtscore"])
            positions, n_frames = np.array(group["picks"]), np.array(group["n_frames"])
            user_summary, shots = np.array(group["user_summary"]), np.array(group["change_points"])
            assert features.dtype == gtscore.dtype == user_summary.dtype == np.float32
            assert features.shape[0] == len(gtscore) == len(positions) == group["n_steps"][()]
            assert user_summary.shape[1] == n_frames
            assert set(np.unique(user_summary)) <= {0, 1}
            assert len(group["gtsummary"]) == len(positions)
            assert np.all((gtscore >= 0) & (gtscore <= 1))
            ends = np.append(positions, n_frames)
            frame_scores = np.zeros(n_frames, np.float32)
            for index in range(len(positions)):
                frame_scores[ends[index] : ends[index + 1]] = gtscore[index]
            lengths = [end - start + 1 for start, end in shots]
            assert lengths == group["n_frame_per_seg"][()].tolist()
            assert shots[-1, 1] == n_frames - 1
            assert np.isfinite([frame_scores[start : end + 1].mean() for start, end in shots]).all()
            summary = np.zeros(shots[-1, 1] + 1)
            assert len(summary) == user_summary.shape[1]


def released(path, **changes):
    """A small file as released: no scores, names or frame rates. A change of None leaves a key out."""
    edges = np.array([[0, 99], [100, 299], [300, 599]], np.int32)
    values = {
        "features": np.ones((40, 1024), np.float32),
        "gtscore": np.linspace(0, 1, 40, dtype=np.float32),
        "user_summary": np.zeros((5, 600), np.float32),
        "gtsummary": np.zeros(40, np.float32),
        "change_points": edges,
        "n_frame_per_seg": np.array([100, 200, 300], np.int32),
        "n_frames": 600,
        "picks": np.arange(0, 600, 15, dtype=np.int32),
        "n_steps": 40,
    } | changes
    with h5py.File(path, "w") as file:
        for number in (1, 2, 10):
            group = file.create_group(f"video_{number}")
            for name, value in values.items():
                if value is not None:
                    group[name] = value
    return path


def test_a_released_file_is_read(tmp_path):
    entries = read_dataset(released(tmp_path / "eccv16_dataset_summe.h5"))
    assert [entry.key for entry in entries] == ["video_1", "video_2", "video_10"]
    first = entries[0]
    assert first.id == "eccv16_dataset_summe/video_1"
    assert first.feature_space == "googlenet-pool5"
    assert first.shots["kts"].bounds.tolist() == [[0, 100], [100, 300], [300, 600]]
    assert first.timebase.rate == 30
    assert "assumed" in first.meta["fps_note"]
    assert (len(first.annotations), first.annotations.protocols[0]) == (5, "summe")
    assert first.annotations.summaries.shape == (5, 600)
    assert first.annotations.scores.shape == (5, 40)


@pytest.mark.parametrize("missing", ["user_summary", "n_steps", "gtscore", "gtsummary", "n_frame_per_seg"])
def test_what_some_releases_lack_may_be_missing(tmp_path, missing):
    assert len(read_eccv16(released(tmp_path / "x.h5", **{missing: None}))) == 3


def test_a_file_with_only_a_mean_has_one_person_for_everybody(tmp_path):
    entry = read_eccv16(released(tmp_path / "x.h5", user_summary=None, gtscore=np.linspace(-1, 3, 40)))[0]
    assert entry.annotations.annotators == ("dataset mean",)
    assert (entry.annotations.scores.min(), entry.annotations.scores.max()) == (0, 1)
    assert "[-1, 3]" in entry.meta["gtscore_note"]


def test_shots_with_exclusive_ends_are_recognised(tmp_path):
    exclusive = np.array([[0, 100], [100, 300], [300, 599]])
    entry = read_eccv16(released(tmp_path / "x.h5", change_points=exclusive))[0]
    assert entry.shots["kts"].bounds.tolist() == [[0, 100], [100, 300], [300, 600]]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("features", None, "missing"),
        ("features", np.ones((39, 1024), np.float32), "(39, 1024)"),
        ("features", np.full((40, 4), np.nan, np.float32), "NaN"),
        ("features", np.array([b"a"] * 40), "holds"),
        ("picks", None, "missing"),
        ("picks", np.arange(40) * 20, "0..599"),
        ("picks", np.zeros(40, np.int64), "ascending"),
        ("picks", np.arange(40) + 0.5, "not whole"),
        ("picks", np.arange(40).reshape(2, 20), "(2, 20)"),
        ("n_frames", None, "missing"),
        ("n_frames", 0, "positive"),
        ("n_frames", b"many", "number of frames"),
        ("n_steps", 41, "40"),
        ("change_points", None, "missing"),
        ("change_points", np.zeros((0, 2), np.int64), "none"),
        ("change_points", np.array([[0, 300], [200, 599]]), "do not overlap"),
        ("change_points", np.array([[0, 800]]), "600 frames"),
        ("user_summary", np.zeros((5, 598), np.float32), "(5, 598)"),
        ("user_summary", np.full((5, 600), 0.5, np.float32), "0 and 1"),
        ("user_scores", np.full((5, 40), 1.5, np.float32), "outside"),
        ("user_scores", np.zeros((5, 41), np.float32), "(5, 41)"),
        ("user_scores", np.zeros((4, 40), np.float32), "(5, 600)"),
        ("annotator_ids", [b"a"] * 5, "twice"),
        ("annotator_ids", [b"a"] * 4, "5 strings"),
        ("fps", b"quick", "frame rate"),
        ("fps", b"-3", "frame rate"),
    ],
)
def test_a_malformed_file_is_refused_by_file_key_and_expectation(tmp_path, key, value, said):
    path = released(tmp_path / "bad.h5", **{key: value})
    blamed = "user_summary" if said == "(5, 600)" else key
    with pytest.raises(FormatError) as error:
        read_eccv16(path)
    assert "bad.h5" in error.value.message
    assert f"video_1/{blamed}" in error.value.message
    assert said in error.value.message


def test_an_import_of_a_malformed_file_leaves_nothing(library, tmp_path):
    path = released(tmp_path / "bad.h5")
    with h5py.File(path, "a") as file:
        del file["video_10/picks"]
    with pytest.raises(FormatError, match="video_10/picks"):
        library.entries.add("bad", read_dataset(path))
    assert library.datasets.list() == []


def test_files_that_are_something_else_are_refused(tmp_path):
    for name, content in {"a.h5": b"", "b.h5": b"\x89HDF\r\n\x1a\n cut off", "c.h5": b"GIF89a" * 100}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(FormatError, match=name[0] + r"\.h5"):
            read_dataset(tmp_path / name)
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(FormatError, match="one group per video"):
        read_dataset(tmp_path / "empty.h5")
    with pytest.raises(NotFoundError):
        read_dataset(tmp_path / "none.h5")


def test_a_truncated_file_is_refused(tmp_path):
    path = released(tmp_path / "whole.h5")
    whole = path.read_bytes()
    for share in (0.3, 0.7, 0.95):
        (tmp_path / "cut.h5").write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises(FormatError, match=r"cut\.h5"):
            read_eccv16(tmp_path / "cut.h5")


def test_a_written_file_comes_back_whole(tmp_path, make_entry):
    entry = make_entry(
        "demo/harbour-day",
        shots={"kts": make_entry().shots["kts"], "own shots": Shots(np.array([[0, 7], [7, 1440]]), "own shots")},
        captions=tuple(f"“caption” {n}" for n in range(T)),
        text_features=np.random.default_rng(0).random((T, 5), np.float32),
        text_space="words-5",
        timebase=Timebase(Fraction(30000, 1001), N_FRAMES),
        meta={"category": "outdoors", "licence": "CC0"},
        video=Path("/somewhere/harbour-day.mp4"),
    )
    marks, labels = (True, False, True), np.full((3, N_FRAMES), 4, np.uint8)
    people = dataclasses.replace(entry.annotations, simulated=marks, frame_labels=labels)
    entry = dataclasses.replace(entry, annotations=people)
    (back,) = read_eccv16(write_eccv16([entry], tmp_path / "demo.h5"))
    for name in ("id", "title", "feature_space", "captions", "text_space"):
        assert getattr(back, name) == getattr(entry, name), name
    assert dict(back.meta) == {"category": "outdoors", "licence": "CC0", "video_name": "harbour-day.mp4"}
    assert back.timebase.rate == Fraction(30000, 1001)
    assert list(back.shots) == ["kts", "own shots"]
    for name, shots in entry.shots.items():
        np.testing.assert_array_equal(back.shots[name].bounds, shots.bounds)
    for name in ("picks", "main_features", "text_features"):
        np.testing.assert_array_equal(getattr(back, name), getattr(entry, name))
    assert back.annotations.simulated == marks, "the mark is per person"
    assert back.annotations.protocols == people.protocols
    assert back.annotations.summaries is None, "derived summaries are not taken for people's own"
    np.testing.assert_array_equal(back.annotations.frame_labels, people.frame_labels)
    official_shape(tmp_path / "demo.h5")


def test_a_file_from_before_says_only_that_somebody_is_simulated(tmp_path, make_entry):
    """Then those whose protocol says so are; where none does, everybody."""
    for protocols, wanted in (("simulated", "shot-ratings v1"), (True, False)), (("tvsum", "tvsum"), (True, True)):
        entry = make_entry(people=2)
        people = dataclasses.replace(entry.annotations, protocols=protocols, simulated=(True, True))
        path = write_eccv16([dataclasses.replace(entry, annotations=people)], tmp_path / f"{protocols[0]}.h5")
        with h5py.File(path, "a") as file:
            del file["video_1/user_simulated"]
        (back,) = read_eccv16(path)
        assert back.annotations.simulated == wanted


def test_a_file_says_what_it_is(tmp_path, make_entry):
    entries = [make_entry("talks/a"), make_entry("walks/b", people=1)]
    with h5py.File(write_eccv16(entries, tmp_path / "x.h5")) as file:
        assert list(file) == ["video_1", "video_2"]
        assert file.attrs["schema"] == "manycut-eccv16-1"
        assert json.loads(file.attrs["source_datasets"]) == ["talks", "walks"]
        assert json.loads(file.attrs["frame_rates"]) == {"video_1": "24/1", "video_2": "24/1"}
        assert file.attrs["created"].endswith("+00:00")
        assert not file.attrs["simulated"]
        assert [file[key].attrs["entry_id"] for key in file] == ["talks/a", "walks/b"]


def test_official_keys_are_kept_and_others_numbered(tmp_path, make_entry):
    write_eccv16([make_entry("t/video_7"), make_entry("t/video_3")], tmp_path / "x.h5")
    assert [entry.key for entry in read_eccv16(tmp_path / "x.h5")] == ["video_3", "video_7"]
    write_eccv16([make_entry("t/video_7"), make_entry("u/video_7")], tmp_path / "x.h5")
    with h5py.File(tmp_path / "x.h5") as file:
        assert list(file) == ["video_1", "video_2"]
    assert [entry.key for entry in read_eccv16(tmp_path / "x.h5")] == ["video_1", "video_2"]


def test_a_failed_export_leaves_the_old_file(tmp_path, make_entry):
    path = write_eccv16([make_entry()], tmp_path / "x.h5")
    before = path.read_bytes()
    with pytest.raises(TypeError):
        write_eccv16([make_entry(), make_entry("t/bad", captions=(object(),) * T)], path)
    with pytest.raises(InputError):
        write_eccv16([], path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["x.h5"]


SCORES = st.one_of(st.just(np.nan), st.floats(0, 1, width=32))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4).flatmap(lambda people: arrays(np.float32, (people, 12), elements=SCORES)), st.integers(0, 11))
def test_scores_survive_export_and_import_whatever_is_judged(scores, extra):
    picks = np.arange(12) * 10
    entry = Entry(
        id="any/thing",
        title="Anything",
        timebase=Timebase(Fraction(25), 120 + extra),
        picks=picks,
        features={"two": np.zeros((12, 2), np.float32)},
        feature_space="two",
        shots={"kts": Shots(np.array([[0, 50], [50, 60], [60, 120 + extra]]), "kts")},
        annotations=AnnotationSet(tuple(f"p{n}" for n in range(len(scores))), scores, ("x",) * len(scores)),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = write_eccv16([entry], Path(folder) / "x.h5")
        (once,) = read_eccv16(path)
        (twice,) = read_eccv16(write_eccv16([once], path))
        official_shape(path)
    np.testing.assert_array_equal(once.annotations.scores, scores)
    np.testing.assert_array_equal(twice.annotations.scores, scores)


def test_tvsum_imports_in_seconds_and_exports_for_official_loaders(shared, library, tmp_path):
    start = time.process_time()  # of this process, so that a busy machine does not matter
    library.entries.add("tvsum", read_dataset(shared / "data/tvsum/tvsum_captions_minilm.h5"))
    assert time.process_time() - start < 5
    assert len(library.entries.list()) == 50
    entry = library.entries.get("tvsum/video_1")
    assert entry.feature_space == "minilm-l6-v2", "which the file calls after its captioner"
    assert (len(entry.annotations), entry.main_features.shape) == (20, (707, 384))
    path = write_eccv16([library.entries.get(f"tvsum/video_{n}") for n in (1, 2, 50)], tmp_path / "x.h5")
    official_shape(path)
    with h5py.File(path) as ours, h5py.File(shared / "data/tvsum/tvsum_captions_minilm.h5") as source:
        for key in ours:
            for name in ("user_summary", "user_scores", "features", "picks", "change_points", "n_frame_per_seg"):
                np.testing.assert_array_equal(ours[key][name], source[key][name], err_msg=f"{key}/{name}")
            # The release maps 1..5 to 0..1; the mean of our scores maps them to 0.2..1: the same up to scale.
            np.testing.assert_allclose((ours[key]["gtscore"][()] * 5 - 1) / 4, source[key]["gtscore"], atol=1e-5)
