"""What goes into a model when it is trained: a few videos of similar length, padded, with several score curves each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from core import limits
from core.errors import InputError

ALIKE = 0.75  # videos of at least this share of the longest one's length are padded to it


@dataclass(frozen=True, eq=False)
class Preferences:
    """P preferences between two cuts of a video.

    Attributes:
        video: (P,) int64, which of the batch's videos.
        better, worse: (P, T) float32 in [0, 1], how much of each pick either shows; 0 where padded.
        weights: (P,) float32 factors whose products with the single losses add up.
    """

    video: Tensor
    better: Tensor
    worse: Tensor
    weights: Tensor

    def to(self, device: torch.device) -> Preferences:
        """The same on another device."""
        return Preferences(
            self.video.to(device), self.better.to(device), self.worse.to(device), self.weights.to(device)
        )


@dataclass(frozen=True, eq=False)
class Batch:
    """B videos with C score curves each, padded to T picks.

    Attributes:
        features: (B, T, D) float32, 0 where padded.
        valid: (B, T) bool, False where padded.
        targets: (B, C, T) float32 scores in [0, 1]; any finite value where not judged.
        judged: (B, C, T) bool, False where padded, not judged, or where a video has fewer than C curves.
        weights: (B, C) float32 factors whose products with the curves' losses add up; None for the mean over curves.
        preferences: between cuts of these videos; None for none.
        people: (B, C) int64 numbers of those whom the model tells apart, -1 for others; None where it tells nobody.
    """

    features: Tensor
    valid: Tensor
    targets: Tensor
    judged: Tensor
    weights: Tensor | None = None
    preferences: Preferences | None = None
    people: Tensor | None = None

    def to(self, device: torch.device) -> Batch:
        """The same batch on another device."""
        return Batch(
            self.features.to(device),
            self.valid.to(device),
            self.targets.to(device),
            self.judged.to(device),
            None if self.weights is None else self.weights.to(device),
            None if self.preferences is None else self.preferences.to(device),
            None if self.people is None else self.people.to(device),
        )

    def parts(self) -> list[Batch]:
        """The same videos as several batches of about the same length, whose losses add up to the loss of this one.

        A video of a tenth of the length of another then costs a tenth, and a hundredth where attention is stored.
        """
        lengths = self.valid.sum(1)
        order = lengths.argsort(descending=True, stable=True)
        groups: list[list[int]] = []
        for video in order.tolist():
            if not groups or lengths[video] < ALIKE * lengths[groups[-1][0]]:
                groups.append([])
            groups[-1].append(video)
        return self._parts(groups)

    def shards(self, count: int) -> list[Batch]:
        """The same videos dealt to `count` batches, or one each where there are fewer; their losses add up to its own.

        Each gets longer and shorter ones alike.
        """
        order = self.valid.sum(1).argsort(descending=True, stable=True).tolist()
        return self._parts([order[start::count] for start in range(min(count, len(order)))])

    def _parts(self, groups: list[list[int]]) -> list[Batch]:
        """A batch for each group of videos, the longest first."""
        if len(groups) == 1:
            return [self]
        weights = self.weights
        if weights is None:
            there = self.judged.any(-1)
            weights = there.float() / there.sum().clamp(min=1)
        lengths, device = self.valid.sum(1), self.valid.device
        return [self._part(torch.tensor(one, device=device), weights, int(lengths[one[0]])) for one in groups]

    def _part(self, rows: Tensor, weights: Tensor, length: int) -> Batch:
        preferences = None
        if self.preferences is not None:
            at = (self.preferences.video[:, None] == rows).nonzero()
            said = at[:, 0]
            if len(said):
                preferences = Preferences(
                    at[:, 1],
                    self.preferences.better[said, :length],
                    self.preferences.worse[said, :length],
                    self.preferences.weights[said],
                )
        return Batch(
            self.features[rows, :length],
            self.valid[rows, :length],
            self.targets[rows, :, :length],
            self.judged[rows, :, :length],
            weights[rows],
            preferences,
            None if self.people is None else self.people[rows],
        )


def masked_mse(predicted: Tensor, targets: Tensor, judged: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean squared error over what was judged.

    Args:
        predicted: (B, C, T), or (B, 1, T) for models that say one thing to all people.
        targets: (B, C, T), finite.
        judged: (B, C, T) bool.
        weights: (B, C) factors on the curves' errors, which are added up; None for the mean over all curves with
            anything judged.
    """
    error = (predicted - targets).square() * judged
    count = judged.sum(-1)
    of_curves = error.sum(-1) / count.clamp(min=1)
    if weights is not None:
        return (of_curves * weights).sum()
    return of_curves.sum() / (count > 0).sum().clamp(min=1)


def preference_loss(logits: Tensor, preferences: Preferences) -> Tensor:
    """Minus the log probability of people's preferences, that of one being sigmoid(worth of one - worth of the other).

    What a cut is worth is the mean of the model's logits over what it shows (Bradley and Terry, 1952).

    Args:
        logits: (P, T) of the scores of each preference's video.
        preferences: P.
    """

    def worth(shown: Tensor) -> Tensor:
        return (logits * shown).sum(-1) / shown.sum(-1)

    margin = worth(preferences.better) - worth(preferences.worse)
    return (F.softplus(-margin) * preferences.weights).sum()


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
