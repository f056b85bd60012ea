"""Ridge regression on features and novelty: what a straight line through people's means knows (Hoerl and Kennard 1970).

With x_t the feature of pick t at unit length less the video's mean, all divided by their common spread, and beside it
the columns of `core.models.novelty`; and y_t people's mean score, of mean 0 and deviation 1 within the video:

    w = argmin  mean over videos of mean_t (y_t - x_t' w)^2  +  penalty |w|^2
    logit of the score = level + spread * x_t' w

Only what tells moments of one video apart is learned: that one video is rated higher than another is not to be seen in
its features. The penalty is the one under which videos that are left out are predicted best, in five parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.errors import InputError
from core.models.batch import smooth
from core.models.curve import CurveModel
from core.models.novelty import COLUMNS, novelty_columns, unit
from core.models.summarizer import ClosedForm, Judged

PENALTIES = tuple(10 ** (power / 2) for power in range(-4, 5))  # relative to columns of deviation 1
USUAL = 1.0  # where one video is all there is
PARTS = 5
EVEN = 1e-4  # a mean curve that varies less is no curve


@dataclass(frozen=True)
class RidgeConfig:
    """What the line is through.

    Attributes:
        feature_width: D.
        novelty: the columns of `core.models.novelty` are read beside the features.
        smoothing: of the predicted curve, in picks.
    """

    feature_width: int
    novelty: bool = True
    smoothing: float = 4.0


class Ridge(CurveModel, ClosedForm):
    """One weight for each feature and column."""

    size: Tensor
    level: Tensor
    spread: Tensor

    def __init__(self, config: RidgeConfig) -> None:
        super().__init__()
        self.config = config
        width = config.feature_width + (COLUMNS if config.novelty else 0)
        self.weight = nn.Parameter(torch.zeros(width), requires_grad=False)
        self.register_buffer("size", torch.ones(()))  # common spread of the features
        self.register_buffer("level", torch.zeros(()))
        self.register_buffer("spread", torch.zeros(()))

    def rows(self, features: Tensor) -> Tensor:
        """Features (T, D) of one video -> (T, W) what is weighed."""
        looks = unit(features.float())
        looks = (looks - looks.mean(0)) / self.size
        return torch.cat([looks, novelty_columns(features)], 1) if self.config.novelty else looks

    def logits(self, features: Tensor, valid: Tensor | None = None) -> Tensor:
        counts = [features.shape[1]] * len(features) if valid is None else valid.sum(1).tolist()
        found = features.new_zeros(features.shape[:2], dtype=torch.float32)
        for row, (video, count) in enumerate(zip(features, counts, strict=True)):
            found[row, :count] = self.level + self.spread * (self.rows(video[:count]) @ self.weight)
        return found

    @torch.no_grad()
    def fit(self, videos: Sequence[Judged]) -> None:
        device = self.weight.device
        looks = [unit(video.features.to(device).float()) for video in videos]
        variance = torch.stack([(one - one.mean(0)).square().mean() for one in looks]).mean()
        self.size.copy_(variance.sqrt().clamp(min=1e-6))
        examples = [one for video in videos if (one := self._example(video, device)) is not None]
        if not examples:
            raise InputError("People's mean is the same at all moments of these videos.", "Add labels that differ.")
        grams = torch.stack([rows.T @ rows / len(rows) for rows, _ in examples])
        products = torch.stack([rows.T @ wanted / len(rows) for rows, wanted in examples])
        penalty = self._penalty(examples, grams, products)
        self.weight.copy_(_solved(grams.mean(0), products.mean(0), penalty))
        self._scale(videos)

    def _example(self, video: Judged, device: torch.device) -> tuple[Tensor, Tensor] | None:
        """Rows (n, W) and standardized means (n,) of the judged picks, float64; None where nothing can be learned."""
        mean = _mean(video).to(device).double()
        judged = ~mean.isnan()
        wanted = mean[judged]
        if len(wanted) < 2 or wanted.std(correction=0) < EVEN:
            return None
        wanted = (wanted - wanted.mean()) / wanted.std(correction=0)
        return self.rows(video.features.to(device))[judged].double(), wanted

    def _penalty(self, examples: Sequence[tuple[Tensor, Tensor]], grams: Tensor, products: Tensor) -> float:
        """The penalty whose curves of left out videos correlate best with people's means."""
        if len(examples) < 2:
            return USUAL
        found = torch.zeros(len(PENALTIES))
        for part in range(min(PARTS, len(examples))):
            out = list(range(part, len(examples), PARTS))
            kept = torch.ones(len(examples), dtype=torch.bool)
            kept[out] = False
            values, vectors = torch.linalg.eigh(grams[kept].mean(0))
            turned = vectors.T @ products[kept].mean(0)
            for place, penalty in enumerate(PENALTIES):
                weight = vectors @ (turned / (values.clamp(min=0) + penalty))
                for video in out:
                    rows, wanted = examples[video]
                    found[place] += _correlation(smooth(rows @ weight, self.config.smoothing), wanted)
        return PENALTIES[int(found.argmax())]

    def _scale(self, videos: Sequence[Judged]) -> None:
        """Level and spread of people's means, in logits."""
        means = [(mean := _mean(video))[~mean.isnan()] for video in videos]
        level = torch.stack([one.mean() for one in means if len(one)]).mean().clamp(0.05, 0.95)
        spread = torch.stack([one.std(correction=0) for one in means if len(one)]).mean()
        self.level.copy_(level.logit())
        self.spread.copy_(spread / (level * (1 - level)))


def _mean(video: Judged) -> Tensor:
    """(T,) weighted mean over people, NaN where nobody judged."""
    judged = ~video.curves.isnan()
    weights = judged * video.weights[:, None]
    return (video.curves.nan_to_num() * weights).sum(0) / weights.sum(0)


def _solved(gram: Tensor, product: Tensor, penalty: float) -> Tensor:
    return torch.linalg.solve(gram + penalty * torch.eye(len(gram), dtype=gram.dtype, device=gram.device), product)


def _correlation(a: Tensor, b: Tensor) -> Tensor:
    a, b = a - a.mean(), b - b.mean()
    return (a * b).sum() / (a.norm() * b.norm()).clamp(min=1e-9)
