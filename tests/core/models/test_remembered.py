from __future__ import annotations

import torch

from core.models.remembered import Remembered


def counted(made):
    def make(features):
        made.append(features)
        return float(features.sum())

    return make


def test_a_video_is_computed_once_whichever_tensor_holds_it():
    made, known = [], Remembered()
    features = torch.randn(4, 3)
    batch = torch.cat([features, torch.zeros(2, 3)])[None]
    assert known.of(features, counted(made)) == known.of(batch[0, :4], counted(made))
    assert len(made) == 1
    known.of(features + 1, counted(made))
    assert len(made) == 2


def test_too_much_is_forgotten_and_computed_again():
    made, known = [], Remembered(20)
    first, second = torch.randn(2, 4, 3)
    for features in (first, second, first):
        known.of(features, counted(made))
    assert len(made) == 3
