"""What the command line says of models."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli.main import app
from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from storage.library import Library
from verbs.measure import MeasureRequest, measure

VIDEOS = [f"talks/{name}" for name in ("first", "second", "third")]


@pytest.fixture
def data(tmp_path, make_entry):
    """A data directory with two models that learned from one of three videos, and were measured on the others."""
    with Library.open(tmp_path / "data") as library:
        library.entries.add("talks", [make_entry(video) for video in VIDEOS])
        for seed, name in enumerate(("one", "two")):
            training = {"dataset": "talks", "videos": VIDEOS[:1], "n_videos": 1, "n_people": 3, "seed": seed}
            folder = library.checkpoints.folder / name
            library.checkpoints.register(
                save_checkpoint(
                    MLP(MLPConfig(feature_width=6)), folder, label=name, feature_space="test-6", training=training
                ).path
            )
            measure(library, MeasureRequest(checkpoint=name, dataset="talks"))
    return tmp_path / "data"


def said(data, *arguments):
    done = CliRunner().invoke(app, [*arguments, "--data-dir", str(data)])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def test_the_list_the_leaderboard_and_the_comparison_say_what_the_page_says(data):
    listed = said(data, "checkpoint", "list")
    assert "one  one  Learned from 3 people's labels of 1 video (talks)." in listed
    assert "on 2 videos of talks (tvsum)." in listed
    board = said(data, "leaderboard", "talks")
    assert "Noise that knows nothing" in board
    assert "People, each by the others" in board
    compared = said(data, "checkpoint", "compare", "one", "two")
    assert "seed" in compared
    assert "Over 2 videos new to all" in compared
    found = json.loads(said(data, "checkpoint", "compare", "one", "two", "--json"))
    assert found["videos"] == sorted(VIDEOS[1:])


def test_a_model_is_named_promoted_removed_and_brought_back(data):
    assert "is called 'The best'" in said(data, "checkpoint", "rename", "one", "The best")
    said(data, "checkpoint", "promote", "one")
    assert "one  The best [default]" in said(data, "checkpoint", "list")
    said(data, "checkpoint", "remove", "one")
    assert "The best" not in said(data, "checkpoint", "list")
    assert "[removed]" in said(data, "checkpoint", "list", "--removed")
    assert "is back" in said(data, "checkpoint", "restore", "one")
