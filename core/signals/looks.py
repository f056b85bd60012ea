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
# Pictures are the same view up to this share of the usual distance in the film.
SAME = 0.4
# A view is half as fresh once it has been on for this long; what was on longer ago than the memory is forgotten.
FRESH_SECONDS, MEMORY_SECONDS = 4.0, 20.0
# Earlier picks that each is compared with.
MOST_LAGS = 120


def unit_looks(features: np.ndarray) -> np.ndarray:
    """(T, D) float32 rows of unit length, so that distances do not depend on the space's scale; zeros stay."""
    return np.asarray(features, np.float32) / lengths(features)


def lengths(features: np.ndarray) -> np.ndarray:
    """(T, 1) float32 lengths of (T, D) rows; 1 where that is 0."""
    found = np.empty((len(features), 1), np.float32)
    for start in range(0, len(features), ROWS):  # the squares of a film of two hours at once would be 75 MB
        rows = np.asarray(features[start : start + ROWS], np.float32)
        found[start : start + ROWS] = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(found > 0, found, np.float32(1))


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


def usual_distance(looks: np.ndarray) -> float:
    """Median distance between pictures of the film, at least `LEAST_DISTANCE`."""
    return max(LEAST_DISTANCE, float(np.median([np.median(apart) for _, apart in distances(looks)])))


def freshness(looks: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """How fresh the view is at each pick: 1 / (1 + s / 4), s the seconds for which it has already been on.

    Seconds longer ago count less, by exp(-age / 20 s), and those of another view as much as that resembles this one.
    Without it, cuts would stay on the longest view that a signal likes.

    Args:
        looks: (T, D) from `unit_looks`.
        seconds: (T,) when the picks are shown.

    Returns:
        (T,) float64 in (0, 1], 1 where a view is new.
    """
    seen = np.zeros(len(looks))
    if len(looks) < 2:
        return 1 / (1 + seen)
    same, step = SAME * usual_distance(looks), float(np.median(np.diff(seconds)))
    reach = min(len(looks) - 1, int(np.ceil(3 * MEMORY_SECONDS / step)))
    stride = int(np.ceil(reach / MOST_LAGS))
    for lag in range(1, reach + 1, stride):
        apart = distance(np.einsum("td,td->t", looks[lag:], looks[:-lag]))
        age = seconds[lag:] - seconds[:-lag]
        seen[lag:] += stride * step * np.exp(-((apart / same) ** 2) - age / MEMORY_SECONDS)
    return 1 / (1 + seen / FRESH_SECONDS)
