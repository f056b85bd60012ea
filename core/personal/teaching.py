"""Which video somebody should label next: the one from which most would be learned of all the others.

With the posterior covariance C_v of a person's curve on each video v (see `gaussian_process`), labelling video u leaves
on v what the posterior after u has: no label is needed to know how much, only where one would look. What u teaches is

    sum over v of trace(C_v) - trace(C_v after u)        over all candidates v, u itself among them

so a video counts that is unlike what is labelled already (a large C_u) and like what is not (it tells much of others).
Before anything is labelled, the prior stands for the posterior: the most typical video comes first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.linalg import cholesky, solve_triangular

from core.personal.content import Content, Labelled
from core.personal.gaussian_process import Kernel, block_scales, rows_of, thinned, white_rows

# Picks of each video that are looked at, evenly spaced.
MOST_PICKS = 60


def teaches(candidates: Sequence[Content], labelled: Sequence[Content], kernel: Kernel | None = None) -> np.ndarray:
    """How much labelling each candidate would teach of all of them.

    Args:
        candidates: at least one.
        labelled: what the person has labelled already; of no candidate.
        kernel: by which; None for the usual one.

    Returns:
        (candidates,) float64 shares in [0, 1] of what is not known yet.
    """
    kernel = kernel or Kernel()
    known = [_labels(video) for video in labelled]
    asked = [_labels(video) for video in candidates]
    everything = thinned([*known, *asked])
    scales = block_scales(everything, kernel)
    white = [white_rows(one, rows_of(one.content, kernel.smoothing, scales), kernel.memory)[0] for one in everything]
    looked_at = [
        rows_of(one.content, kernel.smoothing, scales)[one.judged, :-1] for one in everything[len(known) :]
    ]  # without the level
    picks = np.concatenate(looked_at)
    level_free = [rows[:, :-1] for rows in white]
    before = np.concatenate(level_free[: len(known)]) if known else np.zeros((0, picks.shape[1]))
    factor = cholesky(np.eye(len(before)) + before @ before.T, lower=True) if known else np.zeros((0, 0))
    seen = solve_triangular(factor, before @ picks.T, lower=True) if known else np.zeros((0, len(picks)))
    unknown = float(np.square(picks).sum() - np.square(seen).sum())
    gains = []
    for rows in level_free[len(known) :]:
        between = solve_triangular(factor, before @ rows.T, lower=True) if known else np.zeros((0, len(rows)))
        corner = cholesky(np.eye(len(rows)) + rows @ rows.T - between.T @ between, lower=True)
        told = solve_triangular(corner, rows @ picks.T - between.T @ seen, lower=True)
        gains.append(float(np.square(told).sum()))
    return np.clip(np.array(gains) / max(unknown, 1e-12), 0, 1)


def _labels(content: Content) -> Labelled:
    """As if somebody had labelled evenly spaced picks of it; what they say does not matter."""
    scores = np.full(len(content.seconds), np.nan)
    count = min(MOST_PICKS, len(scores))
    scores[np.linspace(0, len(scores) - 1, count).round().astype(int)] = 0.0
    return Labelled(content, scores)
