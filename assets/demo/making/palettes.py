"""Colours of the demo stories: one palette per light (dawn, day, dusk, ...), tinted per story."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from assets.demo.making.draw import Colour, hexc, mix


@dataclass(frozen=True)
class Palette:
    """The colours that scenes draw with.

    Attributes:
        sky_top, sky_mid, sky_low: the sky from above to the horizon.
        sun: sun, moon and their glow.
        cloud: lit side of clouds.
        far, mid, near: landscape from haze to foreground.
        ground: floor, fields, pavement.
        water, foam: sea colour and its light lines.
        accents: three colours for what should catch the eye: sails, cars, awnings, shirts.
        dark: outlines and silhouettes. lamp: lit windows and lanterns.
        night: 0 by day .. 1 in the dark; lamps and stars follow it.
    """

    sky_top: Colour
    sky_mid: Colour
    sky_low: Colour
    sun: Colour
    cloud: Colour
    far: Colour
    mid: Colour
    near: Colour
    ground: Colour
    water: Colour
    foam: Colour
    accents: tuple[Colour, Colour, Colour]
    dark: Colour
    lamp: Colour
    night: float


def _light(codes: str, night: float) -> Palette:
    colours = [hexc(code) for code in codes.split()]
    accents = (hexc("#e4572e"), hexc("#f3a712"), hexc("#2e86ab"))
    return Palette(*colours[:11], accents, colours[11], colours[12], night)


# sky top, mid, low, sun, cloud, far, mid, near, ground, water, foam, dark, lamp
LIGHTS: dict[str, Palette] = {
    "dawn": _light(
        "#4a5c9b #d98ba0 #ffd3a1 #fff0c2 #ffd9cf #9a86b0 #6f6a9c #3f4a78 #7d8a86 #6f7fb3 #ffdcbc #2b3157 #ffd58a", 0.25
    ),
    "day": _light(
        "#4fa3dc #8fcbee #d8f0f7 #fff6d0 #ffffff #a5c9d6 #6fa88b #3f7d5c #8dbb6c #2f86b8 #d4f1f7 #22384f #ffe9a8", 0.0
    ),
    "noon": _light(
        "#2f8fd0 #74c0ea #c9ecf4 #fffbe0 #ffffff #94bfd0 #5fa36f #35764a #9ac46a #1f78b0 #c7eef8 #1d3350 #ffe9a8", 0.0
    ),
    "dusk": _light(
        "#3d3a7a #b5618f #ff9e6d #ffd089 #f7a6a0 #7a5a8e #54457c #352f5c #5d5470 #5b5590 #ffbf9a #211f42 #ffcf7a", 0.55
    ),
    "night": _light(
        "#0a1030 #17214f #2d3a72 #f4f1de #3a4675 #26305f #1a2450 #10173a #1c2547 #131c46 #5a6fb0 #090d24 #ffd27a", 1.0
    ),
    "storm": _light(
        "#232a3b #3d4659 #667082 #d6dbe2 #566074 #4a5568 #353f50 #242d3b #39434f #33475a #8fa3b3 #171d28 #ffdf9a", 0.5
    ),
    "winter": _light(
        "#6fa8d6 #aed3ea #eef6fa #fff8e0 #ffffff #b9cfe0 #8aa9c4 #4f7391 #f3f8fc #6fa3c4 #ffffff #2a4258 #ffdd9c", 0.0
    ),
    "wintereve": _light(
        "#3b4a86 #8e8dc0 #f3c3b8 #ffe3b3 #d6cfe6 #8c93bd #66719f #3f4c78 #cfd8ee #5a6fa3 #f5f0ff #262e52 #ffd07a", 0.6
    ),
    "winternight": _light(
        "#071226 #0f2344 #1c3b5e #f0f5ff #26426b #1d3556 #152844 #0c1a31 #3c5a80 #10294a #7fb0cf #060e1e #ffcf7d", 1.0
    ),
    "autumn": _light(
        "#7fb2cf #bfd9d8 #fbe7c0 #fff2c9 #fff8ea #c3b08f #c98a4b #8a4f2f #c79b55 #5f93a8 #f2ead0 #3b2a26 #ffdb94", 0.0
    ),
    "forest": _light(
        "#a8d8b0 #c9e8b4 #f1f7cf #fffbd6 #f5ffe6 #8cc09a #559a70 #2c6b4b #6aa35a #5fa8a0 #e8fbef #183a2c #ffefa8", 0.0
    ),
    "deep": _light(
        "#1b7fa8 #12608f #0b3f70 #d9fbff #7fd0e0 #1a6a95 #12527d #0b3a60 #c8b27a #0e4f80 #9fe3ee #062544 #ffe9a8", 0.0
    ),
}


def palette(light: str, accents: tuple[str, str, str], tint: str = "#ffffff", share: float = 0.0) -> Palette:
    """The palette of a light with a story's three accents, every colour mixed with `share` of its tint."""
    base = replace(LIGHTS[light], accents=tuple(hexc(code) for code in accents))
    colour = hexc(tint)
    mixed = {
        f.name: mix(getattr(base, f.name), colour, share)
        for f in fields(base)
        if f.name not in ("accents", "night", "sun", "lamp", "dark")
    }
    return replace(base, **mixed)
