from __future__ import annotations

import json
import subprocess
import sys

import pytest
import torch

from core.compute import choose_device
from core.errors import CheckpointError
from core.models.checkpoints import load_model, read_checkpoint, save_checkpoint
from core.models.llmvs import LLMVSConfig, LLMVSHead
from core.models.registry import MODELS, in_pairs
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig


def models():
    yield SummDiff(SummDiffConfig(6, hidden=16, heads=2, feed_forward=16, decoder_layers=1, p_uncond=0.1)).eval()
    yield LLMVSHead(LLMVSConfig(6, hidden=32, feed_forward=16)).eval()


def save(model, path):
    return save_checkpoint(
        model, path, label="Small", feature_space="space-1", training={"seed": 3}, metrics={"tvsum": {"spearman": 0.1}}
    )


@pytest.fixture
def saved(tmp_path):
    return save(next(models()), tmp_path / "small")


@pytest.mark.parametrize("model", list(models()), ids=lambda model: type(model).__name__)
def test_a_loaded_model_says_the_same(model, tmp_path):
    checkpoint = save(model, tmp_path / "one")
    again = load_model(read_checkpoint(tmp_path / "one"), "cpu")
    features = torch.randn(12, 6)
    assert torch.equal(again.predict(features, 2, 5), model.predict(features, 2, 5))
    assert not again.training
    assert read_checkpoint(checkpoint.path) == checkpoint


def test_what_is_on_disk_describes_itself(saved):
    description = json.loads((saved.path / "model.json").read_text())
    assert description["kind"] == "summdiff"
    assert description["config"]["hidden"] == 16
    assert (saved.id, saved.feature_width, saved.feature_space) == ("small", 6, "space-1")
    assert sorted(p.name for p in saved.path.iterdir()) == ["model.json", "model.safetensors"]


def test_f1_of_a_checkpoint_from_when_it_was_in_percent_is_read_as_a_share(saved):
    path = saved.path / "model.json"
    description = json.loads(path.read_text())
    measured = {"tvsum": {"f1": 58.4, "coverage": {"f1": 0.3}}, "summe": {"spearman": 0.1}}
    path.write_text(json.dumps({**description, "schema": "manycut-checkpoint-1", "metrics": measured}))
    assert read_checkpoint(saved.path).metrics == {
        "tvsum": {"f1": pytest.approx(0.584), "coverage": {"f1": 0.3}},
        "summe": {"spearman": 0.1},
    }
    path.write_text(json.dumps({**description, "metrics": {"tvsum": {"f1": 0.584}}}))
    assert read_checkpoint(saved.path).metrics == {"tvsum": {"f1": 0.584}}


def test_a_checkpoint_may_be_moved(saved, tmp_path):
    saved.path.rename(tmp_path / "elsewhere")
    moved = read_checkpoint(tmp_path / "elsewhere")
    assert moved.id == "elsewhere"
    load_model(moved)


def test_nothing_is_overwritten_and_nothing_left_behind(saved, monkeypatch):
    with pytest.raises(CheckpointError, match="exists already"):
        save(next(models()), saved.path)

    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("safetensors.torch.save_file", fail)
    with pytest.raises(OSError, match="disk full"):
        save(next(models()), saved.path.parent / "other")
    assert [p.name for p in saved.path.parent.iterdir()] == ["small"]


def test_a_missing_checkpoint_is_said_so(tmp_path):
    with pytest.raises(CheckpointError, match="no checkpoint"):
        read_checkpoint(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("kind"), "lacks 'kind'"),
        (lambda d: d.update(schema="other"), "this version"),
        (lambda d: d.update(kind="gpt"), "unknown model"),
    ],
)
def test_a_malformed_description_names_what_is_wrong(saved, change, message):
    path = saved.path / "model.json"
    description = json.loads(path.read_text())
    change(description)
    path.write_text(json.dumps(description))
    with pytest.raises(CheckpointError, match=message):
        read_checkpoint(saved.path)
    path.write_text("{")
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_checkpoint(saved.path)


def test_missing_weights_are_noticed_without_reading_them(saved):
    (saved.path / "model.safetensors").unlink()
    with pytest.raises(CheckpointError, match="incomplete"):
        read_checkpoint(saved.path)
    with pytest.raises(CheckpointError, match="missing"):
        load_model(saved)


@pytest.mark.parametrize("keep", [0, 4, 200, -50])
def test_truncated_weights_are_refused(saved, keep):
    path = saved.path / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match="damaged"):
        load_model(saved)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"feature_width": 7}, "wrong"),
        ({"hidden": 32}, "do not fit"),
        ({"denoiser": "UNet"}, "wrong"),
        ({"heads": 3}, "wrong"),
        ({"surprise": 1}, "wrong"),
    ],
)
def test_a_configuration_that_does_not_belong_to_the_weights_is_refused(saved, config, message):
    path = saved.path / "model.json"
    description = json.loads(path.read_text())
    description["config"] |= config
    path.write_text(json.dumps(description))
    with pytest.raises(CheckpointError, match=message):
        load_model(read_checkpoint(saved.path))


def test_a_device_that_is_not_here_is_refused():
    with pytest.raises(CheckpointError, match="not the name"):
        choose_device("abacus")
    if not torch.cuda.is_available():
        with pytest.raises(CheckpointError, match="no CUDA"):
            choose_device("cuda")


def test_listing_checkpoints_does_not_import_torch():
    modules = "core.models.checkpoints, core.models.registry, core.training.scoring, core.training.loop"
    code = f"import {modules}, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_registry_names_the_classes_as_they_are():
    for kind in MODELS.values():
        assert kind.model_class.samples == kind.samples
        assert getattr(kind.model_class, "pairs", False) == kind.pairs == in_pairs(kind.name)
        assert kind.config_class(feature_width=8).feature_width == 8
