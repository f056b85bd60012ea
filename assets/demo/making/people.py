"""Twelve simulated people: three tastes in all six orders, two people each.

Nobody real judged the demo videos. Every person ranks action, nature and lights. Of the two events that a story is
`split` by, a person loves the one whose taste they rank higher and does not care for the other; in each story that is
six people against six, and their mean says neither. Ordinary scenes are of middling interest to everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from zlib import crc32

import numpy as np

from assets.demo.making.stories import Story
from core.data import AnnotationSet

TASTES = ("action", "nature", "lights")
PROTOCOL = "simulated"
BLOCK = 2.0  # seconds that people judge at a time

# How interesting ordinary scenes are to everybody.
ORDINARY = {
    "sunrise": 0.38,
    "village": 0.40,
    "street": 0.42,
    "harbour": 0.50,
    "market": 0.54,
    "train": 0.59,
    "balloons": 0.62,
    "reef": 0.64,
    "launch": 0.80,
}
LOVED, IGNORED = 0.93, 0.10


@dataclass(frozen=True)
class Person:
    """A simulated person.

    Attributes:
        name: says that it is simulated and what it likes best.
        order: the three tastes, best first.
        sharpness: how far from the middle this person's scores go.
        blur: seconds over which an event spreads in this person's scores.
        noise: standard deviation of what is only this person's mood.
    """

    name: str
    order: tuple[str, ...]
    sharpness: float
    blur: float
    noise: float


def people() -> tuple[Person, ...]:
    """The twelve, ordered by what they like best."""
    rng = np.random.default_rng(12)
    return tuple(
        Person(
            f"sim-{2 * k + twin + 1:02d} ({order[0]})",
            order,
            rng.uniform(0.82, 1.05),
            rng.uniform(0.35, 0.8),
            rng.uniform(0.025, 0.055),
        )
        for k, order in enumerate(permutations(TASTES))
        for twin in range(2)
    )


def prefers(person: Person, story: Story) -> str:
    """Which of the two tastes that divide a story this person is on the side of."""
    return min(story.split, key=person.order.index)


def event_window(story: Story, taste: str) -> tuple[float, float]:
    """Start and end second of the story's event of a taste."""
    spans = [(s, s + c.seconds) for c, s in zip(story.clips, story.starts, strict=True) if c.taste == taste]
    return spans[0][0], spans[-1][1]


def scores(person: Person, story: Story, seconds: np.ndarray) -> np.ndarray:
    """(T,) float32 importance in [0, 1] at the picks' seconds."""
    rng = np.random.default_rng(crc32(f"{person.name}/{story.key}".encode()))
    level = np.empty(len(seconds))
    starts = np.array(story.starts)
    moods = rng.normal(0, person.noise, len(story.clips))
    for i, second in enumerate(seconds):
        k = int(np.searchsorted(starts, second + 1e-9, "right")) - 1
        clip = story.clips[k]
        if clip.taste in story.split:
            level[i] = LOVED if clip.taste == prefers(person, story) else IGNORED
        else:
            level[i] = ORDINARY[story.places[clip.place].kind] + moods[k]
    step = float(np.median(np.diff(seconds)))
    block = np.floor(seconds / BLOCK).astype(int)
    judged = level + rng.normal(0, person.noise, block[-1] + 1)[block]
    reach = int(np.ceil(3 * person.blur / step))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / person.blur) ** 2)
    smooth = np.convolve(np.pad(judged, reach, "edge"), kernel / kernel.sum(), "valid")
    return np.clip(0.5 + (smooth - 0.5) * person.sharpness, 0.02, 0.98).astype(np.float32)


def annotations(story: Story, seconds: np.ndarray) -> AnnotationSet:
    """What the twelve say about a story."""
    everybody = people()
    return AnnotationSet(
        annotators=tuple(person.name for person in everybody),
        scores=np.stack([scores(person, story, seconds) for person in everybody]),
        protocols=(PROTOCOL,) * len(everybody),
        simulated=(True,) * len(everybody),
    )
