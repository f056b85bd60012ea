"""What a picture shows, in a few numbers: how bright, how sharp, and how much stands on how plain a ground."""

from __future__ import annotations

import cv2
import numpy as np

# The share of edges that `Survey.edge` is of.
STRONGEST = 0.01
# Luma levels around the most frequent that are its ground; and that are of one colour with it.
GROUND_LEVELS, PLAIN_LEVELS = 10, 2
# Neighbouring levels that count together: noise spreads one colour over several.
TOGETHER = np.ones(2 * PLAIN_LEVELS + 1)
# What is thinner, in pixels of the measured pictures, is a stroke of a text, or of a logo.
TEXT_STROKE, LOGO_STROKE = np.ones((9, 9), np.uint8), np.ones((17, 17), np.uint8)
# Pixels at the left and the right that texts and logos keep clear.
MARGIN = 8


def measures(luma: np.ndarray) -> dict[str, float]:
    """Those measures of a `Survey` that need one frame alone, from its (108, 192) uint8 luma."""
    mean, deviation = cv2.meanStdDev(luma)
    across, down = cv2.absdiff(luma[:, 1:], luma[:, :-1]), cv2.absdiff(luma[1:], luma[:-1])
    counts = _histogram(luma)
    level = int(np.convolve(counts, TOGETHER, "same").argmax())
    ground = _around(level, GROUND_LEVELS)
    other = cv2.bitwise_not(cv2.inRange(luma, ground.start, ground.stop - 1))
    return {
        "light": mean[0, 0] / 255,
        "spread": deviation[0, 0] / 255,
        "sharpness": (cv2.sumElems(across)[0] / across.size + cv2.sumElems(down)[0] / down.size) / 2 / 255,
        "edge": max(_strongest(across), _strongest(down)) / 255,
        "ground": float(counts[ground].sum()) / luma.size,
        "plain": float(counts[_around(level, PLAIN_LEVELS)].sum()) / luma.size,
        "solid": _solid(other, TEXT_STROKE),
        "bulk": _solid(other, LOGO_STROKE),
    }


def _histogram(values: np.ndarray) -> np.ndarray:
    return cv2.calcHist([values], [0], None, [256], [0, 256]).ravel()


def _strongest(edges: np.ndarray) -> int:
    """The strength that `STRONGEST` of uint8 edges are above."""
    return int(_histogram(edges).cumsum().searchsorted((1 - STRONGEST) * edges.size))


def _around(level: int, levels: int) -> slice:
    """The levels within some of one."""
    return slice(max(0, level - levels), min(255, level + levels) + 1)


def _solid(mask: np.ndarray, stroke: np.ndarray) -> float:
    """Share of a picture that a mask covers without strokes, except those in the margins."""
    solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, stroke)
    solid[:, :MARGIN], solid[:, -MARGIN:] = mask[:, :MARGIN], mask[:, -MARGIN:]
    return cv2.countNonZero(solid) / mask.size
