"""Half-open intervals of frames, as shots, cuts and empty parts are given."""

from __future__ import annotations

import numpy as np


def are_intervals(bounds: np.ndarray, end: int | None = None) -> bool:
    """Whether these are (k, 2) whole frames of intervals that ascend without overlapping, none of them empty.

    Args:
        bounds: of the intervals; k may be 0.
        end: also that they lie within that many frames.
    """
    if bounds.ndim != 2 or bounds.shape[1] != 2 or bounds.dtype.kind not in "iu":
        return False
    if not len(bounds):
        return True
    edges = bounds.ravel()
    ascending = bool(np.all(edges[1::2] > edges[::2]) and np.all(edges[2::2] >= edges[1:-1:2]))
    return ascending and bool(edges[0] >= 0) and (end is None or bool(edges[-1] <= end))
