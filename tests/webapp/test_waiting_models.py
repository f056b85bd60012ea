"""A model that learned from simulated people waits to be asked on other videos, and says so wherever it goes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from starlette.testclient import TestClient

from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.progress import silent
from webapp import jobs
from webapp.actions.models import score_with_all
from webapp.server import build_app

SENTENCE = "Learned from 2 simulated people's labels of 1 video (drawings); this video was not among them."


@pytest.fixture
def waiting(library, make_entry, tmp_path):
    """An entry that nobody judged, one of the data set of the drawings, and a checkpoint of simulated people."""
    library.add_entries("talks", [replace(make_entry("talks/first"), annotations=None)])
    library.add_entries("drawings", [make_entry("drawings/one")])
    training = {"dataset": "drawings", "n_videos": 1, "n_people": 2, "simulated": True, "videos": ["drawings/one"]}
    made = save_checkpoint(
        MLP(MLPConfig(feature_width=6)), tmp_path / "mlp-1", label="MLP", feature_space="test-6", training=training
    )
    library.register_checkpoint(made.path)
    return library


def rows(browser, entry):
    return {row["id"]: row for row in browser.get("/api/entry", params={"id": entry}).json()["rows"]}


def test_it_is_not_applied_by_itself_to_other_videos(waiting):
    assert score_with_all(waiting, waiting.entry("talks/first"), silent) == []
    assert len(score_with_all(waiting, waiting.entry("drawings/one"), silent)) == 1


def test_its_row_is_empty_until_somebody_asks_and_then_says_what_it_learned_from(waiting):
    with TestClient(build_app(waiting)) as browser:
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


def test_training_records_whether_people_are_simulated(waiting, tmp_path):
    from webapp.actions.models import train

    entry = waiting.entry("drawings/one")
    waiting.remove_entry("drawings/one")
    simulated = replace(entry, id="drawings/two", annotations=replace(entry.annotations, simulated=True))
    waiting.add_entries("drawings", [simulated])
    made = train(waiting, dataset="drawings", model="mlp", epochs=1, out=tmp_path / "new")
    facts = waiting.checkpoint(made["id"]).training
    assert facts["simulated"] is True
    assert facts["videos"] == ["drawings/two"]
    assert np.isfinite(made["loss"])
