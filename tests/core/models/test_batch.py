from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from core.models.batch import Batch, Preferences
from core.models.vasnet import VASNet, VASNetConfig

LENGTHS = (40, 6, 38, 20, 7)


@pytest.fixture
def model():
    torch.manual_seed(0)
    return VASNet(VASNetConfig(8)).eval()


def batch(weights=None, preferences=None):
    torch.manual_seed(1)
    valid = torch.arange(40) < torch.tensor(LENGTHS)[:, None]
    judged = valid[:, None] & (torch.rand(5, 3, 40) < 0.7)
    judged[2, 1:] = False  # one person alone with a video
    features = torch.randn(5, 40, 8) * valid[..., None]
    people = torch.arange(15).view(5, 3)
    return Batch(features, valid, torch.rand(5, 3, 40), judged, weights, preferences, people)


def preferences():
    shown = torch.zeros(2, 3, 40)
    shown[0, :, :3], shown[1, :, 3:6] = 1, 1
    return Preferences(torch.tensor([1, 3, 1]), shown[0], shown[1], torch.tensor([0.2, 0.3, 0.1]))


@pytest.mark.parametrize(
    "whole",
    [batch(), batch(torch.rand(5, 3)), batch(preferences=preferences())],
    ids=["mean", "weighed", "preferences"],
)
def test_losses_and_gradients_of_the_parts_add_up_to_those_of_the_whole(model, whole):
    def gradient(batches):
        model.zero_grad()
        losses = [model.loss(one) for one in batches]
        for loss in losses:
            loss.backward()
        return sum(losses), torch.cat([p.grad.flatten() for p in model.parameters()])

    for apart, together in zip(gradient(whole.parts()), gradient([whole]), strict=True):
        torch.testing.assert_close(apart, together, rtol=1e-4, atol=1e-7)


def test_each_part_is_as_long_as_its_longest_video_and_nobody_is_lost():
    parts = batch().parts()
    assert [tuple(one.valid.sum(1).tolist()) for one in parts] == [(40, 38), (20,), (7, 6)]
    assert [one.features.shape[1] for one in parts] == [40, 20, 7]
    assert sorted(int(n) for one in parts for n in one.people.flatten()) == list(range(15))


def test_videos_of_one_length_stay_together():
    whole = batch()
    alike = replace(whole, valid=torch.ones_like(whole.valid))
    assert alike.parts() == [alike]
