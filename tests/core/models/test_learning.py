"""What holds for every model that is trained by steps: it looks at what was judged, and follows preferences."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.models.batch import Batch, Preferences, preference_loss
from core.models.registry import MODELS
from core.models.summarizer import ClosedForm

SMALL = {
    "summdiff": {"hidden": 16, "heads": 2, "feed_forward": 16, "input_layers": 1, "input_dropout": 0.0, "dropout": 0.0},
    "llmvs": {"hidden": 256, "feed_forward": 16, "layers": 1, "dropout": 0.0},
    "csta": {"dropout": 0.0, "head_dropout": 0.0},
    "vasnet": {"dropout": 0.0},
    "residual": {"hidden": 16, "input_dropout": 0.0, "dropout": 0.0},
    "mlp": {"hidden": 16, "dropout": 0.0},
}


BY_STEPS = [name for name, kind in MODELS.items() if not issubclass(kind.model_class, ClosedForm)]


@pytest.fixture(params=BY_STEPS)
def model(request):
    torch.manual_seed(0)
    kind = MODELS[request.param]
    return kind.model_class(kind.config_class(feature_width=6, **SMALL[request.param]))


def partly_judged():
    judged = torch.ones(2, 3, 16, dtype=torch.bool)
    judged[0, 1, 4:] = False
    judged[1, 2] = False
    return Batch(torch.randn(2, 16, 6), torch.ones(2, 16, dtype=torch.bool), torch.rand(2, 3, 16), judged)


def gradients(model, batch):
    model.zero_grad()
    torch.manual_seed(1)
    loss = model.loss(batch)
    loss.backward()
    return loss.detach(), [None if p.grad is None else p.grad.clone() for p in model.parameters()]


def test_what_nobody_judged_teaches_nothing(model):
    batch = partly_judged()
    loss, before = gradients(model, batch)
    other, after = gradients(model, replace(batch, targets=torch.where(batch.judged, batch.targets, 0.9)))
    assert torch.isfinite(loss)
    assert loss == other
    assert all(a is b is None or torch.equal(a, b) for a, b in zip(before, after, strict=True))


def test_a_curve_that_weighs_nothing_teaches_nothing(model):
    batch = partly_judged()
    weights = torch.full((2, 3), 0.25)
    weights[:, 0] = 0
    _, before = gradients(model, replace(batch, weights=weights))
    changed = batch.targets.clone()
    changed[:, 0] = 0.5  # SummDiff sees it, and is not asked about it
    _, after = gradients(model, replace(batch, targets=changed, weights=weights))
    if not model.samples:
        assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True) if a is not None)
    doubled, _ = gradients(model, replace(batch, weights=2 * weights))
    single, _ = gradients(model, replace(batch, weights=weights))
    torch.testing.assert_close(doubled, 2 * single)


def test_a_model_comes_to_rank_two_cuts_as_somebody_does(model):
    """Of a video that nobody scored; what stands between the cuts is left as it was."""
    features = torch.randn(1, 16, 6, generator=torch.Generator().manual_seed(3))
    better, worse = torch.zeros(2, 1, 16)
    better[0, :4] = worse[0, 10:14] = 1
    said = Preferences(torch.tensor([0]), better, worse, torch.ones(1))
    nothing = torch.zeros(1, 1, 16)
    batch = Batch(features, torch.ones(1, 16, dtype=torch.bool), nothing, nothing.bool(), None, said)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)

    def margin():
        curve = model.eval().predict(features[0], 8, 0).mean(0)
        return float(curve[:4].mean() - curve[10:14].mean())

    before = margin()
    model.train()
    losses = []
    for _ in range(12):
        optimizer.zero_grad()
        loss = model.loss(batch)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert margin() > before + 0.01


def test_a_preference_costs_minus_the_log_of_its_probability():
    """Bradley and Terry: the odds of the better cut are exp of the difference of worth, here 2 - (-1)."""
    logits = torch.tensor([[2.0, 2.0, -1.0, 5.0], [0.0, 1.0, 0.0, 3.0]])
    better = torch.tensor([[1.0, 1, 0, 0], [0, 0.5, 0, 0.5]])
    worse = torch.tensor([[0.0, 0, 1, 0], [1, 0, 1, 0]])
    said = Preferences(torch.tensor([0, 1]), better, worse, torch.tensor([1.0, 0.5]))
    expected = -torch.tensor(3.0).sigmoid().log() - 0.5 * torch.tensor(2.0).sigmoid().log()
    torch.testing.assert_close(preference_loss(logits, said), expected)
