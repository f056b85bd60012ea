"""A model that learned from simulated people waits to be asked on other videos, and says so wherever it goes."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest
from starlette.testclient import TestClient

from cli.tables import sampled_sentence
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.models.provenance import learned_from
from core.progress import silent
from tests.core.made_videos import write_video
from verbs.render import RenderRequest, render
from verbs.sample import SampleRequest, sample
from verbs.scoring import score_with_all
from verbs.train import TrainRequest, train
from webapp import jobs
from webapp.server import build_rest
from webapp.views.models import models

SENTENCE = "Learned from 2 simulated people's labels of 1 video (drawings); this video was not among them."


@pytest.fixture
def waiting(library, make_entry, tmp_path):
    """An entry that nobody judged, one of the data set of the drawings, and a checkpoint of simulated people."""
    library.entries.add("talks", [replace(make_entry("talks/first"), annotations=None)])
    library.entries.add("drawings", [make_entry("drawings/one")])
    training = {"dataset": "drawings", "n_videos": 1, "n_people": 2, "simulated": True, "videos": ["drawings/one"]}
    made = save_checkpoint(
        MLP(MLPConfig(feature_width=6)), tmp_path / "mlp-1", label="MLP", feature_space="test-6", training=training
    )
    library.checkpoints.register(made.path)
    return library


def rows(browser, entry):
    return {row["id"]: row for row in browser.get("/api/entry", params={"id": entry}).json()["rows"]}


def test_it_is_not_applied_by_itself_to_other_videos(waiting):
    assert score_with_all(waiting, waiting.entries.get("talks/first"), silent) == []
    assert len(score_with_all(waiting, waiting.entries.get("drawings/one"), silent)) == 1


def test_its_row_is_empty_until_somebody_asks_and_then_says_what_it_learned_from(waiting):
    with TestClient(build_rest(waiting)) as browser:
        offer = rows(browser, "talks/first")["offer:mlp-1"]
        assert (offer["kind"], offer["checkpoint"], offer["model_kind"]) == ("offer", "mlp-1", "mlp")
        assert offer["learned_from"] == {"sentence": SENTENCE, "simulated": True, "saw_this": False}
        assert "offer:mlp-1" not in rows(browser, "drawings/one")
        asked = browser.post("/api/sample", json={"entry": "talks/first", "checkpoint": "mlp-1"})
        jobs.perform(waiting, asked.json()["job"])
        after = rows(browser, "talks/first")
        assert "offer:mlp-1" not in after
        assert after["run:1"]["learned_from"]["sentence"] == SENTENCE
        query = {"entry": "talks/first", "source": "run:1", "format": "json"}
        scores = browser.get("/api/cutlist", params=query).json()["scores"]
        assert (scores["learned_from"], scores["simulated"]) == (SENTENCE, True)
        table = browser.get("/api/cutlist", params={**query, "format": "csv"}).text
        assert "simulated people" in table
        waiting.checkpoints.remove("mlp-1")
        assert rows(browser, "talks/first")["run:1"]["learned_from"] == {
            "sentence": "What it learned from is not known: its checkpoint is not in the library.",
            "simulated": None,
            "saw_this": None,
        }


def test_a_video_kept_from_it_says_so(waiting, tmp_path):
    entry = waiting.entries.get("talks/first")
    film = write_video(tmp_path / "film.mp4", entry.n_frames, entry.timebase.rate)
    waiting.entries.add("films", [replace(entry, id="films/one", video=film)])
    run = sample(waiting, SampleRequest(entry="films/one", checkpoint="mlp-1")).as_json()["run"]
    kept = render(
        waiting, RenderRequest(entry="films/one", source=f"run:{run}", out=tmp_path / "cut.mp4", budget=0.5)
    ).as_json()
    with av.open(kept["file"]) as container:
        assert container.metadata["comment"] == SENTENCE


def test_the_command_line_says_what_a_model_learned_from(waiting):
    made = sample(waiting, SampleRequest(entry="talks/first", checkpoint="mlp-1", keep=False))
    assert sampled_sentence(made).endswith(f"(mlp-1).\n{SENTENCE}")


def test_going_on_from_it_makes_another_that_learned_from_simulated_people(waiting, tmp_path):
    waiting.entries.add("films", [replace(waiting.entries.get("drawings/one"), id="films/one")])
    made = train(
        waiting, TrainRequest(dataset="films", kind="mlp", start_from="mlp-1", epochs=1, out=tmp_path / "mlp-2")
    ).as_json()
    waiting.checkpoints.remove("mlp-1")
    facts = learned_from(waiting.checkpoints.find(made["id"]))
    assert (facts.own_simulated, facts.simulated, facts.stands_back("talks/first")) == (False, True, True)
    assert facts.saw("drawings/one")


def test_training_records_whether_people_are_simulated(waiting, tmp_path):
    entry = waiting.entries.get("drawings/one")
    people = replace(entry.annotations, simulated=(True,) * len(entry.annotations))
    simulated = replace(entry, id="drawings/two", annotations=people, features=dict(entry.features))
    waiting.entries.remove("drawings/one")
    waiting.entries.add("drawings", [simulated])
    made = train(waiting, TrainRequest(dataset="drawings", kind="mlp", epochs=1, out=tmp_path / "new")).as_json()
    facts = waiting.checkpoints.find(made["id"]).training
    assert facts["simulated"] is True
    assert facts["videos"] == ["drawings/two"]
    assert np.isfinite(made["loss"])


def test_the_models_page_says_that_its_people_are_simulated(waiting):
    (told,) = models(waiting, ()).models
    assert (told.simulated, told.people) == (True, 2)
    assert told.learned_from == "Learned from 2 simulated people's labels of 1 video (drawings)."
