"""ViSP: relaxed choices, summaries, contrast, and that pretraining learns what tells videos apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.errors import InputError
from core.models.batch import Batch
from core.models.mlp import MLP, MLPConfig
from core.models.summdiff import SummDiff, SummDiffConfig
from core.models.visp import ViSP, ViSPConfig, choose, frames_of_others, info_nce, random_choices, summarize

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
