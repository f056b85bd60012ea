from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.models.checkpoints import load_model
from core.models.ridge import PENALTIES, Ridge, RidgeConfig
from core.models.summarizer import Judged
from core.training.loop import train
from core.training.pretraining import PretrainSettings, pretrain
from core.training.recipes import settings_for
from core.training.videos import TrainingVideo


def made(count, seed=0, missing=False, width=12, rule_seed=7):
    """Videos whose people's mean is a line through unit features, with people's noise on it."""
    rule = np.random.default_rng(rule_seed).standard_normal(width)
    random = np.random.default_rng(seed)
    videos = []
    for number in range(count):
        features = random.standard_normal((80, width)).astype(np.float32)
        looks = features / np.linalg.norm(features, axis=1, keepdims=True)
        mean = 0.5 + 0.1 * (looks - looks.mean(0)) @ rule
        curves = np.clip(mean + 0.05 * random.standard_normal((3, 80)), 0, 1).astype(np.float32)
        if missing:
            curves[:, random.choice(80, 30, replace=False)] = np.nan
        videos.append(TrainingVideo(f"v{number}", features, curves, ("A", "B", "C")))
    return videos, [
        0.5 + 0.1 * (u - u.mean(0)) @ rule
        for u in (v.features / np.linalg.norm(v.features, axis=1, keepdims=True) for v in videos)
    ]


def judged(videos):
    return [Judged(torch.from_numpy(v.features), torch.from_numpy(v.targets), torch.ones(3)) for v in videos]


@pytest.mark.parametrize("missing", [False, True])
def test_it_finds_the_line_that_people_follow(missing):
    model = Ridge(RidgeConfig(12, smoothing=0.0))
    model.fit(judged(made(8, missing=missing)[0]))
    videos, lines = made(4, seed=9)
    for video, line in zip(videos, lines, strict=True):
        curve = model.predict(torch.from_numpy(video.features))[0].numpy()
        assert np.corrcoef(curve, line)[0, 1] > 0.95
        assert np.abs(curve - line).mean() < 0.05


def test_it_is_the_least_squares_solution_with_its_penalty():
    model = Ridge(RidgeConfig(12))
    videos = judged(made(1)[0])
    model.fit(videos)
    rows = model.rows(videos[0].features).double()
    mean = videos[0].curves.mean(0).double()
    wanted = (mean - mean.mean()) / mean.std(correction=0)
    gradient = rows.T @ (rows @ model.weight.double() - wanted) / len(rows) + model.weight
    assert gradient.abs().max() < 1e-4


def test_many_videos_are_added_up_to_the_same_as_all_at_once():
    videos = judged(made(13, missing=True)[0])
    model = Ridge(RidgeConfig(12))
    model.fit(videos)
    examples = [model._example(video, torch.device("cpu")) for video in videos]
    gram = sum(rows.T @ rows / len(rows) for rows, _ in examples) / 13
    product = sum(rows.T @ wanted / len(rows) for rows, wanted in examples) / 13
    solved = [torch.linalg.solve(gram + penalty * torch.eye(len(gram)), product) for penalty in PENALTIES]
    apart = [float((one - model.weight).abs().max()) for one in solved]
    assert min(apart) < 1e-6


def test_of_very_many_videos_some_choose_the_penalty_and_all_are_learned_from(monkeypatch):
    videos = judged(made(30)[0])
    whole, some = Ridge(RidgeConfig(12)), Ridge(RidgeConfig(12))
    whole.fit(videos)
    monkeypatch.setattr("core.models.ridge.LEFT_OUT", 1)
    some.fit(videos)
    torch.testing.assert_close(some.weight, whole.weight, rtol=0.2, atol=0.02)


def test_preferences_alone_are_nothing_to_fit_to():
    with pytest.raises(InputError, match="only preferences"):
        Ridge(RidgeConfig(12)).fit([])


def test_where_people_follow_nothing_the_curve_is_nearly_even():
    random = np.random.default_rng(3)
    videos = made(8)[0]
    noise = [
        Judged(torch.from_numpy(v.features), torch.from_numpy(random.random((3, 80), np.float32)), torch.ones(3))
        for v in videos
    ]
    model = Ridge(RidgeConfig(12))
    model.fit(noise)
    spread = model.predict(torch.from_numpy(videos[0].features)).std()
    assert spread < 0.2 * 0.17  # the mean of three people varies by 0.17


def test_a_person_who_weighs_nothing_changes_nothing():
    videos = made(4)[0]
    alone = [Judged(torch.from_numpy(v.features), torch.from_numpy(v.targets[:2]), torch.ones(2)) for v in videos]
    beside = [
        Judged(torch.from_numpy(v.features), torch.from_numpy(v.targets), torch.tensor([1.0, 1.0, 0.0])) for v in videos
    ]
    first, second = Ridge(RidgeConfig(12)), Ridge(RidgeConfig(12))
    first.fit(alone)
    second.fit(beside)
    torch.testing.assert_close(first.weight, second.weight)


def test_even_scores_teach_nothing_and_say_so():
    with pytest.raises(InputError, match="same at all moments"):
        Ridge(RidgeConfig(12)).fit([Judged(torch.randn(9, 12), torch.full((2, 9), 0.5), torch.ones(2))])


def test_training_makes_a_checkpoint_of_it_like_of_any_other(tmp_path):
    told = []
    checkpoint = train(
        made(5)[0],
        settings_for("ridge"),
        out=tmp_path / "ridge",
        feature_space="x",
        progress=lambda *said: told.append(said),
    )
    assert checkpoint.training["epochs"] == 1
    assert 0 < checkpoint.training["loss"][0] < 0.05
    model = load_model(checkpoint, "cpu")
    again = Ridge(RidgeConfig(12))
    again.fit([Judged(one.features, one.curves.mean(0)[None], torch.ones(1)) for one in judged(made(5)[0])])
    features = torch.from_numpy(made(1, seed=4)[0][0].features)
    torch.testing.assert_close(model.predict(features), again.predict(features), atol=1e-5, rtol=0)
    assert told


def test_it_cannot_be_pretrained(tmp_path):
    with pytest.raises(InputError, match="cannot be pretrained"):
        pretrain(made(8)[0], PretrainSettings("ridge", batch_size=8), out=tmp_path / "no", feature_space="x")
