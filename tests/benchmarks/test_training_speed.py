"""Sharing the encoder between people changes nothing that is learned."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks import training
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig


@pytest.mark.parametrize("denoiser", training.DENOISERS)
def test_both_arrangements_have_one_loss_and_one_gradient(denoiser):
    torch.manual_seed(0)
    model = SummDiff(SummDiffConfig(6, hidden=8, heads=2, feed_forward=16, denoiser=denoiser))
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn_like(weight))
    videos = training.made_videos([20, 33], people=3, width=6)
    assert training.same_gradient(model, videos)


def test_the_reference_gives_every_person_a_video_of_their_own():
    videos = training.made_videos([20, 33, 7], people=4, width=6)
    made = list(training.one_by_one(videos, 5, np.random.default_rng(0)))
    assert [len(batch.features) for batch in made] == [5, 5, 2]
    assert sum(int(batch.valid.sum()) for batch in made) == 4 * (20 + 33 + 7)
    curves = {tuple(curve.tolist()) for video in videos for curve in video.targets}
    seen = {tuple(batch.targets[i, 0][batch.valid[i]].tolist()) for batch in made for i in range(len(batch.features))}
    assert seen == curves
