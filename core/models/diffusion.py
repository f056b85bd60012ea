"""Gaussian diffusion over score curves: the cosine schedule, the forward process and the DDIM sampler.

Everything here works on logits `u` of shape (..., T), whatever model predicts the clean ones.

Sources: Nichol and Dhariwal 2021, eq. 17 (cosine schedule); Song et al. 2021, eq. 12 and 16 (DDIM).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import InputError

TRAIN_STEPS = 1000


class CosineSchedule(nn.Module):
    """The noise levels of the forward process.

    `alphas_cumprod[t]` is the share of the signal's variance left at step t in 0..999; float64, never trained and
    never saved, because it follows from `offset` and the number of steps.
    """

    alphas_cumprod: Tensor

    def __init__(self, steps: int = TRAIN_STEPS, offset: float = 0.008, max_beta: float = 0.999) -> None:
        super().__init__()
        edges = torch.linspace(0, 1, steps + 1, dtype=torch.float64)
        signal = torch.cos((edges + offset) / (1 + offset) * math.pi / 2) ** 2
        betas = (1 - signal[1:] / signal[:-1]).clamp(max=max_beta)
        self.register_buffer("alphas_cumprod", torch.cumprod(1 - betas, 0), persistent=False)

    def __len__(self) -> int:
        return len(self.alphas_cumprod)

    def add_noise(self, clean: Tensor, t: Tensor, noise: Tensor) -> Tensor:
        """The forward process q(u_t | u_0): sqrt(abar_t) u_0 + sqrt(1 - abar_t) noise.

        Args:
            clean: (B, ...) logits.
            t: (B,) int64 steps in 0..999.
            noise: like `clean`, unit Gaussian.
        """
        signal = self.alphas_cumprod[t].view(-1, *[1] * (clean.dim() - 1))
        return signal.sqrt().to(clean.dtype) * clean + (1 - signal).sqrt().to(clean.dtype) * noise


def correlate(white: Tensor, length: float) -> Tensor:
    """Noise that is alike at neighbouring picks, from white noise of `2 * reach(length)` more picks.

    Diffusion works with Gaussian noise of any covariance. White noise within a shot is averaged away by a denoiser
    that looks at a few neighbours; noise that is alike for longer is not, and samples differ by it.

    Args:
        white: (..., T + 2 * reach(length)) unit Gaussian.
        length: standard deviation of the averaging Gaussian in picks; 0 gives white noise, as published.

    Returns:
        (..., T) of unit variance.
    """
    if length <= 0:
        return white
    offsets = torch.arange(-reach(length), reach(length) + 1, device=white.device, dtype=white.dtype)
    kernel = torch.exp(-0.5 * (offsets / length) ** 2)
    flat = white.reshape(-1, 1, white.shape[-1])
    return nn.functional.conv1d(flat, (kernel / kernel.norm())[None, None]).reshape(*white.shape[:-1], -1)


def reach(length: float) -> int:
    """Picks on either side that correlated noise of this length depends on."""
    return math.ceil(3 * length)


def check_sampling(n: int, steps: int, eta: float, temperature: float) -> None:
    """Raise InputError unless n >= 1, steps in 1..1000, eta in [0, 1] and temperature >= 0."""
    if n < 1 or not 1 <= steps <= TRAIN_STEPS:
        raise InputError(f"Sampling needs n >= 1 and steps in 1..{TRAIN_STEPS}, got {n} and {steps}.")
    if not 0 <= eta <= 1 or temperature < 0:
        raise InputError(f"Sampling needs eta in 0..1 and temperature >= 0, got {eta} and {temperature}.")


def sampling_noise(n: int, length: int, steps: int, seed: int, correlation: float = 0.0) -> tuple[Tensor, Tensor]:
    """Unit Gaussian noise for n samples; sample k of a seed is the same whatever n is, on every device.

    Samples come in antithetic pairs: the second of a pair gets the first one's noise with the other sign. Each is as
    random as before, but their mean is nearer to the mean of the distribution (Hammersley and Morton 1956).

    Args:
        n: samples.
        length: T.
        steps: of the sampler.
        seed: of the noise.
        correlation: see `correlate`.

    Returns:
        (n, T) noise to start from and (steps, n, T) noise of the steps, float32 on the CPU.
    """
    wide = length + 2 * reach(correlation)
    pairs = [np.random.default_rng([seed, k]).standard_normal((steps + 1, wide), np.float32) for k in range(-(-n // 2))]
    both = np.stack([sign * draw for draw in pairs for sign in (1, -1)], axis=1)[:, :n]
    noise = correlate(torch.from_numpy(both), correlation)
    return noise[0], noise[1:]


def sampled_steps(schedule: CosineSchedule, count: int) -> list[int]:
    """The steps at which DDIM asks, from all noise down; as many as `count`."""
    return torch.linspace(0, len(schedule) - 1, count + 1).int().tolist()[:0:-1]


def ddim(
    schedule: CosineSchedule,
    steer: Callable[[Tensor, int], Tensor],
    report: Callable[[Tensor, int], Tensor],
    start: Tensor,
    step_noise: Tensor,
    eta: float = 1.0,
) -> Tensor:
    """Sample clean logits by DDIM; the number of steps is the length of `step_noise`.

    Args:
        schedule: the noise levels that the model was trained with.
        steer: (u_t, t) -> the clean logits that lead to the next step; with classifier-free guidance the guided ones.
        report: (u_t, t) -> the clean logits that are the result, asked in the last step; the conditional ones.
        start: (N, T) unit Gaussian noise.
        step_noise: (steps, N, T) unit Gaussian noise, in order; that of the last step is not used.
        eta: 0 is deterministic given `start`, 1 has the variance of the DDPM posterior.

    Returns:
        (N, T) the clean logits reported by the last step.
    """
    times = [*sampled_steps(schedule, len(step_noise)), 0]
    signals = schedule.alphas_cumprod.tolist()  # read once: in the loop a GPU would be waited for in every step
    u = start
    for t, t_next, noise in zip(times[:-2], times[1:-1], step_noise[:-1], strict=True):
        clean, signal, signal_next = steer(u, t), signals[t], signals[t_next]
        implied_noise = (u - math.sqrt(signal) * clean) / math.sqrt(1 - signal)
        sigma = eta * math.sqrt((1 - signal / signal_next) * (1 - signal_next) / (1 - signal))
        direction = math.sqrt(max(1 - signal_next - sigma**2, 0.0))
        u = math.sqrt(signal_next) * clean + direction * implied_noise + sigma * noise
    return report(u, times[-2])


# Scores and logits


def to_logits(scores: Tensor, temperature: float, eps: float) -> Tensor:
    """u = log(s / (1 - s)) / tau, with both shares kept above eps."""
    return torch.log(scores.clamp(min=eps) / (1 - scores).clamp(min=eps)) / temperature


def to_scores(logits: Tensor, temperature: float) -> Tensor:
    """s = sigmoid(tau * u), the inverse of `to_logits` inside (eps, 1 - eps)."""
    return torch.sigmoid(temperature * logits)


# Noise levels for training


def even_levels(count: int, steps: int, device: torch.device) -> Tensor:
    """(count,) steps: one of each equal slice of all steps, in random order."""
    slices = torch.randperm(count, device=device) + torch.rand(count, device=device)
    return (slices / count * steps).long().clamp(max=steps - 1)


def independent_levels(count: int, steps: int, device: torch.device) -> Tensor:
    """(count,) steps, each drawn for itself."""
    return torch.randint(steps, (count,), device=device)


LEVELS = {"even": even_levels, "independent": independent_levels}
