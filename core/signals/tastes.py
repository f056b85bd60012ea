"""Tastes without labels: curves whose deviations from *balanced* follow what is shown, as a part of people's do.

Whoever likes one moment likes moments that look alike. So a deviation is a linear function of the video's own
features, drawn at random (a Gaussian process with the kernel a X X' and smooth noise b); no weights are learned,
because none that carry over to other videos were found in people's labels. Of many draws those are kept that like
different moments, and that have a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.data import ScoreTrack
from core.data.timebase import Timebase
from core.signals.content import content_rows
from core.signals.curves import holding, smoothed, times
from core.signals.naming import distinguishing, favoured, name, name_by_time
from core.signals.traits import Trait

if TYPE_CHECKING:
    from core.segment.survey import Survey

KIND, MODEL, VERSION = "tastes", "Tastes, no labels", "tastes-v1"
SAMPLES = 6
# Tastes that are drawn to choose from.
DRAWS = 192
# Standard deviations of what a curve is made of, in those of the balanced curve: content has four fifths of the
# deviations' variance, so that a name can say what a taste likes. (Among people it has about a fifth.)
CONTENT, NOISE = 1.2, 0.6
# Features are smoothed by this, noise by that, in picks.
LOOKS_SMOOTHED, NOISE_SMOOTHED = 1.0, 2.0
# Standard deviations of a whole curve that become its range.
RANGE = 2.0
# Favoured moments that two tastes may share (Jaccard), and what a word in a name is worth that another has already.
MOST_SHARED, AGAIN = 1 / 3, 0.3


def draw_tastes(
    balanced: np.ndarray,
    features: np.ndarray,
    traits: Sequence[Trait],
    survey: Survey,
    timebase: Timebase,
    picks: np.ndarray,
    *,
    feature_space: str,
    n: int = SAMPLES,
    seed: int = 0,
) -> ScoreTrack:
    """Several tastes for a video, the same for the same seed.

    Args:
        balanced: (T,) in [0, 1].
        features: (T, D) at the picks, of any visual space.
        traits: that tastes are named by.
        survey: of the video; pictures that hold nothing are nobody's taste.
        timebase: of the video.
        picks: (T,) int64 frames.
        feature_space: id of the space of `features`.
        n: how many, at least 1; fewer come where so many that differ cannot be found, as in one picture.
        seed: of the draw.

    Returns:
        (N, T) scores with names of what each taste likes, the clearest first.
    """
    seconds = times(timebase, picks)
    holds = smoothed(holding(survey, picks), seconds)
    curves = kernel_curves(balanced, features, DRAWS, seed)
    scores = (0.5 + curves / (2 * RANGE)).clip(0, 1) * holds
    liked = favoured(scores)
    standouts = [distinguishing(moments, traits) for moments in liked]
    chosen: dict[str, int] = {}
    free = np.ones(len(scores), bool)
    while len(chosen) < n and free.any():
        best = max(np.flatnonzero(free), key=lambda k: (_clear(standouts[k], chosen), -k))
        called = name([word for word, _ in standouts[best]], chosen) or name_by_time(seconds[np.argmax(scores[best])])
        free[best] = False
        if called in chosen:
            continue
        chosen[called] = int(best)
        shared = (liked & liked[best]).sum(axis=1) / (liked | liked[best]).sum(axis=1)
        free &= shared <= MOST_SHARED
    return ScoreTrack(
        model=MODEL,
        kind=KIND,
        checkpoint=VERSION,
        feature_space=feature_space,
        scores=scores[list(chosen.values())].astype(np.float32),
        seed=seed,
        settings={"content": CONTENT, "noise": NOISE},
        names=tuple(chosen),
    )


def needs_no_labels(track: ScoreTrack) -> bool:
    """Whether a run is of these tastes, and not of a trained model of the same kind."""
    return track.kind == KIND and track.checkpoint == VERSION


def kernel_curves(balanced: np.ndarray, features: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Independent draws from the content kernel around the balanced curve.

    Args:
        balanced: (T,).
        features: (T, D) at the picks.
        n: how many.
        seed: of the draws.

    Returns:
        (n, T) float64, of mean 0, in standard deviations of the balanced curve.
    """
    generator = np.random.default_rng(seed)
    count, width = features.shape
    content = _standard((content_rows(features, LOOKS_SMOOTHED) @ generator.standard_normal((width, n))).T)
    noise = _standard(smoothed(generator.standard_normal((count, n)), np.arange(count), NOISE_SMOOTHED).T)
    return _standard(np.asarray(balanced)[None]) + CONTENT * content + NOISE * noise


def _standard(curves: np.ndarray) -> np.ndarray:
    """(N, T) curves of mean 0 and deviation 1; those that do not change are 0."""
    centred = np.asarray(curves, np.float64) - np.mean(curves, axis=1, keepdims=True)
    deviation = centred.std(axis=1, keepdims=True)
    return np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 1e-6)


def _clear(standouts: list[tuple[str, float]], chosen: dict[str, int]) -> float:
    """How clearly a taste can be named: by how much its two first words stand out, less where another has them."""
    said = " ".join(chosen).replace(",", "").split()
    return sum(apart * (AGAIN if word.split()[-1] in said else 1) for word, apart in standouts[:2])
