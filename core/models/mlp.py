"""The MLP of the papers' tables: every frame alone, no context at all."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor, nn

from core.models.curve import CurveModel


@dataclass(frozen=True)
class MLPConfig:
    """Shapes of the baseline.

    Attributes:
        feature_width: D.
        hidden: width of the one hidden layer.
        dropout: before and after it.
        smoothing: of the predicted curve, in picks; 0 as published.
    """

    feature_width: int
    hidden: int = 1024
    dropout: float = 0.5
    smoothing: float = 0.0


class MLP(CurveModel):
    """LayerNorm, Linear, ReLU, Linear, sigmoid."""

    def __init__(self, config: MLPConfig) -> None:
        super().__init__()
        self.config = config
        self.layers = nn.Sequential(
            nn.LayerNorm(config.feature_width),
            nn.Dropout(config.dropout),
            nn.Linear(config.feature_width, config.hidden),
            nn.ReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.hidden, 1),
        )

    def logits(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        return self.layers(features).squeeze(-1)
