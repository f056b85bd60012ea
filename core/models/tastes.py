"""Tastes: several curves of a video, each a consistent liking, in closed form.

Whoever likes one moment likes moments that look alike. With m the mean curve of people (ridge regression on features
and novelty, `core.models.ridge`), person u says of a video, up to a level of their own,

    y_u(t) = m(t) + x(t)' w_u + s_u(t) + e_u(t)

    w_u ~ N(0, a I)      taste: x are the features at unit length, smoothed over some picks and centred within the
                         video, of mean squared length 1. No weights are learned: the content kernel is a x x'
    s_u ~ N(0, b S)      segments: S(t, t') = exp(-|c(t) - c(t')| / q), where the clock c adds up |x(t) - x(t - 1)|^2 in
                         units of their mean, so that it stands while nothing changes and runs through cuts
    e_u ~ N(0, c R)      time: R(t, t') = exp(-|t - t'| / r), t in picks

so that K = a X X' + b S + c R is the covariance of how people differ.

**Fitting.** The mean curve of a training video is not known either, but whatever it is, it drops out of

    d_u = (y_u - mean of the others) / sqrt(1 + 1 / number of the others)  ~  N(0, K)

and a, b, c, q, r are where  sum_u log p(d_u) = -1/2 sum_u (log |K| + d_u' K^-1 d_u)  is largest, over the picks that u
and somebody else judged; a level of large variance is added to K. The d_u of a video are not independent: where all U
people judged all of it, the sum is exactly U / (U - 1) times the restricted likelihood of K (Patterson and Thompson
1971), and so has the same maximum. Ascended by L-BFGS over logarithms. Where no video has two people nothing is known
of how people differ, and the model keeps what TVSum's people gave.

**Drawing.** s and e are what nobody can know before a person has spoken: drawn, they blur what a sample likes without
bringing it nearer to anybody. So by default the whole variance a + b + c, by which people differ, is drawn as content
(`noise` 0), and every sample is a taste that holds all through the video. With `noise` 1 samples follow the fitted law.
Deviations are added to the mean curve, and what comes within 0.05 of 0 or 1, or beyond, is pressed together so that
scores stay in (0, 1) and in their order. Samples come in antithetic pairs, w and -w: of two, one likes what the other
does not, and where nothing is pressed their mean is the mean curve (Hammersley and Morton 1956).

What one person wants is the same law given their labels: `core.personal.gaussian_process` has the posterior of w with
the kernel a x x' and e alone, over seconds instead of picks, its own mean in the place of m.

Sources: Rasmussen and Williams 2006, chapters 2 and 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from scipy.optimize import minimize
from torch import Tensor

from core.errors import InputError
from core.models.batch import Batch, check_features
from core.models.ridge import Ridge, RidgeConfig
from core.models.summarizer import ClosedForm, Judged
from core.signals.content import change_clock, content_rows, forgetful

# a, b, c, q, r of all fifty videos of TVSum.
USUAL = (0.0078, 0.0154, 0.0192, 6.0, 4.9)
# The fit starts there and stays within these: variances of scores in [0, 1], and lengths in changes and in picks.
LEAST, MOST = (1e-6, 1e-6, 1e-6, 1.0, 0.5), (1.0, 1.0, 1.0, 64.0, 64.0)
LEVEL, JITTER = 1.0, 1e-5  # variances: a level of one's own, and what keeps K apart from singular
# Of longer videos stretches of so many picks are taken, evenly spaced; of more videos every second, every third, ...
MOST_PICKS, STRETCH, MOST_VIDEOS = 256, 8, 64
STEPS = 60
# So near to 0 and 1 scores are pressed together, and no nearer than the least do they come.
EDGE, LEAST_SCORE = 0.05, 1e-7


@dataclass(frozen=True)
class TastesConfig:
    """What tastes are over.

    Attributes:
        feature_width: D.
        novelty: the mean is learned from the columns of `core.models.novelty` too.
        smoothing: of the mean curve, in picks.
        content_smoothing: of the features that tastes are over, in picks.
        noise: share of segments and time that is drawn as such, in [0, 1]; the rest of their variance is content.
    """

    feature_width: int
    novelty: bool = True
    smoothing: float = 4.0
    content_smoothing: float = 3.0
    noise: float = 0.0


class Tastes(ClosedForm):
    """Ridge regression, and a Gaussian process over content, segments and time."""

    samples: ClassVar[bool] = True
    named: ClassVar[bool] = True
    pairs: ClassVar[bool] = True
    law: Tensor

    def __init__(self, config: TastesConfig) -> None:
        super().__init__()
        if not 0 <= config.noise <= 1 or config.content_smoothing < 0:
            raise InputError(
                "Tastes need a share of noise in [0, 1] and smoothing of at least 0 picks, not "
                f"{config.noise} and {config.content_smoothing}."
            )
        self.config = config
        self.mean = Ridge(RidgeConfig(config.feature_width, config.novelty, config.smoothing))
        self.register_buffer("law", torch.tensor(USUAL, dtype=torch.float64))  # a, b, c, q, r

    def loss(self, batch: Batch) -> Tensor:
        """That of the mean curve."""
        return self.mean.loss(batch)

    def fit(self, videos: Sequence[Judged]) -> None:
        self.mean.fit(videos)
        step = -(-len(videos) // MOST_VIDEOS)
        parts = [part for video in videos[::step] for part in deviations(video, self.config.content_smoothing)]
        if parts:
            self.law.copy_(likeliest(parts))

    @torch.inference_mode()
    def predict(self, features: Tensor, n: int = 8, seed: int = 0) -> Tensor:
        """Features (T, D) -> (n, T) float32 scores on the CPU; sample k of a seed is the same whatever n is."""
        check_features(features, self.config.feature_width)
        if n < 1:
            raise InputError(f"At least one sample is needed, got {n}.")
        return self.around(self.mean.predict(features), self.draw(features.cpu().numpy(), n, seed))

    @staticmethod
    def around(mean: Tensor, deviations: np.ndarray) -> Tensor:
        """(N, T) float32 scores in (0, 1) that deviate by (N, T), in scores, from a mean curve (1, T)."""
        whole = mean.double() + torch.from_numpy(deviations)
        low, high = EDGE * torch.exp((whole - EDGE) / EDGE), 1 - EDGE * torch.exp((1 - EDGE - whole) / EDGE)
        pressed = torch.where(whole < EDGE, low, torch.where(whole > 1 - EDGE, high, whole))
        return pressed.clamp(LEAST_SCORE, 1 - LEAST_SCORE).float()

    def draw(self, features: np.ndarray, n: int, seed: int) -> np.ndarray:
        """(n, T) float64 by which samples of a video (T, D) deviate from its mean curve, each of mean 0."""
        count, width = features.shape
        pairs = range(-(-n // 2))
        white = np.stack([np.random.default_rng([seed, k]).standard_normal(width + 2 * count) for k in pairs])
        drawn = self.coloured(features, white)
        return np.stack([drawn, -drawn], axis=1).reshape(-1, count)[:n]

    def coloured(self, features: np.ndarray, white: np.ndarray) -> np.ndarray:
        """White noise (..., D + 2 T) as deviations (..., T) of the law, float64, each of mean 0."""
        return self.of_rows(content_rows(features, self.config.content_smoothing), white)

    def of_rows(self, rows: np.ndarray, white: np.ndarray, kept: float | None = None) -> np.ndarray:
        """`coloured`, from the content rows (T, D) of a video; `kept` instead of the configured share of noise."""
        a, b, c, reach, memory = self.law.tolist()
        kept = self.config.noise if kept is None else kept
        count, width = rows.shape
        drawn = np.sqrt(a + (1 - kept) * (b + c)) * (white[..., :width] @ rows.T)
        if kept > 0:
            segments = forgetful(white[..., width : width + count], change_clock(rows), reach)
            over_time = forgetful(white[..., width + count :], np.arange(count), memory)
            drawn += np.sqrt(kept * b) * segments + np.sqrt(kept * c) * over_time
        drawn -= drawn.mean(axis=-1, keepdims=True)
        return drawn


@dataclass(frozen=True, eq=False)
class Deviations:
    """How people differ who judged the same n picks of a video.

    Attributes:
        content: (n, n) X X'.
        changes, picks: (n,) the clocks that segments and time go by.
        curves: (n, U) d.
        weights: (U,) factors on their log densities.
    """

    content: Tensor
    changes: Tensor
    picks: Tensor
    curves: Tensor
    weights: Tensor

    def log_density(self, law: Tensor) -> Tensor:
        """() of the curves under the law (5,), up to a constant."""
        a, b, c, reach, memory = law
        apart = (self.changes[:, None] - self.changes).abs(), (self.picks[:, None] - self.picks).abs()
        covariance = a * self.content + b * torch.exp(-apart[0] / reach) + c * torch.exp(-apart[1] / memory)
        factor = torch.linalg.cholesky(covariance + LEVEL + JITTER * torch.eye(len(self.picks), dtype=law.dtype))
        white = torch.linalg.solve_triangular(factor, self.curves, upper=False)
        return -self.weights.sum() * factor.diagonal().log().sum() - 0.5 * (self.weights * white.square().sum(0)).sum()


def deviations(video: Judged, smoothing: float) -> Iterator[Deviations]:
    """How people differ in one video, by what they judged of it; nothing where fewer than two did."""
    rows = content_rows(video.features.cpu().numpy(), smoothing)
    changes, picks = change_clock(rows), np.arange(len(rows))
    step = -(-len(rows) // MOST_PICKS)
    taken = picks // STRETCH % step == 0
    curves = video.curves.cpu().double().numpy()
    weights = np.where(np.isnan(curves), 0, video.weights.cpu().double().numpy()[:, None])
    said = weights * np.nan_to_num(curves)
    others = weights.sum(0) - weights
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(1 + (np.square(weights).sum(0) - np.square(weights)) / others**2)
        apart = (curves - (said.sum(0) - said) / others) / spread
    known = (weights > 0) & (others > 1e-9) & taken
    for pattern in np.unique(known, axis=0):
        if pattern.sum() < 2:
            continue
        people = (known == pattern).all(axis=1)
        x = torch.from_numpy(rows[pattern])
        yield Deviations(
            x @ x.T,
            torch.from_numpy(changes[pattern]),
            torch.from_numpy(picks[pattern]).double(),
            torch.from_numpy(apart[people][:, pattern].T.copy()),
            video.weights.cpu().double()[torch.from_numpy(people)],
        )


def likeliest(parts: Sequence[Deviations]) -> Tensor:
    """(5,) the law under which these deviations are likeliest."""
    size = sum(float(part.weights.sum()) * len(part.picks) for part in parts)

    def cost(logs: np.ndarray) -> tuple[float, np.ndarray]:
        given = torch.tensor(logs, requires_grad=True)
        total = 0.0
        for part in parts:  # one after the other, so that one part's matrices are in memory at once
            one = -part.log_density(given.exp()) / size
            one.backward()
            total += float(one.detach())
        assert given.grad is not None
        return total, given.grad.numpy()

    bounds = list(zip(np.log(LEAST), np.log(MOST), strict=True))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # matrices this small gain nothing by more, and lose much where other programs run
    try:
        with torch.enable_grad():
            found = minimize(
                cost, np.log(USUAL), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": STEPS}
            )
    finally:
        torch.set_num_threads(threads)
    return torch.from_numpy(np.exp(found.x))
