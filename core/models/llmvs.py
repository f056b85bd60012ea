"""LLMVS: video summarization with large language models (Lee et al., CVPR 2025), the part that is trained.

Steps 1 and 2 of the paper (describe every frame, let a language model judge it within its window of captions) end in
hidden states of query and answer tokens. This file is step 3: pool them, let the frames see each other, score them.
The same head takes caption features of other spaces; every checkpoint says which one it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models.curve import CurveModel
from core.models.novelty import reader


@dataclass(frozen=True)
class LLMVSConfig:
    """Shapes of the head; the published ones by default.

    Attributes:
        feature_width: W, 5120 for Llama-2-13B.
        hidden: M, a multiple of 16.
        heads: attention heads.
        layers: Transformer layers.
        feed_forward: their inner width.
        dropout: in them.
        smoothing: of the predicted curve, in picks; 0 as published.
        xavier: all matrices begin as Glorot and Bengio's, as in the release; otherwise as PyTorch's layers do.
        novelty: 25 columns of how each pick stands in its video are read beside the features, see
            `core.models.novelty`.
    """

    feature_width: int
    hidden: int = 2048
    heads: int = 2
    layers: int = 3
    feed_forward: int = 2048
    dropout: float = 0.1
    smoothing: float = 0.0
    xavier: bool = False
    novelty: bool = False


def pool_states(query: Tensor, answer: Tensor) -> Tensor:
    """Section 3.3: x_t = max over the tokens of concat(q_t, a_t).

    Args:
        query: (T, Lq, W) hidden states of the query tokens.
        answer: (T, La, W) hidden states of the answer tokens.

    Returns:
        (T, W) float32.
    """
    return torch.cat([query, answer], 1).float().amax(1)


class LLMVSHead(CurveModel):
    """Caption features (T, W) -> one score per pick."""

    def __init__(self, config: LLMVSConfig) -> None:
        super().__init__()
        self.config = config
        m = config.hidden
        self.read, width = reader(config)
        self.reduce = nn.Linear(width, m)
        self.norm = nn.LayerNorm(m)
        layer = nn.TransformerEncoderLayer(m, config.heads, config.feed_forward, config.dropout, batch_first=True)
        self.aggregator = nn.TransformerEncoder(layer, config.layers, enable_nested_tensor=False)
        self.mlp = nn.Sequential(
            nn.Linear(m, m // 2),
            nn.LayerNorm(m // 2),
            nn.ReLU(),
            nn.Linear(m // 2, m // 4),
            nn.ReLU(),
            nn.Linear(m // 4, m // 8),
            nn.LayerNorm(m // 8),
            nn.ReLU(),
            nn.Linear(m // 8, m // 16),
            nn.ReLU(),
            nn.Linear(m // 16, 1),
        )
        if config.xavier:
            for weight in self.parameters():
                if weight.dim() > 1:
                    nn.init.xavier_uniform_(weight)

    def logits(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        padding = None if valid is None or bool(valid.all()) else ~valid
        x = self.aggregator(self.norm(self.reduce(self.read(features, valid))), src_key_padding_mask=padding)
        return self.mlp(x).squeeze(-1)
