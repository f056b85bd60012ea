"""Pretraining ends in a checkpoint that training goes on from."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import torch

from core.data import Entry
from core.errors import CheckpointError, InputError
from core.models.checkpoints import load_model
from core.pretraining import PretrainSettings, pretrain, unlabelled_videos
from core.recipes import TrainSettings
from core.timebase import Timebase
from core.training import TrainingVideo, train


def telling_video(seed, length=24, told=slice(8, 12)):
    """Frames that all videos have (marked in dimension 1), and four of this one's own (marked in dimension 0)."""
    generator = np.random.default_rng(seed)
    features = 0.1 * generator.standard_normal((length, 12)).astype(np.float32)
    features[:, 1] += 3
    features[told, 1] -= 3
    features[told, 0] += 3
    features[told, 2:] += generator.standard_normal(10).astype(np.float32)
    return TrainingVideo(f"made/{seed}", features, np.zeros((1, length), np.float32))


FAST = {"encoder": "attention", "beta_size": 0.05, "beta_binary": 0.1}


def test_pretraining_keeps_the_frames_that_tell_a_video_from_others(tmp_path):
    settings = PretrainSettings(
        model="mlp", config={"hidden": 16, "dropout": 0.0}, epochs=60, batch_size=8, lr=3e-3, visp=FAST
    )
    made = pretrain([telling_video(i) for i in range(24)], settings, out=tmp_path / "one", feature_space="s")
    scores = load_model(made).predict(torch.from_numpy(telling_video(99).features))[0]
    assert scores[8:12].min() > scores[:8].max() + 0.2
    assert made.training["pretraining"] == "visp"
    assert made.training["loss"][-1] < made.training["loss"][0]


def test_training_goes_on_from_it(tmp_path):
    videos = [telling_video(i) for i in range(8)]
    settings = PretrainSettings(model="mlp", config={"hidden": 8}, epochs=1, batch_size=8, visp=FAST)
    made = pretrain(videos, settings, out=tmp_path / "pre", feature_space="s")
    tuned = train(
        videos, TrainSettings(model="mlp", targets="mean", epochs=1), out=tmp_path / "fine", feature_space="s",
        start_from=made,
    )  # fmt: skip
    assert tuned.training["start_from"] == "pre"
    assert tuned.config["hidden"] == 8


def test_labels_are_left_behind_and_entries_without_features_left_out():
    timebase = Timebase(Fraction(30), 300)
    picks = np.arange(20) * 15
    plain = Entry("d/a", "", timebase, picks, features=np.ones((20, 4), np.float32), feature_space="s")
    videos, space = unlabelled_videos([plain, Entry("d/b", "", timebase, picks)], "mlp")
    assert [video.id for video in videos] == ["d/a"]
    assert space == "s"
    assert not videos[0].targets.any()
    with pytest.raises(InputError, match="None of the 1 videos"):
        unlabelled_videos([Entry("d/b", "", timebase, picks)], "mlp")


def test_too_few_videos_and_bad_settings_get_a_sentence(tmp_path):
    videos = [telling_video(i) for i in range(8)]
    with pytest.raises(InputError, match="at least 8"):
        pretrain(videos[:5], PretrainSettings(), out=tmp_path / "x", feature_space="s")
    with pytest.raises(InputError, match="at least 8"):
        pretrain(videos, PretrainSettings(batch_size=4), out=tmp_path / "x", feature_space="s")
    with pytest.raises(InputError, match="epoch"):
        pretrain(videos, PretrainSettings(epochs=0), out=tmp_path / "x", feature_space="s")
    (tmp_path / "x").mkdir()
    with pytest.raises(CheckpointError, match="exists already"):
        pretrain(videos, PretrainSettings(), out=tmp_path / "x", feature_space="s")
