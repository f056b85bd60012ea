"""How alike the pictures of a video look, from its features in any visual space, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

# Picks that every other is compared with, evenly spaced: a film of two hours has 14,400.
MOST_REFERENCES = 1000
# Picks that are compared at a time.
ROWS = 1024
# Distances of unit vectors below this are noise of a picture that stays the same.
LEAST_DISTANCE = 0.05


def unit_looks(features: np.ndarray) -> np.ndarray:
    """(T, D) float32 rows of unit length, so that distances do not depend on the space's scale; zeros stay."""
    rows = np.asarray(features, np.float32)
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(norms > 0, norms, 1)


def distances(looks: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
    """Distances of every pick to at most `MOST_REFERENCES` that are evenly spaced over the video.

    Args:
        looks: (T, D) from `unit_looks`.

    Yields:
        which picks, and (rows, R) float32 distances in [0, 2].
    """
    count = min(len(looks), MOST_REFERENCES)
    references = looks[np.linspace(0, len(looks) - 1, count).round().astype(np.int64)]
    for start in range(0, len(looks), ROWS):
        rows = slice(start, min(start + ROWS, len(looks)))
        yield rows, distance(looks[rows] @ references.T)


def distance(cosine: np.ndarray) -> np.ndarray:
    """Distance of unit vectors from their cosine."""
    return np.sqrt(np.maximum(2 - 2 * cosine, 0))
