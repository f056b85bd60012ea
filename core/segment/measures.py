"""What pictures show, in a few numbers: how bright, how sharp, and how much stands on how plain a ground."""

from __future__ import annotations

import cv2
import numpy as np

# The share of edges that `Survey.edge` is of.
STRONGEST = 0.01
# Luma levels around the most frequent that are its ground; and that are of one colour with it.
GROUND_LEVELS, PLAIN_LEVELS = 10, 2
# What is thinner, in pixels of the measured pictures, is a stroke of a text, or of a logo.
TEXT_STROKE, LOGO_STROKE = 9, 17
# Pixels at the left and the right that texts and logos keep clear.
MARGIN = 8

LEVELS = np.arange(256.0)


def measures(luma: np.ndarray) -> dict[str, np.ndarray]:
    """Those measures of a `Survey` that need one frame alone; several frames at a time, which takes fewer calls.

    Args:
        luma: (N, h, w) uint8.

    Returns:
        (N,) float64 by name.
    """
    across, down = cv2.absdiff(luma[:, :, 1:], luma[:, :, :-1]), cv2.absdiff(luma[:, 1:], luma[:, :-1])
    shares, beside, below = _shares_of_levels(luma), _shares_of_levels(across), _shares_of_levels(down)
    light = shares @ LEVELS
    level = _together(shares, PLAIN_LEVELS).argmax(axis=1)  # noise spreads one colour over several levels
    apart = np.abs(LEVELS - level[:, None])
    ground, plain = apart <= GROUND_LEVELS, apart <= PLAIN_LEVELS
    other = [cv2.LUT(one, table) for one, table in zip(luma, np.where(ground, np.uint8(0), np.uint8(255)), strict=True)]
    return {
        "light": light / 255,
        "spread": np.sqrt(np.maximum(shares @ LEVELS**2 - light**2, 0)) / 255,
        "sharpness": (beside @ LEVELS + below @ LEVELS) / 2 / 255,
        "edge": np.maximum(_strongest(beside), _strongest(below)) / 255,
        "ground": (shares * ground).sum(axis=1),
        "plain": (shares * plain).sum(axis=1),
        "solid": _solid(other, TEXT_STROKE),
        "bulk": _solid(other, LOGO_STROKE),
    }


def _shares_of_levels(pictures: np.ndarray) -> np.ndarray:
    """(N, 256) float64 share of each of (N, h, w) uint8 pictures that has a level."""
    counts = (cv2.calcHist((one,), (0,), None, (256,), (0, 256)).ravel() for one in pictures)
    return np.array(list(counts), np.float64) / pictures[0].size


def _together(shares: np.ndarray, levels: int) -> np.ndarray:
    """(N, 256) share of each picture whose level is within some of one."""
    below = np.cumsum(np.pad(shares, [(0, 0), (levels + 1, levels)]), axis=1)
    return below[:, 2 * levels + 1 :] - below[:, : -2 * levels - 1]


def _strongest(edges: np.ndarray) -> np.ndarray:
    """(N,) the strength that `STRONGEST` of the edges are above, from the shares of their strengths."""
    return (np.cumsum(edges, axis=1) < 1 - STRONGEST).sum(axis=1)


def _solid(masks: list[np.ndarray], stroke: int) -> np.ndarray:
    """(N,) share of each picture that a mask of 0 and 255 covers without strokes, except those in the margins."""
    # All in one picture, far enough apart that none sees another: what lies outside of one takes nothing from it.
    apart = stroke // 2
    height, width = masks[0].shape
    whole = np.full((len(masks), height + 2 * apart, width), 255, np.uint8)
    inner = whole[:, apart : apart + height]
    inner[:] = masks
    square = np.ones((stroke, stroke), np.uint8)
    eroded = cv2.erode(whole.reshape(-1, width), square).reshape(whole.shape)
    eroded[:, :apart] = eroded[:, apart + height :] = 0
    opened = cv2.dilate(eroded.reshape(-1, width), square).reshape(whole.shape)[:, apart : apart + height]
    for solid, mask in zip(opened, masks, strict=True):
        solid[:, :MARGIN], solid[:, -MARGIN:] = mask[:, :MARGIN], mask[:, -MARGIN:]
    return np.array([cv2.countNonZero(solid) / mask.size for solid, mask in zip(opened, masks, strict=True)])
