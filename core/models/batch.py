"""What goes into a model when it is trained: a few videos of similar length, padded, with several score curves each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core import limits
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


def smooth(logits: Tensor, picks: float) -> Tensor:
    """Logits (..., T) averaged over neighbours with a Gaussian of this standard deviation in picks; 0 changes nothing.

    People judge shots of about two seconds; what differs from pick to pick within them is noise.
    """
    if picks <= 0:
        return logits
    reach = math.ceil(4 * picks)
    offsets = torch.arange(-reach, reach + 1, device=logits.device, dtype=logits.dtype)
    kernel = torch.exp(-0.5 * (offsets / picks) ** 2)
    flat = logits.reshape(-1, 1, logits.shape[-1])
    padded = F.pad(flat, (reach, reach), mode="replicate")
    return F.conv1d(padded, (kernel / kernel.sum())[None, None]).reshape(logits.shape)


def check_features(features: Tensor, width: int) -> None:
    """Raise InputError unless features are (T, width), T in 2..`limits.PICKS_PER_VIDEO`, and finite."""
    if features.dim() != 2 or features.shape[1] != width:
        raise InputError(f"Features of shape {tuple(features.shape)} do not fit a model that takes (picks, {width}).")
    if len(features) < 2:
        raise InputError("A video of fewer than two picks cannot be scored.", "Sample it more densely.")
    if len(features) > limits.PICKS_PER_VIDEO:
        raise InputError(
            f"A video of more than {limits.PICKS_PER_VIDEO:,} picks cannot be scored; this one has {len(features):,}.",
            "Sample it more sparsely.",
        )
    if not bool(torch.isfinite(features).all()):
        raise InputError("The features contain NaN or infinite values.", "Extract them again.")
