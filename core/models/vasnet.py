"""VASNet: summarizing videos with attention (Fajtl et al., ACCV 2018 workshops)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.models.curve import CurveModel
from core.models.novelty import reader


@dataclass(frozen=True)
class VASNetConfig:
    """Shapes of the network; the paper has D = 1024 throughout.

    Attributes:
        feature_width: D, also the width of the attention and of the regressor.
        scale: of the query-key products (section 3.1).
        dropout: on the attention weights, after the residual and in the regressor.
        smoothing: of the predicted curve, in picks; 0 as published.
        by_columns: frames are weighted by the columns of the attention, as in the authors' program, not by its rows,
            as in eq. 3; released weights need it.
        unbiased_norm: norms divide by the unbiased deviation, as in the authors' program.
        novelty: 25 columns of how each pick stands in its video are read beside the features, see
            `core.models.novelty`.
    """

    feature_width: int
    scale: float = 0.06
    dropout: float = 0.5
    smoothing: float = 0.0
    by_columns: bool = False
    unbiased_norm: bool = False
    novelty: bool = False


class UnbiasedNorm(nn.LayerNorm):
    """Mean 0 and unbiased deviation 1 over the features; the deviation, not its square, is kept from 0."""

    def forward(self, x: Tensor) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        return self.weight * centred / (x.std(-1, keepdim=True) + 1e-6) + self.bias


class VASNet(CurveModel):
    """One self-attention over all frames, a residual, and a regressor of two layers."""

    def __init__(self, config: VASNetConfig) -> None:
        super().__init__()
        self.config = config
        self.read, width = reader(config)
        self.query, self.key, self.value, self.output = (nn.Linear(width, width, bias=False) for _ in range(4))
        norm = UnbiasedNorm if config.unbiased_norm else nn.LayerNorm
        self.norm1 = norm(width)
        self.linear1 = nn.Linear(width, width)
        self.norm2 = norm(width)
        self.linear2 = nn.Linear(width, 1)
        self.dropout = nn.Dropout(config.dropout)

    def logits(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        features = self.read(features, valid)
        products = self.config.scale * self.query(features) @ self.key(features).transpose(1, 2)  # eq. 1
        if valid is not None:
            products = products.masked_fill(~valid[:, None], -torch.inf)
        weights = self.dropout(products.softmax(-1))  # eq. 2
        if self.config.by_columns:
            weights = weights.transpose(1, 2) if valid is None else (weights * valid[..., None]).transpose(1, 2)
        attended = self.output(weights @ self.value(features))  # eq. 3
        x = self.norm1(self.dropout(attended + features))
        return self.linear2(self.norm2(self.dropout(self.linear1(x).relu()))).squeeze(-1)
