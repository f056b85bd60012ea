"""What the denoisers of SummDiff are made of."""

from __future__ import annotations

from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Valid: TypeAlias = Tensor | None  # bool, or None where everything is


def sinusoids(t: Tensor, width: int) -> Tensor:
    """(B,) steps -> (B, width) cosines then sines of t at geometrically falling frequencies."""
    half = width // 2
    frequency = 10000 ** (-torch.arange(half, device=t.device, dtype=torch.float32) / half)
    angles = t.float()[:, None] * frequency
    return torch.cat([angles.cos(), angles.sin()], 1)


class TimeEmbedding(nn.Module):
    """Diffusion step -> (B, H): sinusoids, Linear, SiLU, Linear."""

    def __init__(self, hidden: int, width: int) -> None:
        super().__init__()
        self.width = width
        self.mlp = nn.Sequential(nn.Linear(width, hidden), nn.SiLU(), nn.Linear(hidden, hidden))

    def forward(self, t: Tensor) -> Tensor:
        return self.mlp(sinusoids(t, self.width))


class Attention(nn.Module):
    """Multi-head attention with separate projections of queries, keys and values; Q queries, T keys."""

    def __init__(self, hidden: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q_proj = nn.Linear(hidden, hidden)
        self.k_proj = nn.Linear(hidden, hidden)
        self.v_proj = nn.Linear(hidden, hidden)
        self.out_proj = nn.Linear(hidden, hidden)

    def forward(self, query: Tensor, memory: Tensor, attend: Valid, shift: Tensor | None = None) -> Tensor:
        """query (B, Q, H), memory (B, T, H), attend (B, T) bool or None for all -> (B, Q, H).

        `shift` (B, Q, H) is added to the projected queries.
        """
        projected = self.q_proj(query) if shift is None else self.q_proj(query) + shift
        q, k, v = (
            x.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for x in (projected, self.k_proj(memory), self.v_proj(memory))
        )
        mask = None if attend is None else attend[:, None, None, :]
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
        return self.out_proj(attended.transpose(1, 2).flatten(2))


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Adaptive LayerNorm without its norm: scale by 1 + scale, then shift."""
    return x * (1 + scale) + shift
