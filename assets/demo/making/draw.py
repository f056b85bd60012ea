"""The drawing kit of the demo videos: flat, anti-aliased shapes on one canvas, and cached layers that scroll.

Everything is drawn on a CANVAS of 960 x 540 (x right, y down) and leaves through `camera`, which crops, zooms
and shrinks it to the 640 x 360 of the video; the shrinking smooths what line anti-aliasing leaves over.
Images are RGB uint8, layers are premultiplied RGBA uint8.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numba
import numpy as np

W, H = 960, 540
SIZE = (640, 360)
Colour = tuple[int, int, int]
_SHIFT = 4

_CIRCLE = np.stack(
    [np.cos(np.linspace(0, 2 * np.pi, 40, endpoint=False)), np.sin(np.linspace(0, 2 * np.pi, 40, endpoint=False))], 1
)


def hexc(code: str) -> Colour:
    """Colour of a code such as "#1b2a49"."""
    code = code.lstrip("#")
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour `share` (0..1) of the way from a to b."""
    share = min(1.0, max(0.0, share))
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))


def ease(x: float) -> float:
    """Smooth step: 0 below 0, 1 above 1, with soft ends."""
    x = min(1.0, max(0.0, x))
    return x * x * (3 - 2 * x)


def smooth(points: Sequence[tuple[float, float]], per_side: int = 8) -> np.ndarray:
    """(n, 2) closed Catmull-Rom curve through the points, for organic outlines."""
    p = np.asarray(points, float)
    before, after, beyond = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    t = np.linspace(0, 1, per_side, endpoint=False)[None, :, None]
    p, before, after, beyond = p[:, None], before[:, None], after[:, None], beyond[:, None]
    curve = 0.5 * (
        2 * p
        + (after - before) * t
        + (2 * before - 5 * p + 4 * after - beyond) * t**2
        + (3 * p - before - 3 * after + beyond) * t**3
    )
    return curve.reshape(-1, 2)


def gradient(stops: Sequence[tuple[float, Colour]], width: int = W, height: int = H) -> np.ndarray:
    """(height, width, 3) vertical gradient through (position 0..1, colour) stops."""
    at = [s[0] for s in stops]
    y = np.linspace(0, 1, height)
    column = np.stack([np.interp(y, at, [s[1][c] for s in stops]) for c in range(3)], 1)
    return np.repeat(np.round(column)[:, None].astype(np.uint8), width, 1)


class Pen:
    """Draws shapes given in its own coordinates: moved, turned, scaled and mirrored onto an image."""

    def __init__(
        self, image: np.ndarray, x: float = 0, y: float = 0, scale: float = 1, angle: float = 0, flip: bool = False
    ) -> None:
        """angle in degrees, clockwise on the screen; flip mirrors left and right."""
        self.image = image
        self.scale = scale
        a = np.deg2rad(angle)
        mirror = -1.0 if flip else 1.0
        self.matrix = scale * np.array([[np.cos(a) * mirror, -np.sin(a)], [np.sin(a) * mirror, np.cos(a)]])
        self.origin = np.array([x, y], float)

    def at(self, x: float, y: float, scale: float = 1, angle: float = 0, flip: bool = False) -> Pen:
        """A pen whose origin lies at (x, y) of this one."""
        pen = Pen(self.image, 0, 0, scale, angle, flip)
        pen.origin = self.place([(x, y)])[0]
        pen.matrix = self.matrix @ pen.matrix
        pen.scale = self.scale * scale
        return pen

    def place(self, points: Sequence[tuple[float, float]] | np.ndarray) -> np.ndarray:
        """(n, 2) where these points lie on the image."""
        return np.asarray(points, float) @ self.matrix.T + self.origin

    def _fixed(self, points: Sequence[tuple[float, float]] | np.ndarray) -> np.ndarray:
        return np.round(self.place(points) * (1 << _SHIFT)).astype(np.int32)

    def poly(self, points: Sequence[tuple[float, float]] | np.ndarray, colour: Colour) -> None:
        cv2.fillPoly(self.image, [self._fixed(points)], (*colour, 255), cv2.LINE_AA, _SHIFT)

    def curve(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        """A filled smooth outline through the points."""
        self.poly(smooth(points), colour)

    def disc(self, x: float, y: float, r: float, colour: Colour) -> None:
        self.poly(_CIRCLE * r + (x, y), colour)

    def oval(self, x: float, y: float, rx: float, ry: float, colour: Colour) -> None:
        self.poly(_CIRCLE * (rx, ry) + (x, y), colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, radius: float = 0) -> None:
        if radius <= 0:
            self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)
            return
        radius = min(radius, abs(x1 - x0) / 2, abs(y1 - y0) / 2)
        turn = np.linspace(0, np.pi / 2, 6)
        arc = np.stack([np.cos(turn), np.sin(turn)], 1) * radius
        corners = [(x1, y1, 0), (x0, y1, 1), (x0, y0, 2), (x1, y0, 3)]
        inset = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        parts = []
        for (cx, cy, quarter), (ix, iy) in zip(corners, inset, strict=True):
            c, s = np.cos(quarter * np.pi / 2), np.sin(quarter * np.pi / 2)
            parts.append(arc @ np.array([[c, s], [-s, c]]) + (cx + ix * radius, cy + iy * radius))
        self.poly(np.concatenate(parts), colour)

    def line(self, points: Sequence[tuple[float, float]] | np.ndarray, colour: Colour, width: float = 2) -> None:
        thick = max(1, round(width * self.scale))
        cv2.polylines(self.image, [self._fixed(points)], False, (*colour, 255), thick, cv2.LINE_AA, _SHIFT)

    def glow(self, x: float, y: float, r: float, colour: Colour, strength: float = 1.0) -> None:
        """Adds soft light around a point; only on RGB images."""
        px, py = self.place([(x, y)])[0]
        add_glow(self.image, px, py, r * self.scale, colour, strength)

    def veil(self, points: Sequence[tuple[float, float]] | np.ndarray, colour: Colour, alpha: float) -> None:
        """A translucent polygon."""
        placed = self._fixed(points)
        low = np.maximum(placed.min(0) // 16 - 1, 0)
        high = np.minimum(placed.max(0) // 16 + 2, (self.image.shape[1], self.image.shape[0]))
        if (high <= low).any() or alpha <= 0:
            return
        part = self.image[low[1] : high[1], low[0] : high[0]]
        top = part.copy()
        cv2.fillPoly(top, [placed - (low * 16).astype(np.int32)], (*colour, 255), cv2.LINE_AA, _SHIFT)
        part[:] = cv2.addWeighted(part, 1 - alpha, top, alpha, 0)


@lru_cache(maxsize=256)
def _glow_sprite(radius: int, colour: Colour, strength: int) -> np.ndarray:
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1] / max(radius, 1)
    fall = np.clip(1 - np.sqrt(x * x + y * y), 0, 1) ** 2
    return np.round(fall[..., None] * np.array(colour) * (strength / 32)).clip(0, 255).astype(np.uint8)


def add_glow(image: np.ndarray, x: float, y: float, r: float, colour: Colour, strength: float = 1.0) -> None:
    """Adds a soft round light in place; what falls outside the image is cut off."""
    radius = max(1, round(r))
    level = round(min(strength, 1.0) * 32)
    if level <= 0:
        return
    sprite = _glow_sprite(radius, colour, level)
    left, top = round(x) - radius, round(y) - radius
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + 2 * radius + 1, image.shape[1]), min(top + 2 * radius + 1, image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    part = image[y0:y1, x0:x1]
    cv2.add(part, sprite[y0 - top : y1 - top, x0 - left : x1 - left], dst=part)


def fade(image: np.ndarray, colour: Colour, share: float) -> None:
    """Mixes the whole image with one colour in place."""
    if share > 0:
        cv2.addWeighted(image, 1 - share, np.full_like(image, colour), share, 0, dst=image)


def brighten(image: np.ndarray, gain: float, lift: float = 0) -> None:
    """image * gain + lift in place, saturating."""
    cv2.convertScaleAbs(image, dst=image, alpha=gain, beta=lift)


@numba.njit(cache=True)
def _over(dst: np.ndarray, src: np.ndarray) -> None:
    for y in range(src.shape[0]):
        for x in range(src.shape[1]):
            keep = 255 - int(src[y, x, 3])
            if keep == 255:
                continue
            for c in range(3):
                dst[y, x, c] = min(255, src[y, x, c] + (dst[y, x, c] * keep + 127) // 255)


class Layer:
    """A static picture drawn once: a band of the canvas, repeating every `period` pixels, that scrolls sideways.

    `pens()` gives the pens to draw with: one for every copy that must exist so that shapes crossing the seam
    are whole.
    """

    def __init__(self, period: int = 1600, height: int = H, top: int = 0) -> None:
        self.period, self.top = period, top
        self.image = np.zeros((height, period + W + 2, 4), np.uint8)

    def pens(self) -> list[Pen]:
        return [Pen(self.image, k * self.period, -self.top) for k in (-1, 0, 1)]

    def paste(self, canvas: np.ndarray, x: float = 0, y: float = 0, alpha: float = 1.0) -> None:
        """Draws the layer with its column x at the left edge, y pixels further down."""
        x = x % self.period
        start = int(x)
        share = x - start
        part = self.image[:, start : start + W]
        if share > 0.02:
            part = cv2.addWeighted(part, 1 - share, self.image[:, start + 1 : start + W + 1], share, 0)
        if alpha < 1:
            part = cv2.convertScaleAbs(part, alpha=alpha)
        top = self.top + round(y)
        skip = max(0, -top)
        rows = min(part.shape[0], H - top)
        if rows > skip:
            _over(canvas[top + skip : top + rows], part[skip:rows])


def camera(canvas: np.ndarray, zoom: float = 1.0, cx: float = 0.5, cy: float = 0.5) -> np.ndarray:
    """The 640 x 360 picture of the canvas: `zoom` >= 1 around (cx, cy) in shares of the canvas, kept inside it."""
    zoom = max(zoom, 1.0)
    width, height = W / zoom, H / zoom
    x = min(max(cx * W - width / 2, 0), W - width)
    y = min(max(cy * H - height / 2, 0), H - height)
    step = width / SIZE[0]
    matrix = np.array([[step, 0, x + step / 2 - 0.5], [0, step, y + step / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(canvas, matrix, SIZE, flags=flags, borderMode=cv2.BORDER_REPLICATE)
