"""Scenes in town: a market and a street."""

from __future__ import annotations

import numpy as np

from assets.demo.making.draw import H, Pen, W, hexc, mix
from assets.demo.making.props import SKIN, Stars, car, clouds, flock, hills, lamp_post, person, sky, skyline, sun, tree
from assets.demo.making.scenes.base import Scene


class Market(Scene):
    """Stalls with striped awnings, fruit and flowers, people strolling both ways, bunting above.

    Options: lanterns: bool (lit lanterns instead of bunting).
    """

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.sky = sky(pal, 0.6)
        self.clouds = clouds(seed, pal, count=5, top=30, spread=70, alpha=0.85)
        self.back = skyline(
            seed + 1,
            420,
            230,
            mix(hexc("#d9b48f"), pal.sky_mid, 0.3 + 0.35 * pal.night),
            pal.lamp,
            0.1 + 0.5 * pal.night,
            width=(90, 150),
        )
        stone = mix(hexc("#cbb9a3"), pal.ground, 0.35)
        self.floor = hills(
            seed + 2,
            426,
            2,
            mix(stone, pal.dark, 0.4 * pal.night),
            low=mix(stone, pal.dark, 0.25 + 0.4 * pal.night),
            rough=0.1,
        )
        shirts = [*pal.accents, hexc("#7d5ba6"), hexc("#3f8f6b"), hexc("#d96c8a"), hexc("#f2efe6")]
        self.people = sorted(
            (
                rng.uniform(470, 530),
                rng.uniform(0, W + 200),
                rng.choice([-1, 1]) * rng.uniform(22, 46),
                int(rng.integers(len(shirts))),
                int(rng.integers(4)),
                rng.uniform(0, 6),
            )
            for _ in range(11)
        )
        self.shirts = shirts
        self.fruit = rng.integers(0, 5, (8, 3))

    def stall(self, pen: Pen, k: int, t: float) -> None:
        """One stall about 190 wide and 150 high on the origin."""
        pal = self.pal
        dim = 0.35 * pal.night
        wood = mix((150, 104, 68), pal.dark, dim)
        one = mix(pal.accents[k % 3], pal.dark, dim)
        light = mix((252, 246, 234), pal.dark, dim)
        for x in (-84, 80):
            pen.box(x, -122, x + 6, 4, wood)
        pen.box(-88, -52, 88, 4, wood)
        for x in (-60, -20, 20, 60):
            pen.line([(x, -48), (x, 2)], mix(wood, pal.dark, 0.2), 2)
        tones = (hexc("#e4572e"), hexc("#f3a712"), hexc("#7cb342"), hexc("#c2185b"), hexc("#f4d35e"))
        for j in range(3):
            left = -82 + j * 56
            pen.box(left, -66, left + 52, -50, mix(wood, (255, 230, 180), 0.2), 2)
            tone = mix(tones[self.fruit[k % 8, j]], pal.dark, dim)
            for n in range(6):
                pen.disc(left + 6 + n * 8, -67 - 4 * (n % 2), 6, mix(tone, (255, 255, 255), 0.14 * (n % 2)))
        person(
            pen.at(10 + 14 * np.sin(t * 0.6 + k), -34, 1.0),
            self.shirts[(k + 3) % 7],
            0,
            skin=SKIN[k % 4],
            arms_up=0.25 + 0.25 * np.sin(t * 2.1 + k),
            stride=0.2,
        )
        pen.box(-88, -52, 88, -46, mix(wood, (255, 255, 255), 0.15))
        for j in range(3):
            left = -82 + j * 56
            pen.box(left, -60, left + 52, -50, mix(wood, (255, 230, 180), 0.2), 2)
        stripes = 8
        wide = 200 / stripes
        for j in range(stripes):
            x = -100 + j * wide
            colour = one if j % 2 else light
            pen.poly([(x * 0.86, -152), ((x + wide) * 0.86, -152), (x + wide, -112), (x, -112)], colour)
            sway = 2 * np.sin(t * 1.8 + j + k)
            pen.curve(
                [(x, -113), (x + wide, -113), (x + wide - 2, -102), (x + wide / 2, -96 + sway), (x + 2, -102)],
                mix(colour, pal.dark, 0.08),
            )

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        self.clouds.paste(canvas, t * 8)
        self.back.paste(canvas, 200 + t * 10)
        self.floor.paste(canvas, 0)
        pen = Pen(canvas)
        scroll = 30 + t * 20
        for k in range(7):
            self.stall(pen.at(120 + k * 236 - scroll, 452, 1.05), k, t)
        for row, (y, sag) in enumerate(((96, 46), (150, 40))):
            for k in range(-1, 4):
                x0 = k * 330 - scroll * 0.8 + 120 * row
                share = np.linspace(0, 1, 12)
                xs, ys = x0 + 330 * share, y + sag * 4 * share * (1 - share)
                pen.line(np.stack([xs, ys], 1), pal.dark, 1.5)
                for j in range(1, 12):
                    sway = 3 * np.sin(t * 2 + j + k + row)
                    colour = (*pal.accents, hexc("#7cb342"))[(j + k) % 4]
                    if self.options.get("lanterns"):
                        pen.oval(xs[j] + sway, ys[j] + 13, 9, 11, mix(colour, pal.lamp, 0.45))
                        pen.glow(xs[j] + sway, ys[j] + 13, 34, pal.lamp, 0.35)
                    else:
                        pen.poly([(xs[j] - 9, ys[j]), (xs[j] + 9, ys[j]), (xs[j] + sway, ys[j] + 22)], colour)
        for y, x, speed, shirt, skin, phase in self.people:
            px = (x + t * (speed - 14)) % (W + 200) - 100
            figure = pen.at(px, y, 0.8 + (y - 470) / 110, 0, speed < 0)
            person(
                figure,
                mix(self.shirts[shirt], pal.dark, 0.3 * pal.night),
                t * abs(speed) * 0.17 + phase,
                skin=mix(SKIN[skin], pal.dark, 0.25 * pal.night),
            )
            if shirt % 2:
                figure.box(8, -28, 20, -14, mix((196, 150, 96), pal.dark, 0.3 * pal.night), 2)


class Street(Scene):
    """A street: towers behind, cars and a tram, trees, people on the pavement."""

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.sky = sky(pal, 0.7)
        self.stars = Stars(seed, 80, 0.4)
        self.clouds = clouds(seed, pal, count=5, top=30, spread=110, alpha=0.85)
        lit = 0.1 + 0.45 * pal.night
        self.far = skyline(seed + 1, 430, 290, mix(pal.far, pal.sky_low, 0.25), pal.lamp, lit * 0.7, width=(50, 90))
        self.mid = skyline(
            seed + 2,
            430,
            210,
            mix(pal.mid, mix(pal.accents[2], pal.sky_mid, 0.4), 0.35),
            pal.lamp,
            lit,
            width=(70, 130),
        )
        self.road = hills(seed + 3, 432, 2, mix((150, 152, 160), pal.dark, 0.1 + 0.45 * pal.night), rough=0.1)
        self.cars = [(rng.uniform(0, 1300), rng.uniform(70, 120), k) for k in range(6)]
        self.walkers = [
            (rng.uniform(0, W), rng.choice([-1, 1]) * rng.uniform(20, 40), k, rng.uniform(0, 6)) for k in range(7)
        ]
        self.cues.append((1.0, "bell"))

    def tram(self, pen: Pen) -> None:
        """A tram about 330 long on the origin."""
        pal = self.pal
        body = mix(pal.accents[0], pal.dark, 0.25 * pal.night)
        pen.line([(0, -104), (24, -128), (-6, -150)], pal.dark, 2.5)
        for x in (-168, 2):
            pen.box(x, -102, x + 166, -10, body, 14)
            pen.box(x, -40, x + 166, -32, (250, 246, 236))
            for k in range(5):
                pen.box(x + 10 + k * 30, -88, x + 34 + k * 30, -50, pal.lamp if pal.night > 0.3 else (204, 230, 242), 4)
            for dx in (34, 130):
                pen.disc(x + dx, -8, 10, (44, 46, 58))
        if pal.night > 0.3:
            pen.glow(168, -30, 70, pal.lamp, 0.6)

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        if pal.night > 0.3:
            self.stars.draw(canvas, t, 0.7 * pal.night)
        sun(canvas, 180, 96, pal, 28, 0.6)
        self.clouds.paste(canvas, t * 8)
        self.far.paste(canvas, 300 + t * 8)
        self.mid.paste(canvas, 100 + t * 18)
        self.road.paste(canvas, 0)
        pen = Pen(canvas)
        pave = mix((206, 200, 190), pal.dark, 0.1 + 0.45 * pal.night)
        pen.box(-5, 430, W + 5, 452, pave)
        for k in range(6):
            tree(
                pen.at(60 + k * 210 - (t * 20) % 210, 446, 0.95),
                mix(pal.near, pal.sky_mid, 0.1),
                3 * np.sin(t * 1.2 + k),
            )
        for x, speed, k, phase in self.walkers:
            px = (x + t * (speed - 18)) % (W + 100) - 50
            person(
                pen.at(px, 449, 0.62, 0, speed < 0),
                mix(pal.accents[k % 3], pal.dark, 0.3 * pal.night),
                t * abs(speed) * 0.2 + phase,
                skin=SKIN[k % 4],
            )
        pen.line([(-5, 322), (W + 5, 322)], mix(pal.dark, pal.sky_low, 0.3), 1.5)
        self.tram(pen.at(-120 + t * 96, 474, 1.0))
        for k in range(10):
            x = k * 120 - (t * 22) % 120
            pen.box(x, 492, x + 58, 496, (240, 236, 224))
        for x, speed, k in self.cars:
            back = k % 2
            px = (x + t * speed * (-1 if back else 1)) % 1300 - 170
            car(
                pen.at(px, 486 if back else 522, 0.72 if back else 0.92, 0, bool(back)),
                mix(pal.accents[k % 3] if k < 4 else (236, 236, 240), pal.dark, 0.25 * pal.night),
                t * 9,
                pal.night > 0.3,
            )
        for x in (120, 520, 920):
            lamp_post(pen.at(x - (t * 26) % 400 + 100, H, 1.5), pal)
        flock(canvas, t, self.seed, mix(pal.dark, pal.sky_mid, 0.35), count=4, y=120, size=0.5)


SCENES = {"market": Market, "street": Street}
