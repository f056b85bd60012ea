"""The space `colour-motion-v1`, which needs no weights.

`colour-motion-v1` describes what a moment looks like (colours and where they are, light, texture), how it
moves, and how it differs from the rest of its own video. The same pictures always give the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np

from core.data import space_ids
from core.errors import InputError
from core.features.rows import Rows
from core.features.space import FeatureSpace, Moment


def colour_motion(moments: Iterable[Moment]) -> np.ndarray:
    """The space `colour-motion-v1`: colour, light, texture and motion of each moment, without any weights.

    Each block has a fixed gain, chosen on a mixed set of videos such that rows of unrelated moments are about 1
    apart and no block drowns the others: KTS finds cuts at its published penalty, distances mean something.

        colours   20  histogram: 12 hues, 8 greys; square roots, so that distances are Hellinger distances
        layout    36  mean L, a, b and deviation of L in a 3x3 grid
        light     12  brightness percentiles, saturation, contrast, shares of dark, bright and vivid pixels
        texture   45  edge directions in a 2x2 grid, edge energy in a 3x3 grid, energy at 4 scales
        motion    47  optical flow: speed and change in a 3x3 grid, direction, pan, zoom, rotation, where it is
        relative  16  eight signals against the rest of their own video: as deviation, and around the moment

    Args:
        moments: one per pick, in order.

    Returns:
        (T, 176) float32.

    Raises:
        InputError: there are no moments.
    """
    rows, signals = Rows(), Rows()
    for moment in moments:
        row, signal = _describe(moment)
        rows.add(row[None])
        signals.add(signal[None])
    return _with_relative(rows, signals)


def dense_colour_motion(moments: Iterable[Moment], picks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`colour_motion` of all moments, and of some as if the others had not been there, in one pass.

    Args:
        moments: N of them, in order.
        picks: (T,) ascending indices into them.

    Returns:
        (N, 176) and (T, 176) float32.

    Raises:
        InputError: there are no moments.
    """
    rows, signals, chosen, chosen_rows, chosen_signals = Rows(), Rows(), set(picks.tolist()), Rows(), Rows()
    for index, moment in enumerate(moments):
        row, signal = _describe(moment)
        rows.add(row[None].astype(np.float32))  # a film has hundreds of thousands of frames
        signals.add(signal[None])
        if index in chosen:
            chosen_rows.add(row[None])
            chosen_signals.add(signal[None])
    return _with_relative(rows, signals), _with_relative(chosen_rows, chosen_signals)


def _with_relative(rows: Rows, signals: Rows) -> np.ndarray:
    """(T, 176) float32 from what `_describe` gives for each moment."""
    if not len(rows):
        raise InputError("There are no pictures to make features from.")
    described = rows.table()
    relative = _relative(signals.table(), described)
    return np.hstack([described.astype(np.float32), relative.astype(np.float32)])


def _describe(moment: Moment) -> tuple[np.ndarray, np.ndarray]:
    """The blocks of one moment that need no other, (160,), and its signals for the relative block, (6,)."""
    grey = cv2.cvtColor(moment.picture, cv2.COLOR_RGB2GRAY)
    # A quarter of the pixels is plenty for colours, and averages sensor and compression noise away.
    height, width = grey.shape
    reduced = cv2.resize(moment.picture, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(reduced, cv2.COLOR_RGB2HSV).astype(np.float32)
    hue, saturation, value = hsv[..., 0] / 180, hsv[..., 1] / 255, hsv[..., 2] / 255
    light = _light(saturation, value)
    texture = _texture(grey)
    motion = _motion(moment)
    row = [0.70 * _colours(hue, saturation, value), 0.25 * _layout(reduced), 0.42 * light]
    row += [0.42 * texture, 0.20 * motion]
    signal = np.array([light[2], light[7], light[5], texture[32:41].mean(), motion[:9].mean(), motion[9:18].mean()])
    return np.concatenate(row), signal


def _colours(hue: np.ndarray, saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(20,) square roots of the shares of 12 hues and 8 greys; each pixel counts as hue as far as it has colour."""
    colour = saturation * value
    hues = _soft_histogram(hue * 12, colour, 12, wraps=True)
    greys = _soft_histogram(value * 7, 1 - colour, 8, wraps=False)
    return np.sqrt(np.concatenate([hues, greys]) / hue.size)


def _soft_histogram(position: np.ndarray, weight: np.ndarray, bins: int, wraps: bool) -> np.ndarray:
    """(bins,) weights, each shared by the two bins around its position, so that small shifts change little."""
    lower = position.astype(np.int64)
    share = (position - lower) * weight
    upper = lower + 1
    if wraps:
        lower, upper = lower % bins, upper % bins
    else:
        upper = np.minimum(upper, bins - 1)
    count = np.bincount(lower.ravel(), (weight - share).ravel(), bins)
    return count + np.bincount(upper.ravel(), share.ravel(), bins)


def _layout(picture: np.ndarray) -> np.ndarray:
    """(36,) mean L, a, b and deviation of L in each cell of a 3x3 grid."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2Lab).astype(np.float32)
    mean = _grid(lab, 3)
    deviation = np.sqrt(np.maximum(_grid(lab[..., 0] ** 2, 3) - mean[..., 0] ** 2, 0))
    colour = (mean - 128) * np.array([1 / 128, 1 / 48, 1 / 48])
    return np.concatenate([colour.ravel(), deviation.ravel() / 64])


def _light(saturation: np.ndarray, value: np.ndarray) -> np.ndarray:
    """(12,) five percentiles of brightness, mean and deviation of brightness and saturation, three shares."""
    percentiles = np.percentile(value, [5, 25, 50, 75, 95])
    vivid = saturation * value
    spread = [value.std(), value.mean(), saturation.mean(), saturation.std()]
    shares = [(value < 0.12).mean(), (value > 0.9).mean(), (vivid > 0.5).mean()]
    return np.concatenate([percentiles, spread, shares])


def _texture(grey: np.ndarray) -> np.ndarray:
    """(45,) edge directions in a 2x2 grid (8 each), edge energy in a 3x3 grid, energy at 4 scales."""
    dx = cv2.Sobel(grey, cv2.CV_32F, 1, 0, scale=1 / 255)
    dy = cv2.Sobel(grey, cv2.CV_32F, 0, 1, scale=1 / 255)
    strength, angle = cv2.cartToPolar(dx, dy)
    # Directions without sign: a dark line on light ground is a light line on dark ground.
    sector = (angle * (8 / np.pi)).astype(np.int64) % 8
    directions = []
    for rows in np.array_split(np.arange(grey.shape[0]), 2):
        for columns in np.array_split(np.arange(grey.shape[1]), 2):
            cell = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            directions.append(np.bincount(sector[cell].ravel(), strength[cell].ravel(), 8) / strength[cell].size)
    scales, level = [], grey
    for _ in range(4):
        below = cv2.pyrDown(level)
        detail = cv2.absdiff(level, cv2.pyrUp(below, dstsize=level.shape[1::-1]))
        scales.append(detail.mean() / 255)
        level = below
    return np.concatenate(
        [
            _compressed(np.concatenate(directions), 0.02),
            _compressed(_grid(strength, 3).ravel(), 0.1),
            _compressed(np.array(scales), 0.01),
        ]
    )


def _motion(moment: Moment) -> np.ndarray:
    """(47,) how the picture moves, in picture diagonals per second.

    9 speeds and 9 changes in a 3x3 grid, 9 speeds left when the camera's pan is taken away, 8 directions,
    pan x and y, zoom, rotation, share of moving pixels, centre and extent of what moves, 4 levels of the whole.
    """
    if moment.seconds == 0:
        return np.zeros(47)
    changes = cv2.split(cv2.absdiff(moment.picture, moment.nearby))
    # Things may have the brightness of their ground, but then they differ in some colour.
    channel = int(np.argmax([cv2.sumElems(change)[0] for change in changes]))
    flow = _flow(moment.picture[..., channel], moment.nearby[..., channel]) / moment.seconds
    change = cv2.max(cv2.max(changes[0], changes[1]), changes[2]).astype(np.float32) / 255
    speed, angle = cv2.cartToPolar(flow[..., 0], flow[..., 1])
    pan = np.median(flow.reshape(-1, 2), axis=0)
    own = np.hypot(flow[..., 0] - pan[0], flow[..., 1] - pan[1])
    whole = np.sqrt([(speed**2).mean(), (own**2).mean()])
    # Which way and where things move counts only as far as they do.
    moves, moves_alone = np.tanh(whole / 0.05)
    directions = _soft_histogram(angle * (8 / (2 * np.pi)), speed, 8, wraps=True)
    y, x = np.mgrid[-1 : 1 : speed.shape[0] * 1j, -1 : 1 : speed.shape[1] * 1j]
    zoom = (flow[..., 0] * x + flow[..., 1] * y).mean()
    rotation = (flow[..., 1] * x - flow[..., 0] * y).mean()
    camera = np.array([pan[0], pan[1], zoom, rotation])
    mass = (own + 1e-6) / (own + 1e-6).sum()
    centre = np.array([(mass * x).sum(), (mass * y).sum()])
    extent = np.sqrt((mass * ((x - centre[0]) ** 2 + (y - centre[1]) ** 2)).sum())
    return np.concatenate(
        [
            # Root mean squares, so that a small quick thing counts like a large slow one.
            _compressed(np.sqrt(_grid(speed**2, 3).ravel()), 0.02),
            _compressed(_grid(change, 3).ravel(), 0.02),
            _compressed(np.sqrt(_grid(own**2, 3).ravel()), 0.02),
            moves * np.sqrt(directions / (directions.sum() + 1e-6)),
            np.sign(camera) * _compressed(np.abs(camera), 0.02),
            np.sqrt([(speed > 0.05).mean()]),
            moves_alone * np.array([*centre, extent]),
            _compressed(np.array([*whole, change.mean(), speed.max()]), 0.02),
        ]
    )


def _flow(picture: np.ndarray, nearby: np.ndarray) -> np.ndarray:
    """(h, w, 2) float32 optical flow from one grey picture to another, in picture diagonals."""
    # Any: OpenCV's types know no call without a first estimate.
    estimator: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    estimator.setFinestScale(1)  # the preset's 2 misses small things at this picture size
    flow = estimator.calc(np.ascontiguousarray(picture), np.ascontiguousarray(nearby), None)
    # A quarter of the vectors: they are smooth, and the work that follows is linear in their number.
    return flow[::2, ::2] / np.float32(np.hypot(*picture.shape))


def _relative(signals: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(T, 16) how unusual each moment is within its own video.

    Args:
        signals: (T, 6) brightness, saturation, contrast, edges, speed, change.
        rows: (T, 160) the other blocks; their distance to the video's mean and to the pick before are two more.
    """
    novelty = np.linalg.norm(rows - rows.mean(axis=0), axis=1)
    step = np.linalg.norm(np.diff(rows, axis=0, prepend=rows[:1]), axis=1)
    signals = np.column_stack([signals, novelty, step])
    # Below the floor a signal counts as constant: noise must not be blown up to a deviation.
    deviation = (signals - signals.mean(axis=0)) / np.maximum(signals.std(axis=0), 0.03)
    around = cv2.blur(deviation, (1, 9), borderType=cv2.BORDER_REPLICATE)
    return 0.12 * np.tanh(np.hstack([deviation, around]) / 2)


def _grid(values: np.ndarray, cells: int) -> np.ndarray:
    """Means over a grid of cells: (h, w) or (h, w, c) -> (cells, cells) or (cells, cells, c)."""
    return cv2.resize(values, (cells, cells), interpolation=cv2.INTER_AREA)


def _compressed(values: np.ndarray, knee: float) -> np.ndarray:
    """Amounts without an upper end brought to about 0..1: linear far below the knee, logarithmic above."""
    return np.log1p(values / knee) / 4


COLOUR_MOTION = FeatureSpace(
    space_ids.COLOUR_MOTION,
    176,
    "Colour and motion",
    colour_motion,
    small=True,
    motion=True,
    scaled=True,
    extract_dense=dense_colour_motion,
)
