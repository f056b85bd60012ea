"""Which windows of captions have to be encoded or judged again after corrections.

A window is what an encoder or a language model sees of a pick: its caption and those `reach` picks around it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from core.features.text import windows_with


def edited_windows(picks: np.ndarray, edited: Collection[int], reach: int) -> list[int]:
    """The windows that hold a corrected caption.

    Args:
        picks: (T,) int64 frames with captions.
        edited: the frames whose captions were corrected.
        reach: picks before and after that a window holds.
    """
    changed = [pick for pick, frame in enumerate(picks.tolist()) if frame in edited]
    return windows_with(changed, len(picks), reach)


def changed_windows(before: Sequence[str] | None, now: Sequence[str], reach: int) -> list[int]:
    """The windows that hold another caption than before; all of them where others stood there, or nothing did."""
    if before is None or len(before) != len(now):
        return list(range(len(now)))
    changed = [pick for pick, (old, new) in enumerate(zip(before, now, strict=True)) if old != new]
    return windows_with(changed, len(now), reach)
