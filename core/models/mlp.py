"""The MLP of the papers' tables: every frame alone, no context at all."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from core.models.curve import CurveModel
from core.models.novelty import reader


@dataclass(frozen=True)
class MLPConfig:
    """Shapes of the baseline.

    Attributes:
        feature_width: D.
        hidden: width of the one hidden layer.
        dropout: before and after it.
        smoothing: of the predicted curve, in picks; 0 as published.
        novelty: 25 columns of how each pick stands in its video are read beside the features, see
            `core.models.novelty`.
    """

    feature_width: int
    hidden: int = 1024
    dropout: float = 0.5
    smoothing: float = 0.0
    novelty: bool = False


class MLP(CurveModel):
    """LayerNorm, Linear, ReLU, Linear, sigmoid."""

    def __init__(self, config: MLPConfig) -> None:
        super().__init__()
        self.config = config
        self.read, width = reader(config)
        self.layers = nn.Sequential(
            nn.LayerNorm(width),
            nn.Dropout(config.dropout),
            nn.Linear(width, config.hidden),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, 1),
        )

    def logits(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.layers(self.read(features, valid)).squeeze(-1)
