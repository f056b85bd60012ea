"""What summarizers share that give one score per pick and do not sample."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import torch
from torch import Tensor

from core.models.batch import Batch, check_features, masked_mse, preference_loss, smooth
from core.models.summarizer import Summarizer


class CurveModel(Summarizer):
    """Features -> one score curve. A subclass has `config` (with `feature_width` and `smoothing`) and `logits`."""

    samples: ClassVar[bool] = False

    @abstractmethod
    def logits(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        """Features (B, T, D), valid (B, T) bool or None for all -> (B, T) logits of the scores."""

    def forward(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        """Features (B, T, D) -> (B, T) scores in (0, 1)."""
        return self.logits(features, valid).sigmoid()

    def loss(self, batch: Batch) -> Tensor:
        """Mean squared error; several curves of one video pull towards their mean, which is all one curve can say."""
        logits = self.logits(batch.features, batch.valid)
        targets = torch.where(batch.judged, batch.targets, 0.5)
        loss = masked_mse(logits.sigmoid()[:, None], targets, batch.judged, batch.weights)
        if batch.preferences is None:
            return loss
        return loss + preference_loss(logits[batch.preferences.video], batch.preferences)

    @torch.inference_mode()
    def predict(self, features: Tensor, n: int = 1, seed: int = 0) -> Tensor:
        """Features (T, D) -> (1, T) float32 scores on the CPU. `n` and `seed` change nothing: it does not sample."""
        check_features(features, self.config.feature_width)
        device = next(self.parameters()).device
        logits = self.logits(features.to(device, torch.float32)[None])
        return smooth(logits, self.config.smoothing).sigmoid().cpu()
