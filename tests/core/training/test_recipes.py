"""The published recipes: how many steps they take, and one step beside the published text written out."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional as F

from core.errors import InputError
from core.models.llmvs import LLMVSConfig, LLMVSHead
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.progress import never, silent
from core.training.batching import batches, units
from core.training.loop import fit, train
from core.training.recipes import PRESETS, TrainSettings, get_preset
from core.training.videos import TrainingVideo

# 20 of SumMe's 25 videos, which 15 to 18 people judged each: 390 curves in all, and 312 in four fifths.
SUMME_PEOPLE = [15] * 12 + [16] * 4 + [17] * 4
TINY = {"hidden": 8, "heads": 2, "feed_forward": 8, "input_layers": 1, "codebook_size": 10}


def video(seed, people, length=6, width=4):
    generator = np.random.default_rng(seed)
    return TrainingVideo(
        f"made/{seed}",
        generator.standard_normal((length, width), dtype=np.float32),
        generator.integers(0, 2, (people, length)).astype(np.float32),
        tuple(f"person {n}" for n in range(people)),
    )


def counted(monkeypatch, name):
    """How often an optimizer steps."""
    steps = []
    step = getattr(torch.optim, name).step
    monkeypatch.setattr(getattr(torch.optim, name), "step", lambda self: steps.append(1) or step(self))
    return steps


def test_summdiff_on_summe_takes_720_steps_of_twenty_pairs(monkeypatch, tmp_path):
    steps = counted(monkeypatch, "Adam")
    monkeypatch.setattr(SummDiff, "loss", lambda self, batch: self.encoder.global_token.sum())  # counted, not taken
    recipe = get_preset("summdiff-summe")
    assert sum(SUMME_PEOPLE) == 312
    videos = [video(seed, people, length=2) for seed, people in enumerate(SUMME_PEOPLE)]
    small = replace(recipe, config={**recipe.config, **TINY, "encoder_layers": 1})
    made = train(videos, small, out=tmp_path / "summe", feature_space="s")
    assert (len(steps), made.training["epochs"], made.training["n_curves"]) == (720, 45, 312)
    assert made.config["decoder_layers"] == 2
    assert made.training["ema"] is None


@pytest.mark.parametrize(("preset", "name", "videos", "steps"), [
    ("summdiff-tvsum", "Adam", 40, 1), ("llmvs-tvsum", "AdamW", 40, 4), ("llmvs-summe", "AdamW", 20, 2),
    ("csta", "Adam", 20, 20),
])  # fmt: skip
def test_steps_of_an_epoch(preset, name, videos, steps, monkeypatch, tmp_path):
    taken = counted(monkeypatch, name)
    recipe = get_preset(preset, epochs=1)
    tiny = {
        "summdiff": TINY | {"encoder_layers": 1},
        "llmvs": {"hidden": 16, "feed_forward": 8, "layers": 1},
        "csta": {},
    }
    if preset == "csta":  # its size is fixed: the steps are counted, not taken
        monkeypatch.setattr("core.models.csta.CSTA.loss", lambda self, batch: self.cls.sum())
    made = replace(recipe, config={**recipe.config, **tiny[recipe.model]})
    train([video(seed, 2) for seed in range(videos)], made, out=tmp_path / "one", feature_space="s")
    assert len(taken) == steps


def test_of_the_published_ones_only_mr_hisums_is_averaged_over_its_steps():
    published = ("summdiff-mrhisum", "summdiff-summe", "summdiff-tvsum", "llmvs-summe", "llmvs-tvsum", "csta", "vasnet")
    assert [PRESETS[name].ema for name in published] == [0.999, *[None] * 6]
    assert not PRESETS["summdiff-mrhisum"].ema_warms_up
    layers = {name: PRESETS[f"summdiff-{name}"].config["decoder_layers"] for name in ("summe", "tvsum")}
    assert layers == {"summe": 2, "tvsum": 3}


def test_a_training_step_of_summdiff_is_the_published_one_over_pairs(tmp_path):
    """Every pair for itself and unpadded: null video, noise level, noise, mean over all frames of the batch; Adam."""
    recipe = get_preset("summdiff-summe")
    config = SummDiffConfig(4, **{**recipe.config, **TINY, "encoder_layers": 1, "p_uncond": 0.5})
    torch.manual_seed(0)
    model = SummDiff(config).eval()  # without dropout, whose draws nobody can repeat
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.3)
    videos = [video(seed, people, length) for seed, people, length in ((0, 3, 6), (1, 1, 9), (2, 2, 4))]
    drawn_from = units(videos, recipe)
    (batch,) = batches(drawn_from, recipe, np.random.default_rng(0))
    assert len(batch.features) == 6
    assert batch.weights is not None

    torch.manual_seed(7)
    loss = model.loss(batch)
    torch.manual_seed(7)
    null = torch.rand(6, 1, 1)[:, 0, 0] < 0.5
    levels = torch.randint(1000, (6,))
    noise = torch.randn(6, 1, 9)
    assert len(set(levels.tolist())) == 6
    assert 0 < null.sum() < 6

    def signal(step):
        """The product of 1 - beta up to a step of the cosine schedule."""
        product = 1.0
        for t in range(int(step) + 1):
            f = [math.cos((x / 1000 + 0.008) / 1.008 * math.pi / 2) ** 2 for x in (t, t + 1)]
            product *= 1 - min(1 - f[1] / f[0], 0.999)
        return product

    squares, frames = 0.0, 0
    for i in range(6):
        length = int(batch.valid[i].sum())
        features = batch.features[i, :length]
        if null[i]:
            features = model.null_video.expand(length, 4)
        scores = batch.targets[i, 0, :length].clamp(0.05, 0.95)
        clean = torch.log(scores / (1 - scores)) / 2.0
        kept = signal(levels[i])
        noised = math.sqrt(kept) * clean + math.sqrt(1 - kept) * noise[i, 0, :length]
        memory, position = model.encode(features[None], None)
        told = model.denoise(torch.sigmoid(2.0 * noised)[None, None], memory, position, levels[i : i + 1])
        squares = squares + (torch.sigmoid(2.0 * told[0, 0]) - scores).square().sum()
        frames += length
    expected = squares / frames
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-6)

    gradients = torch.autograd.grad(expected, list(model.parameters()), allow_unused=True)
    before = [weight.detach().clone() for weight in model.parameters()]
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay)
    loss.backward()
    optimizer.step()
    for start, gradient, after in zip(before, gradients, model.parameters(), strict=True):
        if gradient is None:
            continue
        decayed = gradient + 5e-4 * start
        step = torch.where(decayed.abs() > 1e-4, 3e-5 * decayed.sign(), after.detach() * torch.nan)
        close = (start - step - after).abs() < 1e-6
        assert close[~step.isnan()].all()


def test_a_training_step_of_llmvs_is_the_mean_of_ten_videos_in_their_order(monkeypatch, tmp_path):
    recipe = get_preset("llmvs-tvsum", epochs=1, device="cpu")
    small = {"hidden": 16, "feed_forward": 8, "layers": 1, "dropout": 0.0}
    recipe = replace(recipe, config={**recipe.config, **small})
    videos = [video(seed, 3, length=4 + seed % 5) for seed in range(20)]
    torch.manual_seed(recipe.seed)
    model = LLMVSHead(LLMVSConfig(4, **recipe.config))
    before = {name: weight.detach().clone() for name, weight in model.named_parameters()}

    def loss_of(one):
        target = torch.from_numpy(one.targets.mean(0))
        return F.mse_loss(torch.sigmoid(model.logits(torch.from_numpy(one.features)[None])[0]), target)

    first = sum(loss_of(one) for one in videos[:10]) / 10
    gradients = torch.autograd.grad(first, list(model.parameters()))
    norm = math.sqrt(sum(float(gradient.square().sum()) for gradient in gradients))
    assert norm > 0.01  # it is clipped
    steps = []
    monkeypatch.setattr(
        torch.optim.AdamW, "step", lambda self: steps.append([weight.grad.clone() for weight in _of(self)])
    )
    made = train(videos, recipe, out=tmp_path / "one", feature_space="s")
    assert len(steps) == 2
    for ours, published in zip(steps[0], gradients, strict=True):
        torch.testing.assert_close(ours, published * 0.01 / norm, rtol=1e-3, atol=1e-7)
    assert made.training["loss"][0] == pytest.approx(
        np.mean([loss_of(one).item() for one in videos]), abs=1e-6
    )  # nothing moved, so both steps see the same weights
    kept = load_file(made.path / "model.safetensors")
    assert all(torch.equal(kept[name], weight) for name, weight in before.items())
    bound = math.sqrt(6 / (4 + 16))
    assert 0.8 * bound < before["reduce.weight"].abs().max() <= bound  # Glorot's uniform


def _of(optimizer):
    return [weight for group in optimizer.param_groups for weight in group["params"]]


def test_a_selection_criterion_is_asked_twice_an_epoch_and_sees_the_weights_as_they_predict():
    recipe = replace(get_preset("llmvs-tvsum"), epochs=2, config={})
    model = LLMVSHead(LLMVSConfig(4, hidden=16, feed_forward=8, layers=1)).train()
    seen, verdicts = [], iter([0.1, 0.9, 0.2, 0.3])

    def criterion(asked):
        seen.append((asked.training, asked.reduce.weight.detach().clone()))
        return next(verdicts)

    fitted = fit(model, [video(seed, 2) for seed in range(40)], recipe, 0.0, criterion, silent, never)
    assert len(seen) == 4
    assert not any(trains for trains, _ in seen)
    assert fitted.kept == 1
    torch.testing.assert_close(model.reduce.weight, seen[1][1])
    assert model.training


def test_the_cosine_of_llmvs_ends_at_its_least_rate(monkeypatch, tmp_path):
    rates = []
    step = torch.optim.AdamW.step
    monkeypatch.setattr(
        torch.optim.AdamW, "step", lambda self: rates.append(self.param_groups[0]["lr"]) or step(self), raising=True
    )
    recipe = replace(get_preset("llmvs-summe"), epochs=102, config={"hidden": 16, "feed_forward": 8, "layers": 1})
    train([video(seed, 1, length=3) for seed in range(3)], recipe, out=tmp_path / "one", feature_space="s")
    expected = [1e-6 + (1.19e-4 - 1e-6) * (1 + math.cos(math.pi * epoch / 100)) / 2 for epoch in range(102)]
    assert rates == pytest.approx(expected)
    assert rates[100] == pytest.approx(1e-6)


def test_what_is_not_asked_of_a_recipe_is_refused():
    with pytest.raises(InputError, match="numbers from 0"):
        TrainSettings(weights={"own": -1.0})
    with pytest.raises(InputError, match="at least once"):
        TrainSettings(validations=0)


@pytest.mark.parametrize(
    "wrong", [{"lr": 0.0}, {"lr": float("nan")}, {"clip": 0.0}, {"weight_decay": -1.0}, {"ema": 1.0}]
)
def test_numbers_that_no_training_can_have_are_refused(wrong):
    with pytest.raises(InputError, match=r"above 0|below 1"):
        TrainSettings(**wrong)
