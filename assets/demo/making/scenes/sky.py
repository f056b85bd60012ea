"""Scenes whose subject is in the sky: sunrise, balloons, fireworks, thunderstorm, northern lights."""

from __future__ import annotations

import cv2
import numpy as np

from assets.demo.making.draw import H, Pen, W, add_glow, brighten, gradient, hexc, mix
from assets.demo.making.props import Sea, Stars, clouds, ferry, flock, hills, mountains, sailboat, sky, skyline, sun
from assets.demo.making.scenes.base import Scene


class Sunrise(Scene):
    """The sun (or moon) moves slowly over sea, hills, snow or a town.

    Options: ground "sea" | "hills" | "snow" | "city"; rise: pixels it climbs over the scene (negative: it sets);
    x: its place; birds: how many; stars: bool.
    """

    def build(self) -> None:
        pal, seed = self.pal, self.seed
        self.ground = self.options.get("ground", "sea")
        self.horizon = 350 if self.ground == "sea" else 400
        self.sky = sky(pal, self.horizon / H)
        self.clouds = clouds(seed + 1, pal, count=5, top=60, spread=130, size=1.15, alpha=0.75)
        self.stars = Stars(seed + 2, 110)
        if self.ground == "sea":
            self.sea = Sea(seed + 3, pal, self.horizon)
            self.far = hills(seed + 4, self.horizon + 4, 46, mix(pal.far, pal.sky_low, 0.25), rough=0.45)
        elif self.ground == "snow":
            self.far = mountains(
                seed + 4,
                410,
                210,
                mix(pal.far, pal.sky_low, 0.15),
                mix(pal.ground, pal.sky_low, 0.25),
                low=mix(pal.ground, pal.far, 0.35),
            )
            self.mid = hills(seed + 5, 470, 70, mix(pal.ground, pal.mid, 0.3), low=pal.ground, rough=0.4)
            self.near = hills(
                seed + 6,
                530,
                60,
                pal.ground,
                low=mix(pal.ground, pal.mid, 0.35),
                rough=0.4,
                pines=pal.near,
                pine_count=26,
                pine_size=46,
            )
        elif self.ground == "city":
            self.far = skyline(seed + 4, 430, 150, mix(pal.far, pal.sky_low, 0.3), pal.lamp, 0.1 + 0.3 * pal.night)
            self.mid = skyline(seed + 5, 470, 190, pal.mid, pal.lamp, 0.12 + 0.4 * pal.night, width=(60, 120))
            self.near = hills(seed + 6, 530, 46, pal.near, rough=0.6)
        else:
            self.far = hills(seed + 4, 410, 120, mix(pal.far, pal.sky_low, 0.3), low=pal.sky_low, rough=0.45)
            self.mid = hills(
                seed + 5,
                450,
                90,
                pal.mid,
                low=mix(pal.mid, pal.sky_low, 0.3),
                rough=0.5,
                pines=mix(pal.mid, pal.dark, 0.2),
                pine_count=50,
                pine_size=20,
            )
            self.near = hills(
                seed + 6,
                525,
                70,
                pal.near,
                low=pal.dark,
                rough=0.5,
                pines=mix(pal.near, pal.dark, 0.3),
                pine_count=36,
                pine_size=40,
            )

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        share = t / self.span
        if pal.night > 0.3 or self.options.get("stars"):
            self.stars.draw(canvas, t, max(0.2, pal.night) * (1 - 0.6 * share * (pal.night < 0.9)))
        rise = float(self.options.get("rise", 120))
        x = float(self.options.get("x", 600))
        sun(canvas, x, self.horizon + 24 - (rise * share if rise > 0 else -rise * (1 - share)), pal, 36)
        self.clouds.paste(canvas, 40 + t * 9)
        if self.ground == "sea":
            self.far.paste(canvas, 300 + t * 2)
            self.sea.draw(canvas, t, scroll=t * 3, sun_x=x)
            ship = Pen(canvas, 250 + t * 9, self.horizon + 30 + np.sin(t * 1.1) * 1.5, 0.42, np.sin(t * 0.9) * 2)
            sailboat(ship, mix(pal.accents[0], pal.sky_low, 0.3), pal.dark)
        else:
            self.far.paste(canvas, 100 + t * 3)
            self.mid.paste(canvas, 300 + t * 7)
            self.near.paste(canvas, 500 + t * 14)
        flock(canvas, t, self.seed, mix(pal.dark, pal.sky_mid, 0.25), count=int(self.options.get("birds", 6)), y=170)


class Balloons(Scene):
    """Hot-air balloons over patched fields."""

    def build(self) -> None:
        pal, seed = self.pal, self.seed
        self.sky = sky(pal, 0.72)
        self.clouds = clouds(seed, pal, count=6, top=50, spread=170)
        self.far = mountains(seed + 1, 400, 120, mix(pal.far, pal.sky_low, 0.2), mix(pal.cloud, pal.far, 0.2), peaks=8)
        self.mid = hills(seed + 2, 420, 60, mix(pal.mid, pal.sky_low, 0.15), low=pal.mid, rough=0.4)
        self.near = hills(
            seed + 3,
            500,
            60,
            pal.ground,
            low=mix(pal.ground, pal.near, 0.5),
            rough=0.35,
            pines=pal.near,
            pine_count=24,
            pine_size=26,
        )
        rng = self.rng
        self.spots = sorted(
            (rng.uniform(0.45, 1.1), rng.uniform(40, W - 40), rng.uniform(110, 300), rng.uniform(0, 6.3), k)
            for k in range(6)
        )

    def balloon(self, pen: Pen, k: int, t: float) -> None:
        """An envelope with gores, a skirt and a basket; about 160 high, its middle on the origin."""
        one, two = self.pal.accents[k % 3], self.pal.accents[(k + 1) % 3]
        light = mix(one, (255, 255, 255), 0.75)
        pen.line([(-16, 48), (-9, 80)], self.pal.dark, 1.5)
        pen.line([(16, 48), (9, 80)], self.pal.dark, 1.5)
        full = np.array(
            [
                (0, -62),
                (34, -52),
                (54, -22),
                (52, 8),
                (34, 36),
                (16, 54),
                (-16, 54),
                (-34, 36),
                (-52, 8),
                (-54, -22),
                (-34, -52),
            ]
        )
        for share, colour in ((1.0, one), (0.72, light), (0.44, two if k % 2 else one), (0.16, light)):
            pen.curve([tuple(p) for p in full * (share, 1)], colour)
        pen.box(-16, 50, 16, 57, two, 3)
        pen.box(-10, 78, 10, 93, (140, 92, 54), 3)
        flare = max(0.0, np.sin(t * 1.3 + k * 2))
        if flare > 0.55:
            pen.poly([(-4, 74), (4, 74), (0, 60 - 8 * flare)], (255, 206, 92))

    def draw(self, canvas: np.ndarray, t: float) -> None:
        canvas[:] = self.sky
        sun(canvas, 760, 110, self.pal, 30, 0.7)
        self.clouds.paste(canvas, t * 7)
        self.far.paste(canvas, 200 + t * 4)
        self.mid.paste(canvas, 100 + t * 9)
        for scale, x, y, phase, k in self.spots[:3]:
            self.balloon(
                Pen(
                    canvas,
                    (x + t * 9 * scale) % (W + 200) - 100,
                    y + 12 * np.sin(t * 0.5 + phase),
                    scale,
                    2 * np.sin(t * 0.7 + phase),
                ),
                k,
                t,
            )
        self.near.paste(canvas, t * 18)
        for scale, x, y, phase, k in self.spots[3:]:
            self.balloon(
                Pen(
                    canvas,
                    (x + t * 12 * scale) % (W + 200) - 100,
                    y + 14 * np.sin(t * 0.5 + phase),
                    scale,
                    2 * np.sin(t * 0.7 + phase),
                ),
                k,
                t,
            )
        flock(canvas, t, self.seed + 9, mix(self.pal.dark, self.pal.sky_mid, 0.4), count=4, y=330, size=0.4)


class Fireworks(Scene):
    """Fireworks over a town at night, mirrored in water.

    Options: place "harbour" | "stadium" | "city" | "lake".
    """

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.shore = 392
        self.sky = sky(pal, self.shore / H)
        self.stars = Stars(seed, 90)
        place = self.options.get("place", "harbour")
        if place == "lake":
            self.back = mountains(seed + 1, 390, 150, pal.far, mix(pal.far, pal.foam, 0.4), low=pal.far)
            self.town = hills(seed + 2, 402, 34, pal.mid, rough=0.5, pines=pal.near, pine_count=70, pine_size=22)
        else:
            self.back = skyline(seed + 1, 392, 110, mix(pal.far, pal.sky_mid, 0.3), pal.lamp, 0.22)
            self.town = skyline(seed + 2, 394, 74, pal.near, pal.lamp, 0.36, width=(38, 80))
        self.bursts = []
        hues = [hexc(c) for c in ("#ff5d73", "#ffd166", "#66e0ff", "#c792ff", "#7dffb0", "#ff9f45", "#fff3c4")]
        start = 0.1
        while start < self.span + 1:
            size = rng.uniform(0.75, 1.25)
            kind = rng.integers(3)
            self.bursts.append(
                (
                    start,
                    rng.uniform(130, W - 130),
                    rng.uniform(90, 220),
                    size,
                    hues[rng.integers(7)],
                    hues[rng.integers(7)],
                    kind,
                    int(rng.integers(1 << 30)),
                )
            )
            self.cues.append((start + 0.75, "boom"))
            start += rng.uniform(0.3, 0.56)
        self.shift = (np.sin(np.arange(H - self.shore) * 0.55), np.sin(np.arange(H - self.shore) * 0.21))
        if place == "harbour":
            self.cast = [(170.0, 0.55, 0), (760.0, 0.62, 1)]
        else:
            self.cast = []

    def burst(
        self,
        canvas: np.ndarray,
        age: float,
        x: float,
        y: float,
        size: float,
        one: tuple,
        two: tuple,
        kind: int,
        seed: int,
    ) -> None:
        """One rocket: it climbs for 0.75 s, then opens and falls."""
        pen = Pen(canvas)
        if age < 0.75:
            climb = 1 - (1 - age / 0.75) ** 2
            py = self.shore - (self.shore - y) * climb
            for k in range(7):
                pen.disc(
                    x + 2 * np.sin(py * 0.1 + k), py + k * 6, 2.4 - 0.3 * k, mix((255, 240, 200), (90, 60, 50), k / 7)
                )
            return
        life = (age - 0.75) / 1.7
        if life >= 1:
            return
        rng = np.random.default_rng(seed)
        count = 34 if kind else 46
        angle = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 0.1, count)
        speed = np.ones(count) if kind == 1 else rng.uniform(0.35, 1.0, count)
        reach = 150 * size * (1 - (1 - life) ** 2.4)
        back = 150 * size * (1 - (1 - max(0.0, life - 0.15)) ** 2.4)
        drop = 60 * life * life
        dim = (1 - life) ** 0.8
        if life < 0.3:
            add_glow(canvas, x, y, 240 * size, one, 0.7 * (1 - life / 0.3))
        add_glow(canvas, x, y + drop, 210 * size, one, 0.5 * dim)
        for k in range(count):
            c, s = np.cos(angle[k]) * speed[k], np.sin(angle[k]) * speed[k]
            colour = one if k % 2 or kind == 1 else two
            blink = 1.0 if kind != 2 or life < 0.5 else 0.6 + 0.4 * np.sin(age * 9 + k)
            colour = mix(self.pal.sky_mid, mix(colour, (255, 255, 255), 0.5 * (1 - life)), dim * blink)
            head = (x + c * reach, y + s * reach + drop)
            pen.line([(x + c * back, y + s * back + drop * 0.8), head], colour, 3)
            pen.disc(*head, 2.6 * (0.5 + 0.5 * dim), mix(colour, (255, 255, 255), 0.4 * dim))

    def draw(self, canvas: np.ndarray, t: float) -> None:
        canvas[:] = self.sky
        self.stars.draw(canvas, t, 0.7)
        self.back.paste(canvas, 150)
        for start, *rest in self.bursts:
            if 0 <= t - start < 2.5:
                self.burst(canvas, t - start, *rest)
        self.town.paste(canvas, 60)
        self.mirror(canvas, t)
        for x, scale, k in self.cast:
            pen = Pen(canvas, x, self.shore + 70 + 3 * np.sin(t * 1.1 + k), scale, 2 * np.sin(t * 0.9 + k))
            if k:
                ferry(pen, mix(self.pal.accents[0], self.pal.dark, 0.5))
            else:
                sailboat(pen, mix(self.pal.accents[1], self.pal.dark, 0.55), self.pal.dark)

    def mirror(self, canvas: np.ndarray, t: float) -> None:
        """The upper picture upside down in the water, rippling and darker."""
        rows = H - self.shore
        source = cv2.resize(canvas[self.shore - 2 * rows : self.shore], (W, rows), interpolation=cv2.INTER_AREA)[::-1]
        x = np.arange(W, dtype=np.float32)[None, :]
        depth = np.arange(rows, dtype=np.float32)[:, None]
        wave = (np.sin(depth * 0.55 - t * 5) * 3 + np.sin(depth * 0.19 + t * 2.3) * 4) * (0.3 + depth / rows)
        moved = cv2.remap(
            np.ascontiguousarray(source),
            (x + wave).astype(np.float32),
            np.broadcast_to(depth, (rows, W)).astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        base = gradient([(0, self.pal.sky_low), (1, self.pal.water)], W, rows)
        canvas[self.shore :] = cv2.addWeighted(moved, 0.62, base, 0.42, 0)


class Storm(Scene):
    """A thunderstorm: dark clouds, slanting rain, branching lightning that lights everything.

    Options: place "sea" | "hills" | "city".
    """

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.place = self.options.get("place", "sea")
        self.sky = sky(pal, 0.75)
        dark = [
            clouds(seed + k, pal, count=9, top=10 + 50 * k, spread=70, size=2.0 - 0.3 * k, alpha=1.0) for k in range(3)
        ]
        self.clouds = dark[::-1]
        if self.place == "sea":
            self.sea = Sea(seed + 5, pal, 360, 2.0)
        elif self.place == "city":
            self.far = skyline(seed + 5, 500, 190, pal.mid, pal.lamp, 0.2)
            self.near = hills(seed + 6, 545, 40, pal.near, rough=0.5)
        else:
            self.far = mountains(seed + 5, 430, 170, pal.mid, mix(pal.mid, pal.foam, 0.5), low=pal.mid)
            self.near = hills(
                seed + 6,
                520,
                80,
                pal.near,
                low=pal.dark,
                rough=0.5,
                pines=mix(pal.near, pal.dark, 0.5),
                pine_count=60,
                pine_size=44,
            )
        self.strikes = []
        at = 0.5
        while at < self.span:
            self.strikes.append((at, rng.uniform(150, W - 150), int(rng.integers(1 << 30))))
            self.cues.append((at + 0.25, "thunder"))
            at += rng.uniform(0.7, 1.25)
        self.rain = np.stack([rng.uniform(-100, W + 100, 190), rng.uniform(0, H, 190), rng.uniform(0.6, 1.3, 190)], 1)

    def bolt(self, canvas: np.ndarray, x: float, seed: int, level: float) -> None:
        """A bolt from the clouds down, with branches; level 0..1."""
        rng = np.random.default_rng(seed)
        pen = Pen(canvas)
        points = [(x, 90.0)]
        while points[-1][1] < 350:
            px, py = points[-1]
            points.append((px + rng.uniform(-34, 34), py + rng.uniform(18, 40)))
            if rng.random() < 0.35:
                side = rng.choice([-1, 1])
                branch = [points[-1]]
                for _ in range(4):
                    branch.append((branch[-1][0] + side * rng.uniform(8, 30), branch[-1][1] + rng.uniform(10, 26)))
                pen.line(branch, mix(self.pal.cloud, (245, 240, 255), level), 2)
        add_glow(canvas, x, 140, 330, (170, 170, 255), 0.55 * level)
        pen.line(points, mix(self.pal.cloud, (190, 180, 255), level), 8)
        pen.line(points, mix(self.pal.cloud, (255, 255, 255), level), 4)

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        flash = 0.0
        for k, layer in enumerate(self.clouds):
            layer.paste(canvas, t * (14 + 10 * k) + 300 * k)
            if k == 1:
                for at, x, seed in self.strikes:
                    age = t - at
                    if 0 <= age < 0.65:
                        level = (1 - age / 0.65) * (0.55 + 0.45 * np.cos(age * 45))
                        self.bolt(canvas, x, seed, max(0.0, level))
                        flash = max(flash, level)
        if self.place == "sea":
            self.sea.draw(canvas, t * 2, scroll=t * 60)
            self.sea.swell(canvas, t * 1.6, 415, 20, 0.05, t * 60)
            ship = Pen(canvas, 420 + 40 * np.sin(t * 0.4), 446 + 16 * np.sin(t * 1.7), 0.85, 9 * np.sin(t * 1.5 + 0.6))
            ferry(ship, mix(pal.accents[0], pal.dark, 0.25))
            self.sea.swell(canvas, t * 1.9 + 2, 466, 26, 0.18, t * 90)
            self.sea.swell(canvas, t * 2.1 + 5, 520, 26, 0.4, t * 130)
        else:
            self.far.paste(canvas, 120 + t * 4)
            self.near.paste(canvas, 40 + t * 10)
        if flash > 0:
            brighten(canvas, 1 + 0.75 * flash, 34 * flash)
        pen = Pen(canvas)
        drop = mix(pal.foam, pal.sky_mid, 0.35)
        for x, y, s in self.rain:
            py = (y + t * 760 * s) % (H + 60) - 30
            px = (x - t * 250 * s) % (W + 200) - 100
            pen.line([(px, py), (px - 7 * s, py + 22 * s)], drop, 1)


class Aurora(Scene):
    """Northern lights over snowy mountains, a cabin with a lit window.

    Options: place "cabin" | "lake".
    """

    def build(self) -> None:
        pal, seed = self.pal, self.seed
        self.sky = sky(pal, 0.8)
        self.stars = Stars(seed, 150, 0.6)
        self.far = mountains(seed + 1, 425, 150, pal.far, mix(pal.foam, pal.far, 0.45), low=pal.far)
        self.near = hills(
            seed + 2,
            500,
            70,
            mix(pal.ground, pal.mid, 0.25),
            low=mix(pal.ground, pal.dark, 0.2),
            rough=0.4,
            pines=mix(pal.near, pal.dark, 0.2),
            pine_count=34,
            pine_size=44,
        )
        y, x = np.mgrid[0:110, 0:240].astype(np.float32)
        self.y, self.x = y / 110, x / 240
        self.rays = self.rng.uniform(0, 6.3, 5)

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        self.stars.draw(canvas, t, 0.9)
        light = np.zeros((110, 240, 3), np.float32)
        bands = ((0.62, (60, 255, 150), 0.0), (0.5, (70, 230, 220), 2.1), (0.4, (190, 110, 255), 4.0))
        for k, (level, colour, phase) in enumerate(bands):
            edge = (
                level + 0.10 * np.sin(self.x * 6 + t * 0.55 + phase) + 0.05 * np.sin(self.x * 15 - t * 0.8 + phase * 2)
            )
            above = edge - self.y
            curtain = np.where(above > 0, np.exp(-above * 5.0), np.exp(above * 34))
            rays = (
                0.55
                + 0.25 * np.sin(self.x * 60 + t * 1.6 + phase + 3 * np.sin(self.x * 7 + t * 0.3))
                + 0.2 * np.sin(self.x * 23 - t * 1.1 + self.rays[k])
            )
            swell = 0.75 + 0.25 * np.sin(t * 0.9 + phase)
            light += (curtain * rays * swell)[..., None] * np.array(colour, np.float32) * (0.62 - 0.08 * k)
        glow = cv2.resize(light.clip(0, 255).astype(np.uint8), (W, 440), interpolation=cv2.INTER_CUBIC)
        cv2.add(canvas[:440], glow, dst=canvas[:440])
        self.far.paste(canvas, 200 + t * 2)
        self.near.paste(canvas, 420 + t * 6)
        pen = Pen(canvas, 300 - t * 6, 474, 1.25)
        pen.box(-44, -40, 44, 4, hexc("#5b3a2b"))
        for k in range(4):
            pen.box(-44, -32 + k * 10, 44, -30 + k * 10, hexc("#472c20"))
        pen.poly([(-58, -36), (0, -82), (58, -36)], mix(pal.foam, pal.sky_mid, 0.2))
        pen.poly([(-50, -36), (0, -74), (50, -36)], hexc("#43291f"))
        pen.box(-30, -28, -10, -10, pal.lamp, 2)
        pen.box(10, -28, 26, 4, hexc("#3a241a"), 2)
        pen.box(24, -86, 36, -54, hexc("#503226"))
        pen.glow(-20, -18, 70, pal.lamp, 0.6)
        for k in range(5):
            age = (t * 0.35 + k / 5) % 1
            pen.veil(
                [
                    (30 + dx + 20 * age + 6 * np.sin(t + k), -92 - 70 * age + dy)
                    for dx, dy in ((-8, 0), (0, -8 - 6 * age), (9, 0), (0, 8))
                ],
                (200, 210, 230),
                0.35 * (1 - age),
            )


SCENES = {"sunrise": Sunrise, "balloons": Balloons, "fireworks": Fireworks, "storm": Storm, "aurora": Aurora}
