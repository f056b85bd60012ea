"""The denoiser of SummDiff's release for SumMe and TVSum, which the paper does not describe."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.blocks import ALL, Denoiser, Layers, TimeEmbedding, Valid, zeroed

if TYPE_CHECKING:
    from core.models.summdiff_config import SummDiffConfig


class LatentMLPBlock(nn.Module):
    """Residual block of `LatentMLP`: time and the frame's own memory are added, one convolution mixes neighbours."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.inner = nn.Sequential(nn.LayerNorm(hidden), nn.SiLU(), nn.Linear(hidden, hidden))
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden))
        self.context = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden))
        self.conv = nn.Conv1d(hidden, hidden, 3, padding=1)
        self.outer = nn.Sequential(
            nn.LayerNorm(hidden), nn.SiLU(), nn.Dropout(config.dropout), zeroed(nn.Linear(hidden, hidden))
        )

    def of_video(self, memory: Tensor, keep: Valid) -> tuple[Tensor, Tensor]:
        return linear_then_conv(cast(nn.Linear, self.inner[2]), self.conv, self.context(memory)[:, None], keep)

    def of_time(self, time: Tensor) -> Tensor:
        """time (B, H) -> (B, 3, H): what convolving its term gives by the frame before, its own and the one after."""
        return torch.einsum("bi,oik->bko", self.time(time), self.conv.weight)

    def forward(self, x: Tensor, shared: tuple[Tensor, Tensor], keep: Valid) -> Tensor:
        weight, added = shared
        return x + self.outer(over_time(only(self.inner[1](self.inner[0](x)), keep), weight) + added)


class LatentMLP(Denoiser):
    """The release's denoiser for SumMe and TVSum: a residual MLP per frame with convolutions over three frames."""

    attends: ClassVar[bool] = False

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.time = TimeEmbedding(hidden, width=hidden)
        self.input = nn.Linear(hidden, hidden)
        self.conv = nn.Conv1d(hidden, hidden, 3, padding=1)
        self.blocks: Layers[LatentMLPBlock] = Layers(LatentMLPBlock(config) for _ in range(config.decoder_layers))
        self.output = nn.Sequential(nn.LayerNorm(hidden), nn.SiLU(), zeroed(nn.Linear(hidden, hidden)))

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> tuple:
        keep = None if valid is None else valid[:, None, :, None]
        place = F.linear(position[:, None], self.input.weight)
        entry = linear_then_conv(self.input, self.conv, place, keep)
        return keep, _neighbours(position, valid), entry, [block.of_video(memory, keep) for block in self.blocks]

    def of_time(self, t: Tensor) -> Tensor:
        time = self.time(t)
        return torch.stack([block.of_time(time) for block in self.blocks], 1)

    def at_step(self, of_video: tuple, time: Tensor, videos: slice = ALL) -> tuple:
        keep, neighbours, entry, of_blocks = of_video
        of_step = [
            (weight, added[videos] + (neighbours @ taps)[:, None])
            for (weight, added), taps in zip(of_blocks, time.unbind(1), strict=True)
        ]
        return keep, entry, of_step

    def enter(self, x: Tensor, shared: tuple) -> Tensor:
        keep, (weight, place), _ = shared
        return over_time(only(x, keep), weight) + place

    def tabled(self, vectors: Tensor, of_video: tuple) -> Tensor:
        """(3, K + 2, H): what a code is worth to the frame after it, to its own, and to the one before; last, none."""
        weight = of_video[2][0]
        return F.pad(torch.einsum("oki,vi->kvo", weight, vectors), (0, 0, 0, 1))

    def enter_codes(self, codes: Tensor, table: Tensor, shared: tuple) -> Tensor:
        _, (_, place), _ = shared
        none = table.shape[1] - 1
        before, after = (F.pad(codes, pad, value=none) for pad in ((1, 0), (0, 1)))
        x = F.embedding(codes, table[1]) + place
        return x.add_(F.embedding(before[..., :-1], table[0])).add_(F.embedding(after[..., 1:], table[2]))

    def forward(self, x: Tensor, shared: tuple, valid: Valid, seen: Valid) -> Tensor:
        keep, _, of_blocks = shared
        for block, of_block in zip(self.blocks, of_blocks, strict=True):
            x = block(x, of_block, keep)
        return self.output(x)


def _neighbours(position: Tensor, valid: Valid) -> Tensor:
    """(B or 1, T, 3): whether there is a frame before each one, itself, and one after it, as numbers."""
    there = torch.ones_like(position[..., 0]) if valid is None else valid.to(position)
    return F.pad(there, (1, 1)).unfold(-1, 3, 1)


def only(x: Tensor, keep: Valid) -> Tensor:
    """x with zeros where not to keep."""
    return x if keep is None else x * keep


def over_time(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Convolve (B, C, T, H) along T with weight (H, 3, H): outputs, frames, inputs. As long as before.

    As pictures one frame high, because those may keep H last in memory, and then nothing has to be transposed.
    """
    pictures = x.flatten(0, 1)[:, None].permute(0, 3, 1, 2)
    convolved = F.conv2d(pictures, weight[:, None].permute(0, 3, 1, 2), bias, padding=(0, 1))
    return convolved.permute(0, 2, 3, 1).squeeze(1).unflatten(0, x.shape[:2])


def linear_then_conv(linear: nn.Linear, conv: nn.Conv1d, added: Tensor, keep: Valid) -> tuple[Tensor, Tensor]:
    """conv(keep * (linear(x) + added)) as conv'(keep * x) + added': both are linear, so one product serves for both.

    Returns:
        The weight (H, 3, H) of conv', and added', of the shape of `added`, (B, 1, T, H).
    """
    weight = conv.weight.transpose(1, 2).contiguous()
    both = (weight.flatten(0, 1) @ linear.weight).view_as(weight)  # one product; as (H, 3, H) it would be H small ones
    return both, over_time(only(linear.bias + added, keep), weight, conv.bias)
