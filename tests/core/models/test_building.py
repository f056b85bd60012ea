"""A configuration that asks for more than its weights can be is refused before there is any memory for it."""

from __future__ import annotations

import json

import pytest

from core.errors import CheckpointError
from core.models.checkpoints import load_model, read_checkpoint, save_checkpoint
from core.models.registry import MODELS

SMALL = {
    "summdiff": {"feature_width": 8, "hidden": 16, "heads": 2, "feed_forward": 16, "codebook_size": 4},
    "llmvs": {"feature_width": 8, "hidden": 16, "feed_forward": 16},
    "vasnet": {"feature_width": 8},
    "mlp": {"feature_width": 8, "hidden": 8},
}


def changed(tmp_path, kind, **config):
    """A checkpoint whose description says something else than its weights."""
    model = MODELS[kind].model_class(MODELS[kind].config_class(**SMALL[kind]))
    folder = tmp_path / "changed"
    save_checkpoint(model, folder, label="x", feature_space="some", training={})
    path = folder / "model.json"
    said = json.loads(path.read_text())
    said["config"] |= config
    said["feature_width"] = config.get("feature_width", said["feature_width"])
    path.write_text(json.dumps(said))
    return folder


@pytest.mark.parametrize("kind", SMALL)
def test_a_true_description_is_loaded(tmp_path, kind):
    load_model(read_checkpoint(changed(tmp_path, kind)), "cpu")


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("summdiff", {"encoder_layers": 10**9}),
        ("summdiff", {"input_layers": 10**9}),
        ("summdiff", {"hidden": 10**9}),
        ("summdiff", {"codebook_size": 2**31 - 1}),
        ("summdiff", {"heads": 0}),
        ("summdiff", {"hidden": "16"}),
        ("summdiff", {"eps": float("nan")}),
        ("summdiff", {"unknown": 1}),
        ("llmvs", {"layers": 10**9}),
        ("llmvs", {"feed_forward": 10**9}),
        ("vasnet", {"feature_width": 10**9}),
        ("vasnet", {"feature_width": -1}),
        ("mlp", {"hidden": 10**12}),
    ],
)
def test_a_false_one_is_refused(tmp_path, kind, config):
    with pytest.raises(CheckpointError, match=r"The configuration in '.*' is wrong"):
        load_model(read_checkpoint(changed(tmp_path, kind, **config)), "cpu")


@pytest.mark.parametrize(
    ("name", "value"), [("config", []), ("kind", ["mlp"]), ("metrics", 1), ("feature_width", "8"), ("label", None)]
)
def test_a_description_of_other_types_is_refused(tmp_path, name, value):
    folder = changed(tmp_path, "mlp")
    said = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(said | {name: value}))
    with pytest.raises(CheckpointError, match=f"The '{name}' in"):
        read_checkpoint(folder)
