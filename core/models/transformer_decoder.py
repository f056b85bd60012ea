"""The denoiser that the release of SummDiff calls Transformer_dec."""

from __future__ import annotations

from torch import Tensor, nn

from core.models.blocks import ALL, Attention, Denoiser, Layers, TimeEmbedding, Valid
from core.models.summdiff_config import SummDiffConfig


class DecoderLayer(nn.Module):
    """Layer of `TransformerDecoder`: cross-attention from scores to video, then a PReLU MLP, both post-norm."""

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        hidden = config.hidden
        self.cross_attn = Attention(hidden, config.heads, config.attention_dropout)
        self.norm1 = nn.LayerNorm(hidden)
        self.linear1 = nn.Linear(hidden, config.feed_forward)
        self.linear2 = nn.Linear(config.feed_forward, hidden)
        self.norm2 = nn.LayerNorm(hidden)
        self.activation = nn.PReLU()
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, keys_values: tuple[Tensor, Tensor], position: Tensor | None, valid: Valid) -> Tensor:
        """x (B, C, T, H), keys and values of the video, position (B, T, H) or None -> (B, C, T, H)."""
        shift = None if position is None else position.repeat(1, x.shape[1], 1)
        attended = self.cross_attn(x.flatten(1, 2), keys_values, valid, shift).unflatten(1, x.shape[1:3])
        x = self.norm1(x + self.dropout(attended))
        inner = self.linear2(self.dropout(self.activation(self.linear1(x))))
        return self.norm2(x + self.dropout(inner))


class TransformerDecoder(Denoiser):
    """The release's DETR-like denoiser without self-attention; 0.1 * time embedding is added to the scores once.

    Positions are added to the projected queries of the first layer only.
    """

    def __init__(self, config: SummDiffConfig) -> None:
        super().__init__()
        self.time = TimeEmbedding(config.hidden, width=256)
        self.blocks: Layers[DecoderLayer] = Layers(DecoderLayer(config) for _ in range(config.decoder_layers))

    def of_video(self, memory: Tensor, position: Tensor, valid: Valid) -> tuple:
        return position, [block.cross_attn.keys_values(memory) for block in self.blocks]

    def at_step(self, of_video: tuple, time: Tensor, videos: slice = ALL) -> tuple:
        position, of_blocks = of_video
        time = 0.1 * time[:, None, None]
        return time, position, [(keys[videos], values[videos]) for keys, values in of_blocks]

    def forward(self, x: Tensor, shared: tuple, valid: Valid, seen: Valid) -> Tensor:
        time, position, of_blocks = shared
        x = x + time
        for i, (block, keys_values) in enumerate(zip(self.blocks, of_blocks, strict=True)):
            x = block(x, keys_values, position if i == 0 else None, valid)
        return x
