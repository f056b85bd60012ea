"""What the denoisers of SummDiff are made of."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Valid: TypeAlias = Tensor | None  # bool, or None where everything is
Layer = TypeVar("Layer", bound=nn.Module)
ALL = slice(None)


class Denoiser(nn.Module, ABC):
    """Noised score curves, embedded, and the video that they are of -> what the clean ones are made from.

    It works in two parts: `shared` is what all curves of a video have in common at one noise level (keys, values,
    modulation), and `forward` takes the curves through it. Whatever is the same for all B may have a first axis of 1.

    `attends`: every pick of a curve looks at all picks, so that a video twice as long takes four times as long.
    """

    attends: ClassVar[bool] = True
    time: TimeEmbedding

    @abstractmethod
    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> Any:
        """What all curves of a video share at every step: memory (B, T, H), position (B or 1, T, H), valid (B, T)."""

    def of_time(self, t: Tensor) -> Tensor:
        """What steps t (S,) share of all videos: (S, ...)."""
        return self.time(t)

    @abstractmethod
    def at_step(self, of_video: Any, time: Tensor, videos: slice = ALL) -> Any:
        """What all curves share at a step, from its `of_time` (B or 1, ...); only of some `videos` where that is 1."""

    def shared(self, memory: Tensor, position: Tensor, t: Tensor, valid: Valid) -> Any:
        """`at_step` of `of_video`, for steps t (B,)."""
        return self.at_step(self.of_video(memory, position, valid), self.of_time(t))

    def enter(self, x: Tensor, shared: Any) -> Tensor:
        """x (B, C, T, H), embedded scores, as `forward` wants them."""
        return x

    def enter_codes(self, codes: Tensor, table: Tensor, shared: Any) -> Tensor:
        """As `enter`, from codes (B, C, T) and what `tabled` makes of their vectors."""
        return F.embedding(codes, table)

    def tabled(self, vectors: Tensor, of_video: Any) -> Tensor:
        """What can be done to the vectors (K + 1, H) of all codes instead of to every frame."""
        return vectors

    @abstractmethod
    def forward(self, x: Tensor, shared: Any, valid: Valid, seen: Valid) -> Tensor:
        """x (B, C, T, H) that has entered, `shared`, valid (B, T), seen (B, C, T) -> (B, C, T, H)."""


class Layers(nn.ModuleList, Generic[Layer]):
    """Layers of one kind, one after the other."""

    if TYPE_CHECKING:  # torch says only that they are modules

        def __iter__(self) -> Iterator[Layer]: ...


def zeroed(layer: nn.Linear) -> nn.Linear:
    """The layer with zeros for weights: what ends with it adds nothing at first; its block starts as the identity."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


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
        return self.mlp(sinusoids(t, self.width).to(next(self.parameters()).dtype))


class Attention(nn.Module):
    """Multi-head attention with separate projections of queries, keys and values; Q queries, T keys.

    Args:
        hidden, heads: H, and how many heads share it.
        dropout: on the attention weights.
    """

    def __init__(self, hidden: int, heads: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.q_proj = nn.Linear(hidden, hidden)
        self.k_proj = nn.Linear(hidden, hidden)
        self.v_proj = nn.Linear(hidden, hidden)
        self.out_proj = nn.Linear(hidden, hidden)

    def keys_values(self, memory: Tensor) -> tuple[Tensor, Tensor]:
        """memory (B, T, H) -> its keys and values, each (B, heads, T, H / heads)."""
        return self._by_head(self.k_proj(memory)), self._by_head(self.v_proj(memory))

    def forward(
        self, query: Tensor, keys_values: tuple[Tensor, Tensor], attend: Valid, shift: Tensor | None = None
    ) -> Tensor:
        """query (B or 1, Q, H), keys and values of a memory, attend (B, T) bool or None for all -> (B, Q, H).

        `shift`, of the shape of the query, is added to the projected queries.
        """
        projected = self.q_proj(query) if shift is None else self.q_proj(query) + shift
        k, v = keys_values
        q = self._by_head(projected).expand(len(k), -1, -1, -1)
        mask = None if attend is None else attend[:, None, None, :]
        attended = F.scaled_dot_product_attention(q, k, v, mask, self.dropout if self.training else 0.0)
        return self.out_proj(attended.transpose(1, 2).flatten(2))

    def _by_head(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def modulate(x: Tensor, shift: Tensor, scale: Tensor) -> Tensor:
    """Adaptive LayerNorm without its norm: scale by 1 + scale, then shift."""
    return torch.addcmul(shift, x, 1 + scale)
