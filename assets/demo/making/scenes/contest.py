"""Scenes full of action: a race, a goal, a rocket launch."""

from __future__ import annotations

import numpy as np

from assets.demo.making.draw import H, Layer, Pen, W, add_glow, ease, hexc, mix
from assets.demo.making.props import (
    SKIN,
    Sea,
    Stars,
    clouds,
    hills,
    mountains,
    person,
    pine,
    racer,
    sailboat,
    sky,
    sun,
)
from assets.demo.making.scenes.base import Scene


class Race(Scene):
    """A race seen from alongside: everything streams past, the leaders change.

    Options: craft "sail" | "kayak" | "car" | "ski" | "bike".
    """

    def build(self) -> None:
        pal, seed = self.pal, self.seed
        self.craft = self.options.get("craft", "sail")
        self.sky = sky(pal, 0.6)
        self.clouds = clouds(seed, pal, count=7, top=30, spread=110)
        self.wet = self.craft in ("sail", "kayak")
        if self.wet:
            self.far = hills(
                seed + 1,
                286,
                90,
                mix(pal.far, pal.sky_low, 0.15),
                rough=0.5,
                pines=mix(pal.mid, pal.far, 0.4),
                pine_count=60,
                pine_size=18,
            )
            self.sea = Sea(seed + 2, pal, 282)
        elif self.craft == "ski":
            self.far = mountains(
                seed + 1, 420, 300, mix(pal.far, pal.sky_low, 0.15), mix(pal.ground, pal.far, 0.1), low=pal.ground
            )
        else:
            self.far = mountains(
                seed + 1, 330, 130, mix(pal.far, pal.sky_low, 0.2), mix(pal.cloud, pal.far, 0.2), low=pal.mid
            )
            self.mid = hills(
                seed + 2,
                360,
                60,
                mix(pal.mid, pal.sky_low, 0.1),
                low=pal.ground,
                rough=0.5,
                pines=pal.near,
                pine_count=40,
                pine_size=26,
            )
            self.fence = self.crowd_fence()
        tones = [*pal.accents, hexc("#7d5ba6"), hexc("#3f8f6b")]
        self.field = [(k, tones[k], self.rng.uniform(0, 6.3), self.rng.uniform(0.5, 0.9)) for k in range(5)]
        self.cues += [(at, "whoosh") for at in np.arange(0.3, self.span, 1.6)]

    def crowd_fence(self) -> Layer:
        """Spectators behind a striped barrier, as a scrolling layer."""
        rng, pal = self.rng, self.pal
        layer = Layer(1200, 110, 300)
        shirts = [*pal.accents, hexc("#f2efe6"), hexc("#7d5ba6"), hexc("#3f8f6b")]
        for x in range(0, 1200, 17):
            y, shirt, skin = 372 + rng.uniform(-5, 5), shirts[rng.integers(6)], SKIN[rng.integers(4)]
            raised = rng.random() < 0.3
            for pen in layer.pens():
                pen.box(x - 7, y - 24, x + 7, y + 20, shirt, 6)
                pen.disc(x, y - 31, 6.5, skin)
                if raised:
                    pen.line([(x + 5, y - 20), (x + 10, y - 44)], skin, 3)
        for k in range(0, 1200, 50):
            for pen in layer.pens():
                pen.box(k, 378, k + 50, 402, pal.accents[0] if (k // 50) % 2 else (250, 246, 238))
        return layer

    def place_of(self, k: int, t: float) -> float:
        """Horizontal position of racer k: they overtake each other."""
        _, _, phase, speed = self.field[k]
        return W * 0.5 + 250 * np.sin(t * speed + phase) + 30 * np.sin(t * 1.9 + phase * 2)

    def spray(self, pen: Pen, t: float, seed: int, colour: tuple[int, int, int], size: float = 1.0) -> None:
        """Drops, dust or snow flying backwards from the origin."""
        rng = np.random.default_rng(seed)
        for _ in range(22):
            start, vx, vy, r = rng.uniform(0, 0.7), rng.uniform(120, 330), rng.uniform(30, 150), rng.uniform(2, 6)
            age = (t + start) % 0.7
            x, y = -vx * age, -vy * age + 210 * age * age
            pen.disc(x * size, y * size, r * size * (1 - age), colour)

    def kayak(self, pen: Pen, colour: tuple[int, int, int], t: float, phase: float) -> None:
        """A kayak with its paddler, waterline on the origin, about 170 long."""
        stroke = t * 6.5 + phase
        pen.box(-9, -44, 12, -8, mix(colour, (255, 255, 255), 0.25), 7)
        pen.disc(3, -53, 9, SKIN[int(phase) % 4])
        pen.poly([(-7, -54), (-4, -62), (6, -63), (12, -55)], colour)
        a = np.sin(stroke) * 0.75
        one, two = (60 * np.cos(a), -34 + 46 * np.sin(a)), (-44 * np.cos(a), -34 - 46 * np.sin(a))
        pen.curve([(-90, -10), (-40, -16), (40, -16), (96, -11), (60, 6), (-56, 6)], colour)
        pen.curve([(-84, -9), (0, -12), (88, -10), (0, -5)], mix(colour, (255, 255, 255), 0.5))
        pen.line([one, two], (236, 224, 196), 3.5)
        pen.at(*one, 1, np.rad2deg(a)).oval(0, 0, 15, 6, (250, 246, 236))
        pen.at(*two, 1, np.rad2deg(a)).oval(0, 0, 15, 6, (250, 246, 236))

    def skier(self, pen: Pen, colour: tuple[int, int, int], t: float, phase: float) -> None:
        """A crouching skier about 80 high, skis on the origin."""
        dip = 3 * np.sin(t * 7 + phase)
        pen.line([(-46, 2), (40, 2), (54, -5)], (40, 46, 66), 4)
        pen.line([(4, 0), (16, -20 - dip), (-6, -34 - dip)], (46, 54, 84), 9)
        pen.curve([(-14, -34 - dip), (-4, -46 - dip), (26, -58 - dip), (34, -50 - dip), (10, -28 - dip)], colour)
        pen.line([(24, -50 - dip), (40, -36 - dip), (50, -40 - dip)], mix(colour, (0, 0, 0), 0.2), 6)
        pen.line([(50, -40 - dip), (-34, -30 - dip)], (70, 76, 96), 2.5)
        pen.disc(38, -62 - dip, 10, mix(colour, (255, 255, 255), 0.3))
        pen.box(36, -66 - dip, 49, -58 - dip, (40, 46, 66), 3)

    def bike(self, pen: Pen, colour: tuple[int, int, int], t: float, phase: float) -> None:
        """A racing cyclist about 110 high, wheels on the origin."""
        spin = t * 8 + phase
        for x in (-36, 36):
            pen.disc(x, -22, 22, (44, 46, 58))
            pen.disc(x, -22, 18.5, mix(self.pal.ground, (255, 255, 255), 0.35))
            for k in range(3):
                a = spin + k * 2.1
                pen.line([(x, -22), (x + 18 * np.cos(a), -22 + 18 * np.sin(a))], (110, 114, 128), 1.5)
        for a in (
            (-36, -22, -8, -56),
            (-8, -56, 26, -58),
            (26, -58, 36, -22),
            (-8, -56, 0, -22),
            (0, -22, 26, -58),
            (-36, -22, 0, -22),
        ):
            pen.line([a[:2], a[2:]], mix(colour, (0, 0, 0), 0.15), 4)
        foot = (9 * np.cos(spin), -22 + 9 * np.sin(spin))
        pen.line([(-10, -64), (14 + foot[0] * 0.6, -46 + foot[1] * 0.2), foot], (46, 54, 84), 8)
        pen.curve([(-20, -64), (-8, -76), (24, -92), (36, -84), (12, -64)], colour)
        pen.line([(28, -84), (36, -66)], SKIN[0], 5)
        pen.disc(40, -96, 10, SKIN[int(phase) % 4])
        pen.poly([(28, -97), (33, -109), (48, -106), (53, -96)], mix(colour, (255, 255, 255), 0.35))

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        sun(canvas, 770, 84, pal, 28, 0.6)
        self.clouds.paste(canvas, t * 24)
        pen = Pen(canvas)
        run = t * 370
        if self.wet:
            self.far.paste(canvas, t * 80)
            self.sea.draw(canvas, t, scroll=run * 1.2)
            foam = mix(pal.foam, (255, 255, 255), 0.5)
            for k in range(4):
                x = 1500 - (run * 0.9 + k * 620) % 2480
                pen.curve([(x - 13, 330), (x - 8, 292), (x + 8, 292), (x + 13, 330)], (244, 120, 40))
            for row, (k, tone, phase, _) in enumerate(self.field[:4]):
                y = 336 + row * 50
                x = self.place_of(k, t)
                self.sea.swell(canvas, t * 2.2 + row * 2, y - 12, 6, 0.02 + 0.09 * row, run * (0.7 + 0.2 * row))
                bob = 5 * np.sin(t * 4.2 + phase)
                size = 0.72 + 0.16 * row
                boat = pen.at(x, y + bob, size, 0 if self.craft == "kayak" else 9 + 4 * np.sin(t * 2.4 + phase))
                if self.craft == "kayak":
                    self.kayak(pen.at(x, y + bob, size, 2.5 * np.sin(t * 4 + phase)), tone, t, phase)
                else:
                    sailboat(boat, tone, mix(tone, pal.dark, 0.55))
                self.spray(pen.at(x - 34 * size, y + bob, size), t, k, foam)
                self.spray(pen.at(x + 66 * size, y + bob, size * 0.6), t + 0.3, k + 9, foam)
            self.sea.swell(canvas, t * 2.4 + 9, 532, 7, 0.4, run * 1.6)
            return
        if self.craft == "ski":
            self.far.paste(canvas, t * 90)
            slope = pen.at(0, 236, 1, 8.5)
            slope.poly([(-200, 70), (1300, 70), (1300, 900), (-200, 900)], mix(pal.ground, pal.far, 0.12))
            for k in range(9):
                x = 1300 - (run * 0.75 + k * 173) % 1560
                pine(slope.at(x, 78 + (k * 37) % 22, 1.15, -8.5), pal.near, (255, 255, 255))
            slope.poly([(-200, 100), (1300, 100), (1300, 900), (-200, 900)], pal.ground)
            for k in range(16):
                x, y = 1250 - (run * (1 + 0.02 * k) + k * 211) % 1500, 112 + (k * 53) % 270
                slope.line([(x, y), (x + 90 + (k * 31) % 70, y)], mix(pal.ground, pal.far, 0.45), 2)
            for row, (k, tone, phase, _) in enumerate(self.field[:4]):
                y = 122 + row * 46
                gate = 1350 - (run + row * 190) % 1700
                colour = pal.accents[0] if row % 2 else pal.accents[2]
                slope.line([(gate, y + 8), (gate, y - 58)], colour, 4)
                slope.poly([(gate, y - 56), (gate + 34, y - 52), (gate + 34, y - 34), (gate, y - 30)], colour)
                x = self.place_of(k, t)
                sway = 9 * np.sin(t * 3.1 + phase)
                size = 0.78 + 0.13 * row
                self.spray(slope.at(x - 30, y + sway, size * 1.1), t, k, (255, 255, 255))
                self.skier(slope.at(x, y + sway, size, 4 * np.sin(t * 3.1 + phase)), tone, t, phase)
            return
        self.far.paste(canvas, t * 60)
        self.mid.paste(canvas, t * 190)
        self.fence.paste(canvas, run * 0.9, 2 * np.sin(t * 9))
        tar = mix((112, 114, 124), pal.dark, 0.15)
        pen.box(-5, 400, W + 5, H + 5, tar)
        for k in range(24):
            x = k * 62 - (run * 1.1) % 124
            pen.box(x, 400, x + 62, 409, pal.accents[0] if k % 2 else (250, 246, 238))
        for k in range(8):
            x = k * 190 - (run * 1.35) % 190
            pen.box(x, 470, x + 90, 476, (240, 236, 224))
        for row, (k, tone, phase, _) in enumerate(self.field[:4]):
            y = 434 + row * 31
            x = self.place_of(k, t)
            size = 0.84 + 0.1 * row
            shake = 1.5 * np.sin(t * 21 + phase)
            dust = mix(tar, pal.sky_low, 0.45)
            if self.craft == "car":
                self.spray(pen.at(x - 60 * size, y, size * 0.7), t, k, dust)
                racer(pen.at(x, y + shake, size), tone, t * 24 + phase, k)
            else:
                self.bike(pen.at(x, y + shake, size * 0.92), tone, t, phase)
        for k in range(7):
            x = W + 200 - (run * 1.7 + k * 331) % (W + 500)
            pen.veil([(x, 520 - 9 * k), (x + 170, 521 - 9 * k), (x, 522 - 9 * k)], (255, 255, 255), 0.4)


class Goal(Scene):
    """A football match: passes, a shot at `shot` of the scene, the net bulges, the crowd leaps, confetti.

    Options: shot: share of the scene when the ball is struck (0..1).
    """

    def build(self) -> None:
        pal, rng = self.pal, self.rng
        self.sky = sky(pal, 0.35)
        self.shot = float(self.options.get("shot", 0.45)) * self.span
        self.stand = Layer(1500, 300, 90)
        base = mix(pal.mid, pal.dark, 0.35)
        for pen in self.stand.pens():
            pen.poly([(-20, 110), (1540, 110), (1540, 380), (-20, 380)], base)
        self.fans = []
        shirts = [*pal.accents, hexc("#f2efe6"), pal.accents[0]]
        for row in range(7):
            y = 150 + row * 32
            for x in np.arange(0, W + 40, 21):
                self.fans.append(
                    (
                        x + rng.uniform(-4, 4) + 10 * (row % 2),
                        y,
                        shirts[rng.integers(5)],
                        SKIN[rng.integers(4)],
                        rng.uniform(0, 6.3),
                    )
                )
        stripe = (mix(hexc("#4e9f4a"), pal.ground, 0.15), mix(hexc("#5cb157"), pal.ground, 0.15))
        if pal.night > 0.5:
            stripe = (mix(stripe[0], pal.dark, 0.18), mix(stripe[1], pal.dark, 0.18))
        self.stripe = stripe
        self.confetti = [
            (
                rng.uniform(0, W),
                rng.uniform(-260, 40),
                rng.uniform(70, 170),
                rng.uniform(0, 6.3),
                (*pal.accents, (250, 246, 236))[rng.integers(4)],
            )
            for _ in range(120)
        ]
        self.cues += [(self.shot, "kick"), (self.shot + 0.75, "cheer"), (0.5, "whistle2")]

    def ball(self, t: float) -> tuple[float, float]:
        """Where the ball is: passed along, then struck into the goal."""
        spots = np.array([(150, 470), (330, 440), (470, 486), (600, 452)])
        if t < self.shot:
            share = t / self.shot * 3
            k = min(int(share), 2)
            part = ease(share - k)
            here = spots[k] + (spots[k + 1] - spots[k]) * part
            return float(here[0]), float(here[1] - 34 * 4 * part * (1 - part) * 0.5)
        fly = min((t - self.shot) / 0.7, 1.0)
        x, y = 600 + 268 * fly, 452 - 90 * fly - 46 * np.sin(np.pi * fly)
        if fly >= 1:
            after = t - self.shot - 0.7
            y = min(430.0, y + 260 * after * after)
            x += 10 * np.exp(-after * 4)
        return float(x), float(y)

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        joy = ease((t - self.shot - 0.65) / 0.35)
        self.stand.paste(canvas, 0)
        pen = Pen(canvas)
        for x, y, shirt, skin, phase in self.fans:
            leap = abs(np.sin(t * 7 + phase)) * 11 * joy + abs(np.sin(t * 2.4 + phase)) * 2
            pen.box(x - 7, y - leap - 2, x + 7, y + 24 - leap, mix(shirt, pal.dark, 0.18 + 0.12 * pal.night), 4)
            pen.disc(x, y - 8 - leap, 6, mix(skin, pal.dark, 0.12 + 0.12 * pal.night))
            if joy > 0.3:
                pen.line([(x - 6, y + 2 - leap), (x - 10, y - 20 - leap)], mix(skin, pal.dark, 0.15), 3)
                pen.line([(x + 6, y + 2 - leap), (x + 10, y - 20 - leap)], mix(skin, pal.dark, 0.15), 3)
        pen.box(-5, 366, W + 5, 396, mix(pal.accents[2], pal.dark, 0.35))
        for k in range(9):
            x = k * 130 - (t * 30) % 130
            pen.box(x + 10, 374, x + 96, 388, mix(pal.accents[k % 2], (255, 255, 255), 0.25), 6)
        pen.box(-5, 394, W + 5, H + 5, self.stripe[0])
        for k in range(11):
            left = -60 + k * 100
            pen.poly(
                [
                    (left + 40, 394),
                    (left + 140, 394),
                    (left + 100 + (left - 430) * 0.25, H + 5),
                    (left + (left - 530) * 0.25 + 25, H + 5),
                ],
                self.stripe[k % 2],
            )
        pen.line([(-5, 398), (W + 5, 398)], (244, 248, 240), 3)
        pen.line([(700, 398), (654, H)], (244, 248, 240), 3)
        bulge = 30 * joy * np.exp(-max(0.0, t - self.shot - 0.7) * 1.2) * (0.7 + 0.3 * np.cos((t - self.shot) * 12))
        net = mix((240, 244, 248), pal.sky_low, 0.2)
        for k in range(11):
            share = k / 10
            x = 838 + 96 * share
            pen.line([(x, 316), (x + bulge * np.sin(np.pi * share), 372), (x - 4, 436 + 18 * (1 - share))], net, 1)
        for k in range(9):
            y = 318 + k * 14
            push = bulge * np.sin(np.pi * (k + 1) / 10)
            pen.line([(836, y + 3), (890 + push, y), (936, y)], net, 1)
        pen.line([(838, 456), (838, 312), (940, 312), (940, 438)], (252, 252, 252), 6)
        bx, by = self.ball(t)
        if t < self.shot + 3:
            keeper = ease((t - self.shot - 0.1) / 0.5)
            person(
                pen.at(812 - 8 * keeper, 452 + 6 * keeper, 1.15, -72 * keeper, True),
                hexc("#f4d35e"),
                t * 3,
                arms_up=keeper,
                stride=0.4,
            )
        spots = (
            (150, 480, 0),
            (330, 452, 0),
            (470, 496, 0),
            (590, 466, 0),
            (420, 438, 1),
            (650, 500, 1),
            (250, 512, 1),
        )
        for k, (x, y, team) in enumerate(spots):
            run = 0.0 if joy > 0.5 and team else 1.0
            px = x + 20 * np.sin(t * 0.9 + k) + (joy * (640 - x) * 0.25 if not team else 0)
            leap = 16 * abs(np.sin(t * 6 + k)) * joy * (1 - team)
            shirt = pal.accents[2] if team else pal.accents[0]
            pen.oval(px, y + 1, 18, 4, mix(self.stripe[0], pal.dark, 0.3))
            person(
                pen.at(px, y - leap, 1.05, 0, bool(team)),
                shirt,
                t * 8 + k * 1.7,
                skin=SKIN[k % 4],
                trousers=(244, 244, 244) if not team else (36, 42, 66),
                arms_up=joy * (1 - team),
                stride=run,
            )
        pen.oval(bx, max(by + 14, 470) if t < self.shot else 450, 9, 2.5, mix(self.stripe[0], pal.dark, 0.35))
        pen.disc(bx, by, 9, (252, 252, 252))
        for k in range(3):
            a = t * 10 + k * 2.1
            pen.disc(bx + 4.6 * np.cos(a), by + 4.6 * np.sin(a), 2.4, (40, 44, 56))
        if joy > 0:
            age = t - self.shot - 0.7
            for x, y, speed, phase, colour in self.confetti:
                py = y + speed * age * 1.5
                if -10 < py < H:
                    pen.at(x + 22 * np.sin(age * 2 + phase), py, 1, 200 * age + phase * 60).box(
                        -5, -3 * abs(np.cos(age * 6 + phase)) - 1, 5, 3, colour
                    )
        if pal.night > 0.5:
            for x in (110, 400, 690):
                add_glow(canvas, x, 70, 190, (255, 250, 225), 0.5)
                for j in range(4):
                    pen.disc(x - 30 + 20 * j, 62, 8, (255, 253, 240))


class Launch(Scene):
    """A rocket stands, ignites, climbs through smoke and leaves.

    Options: ignition, liftoff: seconds.
    """

    def build(self) -> None:
        pal, seed, rng = self.pal, self.seed, self.rng
        self.sky = sky(pal, 0.8)
        self.stars = Stars(seed, 120, 0.6)
        self.clouds = clouds(seed, pal, count=5, top=70, spread=120, alpha=0.8)
        self.far = hills(
            seed + 1, 432, 40, mix(pal.far, pal.sky_low, 0.2), low=mix(pal.mid, pal.sky_low, 0.15), rough=0.5
        )
        self.floor = hills(seed + 2, 474, 12, pal.ground, low=mix(pal.ground, pal.dark, 0.4), rough=0.3)
        self.ignition = float(self.options.get("ignition", 2.0))
        self.liftoff = float(self.options.get("liftoff", 3.2))
        self.puffs = [
            (rng.uniform(0, 1), rng.choice([-1, 1]) * rng.uniform(20, 330), rng.uniform(22, 58), rng.uniform(0, 40))
            for _ in range(60)
        ]
        self.cues.append((self.ignition, "rumble"))

    def rocket(self, pen: Pen, t: float) -> None:
        """A rocket about 230 high, its nozzles on the origin."""
        pal = self.pal
        white = mix((250, 248, 244), pal.sky_mid, 0.1)
        shade = mix(white, pal.dark, 0.2)
        if t > self.ignition:
            flick = 1 + 0.16 * np.sin(t * 47) + 0.1 * np.sin(t * 31)
            room = 30 + 26 * max(0.0, t - self.liftoff) ** 2
            long = min(110 * flick, room) * ease((t - self.ignition) / 0.8)
            pen.glow(0, 40, 210, (255, 176, 80), 0.8 * ease((t - self.ignition) / 0.6))
            for wide, share, colour in (
                (24, 1.0, (255, 140, 50)),
                (17, 0.75, (255, 200, 90)),
                (9, 0.5, (255, 250, 220)),
            ):
                pen.curve(
                    [
                        (-wide, 0),
                        (wide, 0),
                        (wide * 0.7, long * share * 0.5),
                        (0, long * share),
                        (-wide * 0.7, long * share * 0.5),
                    ],
                    colour,
                )
        for side in (-1, 1):
            pen.poly([(side * 22, -62), (side * 54, -8), (side * 50, 8), (side * 20, -4)], pal.accents[0])
            pen.box(min(side * 24, side * 42), -130, max(side * 24, side * 42), 4, shade if side > 0 else white, 6)
            pen.poly([(side * 23, -126), (side * 43, -126), (side * 33, -158)], pal.accents[0])
        pen.curve([(-24, 0), (-26, -140), (-20, -190), (0, -236), (20, -190), (26, -140), (24, 0)], white)
        pen.poly([(8, -4), (24, 0), (26, -140), (20, -190), (8, -200)], shade)
        pen.curve([(-20, -190), (-10, -216), (0, -236), (10, -216), (20, -190), (0, -186)], pal.accents[0])
        pen.disc(0, -150, 12, pal.accents[2])
        pen.disc(0, -150, 8, (206, 232, 244))
        pen.box(-25, -96, 25, -84, pal.accents[1])
        pen.poly([(-18, 8), (18, 8), (12, -8), (-12, -8)], (70, 74, 88))

    def draw(self, canvas: np.ndarray, t: float) -> None:
        pal = self.pal
        canvas[:] = self.sky
        up = max(0.0, t - self.liftoff)
        climb = 26 * up * up + 6 * up
        follow = ease((up - 1.2) / 2.4) * max(0.0, climb - 120)
        if pal.night > 0.2:
            self.stars.draw(canvas, t, min(1.0, pal.night + follow / 500))
        self.clouds.paste(canvas, t * 6, min(follow * 0.5, 420))
        down = follow
        self.far.paste(canvas, 100, min(down, 500))
        self.floor.paste(canvas, 60, min(down, 500))
        pen = Pen(canvas)
        x, ground = 500.0, 462 + down
        fire = ease((t - self.ignition) / 0.7)
        steel = mix((150, 96, 84), pal.dark, 0.3 + 0.3 * pal.night)
        if ground < H + 300:
            tower = pen.at(x - 86, ground)
            for dx in (-14, 14):
                tower.line([(dx, 0), (dx, -262)], steel, 5)
            for k in range(9):
                y = -k * 29
                tower.line([(-14, y), (14, y - 29)], steel, 2.5)
                tower.line([(14, y), (-14, y - 29)], steel, 2.5)
            gap = 60 * ease((t - self.ignition + 1) / 1.2)
            for y in (-210, -120):
                tower.line([(14, y), (62 - gap, y)], steel, 5)
            if pal.night > 0.2:
                tower.glow(0, -264, 40, (255, 90, 70), 0.5 + 0.5 * np.sin(t * 5))
            pen.box(x - 130, ground - 2, x + 130, ground + 16, mix((140, 140, 150), pal.dark, 0.3), 3)
        shake = 1.6 * np.sin(t * 61) * fire
        if fire > 0:
            add_glow(canvas, x, min(ground - climb + 20, H), 420, (255, 170, 90), 0.55 * fire)
        if up > 0.3:
            for k in range(26):
                back = k / 26
                py = ground - climb * (1 - back) + 26
                if py > ground + 10 or py < -60:
                    continue
                r = 18 + 22 * back + 4 * np.sin(k * 2.3 + t * 2)
                pen.disc(x + 10 * np.sin(k * 1.9 + t), py + 60, r, mix((238, 232, 226), pal.sky_mid, 0.25 + 0.3 * back))
        self.rocket(pen.at(x + shake, ground - climb, 1.0), t)
        if fire > 0:
            age = t - self.ignition
            for start, reach, r, lift in self.puffs:
                grow = ease((age - start * 0.8) / 2.2)
                if grow > 0:
                    warm = mix((255, 190, 120), mix((236, 230, 226), pal.sky_mid, 0.15), ease(age / 2.5))
                    pen.disc(
                        x + reach * grow,
                        ground + 8 - lift * grow,
                        r * (0.4 + 0.8 * grow),
                        mix(warm, pal.mid, 0.15 + 0.15 * ((reach * 7) % 1)),
                    )
        if ground < H + 40:
            for k in range(7):
                person(
                    pen.at(80 + k * 26 + (560 if k > 3 else 0) + 20, H - 6 + down, 0.9),
                    mix(pal.accents[k % 3], pal.dark, 0.3),
                    0,
                    arms_up=0.9 * fire * (k % 2) + 0.0,
                    stride=0.1,
                    skin=SKIN[k % 4],
                )


SCENES = {"race": Race, "goal": Goal, "launch": Launch}
