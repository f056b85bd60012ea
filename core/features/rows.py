"""Rows that come a few at a time, as one table."""

from __future__ import annotations

import numpy as np

# Rows that lie together. One by one between what a network computes with, they keep its memory from being used again.
TOGETHER = 1024


class Rows:
    """A table that grows."""

    def __init__(self) -> None:
        self._blocks: list[np.ndarray] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, rows: np.ndarray) -> None:
        """Further (B, D) rows, of one D and one type."""
        for row in rows:
            at = self._count % TOGETHER
            if at == 0:
                self._blocks.append(np.empty((TOGETHER, *row.shape), row.dtype))
            self._blocks[-1][at] = row
            self._count += 1

    def table(self) -> np.ndarray:
        """(T, D), all of them. Raises ValueError where there are none."""
        return np.concatenate(self._blocks)[: self._count]
