"""What goes into a model when it is trained: a few videos of similar length, padded, with several score curves each."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.errors import InputError


@dataclass(frozen=True, eq=False)
class Batch:
    """B videos with C score curves each, padded to T picks.

    Attributes:
        features: (B, T, D) float32, 0 where padded.
        valid: (B, T) bool, False where padded.
        targets: (B, C, T) float32 scores in [0, 1]; any finite value where not judged.
        judged: (B, C, T) bool, False where padded, not judged, or where a video has fewer than C curves.
    """

    features: Tensor
    valid: Tensor
    targets: Tensor
    judged: Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        return Batch(*(x.to(device) for x in (self.features, self.valid, self.targets, self.judged)))


def masked_mse(predicted: Tensor, targets: Tensor, judged: Tensor) -> Tensor:
    """Mean squared error over what was judged; every curve with anything judged weighs the same.

    Args:
        predicted: (B, C, T), or (B, 1, T) for models that say one thing to all people.
        targets: (B, C, T), finite.
        judged: (B, C, T) bool.
    """
    error = (predicted - targets).square() * judged
    count = judged.sum(-1)
    return (error.sum(-1) / count.clamp(min=1)).sum() / (count > 0).sum().clamp(min=1)


MAX_PICKS = 20_000  # close to three hours at two picks per second


def check_features(features: Tensor, width: int) -> None:
    """Raise InputError unless features are (T, width), T in 2..`MAX_PICKS`, and finite."""
    if features.dim() != 2 or features.shape[1] != width:
        raise InputError(f"Features of shape {tuple(features.shape)} do not fit a model that takes (picks, {width}).")
    if len(features) < 2:
        raise InputError("A video of fewer than two picks cannot be scored.", "Sample it more densely.")
    if len(features) > MAX_PICKS:
        raise InputError(
            f"A video of more than {MAX_PICKS:,} picks cannot be scored; this one has {len(features):,}.",
            "Sample it more sparsely.",
        )
    if not bool(torch.isfinite(features).all()):
        raise InputError("The features contain NaN or infinite values.", "Extract them again.")
