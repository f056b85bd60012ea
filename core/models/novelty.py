"""Novelty and place: 25 numbers that say of each pick how it stands in its own video, whatever the features show.

What people find important is often what is rare in a video, and that cannot be read off a single frame. All of it is
computed from the features of one video alone, nothing is learned, and similarities are taken relative to how alike the
video's picks are among themselves, so that every feature space gives numbers of the same meaning.

With x_t the feature of pick t at unit length, s(t, u) = x_t' x_u, and d(t, u) = (1 - s(t, u)) / mean of 1 - s:

    typical        x_t' m, with m the direction of the video's mean
    apart          |x_t - mean x|
    neighbours     mean s to the picks within 2, 4, 8 and 16 of t
    repeated       share of picks with d < 0.5, and with d < 0.1
    crowd          mean s to the tenth of the picks that is most alike
    seen before    the largest s to a pick more than 4 before t
    change         1 - s(t - 1, t)

each as it is and smoothed over four picks; then the logarithm of how many picks have d < 0.1, and place and squared
place in [-1, 1]. Every column has mean 0 and deviation 1 within the video, or is 0 where it does not change.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from core.models.batch import smooth
from core.models.remembered import Remembered

COLUMNS = 25
NEIGHBOURS = (2, 4, 8, 16)  # picks on either side
ALIKE, SAME = 0.5, 0.1  # of the video's mean distance
CROWD = 0.1  # share of the video's picks
RECENT = 4  # picks before one that do not count as seen before
SMOOTHED = 4.0  # picks
ROWS = 1024  # of the similarities that are in memory at once


@torch.no_grad()
def novelty_columns(features: Tensor) -> Tensor:
    """Features (T, D) of one video -> (T, 25) float32."""
    x = unit(features.float())
    count = len(x)
    place = torch.linspace(-1, 1, count, device=x.device)
    mean = x.mean(0)
    before = torch.cat([x[:1], x[:-1]])
    of_pairs, repeats = _of_pairs(x)
    told = torch.stack(
        [
            x @ unit(mean[None])[0],
            (x - mean).norm(dim=1),
            *(_neighbours(x, reach) for reach in NEIGHBOURS),
            *of_pairs,
            1 - (x * before).sum(1),
        ]
    )
    columns = torch.cat([told, smooth(told, SMOOTHED), torch.stack([repeats.log(), place, place**2])]).T
    return standard(columns)


class WithNovelty(nn.Module):
    """Features (B, T, D) -> (B, T, D + 25): the columns beside them, as large as they are, where the config asks."""

    def __init__(self) -> None:
        super().__init__()
        self._known = Remembered[Tensor]()

    def forward(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        counts = [features.shape[1]] * len(features) if valid is None else valid.sum(1).tolist()
        beside = features.new_zeros(*features.shape[:2], COLUMNS)
        for row, (video, count) in enumerate(zip(features.detach(), counts, strict=True)):
            shown = video[:count]
            columns = self._known.of(shown, novelty_columns) if self.training else novelty_columns(shown)
            size = (shown - shown.mean(0)).square().mean().sqrt()
            beside[row, :count] = size * columns.to(features.dtype)
        return torch.cat([features, beside], -1)


class AsTheyAre(nn.Module):
    """Features as they are."""

    def forward(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        return features


def reader(config: Any) -> tuple[Callable[..., Tensor], int]:
    """What a model with this configuration (`feature_width`, `novelty`) reads its features with, and their width."""
    if config.novelty:
        return WithNovelty(), config.feature_width + COLUMNS
    return AsTheyAre(), config.feature_width


def unit(rows: Tensor) -> Tensor:
    """Rows (N, D) at unit length; those of nothing stay nothing."""
    return rows / rows.norm(dim=1, keepdim=True).clamp(min=1e-9)


def standard(columns: Tensor) -> Tensor:
    """(T, C) with mean 0 and deviation 1 over T; 0 where a column does not change."""
    centred = columns - columns.mean(0)
    spread = centred.square().mean(0).sqrt()
    return torch.where(spread > 1e-5, centred / spread.clamp(min=1e-5), 0.0)


def _neighbours(x: Tensor, reach: int) -> Tensor:
    """(T,) mean similarity to the other picks within `reach`."""
    count = len(x)
    sums = torch.cat([x.new_zeros(1, x.shape[1], dtype=torch.float64), x.double().cumsum(0)])
    at = torch.arange(count, device=x.device)
    first, end = (at - reach).clamp(min=0), (at + reach + 1).clamp(max=count)
    others = (sums[end] - sums[first]).float() - x
    return (x * others).sum(1) / (end - first - 1).clamp(min=1)


def _of_pairs(x: Tensor) -> tuple[list[Tensor], Tensor]:
    """What needs all similarities: (T,) alike, same, crowd and seen before, and how many are the same."""
    count = len(x)
    # The mean of all s is the squared length of the mean, so the scale is known before the first row.
    scale = (1 - x.mean(0).square().sum()).clamp(min=1e-6)
    nearest = max(1, math.ceil(CROWD * count))
    alike, same, crowd, seen = (x.new_zeros(count) for _ in range(4))
    for start in range(0, count, ROWS):
        rows = slice(start, min(start + ROWS, count))
        s = x[rows] @ x.T
        d = (1 - s) / scale
        alike[rows], same[rows] = (d < ALIKE).float().mean(1), (d < SAME).float().mean(1)
        crowd[rows] = s.topk(nearest, dim=1).values.mean(1)
        earlier = torch.ones_like(s, dtype=torch.bool).tril(start - RECENT - 1)
        seen[rows] = torch.where(earlier, s, -1.0).amax(1)
    first = min(RECENT + 1, count)
    seen[:first] = seen[first:].mean() if count > first else 0.0  # nothing is known of the first ones
    return [alike, same, crowd, seen], (same * count).clamp(min=1)
