"""The numbers in a language model's answers as scores: the paper's baseline without a trained head."""

from __future__ import annotations

import re

import numpy as np

from core.data import ScoreTrack

KIND = "zero-shot"
# Stands in the place of a feature space where a model gives no hidden states, but read the captions alone.
NO_SPACE = "captions"


def zero_shot_track(judge: str, space: str, numbers: np.ndarray) -> ScoreTrack | None:
    """One curve of a language model's own numbers.

    Where an answer holds no number, the curve goes straight between the nearest answers that do; the settings say how
    many these are.

    Args:
        judge: id of the language model.
        space: of its hidden states, or `NO_SPACE`.
        numbers: (T,) float32 in [0, 1], NaN where the answer holds none.

    Returns:
        The track, or None where no answer holds a number.
    """
    known = np.flatnonzero(np.isfinite(numbers))
    if not len(known):
        return None
    curve = np.interp(np.arange(len(numbers)), known, numbers[known]).astype(np.float32)
    return ScoreTrack(
        model=f"Zero-shot ({judge})",
        kind=KIND,
        checkpoint=f"{KIND}-{re.sub(r'[^A-Za-z0-9._-]+', '-', judge)}",
        feature_space=space,
        scores=curve[None],
        settings={"answers": len(numbers), "without_number": len(numbers) - len(known)},
    )


def zero_shot_label(track: ScoreTrack) -> str:
    """What lists say of such a track: which numbers these are, and how many had to be filled in."""
    answers, missing = int(track.settings["answers"]), int(track.settings["without_number"])
    filled = f"; {missing} of {answers} answers held none and are interpolated" if missing else ""
    return f"{track.model}: the number in its answer, without a trained head{filled}"
