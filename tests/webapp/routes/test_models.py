"""The REST of the Models page: what is told of models, what can be done with them, and what is not told to raters."""

from __future__ import annotations

import shutil
import zipfile

import pytest
import torch
from starlette.testclient import TestClient

from core import limits
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.models.registry import MODELS
from webapp import jobs
from webapp.server import build_rest

VIDEOS = [f"talks/{name}" for name in ("first", "second", "third", "fourth")]


@pytest.fixture
def trained(library, make_entry):
    """Two models that learned from one of four judged videos."""
    library.entries.add("talks", [make_entry(video) for video in VIDEOS])
    for seed, name in enumerate(("one", "two")):
        torch.manual_seed(seed)
        training = {"dataset": "talks", "videos": VIDEOS[:1], "n_videos": 1, "n_people": 3, "simulated": False}
        made = save_checkpoint(
            MLP(MLPConfig(feature_width=6)),
            library.checkpoints.folder / name,
            label=name.title(),
            feature_space="test-6",
            training=training | {"seed": seed, "loss": [0.3, 0.2]},
        )
        library.checkpoints.register(made.path)
    return library


@pytest.fixture
def client(trained):
    with TestClient(build_rest(trained), follow_redirects=False) as browser:
        yield browser


def models(client):
    return {one["id"]: one for one in client.get("/api/models").json()["models"]}


def done(library, answer):
    """The job that an answer names, done in this process."""
    assert answer.status_code == 202, answer.text
    number = answer.json()["job"]
    jobs.perform(library, number)
    return library.jobs.get(number)


def judge(client, entry):
    """Ada begins to rate."""
    client.post("/api/me", json={"name": "Ada"})
    task = client.post("/api/task", json={"entry": entry}).json()["task"]
    rated = {"client": "tab", "seq": 0, "kind": "rate", "shot": 0, "value": 1, "at": 1}
    assert client.post("/api/task/events", json={"task": task, "events": [rated]}).status_code == 200


def test_the_list_tells_what_each_model_learned_from_and_what_can_be_measured_on(client):
    answer = client.get("/api/models").json()
    assert [one["id"] for one in answer["models"]] == ["two", "one"]
    assert answer["models"][0]["learned_from"] == "Learned from 3 people's labels of 1 video (talks)."
    assert set(MODELS) <= set(answer["kinds"]), "also those of which there is no model yet"
    assert answer["datasets"] == [{"id": "talks", "label": "talks", "videos": 4, "judged": 4}]


def test_names_defaults_and_removal_are_seen_at_once(client):
    assert client.post("/api/models/rename", json={"checkpoint": "one", "name": "Ours"}).json()["label"] == "Ours"
    assert client.post("/api/models/promote", json={"checkpoint": "one"}).status_code == 200
    assert (models(client)["one"]["label"], models(client)["one"]["promoted"]) == ("Ours", True)
    client.post("/api/models/remove", json={"checkpoint": "one"})
    assert models(client)["one"]["removed"]
    client.post("/api/models/restore", json={"checkpoint": "one"})
    assert models(client)["one"]["removed"] is None
    too_long = {"checkpoint": "one", "name": "x" * (limits.MODEL_NAME_CHARS + 1)}
    assert client.post("/api/models/rename", json=too_long).json()["error"]["message"].startswith("'name' should have")
    assert client.post("/api/models/remove", json={"checkpoint": "nothing"}).status_code == 404


def test_a_measurement_is_a_job_after_which_figures_stand_everywhere(client, trained):
    for name in ("one", "two"):
        assert (
            done(trained, client.post("/api/models/measure", json={"checkpoint": name, "dataset": "talks"})).state
            == "done"
        )
    (told,) = models(client)["one"]["measured"]
    assert told["videos"] == VIDEOS[1:]
    assert set(told["figures"]["skill"]) >= {"kendall", "f1"}
    (board,) = client.get("/api/models/leaderboard", params={"dataset": "talks"}).json()["boards"]
    assert {row["who"] for row in board["rows"]} == {"model", "noise", "people"}
    found = client.get("/api/models/compare", params={"id": ["one", "two"]}).json()
    assert found["videos"] == sorted(VIDEOS[1:])
    assert [row["name"] for row in found["differing"]] == ["seed"]
    assert client.get("/api/models/compare", params={"id": ["one"]}).status_code == 400


def test_whoever_judges_a_video_is_told_no_figures_of_it(client, trained):
    for name in ("one", "two"):
        done(trained, client.post("/api/models/measure", json={"checkpoint": name, "dataset": "talks"}))
    judge(client, VIDEOS[2])
    assert models(client)["one"]["measured"] == []
    assert client.get("/api/models/leaderboard").json()["boards"] == []
    found = client.get("/api/models/compare", params={"id": ["one", "two"]}).json()
    assert (found["figures"], found["videos"]) == ([], [])
    assert "while you judge" in found["notes"][0]


def test_a_card_says_the_checksum_of_the_weights(client, trained):
    told = client.get("/api/models/card", params={"id": "one"}).json()
    assert (told["text"], len(told["sha256"])) == ("", 64)
    (trained.checkpoints.folder / "one" / "README.md").write_text("# One\n")
    assert client.get("/api/models/card", params={"id": "one"}).json()["text"] == "# One\n"


def test_the_zip_of_a_folder_comes_back_as_a_model(client, trained, tmp_path):
    archive = tmp_path / "sent.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for file in (trained.checkpoints.folder / "one").iterdir():
            made.write(file, f"some folder/{file.name}")
        made.writestr("some folder/../../evil.txt", "no")
    answer = client.post("/api/models/import", params={"name": "Sent over.zip"}, content=archive.read_bytes())
    job = done(trained, answer)
    assert (job.state, job.result["id"]) == ("done", "Sent-over")
    assert models(client)["Sent-over"]["label"] == "One"
    assert not list((trained.data_dir / "uploads").iterdir())
    assert sorted(one.name for one in (trained.checkpoints.folder / "Sent-over").iterdir()) == [
        "README.md", "card.json", "model.json", "model.safetensors",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "model.safetensors").write_bytes(b"no weights"), "damaged or incomplete"),
        (lambda folder: (folder / "model.json").write_text("{}"), "does not describe a checkpoint"),
        (lambda folder: (folder / "model.safetensors").unlink(), "model.safetensors is missing"),
        (lambda folder: shutil.copytree(folder, folder / "twice"), "holds 2 checkpoints"),
    ],
)
def test_a_damaged_folder_is_refused_in_a_sentence_and_leaves_nothing(client, trained, tmp_path, spoil, words):
    folder = shutil.copytree(trained.checkpoints.folder / "one", tmp_path / "sent")
    spoil(folder)
    archive = shutil.make_archive(str(tmp_path / "sent"), "zip", folder)
    with open(archive, "rb") as file:
        job = done(trained, client.post("/api/models/import", params={"name": "sent.zip"}, content=file.read()))
    assert job.state == "failed"
    assert words in job.error["message"]
    assert "sent" not in models(client)
    assert not list((trained.data_dir / "uploads").iterdir())


def test_what_is_no_model_at_all_is_refused(client, trained):
    job = done(trained, client.post("/api/models/import", params={"name": "../x.pth.tar"}, content=b"hello"))
    assert job.state == "failed"
    assert "x.pth.tar" in job.error["message"]


def test_a_report_says_what_a_training_changed_on_its_held_out_videos(client, trained):
    training = {"dataset": "talks", "videos": VIDEOS[:2], "n_videos": 2, "n_people": 3, "held_out": VIDEOS[2:]}
    folder = trained.checkpoints.folder / "next"
    save_checkpoint(
        MLP(MLPConfig(feature_width=6)),
        folder,
        label="Next",
        feature_space="test-6",
        training=training | {"start_from": "one", "started_from": {"videos": VIDEOS[:1], "n_videos": 1, "n_people": 3}},
    )
    trained.checkpoints.register(folder)
    assert client.get("/api/models/card", params={"id": "next"}).json()["report"] is None
    assert done(trained, client.post("/api/models/report", json={"checkpoint": "next"})).state == "done"
    report = client.get("/api/models/card", params={"id": "next"}).json()["report"]
    assert (report["before"], report["after"], report["videos"]) == ("one", "next", VIDEOS[2:])
    assert report["groups"][0]["changes"]["kendall"]["difference"]["value"] is not None
    judge(client, VIDEOS[2])
    hidden = client.get("/api/models/card", params={"id": "next"}).json()
    assert hidden["report"] is None
    assert "while you judge" in hidden["text"]


def test_each_model_of_a_training_on_all_splits_tells_what_it_changed(client, trained):
    client.post("/api/models/splits/make", json={"dataset": "talks", "folds": 2})
    asked = {"dataset": "talks", "kind": "mlp", "epochs": 1, "start_from": "one", "split_file": "2-folds-talks.json"}
    made = done(trained, client.post("/api/train", json=asked | {"split": None}))
    assert made.state == "done"
    for split in made.result["splits"]:
        report = client.get("/api/models/card", params={"id": split["id"]}).json()["report"]
        assert (report["before"], report["after"]) == ("one", split["id"])
