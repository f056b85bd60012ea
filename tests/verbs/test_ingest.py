"""Taking in videos: many at once, again, after an interruption, with shots as asked, through to scores."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from core.errors import InputError, ManycutError, NotFoundError, VideoError
from core.features.colour_motion import COLOUR_MOTION
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.segment.segmentation import default_shots
from core.select.published import select
from tests.core.made_videos import write_video
from tests.core.segment.made_pictures import plain, scene, write_pictures
from tests.core.video.test_tracks import frequency, write_tracks
from verbs.data_folder import open_library
from verbs.ingest import IngestRequest, ingest
from verbs.sample import SampleRequest, sample
from verbs.segment import SegmentRequest, segment
from verbs.video_files import video_files
from webapp.jobs import enqueue, perform
from webapp.views.entry import describe, shots_label

ROOT = Path(__file__).resolve().parents[2]
DEMO_CHECKPOINT = ROOT / "assets" / "demo" / "checkpoints" / "summdiff-demo-lite0"


@pytest.fixture
def folder(tmp_path):
    """Three videos at different depths, a broken one, and what is no video."""
    folder = tmp_path / "trip"
    (folder / "day 2").mkdir(parents=True)
    write_video(folder / "a.mp4", 50)
    write_video(folder / "day 2" / "b.mkv", 60)
    shutil.copy(write_video(tmp_path / "c.mp4", 70), folder / "no suffix")
    (folder / "broken.mp4").write_text("nothing")
    (folder / "notes.txt").write_text("Day 1: rain.")
    (folder / ".hidden.mp4").write_text("nothing")
    return folder


def names(files):
    return [file.name for file in files]


def test_files_folders_and_patterns_mean_each_video_once(folder, monkeypatch):
    assert names(video_files([folder])[0]) == ["a.mp4", "broken.mp4", "b.mkv", "no suffix"]
    assert names(video_files([folder / "a.mp4", folder])[0]) == ["a.mp4", "broken.mp4", "b.mkv", "no suffix"]
    assert names(video_files([f"{folder}/**/*.mkv"])[0]) == ["b.mkv"]
    assert names(video_files([f"{folder}/*.mp4"])[0]) == ["a.mp4", "broken.mp4"]
    (folder / "take [1].mp4").touch()
    assert names(video_files([folder / "take [1].mp4"])[0]) == ["take [1].mp4"]
    found, wrong = video_files([f"{folder}/*.ogv", folder / "a.mp4"])
    assert names(found) == ["a.mp4"]
    assert "No file fits the pattern" in wrong[Path(f"{folder}/*.ogv")].message


@pytest.mark.slow
def test_a_folder_is_taken_in_past_a_broken_file_and_skipped_the_next_time(library, folder, tmp_path):
    said = []
    first = ingest(
        library, IngestRequest(path=folder), progress=lambda fraction, message, figures=None: said.append(message)
    ).as_json()
    assert [one["entry"] for one in first["entries"]] == ["videos/a", "videos/b", "videos/no-suffix"]
    (failed,) = first["failed"]
    assert failed["path"] == str(folder / "broken.mp4")
    assert failed["message"] == "'broken.mp4' is not a video file that can be read."
    assert any(message.startswith("3 of 4, b.mkv: Looking at") for message in said)

    moved = tmp_path / "elsewhere"
    folder.rename(moved)
    (moved / "a.mp4").rename(moved / "renamed.mp4")
    again = ingest(library, IngestRequest(path=[moved])).as_json()
    assert again["entries"] == []
    reasons = {one["entry"]: one["reason"] for one in again["skipped"]}
    assert reasons["videos/a"] == "it was taken in before as 'a.mp4'"
    assert reasons["videos/b"] == "it was taken in before"
    assert len(library.entries.list()) == 3

    library.entries.remove("videos/a")
    assert ingest(library, IngestRequest(path=moved / "renamed.mp4")).as_json()["entry"] == "videos/renamed"


def test_one_file_answers_for_itself(library, folder):
    first = ingest(library, IngestRequest(path=str(folder / "a.mp4"), title="Rain", shots="kts")).as_json()
    assert (first["entry"], first["n_frames"], first["picks"]) == ("videos/a", 50, 4)
    assert first["shots"][-1][1] == 50
    assert library.entries.get("videos/a").title == "Rain"
    again = ingest(library, IngestRequest(path=folder / "a.mp4", shots="kts")).as_json()
    assert (again["entry"], again["reason"], again["entries"]) == ("videos/a", "it was taken in before", [])
    other = ingest(
        library, IngestRequest(path=folder / "a.mp4", picks_per_second="1/2", dataset="videos", shots="kts")
    ).as_json()
    assert (other["entry"], other["picks"]) == ("videos/a-2", 2)
    assert (
        ingest(library, IngestRequest(path=folder / "a.mp4", dataset="mine", shots="kts")).as_json()["entry"]
        == "mine/a"
    )
    for wrong, error in {"broken.mp4": VideoError, "none.mp4": VideoError, "*.ogv": NotFoundError}.items():
        with pytest.raises(error):
            ingest(library, IngestRequest(path=folder / wrong))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"path": []}, "No video was named"),
        ({"picks_per_second": "often"}, "A number is written such as 2"),
        ({"picks_per_second": 0}, "'picks_per_second' should be greater than 0"),
        ({"shots": "magic"}, "'shots' should be 'transitions'"),
        ({"judge": "llama"}, "nobody makes them"),
        ({"title": "Rain"}, "A title is for one video"),
    ],
)
def test_mistakes_are_said_before_anything_is_taken_in(library, folder, arguments, words):
    with pytest.raises(InputError, match=words):
        ingest(library, IngestRequest.of(**{"path": folder} | arguments))
    assert library.entries.list() == []


def test_a_name_of_250_bytes_in_any_script(library, tmp_path):
    path = write_video(tmp_path / "a.mp4", 20).rename(tmp_path / ("夏" * 82 + ".mp4"))
    assert len(path.name.encode()) == 250
    taken = ingest(library, IngestRequest(path=path)).as_json()
    entry = library.entries.get(taken["entry"])
    assert entry.title == "夏" * 82
    assert entry.video.is_file()
    assert entry.thumbnails.is_file()


def test_one_of_several_sound_tracks_is_chosen_and_said(library, tmp_path):
    film = write_tracks(tmp_path / "film.mkv", sounds=2)
    default = ingest(library, IngestRequest(path=[film], space="colour-motion-v1", shots="kts")).entries[0]
    chosen = ingest(library, IngestRequest(path=[film], space="colour-motion-v1", sound="eng", shots="kts")).entries[0]
    for made, heard, number in ((default, 300, 1), (chosen, 600, 2)):
        assert frequency(library.entries.media(made.entry).video) == pytest.approx(heard, abs=5)
        assert f"Of its sound tracks 1 (fra, default), 2 (eng), number {number} is used." in made.notes
    with pytest.raises(VideoError, match="no sound track 'spa'"):
        ingest(library, IngestRequest(path=[film], sound="spa", shots="kts"))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_an_interruption_leaves_nothing_half_and_the_next_run_goes_on(tmp_path, folder, how):
    write_video(folder / "z.avi", 300, codec="mpeg4", size=(1280, 720))  # takes a while to convert
    data = tmp_path / "data"
    command = [sys.executable, "app.py", "ingest", str(folder), "--shots", "kts", "--data-dir", str(data), "--json"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # also where these tests run in the background
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heard)
    deadline = time.monotonic() + 120
    # Not by `glob`, which fails where a folder that it is about to look into goes.
    while not any(name.endswith(".part") for _, _, files in os.walk(data) for name in files) or not list(
        (data / "entries").glob("videos/no-suffix*")
    ):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.send_signal(how)
    running.communicate(timeout=60)
    assert running.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}[how]
    with open_library(data) as library:
        entries = library.entries.list(dataset="videos")
        assert [one.id for one in entries] == ["videos/a", "videos/b", "videos/no-suffix"]
        assert all(library.entries.get(one.id).video.is_file() for one in entries)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 2  # because of the broken one
    result = json.loads(done.stdout)
    assert [one["entry"] for one in result["entries"]] == ["videos/z"]
    assert len(result["skipped"]) == 3
    assert [Path(one["path"]).name for one in result["failed"]] == ["broken.mp4"]
    assert not list(data.glob("ingest-*"))


def test_what_was_interrupted_before_it_was_measured_is_measured(demo, folder):
    taken = ingest(demo, IngestRequest(path=folder / "a.mp4")).as_json()
    assert taken["runs"] == []  # the demo's checkpoints learned from simulated people, and wait to be asked
    (tastes,) = demo.runs.of_entry(taken["entry"])
    demo.runs.remove(tastes.id)
    again = ingest(demo, IngestRequest(path=folder / "a.mp4")).as_json()
    assert again["reason"]
    assert [run.track.kind for run in demo.runs.of_entry(taken["entry"])] == ["tastes"]


def test_what_was_interrupted_before_its_scores_gets_them(library, folder, tmp_path):
    made = shutil.copytree(DEMO_CHECKPOINT, tmp_path / "of-people") / "model.json"
    told = json.loads(made.read_text("utf-8"))
    made.write_text(json.dumps(told | {"training": told["training"] | {"simulated": False}}), "utf-8")
    library.checkpoints.register(made.parent)
    (run,) = ingest(library, IngestRequest(path=folder / "a.mp4", shots="kts")).as_json()["runs"]
    library.runs.remove(run)
    again = ingest(library, IngestRequest(path=folder / "a.mp4", shots="kts")).as_json()
    assert again["reason"]
    assert len(again["runs"]) == 1


def test_what_learned_from_simulated_people_does_not_score_a_video_by_itself(demo, folder):
    assert ingest(demo, IngestRequest(path=folder / "day 2" / "b.mkv", shots="kts")).as_json()["runs"] == []


def test_the_space_of_earlier_versions_is_computed_only_where_a_checkpoint_takes_it(library, folder):
    plain_one = library.entries.get(
        ingest(library, IngestRequest(path=folder / "a.mp4", shots="kts")).as_json()["entry"]
    )
    assert plain_one.features.get("colour-motion-v1") is None
    checkpoint = library.checkpoints.folder / "ours"
    save_checkpoint(
        MLP(MLPConfig(COLOUR_MOTION.width)), checkpoint, label="Ours", feature_space="colour-motion-v1", training={}
    )
    library.checkpoints.register(checkpoint)
    made = ingest(library, IngestRequest(path=folder / "day 2" / "b.mkv", shots="kts")).as_json()
    assert made["feature_space"] == "efficientnet-lite0"
    assert library.entries.get(made["entry"]).features.get("colour-motion-v1").shape == (
        made["picks"],
        COLOUR_MOTION.width,
    )
    assert "colour-motion-v1 was made too: models here, or these shots, take it" in made["notes"][0]


def test_a_job_takes_in_several_and_lists_what_failed(library, folder, monkeypatch):
    monkeypatch.setenv("MANYCUT_IMPORT", str(folder))
    args = {"path": [str(folder / "a.mp4"), str(folder / "broken.mp4")], "shots": "uniform", "seconds": "1"}
    job = enqueue(library, IngestRequest(**args))
    perform(library, job)
    done = library.jobs.get(job)
    assert done.state == "done", done.error
    assert [one["segmentation"] for one in done.result["entries"]] == ["uniform 1 s"]
    assert len(done.result["failed"]) == 1


@pytest.mark.parametrize("n", [2, 7, 12, 250])
def test_nothing_that_moves_still_ends_with_a_cut_and_says_how(demo, tmp_path, n):
    taken = ingest(demo, IngestRequest(path=write_video(tmp_path / f"still-{n}.mp4", n, still=True))).as_json()
    assert len(taken["shots"]) == 1
    sampled = sample(demo, SampleRequest(entry=taken["entry"], checkpoint="summdiff", n=2, budget=0.15)).as_json()
    entry = demo.entries.get(taken["entry"])
    for row, cut, note in zip(sampled["scores"], sampled["cuts"], sampled["notes"], strict=True):
        if int(0.15 * n) == 0:  # less than a frame
            assert (cut, note) == ([], "no shot fits the budget")
            cut = select(np.float32(row), entry.picks, default_shots(entry), n, 0.5).segments.tolist()
            assert len(cut) == 1
        else:
            assert note == "1 overlong shot was split"
            assert 0 < sum(end - start for start, end in cut) <= 0.15 * n


@pytest.mark.parametrize("shots", ["transitions", "kts", "kts-frames", "uniform"])
def test_a_budget_smaller_than_any_shot_splits_one(demo, tmp_path, shots):
    path = write_video(tmp_path / "film.mp4", 200)
    taken = ingest(demo, IngestRequest(path=path, shots=shots, seconds=4)).as_json()
    sampled = sample(demo, SampleRequest(entry=taken["entry"], n=2, budget=0.02)).as_json()
    assert all(cut for cut in sampled["cuts"])
    assert all("split" in note for note in sampled["notes"])


def test_an_entry_is_cut_again_and_keeps_what_it_had(library, folder):
    taken = ingest(library, IngestRequest(path=folder / "a.mp4")).as_json()["entry"]
    for arguments, name in (
        ({"shots": "uniform", "seconds": "0.5"}, "uniform 0.5 s"),
        ({"shots": "kts-frames", "penalty": 0.01}, "kts-frames penalty 0.01"),
        ({"shots": "kts", "penalty": 0.0}, "kts penalty 0"),
        ({"shots": "kts"}, "kts"),
    ):
        made = segment(library, SegmentRequest(entry=taken, **arguments)).as_json()
        assert made["segmentation"] == next(iter(library.entries.get(taken).shots)) == name
        assert made["entries"][0]["shots"] == len(library.entries.get(taken).shots[name])
    labels = [one.label for one in describe(library, taken).shots]
    assert labels == [
        "KTS shots",
        "KTS shots, penalty 0",
        "KTS shots of every frame, penalty 0.01",
        "Uniform 0.5 s",
        "Shots between transitions",
        "Uniform 2 s",
    ]


def test_cutting_again_finds_exact_boundaries_and_what_is_empty(library, tmp_path, make_entry):
    pictures = [*[scene(1, step) for step in range(40)], *[plain(0)] * 25, *[scene(2, step) for step in range(61)]]
    path = write_pictures(tmp_path / "a.mp4", pictures)
    taken = library.entries.get(ingest(library, IngestRequest(path=path, shots="uniform")).as_json()["entry"])
    library.entries.put_survey(taken.id, empty=np.empty((0, 2), np.int64))
    segment(library, SegmentRequest(entry=taken.id, shots="kts", penalty=0.2))
    entry = library.entries.get(taken.id)
    assert {40, 65} <= set(entry.shots["kts penalty 0.2"].exact[:, 0].tolist())
    assert np.isin(entry.shots["kts penalty 0.2"].bounds[:, 0], entry.picks).all()
    assert entry.empty.tolist() == [[40, 65]]
    segment(library, SegmentRequest(entry=taken.id, shots="transitions"))
    entry = library.entries.get(taken.id)
    assert entry.shots["transitions"].bounds.tolist() == [[0, 40], [40, 65], [65, 126]]
    assert entry.shots["transitions"].exact is None
    assert not list(library.data_dir.glob("ingest-*"))


def test_a_video_with_other_frames_than_its_entry_gives_no_transitions(library, tmp_path, make_entry):
    path = write_pictures(tmp_path / "a.mp4", [scene(1, step) for step in range(50)])
    library.entries.add("mine", [make_entry("mine/other", video=path)])
    with pytest.raises(VideoError, match="to the frame"):
        segment(library, SegmentRequest(entry="mine/other", shots="transitions"))
    made = segment(library, SegmentRequest(entry="mine/other", shots="uniform")).as_json()
    assert made["skipped"] == []
    assert library.entries.get("mine/other").empty is None


def test_a_dataset_is_cut_past_entries_without_a_video(library, folder, make_entry):
    ingest(library, IngestRequest(path=folder / "a.mp4", dataset="mine", shots="kts"))
    library.entries.add("mine", [make_entry("mine/blind")])
    made = segment(library, SegmentRequest(dataset="mine", shots="kts-frames")).as_json()
    assert [one["entry"] for one in made["entries"]] == ["mine/a"]
    assert made["skipped"] == [
        {"entry": "mine/blind", "reason": "'mine/blind' has no video, so not every frame can be looked at."}
    ]
    with pytest.raises(ManycutError, match="no video"):
        segment(library, SegmentRequest(entry="mine/blind", shots="kts-frames"))


def test_labels_of_segmentations():
    assert [shots_label(name) for name in ("transitions", "kts", "dataset", "uniform 2 s", "by hand")] == [
        "Shots between transitions",
        "KTS shots",
        "The dataset's shots",
        "Uniform 2 s",
        "by hand",
    ]


def test_from_a_video_to_captions_and_the_numbers_of_a_language_model(library, folder):
    pytest.importorskip("transformers")
    from tests.core.tiny_language_models import write_llama, write_llava

    llava, llama = write_llava(folder.parent / "tiny-llava"), write_llama(folder.parent / "tiny-llama")
    made = ingest(
        library, IngestRequest(path=folder / "a.mp4", captioner=str(llava), judge=str(llama), shots="kts")
    ).as_json()
    entry = library.entries.get(made["entry"])
    assert len(entry.captions) == made["picks"]
    assert made["captioned"]["entries"][0]["described"] > 0
    assert made["judged"]["entries"][0]["windows"] == made["picks"]
    again = ingest(
        library, IngestRequest(path=folder / "a.mp4", captioner=str(llava), judge=str(llama), shots="kts")
    ).as_json()
    assert again["reason"]
    assert again["captioned"]["entries"][0]["described"] == again["judged"]["entries"][0]["windows"] == 0


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A library with the demo's checkpoints."""
    with open_library(tmp_path_factory.mktemp("demo") / "data") as library:
        yield library
