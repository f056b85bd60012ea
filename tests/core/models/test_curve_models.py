"""What holds for every model that gives one curve: CSTA, VASNet, MLP, LLMVS head, ridge; with novelty and without."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import pad

from core.errors import InputError
from core.models.batch import Batch, smooth
from core.models.csta import CSTA, CSTAConfig, positions
from core.models.llmvs import LLMVSConfig, LLMVSHead
from core.models.mlp import MLP, MLPConfig
from core.models.ridge import Ridge, RidgeConfig
from core.models.summarizer import ClosedForm, Judged
from core.models.vasnet import VASNet, VASNetConfig


def fitted(model: Ridge) -> Ridge:
    model.fit([Judged(torch.randn(20, 8), torch.rand(2, 20), torch.ones(2)) for _ in range(3)])
    return model


MAKERS = {
    "llmvs": lambda: LLMVSHead(LLMVSConfig(8, hidden=32, feed_forward=16)),
    "csta": lambda: CSTA(CSTAConfig(8)),
    "googlenet": lambda: CSTA(CSTAConfig(8, attention=False)),
    "vasnet": lambda: VASNet(VASNetConfig(8)),
    "mlp": lambda: MLP(MLPConfig(8, hidden=16)),
    "llmvs with novelty": lambda: LLMVSHead(LLMVSConfig(8, hidden=32, feed_forward=16, novelty=True)),
    "vasnet with novelty": lambda: VASNet(VASNetConfig(8, novelty=True)),
    "mlp with novelty": lambda: MLP(MLPConfig(8, hidden=16, novelty=True)),
    "ridge": lambda: fitted(Ridge(RidgeConfig(8))),
    "ridge without novelty": lambda: fitted(Ridge(RidgeConfig(8, novelty=False))),
}


@pytest.fixture(params=MAKERS)
def model(request):
    torch.manual_seed(0)
    return MAKERS[request.param]().eval()


def test_padding_changes_nothing(model):
    features = torch.randn(1, 7, 8)
    valid = torch.ones(1, 11, dtype=torch.bool)
    valid[:, 7:] = False
    with torch.no_grad():
        padded = model(pad(features, (0, 0, 0, 4), value=5.0), valid)
        torch.testing.assert_close(padded[:, :7], model(features), rtol=1e-4, atol=1e-5)


def test_it_says_one_thing_whatever_the_seed(model):
    features = torch.randn(7, 8)
    assert model.predict(features, 5, 3).shape == (1, 7)
    assert torch.equal(model.predict(features, 5, 3), model.predict(features, 1, 9))


def test_scores_lie_between_0_and_1(model):
    scores = model.predict(100 * torch.randn(30, 8))
    assert 0 <= scores.min() <= scores.max() <= 1


def test_every_weight_that_training_may_move_takes_part_in_the_loss(model):
    judged = torch.ones(2, 3, 10, dtype=torch.bool)
    judged[0, 1, 4:] = False
    valid = torch.ones(2, 10, dtype=torch.bool)
    batch = Batch(torch.randn(2, 10, 8), valid, torch.rand(2, 3, 10), judged)
    loss = model.loss(batch)
    assert torch.isfinite(loss)
    if isinstance(model, ClosedForm):
        return
    loss.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in model.parameters())


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (torch.full((5, 8), torch.nan), "NaN"),
        (torch.full((5, 8), torch.inf), "infinite"),
        (torch.zeros(1, 8), "fewer than two picks"),
        (torch.zeros(20_001, 8), "more than 20,000 picks"),
        (torch.zeros(5, 9), "do not fit"),
    ],
)
def test_features_that_make_no_sense_are_refused(model, features, message):
    with pytest.raises(InputError, match=message):
        model.predict(features)


def test_an_mlp_sees_every_frame_alone_and_vasnet_all_of_them():
    for maker, reach in (("mlp", {3}), ("vasnet", set(range(9)))):
        torch.manual_seed(0)
        model = MAKERS[maker]().eval()
        features = torch.randn(1, 9, 8)
        with torch.no_grad():
            before = model(features)
            features[0, 3] += 1
            changed = (model(features) - before)[0].abs() > 1e-9
        assert set(torch.nonzero(changed).flatten().tolist()) == reach


def test_the_shortest_video_has_two_picks(model):
    assert model.predict(torch.randn(2, 8)).shape == (1, 2)


def test_positions_are_sines_and_cosines_of_the_row():
    table = positions(6000, torch.device("cpu"))
    torch.testing.assert_close(table[:, 0], torch.arange(6000).sin())
    torch.testing.assert_close(table[0, 1::2], torch.ones(512))


def test_the_loss_looks_at_judged_scores_only(model):
    features, targets = torch.randn(1, 6, 8), torch.rand(1, 2, 6)
    judged = torch.tensor([[[True] * 6, [False] * 6]])
    valid = torch.ones(1, 6, dtype=torch.bool)
    alone = model.loss(Batch(features, valid, targets[:, :1], judged[:, :1]))
    assert model.loss(Batch(features, valid, targets, judged)) == alone


def test_smoothing_averages_over_neighbours_and_keeps_what_is_constant():
    step = torch.zeros(2, 40)
    step[:, 20:] = 1
    smoothed = smooth(step, 2.0)
    assert torch.equal(smooth(step, 0), step)
    assert smoothed.shape == step.shape
    torch.testing.assert_close(smoothed[:, [0, 39]], step[:, [0, 39]])
    assert 0.4 < smoothed[0, 19] < 0.5 < smoothed[0, 20] < 0.6
    assert smooth(torch.ones(3), 4.0).shape == (3,)  # shorter than the kernel


def test_a_recipe_can_ask_for_smooth_curves():
    torch.manual_seed(0)
    rough = MLP(MLPConfig(8, hidden=16)).eval()
    smooth_one = MLP(MLPConfig(8, hidden=16, smoothing=3.0)).eval()
    smooth_one.load_state_dict(rough.state_dict())
    features = torch.randn(50, 8)
    assert smooth_one.predict(features).diff().abs().mean() < 0.2 * rough.predict(features).diff().abs().mean()
