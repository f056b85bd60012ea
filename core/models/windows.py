"""Long videos in overlapping windows: what attention takes then grows with their length instead of with its square.

What picks know of each other reaches as far as their window; where two windows overlap, what they say goes over from
one into the other. Done in every step of sampling, so that windows agree about what the next one begins with (as
Bar-Tal et al., "MultiDiffusion", ICML 2023, section 3, do with pictures).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

import torch
from torch import Tensor

LONG = 7_200  # picks that are still looked at all at once: an hour at two a second
WINDOW = 600  # picks: longer than nearly all videos that models learn from
OVERLAP = 60  # of these in the next one too


def spans_of(length: int, window: int, overlap: int) -> list[slice]:
    """Windows of `window` picks over `length`, of which `overlap` or more, but never all, lie in the next one too.

    One over everything where that is no longer than a window.
    """
    if length <= window:
        return [slice(0, length)]
    count = 1 + ceil((length - window) / (window - overlap))
    starts = [round(k * (length - window) / (count - 1)) for k in range(count)]
    return [slice(start, start + window) for start in starts]


def blended(parts: Iterable[Tensor], spans: Sequence[slice]) -> Tensor:
    """What windows (..., their picks) say as one (..., T): the nearer its middle, the more a window counts."""
    first, *others = parts
    if not others:
        return first
    total = first.new_zeros(*first.shape[:-1], spans[-1].stop)
    weights = first.new_zeros(spans[-1].stop)
    away = torch.arange(1, first.shape[-1] + 1, dtype=first.dtype, device=first.device)
    weight = torch.minimum(away, away.flip(0))
    for part, span in zip([first, *others], spans, strict=True):
        total[..., span] += weight * part
        weights[span] += weight
    return total / weights
