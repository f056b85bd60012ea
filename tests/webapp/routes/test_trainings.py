"""The REST of trainings: what is asked for, how they go, when they are done, and what is kept of them."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from core import limits
from core.training.epochs import EPOCHS, Epoch, append_epoch
from core.training.recipes import NOTES, PRESETS
from verbs.train import TrainRequest
from webapp.jobs import enqueue, job_folder, perform
from webapp.server import build_rest

SMALL = {"dataset": "talks", "kind": "mlp", "epochs": 2}


@pytest.fixture
def talks(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}") for n in range(4)])
    return library


@pytest.fixture
def client(talks):
    with TestClient(build_rest(talks)) as browser:
        yield browser


def test_a_training_is_asked_for_with_all_that_it_can_be_told(client, talks):
    more = {"seeds": [1, 2], "settings": {"lr": 1e-3}, "names": ["person 1"], "held_out": 0.3, "minutes": 5}
    job = client.post("/api/train", json=SMALL | more).json()["job"]
    perform(talks, job)
    facts = client.get("/api/job", params={"id": job}).json()
    assert (facts["state"], facts["error"]) == ("done", None)
    assert facts["args"]["settings"] == {"lr": 1e-3}
    assert [one["seed"] for one in facts["result"]["seeds"]] == [1, 2]
    assert len(facts["result"]["held_out"]) == 1
    assert facts["result"]["figures"]["per_video"] is None
    curves = client.get("/api/job/curves", params={"id": job}).json()["curves"]
    assert [one["name"] for one in curves] == ["mlp-talks-seed1", "mlp-talks-seed2"]
    assert [line["epoch"] for line in curves[0]["epochs"]] == [1, 2]
    assert curves[0]["epochs"][0]["lr"] > 0
    assert client.get("/api/checkpoint/curves", params={"id": "mlp-talks-seed2"}).json()["curves"] == [curves[1]]
    listed = client.get("/api/checkpoints").json()["checkpoints"]
    assert all("per_video" not in one["metrics"]["tvsum"] for one in listed)
    assert listed[0]["metrics"]["tvsum"]["n_videos"] == 1


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"settings": {"denoiser": "DiT"}}, "A training of MLP has no setting 'denoiser'; it has"),
        ({"settings": {"lr": "fast"}}, "'lr' should be a number from 0, not 'fast'"),
        ({"held_out": 1.0}, "'held_out' should be less than 1"),
        ({"splits": "/etc/passwd"}, "There is nothing called 'splits'"),
    ],
)
def test_what_cannot_be_is_told_when_it_is_asked_for(client, choices, words):
    answer = client.post("/api/train", json=SMALL | choices)
    assert answer.status_code in (400, 422)
    assert words in answer.json()["error"]["message"]


def given(client, *splits, name="mine.json"):
    """Uploads a split file; what the server says."""
    parts = [dict(zip(("train", "test", "val"), split, strict=False)) for split in splits]
    return client.post("/api/models/splits", params={"name": name}, content=json.dumps(parts))


def test_a_split_file_that_was_uploaded_says_what_is_trained_on_chosen_by_and_tested_on(client, talks):
    assert client.get("/api/models/splits").json() == {"files": []}
    kept = given(client, (["0", "1"], ["2"], ["3"]), (["3"], ["0"])).json()
    assert kept == {
        "name": "mine.json",
        "splits": [{"train": 2, "validation": 1, "test": 1}, {"train": 1, "validation": 0, "test": 1}],
    }
    assert client.get("/api/models/splits").json() == {"files": [kept]}
    assert list((talks.data_dir / "uploads").iterdir()) == []

    asked = SMALL | {"split_file": "mine.json"}
    plan = client.post("/api/models/plan", json=asked).json()
    parts = {part: [video["id"] for video in plan[part]] for part in ("training", "selecting", "held_out")}
    assert parts == {"training": ["talks/0", "talks/1"], "selecting": ["talks/3"], "held_out": ["talks/2"]}
    job = client.post("/api/train", json=asked | {"split": 1}).json()["job"]
    perform(talks, job)
    result = client.get("/api/job", params={"id": job}).json()["result"]
    assert result["held_out"] == ["talks/0"]
    assert talks.checkpoints.find(result["id"]).training["split"] == "mine.json #1"


@pytest.mark.parametrize(
    ("choices", "status", "words"),
    [
        ({"split_file": "other.json"}, 404, "The library keeps no split file 'other.json'. It has: mine.json."),
        ({"split_file": "../manycut.db"}, 404, "keeps no split file"),
        ({"split_file": "mine.json", "split": 1}, 400, "mine.json holds splits 0 to 0, not 1."),
    ],
)
def test_a_split_that_is_not_there_is_told_when_it_is_asked_for(client, choices, status, words):
    given(client, (["0"], ["1"]))
    for route in ("/api/models/plan", "/api/train"):
        answer = client.post(route, json=SMALL | choices)
        error = answer.json()["error"]
        assert answer.status_code == status
        assert words in f"{error['message']} {error['hint']}"


def test_a_split_file_is_made_and_each_of_its_splits_becomes_a_model(client, talks):
    made = client.post("/api/models/splits/make", json={"dataset": "talks", "folds": 2}).json()
    assert made == {"name": "2-folds-talks.json", "splits": [{"train": 2, "validation": 0, "test": 2}] * 2}
    assert client.post("/api/models/splits/make", json={"dataset": "talks", "out": "elsewhere"}).status_code == 422
    asked = SMALL | {"split_file": made["name"], "split": None}
    assert client.post("/api/models/plan", json=asked).json()["notes"][0].startswith("2 models, one for each split.")
    job = client.post("/api/train", json=asked).json()["job"]
    folder = job_folder(talks, job)
    for split in (10, 2):
        (folder / f"split-{split}/seed-0").mkdir(parents=True)
        append_epoch(folder / f"split-{split}/seed-0" / EPOCHS, Epoch(1, 0.5, 0.1, 2.0, 1e-3))
    curves = client.get("/api/job/curves", params={"id": job}).json()["curves"]
    assert [one["name"] for one in curves] == ["split-2/seed-0", "split-10/seed-0"], "the newest last"
    perform(talks, job)
    facts = client.get("/api/job", params={"id": job}).json()
    assert (facts["kind"], facts["state"], facts["error"]) == ("train_splits", "done", None)
    assert len(facts["result"]["figures"]["splits"]) == 2
    assert sorted(one for split in facts["result"]["splits"] for one in split["held_out"]) == [
        f"talks/{n}" for n in range(4)
    ]
    curves = client.get("/api/job/curves", params={"id": job}).json()["curves"]
    assert [one["name"] for one in curves] == ["mlp-talks-split0", "mlp-talks-split1"]
    assert [len(one["epochs"]) for one in curves] == [2, 2]


def test_very_many_videos_are_not_divided_while_a_page_waits(client, monkeypatch):
    monkeypatch.setattr("webapp.views.training.MOST_PLANNED", 3)
    answer = client.post("/api/models/splits/make", json={"dataset": "talks"})
    assert answer.status_code == 400
    assert "4 judged videos are too many" in answer.json()["error"]["message"]
    assert "app.py splits talks" in answer.json()["error"]["hint"]


def test_a_file_that_is_no_split_file_is_refused_in_one_sentence_and_nothing_of_it_is_left(client, talks):
    answer = client.post("/api/models/splits", params={"name": "pic.json"}, content=b"\x89PNG\r\n\x1a\n\xff")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("pic.json should be")
    large = client.post("/api/models/splits", params={"name": "a.txt"}, content=b"#" * (limits.SPLIT_FILE_BYTES + 1))
    assert "more than 4 MB" in large.json()["error"]["message"]
    assert client.get("/api/models/splits").json() == {"files": []}
    assert list((talks.data_dir / "uploads").iterdir()) == []


def test_curves_are_there_while_a_training_goes_on(client, talks):
    job = enqueue(talks, TrainRequest(**SMALL))
    assert client.get("/api/job/curves", params={"id": job}).json() == {"curves": []}
    folder = job_folder(talks, job) / "seed-0"
    folder.mkdir(parents=True)
    append_epoch(folder / EPOCHS, Epoch(1, 0.5, 0.1, 2.0, 1e-3))
    line = {"epoch": 1, "loss": 0.5, "validation": 0.1, "seconds": 2.0, "lr": 1e-3}
    assert client.get("/api/job/curves", params={"id": job}).json() == {
        "curves": [{"name": "seed-0", "epochs": [line]}]
    }


def test_a_job_is_preferred_and_asked_to_keep_the_best_it_has(client, talks):
    job = enqueue(talks, TrainRequest(**SMALL))
    assert client.get("/api/job", params={"id": job}).json()["priority"] == "normal"
    assert client.post("/api/job/priority", json={"id": job, "priority": "first"}).json()["priority"] == "first"
    assert client.post("/api/job/priority", json={"id": job, "priority": "at once"}).status_code == 422
    talks.jobs.claim("w", "long")
    facts = client.post("/api/job/cancel", json={"id": job, "keep": True}).json()
    assert (facts["state"], facts["keep"], facts["resumable"]) == ("running", True, True)
    assert talks.jobs.should_finish(job)


def test_there_is_no_curve_of_a_checkpoint_that_is_not_there_or_was_imported(client):
    assert client.get("/api/checkpoint/curves", params={"id": "mlp"}).status_code == 404
    assert client.get("/api/checkpoint/curves", params={"id": "/etc"}).status_code == 404


def test_a_recipe_without_a_kind_is_of_its_own_kind_and_says_what_must_be_known(client, talks):
    own = PRESETS["tvsum-people"].model
    form = client.get("/api/models/training", params={"recipe": "tvsum-people"}).json()
    assert (form["kind"], form["recipe"]) == (own, "tvsum-people")
    assert "tvsum-people" in next(one["recipes"] for one in form["kinds"] if one["name"] == own)
    asked = {"dataset": "talks", "preset": "tvsum-people"}
    assert NOTES["tvsum-people"] in client.post("/api/models/plan", json=asked).json()["notes"]
    job = client.post("/api/train", json=asked).json()["job"]
    perform(talks, job)
    facts = client.get("/api/job", params={"id": job}).json()
    assert (facts["args"]["kind"], facts["state"]) == (own, "done")
    (model,) = client.get("/api/models").json()["models"]
    assert (model["kind"], model["preset"]) == (own, "tvsum-people")
    assert model["learned_from"].endswith(NOTES["tvsum-people"])
