"""The command line as a person or a script uses it: real files, and real processes where how they end matters."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import h5py
import numpy as np
import pytest
from typer.testing import CliRunner

from assets.demo.making.build import SUMMDIFF
from cli import main
from core.training.recipes import NOTES, PRESETS
from storage.library import Library
from tests.commands import command
from verbs.data_folder import open_library
from verbs.train import TrainRequest, train

ROOT = Path(__file__).resolve().parents[2]
BROKEN = [
    "truncated_no_moov.mp4",
    *(
        pytest.param(name, marks=pytest.mark.slow)
        for name in ("empty_zero_bytes.mp4", "text_renamed.mp4", "image_renamed.mp4")
    ),
]


def answer(*arguments: object, data: Path) -> dict:
    """The JSON of a command that must succeed, in this process: starting another one takes longer than most of them."""
    done = CliRunner().invoke(main.app, [*map(str, arguments), "--data-dir", str(data), "--json"])
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("commands") / "data"


@pytest.mark.parametrize(
    "name",
    [
        "serve",
        "import",
        "ingest",
        "features",
        "segment",
        "sample",
        "cut-as",
        "train",
        "pretrain",
        "evaluate",
        "agreement",
        "render",
        "export",
        "user",
        "caption",
        "encode",
        "judge",
        "servers",
        "backup",
        "restore",
        "verify",
        "doctor",
        "--help",
    ],
)
def test_every_command_explains_itself(name):
    done = CliRunner().invoke(main.app, [name] if name == "--help" else [name, "--help"])
    assert done.exit_code == 0
    assert "Usage" in done.stdout


def test_tvsum_annotations_give_the_published_agreement(shared, data):
    imported = answer("import", shared / "data/tvsum/ydata-tvsum50.mat", data=data)
    assert imported["dataset"] == "ydata-tvsum50"
    assert len(imported["entries"]) == 50
    first = imported["entries"][0]
    assert set(first) == {"id", "n_frames", "picks", "annotators", "has_features", "has_video", "notes"}
    assert (first["annotators"], first["has_features"], first["has_video"]) == (20, False, False)

    found = answer("agreement", "ydata-tvsum50", data=data)
    assert round(found["pairwise"]["kendall"], 3) == 0.177
    assert round(found["pairwise"]["spearman"], 3) == 0.204
    assert round(found["leave_one_out"]["kendall"], 3) == 0.314
    assert round(found["oracle"]["spearman"], 3) == 0.473
    assert round(found["cronbach_alpha"], 2) == 0.81
    assert round(found["krippendorff_alpha_ordinal"], 3) == 0.203
    assert round(found["pairwise_f1"], 3) == 0.248
    assert (found["entries"], found["annotations"]) == (50, 1000)


def test_joining_features_with_the_annotations_gives_the_same_agreement(shared, data):
    folder = shared / "data/tvsum"
    joined = answer(
        "import", folder / "tvsum_captions_minilm.h5", "--annotations", folder / "ydata-tvsum50.mat", data=data
    )
    assert sum(entry["annotators"] for entry in joined["entries"]) == 1000
    assert all(entry["has_features"] for entry in joined["entries"])
    found = answer("agreement", joined["dataset"], data=data)
    assert round(found["pairwise"]["kendall"], 3) == 0.177
    assert round(found["pairwise"]["spearman"], 3) == 0.204
    assert round(found["cronbach_alpha"], 2) == 0.81


@pytest.mark.parametrize(
    ("video", "fps", "frames", "shots"),
    [("bbb_60s_h264_aac.mp4", "24/1", 1440, ["--shots", "kts"]), ("portrait_rot90_29.97.mov", "30000/1001", 860, [])],
)
def test_a_video_is_taken_in_and_sampled(shared, data, video, fps, frames, shots):
    taken = answer("ingest", shared / "videos" / video, *shots, data=data)
    assert (shared / "videos" / video).is_file()  # the original is never touched
    assert taken["fps"] == fps
    assert abs(taken["n_frames"] - frames) <= 6
    assert taken["feature_space"] == "efficientnet-lite0"
    assert taken["picks"] == pytest.approx(2 * taken["duration"], abs=1)
    starts, ends = np.array(taken["shots"]).T
    assert starts[0] == 0
    assert ends[-1] == taken["n_frames"]
    assert (starts[1:] == ends[:-1]).all()

    sampled = answer("sample", taken["entry"], "--model", "summdiff", "-n", 3, "--seed", 7, data=data)
    scores = np.array(sampled["scores"])
    assert scores.shape == (3, taken["picks"])
    assert ((scores >= 0) & (scores <= 1)).all()
    for cut in sampled["cuts"]:
        assert 0 < sum(end - start for start, end in cut) <= 0.15 * taken["n_frames"]
    again = answer("sample", taken["entry"], "--model", "summdiff", "-n", 3, "--seed", 7, data=data)
    assert again["scores"] == sampled["scores"]
    other = answer("sample", taken["entry"], "--model", "summdiff", "-n", 3, "--seed", 8, data=data)
    assert other["scores"] != sampled["scores"]


@pytest.mark.parametrize("video", BROKEN)
def test_a_broken_video_gets_one_sentence_and_leaves_nothing_behind(shared, tmp_path, video):
    data = tmp_path / "data"
    done = command("ingest", shared / "videos" / video, "--json", data=data)
    assert done.returncode == 2
    error = json.loads(done.stdout)["error"]
    assert set(error) == {"code", "message", "hint"}
    assert video in error["message"]
    assert "Traceback" not in done.stderr + done.stdout
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list((data / "media").rglob("*.*"))
    assert not list((data / "entries" / "videos").rglob("*"))
    assert not list(data.glob("ingest-*"))


def test_people_can_be_exported_and_read_back(data, tmp_path):
    out = tmp_path / "demo.h5"
    facts = answer("export", "--format", "eccv16", "--dataset", "demo", "--out", out, data=data)
    assert facts["file"] == str(out)
    with h5py.File(out) as file:
        assert len(file) == facts["entries"] >= 8
        assert facts["annotators"] == 12
        assert all(int(name.removeprefix("video_")) for name in file)
        assert all(set(np.unique(group["user_summary"])) <= {0, 1} for group in file.values())
    back = answer("import", out, "--dataset", "again", data=data)
    assert [entry["annotators"] for entry in back["entries"]] == [12] * facts["entries"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["sample", "demo/no-such-entry"], "no-such-entry"),
        (["agreement", "no-such-dataset"], "no-such-dataset"),
        (["import", "no-such-file.h5"], "no-such-file.h5"),
        (["ingest", "no-such-file.mp4"], "no-such-file.mp4"),
        (["evaluate", "demo", "--checkpoint", "no-such-checkpoint"], "no-such-checkpoint"),
        (["train", "demo", "--model", "oracle9000"], "oracle9000"),
        (["export", "--format", "vhs", "--dataset", "demo", "--out", "x.h5"], "vhs"),
        (["train", ""], "no dataset"),
        (["train", "demo", "--split", "first"], "split"),
        (["train", "demo", "--split", "all"], "{split}"),
        (["train", "demo", "--select-on-test"], "needs splits"),
        (["train", "demo", "--validation", "1.5"], "between 0 and 1"),
        (["pretrain", "demo", "--sample", "dice"], "dice"),
        (["import", "no-such-file.ckpt"], "no-such-file.ckpt"),
        (["sample"], "ENTRY"),
    ],
)
def test_mistakes_get_a_sentence_and_exit_code_two(data, arguments, word, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["app.py", *arguments, "--json", "--data-dir", str(data)])
    with pytest.raises(SystemExit) as ended:
        main.run()
    told = capsys.readouterr()
    assert ended.value.code == 2, told.err
    error = json.loads(told.out)["error"]
    assert word.lower() in f"{error['message']} {error['hint']}".lower()
    assert len(told.err.strip().splitlines()) == 1


def test_training_and_evaluating_on_the_demo_library(data, tmp_path):
    splits = tmp_path / "splits.json"
    keys = demo_keys(data)
    splits.write_text(json.dumps([{"train_keys": keys[2:], "test_keys": keys[:2]}]))
    trained = answer(
        "train", "demo", "--model", "summdiff", "--preset", "demo", "--epochs", 2, "--splits", splits,
        "--out", tmp_path / "checkpoint", data=data,
    )  # fmt: skip
    assert trained["epochs"] == 2
    assert np.isfinite(trained["loss"])
    found = answer(
        "evaluate", "demo", "--checkpoint", trained["checkpoint"], "--splits", splits, "--samples", 4, data=data
    )
    assert found["protocol"] == "tvsum"
    assert set(found["per_video"]) == set(keys[:2])
    assert {"pairwise", "leave_one_out", "oracle"} <= set(found["human"])
    assert all(np.isfinite(found[name]) for name in ("kendall", "spearman", "f1"))


def test_a_preset_alone_says_what_is_trained_and_what_must_be_known_of_it(data):
    arguments = ["train", "demo", "--preset", "tvsum-people", "--data-dir", str(data)]
    made = CliRunner().invoke(main.app, arguments)
    assert made.exit_code == 0, made.output
    assert f"{PRESETS['tvsum-people'].model}-demo" in made.stdout
    assert NOTES["tvsum-people"] in made.stdout


def test_colder_samples_are_more_alike(data):
    def spread(temperature):
        made = answer(
            "sample", "demo/harbour-day", "--model", SUMMDIFF, "-n", 4, "--temperature", temperature,
            "--no-keep", data=data,
        )  # fmt: skip
        assert made["settings"]["temperature"] == temperature
        return np.std(made["scores"], axis=0).mean()

    assert spread(0.02) < 0.5 * spread(1.0)


@pytest.mark.slow
def test_every_split_is_judged_by_its_own_checkpoint(data, tmp_path):
    splits, keys = tmp_path / "splits.json", demo_keys(data)
    splits.write_text(json.dumps([{"train_keys": keys[4:], "test_keys": keys[:2]},
                                  {"train_keys": keys[:4], "test_keys": keys[6:]}]))  # fmt: skip
    chosen = ["demo", "--splits", splits, "--split", "all"]
    made = answer("train", *chosen, "--model", "mlp", "--epochs", 2, "--out", tmp_path / "mlp-{split}", "--validation",
                  "0.3", data=data)  # fmt: skip
    assert [Path(row["checkpoint"]).name for row in made["splits"]] == ["mlp-0", "mlp-1"]
    assert made["splits"][0]["selected_on"] == "validation videos"
    found = answer("evaluate", *chosen, "--checkpoint", tmp_path / "mlp-{split}", data=data)
    assert found["protocol"] == "tvsum"
    assert [row["seen_in_training"] for row in found["splits"]] == [0, 0]
    assert found["spearman"] == pytest.approx(np.mean([row["spearman"] for row in found["splits"]]))
    assert found["std"]["kendall"] >= 0
    assert {"wse", "cis", "wir", "ir"} <= set(found)
    told = command("evaluate", *chosen, "--checkpoint", tmp_path / "mlp-{split}", data=data).stdout
    assert "±" in told
    assert told.count("(tvsum)") == 3
    assert "people, leave one out" in told


@pytest.mark.slow
def test_selecting_on_test_videos_is_marked_everywhere(data, tmp_path):
    splits, keys = tmp_path / "splits.json", demo_keys(data)
    splits.write_text(json.dumps([{"train_keys": keys[4:], "test_keys": keys[:2]}]))
    made = answer("train", "demo", "--splits", splits, "--model", "mlp", "--epochs", 2, "--select-on-test",
                  "--out", tmp_path / "peeked", data=data)  # fmt: skip
    assert made["selected_on"] == "test videos"
    description = json.loads((tmp_path / "peeked" / "model.json").read_text())
    assert "selected on test videos" in description["label"]
    assert description["training"]["selected_on_test"]
    evaluated = ["evaluate", "demo", "--splits", splits, "--checkpoint", tmp_path / "peeked"]
    assert answer(*evaluated, data=data)["selected_on_test"]
    assert "selected on test videos" in command(*evaluated, data=data).stdout


def test_a_pretrained_summarizer_is_fine_tuned(data, tmp_path):
    made = answer("pretrain", "demo", "--model", "mlp", "--epochs", 2, "--batch-size", 8, "--encoder", "attention",
                  "--out", tmp_path / "visp", data=data)  # fmt: skip
    tuned = answer("train", "demo", "--model", "mlp", "--epochs", 1, "--start-from", made["id"], "--out",
                   tmp_path / "tuned", data=data)  # fmt: skip
    training = json.loads((Path(tuned["checkpoint"]) / "model.json").read_text())["training"]
    assert (training["start_from"], training["pretraining"]) == ("visp", "visp")


@pytest.mark.slow
def test_a_released_checkpoint_is_imported_and_used(data, tmp_path):
    import torch

    from benchmarks.name_seeded import state_of
    from core.models.official import summdiff
    from core.models.summdiff import SummDiff
    from core.models.summdiff_config import SummDiffConfig

    config = SummDiffConfig(176, hidden=16, heads=4, feed_forward=24, denoiser="latentmlp")
    shapes = {name: weight.shape for name, weight in SummDiff(config).named_parameters()}
    state = state_of({theirs: shapes[ours] for ours, theirs in summdiff.official_names(config).items()})
    torch.save(state, tmp_path / "best_model.pkl")
    np.save(tmp_path / "null_video.npy", np.zeros(176, np.float32))
    made = answer("import", tmp_path / "best_model.pkl", "--feature-space", "colour-motion-v1", "--null-video",
                  tmp_path / "null_video.npy", "--option", "heads=4", "--option", "guidance=0.2",
                  data=data)  # fmt: skip
    assert made["kind"] == "summdiff"
    assert (made["config"]["heads"], made["config"]["guidance"], made["config"]["denoiser"]) == (4, 0.2, "latentmlp")
    sampled = answer("sample", "demo/harbour-day", "--model", made["id"], "-n", 2, "--no-keep", data=data)
    assert np.shape(sampled["scores"])[0] == 2
    np.save(tmp_path / "narrow.npy", np.zeros(5, np.float32))
    refused = command("import", tmp_path / "best_model.pkl", "--null-video", tmp_path / "narrow.npy", data=data)
    assert refused.returncode == 2
    assert "width 5" in refused.stderr


def test_retraining_makes_a_checkpoint_of_its_own_and_new_curves(data):
    with open_library(data) as library:
        made = train(library, TrainRequest(dataset="demo", start_from=SUMMDIFF, epochs=1, entry="demo/harbour-day"))
        assert made.id not in (SUMMDIFF, "")
        tracks = [run.track for run in library.runs.of_entry("demo/harbour-day")]
    assert made.id in {track.checkpoint for track in tracks}
    assert len({track.model for track in tracks}) == len({track.checkpoint for track in tracks})


def demo_keys(data: Path) -> list[str]:
    """Keys of the demo entries, a held-back one first."""
    with open_library(data) as library:
        return [entry.id.split("/", 1)[1] for entry in library.entries.list(dataset="demo")]


@pytest.mark.slow
@pytest.mark.parametrize("like_a_space", [False, pytest.param(True, marks=pytest.mark.long)])
def test_the_server_answers_and_ends_cleanly(tmp_path, like_a_space):
    port, data = free_port(), tmp_path / "data"
    environment = os.environ | {"GRADIO_ANALYTICS_ENABLED": "False"}
    if like_a_space:  # app.py alone; the environment says where to listen
        arguments = []
        environment |= {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(port), "MANYCUT_DATA": str(data)}
        environment["SPACE_ID"] = "lab/manycut"
    else:
        arguments = ["serve", "--port", str(port), "--data-dir", str(data)]
    process = subprocess.Popen(
        [sys.executable, "app.py", *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=environment
    )
    try:
        wait_until_healthy(port)
        with Library.open(data) as library:
            library.jobs.create_job("doctor", {}, lane="long")
        deadline = time.monotonic() + 60
        while not (workers := children_of(process.pid)):
            assert time.monotonic() < deadline
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with process.stderr as said:
        assert "Traceback" not in said.read()
    assert not any(Path(f"/proc/{worker}").exists() for worker in workers)


def wait_until_healthy(port: int, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as reply:
                assert json.load(reply)["status"] == "ok"
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not answer /healthz")


def children_of(pid: int) -> list[int]:
    threads = Path(f"/proc/{pid}/task").glob("*/children")  # workers are kept by a thread of their own
    return [int(child) for thread in threads for child in thread.read_text().split()]


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_people_get_links_and_lose_them(tmp_path):
    data = tmp_path / "data"
    refused = command("user", "add", "Ada", data=data)
    assert refused.returncode == 2
    assert "lead" in refused.stderr
    link = answer("user", "add", "Lea", "--role", "lead", "--url", "https://labels.example/", data=data)["link"]
    assert link.startswith("https://labels.example/enter?key=")
    answer("user", "add", "Ada", data=data)
    people = answer("user", "list", data=data)["people"]
    assert [(one["name"], one["role"], one["invited"]) for one in people] == [
        ("Ada", "annotator", True),
        ("Lea", "lead", True),
    ]
    last = command("user", "forget", "Lea", "--yes", data=data)
    assert last.returncode != 0
    assert "Lea is the last lead and cannot be forgotten." in last.stderr
    assert command("user", "forget", "Ada", data=data).returncode != 0, "nobody has said yes"
    answer("user", "add", "Bo", data=data)
    forgotten = answer("user", "forget", "Bo", "--yes", data=data)
    assert forgotten["backups"] == forgotten["left"] == []
    (bo,) = [one for one in answer("user", "list", data=data)["people"] if one["name"] == forgotten["pseudonym"]]
    assert (bo["pseudonym"], bo["invited"]) == (forgotten["pseudonym"], False)
    said = command("user", "forget", forgotten["pseudonym"], "--yes", data=data)
    assert "is a pseudonym" in said.stderr
    answer("user", "remove", "Ada", data=data)
    assert [one["invited"] for one in answer("user", "list", data=data)["people"]][:2] == [False, True]
