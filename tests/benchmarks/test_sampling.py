"""The plain SummDiff of the sampling benchmarks gives our samples, and what is measured is complete."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from benchmarks.plain_summdiff import PLAIN
from benchmarks.roofline import flops, matmul_rate
from benchmarks.sampling import READINGS, made, measure

SIZES = {"hidden": 16, "heads": 2, "feed_forward": 24}


def small(denoiser, samples=3):
    return made(denoiser, samples, picks=40, width=12, **SIZES)


@pytest.mark.parametrize("denoiser", PLAIN)
@pytest.mark.parametrize("reading", READINGS)
def test_one_by_one_gives_the_samples_that_we_give_at_once(denoiser, reading):
    case = small(denoiser).in_double_precision()
    ours = case.ours()
    torch.testing.assert_close(case.one_by_one(**READINGS[reading]).float(), ours, atol=1e-6, rtol=0)
    assert (ours[0] - ours[2]).abs().max() > 1e-3  # or every path would agree


@pytest.mark.parametrize("denoiser", PLAIN)
def test_another_null_video_steers_both_alike(denoiser):
    case = small(denoiser).in_double_precision()
    before = case.ours()
    case.model.null_video.normal_()
    assert not torch.equal(case.ours(), before)
    torch.testing.assert_close(case.one_by_one().float(), case.ours(), atol=1e-6, rtol=0)


def test_what_is_measured_has_a_ratio_for_every_reading():
    measured = measure(small("latentmlp"), repeats=1)
    assert measured["equal_each"] is True
    assert set(measured["ratios"]) == set(READINGS)
    assert measured["gflops_ratio"] > 1
    assert set(measure(small("DiT"), naive=True, repeats=1)) == {"reference_seconds_each"}


def test_operations_are_counted_in_products_and_in_attention():
    a = torch.ones(3, 5)
    q = torch.ones(1, 2, 7, 4)
    assert flops(lambda: a @ a.T) == 2 * 3 * 5 * 3
    assert flops(lambda: F.scaled_dot_product_attention(q, q, q)) == 2 * (2 * 7 * 7 * 4 * 2)


def test_the_rate_is_that_of_operations_not_of_products():
    assert matmul_rate(torch.device("cpu"), side=64) > 1e6
