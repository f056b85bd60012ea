"""Segments of a cut: checked, and joined where they touch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data import Cut
from core.errors import InputError

Segments = Cut | np.ndarray | Sequence[Sequence[int]]


def checked_segments(cut: Segments, n_frames: int) -> np.ndarray:
    """The segments of a cut, or explicit ones, when they make sense.

    Args:
        cut: a cut, or (k, 2) half-open frame intervals.
        n_frames: frames of the video.

    Returns:
        (k, 2) int64, k at least 1, ascending, neither empty nor overlapping, within the video.

    Raises:
        InputError: there is nothing in the cut, or its segments are not like that.
    """
    given = np.asarray(cut.segments if isinstance(cut, Cut) else cut)
    if given.size == 0:
        why = f": {cut.note}" if isinstance(cut, Cut) and cut.note else ", it holds no frame"
        raise InputError(f"The cut is empty{why}.", "Choose a larger budget or another segmentation.")
    if given.ndim != 2 or given.shape[1] != 2 or not np.issubdtype(given.dtype, np.integer):
        raise InputError("Segments are pairs of whole frame numbers: [[start, end], ...], end exclusive.")
    segments = given.astype(np.int64)
    if np.any(segments[:, 0] >= segments[:, 1]) or np.any(segments[1:, 0] < segments[:-1, 1]):
        raise InputError("Segments must ascend without overlapping, and each must end after it starts.")
    if segments[0, 0] < 0 or segments[-1, 1] > n_frames:
        raise InputError(f"The segments leave the {n_frames} frames of the video.")
    return segments


def joined(segments: np.ndarray) -> np.ndarray:
    """(j, 2): the same frames with touching segments made one."""
    starts = np.append(True, segments[1:, 0] > segments[:-1, 1])
    ends = np.append(starts[1:], True)
    return np.stack([segments[starts, 0], segments[ends, 1]], axis=1)
