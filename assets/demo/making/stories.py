"""The eight demo stories: which scenes, in which light, for how long, seen by which camera.

Every story is about a minute. `event` shots belong to one of the three tastes of the simulated people; the
`split` of a story names the two events that divide them: one in the first quarter, one in the last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

Camera = tuple[float, float, float]  # zoom >= 1 and the middle of the view in shares of the canvas

STILL: tuple[Camera, Camera] = ((1.02, 0.5, 0.5), (1.06, 0.5, 0.5))
CLOSER: tuple[Camera, Camera] = ((1.0, 0.5, 0.5), (1.22, 0.52, 0.56))
WIDER: tuple[Camera, Camera] = ((1.24, 0.5, 0.56), (1.02, 0.5, 0.5))
RIGHT: tuple[Camera, Camera] = ((1.22, 0.42, 0.55), (1.22, 0.58, 0.55))
LEFT: tuple[Camera, Camera] = ((1.22, 0.58, 0.55), (1.22, 0.42, 0.55))
NEAR: tuple[Camera, Camera] = ((1.45, 0.46, 0.68), (1.5, 0.56, 0.66))
UP: tuple[Camera, Camera] = ((1.2, 0.5, 0.58), (1.2, 0.5, 0.42))
SKYWARD: tuple[Camera, Camera] = ((1.3, 0.46, 0.42), (1.36, 0.54, 0.38))
LEAP: tuple[Camera, Camera] = ((1.32, 0.5, 0.52), (1.36, 0.53, 0.5))
SLOPE: tuple[Camera, Camera] = ((1.2, 0.46, 0.62), (1.26, 0.54, 0.64))
KICK: tuple[Camera, Camera] = ((1.3, 0.6, 0.76), (1.42, 0.74, 0.72))


@dataclass(frozen=True)
class Setting:
    """One place of a story: a scene kind in a light.

    Attributes:
        kind: name in SCENES. light: name in palettes.LIGHTS. options: for the scene.
        words: fills the gaps of the captions of this kind.
    """

    kind: str
    light: str
    options: dict[str, object] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Clip:
    """One shot: a setting seen by a moving camera for some seconds. taste: "" or whose event it is."""

    place: str
    seconds: float
    camera: tuple[Camera, Camera] = STILL
    taste: str = ""


@dataclass(frozen=True)
class Story:
    """One demo video.

    Attributes:
        key, title, category: of the entry. rate: frames per second.
        accents, tint: its colours. key_note: of its music (MIDI), minor: its mode.
        places: settings by name; clips: the shots in order.
        split: the two tastes that divide the people. held_back: not used in training.
    """

    key: str
    title: str
    category: str
    rate: Fraction
    accents: tuple[str, str, str]
    tint: str
    key_note: int
    minor: bool
    places: dict[str, Setting]
    clips: tuple[Clip, ...]
    split: tuple[str, str]
    held_back: bool = False

    @property
    def seconds(self) -> float:
        return sum(clip.seconds for clip in self.clips)

    @property
    def n_frames(self) -> int:
        return round(self.seconds * self.rate)

    @property
    def starts(self) -> list[float]:
        """Second at which each clip begins."""
        starts, at = [], 0.0
        for clip in self.clips:
            starts.append(at)
            at += clip.seconds
        return starts

    @property
    def offsets(self) -> list[float]:
        """Second of its own setting at which each clip begins: settings go on while the camera changes."""
        used: dict[str, float] = {}
        offsets = []
        for clip in self.clips:
            offsets.append(used.get(clip.place, 0.0))
            used[clip.place] = offsets[-1] + clip.seconds
        return offsets

    def span(self, place: str) -> float:
        """Seconds the story spends at a place."""
        return sum(clip.seconds for clip in self.clips if clip.place == place)


def _event(
    place: str, taste: str, second: tuple[Camera, Camera], first: tuple[Camera, Camera] = STILL
) -> tuple[Clip, Clip]:
    return Clip(place, 4.5, first, taste), Clip(place, 4.0, second, taste)


STORIES: tuple[Story, ...] = (
    Story(
        "harbour-day",
        "Harbour day",
        "Sea and town",
        Fraction(25),
        ("#e4572e", "#f3a712", "#2e86ab"),
        "#ffd9b0",
        60,
        False,
        {
            "dawn": Setting(
                "sunrise", "dawn", {"ground": "sea", "x": 610}, {"where": "the bay", "over": "the calm sea"}
            ),
            "race": Setting(
                "race", "day", {"craft": "sail"}, {"who": "sailing boats", "one": "boat", "on": "the choppy water"}
            ),
            "harbour": Setting("harbour", "day", {}, {"light": "in the midday sun"}),
            "market": Setting("market", "day", {}, {"where": "by the quay", "light": "in the sunshine"}),
            "street": Setting("street", "day", {}, {"where": "the harbour town", "light": "by day"}),
            "evening": Setting("harbour", "dusk", {}, {"light": "at dusk"}),
            "sunset": Setting(
                "sunrise",
                "dusk",
                {"ground": "sea", "x": 420, "rise": -110},
                {"where": "the bay", "over": "the darkening sea"},
            ),
            "lanterns": Setting(
                "market", "dusk", {"lanterns": True}, {"where": "on the quay", "light": "under paper lanterns"}
            ),
            "fireworks": Setting("fireworks", "night", {"place": "harbour"}, {"where": "the harbour"}),
            "moon": Setting(
                "sunrise",
                "night",
                {"ground": "sea", "x": 640, "rise": 190, "birds": 0},
                {"where": "the bay", "over": "the quiet water"},
            ),
        },
        (
            Clip("dawn", 5.5, CLOSER),
            *_event("race", "action", NEAR),
            Clip("harbour", 5, RIGHT),
            Clip("market", 5, LEFT),
            Clip("market", 4, NEAR),
            Clip("street", 4.5, RIGHT),
            Clip("evening", 5, WIDER),
            Clip("lanterns", 4.5, LEFT),
            Clip("sunset", 5, CLOSER),
            *_event("fireworks", "lights", SKYWARD),
            Clip("moon", 5, WIDER),
        ),
        ("action", "lights"),
        held_back=True,
    ),
    Story(
        "winter-valley",
        "Winter valley",
        "Snow",
        Fraction(24),
        ("#d1495b", "#edae49", "#30638e"),
        "#e6f2ff",
        57,
        True,
        {
            "morning": Setting(
                "village", "winter", {"season": "winter"}, {"where": "a snowy village", "light": "in the morning"}
            ),
            "deer": Setting("deer", "winter", {"season": "winter"}, {"where": "the snowy wood"}),
            "train": Setting(
                "train",
                "winter",
                {"place": "tunnel", "modern": True},
                {"train": "red express train", "where": "the snow"},
            ),
            "peaks": Setting(
                "sunrise",
                "winter",
                {"ground": "snow", "x": 640},
                {"where": "the white peaks", "over": "the snowfields"},
            ),
            "fair": Setting(
                "market",
                "wintereve",
                {"lanterns": True},
                {"where": "at the winter fair", "light": "under paper lanterns"},
            ),
            "balloons": Setting("balloons", "winter", {}, {"where": "the white valley"}),
            "bridge": Setting(
                "train",
                "wintereve",
                {"place": "viaduct"},
                {"train": "old steam train", "where": "the high stone viaduct"},
            ),
            "ski": Setting(
                "race", "wintereve", {"craft": "ski"}, {"who": "skiers", "one": "skier", "on": "the steep slope"}
            ),
            "night": Setting(
                "village", "winternight", {"season": "winter"}, {"where": "a snowy village", "light": "at night"}
            ),
        },
        (
            Clip("morning", 5, RIGHT),
            *_event("deer", "nature", NEAR),
            Clip("train", 5, STILL),
            Clip("peaks", 5, CLOSER),
            Clip("balloons", 4.5, UP),
            Clip("fair", 5, LEFT),
            Clip("fair", 4, NEAR),
            Clip("bridge", 5, WIDER),
            Clip("morning", 4.5, CLOSER),
            *_event("ski", "action", SLOPE),
            Clip("night", 5, WIDER),
        ),
        ("nature", "action"),
    ),
    Story(
        "match-day",
        "Match day",
        "Town",
        Fraction(30),
        ("#c8102e", "#f6c445", "#1d4e89"),
        "#fff4dd",
        62,
        False,
        {
            "street": Setting("street", "day", {}, {"where": "the city", "light": "before the match"}),
            "goal": Setting("goal", "day", {"shot": 0.42}, {"where": "the stadium"}),
            "market": Setting("market", "day", {}, {"where": "outside the stadium", "light": "in the sunshine"}),
            "balloons": Setting("balloons", "noon", {}, {"where": "the fields outside the city"}),
            "tram": Setting("street", "dusk", {}, {"where": "the city", "light": "at dusk"}),
            "sunset": Setting(
                "sunrise",
                "dusk",
                {"ground": "city", "rise": -100, "x": 520},
                {"where": "the city", "over": "the rooftops"},
            ),
            "lanterns": Setting(
                "market", "dusk", {"lanterns": True}, {"where": "in the old square", "light": "under paper lanterns"}
            ),
            "fireworks": Setting("fireworks", "night", {"place": "city"}, {"where": "the city"}),
            "night": Setting("street", "night", {}, {"where": "the city", "light": "at night"}),
        },
        (
            Clip("street", 5, RIGHT),
            *_event("goal", "action", KICK),
            Clip("market", 5, LEFT),
            Clip("market", 4, NEAR),
            Clip("balloons", 5, UP),
            Clip("tram", 5, WIDER),
            Clip("sunset", 5, CLOSER),
            Clip("lanterns", 5, RIGHT),
            *_event("fireworks", "lights", SKYWARD),
            Clip("night", 5, WIDER),
        ),
        ("action", "lights"),
    ),
    Story(
        "autumn-trail",
        "Autumn trail",
        "Nature",
        Fraction(25),
        ("#c8402f", "#efb23e", "#4a7c8c"),
        "#fdeccf",
        55,
        False,
        {
            "dawn": Setting(
                "sunrise", "dawn", {"ground": "hills", "x": 560}, {"where": "the valley", "over": "the misty hills"}
            ),
            "deer": Setting("deer", "autumn", {"season": "autumn"}, {"where": "the golden wood"}),
            "bridge": Setting(
                "train", "autumn", {"place": "viaduct"}, {"train": "old steam train", "where": "the high stone viaduct"}
            ),
            "village": Setting(
                "village", "autumn", {"season": "autumn"}, {"where": "a mountain village", "light": "in autumn"}
            ),
            "balloons": Setting("balloons", "autumn", {}, {"where": "the golden fields"}),
            "dusk": Setting(
                "sunrise",
                "dusk",
                {"ground": "hills", "rise": -110, "x": 400},
                {"where": "the valley", "over": "the dark hills"},
            ),
            "evening": Setting(
                "village", "dusk", {"season": "autumn"}, {"where": "a mountain village", "light": "at dusk"}
            ),
            "storm": Setting("storm", "storm", {"place": "hills"}, {"where": "the mountains"}),
            "night": Setting(
                "village", "night", {"season": "autumn"}, {"where": "a mountain village", "light": "at night"}
            ),
        },
        (
            Clip("dawn", 5, CLOSER),
            *_event("deer", "nature", NEAR),
            Clip("bridge", 5, STILL),
            Clip("bridge", 4, NEAR),
            Clip("village", 5, RIGHT),
            Clip("balloons", 5, UP),
            Clip("balloons", 4, CLOSER),
            Clip("dusk", 5, CLOSER),
            Clip("evening", 4.5, LEFT),
            *_event("storm", "lights", SKYWARD),
            Clip("night", 5, WIDER),
        ),
        ("nature", "lights"),
    ),
    Story(
        "road-to-the-sea",
        "Road to the sea",
        "Travel",
        Fraction(30),
        ("#e63946", "#ffb703", "#219ebc"),
        "#fff6e5",
        64,
        False,
        {
            "street": Setting("street", "noon", {}, {"where": "the city", "light": "at noon"}),
            "race": Setting(
                "race", "noon", {"craft": "car"}, {"who": "racing cars", "one": "car", "on": "the fast straight"}
            ),
            "train": Setting(
                "train", "day", {"place": "plain", "modern": True}, {"train": "fast train", "where": "the plain"}
            ),
            "balloons": Setting("balloons", "noon", {}, {"where": "the summer fields"}),
            "village": Setting(
                "village", "noon", {"season": "summer"}, {"where": "a country village", "light": "by day"}
            ),
            "harbour": Setting("harbour", "day", {}, {"light": "in the afternoon"}),
            "reef": Setting("reef", "deep"),
            "market": Setting("market", "noon", {}, {"where": "on the beach road", "light": "in the sunshine"}),
            "whale": Setting("breach", "day", {"animal": "whale"}, {"who": "a humpback whale", "it": "the whale"}),
            "sunset": Setting(
                "sunrise", "dusk", {"ground": "sea", "x": 560, "rise": -110}, {"where": "the coast", "over": "the sea"}
            ),
        },
        (
            Clip("street", 5, LEFT),
            *_event("race", "action", NEAR),
            Clip("train", 5, STILL),
            Clip("balloons", 5, UP),
            Clip("village", 5, RIGHT),
            Clip("harbour", 5, RIGHT),
            Clip("harbour", 4, NEAR),
            Clip("reef", 5, LEFT),
            Clip("market", 5, LEFT),
            *_event("whale", "nature", LEAP),
            Clip("sunset", 5, WIDER),
        ),
        ("action", "nature"),
    ),
    Story(
        "storm-crossing",
        "Storm crossing",
        "Sea",
        Fraction(24),
        ("#ef6f4c", "#f2c14e", "#2f6690"),
        "#e2eefc",
        58,
        True,
        {
            "leaving": Setting("harbour", "dusk", {}, {"light": "at dusk"}),
            "storm": Setting("storm", "storm", {"place": "sea"}, {"where": "the open sea"}),
            "moon": Setting(
                "sunrise",
                "night",
                {"ground": "sea", "x": 380, "rise": 180, "birds": 0},
                {"where": "the ocean", "over": "the quiet water"},
            ),
            "dawn": Setting(
                "sunrise", "dawn", {"ground": "sea", "x": 520}, {"where": "the ocean", "over": "the calm sea"}
            ),
            "reef": Setting("reef", "deep"),
            "harbour": Setting("harbour", "day", {}, {"light": "in the morning"}),
            "market": Setting("market", "day", {}, {"where": "on the island", "light": "in the sunshine"}),
            "street": Setting("street", "day", {}, {"where": "the island town", "light": "by day"}),
            "dolphins": Setting(
                "breach", "day", {"animal": "dolphins"}, {"who": "a group of dolphins", "it": "the group"}
            ),
            "sunset": Setting(
                "sunrise", "dusk", {"ground": "sea", "x": 500, "rise": -110}, {"where": "the ocean", "over": "the sea"}
            ),
        },
        (
            Clip("leaving", 5, WIDER),
            *_event("storm", "lights", LEAP),
            Clip("moon", 5, CLOSER),
            Clip("dawn", 5, CLOSER),
            Clip("reef", 5, RIGHT),
            Clip("reef", 4, NEAR),
            Clip("harbour", 5, LEFT),
            Clip("market", 5, RIGHT),
            Clip("street", 4.5, LEFT),
            *_event("dolphins", "nature", LEAP),
            Clip("sunset", 5, WIDER),
        ),
        ("lights", "nature"),
        held_back=True,
    ),
    Story(
        "space-coast",
        "Space coast",
        "Science",
        Fraction(25),
        ("#ff5a36", "#ffc145", "#2274a5"),
        "#fdf0ea",
        63,
        False,
        {
            "dawn": Setting(
                "sunrise", "dawn", {"ground": "sea", "x": 380}, {"where": "the coast", "over": "the calm sea"}
            ),
            "kayaks": Setting("race", "day", {"craft": "kayak"}, {"who": "kayaks", "one": "kayak", "on": "the lagoon"}),
            "market": Setting("market", "noon", {}, {"where": "near the launch site", "light": "in the sunshine"}),
            "street": Setting("street", "day", {}, {"where": "the space town", "light": "by day"}),
            "train": Setting(
                "train",
                "noon",
                {"place": "plain", "modern": True},
                {"train": "fast train", "where": "the coastal plain"},
            ),
            "reef": Setting("reef", "deep"),
            "launch": Setting("launch", "dusk", {"ignition": 1.6, "liftoff": 2.6}, {"where": "the launch pad"}),
            "evening": Setting("street", "night", {}, {"where": "the space town", "light": "at night"}),
            "fireworks": Setting("fireworks", "night", {"place": "lake"}, {"where": "the lagoon"}),
            "moon": Setting(
                "sunrise",
                "night",
                {"ground": "hills", "rise": 230, "x": 420, "birds": 0},
                {"where": "the coast", "over": "the sleeping hills"},
            ),
        },
        (
            Clip("dawn", 5, CLOSER),
            *_event("kayaks", "action", NEAR),
            Clip("market", 5, RIGHT),
            Clip("street", 5, LEFT),
            Clip("train", 5, STILL),
            Clip("reef", 5, RIGHT),
            Clip("launch", 4.5, STILL, "all"),
            Clip("launch", 4, STILL, "all"),
            Clip("evening", 5, WIDER),
            *_event("fireworks", "lights", SKYWARD),
            Clip("moon", 5, WIDER),
        ),
        ("action", "lights"),
    ),
    Story(
        "polar-lights",
        "Polar lights",
        "Snow",
        Fraction(24),
        ("#e0533d", "#f4b942", "#3b6ea5"),
        "#e9eefc",
        53,
        True,
        {
            "morning": Setting(
                "sunrise",
                "winter",
                {"ground": "snow", "x": 500},
                {"where": "the white peaks", "over": "the snowfields"},
            ),
            "ski": Setting(
                "race", "winter", {"craft": "ski"}, {"who": "skiers", "one": "skier", "on": "the steep slope"}
            ),
            "village": Setting(
                "village", "winter", {"season": "winter"}, {"where": "a snowy village", "light": "by day"}
            ),
            "train": Setting(
                "train", "winter", {"place": "viaduct"}, {"train": "old steam train", "where": "the high stone viaduct"}
            ),
            "balloons": Setting("balloons", "winter", {}, {"where": "the white fields"}),
            "street": Setting(
                "street", "wintereve", {}, {"where": "the northern town", "light": "in the early evening"}
            ),
            "fair": Setting(
                "market",
                "wintereve",
                {"lanterns": True},
                {"where": "at the winter fair", "light": "under paper lanterns"},
            ),
            "evening": Setting(
                "village", "wintereve", {"season": "winter"}, {"where": "a snowy village", "light": "at dusk"}
            ),
            "aurora": Setting("aurora", "winternight", {}, {"where": "the cabin"}),
            "night": Setting(
                "village", "winternight", {"season": "winter"}, {"where": "a snowy village", "light": "at night"}
            ),
        },
        (
            Clip("morning", 5, CLOSER),
            *_event("ski", "action", SLOPE),
            Clip("village", 5, RIGHT),
            Clip("train", 5, STILL),
            Clip("balloons", 5, UP),
            Clip("street", 5, LEFT),
            Clip("fair", 5, RIGHT),
            Clip("fair", 4, NEAR),
            Clip("evening", 4.5, LEFT),
            *_event("aurora", "lights", UP),
            Clip("night", 5, WIDER),
        ),
        ("action", "lights"),
    ),
)
