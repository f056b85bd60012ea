from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.models.diffusion import CosineSchedule, correlate, ddim, reach, sampling_noise

SCHEDULE = CosineSchedule()


def test_the_signal_falls_from_almost_everything_to_almost_nothing():
    signal = SCHEDULE.alphas_cumprod
    assert signal.dtype == torch.float64
    assert len(signal) == 1000
    assert bool((signal.diff() < 0).all())
    assert signal[0] > 0.9999
    assert signal[-1] < 1e-6


def test_the_schedule_is_not_part_of_the_weights():
    assert SCHEDULE.state_dict() == {}


def test_noised_logits_keep_unit_variance():
    clean, noise = torch.randn(2, 50_000, generator=torch.Generator().manual_seed(0))
    for step in (0, 300, 999):
        noised = SCHEDULE.add_noise(clean[None], torch.tensor([step]), noise[None])
        assert float(noised.var()) == pytest.approx(1, abs=0.02)


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 6), more=st.integers(0, 4), seed=st.integers(0, 2**31), length=st.integers(2, 40))
def test_a_sample_has_the_same_noise_however_many_are_drawn(n, more, seed, length):
    start, steps = sampling_noise(n, length, 3, seed)
    more_start, more_steps = sampling_noise(n + more, length, 3, seed)
    assert torch.equal(start, more_start[:n])
    assert torch.equal(steps, more_steps[:, :n])


def test_pairs_and_seeds_differ_and_the_second_of_a_pair_is_the_first_ones_opposite():
    start, steps = sampling_noise(6, 50, 2, seed=1)
    other, _ = sampling_noise(6, 50, 2, seed=2)
    assert torch.equal(start[1::2], -start[::2])
    assert torch.equal(steps[:, 1::2], -steps[:, ::2])
    rows = torch.cat([start[::2], other[::2]]).numpy()
    assert np.abs(np.corrcoef(rows) - np.eye(6)).max() < 0.6


@pytest.mark.parametrize("steps", [1, 2, 10, 1000])
@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_a_perfect_prediction_is_what_is_sampled(steps, eta):
    clean = torch.linspace(-2, 2, 20).expand(3, -1)
    start, noise = sampling_noise(3, 20, steps, 0)
    seen = []

    def predict(u, t):
        seen.append(t)
        return clean

    assert torch.equal(ddim(SCHEDULE, predict, predict, start, noise, eta), clean)
    assert len(seen) == steps
    assert seen[0] == 999


def test_each_step_hands_over_logits_of_the_next_noise_level():
    clean = torch.zeros(2000, 30)
    start, noise = sampling_noise(2000, 30, 10, 0)

    def predict(u, t):
        assert float(u.var()) == pytest.approx(1 - float(SCHEDULE.alphas_cumprod[t]), abs=0.02)
        return clean

    ddim(SCHEDULE, predict, predict, start, noise)


def test_guided_logits_steer_and_conditional_ones_are_reported():
    start, noise = sampling_noise(1, 5, 2, 0)
    inputs = []

    def guided(u, t):
        return torch.full_like(u, 3.0)

    def conditional(u, t):
        inputs.append(u)
        return torch.full_like(u, 7.0)

    assert torch.equal(ddim(SCHEDULE, guided, conditional, start, noise), torch.full((1, 5), 7.0))
    assert len(inputs) == 1
    assert float(inputs[0].mean()) > 1  # on its way to 3


def test_without_fresh_noise_the_result_depends_on_the_start_alone():
    start, noise = sampling_noise(2, 8, 5, 0)

    def sampled(step_noise, eta=1.0):
        return ddim(SCHEDULE, lambda u, t: u.tanh(), lambda u, t: u.tanh(), start, step_noise, eta)

    assert torch.equal(sampled(noise, 0.0), sampled(-noise, 0.0))
    assert not torch.equal(sampled(noise), sampled(-noise))


@pytest.mark.parametrize("length", [1.0, 4.0, 7.5])
def test_correlated_noise_has_unit_variance_everywhere_and_fades_with_distance(length):
    torch.manual_seed(0)
    noise = correlate(torch.randn(20_000, 40 + 2 * reach(length)), length)
    assert noise.shape == (20_000, 40)
    torch.testing.assert_close(noise.std(0), torch.ones(40), atol=0.03, rtol=0)
    near, far = ((noise[:, 0] * noise[:, k]).mean() for k in (1, 39))
    assert near > 0.7
    assert abs(far) < 0.05


def test_correlated_samples_are_the_same_however_many_are_drawn():
    one, many = (sampling_noise(n, 30, 3, 5, 4.0) for n in (1, 6))
    assert torch.equal(one[0], many[0][:1])
    assert torch.equal(one[1], many[1][:, :1])
    assert many[0].shape == (6, 30)
