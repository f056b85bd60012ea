"""Scenes at and in the sea: a breaching whale or dolphins, a harbour, a reef."""

from __future__ import annotations

import numpy as np

from assets.demo.making.draw import H, Pen, W, gradient, hexc, mix
from assets.demo.making.props import (
    Sea,
    Stars,
    clouds,
    ferry,
    flock,
    hills,
    light_rays,
    mountains,
    sailboat,
    sky,
    skyline,
    sun,
)
from assets.demo.making.scenes.base import Scene


class Breach(Scene):
    """A whale (or dolphins) leaps out of the sea again and again.

    Options: animal "whale" | "dolphins"; shore "hills" | "snow" | None.
    """

    def build(self) -> None:
        pal, seed = self.pal, self.seed
        self.horizon = 262
        self.sky = sky(pal, self.horizon / H)
        self.clouds = clouds(seed, pal, count=6, top=44, spread=110)
        shore = self.options.get("shore", "hills")
        base = self.horizon + 3
        self.far = None
        if shore == "hills":
            self.far = hills(seed + 1, base, 70, mix(pal.far, pal.sky_low, 0.2), rough=0.45)
        elif shore == "snow":
            self.far = mountains(seed + 1, base, 130, mix(pal.far, pal.sky_low, 0.1), mix(pal.foam, pal.far, 0.1))
        self.sea = Sea(seed + 2, pal, self.horizon)
        self.animal = self.options.get("animal", "whale")
        if self.animal == "whale":
            self.leaps = [
                (at, x, 1.0, 2.3)
                for at, x in zip(np.arange(0.25, self.span, 2.75), (560, 380, 600, 430, 520), strict=False)
            ]
        else:
            self.leaps = [
                (at + 0.28 * k, x + 130 * k, 0.46 + 0.08 * (k == 1), 1.35)
                for at, x in zip(np.arange(0.1, self.span, 1.75), (300, 420, 260, 400, 330, 380), strict=False)
                for k in range(3)
            ]
        for at, _, _, long in self.leaps:
            self.cues += [(at + 0.1, "splash"), (at + long * 0.86, "splash")]

    def whale(self, pen: Pen) -> None:
        """A humpback, nose to the right, its middle on the origin, about 330 long."""
        back = mix(hexc("#3b5570"), self.pal.water, 0.25)
        belly = hexc("#dfe9ee")
        pen.curve(
            [
                (168, -8),
                (130, -42),
                (60, -58),
                (-20, -50),
                (-90, -26),
                (-140, -10),
                (-150, 2),
                (-90, 12),
                (0, 34),
                (90, 38),
                (150, 20),
            ],
            back,
        )
        pen.curve([(166, 0), (120, 6), (60, 14), (0, 18), (-60, 12), (0, 33), (90, 37), (148, 19)], belly)
        for k in range(5):
            pen.line(
                [(150 - 8 * k, 8 + 2.5 * k), (90 - 12 * k, 18 + 3 * k), (30 - 10 * k, 19 + 3 * k)],
                mix(belly, back, 0.35),
                1.6,
            )
        pen.curve([(-138, -4), (-176, -44), (-204, -52), (-186, -14), (-206, 22), (-178, 22), (-150, 2)], back)
        pen.curve([(58, 14), (40, 60), (10, 92), (8, 66), (24, 18)], mix(back, (0, 0, 0), 0.18))
        pen.curve([(-30, -50), (-52, -68), (-60, -62), (-58, -42)], mix(back, (0, 0, 0), 0.1))
        pen.disc(126, -6, 4.5, (24, 30, 40))
        pen.disc(127.5, -7.5, 1.5, (255, 255, 255))

    def dolphin(self, pen: Pen) -> None:
        """A dolphin, nose to the right, about 300 long (drawn smaller by its pen)."""
        back, belly = hexc("#5b7f9e"), hexc("#e6eef2")
        pen.curve(
            [
                (170, 4),
                (138, -6),
                (120, -34),
                (50, -52),
                (-30, -40),
                (-110, -10),
                (-140, 4),
                (-90, 16),
                (0, 34),
                (90, 28),
                (135, 12),
            ],
            back,
        )
        pen.curve([(150, 8), (110, 10), (40, 14), (-40, 16), (0, 33), (88, 27)], belly)
        pen.curve([(-134, 4), (-180, -30), (-172, 2), (-184, 36)], back)
        pen.curve([(10, -48), (-22, -92), (-34, -92), (-34, -40)], mix(back, (0, 0, 0), 0.15))
        pen.curve([(60, 18), (30, 62), (22, 58), (34, 18)], mix(back, (0, 0, 0), 0.2))
        pen.disc(112, -8, 4.5, (20, 28, 40))

    def splash(self, pen: Pen, age: float, size: float) -> None:
        """Drops thrown up from the origin; age in seconds."""
        if not 0 <= age < 1.3:
            return
        rng = np.random.default_rng(5)
        foam = mix(self.pal.foam, (255, 255, 255), 0.5)
        for _ in range(46):
            vx, vy, r = rng.normal(0, 95) * size, -rng.uniform(120, 400) * size**0.5, rng.uniform(2.2, 7) * size
            x, y = vx * age, vy * age + 420 * age * age
            if y < 14:
                pen.disc(x, y, r * (1 - 0.6 * age / 1.3), foam)
        ring = 60 + 130 * age
        pen.veil(
            np.stack(
                [
                    np.cos(np.linspace(0, 6.28, 30)) * ring * size,
                    np.sin(np.linspace(0, 6.28, 30)) * ring * 0.16 * size + 6,
                ],
                1,
            ),
            foam,
            0.7 * (1 - age / 1.3),
        )

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        sun(canvas, 740, 96, pal, 32, 0.8)
        self.clouds.paste(canvas, t * 8)
        if self.far is not None:
            self.far.paste(canvas, 500 + t * 3)
        self.sea.draw(canvas, t, scroll=t * 14)
        self.sea.swell(canvas, t, 336, 9, 0.02, t * 24)
        water = 372.0
        for at, x, size, long in self.leaps:
            life = (t - at) / long
            pen = Pen(canvas)
            if 0 <= life <= 1:
                angle = -62 + 124 * life
                reach, tall = 330 * size, 250 * size
                px = x - reach / 2 + reach * life
                py = water + 120 * size - (tall + 90 * size) * 4 * life * (1 - life) * 0.92
                animal = pen.at(px, py, size, angle)
                (self.whale if self.animal == "whale" else self.dolphin)(animal)
            self.splash(pen.at(x - 130 * size, water), t - at - 0.05, size * 0.8)
            self.splash(pen.at(x + 140 * size, water), t - at - long * 0.82, size)
        self.sea.swell(canvas, t * 1.1 + 1, water + 12, 11, 0.1, t * 34)
        self.sea.swell(canvas, t * 1.2 + 3, water + 62, 13, 0.22, t * 46)
        self.sea.swell(canvas, t * 1.3 + 5, water + 122, 15, 0.36, t * 60)
        flock(canvas, t, self.seed, mix(pal.dark, pal.sky_mid, 0.3), count=5, y=150, size=0.7)


class Harbour(Scene):
    """Moored boats, a lighthouse, gulls, a ferry that comes in.

    Options: lighthouse: bool.
    """

    def build(self) -> None:
        pal, seed = self.pal, self.seed
        self.horizon = 300
        self.sky = sky(pal, self.horizon / H)
        self.stars = Stars(seed, 80, 0.45)
        self.clouds = clouds(seed + 1, pal, count=6, top=40, spread=120, alpha=0.85)
        self.hill = hills(seed + 2, self.horizon + 4, 90, mix(pal.far, pal.sky_low, 0.2), rough=0.45)
        self.houses = skyline(
            seed + 3,
            self.horizon + 2,
            64,
            mix(pal.accents[1], pal.sky_low, 0.45),
            pal.lamp,
            0.15 + 0.5 * pal.night,
            width=(30, 54),
        )
        self.sea = Sea(seed + 4, pal, self.horizon)

    def lighthouse(self, pen: Pen, t: float) -> None:
        """A striped lighthouse about 230 high on rocks at the origin; its lamp turns at dusk and night."""
        pal = self.pal
        pen.curve([(-90, 16), (-70, -18), (-20, -30), (40, -26), (84, -6), (96, 18)], mix(pal.dark, pal.mid, 0.3))
        edge = lambda y: 26 - 11 * (-y - 24) / 180  # noqa: E731
        for k in range(6):
            y0, y1 = -24 - k * 30, -24 - (k + 1) * 30
            pen.poly(
                [(-edge(y0), y0), (edge(y0), y0), (edge(y1), y1), (-edge(y1), y1)],
                pal.accents[0] if k % 2 else (250, 246, 238),
            )
        pen.box(-22, -212, 22, -203, pal.dark)
        pen.box(-12, -236, 12, -212, pal.lamp)
        pen.poly([(-17, -236), (17, -236), (0, -256)], pal.accents[0])
        if pal.night > 0.3:
            turn = np.cos(t * 1.4)
            pen.veil([(0, -226), (700 * turn, -290), (700 * turn, -150), (0, -220)], pal.lamp, 0.22 * pal.night)
            pen.glow(0, -224, 90, pal.lamp, 0.7)

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        if pal.night > 0.3:
            self.stars.draw(canvas, t, pal.night)
        sun(canvas, 690, 120 if pal.night < 0.5 or pal.night > 0.8 else 270, pal, 30, 0.8)
        self.clouds.paste(canvas, t * 8)
        self.hill.paste(canvas, 200 + t * 2)
        self.houses.paste(canvas, 80 + t * 4)
        self.sea.draw(canvas, t, scroll=t * 6)
        ferry(
            Pen(canvas, 1010 - t * 26, 352 + 1.5 * np.sin(t * 1.2), 0.7, np.sin(t), True),
            mix(pal.accents[2], pal.dark, pal.night * 0.3),
        )
        if self.options.get("lighthouse", True):
            self.lighthouse(Pen(canvas, 812 - t * 5, 384, 1.0), t)
        for k, (x, y, s) in enumerate(((120, 400, 0.8), (270, 424, 0.95), (430, 440, 1.05), (610, 470, 1.2))):
            bob = 4 * np.sin(t * 1.3 + k * 1.7)
            sailboat(
                Pen(canvas, x - t * 6, y + bob, s, 3 * np.sin(t * 1.1 + k)),
                mix(pal.accents[(k + 1) % 3], pal.sky_low, 0.1 + 0.2 * pal.night),
                mix(pal.accents[(k + 2) % 3], pal.dark, 0.35),
            )
        self.sea.swell(canvas, t, 508, 8, 0.25, t * 20)
        pen = Pen(canvas)
        pen.box(-10, 518, W + 10, H + 10, mix((120, 84, 58), pal.dark, 0.2 + 0.5 * pal.night))
        for x in range(20, W, 120):
            px = x - (t * 10) % 120
            pen.box(px, 496, px + 16, 534, mix((96, 66, 46), pal.dark, 0.2 + 0.5 * pal.night), 5)
        flock(canvas, t, self.seed, mix((255, 255, 255), pal.dark, 0.15 + 0.5 * pal.night), count=7, y=180, size=0.7)


class Reef(Scene):
    """Under water: shoals of fish, swaying weed, a turtle, light from above."""

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.water = gradient([(0, pal.sky_top), (0.5, pal.sky_mid), (1, pal.sky_low)])
        self.far = hills(seed, 470, 110, mix(pal.far, pal.sky_mid, 0.35), low=pal.mid, rough=0.6)
        self.sand = hills(
            seed + 1, 520, 50, mix(pal.ground, pal.sky_low, 0.25), low=mix(pal.ground, pal.sky_low, 0.55), rough=0.35
        )
        self.fish = [
            (rng.uniform(0, W), rng.uniform(120, 380), rng.uniform(0.5, 1.1), int(rng.integers(3)), rng.uniform(0, 6.3))
            for _ in range(30)
        ]
        self.weed = [(rng.uniform(0, 1200), rng.uniform(60, 150), rng.uniform(0, 6.3)) for _ in range(22)]
        self.bubbles = [
            (rng.uniform(0, W), rng.uniform(0, H), rng.uniform(2, 6), rng.uniform(0, 6.3)) for _ in range(26)
        ]

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.water
        light_rays(canvas, t, (210, 250, 255), x=140, count=7, alpha=0.12)
        self.far.paste(canvas, 100 + t * 8)
        pen = Pen(canvas)
        turtle = pen.at(140 + t * 38, 210 + 16 * np.sin(t * 0.8), 1.0, 5 * np.sin(t * 0.8))
        flap = 16 * np.sin(t * 2.2)
        skin = hexc("#6fae8a")
        turtle.curve([(26, 8), (44, 34 + flap), (30, 40 + flap), (6, 14)], skin)
        turtle.curve([(-30, 8), (-50, 26 - flap * 0.6), (-40, 30 - flap * 0.6), (-18, 12)], skin)
        turtle.oval(62, -4, 17, 12, skin)
        turtle.disc(68, -7, 2, (20, 40, 40))
        turtle.oval(0, -2, 50, 27, hexc("#3f7a5e"))
        turtle.oval(-2, -6, 40, 19, hexc("#57946f"))
        for x, y, s, k, phase in self.fish:
            px = (x + t * 46 * s) % (W + 120) - 60
            one = pen.at(px, y + 10 * np.sin(t * 1.2 + phase), 0.72 * s)
            tail = 7 * np.sin(t * 9 + phase)
            colour = mix(pal.accents[k], pal.sky_mid, 0.35 * (1.1 - s))
            one.curve([(38, 0), (14, -17), (-18, -10), (-34, 0), (-18, 10), (14, 17)], colour)
            one.poly([(-30, 0), (-54, -16 + tail), (-48, 0), (-54, 16 + tail)], colour)
            one.line([(8, -14), (4, 0), (8, 14)], mix(colour, (255, 255, 255), 0.6), 5)
            one.disc(24, -3, 2.6, (20, 26, 40))
        self.sand.paste(canvas, 200 + t * 22)
        for x, tall, phase in self.weed:
            px = (x - t * 24) % 1200 - 100
            bend = [(px + np.sin(t * 1.3 + phase + s * 2) * 14 * s, 528 - tall * s) for s in np.linspace(0, 1, 7)]
            pen.line(bend, mix(hexc("#2f8f6b"), pal.sky_low, 0.25), 7)
        for x, y, r, phase in self.bubbles:
            py = (y - t * 46) % (H + 20) - 10
            pen.disc(x + 6 * np.sin(t * 2 + phase), py, r, mix(pal.cloud, pal.sky_mid, 0.45))


SCENES = {"breach": Breach, "harbour": Harbour, "reef": Reef}
