"""The ablation of SummDiff's conditioning: no attention from scores to video."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn

from core.models.blocks import ALL, Denoiser, Layers, TimeEmbedding, Valid
from core.models.summdiff_config import SummDiffConfig


class AdditiveBlock(nn.Module):
    """Ablation of the conditioning: the frame's own memory is added to its score, then an MLP."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.norm = nn.LayerNorm(hidden)
        self.mlp = nn.Sequential(
            nn.Linear(hidden, config.feed_forward), nn.ReLU(), nn.Linear(config.feed_forward, hidden)
        )

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        return x + self.mlp(self.norm(x + condition))


class Additive(Denoiser):
    """Ablation of the paper's Table of components: no cross-attention, time, position and video are added up."""

    attends: ClassVar[bool] = False

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.time = TimeEmbedding(config.hidden, width=256)
        self.blocks: Layers[AdditiveBlock] = Layers(AdditiveBlock(config) for _ in range(2))

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> Tensor:
        return position + memory

    def at_step(self, of_video: Tensor, time: Tensor, videos: slice = ALL) -> Tensor:
        return (0.1 * time[:, None] + of_video[videos])[:, None]

    def forward(self, x: Tensor, shared: Tensor, valid: Valid, seen: Valid) -> Tensor:
        for block in self.blocks:
            x = block(x, shared)
        return x
