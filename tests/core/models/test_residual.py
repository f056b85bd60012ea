"""Diffusion around tastes: without anything learned it is the closed-form law, and it learns what a Gaussian is not."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch

from core.errors import InputError
from core.models.batch import Batch
from core.models.checkpoints import load_model
from core.models.residual import ResidualConfig, ResidualDiffusion
from core.models.summarizer import Judged
from core.signals.content import content_rows
from core.training.loop import train
from core.training.recipes import settings_for
from core.training.videos import TrainingVideo

WIDTH = 12


def features(seed: int, count: int = 60) -> np.ndarray:
    """(T, D) of visits to six scenes."""
    random = np.random.default_rng(seed)
    scenes = random.standard_normal((6, WIDTH))
    return (
        scenes[np.repeat(random.integers(6, size=count), 5)[:count]] + 0.2 * random.standard_normal((count, WIDTH))
    ).astype(np.float32)


def videos(people: int = 4) -> list[TrainingVideo]:
    found = []
    for seed in range(4):
        shown, random = features(seed), np.random.default_rng([seed, 1])
        curves = (
            0.5 + 0.1 * shown[:, :2] @ random.standard_normal((2, people)) + 0.02 * random.standard_normal((60, people))
        )
        found.append(
            TrainingVideo(f"made/{seed}", shown, curves.T.clip(0, 1).astype(np.float32), tuple("ABCD"[:people]))
        )
    return found


@pytest.fixture(scope="module")
def started() -> ResidualDiffusion:
    """Its closed forms fitted, its network as it begins."""
    torch.manual_seed(0)
    model = ResidualDiffusion(ResidualConfig(WIDTH, hidden=16, spread=1.0))
    model.prepare([torch.from_numpy(one.features) for one in videos()])
    model.start(
        [Judged(torch.from_numpy(one.features), torch.from_numpy(one.targets), torch.ones(4)) for one in videos()]
    )
    return model.eval()


def test_before_anything_is_learned_samples_are_those_of_the_closed_form(started):
    """In many steps nothing is lost on the way, without fresh noise."""
    shown, steps = torch.from_numpy(features(9)), 100
    samples = started.predict(shown, 6, 3, steps=steps, eta=0.0)
    mean = started.law.mean.predict(shown)[0]
    size = WIDTH + 2 * len(shown)
    white = np.stack(
        [np.random.default_rng([3, k]).standard_normal((steps + 1, size), np.float32)[0] for k in range(3)]
    )
    rows = content_rows(shown.numpy(), started.law.config.content_smoothing)
    drawn = started.law.of_rows(rows, white.astype(np.float64), 0.0) / float((mean * (1 - mean)).mean())
    both = torch.from_numpy(np.stack([drawn, -drawn], 1).reshape(6, -1)).float()
    torch.testing.assert_close(samples.logit() - mean.logit(), both, rtol=0.03, atol=0.01)


def test_the_loss_before_anything_is_learned_is_how_far_people_are_from_the_law(started):
    assert 0.4 < loss_of(started) < 2.5


@torch.no_grad()
def loss_of(model: ResidualDiffusion) -> float:
    """Over many noise levels, the same ones each time."""
    torch.manual_seed(1)
    made = videos()
    shown, targets = (
        torch.from_numpy(np.stack([getattr(one, name) for one in made])) for name in ("features", "targets")
    )
    batch = Batch(shown, torch.ones(4, 60, dtype=torch.bool), targets, torch.ones_like(targets).bool())
    return float(np.mean([float(model.loss(batch)) for _ in range(8)]))


def test_sample_k_of_a_seed_is_the_same_whatever_n_and_pairs_are_opposite_where_nothing_is_learned(started):
    shown = torch.from_numpy(features(9))
    five, two = started.predict(shown, 5, 1), started.predict(shown, 2, 1)
    torch.testing.assert_close(five[:2], two)
    assert not torch.allclose(five[2], five[0], atol=1e-2)
    mean = started.law.mean.predict(shown)[0].logit()
    torch.testing.assert_close(five[0].logit() - mean, mean - five[1].logit(), rtol=1e-3, atol=1e-3)
    assert not torch.equal(started.predict(shown, 2, 2), two)


def test_no_noise_gives_the_mean_curve(started):
    shown = torch.from_numpy(features(9))
    torch.testing.assert_close(started.predict(shown, 1, temperature=0.0), started.law.mean.predict(shown))


@pytest.mark.parametrize("shown", [torch.randn(2, WIDTH), torch.ones(9, WIDTH)])
def test_short_videos_and_those_that_never_change_are_sampled(started, shown):
    samples = started.predict(shown, 3)
    assert samples.shape == (3, len(shown))
    assert torch.isfinite(samples).all()


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"steps": 1001}, {"eta": 1.5}, {"temperature": -1.0}, {"n": 0}])
def test_settings_out_of_range_are_refused(started, wrong):
    with pytest.raises(InputError, match="Sampling needs"):
        started.predict(torch.randn(9, WIDTH), **wrong)


def test_what_preferences_are_about_is_the_first_step_of_sampling(started, monkeypatch):
    """Without noise both are the mean, corrected by what the network says of nothing."""
    torch.manual_seed(3)
    changed = deepcopy(started)
    torch.nn.init.normal_(changed.head[-1].weight)
    torch.nn.init.normal_(changed.head[-1].bias)
    monkeypatch.setattr(
        changed, "_noise", lambda shown, white, kept=None: torch.zeros(*white.shape[:-1], len(shown.rows))
    )
    shown = torch.from_numpy(features(9))
    batch = Batch(shown[None], torch.ones(1, 60, dtype=torch.bool), torch.zeros(1, 1, 60), torch.ones(1, 1, 60).bool())
    with torch.no_grad():
        first = changed._from_noise(batch, torch.tensor([0]))
    mean = changed.law.mean.predict(shown).logit()
    assert (first - mean).abs().max() > 0.1
    torch.testing.assert_close(first, changed.predict(shown, 1, steps=1).logit(), rtol=1e-3, atol=1e-3)


def test_a_share_of_noise_lies_between_0_and_1():
    with pytest.raises(InputError, match="in \\[0, 1\\]"):
        ResidualDiffusion(ResidualConfig(WIDTH, drawn=1.5))


def test_training_learns_more_than_the_law_and_keeps_the_closed_form(started, tmp_path):
    settings = replace(
        settings_for("residual", epochs=150), lr=3e-3, ema=None, config={"hidden": 16, "input_dropout": 0.0}
    )
    checkpoint = train(videos(), settings, out=tmp_path / "residual", feature_space="x")
    model = load_model(checkpoint, "cpu")
    assert isinstance(model, ResidualDiffusion)
    assert loss_of(model) < 0.95 * loss_of(started)
    torch.testing.assert_close(model.law.law, started.law.law)
    torch.testing.assert_close(model.law.mean.weight, started.law.mean.weight)


def test_guidance_needs_training_without_the_video():
    torch.manual_seed(0)
    shown = torch.randn(9, WIDTH)
    with pytest.raises(InputError, match="guidance"):
        ResidualDiffusion(ResidualConfig(WIDTH, hidden=16, p_uncond=0.0)).eval().predict(shown, guidance=1.0)
    assert torch.isfinite(ResidualDiffusion(ResidualConfig(WIDTH, hidden=16)).eval().predict(shown, guidance=1.0)).all()
