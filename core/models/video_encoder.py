"""Section 3.1 of SummDiff (Kim et al., ICCV 2025): each frame in the context of its video.

Shapes: B videos, T picks, D feature width, H hidden width.
"""

from __future__ import annotations

import math
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.blocks import Valid
from core.models.novelty import reader
from core.models.summdiff_config import SummDiffConfig


def frame_positions(valid: Tensor, width: int) -> Tensor:
    """Sine encoding of how far into its video each frame is, from just above 0 to 2 pi at the last valid one.

    Args:
        valid: (B, T) bool.
        width: H, even.

    Returns:
        (B, T, H) float32; sines in even and cosines in odd places.
    """
    count = valid.cumsum(1, dtype=torch.float32)
    angle = count / (count[:, -1:] + 1e-6) * 2 * math.pi
    frequency = 10000 ** (-torch.arange(0, width, 2, device=valid.device, dtype=torch.float32) / width)
    angles = angle[..., None] * frequency
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(2)


class InputBlock(nn.Module):
    """LayerNorm, dropout, Linear, and ReLU except in the last of them."""

    def __init__(self, inputs: int, outputs: int, dropout: float, relu: bool) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(inputs)
        self.dropout = nn.Dropout(dropout)
        self.linear = nn.Linear(inputs, outputs)
        self.relu = relu

    def forward(self, x: Tensor) -> Tensor:
        x = self.linear(self.dropout(self.norm(x)))
        return x.relu() if self.relu else x


class Standardize(nn.Module):
    """Features with mean 0 and spread about 1 over the training videos, dimension by dimension."""

    mean: Tensor
    spread: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))

    def fit(self, frames: Tensor) -> None:
        """Measure mean and spread of (frames, D)."""
        self.mean.copy_(frames.mean(0))
        spread = frames.std(0, correction=0)
        # A share of the average spread on top, so that dimensions that hardly change are not blown up.
        self.spread.copy_((spread + 0.2 * spread.mean()).clamp(min=1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.spread


class EncoderLayer(nn.Module):
    """Post-norm Transformer layer; positions are added to queries and keys only, the activation is a PReLU."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(config.hidden, config.heads, config.attention_dropout, batch_first=True)
        self.linear1 = nn.Linear(config.hidden, config.feed_forward)
        self.linear2 = nn.Linear(config.feed_forward, config.hidden)
        self.norm1 = nn.LayerNorm(config.hidden)
        self.norm2 = nn.LayerNorm(config.hidden)
        self.activation = nn.PReLU()
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, position: Tensor, padding: Valid) -> Tensor:
        query = x + position
        x = self.norm1(x + self.dropout(self.attended(query, x, padding)))
        inner = self.linear2(self.dropout(self.activation(self.linear1(x))))
        return self.norm2(x + self.dropout(inner))

    def attended(self, query: Tensor, x: Tensor, padding: Valid) -> Tensor:
        """As `self_attn`, with queries and keys from `query` and values from `x`; its own way transposes them."""
        of = self.self_attn
        weight, bias = of.in_proj_weight, of.in_proj_bias
        rows = [2 * of.embed_dim, of.embed_dim]
        (of_query, of_x), (query_bias, x_bias) = weight.split(rows), bias.split(rows)
        projected = [*F.linear(query, of_query, query_bias).chunk(2, -1), F.linear(x, of_x, x_bias)]
        q, k, v = (one.unflatten(-1, (of.num_heads, -1)).transpose(1, 2) for one in projected)
        seen = None if padding is None else ~padding[:, None, None, :]
        attended = F.scaled_dot_product_attention(q, k, v, seen, of.dropout if self.training else 0.0)
        return cast(Tensor, of.out_proj(attended.transpose(1, 2).flatten(2)))


class VideoEncoder(nn.Module):
    """Features (B, T, D) -> memory (B, T, H), each frame in the context of its video and of a global token."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.read, width = reader(config)
        self.standardize = Standardize(width) if config.standardize else nn.Identity()
        widths = [width] + [config.hidden] * config.input_layers
        self.input = nn.Sequential(
            *(
                InputBlock(widths[i], widths[i + 1], config.input_dropout, relu=i < config.input_layers - 1)
                for i in range(config.input_layers)
            )
        )
        self.global_token = nn.Parameter(torch.randn(config.hidden))
        self.global_position = nn.Parameter(torch.randn(config.hidden))
        self.layers = nn.ModuleList(EncoderLayer(config) for _ in range(config.encoder_layers))

    def forward(self, features: Tensor, position: Tensor, valid: Valid) -> Tensor:
        return self.relate(self.read(features, valid), position, valid)

    def relate(self, read: Tensor, position: Tensor, valid: Valid) -> Tensor:
        """What has been read of the features (B, T, ...), as `forward`."""
        batch = len(read)
        x = torch.cat([self.global_token.expand(batch, 1, -1), self.input(self.standardize(read))], 1)
        position = torch.cat([self.global_position.expand(batch, 1, -1), position], 1)
        padding = None if valid is None or valid.all() else ~F.pad(valid, (1, 0), value=True)
        for layer in self.layers:
            x = layer(x, position, padding)
        return x[:, 1:]
