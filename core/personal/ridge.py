"""A person's curve as a linear function of what is shown: ridge regression on features and signals.

Each column of each block is centred within its video and divided by its spread over the labelled videos; each block
weighs as much as any other. With X of all judged picks, y centred within each video, and n of them:

    w = argmin |y - X w|^2 + lambda n |w|^2 = X' (X X' + lambda n I)^-1 y

lambda is the one whose predictions of each labelled video from the others are nearest (smallest squared error; closed
form: what is left of video v is N_vv^-1 a_v with N = (X X' + lambda n I)^-1 and a = N y). With a single labelled video
it is the middle one. Samples add noise with the variance of what was left, forgotten over `MEMORY` seconds.

Source: Hoerl and Kennard 1970; leaving a part out: Pahikkala et al. 2006.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.personal.content import Content, Labelled, block_rows
from core.personal.gaussian_process import thinned
from core.personal.way import PersonModel
from core.signals.content import forgetful

LAMBDAS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
MEMORY = 2.0  # seconds
SMOOTHING = 0.5  # seconds, as that of all curves (`core.signals.curves`)


@dataclass(frozen=True, eq=False)
class Ridge:
    """The way."""

    name: str = "ridge"
    label: str = "ridge on features and signals"

    def learn(self, videos: Sequence[Labelled]) -> LinearModel:
        """Raises InputError where fewer than two picks are judged."""
        videos = thinned([video for video in videos if video.judged.any()])
        if sum(int(video.judged.sum()) for video in videos) < 2:
            raise InputError("Fewer than two moments are judged, and nothing can be learned from them.")
        spreads = {name: _spread(videos, name) for name in videos[0].content.blocks}
        rows = [columns(video.content, spreads)[video.judged] for video in videos]
        said = [np.asarray(video.scores, np.float64)[video.judged] for video in videos]
        level = float(np.concatenate(said).mean())
        x = np.concatenate([one - one.mean(axis=0) for one in rows])
        y = np.concatenate([one - one.mean() for one in said])
        ends = np.cumsum([len(one) for one in said])
        parts = [slice(end - len(one), end) for end, one in zip(ends, said, strict=True)]
        values, vectors = np.linalg.eigh(x @ x.T)
        fits = [_left_out(values, vectors, y, parts, one * len(y)) for one in LAMBDAS]
        best = int(np.argmin([float(left @ left) for _, left in fits])) if len(parts) > 1 else len(LAMBDAS) // 2
        a, left = fits[best]
        return LinearModel(spreads, x.T @ a, level, float(np.sqrt(np.mean(left**2))), LAMBDAS[best])


@dataclass(frozen=True, eq=False)
class LinearModel(PersonModel):
    """What was learned.

    Attributes:
        spreads: (D,) by block, what its columns are divided by.
        weights: (D of all blocks,).
        level: of the person's scores.
        noise: standard deviation of what was left of videos that were left out.
        penalty: lambda.
    """

    spreads: Mapping[str, np.ndarray]
    weights: np.ndarray
    level: float
    noise: float
    penalty: float

    def mean(self, video: Content) -> np.ndarray:
        mean: np.ndarray = self.level + columns(video, self.spreads) @ self.weights
        return mean

    def samples(self, video: Content, n: int, seed: int) -> np.ndarray:
        mean = self.mean(video)
        white = [np.random.default_rng([seed, k]).standard_normal(len(mean)) for k in range(n)]
        return np.stack([mean + self.noise * forgetful(one, video.seconds, MEMORY) for one in white])


def columns(video: Content, spreads: Mapping[str, np.ndarray]) -> np.ndarray:
    """(T, D of all blocks), each block with a mean square of about 1 a row."""
    return np.concatenate(
        [block_rows(video, name, SMOOTHING) / (spread * len(spread) ** 0.5) for name, spread in spreads.items()], axis=1
    )


def _spread(videos: Sequence[Labelled], name: str) -> np.ndarray:
    """(D,) of the columns of a block, with a share of the average on top: what hardly changes is not blown up."""
    spread = np.concatenate([block_rows(video.content, name, SMOOTHING) for video in videos]).std(axis=0)
    return np.maximum(spread + 0.2 * spread.mean(), 1e-9)


def _left_out(
    values: np.ndarray, vectors: np.ndarray, y: np.ndarray, parts: Sequence[slice], penalty: float
) -> tuple[np.ndarray, np.ndarray]:
    """a, and what is left of each video when it is predicted from the others; what is left of a single one, of y."""
    inverse = (vectors / (np.maximum(values, 0) + penalty)) @ vectors.T
    a = inverse @ y
    if len(parts) == 1:
        return a, penalty * a
    return a, np.concatenate([np.linalg.solve(inverse[part, part], a[part]) for part in parts])
