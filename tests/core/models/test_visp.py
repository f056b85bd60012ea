"""ViSP: relaxed choices, summaries, contrast, and that pretraining learns what tells videos apart."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from core.errors import InputError
from core.models.batch import Batch
from core.models.mlp import MLP, MLPConfig
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.models.visp import (
    FixedSummaries,
    ViSP,
    ViSPConfig,
    choose,
    draw,
    frames_of_others,
    info_nce,
    random_choices,
    relaxed,
    summarize,
)

SAMPLES = ("concrete", "gumbel", "sigmoid", "straight-through")
FAST = ViSPConfig(encoder="attention")


def batch(videos=8, length=12, width=6):
    valid = torch.ones(videos, length, dtype=torch.bool)
    valid[1, 9:] = False
    features = torch.randn(videos, length, width) * valid[..., None]
    return Batch(features, valid, torch.zeros(videos, 1, length), valid[:, None].clone())


@pytest.mark.parametrize("sample", SAMPLES)
def test_choices_follow_the_logits_and_let_gradients_through(sample):
    torch.manual_seed(0)
    logits = torch.tensor([[-3.0, 0.0, 3.0]]).expand(4000, 3).clone().requires_grad_()
    choices = choose(logits, ViSPConfig(sample=sample, temperature=0.3))
    assert 0 <= choices.min() <= choices.max() <= 1
    low, middle, high = choices.mean(0).tolist()
    # Concrete and Gumbel keep a frame as often as sigmoid(logit) says.
    assert low == pytest.approx(0.05, abs=0.06)
    assert middle == pytest.approx(0.5, abs=0.03)
    assert high == pytest.approx(0.95, abs=0.06)
    choices.sum().backward()
    assert (logits.grad > 0).any()


def test_straight_through_choices_are_hard_and_concrete_ones_are_not():
    logits = torch.zeros(50, 20)
    assert set(choose(logits, ViSPConfig(sample="straight-through")).unique().tolist()) == {0.0, 1.0}
    soft = choose(logits, ViSPConfig(temperature=5.0))
    assert ((soft > 0.01) & (soft < 0.99)).float().mean() > 0.9


def test_a_colder_choice_is_a_clearer_one():
    torch.manual_seed(0)
    undecided = [
        float((y * (1 - y)).mean()) for y in (choose(torch.zeros(99, 99), ViSPConfig(temperature=t)) for t in (0.1, 1))
    ]
    assert undecided[0] < undecided[1]


def test_dropped_frames_vanish_or_become_anothers():
    given = batch()
    choices = torch.zeros(8, 12)
    choices[:, 3] = 1
    gated = summarize(given.features, choices, given.valid, "gate")
    assert torch.equal(gated[:, 3], given.features[:, 3])
    assert not gated[:, 4:].any()
    marginal = summarize(given.features, choices, given.valid, "marginalise")
    assert torch.equal(marginal[0, 3], given.features[0, 3])
    assert torch.equal(marginal[0, 0], given.features[1, 0])  # the next video's


def test_anothers_frames_are_stretched_to_the_own_length():
    given = batch()
    others = frames_of_others(given.features, given.valid)
    assert torch.equal(others[0, 11], given.features[1, 8])  # the last of the nine of the next one
    assert torch.equal(others[1, 8], given.features[2, 11])
    assert not others[1, 9:].any()


def test_contrast_is_small_where_every_summary_finds_its_video():
    states = torch.eye(8) * 10
    assert info_nce(states, states) < 1e-3
    assert info_nce(states, states.roll(1, 0)) > 1
    assert info_nce(states, states, states) > info_nce(states, states)


@pytest.mark.parametrize("hard", [False, True])
def test_contrast_is_equation_3_term_by_term(hard):
    generator = torch.Generator().manual_seed(0)
    s, o, r = (torch.randn(5, 3, generator=generator, dtype=torch.float64) for _ in range(3))
    expected = 0.0
    for i in range(5):
        below = 0.0
        for j in range(5):
            below += math.exp(float(s[i] @ o[j]))
            if hard:  # the generated summary against every random one
                below += math.exp(float(s[i] @ r[j]))
        expected -= math.log(math.exp(float(s[i] @ o[i])) / below) / 5
    assert float(info_nce(s, o, r if hard else None)) == pytest.approx(expected)


def test_penalties_are_sums_over_a_videos_frames():
    """Of a summarizer that does not look, every choice is one half: nine of twelve frames are 4.5, not a share."""
    unpenalised = replace(FAST, sample="sigmoid", beta_size=0.0, beta_binary=0.0)
    model = ViSP(MLP(MLPConfig(6, hidden=8)), unpenalised).eval()
    torch.nn.init.zeros_(model.summarizer.layers[-1].weight)
    torch.nn.init.zeros_(model.summarizer.layers[-1].bias)
    given = batch()
    half = (7 * 12 + 9) / 8 / 2

    def penalty(**changes):
        model.config = unpenalised
        contrast = model.loss(given).item()
        model.config = replace(unpenalised, **changes)
        return model.loss(given).item() - contrast

    assert penalty(beta_size=3.0) == pytest.approx(3 * half, rel=1e-4)
    assert penalty(beta_binary=3.0) == pytest.approx(3 * half / 2, rel=1e-4)
    assert penalty(beta_size=3.0, free=0.4) == pytest.approx(3 * half * 0.2, rel=1e-4)
    assert penalty(beta_size=3.0, free=0.6) == pytest.approx(0, abs=1e-5)


def test_straight_through_draws_the_relaxed_choice_and_copies_its_gradient():
    torch.manual_seed(0)
    logits = torch.zeros(1, 20000, requires_grad=True)
    config = ViSPConfig(sample="straight-through", temperature=5.0)
    hard = choose(logits, config)
    torch.manual_seed(0)
    soft = relaxed(logits, torch.rand_like(logits).clamp(1e-6, 1 - 1e-6), 5.0)
    # Drawn, not cut at one half: frames with a relaxed choice of about 0.6 are kept about 60 times in a hundred.
    likely = (soft > 0.55) & (soft < 0.65)
    assert hard[likely].mean().item() == pytest.approx(0.6, abs=0.03)
    (copied,) = torch.autograd.grad(hard.sum(), logits)
    (expected,) = torch.autograd.grad(soft.sum(), logits)
    torch.testing.assert_close(copied, expected)


@pytest.mark.parametrize("hard", [False, True])
def test_a_training_step_is_the_published_text_with_hard_draws_and_a_sum_for_size(hard):
    """Equations 3, 6, 8 and 10, video by video: Bernoulli draws of the relaxed choices whose gradients are copied."""
    torch.manual_seed(0)
    config = replace(
        FAST, sample="straight-through", hard_negatives=hard, normalise=False, temperature=0.7, beta_size=0.3,
        beta_binary=0.05,
    )  # fmt: skip
    model = ViSP(MLP(MLPConfig(6, hidden=8)), config).eval()
    given = batch(videos=4)
    torch.manual_seed(5)
    loss = model.loss(given)
    gradients = torch.autograd.grad(loss, list(model.summarizer.parameters()))

    torch.manual_seed(5)
    alpha = model.summarizer.logits(given.features)
    e = torch.rand(4, 12).clamp(1e-6, 1 - 1e-6)
    relaxed_choices = 1 / (1 + torch.exp(-(torch.log(e) - torch.log(1 - e) + alpha) / 0.7))
    drawn = torch.bernoulli(relaxed_choices.detach())
    order = torch.rand(4, 12) if hard else None

    def encode(features):
        return model.encoder(features[None], torch.ones(1, len(features), dtype=torch.bool))[0]

    states, penalties = [], []
    for i in range(4):
        frames = int(given.valid[i].sum())
        x, soft = given.features[i, :frames], relaxed_choices[i, :frames]
        y = soft + (drawn[i, :frames] - soft).detach()  # the value of the draw, the gradient of the relaxed choice
        random = None
        if hard:
            kept = max(int(drawn[i, :frames].sum()), 1)
            first = order[i, :frames].argsort()[:kept]
            random = encode(x * torch.zeros(frames).index_fill(0, first, 1.0)[:, None])
        states.append((encode(x * y[:, None]), encode(x), random))
        penalties.append(0.3 * y.sum() + 0.05 * (y * (1 - y)).sum())  # of what is never negative, l1 is the sum
    expected = 0.0
    for summary, original, _ in states:
        below = sum(torch.exp(summary @ other) for _, other, _ in states)
        if hard:
            below = below + sum(torch.exp(summary @ random) for _, _, random in states)
        expected = expected - torch.log(torch.exp(summary @ original) / below) / 4
    expected = expected + sum(penalties) / 4
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-5)
    published = torch.autograd.grad(expected, list(model.summarizer.parameters()))
    for ours, theirs in zip(gradients, published, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-5)


def test_fixed_summaries_are_told_frame_by_frame():
    model = FixedSummaries(MLP(MLPConfig(6, hidden=8)).eval())
    given = batch(videos=3)
    given = replace(given, targets=(given.features[..., 0] > 0)[:, None].float())
    probability = model.summarizer(given.features)
    sums = [
        -(
            given.targets[i, 0, t] * probability[i, t].log()
            + (1 - given.targets[i, 0, t]) * (1 - probability[i, t]).log()
        )
        for i in range(3)
        for t in range(int(given.valid[i].sum()))
    ]
    torch.testing.assert_close(model.loss(given), torch.stack(sums).mean(), rtol=1e-4, atol=1e-5)


def test_samples_keep_each_frame_as_often_as_its_logit_says():
    alpha = torch.tensor([-4.0, -1.0, 0.0, 2.0]).repeat(500)
    for one in draw(alpha, 3, seed=1, temperature=0.5):  # each sample by itself, over many frames
        kept = (one > 0.5).float().view(500, 4).mean(0)
        torch.testing.assert_close(kept, alpha[:4].sigmoid(), atol=0.06, rtol=0)
    neighbours = (draw(alpha, 1, seed=1, temperature=0.5)[0, 2::4] > 0.5).float()
    assert abs(float(torch.corrcoef(torch.stack([neighbours[1:], neighbours[:-1]]))[0, 1])) < 0.15


def test_the_mean_of_eight_samples_is_close_to_the_summarizers_own_curve():
    alpha = torch.randn(300, generator=torch.Generator().manual_seed(0))
    samples = draw(alpha, 8, seed=3, temperature=0.05)
    assert float((samples.mean(0) - alpha.sigmoid()).abs().max()) < 1 / 8 + 0.02


def test_the_same_seed_draws_the_same_samples_whatever_their_number():
    alpha = torch.zeros(40)
    torch.testing.assert_close(draw(alpha, 3, 7, 0.5), draw(alpha, 19, 7, 0.5)[:3])
    assert not torch.equal(draw(alpha, 3, 7, 0.5), draw(alpha, 3, 8, 0.5))
    samples = draw(alpha, 16, 7, 0.5) > 0.5
    assert len({tuple(row.tolist()) for row in samples}) == 16


def test_random_summaries_are_as_long_as_the_models():
    given = batch()
    choices = (torch.rand(8, 12) > 0.6).float() * given.valid
    random = random_choices(choices, given.valid)
    assert torch.equal(random.sum(1), choices.sum(1).clamp(min=1))
    assert not random[~given.valid].any()


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("flow", ["gate", "marginalise"])
@pytest.mark.parametrize("hard", [False, True])
def test_every_variant_gives_the_summarizer_gradients(sample, flow, hard):
    torch.manual_seed(0)
    config = replace(FAST, sample=sample, flow=flow, hard_negatives=hard)
    model = ViSP(MLP(MLPConfig(6, hidden=8)), config)
    loss = model.loss(batch())
    loss.backward()
    assert torch.isfinite(loss)
    assert any(p.grad.abs().sum() > 0 for p in model.summarizer.parameters())


def test_the_papers_encoder_and_a_summarizer_that_samples_take_part():
    torch.manual_seed(0)
    summarizer = SummDiff(SummDiffConfig(6, hidden=16, heads=2, feed_forward=16))
    model = ViSP(summarizer, ViSPConfig(encoder="csta"))
    loss = model.loss(batch(videos=2))
    loss.backward()
    assert torch.isfinite(loss)
    assert summarizer.encoder.input[0].linear.weight.grad.abs().sum() > 0


def test_padding_changes_nothing():
    torch.manual_seed(0)
    model = ViSP(MLP(MLPConfig(6, hidden=8)).eval(), replace(FAST, sample="sigmoid")).eval()
    given = batch()
    longer = Batch(
        *(torch.nn.functional.pad(x, p) for x, p in zip(
            (given.features, given.valid, given.targets, given.judged), ((0, 0, 0, 4), (0, 4), (0, 4), (0, 4)),
            strict=True,
        ))
    )  # fmt: skip
    torch.testing.assert_close(model.loss(longer), model.loss(given))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sample": "dice"}, "sample is one of"),
        ({"flow": "river"}, "flow is one of"),
        ({"encoder": "clip"}, "encoder is one of"),
        ({"temperature": 0.0}, "temperature lies in"),
        ({"beta_size": -1}, "cannot be negative"),
        ({"free": 1.0}, "keeps for nothing"),
    ],
)
def test_settings_out_of_range_are_refused(changes, message):
    with pytest.raises(InputError, match=message):
        ViSPConfig(**changes)


def test_one_video_cannot_be_told_apart():
    with pytest.raises(InputError, match="at least two"):
        ViSP(MLP(MLPConfig(6, hidden=8)), FAST).loss(batch(videos=2, length=5).__class__(
            torch.randn(1, 5, 6), torch.ones(1, 5, dtype=torch.bool), torch.zeros(1, 1, 5),
            torch.ones(1, 1, 5, dtype=torch.bool),
        ))  # fmt: skip
