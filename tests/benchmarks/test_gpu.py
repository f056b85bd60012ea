"""The benchmark of the GPU: its whole path on the CPU with small sizes, and what it says where there is no GPU."""

from __future__ import annotations

import pytest
import torch

from benchmarks.gpu import gpu, measure
from benchmarks.plain_summdiff import PLAIN
from benchmarks.sampling import made


@pytest.mark.parametrize("denoiser", PLAIN)
def test_the_path_runs_on_any_device(denoiser):
    case = made(denoiser, samples=2, picks=40, width=12, hidden=16, heads=2, feed_forward=24)
    measured = measure(case, torch.device("cpu"), runs=1, side=64)
    assert measured["equal_each"] is True
    assert measured["times_the_products"] == pytest.approx(measured["seconds_each"] / measured["products_seconds"])
    assert set(measured["lower_precision"]) == {"tf32", "bfloat16"}


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_nothing_is_claimed():
    result = gpu()
    assert result.reached is None
    assert result.seconds is None
    assert "no GPU" in result.as_dict()["why"]
