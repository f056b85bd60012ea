"""What the table of windows says of curves that are known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks import windowed
from benchmarks.evaluation import made


def cells(window: int | None, curves: list[np.ndarray], whole: list[np.ndarray]) -> list[str]:
    videos = [(made(n, length), torch.zeros(length, 4)) for n, length in enumerate((60, 140))]
    line = windowed._line("summdiff-DiT-individual", 1, window, videos, curves, whole)
    return [one.strip() for one in line.strip("|").split("|")]


def test_curves_are_told_beside_those_of_all_at_once():
    random = np.random.default_rng(0)
    whole = [random.random((windowed.SAMPLES, length)) for length in (60, 140)]
    same = cells(None, whole, whole)
    assert same[1:3] == ["all at once", ""]
    assert float(same[6]) == 1
    assert abs(float(same[7])) < 0.05, "curves of chance have nothing in common"
    turned = cells(100, [-one for one in whole], whole)
    assert turned[1:3] == ["100", "1 of 2"]
    assert float(turned[6]) == -1
    assert float(turned[3]) == pytest.approx(-float(same[3]), abs=1e-4)
