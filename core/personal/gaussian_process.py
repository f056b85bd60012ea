"""A person's curve as a Gaussian process over what is shown: whoever likes one moment likes moments that look alike.

With x_v(t) the rows of video v, smoothed over s seconds and centred within the video:

    y_v(t) = m + x_v(t)' w + e_v(t)                      the curve that the person draws
    w ~ N(0, b I)                                        no weights are learned: the content kernel is b x x'
    x = [sqrt(g / K / mean |x_k|^2) x_k  of K blocks]    each block (a feature space, the signals) has the same share
    cov(e_v(t), e_v(t')) = b exp(-|t - t'| / r)          what is only this video's, and forgotten in r seconds
    m ~ N(0, b LEVEL^2)

The noise is an Ornstein-Uhlenbeck process, so that its Cholesky factor is a difference of neighbours: with
q_i = exp(-(t_i - t_(i-1)) / r) the rows z_i -> (z_i - q_i z_(i-1)) / sqrt(1 - q_i^2) have white noise, whatever
picks were judged. With X and y made white like that,

    M = I + X X' = L L',    a = M^-1 y,    b = y' a / n
    mean of a new video     x X' a
    covariance              b (x x' - x X' M^-1 X x')  [+ the noise]
    log p(y)                -1/2 (n log 2 pi b + n + log |M| + sum log(1 - q^2))

s, r and g are those under which every labelled video is likeliest given the others (leaving one out; closed form: with
N = M^-1, what is left of video v is N_vv^-1 a_v, with the covariance b N_vv^-1), found coordinate by coordinate. The
likelihood of all labels at once, log p(y), is taken for a single video only: moments of one video resemble one another
more than those of two, and it would believe too much. One more video adds rows to L; nothing is computed again. Samples
by Matheron's rule: w and e are drawn from the prior, and X' M^-1 (y - what was drawn of y) is added to w.

Sources: Rasmussen and Williams 2006, eq. 2.23 to 2.30, 5.8 and 5.12; Wilson et al. 2020, eq. 9 (Matheron's rule).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular
from scipy.linalg.lapack import dpotri

from core.errors import InputError
from core.personal.content import Content, Labelled, block_rows
from core.personal.way import PersonModel
from core.signals.content import forgetful

LEVEL = 10.0  # standard deviation of a person's level, in those of the noise: as good as unknown
SMOOTHINGS = (0.5, 1.0, 2.0)  # seconds
MEMORIES = (1.0, 2.0, 4.0)  # seconds
SHARES = (0.3, 1.0, 3.0, 10.0, 30.0)
SWEEPS = 2
# Judged picks that are used at most, evenly thinned out: their number cubed is the time that learning takes.
MOST_ROWS = 2400


@dataclass(frozen=True)
class Kernel:
    """How alike two moments are.

    Attributes:
        smoothing: s, seconds.
        memory: r, seconds.
        share: g, variance of what follows content, in that of the noise, where moments are as far apart as usual.
    """

    smoothing: float = 1.0
    memory: float = 1.0
    share: float = 10.0


@dataclass(frozen=True, eq=False)
class GaussianProcess:
    """The way: the kernel is chosen by the labels unless it is given."""

    kernel: Kernel | None = None
    name: str = "gaussian-process"
    label: str = "Gaussian process"

    def learn(self, videos: Sequence[Labelled]) -> Posterior:
        """The posterior given these labels. Raises InputError where fewer than two picks are judged."""
        videos = thinned([video for video in videos if video.judged.any()])
        if sum(int(video.judged.sum()) for video in videos) < 2:
            raise InputError("Fewer than two moments are judged, and nothing can be learned from them.")
        return posterior(videos, self.kernel or likeliest(videos))


@dataclass(frozen=True, eq=False)
class Posterior(PersonModel):
    """What is known of a person after some videos.

    Attributes:
        kernel: by which.
        scales: of each block, sqrt(g / K / mean |x_k|^2).
        rows: (n, D) X, white.
        said: (n,) y, white.
        factor: (n, n) L, lower.
        stretch: sum log(1 - q^2).
        weights: (D,) X' a.
        noise: b.
    """

    kernel: Kernel
    scales: Mapping[str, float]
    rows: np.ndarray
    said: np.ndarray
    factor: np.ndarray
    stretch: float
    weights: np.ndarray = field(init=False)
    noise: float = field(init=False)

    def __post_init__(self) -> None:
        a = cho_solve((self.factor, True), self.said)
        object.__setattr__(self, "weights", self.rows.T @ a)
        object.__setattr__(self, "noise", float(self.said @ a) / len(self.said))

    @property
    def evidence(self) -> float:
        """log p(y)."""
        n = len(self.said)
        log_determinant = 2 * np.log(np.diag(self.factor)).sum() + self.stretch
        return float(-0.5 * (n * np.log(2 * np.pi * max(self.noise, 1e-12)) + n + log_determinant))

    def mean(self, video: Content) -> np.ndarray:
        mean: np.ndarray = self._rows_of(video) @ self.weights
        return mean

    def covariance(self, video: Content) -> np.ndarray:
        """(T, T) of what is expected of the curve, without the noise: what more labels would tell."""
        rows = self._rows_of(video)
        known = solve_triangular(self.factor, self.rows @ rows.T, lower=True)
        covariance: np.ndarray = self.noise * (rows @ rows.T - known.T @ known)
        return covariance

    def samples(self, video: Content, n: int, seed: int) -> np.ndarray:
        rows = self._rows_of(video)
        drawn = []
        for k in range(n):
            random = np.random.default_rng([seed, k])
            w, noise = random.standard_normal(self.rows.shape[1]), random.standard_normal(len(self.said))
            # Of y in units of sqrt(b), so that what is drawn has the noise's scale.
            missed = self.said / max(self.noise, 1e-12) ** 0.5 - self.rows @ w - noise
            w += self.rows.T @ cho_solve((self.factor, True), missed)
            own = forgetful(random.standard_normal(len(rows)), video.seconds, self.kernel.memory)
            drawn.append(self.noise**0.5 * (rows @ w + own))
        return np.stack(drawn)

    def with_video(self, video: Labelled) -> Posterior:
        """What is known after one more video, by the same kernel."""
        rows, said, stretch = self._white(video)
        between = solve_triangular(self.factor, self.rows @ rows.T, lower=True)
        corner = cholesky(np.eye(len(rows)) + rows @ rows.T - between.T @ between, lower=True)
        before, more = self.factor.shape[0], len(rows)
        factor = np.zeros((before + more, before + more))
        factor[:before, :before], factor[before:, :before], factor[before:, before:] = self.factor, between.T, corner
        return replace(
            self,
            rows=np.concatenate([self.rows, rows]),
            said=np.concatenate([self.said, said]),
            factor=factor,
            stretch=self.stretch + stretch,
        )

    def _rows_of(self, video: Content) -> np.ndarray:
        return rows_of(video, self.kernel.smoothing, self.scales)

    def _white(self, video: Labelled) -> tuple[np.ndarray, np.ndarray, float]:
        return white_rows(video, self._rows_of(video.content), self.kernel.memory)


def posterior(videos: Sequence[Labelled], kernel: Kernel) -> Posterior:
    """Given these labels, by this kernel."""
    scales = block_scales(videos, kernel)
    white = [white_rows(v, rows_of(v.content, kernel.smoothing, scales), kernel.memory) for v in videos]
    rows = np.concatenate([one for one, _, _ in white])
    said = np.concatenate([one for _, one, _ in white])
    factor = cholesky(np.eye(len(rows)) + rows @ rows.T, lower=True)
    return Posterior(kernel, scales, rows, said, factor, sum(one for _, _, one in white))


def likeliest(videos: Sequence[Labelled]) -> Kernel:
    """The kernel under which each of these videos is likeliest given the others, coordinate by coordinate."""
    grams: dict[tuple[float, float], _White] = {}

    def likelihood(kernel: Kernel) -> float:
        place = (kernel.smoothing, kernel.memory)
        if place not in grams:
            grams[place] = _White.of(videos, *place)
        return grams[place].likelihood(kernel.share)

    known = {(best := Kernel()): likelihood(best)}
    for name, values in [("share", SHARES), ("smoothing", SMOOTHINGS), ("memory", MEMORIES)] * SWEEPS:
        tried = [replace(best, **{name: value}) for value in values]
        known |= {one: likelihood(one) for one in tried if one not in known}
        best = max(tried, key=known.__getitem__)
    return best


def thinned(videos: Sequence[Labelled]) -> list[Labelled]:
    """The videos with as many judged picks as can be computed with: every second, every third, ..."""
    step = -(-sum(int(video.judged.sum()) for video in videos) // MOST_ROWS)
    if step <= 1:
        return list(videos)
    kept = []
    for video in videos:
        scores = np.full(len(video.scores), np.nan)
        places = np.flatnonzero(video.judged)[::step]
        scores[places] = video.scores[places]
        kept.append(Labelled(video.content, scores))
    return kept


def block_scales(videos: Sequence[Labelled], kernel: Kernel) -> dict[str, float]:
    """sqrt(g / K / mean |x_k|^2) by block, the mean over the picks of these videos; 0 where all show the same."""
    names = list(videos[0].content.blocks)
    scales = {}
    for name in names:
        rows = np.concatenate([block_rows(video.content, name, kernel.smoothing) for video in videos])
        norm = float(np.square(rows).sum(axis=1).mean())
        scales[name] = (kernel.share / len(names) / norm) ** 0.5 if norm > 1e-9 else 0.0
    return scales


def rows_of(video: Content, smoothing: float, scales: Mapping[str, float]) -> np.ndarray:
    """(T, D) rows x of a video, and a last column for the level."""
    blocks = [scale * block_rows(video, name, smoothing) for name, scale in scales.items()]
    return np.concatenate([*blocks, np.full((len(video.seconds), 1), LEVEL)], axis=1)


def white_rows(video: Labelled, rows: np.ndarray, memory: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Rows and scores of the judged picks whose noise is white, and sum log(1 - q^2) of what that stretched them by."""
    judged = video.judged
    seconds = video.content.seconds[judged]
    both = np.concatenate([rows[judged], np.asarray(video.scores, np.float64)[judged, None]], axis=1)
    q = np.exp(-np.diff(seconds) / memory)[:, None]
    white = both.copy()
    white[1:] = (both[1:] - q * both[:-1]) / np.sqrt(1 - q**2)
    return white[:, :-1], white[:, -1], float(np.log(1 - q**2).sum())


@dataclass(frozen=True, eq=False)
class _White:
    """What the likelihood of all shares needs: X X' at share 1 and of the level alone, y, and whose rows they are."""

    gram: np.ndarray
    level: np.ndarray
    said: np.ndarray
    stretch: float
    parts: list[slice]

    @classmethod
    def of(cls, videos: Sequence[Labelled], smoothing: float, memory: float) -> _White:
        scales = block_scales(videos, Kernel(smoothing, memory, 1.0))
        white = [white_rows(v, rows_of(v.content, smoothing, scales), memory) for v in videos]
        rows = np.concatenate([one for one, _, _ in white])
        ends = np.cumsum([len(one) for one, _, _ in white])
        return cls(
            gram=rows[:, :-1] @ rows[:, :-1].T,
            level=np.outer(rows[:, -1], rows[:, -1]),
            said=np.concatenate([one for _, one, _ in white]),
            stretch=sum(one for _, _, one in white),
            parts=[slice(end - len(one), end) for end, (one, _, _) in zip(ends, white, strict=True)],
        )

    def likelihood(self, share: float) -> float:
        """log density of each video given the others, summed; of a single one, without others."""
        n = len(self.said)
        matrix = np.eye(n) + share * self.gram + self.level
        factor = cholesky(matrix, lower=True, overwrite_a=True, check_finite=False)
        a = cho_solve((factor, True), self.said, check_finite=False)
        noise = max(float(self.said @ a) / n, 1e-12)
        if len(self.parts) == 1:
            return float(-0.5 * (n * np.log(noise) + 2 * np.log(np.diag(factor)).sum() + self.stretch))
        inverse, _ = dpotri(factor, lower=1)  # its lower triangle
        total = -0.5 * (n * np.log(noise) + self.stretch)
        for part in self.parts:
            own = cholesky(inverse[part, part], lower=True, check_finite=False)  # reads the lower triangle alone
            left = cho_solve((own, True), a[part], check_finite=False)
            total += np.log(np.diag(own)).sum() - 0.5 * float(a[part] @ left) / noise
        return float(total)
