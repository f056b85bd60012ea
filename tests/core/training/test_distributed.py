"""Two processes of torchrun train what one process trains, survive the loss of one of them, and stop together."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.errors import InputError
from core.models.batch import masked_mse
from core.models.csta import CSTA, CSTAConfig
from core.training import computing, loop
from core.training.batching import make_batch, units
from core.training.computing import Computing, Trial, best, computing_of
from core.training.distributed import Processes, check_can_be_shared
from core.training.recipes import PRESETS, TrainSettings, settings_for
from tests.core.training.together import SETTINGS, likes, made_videos

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("WORLD_SIZE", "RANK", "LOCAL_RANK", "TORCHELASTIC_RUN_ID")


def weights(path):
    return load_file(path / "model.safetensors")


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["none", pytest.param("lose", marks=pytest.mark.long)])
def test_two_processes_train_as_one_does_and_stop_together_also_where_one_is_lost(tmp_path, lost):
    environment = {name: value for name, value in os.environ.items() if name not in NAMES}
    environment |= {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    script = Path(__file__).with_name("together.py")
    launch = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--max-restarts", "1"]
    ran = subprocess.run(
        [*launch, "--standalone", "--monitor-interval", "0.1", script, tmp_path, lost],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads((tmp_path / "said.json").read_text())
    assert said["first life"] == (lost == "none")
    alone = loop.train(made_videos(), SETTINGS, out=tmp_path / "alone", feature_space="s", criterion=likes)
    shared = json.loads((tmp_path / "resumed" / "model.json").read_text())["training"]
    assert shared["processes"] == 2
    assert shared["loss"] == pytest.approx(alone.training["loss"], abs=1e-6)
    assert shared["validation"] == pytest.approx(alone.training["validation"], abs=1e-5)
    assert shared["kept_epoch"] == alone.training["kept_epoch"]
    here, there = weights(alone.path), weights(tmp_path / "resumed")
    assert max(float((here[name] - there[name]).abs().max()) for name in here) <= 1e-6
    assert said["told"] == "The training was cancelled."
    assert not (tmp_path / "cancelled").exists()
    content = json.loads((tmp_path / "content" / "model.json").read_text())["training"]
    assert (content["stopped_early"], content["epochs"]) == (True, 3)
    assert content["loss"][:2] == pytest.approx(alone.training["loss"][:2], abs=1e-6)


def test_losses_and_gradients_of_shards_add_up_to_those_of_the_batch():
    settings = replace(SETTINGS, model="mlp", targets="mean")
    batch = make_batch(units(made_videos(), settings), settings, np.random.default_rng(0))
    model = torch.nn.Linear(8, 1)

    def gradient(parts):
        model.zero_grad()
        losses = [
            masked_mse(model(one.features)[..., 0][:, None], one.targets, one.judged, one.weights) for one in parts
        ]
        sum(losses).backward()
        return sum(losses).item(), model.weight.grad.clone()

    whole, of_whole = gradient([batch])
    for count in (1, 2, 3, 20):
        shards = batch.shards(count)
        assert [len(one.features) for one in shards] == {1: [7], 2: [4, 3], 3: [3, 2, 2], 20: [1] * 7}[count]
        added, of_shards = gradient(shards)
        assert added == pytest.approx(whole, abs=1e-6)
        assert torch.allclose(of_shards, of_whole, atol=1e-6)


def test_what_cannot_be_shared_says_so():
    two = Processes(0, 2)
    with pytest.raises(InputError, match="CSTA keeps running means"):
        check_can_be_shared(CSTA(CSTAConfig(feature_width=8)), 8, two)
    with pytest.raises(InputError, match="looks at 1 at once, too few for 2 processes"):
        check_can_be_shared(torch.nn.Linear(2, 2), 1, two)
    check_can_be_shared(torch.nn.Linear(2, 2), 2, two)


def test_a_way_of_computing_is_chosen_where_it_pays_over_the_whole_training():
    ways = {
        name: Computing(*of)
        for name, of in {"f": ("float32", False), "b": ("bf16", False), "c": ("bf16", True)}.items()
    }
    trials = [Trial(ways["f"], 0, 0.010), Trial(ways["b"], 0, 0.006), Trial(ways["c"], 30, 0.004)]
    assert best(trials, 100).name == "bf16", "compiling takes longer than it saves"
    assert best(trials, 100_000).name == "bf16, compiled"
    assert best([trials[0], Trial(ways["b"], 0, 0.0095)], 1000).name == "float32", "too little"
    assert best(trials, 100).trial_ms == {"float32": 10.0, "bf16": 6.0, "bf16, compiled": 4.0}


def test_compiling_is_tried_for_long_trainings_alone(monkeypatch):
    tried = []

    def trial(way, model, batches):
        tried.append(way.name)
        return Trial(way, 30.0 * way.compiled, 0.01)

    monkeypatch.setattr(computing, "_tried", trial)
    ways = computing_of(TrainSettings(), torch.device("cuda"))
    computing.chosen(ways, None, [], 1000)
    assert tried == ["float32", "bf16"]
    computing.chosen(ways, None, [], 100_000)
    assert tried[2:] == ["float32", "bf16", "float32, compiled", "bf16, compiled"]


def test_a_cpu_leaves_nothing_to_a_trial_and_published_recipes_neither_on_a_gpu():
    cpu, gpu = torch.device("cpu"), torch.device("cuda")
    assert computing_of(TrainSettings(), cpu) == [Computing()]
    assert [one.name for one in computing_of(TrainSettings(), gpu)] == [
        "float32", "bf16", "float32, compiled", "bf16, compiled",
    ]  # fmt: skip
    for name in ("summdiff-tvsum", "summdiff-summe", "summdiff-mrhisum", "csta", "vasnet"):
        assert computing_of(PRESETS[name], gpu) == [Computing()]
    assert computing_of(settings_for("llmvs", preset="llmvs-tvsum"), gpu) == [Computing("float16")]


def test_a_checkpoint_says_in_what_it_was_computed(tmp_path):
    made = {}
    for precision in ("auto", "bf16"):
        settings = replace(SETTINGS, epochs=2, precision=precision)
        made[precision] = loop.train(made_videos(), settings, out=tmp_path / precision, feature_space="s").training
    assert made["auto"]["computed"] == {"precision": "float32", "compiled": False, "trial_ms": {}}
    assert made["bf16"]["computed"]["precision"] == "bf16"
    assert made["bf16"]["loss"] == pytest.approx(made["auto"]["loss"], rel=0.02)
    assert made["bf16"]["loss"] != made["auto"]["loss"]
