"""The denoiser of the SummDiff paper, section 3.2: cross-attention under AdaLN-Zero."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.models.blocks import ALL, Attention, Denoiser, Layers, TimeEmbedding, Valid, modulate, zeroed
from core.models.summdiff_config import SummDiffConfig


class DiTBlock(nn.Module):
    """Cross-attention from scores to video, then an MLP, both under AdaLN-Zero.

    The same shift and scale modulate the scores and the video.
    """

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.norm = nn.LayerNorm(hidden, elementwise_affine=False, eps=1e-6)
        self.cross_attn = Attention(hidden, config.heads, config.attention_dropout)
        self.mlp = nn.Sequential(
            nn.Linear(hidden, config.feed_forward), nn.ReLU(inplace=True), nn.Linear(config.feed_forward, hidden)
        )
        self.modulation = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(hidden, 6 * hidden)))  # AdaLN-Zero

    def shared(self, memory: Tensor, condition: Tensor) -> tuple[Tensor, ...]:
        """memory (B, T, H), normed, and condition (B or 1, T, H) -> six modulations (B, 1, T, H), keys and values."""
        modulations = self.modulation(condition)[:, None].chunk(6, -1)
        shift, scale = modulations[0][:, 0], modulations[1][:, 0]
        return *modulations, *self.cross_attn.keys_values(modulate(memory, shift, scale))

    def forward(self, x: Tensor, shared: tuple[Tensor, ...], valid: Valid) -> Tensor:
        """x (B, C, T, H) -> (B, C, T, H)."""
        shift, scale, gate, mlp_shift, mlp_scale, mlp_gate, *keys_values = shared
        query = modulate(self.norm(x), shift, scale)
        # Queries do not see each other, so the C curves of a video are one long row of queries to one memory.
        attended = self.cross_attn(query.flatten(1, 2), keys_values, valid).unflatten(1, x.shape[1:3])
        x = torch.addcmul(x, gate, attended)
        return torch.addcmul(x, mlp_gate, self.mlp(modulate(self.norm(x), mlp_shift, mlp_scale)))


class DiT(Denoiser):
    """The paper's denoiser: two cross-attention blocks; the condition is 0.1 * time embedding + position per frame.

    The final layer is modulated by 0.1 * time embedding alone.
    """

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.time = TimeEmbedding(hidden, width=256)
        self.blocks: Layers[DiTBlock] = Layers(DiTBlock(config) for _ in range(2))
        self.final_norm = nn.LayerNorm(hidden, elementwise_affine=False, eps=1e-6)
        self.final_modulation = nn.Sequential(nn.SiLU(), zeroed(nn.Linear(hidden, 2 * hidden)))
        self.final_linear = nn.Linear(hidden, hidden)

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> tuple[Tensor, Tensor]:
        return self.final_norm(memory), position  # none of the norms has weights: all are the same

    def at_step(self, of_video: tuple[Tensor, Tensor], time: Tensor, videos: slice = ALL) -> tuple:
        memory, position = of_video
        time = 0.1 * time[:, None]
        final = self.final_modulation(time)[:, None].chunk(2, -1)
        return position[:, None], [block.shared(memory[videos], time + position) for block in self.blocks], final

    def forward(self, x: Tensor, shared: tuple, valid: Valid, seen: Valid) -> Tensor:
        position, of_blocks, (shift, scale) = shared
        x = x + position
        for block, of_block in zip(self.blocks, of_blocks, strict=True):
            x = block(x, of_block, valid)
        return self.final_linear(modulate(self.final_norm(x), shift, scale))
