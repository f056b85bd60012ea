"""A denoiser for SummDiff that is not in the paper: the frames of a score curve see each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.models.blocks import ALL, Attention, Denoiser, Layers, TimeEmbedding, Valid, modulate, zeroed

if TYPE_CHECKING:
    from core.models.summdiff_config import SummDiffConfig


def window_means(x: Tensor, seen: Valid, window: int) -> tuple[Tensor, Tensor]:
    """Means over consecutive windows of the seen frames.

    Args:
        x: (B, T, H).
        seen: (B, T) bool or None for all.
        window: frames per mean; the last window may be shorter.

    Returns:
        (B, ceil(T / window), H) means and (B, ceil(T / window)) whether anything was seen in the window.
    """
    weight = torch.ones_like(x[..., :1]) if seen is None else seen[..., None].to(x.dtype)
    missing = -x.shape[1] % window
    sums, counts = (F.pad(y, (0, 0, 0, missing)).unflatten(1, (-1, window)).sum(2) for y in (x * weight, weight))
    return sums / counts.clamp(min=1), counts[..., 0] > 0


class JointBlock(nn.Module):
    """Attention from the frames of a score curve to the whole curve, then an MLP, both under AdaLN-Zero.

    Keys and values are means over `window` frames: the curve is smoother than its noise, and attention gets cheaper.
    """

    window = 4

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False, eps=1e-6)
        self.self_attn = Attention(hidden, config.heads)
        self.mlp = nn.Sequential(
            nn.Linear(hidden, config.feed_forward),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.feed_forward, hidden),
        )
        self.modulation = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(hidden, 6 * hidden)))

    def shared(self, condition: Tensor) -> tuple[Tensor, ...]:
        """condition (B, T, H) -> six modulations (B, 1, T, H)."""
        return self.modulation(condition)[:, None].chunk(6, -1)

    def forward(self, x: Tensor, shared: tuple[Tensor, ...], seen: Valid) -> Tensor:
        """x (B, C, T, H), seen (B, C, T) -> (B, C, T, H)."""
        shift, scale, gate, mlp_shift, mlp_scale, mlp_gate = shared
        query = modulate(self.norm(x), shift, scale).flatten(0, 1)
        keys, attend = window_means(query, None if seen is None else seen.flatten(0, 1), self.window)
        attended = self.self_attn(query, self.self_attn.keys_values(keys), attend).view_as(x)
        x = torch.addcmul(x, gate, attended)
        return torch.addcmul(x, mlp_gate, self.mlp(modulate(self.norm(x), mlp_shift, mlp_scale)))


class Joint(Denoiser):
    """Every token is one frame with its noised score and its own memory; tokens attend to each other.

    DiT predicts each frame's score from that frame's noised score and the video (latentmlp: from its neighbours'
    too). Frames then decide independently, and "either the first event or the last, never both" cannot be sampled:
    every sample has about half of each.
    """

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.time = TimeEmbedding(hidden, width=256)
        self.context = nn.Linear(hidden, hidden)
        self.blocks: Layers[JointBlock] = Layers(JointBlock(config) for _ in range(config.decoder_layers))

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> tuple:
        return memory, (position + self.context(memory))[:, None]

    def at_step(self, of_video: tuple, time: Tensor, videos: slice = ALL) -> tuple:
        memory, place = of_video
        condition = time[:, None] + memory[videos]
        return place[videos], [block.shared(condition) for block in self.blocks]

    def forward(self, x: Tensor, shared: tuple, valid: Valid, seen: Valid) -> Tensor:
        place, of_blocks = shared
        x = x + place
        for block, of_block in zip(self.blocks, of_blocks, strict=True):
            x = block(x, of_block, seen)
        return x
