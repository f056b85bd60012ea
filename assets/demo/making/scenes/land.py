"""Scenes in the countryside: deer in a wood, a train on its way, a village."""

from __future__ import annotations

import numpy as np

from assets.demo.making.draw import H, Layer, Pen, W, ease, hexc, mix
from assets.demo.making.props import (
    SKIN,
    Flakes,
    Stars,
    clouds,
    flock,
    hills,
    lamp_post,
    light_rays,
    mountains,
    person,
    pine,
    sky,
    sun,
    tree,
)
from assets.demo.making.scenes.base import Scene


def deer(pen: Pen, step: float, graze: float, coat: tuple[int, int, int], antlers: bool = True) -> None:
    """A deer about 130 high standing on the origin, looking right; graze 0 head up .. 1 head down."""
    dark = mix(coat, (30, 20, 15), 0.4)
    for k, x in enumerate((-44, -34, 30, 40)):
        swing = 13 * np.sin(step + k * np.pi / 2 * (1 if k % 2 else 3))
        pen.line([(x, -60), (x + swing * 0.4, -30), (x + swing, 0)], dark if k % 2 else coat, 6)
    pen.curve([(-58, -78), (-30, -90), (10, -86), (44, -88), (54, -72), (44, -54), (0, -50), (-44, -52)], coat)
    pen.oval(-57, -74, 6, 10, (250, 244, 232))
    lean = ease(graze)
    head = np.array([86 + 6 * lean, -140 + 118 * lean])
    pen.poly([(34, -86), (54, -66), head + np.array([2, 14]), head - np.array([14, 4])], coat)
    tilt = 12 + 46 * lean
    skull = pen.at(*head, 1.0, tilt)
    skull.curve([(-16, -10), (4, -13), (30, -1), (31, 6), (4, 11), (-14, 9)], coat)
    skull.disc(30, 2, 3.6, (40, 30, 28))
    skull.disc(4, -4, 2.6, (30, 22, 20))
    skull.curve([(-14, -8), (-30, -22), (-24, -4)], dark)
    if antlers:
        horn = (214, 190, 150)
        for flip in (1, 0.7):
            skull.line([(-8, -12), (-14 * flip, -40), (4 * flip, -66)], horn, 3.4)
            skull.line([(-13 * flip, -34), (10, -44)], horn, 3)
            skull.line([(-12 * flip, -50), (-28 * flip, -64)], horn, 3)


class Deer(Scene):
    """Deer walk through a wood, stop, graze and look up.

    Options: season "summer" | "autumn" | "winter".
    """

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.season = self.options.get("season", "summer")
        self.sky = sky(pal, 0.8)
        leaf = {"summer": pal.mid, "autumn": hexc("#d9822b"), "winter": mix(pal.mid, pal.ground, 0.3)}[self.season]
        self.back = hills(
            seed,
            420,
            120,
            mix(pal.far, pal.sky_low, 0.4),
            low=mix(pal.far, pal.sky_low, 0.6),
            rough=0.5,
            pines=mix(pal.far, pal.sky_low, 0.25),
            pine_count=120,
            pine_size=60,
        )
        self.trunks = []
        for depth, (base, count, colour) in enumerate(
            ((440, 22, mix(pal.mid, pal.sky_low, 0.35)), (474, 9, mix(pal.near, pal.sky_low, 0.1)))
        ):
            layer = Layer(1500 + 200 * depth, H, 0)
            spots = np.sort(rng.uniform(0, layer.period, count))
            wide = rng.uniform(8, 15, count) * (1 + 0.7 * depth)
            lean = rng.uniform(-16, 16, count)
            for pen in layer.pens():
                for x, w, dx in zip(spots, wide, lean, strict=True):
                    pen.poly([(x - w, base), (x + w, base), (x + w * 0.6 + dx, -10), (x - w * 0.6 + dx, -10)], colour)
                    pen.poly(
                        [(x + w * 0.2, base), (x + w, base), (x + w * 0.6 + dx, -10), (x + w * 0.2 + dx, -10)],
                        mix(colour, pal.dark, 0.15),
                    )
                    for k in range(5):
                        y = 30 + 46 * k + (x * 3.7 % 30)
                        blob = mix(
                            mix(leaf, colour, 0.25 + 0.2 * (1 - depth)), (255, 255, 220), 0.1 * ((k + int(x)) % 2)
                        )
                        if self.season == "winter":
                            pen.line([(x, y + 20), (x + (40 if k % 2 else -40), y - 8)], colour, 4)
                            pen.line([(x, y + 18), (x + (38 if k % 2 else -38), y - 10)], pal.ground, 2)
                        elif y < 190:
                            pen.oval(x + (30 if k % 2 else -30), y - 20, 52, 34, blob)
            self.trunks.append(layer)
        self.floor = hills(
            seed + 5, 470, 34, mix(pal.ground, leaf, 0.15), low=mix(pal.ground, pal.dark, 0.3), rough=0.4
        )
        self.front = Layer(1400, 190, H - 190)
        grass = mix(pal.near, pal.dark, 0.25) if self.season != "winter" else mix(pal.ground, pal.near, 0.2)
        for x in rng.uniform(0, 1400, 130):
            tall, lean_x = rng.uniform(24, 66), rng.uniform(-14, 14)
            for pen in self.front.pens():
                pen.poly(
                    [(x - 5, H + 4), (x + 5, H + 4), (x + lean_x, H - tall)], mix(grass, leaf, 0.25 * ((x * 13) % 1))
                )
        self.fall = {
            "summer": Flakes(seed, 34, ((255, 255, 214), (240, 255, 200)), (1.0, 2.4), -14, 26),
            "autumn": Flakes(seed, 42, (hexc("#e07b2a"), hexc("#c8402f"), hexc("#efb23e")), (3, 6), 62, 40),
            "winter": Flakes(seed, 130, ((255, 255, 255),), (1.4, 4.0), 60, 22),
        }[self.season]

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        self.back.paste(canvas, 100 + t * 5)
        self.trunks[0].paste(canvas, 300 + t * 9)
        if self.season != "winter":
            light_rays(canvas, t, pal.sun, x=240, count=6, alpha=0.20)
        self.floor.paste(canvas, 60 + t * 15)
        coat = hexc("#a8683a") if self.season != "winter" else hexc("#8a6248")
        walk = min(t, 4.2) + max(0.0, t - 7.5)
        graze = ease((t - 4.4) / 0.8) - ease((t - 6.8) / 0.7)
        pen = Pen(canvas)
        self.trunks[1].paste(canvas, 520 + t * 20)
        deer(pen.at(560 + walk * 26, 462, 0.74), walk * 4.2 + 1, 1 - graze, mix(coat, pal.sky_low, 0.12), False)
        deer(pen.at(90 + walk * 33, 478, 0.56), walk * 6, 0.2, mix(coat, (255, 230, 190), 0.15), False)
        deer(pen.at(240 + walk * 34, 500, 1.12), walk * 4.6, graze, coat)
        self.front.paste(canvas, 200 + t * 38)
        self.fall.draw(canvas, t, leaf=self.season == "autumn")


class Train(Scene):
    """A train crosses the country; at "tunnel" it dives into a mountain, at "viaduct" it crosses high arches.

    Options: place "viaduct" | "tunnel" | "plain"; season "summer" | "winter"; modern: bool (no steam).
    """

    def build(self) -> None:
        pal, seed = self.pal, self.seed
        self.place = self.options.get("place", "plain")
        self.sky = sky(pal, 0.75)
        self.clouds = clouds(seed, pal, count=6, top=40, spread=140)
        snow = mix(pal.cloud, pal.far, 0.12)
        self.far = mountains(
            seed + 1, 400, 200, mix(pal.far, pal.sky_low, 0.15), snow, low=mix(pal.mid, pal.sky_low, 0.35)
        )
        self.mid = hills(
            seed + 2,
            430,
            80,
            mix(pal.mid, pal.sky_low, 0.1),
            low=pal.mid,
            rough=0.45,
            pines=mix(pal.near, pal.mid, 0.4),
            pine_count=60,
            pine_size=26,
        )
        self.front = hills(
            seed + 3,
            545,
            50,
            pal.near,
            low=pal.dark,
            rough=0.5,
            pines=mix(pal.near, pal.dark, 0.35),
            pine_count=24,
            pine_size=54,
        )
        self.cues.append((0.4, "whistle"))

    def wagon(self, pen: Pen, colour: tuple[int, int, int], spin: float) -> None:
        """One carriage about 150 long on the origin."""
        pen.box(-74, -56, 74, -10, colour, 7)
        pen.box(-74, -60, 74, -52, mix(colour, (255, 255, 255), 0.55), 4)
        pen.box(-74, -24, 74, -19, mix(colour, (255, 255, 255), 0.7))
        glass = self.pal.lamp if self.pal.night > 0.4 else (202, 230, 242)
        for k in range(5):
            pen.box(-64 + k * 27, -47, -44 + k * 27, -30, glass, 3)
        for x in (-50, -28, 28, 50):
            pen.disc(x, -7, 8, (44, 46, 58))
            pen.line(
                [(x - 4 * np.cos(spin), -7 - 4 * np.sin(spin)), (x + 4 * np.cos(spin), -7 + 4 * np.sin(spin))],
                (150, 154, 164),
                2,
            )

    def engine(self, pen: Pen, colour: tuple[int, int, int], spin: float) -> None:
        """A steam engine, or a modern power car, about 170 long on the origin."""
        if self.options.get("modern"):
            pen.curve([(-80, -58), (20, -60), (64, -44), (92, -16), (88, -8), (-80, -8)], colour)
            pen.poly([(28, -53), (56, -40), (66, -30), (28, -32)], (40, 54, 78))
            pen.box(-80, -24, 80, -18, mix(colour, (255, 255, 255), 0.75))
        else:
            pen.box(-80, -82, -30, -10, mix(colour, (0, 0, 0), 0.15), 5)
            pen.box(-86, -90, -24, -80, (44, 46, 58), 4)
            pen.box(-70, -72, -42, -46, (202, 230, 242), 3)
            pen.box(-34, -58, 78, -14, colour, 16)
            for x in (-10, 22, 54):
                pen.box(x, -58, x + 5, -14, mix(colour, (255, 220, 140), 0.55))
            pen.poly([(52, -56), (66, -56), (72, -92), (46, -92)], (44, 46, 58))
            pen.disc(4, -60, 10, mix(colour, (255, 220, 140), 0.5))
            pen.poly([(74, -14), (100, 0), (60, 0)], (60, 62, 74))
        for x, r in ((-56, 12), (-26, 12), (8, 12), (40, 9), (62, 9)):
            pen.disc(x, -r + 1, r, (44, 46, 58))
            pen.disc(x, -r + 1, r * 0.45, mix(colour, (255, 255, 255), 0.4))
            pen.line(
                [
                    (x - r * 0.7 * np.cos(spin), -r + 1 - r * 0.7 * np.sin(spin)),
                    (x + r * 0.7 * np.cos(spin), -r + 1 + r * 0.7 * np.sin(spin)),
                ],
                (170, 174, 184),
                2,
            )

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        sun(canvas, 220, 110, pal, 28, 0.6)
        self.clouds.paste(canvas, t * 10)
        self.far.paste(canvas, 200 + t * 8)
        self.mid.paste(canvas, 400 + t * 22)
        pen = Pen(canvas)
        track = 418.0
        x = 120 + t * (118 if self.place != "plain" else 64)
        stone = mix(hexc("#b9a58c"), pal.sky_low, 0.2 + 0.2 * pal.night)
        if self.place == "viaduct":
            pen.box(-10, track + 2, W + 10, track + 20, stone)
            for k in range(-1, 9):
                left = k * 128 - (t * 20) % 128
                arch = [(left + 18, H + 4), (left + 18, track + 70)]
                arch += [(left + 64 - 46 * np.cos(a), track + 70 - 40 * np.sin(a)) for a in np.linspace(0, np.pi, 14)]
                arch += [(left + 110, track + 70), (left + 110, H + 4)]
                pier = [(left + 110, track + 18), (left + 146, track + 18), (left + 146, H + 4), (left + 110, H + 4)]
                pen.poly(pier, mix(stone, pal.dark, 0.08))
                pen.poly(
                    [
                        (left + 18, track + 18),
                        (left + 110, track + 18),
                        (left + 110, track + 72),
                        *arch[-3:1:-1],
                        (left + 18, track + 72),
                    ],
                    stone,
                )
        else:
            pen.poly(
                [(-10, track + 2), (W + 10, track + 2), (W + 10, H + 5), (-10, H + 5)], mix(pal.ground, pal.near, 0.25)
            )
            pen.box(-10, track + 1, W + 10, track + 12, mix(hexc("#8c7a68"), pal.ground, 0.3))
            for k in range(50):
                px = k * 22 - (t * 20) % 22
                pen.box(px, track + 2, px + 10, track + 7, (92, 72, 60))
        pen.line([(-5, track), (W + 5, track)], (88, 90, 100), 2.5)
        spin = t * 9
        body = mix(pal.accents[0], pal.dark, 0.3 * pal.night)
        bounce = 0.7 * np.sin(t * 16)
        for k in range(4):
            self.wagon(
                pen.at(x - 168 - k * 158, track, 1, 0),
                mix(pal.accents[2 if k % 2 else 1], pal.dark, 0.25 * pal.night),
                spin,
            )
        self.engine(pen.at(x, track + bounce * 0.3, 1, 0), body, spin)
        if not self.options.get("modern"):
            for k in range(16):
                age = (t * 2.2 + k) % 16 / 2.2
                px = x + 58 - age * 96
                grow = 9 + 9 * age
                pen.veil(
                    np.stack(
                        [
                            np.cos(np.linspace(0, 6.28, 18)) * grow + px,
                            np.sin(np.linspace(0, 6.28, 18)) * grow * 0.8 + track - 98 - 18 * age**0.7 + 4 * np.sin(k),
                        ],
                        1,
                    ),
                    (246, 244, 240),
                    max(0.0, 0.75 - age * 0.11),
                )
        if pal.night > 0.3 and x < W:
            pen.veil([(x + 80, track - 30), (x + 420, track - 70), (x + 420, track + 10)], pal.lamp, 0.25 * pal.night)
        if self.place == "tunnel":
            rock = mix(pal.far, pal.dark, 0.25)
            edge = 690 - t * 6
            pen.poly(
                [
                    (edge, H + 5),
                    (edge + 6, track - 96),
                    (edge + 60, track - 190),
                    (edge + 190, track - 300),
                    (edge + 420, track - 360),
                    (W + 300, H + 5),
                ],
                rock,
            )
            pen.poly(
                [
                    (edge + 60, track - 190),
                    (edge + 190, track - 300),
                    (edge + 420, track - 360),
                    (edge + 330, track - 260),
                    (edge + 210, track - 220),
                    (edge + 150, track - 150),
                ],
                mix(rock, pal.cloud, 0.55),
            )
            pen.box(edge - 14, track - 112, edge + 20, track + 6, stone, 6)
            pen.box(edge - 18, track - 124, edge + 24, track - 108, mix(stone, (255, 255, 255), 0.2), 4)
        self.front.paste(canvas, 300 + t * 60)


class Village(Scene):
    """A few houses, smoke from the chimneys, someone with a dog; snow or petals in the air.

    Options: season "summer" | "autumn" | "winter".
    """

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.season = self.options.get("season", "summer")
        self.sky = sky(pal, 0.7)
        self.stars = Stars(seed, 90, 0.45)
        self.clouds = clouds(seed, pal, count=5, top=40, spread=120, alpha=0.8)
        self.far = mountains(
            seed + 1,
            410,
            210,
            mix(pal.far, pal.sky_low, 0.15),
            mix(pal.cloud, pal.far, 0.12),
            low=mix(pal.mid, pal.sky_low, 0.3),
        )
        self.mid = hills(
            seed + 2,
            440,
            90,
            mix(pal.mid, pal.ground, 0.35),
            low=pal.ground,
            rough=0.4,
            pines=pal.near,
            pine_count=46,
            pine_size=34,
        )
        self.floor = hills(seed + 3, 476, 16, pal.ground, low=mix(pal.ground, pal.mid, 0.35), rough=0.3)
        walls = [hexc(c) for c in ("#e8d5b5", "#d9a27e", "#c9d6cf", "#e3b7a0", "#f0e2c8")]
        self.houses = [
            (40 + 176 * k + rng.uniform(-12, 12), rng.uniform(0.95, 1.25), walls[k % 5], rng.uniform(0, 6))
            for k in range(7)
        ]
        self.air = None
        if self.season == "winter":
            self.air = Flakes(seed, 160, ((255, 255, 255),), (1.3, 3.8), 58, 22)
        elif self.season == "autumn":
            self.air = Flakes(seed, 26, (hexc("#e07b2a"), hexc("#c8402f")), (3, 5.5), 56, 40)

    def house(self, pen: Pen, wall: tuple[int, int, int], k: int) -> None:
        """A gabled house about 150 high on the origin."""
        pal = self.pal
        wall = mix(wall, pal.mid, 0.55 * pal.night)
        roof = mix(pal.accents[k % 3], pal.dark, 0.25 + 0.35 * pal.night)
        if self.season == "winter":
            roof = mix(pal.ground, pal.sky_low, 0.15)
        pen.box(26, -150, 40, -100, mix(wall, pal.dark, 0.35))
        pen.box(-56, -86, 56, 4, wall)
        pen.box(24, -86, 56, 4, mix(wall, pal.dark, 0.1))
        pen.poly([(-68, -82), (0, -140), (68, -82)], roof)
        pen.poly([(-56, -84), (0, -131), (56, -84)], mix(wall, pal.dark, 0.12))
        glass = pal.lamp if pal.night > 0.3 else mix((170, 204, 222), wall, 0.2)
        for x, y in ((-40, -64), (16, -64), (-8, -112)):
            pen.box(x, y, x + 24, y + 26, mix(wall, (255, 255, 255), 0.5), 2)
            pen.box(x + 3, y + 3, x + 21, y + 23, glass, 2)
            pen.line([(x + 12, y + 3), (x + 12, y + 23)], mix(wall, (255, 255, 255), 0.5), 2)
            if pal.night > 0.3:
                pen.glow(x + 12, y + 12, 42, pal.lamp, 0.35 * pal.night)
        pen.box(-12, -40, 8, 4, mix(pal.accents[(k + 1) % 3], pal.dark, 0.35), 3)

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        if pal.night > 0.3:
            self.stars.draw(canvas, t, pal.night)
        sun(canvas, 770, 110, pal, 28, 0.6)
        self.clouds.paste(canvas, t * 7)
        self.far.paste(canvas, 160 + t * 3)
        self.mid.paste(canvas, 300 + t * 8)
        self.floor.paste(canvas, t * 16)
        pen = Pen(canvas)
        for k, (x, s, wall, phase) in enumerate(self.houses):
            px = x - t * 16
            for j in range(6):
                age = (t * 0.3 + j / 6 + phase) % 1
                ring = 7 + 15 * age
                pen.veil(
                    np.stack(
                        [
                            np.cos(np.linspace(0, 6.28, 16)) * ring + px + 33 * s + 26 * age,
                            np.sin(np.linspace(0, 6.28, 16)) * ring + 470 - 156 * s - 80 * age,
                        ],
                        1,
                    ),
                    (236, 238, 242),
                    0.4 * (1 - age),
                )
            self.house(pen.at(px, 470, s), wall, k)
        for x in (130, 470, 830):
            lamp_post(pen.at(x - t * 18, 486, 0.95), pal)
        if self.season == "summer":
            for x in (226, 560, 900):
                tree(pen.at(x - t * 18, 488, 0.95), pal.near, 3 * np.sin(t + x))
        elif self.season == "winter":
            for x in (226, 560, 900):
                pine(pen.at(x - t * 18, 492, 1.5), pal.near, (255, 255, 255))
        else:
            for x in (226, 560, 900):
                tree(pen.at(x - t * 18, 488, 0.95), hexc("#d9822b"), 3 * np.sin(t + x))
        walk = 250 + t * 22
        person(pen.at(walk, 516, 0.95), pal.accents[0], t * 5, skin=SKIN[1], hat=pal.accents[1])
        dog = pen.at(walk + 62 + 8 * np.sin(t * 1.3), 518, 0.8)
        coat = hexc("#8a5a3c")
        for k, x in enumerate((-14, -8, 10, 16)):
            dog.line([(x, -14), (x + 7 * np.sin(t * 10 + k * 1.6), 0)], coat, 4)
        dog.curve([(-20, -22), (0, -27), (20, -24), (22, -14), (-18, -12)], coat)
        dog.curve([(18, -24), (24, -38), (40, -32), (36, -24), (24, -20)], coat)
        dog.line([(-18, -22), (-32, -34 + 4 * np.sin(t * 14))], coat, 4)
        dog.line([(-48, -10), (20, -24)], (120, 60, 50), 1)
        if self.air is not None:
            self.air.draw(canvas, t, 10, leaf=self.season == "autumn")
        else:
            flock(canvas, t, self.seed, mix(pal.dark, pal.sky_mid, 0.3), count=5, y=150)


SCENES = {"deer": Deer, "train": Train, "village": Village}
