"""Things that appear in several scenes: skies, hills, towns, trees, people, boats, vehicles, birds, weather.

Static parts return a `Layer`; moving parts draw with a `Pen` for a phase or a time in seconds.
"""

from __future__ import annotations

import numpy as np

from assets.demo.making.draw import Colour, H, Layer, Pen, W, add_glow, gradient, mix
from assets.demo.making.palettes import Palette

SKIN = ((241, 194, 155), (198, 134, 94), (141, 85, 54), (255, 219, 186))


def sky(pal: Palette, horizon: float = 1.0) -> np.ndarray:
    """(H, W, 3) gradient; the low colour is reached at `horizon` (share of the height)."""
    return gradient([(0, pal.sky_top), (0.55 * horizon, pal.sky_mid), (horizon, pal.sky_low), (1, pal.sky_low)])


class Stars:
    """Stars that twinkle a little."""

    def __init__(self, seed: int, count: int = 130, height: float = 0.6) -> None:
        rng = np.random.default_rng(seed)
        self.xy = np.stack([rng.uniform(0, W, count), rng.uniform(0, H * height, count)], 1)
        self.size = rng.uniform(0.7, 1.9, count)
        self.phase = rng.uniform(0, 6.3, count)

    def draw(self, canvas: np.ndarray, t: float, level: float = 1.0) -> None:
        pen = Pen(canvas)
        for (x, y), size, phase in zip(self.xy, self.size, self.phase, strict=True):
            here = canvas[int(y), int(x)]
            light = level * (0.65 + 0.35 * np.sin(t * 2 + phase))
            pen.disc(x, y, size, mix(tuple(int(v) for v in here), (255, 250, 235), light))


def waves_curve(rng: np.random.Generator, period: int, rough: float, octaves: int = 5) -> np.ndarray:
    """(period,) periodic noise in about -1..1; `rough` is how much finer waves weigh."""
    x = np.arange(period) / period * 2 * np.pi
    total = np.zeros(period)
    for k in range(octaves):
        waves = int(2 * 1.9**k) + k
        total += rough**k * np.sin(waves * x + rng.uniform(0, 6.3))
    return total / np.abs(total).max()


def hills(
    seed: int,
    base: float,
    height: float,
    colour: Colour,
    *,
    low: Colour | None = None,
    rough: float = 0.5,
    period: int = 1600,
    pines: Colour | None = None,
    pine_count: int = 60,
    pine_size: float = 26,
) -> Layer:
    """A hilly silhouette reaching up to base - height; below it a gradient to `low`; optional pine trees on it."""
    rng = np.random.default_rng(seed)
    top = int(base - height - pine_size * 1.6)
    layer = Layer(period, H - top, top)
    curve = base - height * 0.5 - height * 0.5 * waves_curve(rng, period, rough)
    if pines is not None:
        for x in np.sort(rng.uniform(0, period, pine_count)):
            size = pine_size * rng.uniform(0.6, 1.1)
            for pen in layer.pens():
                pine(pen.at(x, curve[int(x)] + 3, size / 30), pines)
    return _fill_hill(layer, curve, colour, low)


def _fill_hill(layer: Layer, curve: np.ndarray, colour: Colour, low: Colour | None) -> Layer:
    xs = np.arange(0, layer.image.shape[1] + 4, 4)
    ys = curve[xs % layer.period]
    shape = np.zeros(layer.image.shape, np.uint8)
    outline = np.concatenate([np.stack([xs, ys], 1), [(xs[-1], H + 5), (xs[0], H + 5)]])
    Pen(shape, 0, -layer.top).poly(outline, (255, 255, 255))
    mask = shape[..., 3:].astype(np.float32) / 255
    start = min(1.0, max(0.0, (curve.min() - layer.top) / layer.image.shape[0]))
    body = gradient([(0, colour), (start, colour), (1, low or colour)], 1, layer.image.shape[0]).astype(np.float32)
    fill = np.concatenate([np.broadcast_to(body, (*mask.shape[:2], 3)), np.full(mask.shape, 255, np.float32)], 2)
    layer.image = np.round(fill * mask + layer.image * (1 - mask)).astype(np.uint8)
    return layer


def mountains(
    seed: int,
    base: float,
    height: float,
    colour: Colour,
    snow: Colour,
    *,
    period: int = 1800,
    peaks: int = 7,
    snow_share: float = 0.38,
    low: Colour | None = None,
) -> Layer:
    """Pointed peaks with a shaded side and snow caps."""
    rng = np.random.default_rng(seed)
    top = int(base - height * 1.1)
    layer = Layer(period, H - top, top)
    shade = mix(colour, (20, 25, 60), 0.22)
    order = rng.permutation(peaks)
    spots = [
        ((k + rng.uniform(-0.25, 0.25)) * period / peaks, height * rng.uniform(0.55, 1.0), rng.uniform(0.75, 1.15))
        for k in range(peaks)
    ]
    jag = rng.uniform(-1, 1, (peaks, 6))
    for k in order:
        x, tall, wide = spots[k]
        half = tall * wide
        ridge = x + 0.08 * half
        for pen in layer.pens():
            pen.poly([(x, base - tall), (x + half, base + 2), (x - half, base + 2)], colour)
            right = [(x, base - tall), (x + half, base + 2), (ridge + 0.25 * half, base + 2)]
            right.insert(3, (ridge + 0.02 * half, base - tall * 0.55))
            pen.poly(right, shade)
            cut = snow_share
            edge = [(x - half * cut, base - tall * (1 - cut))]
            for i, part in enumerate(np.linspace(-0.66, 0.66, 5)):
                drop = cut * (0.75 + 0.3 * jag[k, i])
                edge.append((x + half * cut * part, base - tall * (1 - max(drop, abs(part) * cut))))
            edge.append((x + half * cut, base - tall * (1 - cut)))
            pen.poly([(x, base - tall), *reversed(edge)], snow)
            pen.poly([(x, base - tall), *reversed([e for e in edge if e[0] >= x])], mix(snow, shade, 0.3))
    if low is not None:
        for pen in layer.pens()[1:2]:
            pen.box(-10, base - 2, layer.image.shape[1] + 10, H + 5, low)
    return layer


def pine(pen: Pen, colour: Colour, snow: Colour | None = None) -> None:
    """A fir tree about 60 high standing on the origin."""
    pen.box(-2.5, -8, 2.5, 2, mix(colour, (60, 35, 20), 0.5))
    for y, half in ((-6, 17), (-22, 13), (-38, 9)):
        pen.poly([(-half, y), (half, y), (0, y - 26)], colour)
        if snow is not None:
            pen.poly(
                [
                    (-half * 0.55, y - 12),
                    (-half * 0.2, y - 9),
                    (half * 0.25, y - 13),
                    (half * 0.5, y - 12),
                    (0, y - 26),
                ],
                snow,
            )
    pen.poly([(0, -64), (17 * 0.8, -6), (2, -6)], mix(colour, (0, 0, 0), 0.12))


def tree(pen: Pen, leaf: Colour, sway: float = 0.0, bare: bool = False) -> None:
    """A round tree about 90 high standing on the origin; sway in pixels at the top."""
    bark = (96, 68, 52)
    pen.poly([(-5, 0), (5, 0), (3 + sway * 0.3, -45), (-3 + sway * 0.3, -45)], bark)
    if bare:
        for dx, dy in ((-22, -72), (20, -78), (4, -88)):
            pen.line([(sway * 0.3, -40), (dx + sway, dy)], bark, 3)
        return
    for dx, dy, r in ((-18, -52, 20), (18, -54, 20), (0, -72, 25), (-8, -56, 22)):
        pen.disc(dx + sway, dy, r, leaf)
    for dx, dy, r in ((-10, -70, 13), (8, -80, 12), (-20, -56, 9)):
        pen.disc(dx + sway, dy, r, mix(leaf, (255, 255, 220), 0.18))


def clouds(
    seed: int,
    pal: Palette,
    *,
    count: int = 6,
    top: float = 40,
    spread: float = 150,
    size: float = 1.0,
    alpha: float = 0.9,
    period: int = 1900,
) -> Layer:
    """Flat-bottomed clouds."""
    rng = np.random.default_rng(seed)
    layer = Layer(period, int(top + spread + 60), 0)
    shadow = mix(pal.cloud, pal.sky_mid, 0.35)
    for k in range(count):
        x, y = (k + rng.uniform(0.1, 0.9)) * period / count, top + rng.uniform(0, spread)
        s = size * rng.uniform(0.6, 1.25)
        puffs = [(dx, -rng.uniform(2, 16), rng.uniform(14, 26)) for dx in np.linspace(-48, 48, 6)]
        puffs[2] = (puffs[2][0], -22, 30)
        for pen in layer.pens():
            place = pen.at(x, y, s)
            for colour, dy in ((shadow, 5), (pal.cloud, 0)):
                for dx, py, r in puffs:
                    place.disc(dx, py + dy, r, colour)
                place.box(-66, -14 + dy, 66, 10 + dy, colour, 12)
    layer.image = np.round(layer.image * alpha).astype(np.uint8)
    return layer


def skyline(
    seed: int,
    base: float,
    height: float,
    body: Colour,
    lamp: Colour,
    lit: float,
    *,
    period: int = 1600,
    width: tuple[int, int] = (44, 90),
    low: Colour | None = None,
) -> Layer:
    """A row of buildings with windows, `lit` of them (0..1) shining."""
    rng = np.random.default_rng(seed)
    top = int(base - height * 1.25)
    layer = Layer(period, H - top, top)
    x = 0.0
    while x < period - width[0]:
        wide = min(rng.uniform(*width), period - x)
        tall = height * rng.uniform(0.4, 1.0)
        colour = mix(body, (255, 255, 255) if rng.random() < 0.5 else (0, 0, 0), rng.uniform(0, 0.12))
        roof = rng.integers(4)
        lights = rng.random((40, 12)) < lit
        glass = mix(colour, (255, 255, 255), 0.14) if lit < 0.6 else mix(colour, (0, 0, 0), 0.25)
        for pen in layer.pens():
            pen.box(x + 1, base - tall, x + wide - 1, H + 5, colour)
            pen.box(x + wide * 0.72, base - tall, x + wide - 1, H + 5, mix(colour, (0, 0, 0), 0.1))
            if roof == 0:
                pen.poly(
                    [
                        (x + 1, base - tall + 1),
                        (x + wide / 2, base - tall - wide * 0.35),
                        (x + wide - 1, base - tall + 1),
                    ],
                    colour,
                )
            elif roof == 1:
                pen.line([(x + wide / 2, base - tall), (x + wide / 2, base - tall - 24)], colour, 2)
            elif roof == 2:
                pen.box(x + wide * 0.25, base - tall - 12, x + wide * 0.6, base - tall + 1, colour)
            columns = max(2, int(wide // 15))
            for i in range(int(tall // 19)):
                for j in range(columns):
                    wx = x + 7 + j * (wide - 14) / columns
                    wy = base - tall + 10 + i * 19
                    pen.box(wx + 1, wy, wx + 8, wy + 10, lamp if lights[i % 40, j % 12] else glass)
        x += wide
    if low is not None:
        layer.pens()[1].box(-10, base, layer.image.shape[1] + 10, H + 5, low)
    return layer


class Sea:
    """Water from a horizon downwards: gradient, drifting light lines, rolling rows of waves in front."""

    def __init__(self, seed: int, pal: Palette, horizon: float, rough: float = 1.0) -> None:
        rng = np.random.default_rng(seed)
        self.pal, self.horizon, self.rough = pal, horizon, rough
        rows = int(H - horizon)
        self.body = gradient(
            [(0, mix(pal.water, pal.sky_low, 0.45)), (0.25, pal.water), (1, mix(pal.water, pal.dark, 0.35))], W, rows
        )
        count = 70
        self.depth = np.sort(rng.random(count)) ** 1.4
        self.x = rng.uniform(0, W + 200, count)
        self.long = rng.uniform(14, 60, count)
        self.speed = rng.uniform(4, 14, count)
        self.phase = rng.uniform(0, 6.3, count)

    def draw(self, canvas: np.ndarray, t: float, scroll: float = 0.0, sun_x: float | None = None) -> None:
        """The water surface; scroll in pixels at the nearest row; sun_x adds a path of glints below the sun."""
        top = int(self.horizon)
        canvas[top:] = self.body
        pen = Pen(canvas)
        rows = H - self.horizon
        light = mix(self.pal.water, self.pal.foam, 0.45)
        for d, x, long, speed, phase in zip(self.depth, self.x, self.long, self.speed, self.phase, strict=True):
            y = self.horizon + 4 + d * rows + np.sin(t * 1.3 + phase) * 2 * (0.3 + d)
            near = 0.25 + 1.1 * d
            px = (x - scroll * near + speed * t * near) % (W + 200) - 100
            half = long * near * (0.8 + 0.2 * np.sin(t * 1.7 + phase))
            thick = (0.6 + 2.0 * d) * (0.6 + 0.4 * np.sin(t * 1.1 + phase * 2))
            pen.poly([(px - half, y), (px, y - thick), (px + half, y), (px, y + thick)], light)
        if sun_x is not None:
            glint = mix(self.pal.foam, self.pal.sun, 0.7)
            for k in range(26):
                d = (k + 0.5) / 26
                y = self.horizon + 3 + d**1.5 * rows * 0.95
                half = (10 + 46 * d) * (0.55 + 0.45 * np.sin(t * 2.4 + k * 1.7))
                x = sun_x + np.sin(t * 1.2 + k * 2.3) * (3 + 14 * d)
                pen.veil([(x - half, y), (x, y - 1.2 - 1.6 * d), (x + half, y), (x, y + 1.2 + 1.6 * d)], glint, 0.75)

    def swell(self, canvas: np.ndarray, t: float, y: float, height: float, share: float, scroll: float = 0.0) -> None:
        """One rolling wave row whose crest runs around y; `share` darkens it towards the foreground."""
        x = np.arange(-8, W + 16, 8)
        u = (x + scroll) / 130 + t * 0.9
        crest = y - height * (0.6 * np.sin(u) + 0.3 * np.sin(2.3 * u + 1.3 + t * 0.5))
        colour = mix(mix(self.pal.water, self.pal.foam, 0.18), self.pal.dark, share)
        pen = Pen(canvas)
        pen.poly(np.concatenate([np.stack([x, crest], 1), [(W + 20, H + 5), (-20, H + 5)]]), colour)
        pen.line(np.stack([x, crest], 1), mix(colour, self.pal.foam, 0.6), 2)


def gull(pen: Pen, phase: float, colour: Colour) -> None:
    """A flying bird, wings beating with the phase."""
    lift = 9 * np.sin(phase)
    pen.poly(
        [
            (-22, -lift),
            (-11, -6 - lift * 0.4),
            (0, 0),
            (11, -6 - lift * 0.4),
            (22, -lift),
            (11, -2 - lift * 0.3),
            (0, 5),
            (-11, -2 - lift * 0.3),
        ],
        colour,
    )


def flock(
    canvas: np.ndarray,
    t: float,
    seed: int,
    colour: Colour,
    *,
    count: int = 6,
    y: float = 130,
    speed: float = 34,
    size: float = 0.6,
) -> None:
    """Birds crossing the sky."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        x0, dy, s, phase = rng.uniform(0, W), rng.uniform(-55, 55), rng.uniform(0.6, 1.1), rng.uniform(0, 6)
        x = (x0 + t * speed * (0.8 + 0.4 * s)) % (W + 120) - 60
        gull(Pen(canvas, x, y + dy + 6 * np.sin(t * 0.9 + phase), size * s), t * 7 + phase, colour)


def person(
    pen: Pen,
    shirt: Colour,
    step: float,
    *,
    skin: Colour = SKIN[0],
    trousers: Colour = (52, 58, 84),
    arms_up: float = 0.0,
    hat: Colour | None = None,
    stride: float = 1.0,
) -> None:
    """A figure about 60 high standing on the origin, facing right; step is the walking phase."""
    swing = np.sin(step) * 11 * stride
    lift = abs(np.cos(step)) * 2 * stride
    pen.line([(0, -26 - lift), (swing, 0)], trousers, 6)
    pen.line([(0, -26 - lift), (-swing, 0)], mix(trousers, (0, 0, 0), 0.2), 6)
    hand = (-swing * 0.9, -30 - lift)
    for side in (-1, 1):
        end = (side * hand[0] * (1 - arms_up) + side * 11 * arms_up, hand[1] * (1 - arms_up) + (-66 - lift) * arms_up)
        pen.line([(0, -44 - lift), end], mix(shirt, (0, 0, 0), 0.15), 4.5)
    pen.box(-7.5, -49 - lift, 7.5, -23 - lift, shirt, 6)
    pen.disc(0.5, -57 - lift, 7.2, skin)
    pen.poly(
        [
            (-7, -57 - lift),
            (-5.5, -63 - lift),
            (0, -65.5 - lift),
            (6.5, -62 - lift),
            (7.2, -58.5 - lift),
            (0, -60 - lift),
        ],
        hat or (62, 44, 38),
    )


def sailboat(pen: Pen, sail: Colour, hull: Colour, lean: float = 0.0) -> None:
    """A sailing boat, waterline on the origin, heading right, about 130 high."""
    boat = pen.at(0, 0, 1, lean)
    boat.line([(0, -14), (0, -128)], (92, 74, 62), 3)
    boat.curve([(4, -124), (30, -84), (52, -30), (28, -24), (4, -24)], sail)
    boat.curve([(-4, -112), (-26, -64), (-38, -26), (-20, -22), (-4, -24)], mix(sail, (255, 255, 255), 0.45))
    boat.poly([(-52, -16), (64, -18), (44, 8), (-40, 8)], hull)
    boat.poly([(-51, -12), (60, -14), (57, -9), (-49, -7)], (250, 246, 236))


def ferry(pen: Pen, colour: Colour) -> None:
    """A small ferry, waterline on the origin, heading right, about 200 long."""
    pen.poly([(-100, -22), (112, -26), (92, 8), (-92, 8)], colour)
    pen.poly([(-99, -16), (106, -19), (103, -13), (-98, -10)], (250, 246, 236))
    pen.box(-78, -52, 66, -22, (250, 246, 236), 5)
    pen.box(-56, -74, 36, -50, (240, 236, 226), 5)
    for k in range(7):
        pen.box(-70 + k * 19, -44, -58 + k * 19, -33, (88, 130, 160), 3)
    pen.poly([(-30, -74), (-8, -74), (-12, -100), (-28, -100)], colour)


def car(pen: Pen, colour: Colour, spin: float, lamps: bool = False) -> None:
    """A car on the origin, heading right, about 120 long; spin turns the wheels (radians)."""
    pen.curve(
        [(-58, -12), (-56, -30), (-34, -34), (-20, -52), (18, -53), (36, -34), (58, -28), (62, -12), (0, -8)], colour
    )
    pen.poly([(-26, -34), (-15, -48), (-2, -48.5), (-2, -34)], (196, 226, 240))
    pen.poly([(3, -34), (3, -48.5), (16, -48), (28, -34)], (196, 226, 240))
    pen.box(-56, -20, 60, -15, mix(colour, (0, 0, 0), 0.18))
    for x in (-34, 36):
        pen.disc(x, -11, 13, (38, 40, 50))
        pen.disc(x, -11, 6, (200, 204, 212))
        pen.line(
            [(x - 5 * np.cos(spin), -11 - 5 * np.sin(spin)), (x + 5 * np.cos(spin), -11 + 5 * np.sin(spin))],
            (90, 94, 104),
            2,
        )
    pen.disc(59, -24, 4, (255, 244, 200))
    pen.disc(-57, -26, 3.5, (226, 60, 50))
    if lamps:
        pen.glow(64, -22, 40, (255, 236, 170), 0.7)


def racer(pen: Pen, colour: Colour, spin: float, number: int) -> None:
    """A low racing car on the origin, heading right, about 150 long."""
    dark = (34, 36, 46)
    pen.poly([(-70, -40), (-46, -40), (-50, -24), (-66, -24)], mix(colour, (0, 0, 0), 0.25))
    pen.curve(
        [(-72, -14), (-66, -28), (-30, -32), (-6, -30), (30, -25), (76, -15), (78, -9), (0, -6), (-70, -8)], colour
    )
    pen.curve([(-20, -29), (-10, -41), (6, -40), (14, -28)], mix(colour, (255, 255, 255), 0.35))
    pen.disc(-2, -38, 8, (250, 246, 236))
    pen.disc(-36, -19, 8, (250, 250, 250))
    if number % 2:
        pen.line([(-36, -24), (-36, -14)], dark, 2)
    else:
        pen.line([(-39, -19), (-33, -19)], dark, 2)
    pen.box(62, -16, 90, -11, mix(colour, (0, 0, 0), 0.3), 2)
    for x in (-46, 48):
        pen.disc(x, -13, 15, dark)
        pen.disc(x, -13, 6.5, (214, 216, 222))
        pen.line(
            [(x - 6 * np.cos(spin), -13 - 6 * np.sin(spin)), (x + 6 * np.cos(spin), -13 + 6 * np.sin(spin))], dark, 2
        )


class Flakes:
    """Things that fall slowly over the whole picture: snow, petals, autumn leaves."""

    def __init__(
        self,
        seed: int,
        count: int,
        colours: tuple[Colour, ...],
        size: tuple[float, float] = (1.2, 3.4),
        fall: float = 60,
        drift: float = 18,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.x, self.y = rng.uniform(0, W, count), rng.uniform(0, H + 40, count)
        self.size = rng.uniform(*size, count)
        self.phase = rng.uniform(0, 6.3, count)
        self.colour = [colours[i] for i in rng.integers(0, len(colours), count)]
        self.fall, self.drift, self.big = fall, drift, size[1]

    def draw(self, canvas: np.ndarray, t: float, wind: float = 0.0, leaf: bool = False) -> None:
        """wind in pixels/s to the right; leaf draws turning leaves instead of flakes."""
        pen = Pen(canvas)
        for x, y, size, phase, colour in zip(self.x, self.y, self.size, self.phase, self.colour, strict=True):
            speed = 0.5 + 0.8 * size / self.big
            py = (y + t * self.fall * speed) % (H + 40) - 20
            px = (x + t * wind * speed + self.drift * np.sin(t * 0.9 + phase)) % (W + 20) - 10
            if leaf:
                pen.at(px, py, size / 4, np.rad2deg(np.sin(t * 1.6 + phase) * 1.2 + phase)).curve(
                    [(-6, 0), (0, -3.2), (7, 0), (0, 3.2)], colour
                )
            else:
                pen.disc(px, py, size, colour)


def light_rays(
    canvas: np.ndarray, t: float, colour: Colour, *, x: float = 200, count: int = 6, alpha: float = 0.13
) -> None:
    """Slanted beams of sunlight from above, slowly breathing."""
    pen = Pen(canvas)
    for k in range(count):
        left = x + k * 120 + 14 * np.sin(t * 0.4 + k)
        wide = 26 + 18 * np.sin(k * 2.1)
        strength = alpha * (0.6 + 0.4 * np.sin(t * 0.8 + k * 1.9))
        pen.veil(
            [(left, -10), (left + wide + 24, -10), (left - 150 + wide * 2.2, H), (left - 230, H)], colour, strength
        )


def lamp_post(pen: Pen, pal: Palette) -> None:
    """A street lamp about 120 high on the origin; it shines when the palette is dark."""
    pen.line([(0, 0), (0, -112)], pal.dark, 4)
    pen.line([(0, -112), (18, -118)], pal.dark, 3)
    pen.box(12, -118, 30, -112, pal.dark, 2)
    if pal.night > 0.3:
        pen.disc(21, -110, 4, pal.lamp)
        pen.glow(21, -108, 60, pal.lamp, 0.5 * pal.night)


def sun(canvas: np.ndarray, x: float, y: float, pal: Palette, r: float = 34, shine: float = 1.0) -> None:
    """The sun (or moon by night) with its glow."""
    add_glow(canvas, x, y, r * 7, mix(pal.sun, pal.sky_low, 0.5), 0.42 * shine)
    add_glow(canvas, x, y, r * 3, pal.sun, 0.5 * shine)
    Pen(canvas).disc(x, y, r, pal.sun)
    if pal.night > 0.8:
        for dx, dy, size in ((-10, -8, 7), (9, 6, 5), (-4, 13, 4)):
            Pen(canvas).disc(x + dx * r / 34, y + dy * r / 34, size * r / 34, mix(pal.sun, (160, 165, 190), 0.3))
