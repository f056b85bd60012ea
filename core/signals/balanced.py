"""Balanced: moments that have something of everything."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from core.signals.curves import stretched


def balanced(curves: Mapping[str, np.ndarray]) -> np.ndarray:
    """The mean of all signals, each weighted alike, stretched over the video.

    Means of the curves, not of their ranks: a signal that hardly changes in this video hardly decides.

    Args:
        curves: (T,) in [0, 1] by name, at least one.

    Returns:
        (T,) float32 in [0, 1].
    """
    return stretched(np.stack(list(curves.values())).mean(axis=0, dtype=np.float64), least=0.2).astype(np.float32)
