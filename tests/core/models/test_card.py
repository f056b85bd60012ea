"""The card of a checkpoint says what is known of it, and nothing that is not."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml

from core.models.card import DATA, TEXT, card_data, card_text, limits_of, write_card
from core.models.checkpoints import read_checkpoint, save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.training.epochs import EPOCHS, read_epochs
from core.training.loop import train
from core.training.recipes import TrainSettings
from core.training.videos import TrainingVideo

FIGURES = {"kendall": 0.21, "spearman": 0.3, "f1": 0.55}
MEASURED = {
    "tvsum": {
        **FIGURES,
        "n_videos": 2,
        "samples": 8,
        "sampler": {"guidance": 0.5},
        "human": {"pairwise": {"kendall": 0.18, "spearman": None, "f1": 0.25}},
        "chance": {"noise": {"kendall": 0.01, "spearman": 0.02, "f1": 0.5}},
        "skill": {"kendall": 0.66, "spearman": 0.7, "f1": None},
    }
}


@pytest.fixture
def made(tmp_path):
    def make(training, metrics=None):
        return save_checkpoint(
            MLP(MLPConfig(4, 8)), tmp_path / "ours", label="MLP (ours)", feature_space="test-4", training=training,
            metrics=metrics,
        )  # fmt: skip

    return make


def front_matter(text):
    start, front, rest = text.split("---\n", 2)
    assert start == ""
    return yaml.safe_load(front), front, rest


def video(number, people, simulated=()):
    generator = np.random.default_rng(number)
    scores = generator.random((len(people), 12), dtype=np.float32)
    scores[0, 3] = np.nan
    return TrainingVideo(
        f"talks/{number}", generator.standard_normal((12, 4), dtype=np.float32), scores, people, simulated
    )


def test_every_training_leaves_a_card_and_its_epochs(tmp_path):
    videos = [video(0, ("Zoe", "Ann"), (False, True)), video(1, ("Ann",), (True,))]
    settings = TrainSettings(model="mlp", targets="mean", epochs=3, config={"hidden": 8})
    checkpoint = train(videos, settings, out=tmp_path / "ours", feature_space="s", training_info={"dataset": "talks"})
    text = (checkpoint.path / TEXT).read_text()
    data = json.loads((checkpoint.path / DATA).read_text())
    assert text == card_text(checkpoint)
    assert data == json.loads(json.dumps(card_data(checkpoint)))
    assert len(read_epochs(checkpoint.path / EPOCHS)) == 3
    assert data["learned_from"]["annotators"] == [
        {"id": "P1", "simulated": True, "source": "dataset", "n_videos": 2, "n_labels": 23},
        {"id": "P2", "simulated": False, "source": "dataset", "n_videos": 1, "n_labels": 11},
    ]
    assert (data["seed"], data["device"], data["recipe"]["epochs"]) == (0, "cpu", 3)
    assert len(data["learned_from"]["labels_sha256"]) == 64
    assert data["learned_from"]["labels_sha256"] in text
    assert "| P2 | 1 | 11 | real |" in text
    for file in checkpoint.path.glob("*.*"):
        if file.suffix != ".safetensors":
            assert "Zoe" not in file.read_text(), f"{file.name} names somebody"


def test_the_front_matter_is_what_the_hub_reads(made):
    checkpoint = made({"dataset": "talks", "datasets": ["more", "talks"], "start_from": "base"}, MEASURED)
    fields, raw, _ = front_matter(card_text(checkpoint))
    assert fields["license"] == "unknown"
    assert "# to be filled in" in raw
    assert (fields["library_name"], fields["base_model"], fields["datasets"]) == ("manycut", "base", ["more", "talks"])
    (result,) = fields["model-index"][0]["results"]
    assert {one["type"]: one["value"] for one in result["metrics"]} == FIGURES
    assert result["dataset"]["name"] == "talks"
    assert "model-index" not in front_matter(card_text(read_checkpoint(checkpoint.path).__class__(
        **{**vars(checkpoint), "metrics": {}})))[0]  # fmt: skip


def test_figures_stand_beside_people_noise_and_skill(made):
    text = card_text(made({}, MEASURED))
    assert "Protocol `tvsum`, 2 videos; 8 samples (guidance 0.5)." in text
    for line in (
        "| this checkpoint | 0.210 | 0.300 | 0.550 |",
        "| one person with another | 0.180 | undefined | 0.250 |",
        "| noise that knows nothing | 0.010 | 0.020 | 0.500 |",
        "| skill (noise 0, people 1) | 0.660 | 0.700 | undefined |",
    ):
        assert line in text
    assert "the mean of the others" not in text, "nobody measured it"


@pytest.mark.parametrize(
    ("training", "words"),
    [
        ({"selected_on_test": True, "selected_on": "test videos"}, "selected on test videos"),
        ({"selected_on": "validation videos"}, "selected on validation videos"),
        ({"simulated": True, "n_videos": 1, "dataset": "d"}, "are programs"),
        ({"released": True, "source": "best.pkl"}, "is in its release"),
        ({"pretraining": "visp", "targets": "none"}, "nobody's labels"),
        ({"stopped_early": True}, "stopped before its end"),
        ({}, "Nobody has measured it"),
    ],
)
def test_what_must_not_be_forgotten_is_said(made, training, words):
    checkpoint = made(training)
    assert any(words in one for one in limits_of(checkpoint))
    assert words in card_text(checkpoint)


def test_a_card_of_a_release_says_what_is_not_known(made):
    checkpoint = made({"released": True, "source": "best.pkl"})
    write_card(checkpoint)
    text = (checkpoint.path / TEXT).read_text()
    assert "A released checkpoint (best.pkl)" in text
    assert "people: not known" in text
    assert "licence: to be filled in by whoever publishes it" in text
