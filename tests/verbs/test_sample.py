"""What a model says of an entry is kept as a run, and the same is not made twice."""

from __future__ import annotations

import os

import pytest

from core.models.checkpoints import load_model, save_checkpoint
from core.models.mlp import MLP, MLPConfig
from verbs.sample import SampleRequest, sample

ENTRY = "talks/first"


@pytest.fixture
def ready(library, make_entry):
    """A library with an entry and a model that fits it."""
    library.entries.add("talks", [make_entry(ENTRY)])
    training = {"dataset": "talks", "videos": [], "n_videos": 0, "n_people": 0}
    made = save_checkpoint(
        MLP(MLPConfig(feature_width=6)),
        library.checkpoints.folder / "one",
        label="one",
        feature_space="test-6",
        training=training,
    )
    library.checkpoints.register(made.path)
    return library


def asked(library, **how):
    result = sample(library, SampleRequest(entry=ENTRY, checkpoint="one", **how))
    return result.run, result.found_again


def test_the_same_is_found_again_and_other_settings_are_another_run(ready):
    first, again = asked(ready)
    assert not again
    assert asked(ready) == (first, True)
    assert asked(ready, budget=0.3) == (first, True), "the budget decides about cuts alone"
    other, again = asked(ready, seed=1)
    assert (other != first, again) == (True, False)
    assert len(ready.runs.of_entry(ENTRY)) == 2
    assert ready.runs.get(first).track.settings == ready.runs.get(other).track.settings, "without the digest"


def test_what_was_removed_is_made_anew(ready):
    first, _ = asked(ready)
    ready.runs.remove(first)
    second, again = asked(ready)
    assert (second != first, again) == (True, False)


def test_another_video_or_another_model_of_the_same_name_is_not_the_same(ready, make_entry):
    first, _ = asked(ready)
    ready.entries.put_features(ENTRY, "test-6", make_entry(ENTRY).features["test-6"] + 1)
    second, again = asked(ready)
    assert (second != first, again) == (True, False)
    os.utime(ready.checkpoints.folder / "one" / "model.safetensors", (0, 0))  # as of another model
    assert asked(ready)[1] is False


def test_what_is_not_kept_is_computed_and_leaves_nothing(ready):
    asked(ready)
    assert asked(ready, keep=False) == (None, False)
    assert len(ready.runs.of_entry(ENTRY)) == 1


def test_a_model_is_loaded_once_until_its_files_change(ready, monkeypatch):
    asked(ready)
    weights = next(ready.checkpoints.folder.glob("one/model.safetensors"))
    loaded = []

    def counted(checkpoint):
        loaded.append(checkpoint.id)
        return load_model(checkpoint)

    monkeypatch.setattr("core.models.checkpoints.load_model", counted)
    asked(ready, seed=2)
    assert loaded == []
    os.utime(weights, ns=(1, 1))
    asked(ready, seed=3)
    assert loaded == ["one"]
