"""Released checkpoints: read without running code from them, their configuration found in the tensors."""

from __future__ import annotations

import argparse
import os
import pickle
import re

import numpy as np
import pytest
import torch

from benchmarks.name_seeded import state_of
from core.errors import CheckpointError
from core.models.csta import CSTA
from core.models.llmvs import LLMVSConfig, LLMVSHead
from core.models.official import csta, llmvs, summdiff
from core.models.official.reading import read_state, whose
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig

SUMMDIFFS = [
    {"denoiser": "DiT", "decoder_layers": 2},
    {"denoiser": "latentmlp", "decoder_layers": 4, "codebook_size": 50},
    {"denoiser": "Transformer_dec", "decoder_layers": 3, "encoder_layers": 1},
    {"denoiser": "DiT", "decoder_layers": 2, "codebook": "sinusoidal"},
    {"denoiser": "DiT", "decoder_layers": 2, "encoder_layers": 0, "input_layers": 1},
]


def official_summdiff(**options):
    """A configuration and an official state dict for it, with the tensors that the release keeps but never uses."""
    config = SummDiffConfig(20, hidden=16, heads=8, feed_forward=24, **options)
    shapes = {name: weight.shape for name, weight in SummDiff(config).named_parameters()}
    state = state_of({theirs: shapes[ours] for ours, theirs in summdiff.official_names(config).items()})
    state["transformer.betas"] = torch.zeros(1000, dtype=torch.float64)
    state["transformer.diffusion_decoder.pos_emb.layers.0.weight"] = torch.zeros(16, 16)
    return config, state


class RunsCode:
    def __reduce__(self):
        return os.mkdir, ("code-was-run",)


@pytest.mark.parametrize("options", SUMMDIFFS)
@pytest.mark.parametrize("suffix", ["pkl", "pt"])
def test_a_released_summdiff_loads_as_it_is(tmp_path, options, suffix):
    config, state = official_summdiff(**options)
    torch.save(state, tmp_path / f"best.{suffix}")
    found = read_state(tmp_path / f"best.{suffix}")
    assert whose(found) == "summdiff"
    assert summdiff.infer_config(found) == config
    scores = summdiff.load(found, config).predict(torch.randn(9, 20), 2)
    assert scores.shape == (2, 9)


def test_the_names_are_those_of_the_release(shared):
    listed: dict[str, set[str]] = {}
    names: set[str] = set()
    for line in (shared / "spec" / "summdiff_state_keys.txt").read_text().splitlines():
        if not line.startswith(" "):
            names = listed[line.split()[0]] = set()
        else:
            names.add(line.split()[0])
    for denoiser in ("DiT", "latentmlp", "Transformer_dec"):
        config = SummDiffConfig(1024, denoiser=denoiser, decoder_layers=2)
        assert set(summdiff.official_names(config).values()) <= listed[denoiser]
        left = listed[denoiser] - set(summdiff.official_names(config).values())
        unused = [re.compile(re.escape(summdiff.DECODER) + pattern) for pattern in summdiff.UNUSED[denoiser]]
        assert all(name.count(".") == 1 or any(p.match(name) for p in unused) for name in left)  # buffers, or unused


def test_a_lightning_checkpoint_with_its_settings_loads(tmp_path):
    head = LLMVSHead(LLMVSConfig(12, hidden=32, feed_forward=20, layers=2))
    names = {ours: theirs for theirs, ours in llmvs.KEYS}
    state = {}
    for key, tensor in head.state_dict().items():
        ours = next(prefix for prefix in names if key.startswith(prefix))
        state["model." + names[ours] + key.removeprefix(ours)] = tensor
    settings = argparse.Namespace(lr=1e-4)
    torch.save({"state_dict": state, "hyper_parameters": settings, "epoch": 3}, tmp_path / "best.ckpt")
    found = read_state(tmp_path / "best.ckpt")
    assert whose(found) == "llmvs"
    config = llmvs.infer_config(found)
    assert config == head.config
    features = torch.randn(7, 12)
    torch.testing.assert_close(llmvs.load(found, config).predict(features), head.eval().predict(features))


def test_a_released_csta_loads_with_its_unused_classifier(golden):
    import json

    with np.load(golden / "csta_7.npz") as file:
        shapes = json.loads(str(file["state_keys"]))
    state = state_of(shapes)
    assert "googlenet.fc.weight" in state
    assert whose(state) == "csta"
    assert isinstance(csta.load(state, csta.infer_config(state)), CSTA)
    with pytest.raises(CheckpointError, match="lacks"):
        csta.load({k: v for k, v in state.items() if not k.startswith("value")}, csta.infer_config(state))
    with pytest.raises(CheckpointError, match="has no place"):
        csta.load({**state, "surprise": torch.zeros(1)}, csta.infer_config(state))


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_file_that_would_run_code_is_not_opened(tmp_path, monkeypatch, protocol):
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": {"a": torch.zeros(2)}, "extra": RunsCode()}, "evil.pt")
    with open("evil.pkl", "wb") as file:
        pickle.dump({"a": RunsCode()}, file, protocol=protocol)
    for name in ("evil.pt", "evil.pkl"):
        with pytest.raises(CheckpointError, match=f"'{name}' holds"):
            read_state(tmp_path / name)
    assert not (tmp_path / "code-was-run").exists()


def test_a_whole_module_is_more_than_weights(tmp_path):
    torch.save(torch.nn.Linear(2, 2), tmp_path / "module.pt")
    with pytest.raises(CheckpointError, match="more than plain weights"):
        read_state(tmp_path / "module.pt")


@pytest.mark.parametrize("keep", [0, 1, 30, 600, -100])
def test_a_truncated_file_is_refused(tmp_path, keep):
    path = tmp_path / "cut.pt"
    torch.save({"a": torch.zeros(500)}, path)
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CheckpointError, match=r"'cut\.pt'"):
        read_state(path)


def test_what_is_no_checkpoint_gets_a_sentence(tmp_path):
    (tmp_path / "text.pt").write_text("hello world")
    torch.save({"epoch": 3}, tmp_path / "empty.pt")
    for name, message in (("none.pt", "no file"), ("text.pt", "not a PyTorch"), ("empty.pt", "no weights")):
        with pytest.raises(CheckpointError, match=message):
            read_state(tmp_path / name)
    with pytest.raises(CheckpointError, match="no system we know"):
        whose({"layer.weight": torch.zeros(1)})


def test_a_state_dict_of_another_configuration_is_refused():
    config, state = official_summdiff()
    with pytest.raises(CheckpointError, match="lacks"):
        summdiff.load({k: v for k, v in state.items() if "noise_map" not in k}, config)
    with pytest.raises(CheckpointError, match="has no place"):
        summdiff.load({**state, "transformer.surprise": torch.zeros(3)}, config)
    with pytest.raises(CheckpointError, match="is of shape"):
        summdiff.load(state, SummDiffConfig(30, hidden=16, heads=8, feed_forward=24))
    with pytest.raises(CheckpointError, match="no SummDiff with joint"):
        summdiff.load(state, SummDiffConfig(20, denoiser="joint"))
    with pytest.raises(CheckpointError, match="does not belong"):
        llmvs.load({"d_linear1.weight": torch.zeros(2, 2)}, LLMVSConfig(feature_width=8, hidden=16))
