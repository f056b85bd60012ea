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
LEFT_OUT = 40  # videos of each part, at most, by which the penalty is chosen
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
        if not videos:
            raise InputError("There are no scores to fit to, only preferences.", "Train another kind of model.")
        device, width = self.weight.device, len(self.weight)
        variances = [float(unit(video.features.float()).var(0, correction=0).mean()) for video in videos]
        self.size.fill_(max(sum(variances) / len(videos), 1e-12) ** 0.5)
        # Sums by part, so that their size does not depend on how many videos there are.
        grams = torch.zeros(PARTS, width, width, dtype=torch.float64, device=device)
        products = torch.zeros(PARTS, width, dtype=torch.float64, device=device)
        taught: list[Judged] = []
        for video in videos:
            if (example := self._example(video, device)) is None:
                continue
            rows, wanted = example
            grams[len(taught) % PARTS] += rows.T @ rows / len(rows)
            products[len(taught) % PARTS] += rows.T @ wanted / len(rows)
            taught.append(video)
        if not taught:
            raise InputError("People's mean is the same at all moments of these videos.", "Add labels that differ.")
        penalty = self._penalty(taught, grams, products)
        self.weight.copy_(_solved(grams.sum(0) / len(taught), products.sum(0) / len(taught), penalty))
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

    def _penalty(self, videos: Sequence[Judged], grams: Tensor, products: Tensor) -> float:
        """The penalty whose curves of left out videos correlate best with people's means."""
        if len(videos) < 2:
            return USUAL
        found = torch.zeros(len(PENALTIES), dtype=torch.float64)
        asked = -(-len(videos) // (PARTS * LEFT_OUT))  # of more videos than are needed every second, every third, ...
        for part in range(min(PARTS, len(videos))):
            kept = len(videos) - len(range(part, len(videos), PARTS))
            values, vectors = torch.linalg.eigh((grams.sum(0) - grams[part]) / kept)
            turned = vectors.T @ ((products.sum(0) - products[part]) / kept)
            weights = torch.stack([vectors @ (turned / (values.clamp(min=0) + penalty)) for penalty in PENALTIES], 1)
            for video in videos[part :: PARTS * asked]:
                example = self._example(video, self.weight.device)
                assert example is not None
                rows, wanted = example
                curves = smooth((rows @ weights).T, self.config.smoothing)
                found += torch.stack([_correlation(curve, wanted) for curve in curves]).cpu()
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
