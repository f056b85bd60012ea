"""One sentence per pick about what is on screen, the way a captioning model would say it.

Each scene kind has sentences for its beginning, middle and end; the words of a setting fill the gaps, and
neighbouring picks get different sentences.
"""

from __future__ import annotations

import numpy as np

from assets.demo.making.stories import Story

Phases = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]

_RACE = (
    (
        "Several {who} set off side by side on {on}.",
        "A race begins and {who} in bright colours surge forward.",
        "Four {who} speed past on {on}, close together.",
        "The start of a race: {who} fight for the first place.",
    ),
    (
        "The race is on and one {one} overtakes another.",
        "The racing {who} rush along {on} at full speed.",
        "A yellow {one} takes the lead while the others chase it.",
        "A close view of the {who} racing next to each other.",
    ),
    (
        "The leading {one} pulls away from the rest in the race.",
        "The {who} race on, only a length between them.",
        "One {one} attacks on the outside as the race nears its end.",
        "Racing {who} pass the camera in a burst of speed.",
    ),
)

_BREACH = (
    (
        "Out at sea, {who} appears near the surface.",
        "Water sprays as {who} breaks through the waves.",
        "The sea is blue and {who} rises out of the water.",
    ),
    (
        "In the air for a moment, {it} leaps above the waves.",
        "Wild animals at sea: {who} jumping out of the water.",
        "With a big splash {it} falls back into the sea.",
        "Gulls circle while {it} leaps again.",
    ),
    (
        "A close view of {who} leaping from the water.",
        "Drops fly everywhere as {it} dives under.",
        "Once more {it} jumps and turns in the air.",
    ),
)

SENTENCES: dict[str, Phases] = {
    "race": _RACE,
    "breach": _BREACH,
    "sunrise": (
        (
            "The light changes slowly above {where}.",
            "A wide view of {where}, with a glow on the horizon.",
            "Thin clouds drift above {where}.",
        ),
        ("The glowing disc stands low {over}.", "Soft colours spread {over}.", "A peaceful sky hangs {over}."),
        (
            "Everything is still {over}.",
            "The sky above {where} keeps changing its colours.",
            "A last look at the sky above {where}.",
        ),
    ),
    "balloons": (
        (
            "Hot-air balloons float above {where}.",
            "Striped balloons rise over {where}.",
            "A few colourful balloons hang in the sky.",
        ),
        (
            "The balloons drift slowly with the wind.",
            "A burner flares under one of the balloons.",
            "Red, yellow and blue balloons share the sky.",
        ),
        (
            "The balloons sail on above {where}.",
            "One balloon floats lower than the others.",
            "Small clouds pass behind the balloons.",
        ),
    ),
    "fireworks": (
        (
            "The first fireworks climb into the night above {where}.",
            "A rocket bursts into golden sparks over {where}.",
            "Fireworks light up the dark sky above {where}.",
        ),
        (
            "Red and blue fireworks open like flowers above {where}.",
            "Bright sparks fall and are mirrored in the water.",
            "Several fireworks explode at the same time.",
            "The night sky glitters with fireworks and smoke.",
        ),
        (
            "A ring of sparks spreads in the sky during the fireworks.",
            "The fireworks grow denser and fill the sky with light.",
            "Glowing fireworks sink slowly towards {where}.",
        ),
    ),
    "storm": (
        (
            "Dark clouds gather and rain falls over {where}.",
            "A thunderstorm breaks over {where}.",
            "Lightning flashes behind the rain over {where}.",
        ),
        (
            "A bright bolt of lightning strikes through the dark clouds.",
            "The flash of a lightning bolt turns everything white.",
            "Heavy rain and lightning over {where}.",
            "Lightning splits the sky into many branches.",
        ),
        (
            "Another flash of lightning lights up {where}.",
            "The thunderstorm rages on with rain and lightning.",
            "Lightning glows inside the clouds above {where}.",
        ),
    ),
    "aurora": (
        (
            "Green northern lights shimmer above {where}.",
            "The night sky over {where} glows with an aurora.",
            "Curtains of green light hang above the mountains.",
        ),
        (
            "The northern lights ripple in green and violet.",
            "Waves of glowing light move across the starry sky.",
            "A cabin with a lit window stands under the aurora.",
        ),
        (
            "The aurora grows brighter and fills the sky with light.",
            "Violet light glows along the edge of the northern lights.",
            "Northern lights dance above {where}.",
        ),
    ),
    "harbour": (
        (
            "Sailing boats lie in the harbour {light}.",
            "The harbour {light}, with a striped lighthouse.",
            "Boats rock gently at the quay {light}.",
        ),
        (
            "A white ferry comes into the harbour.",
            "Gulls fly past the lighthouse.",
            "Moored boats with yellow and blue sails.",
        ),
        (
            "The ferry passes behind the moored boats.",
            "Houses line the shore behind the harbour.",
            "The lighthouse stands on its rocks {light}.",
        ),
    ),
    "reef": (
        (
            "Small fish swim over the sandy ground under water.",
            "Rays of light fall through the blue water.",
            "A shoal of orange fish crosses the picture.",
        ),
        ("A sea turtle glides among the fish.", "Water plants sway in the current.", "Bubbles rise past the fish."),
        (
            "The turtle swims on above the plants.",
            "Striped fish turn in the blue water.",
            "Fish of many sizes swim to the right.",
        ),
    ),
    "deer": (
        (
            "Three deer walk between the trees of {where}.",
            "Deer appear among the trunks in {where}.",
            "A stag with antlers steps through {where}.",
        ),
        (
            "A stag stops and lowers its head to graze.",
            "The deer stand still and listen in {where}.",
            "Wild deer graze between the trees.",
            "A young deer follows the others through {where}.",
        ),
        (
            "The stag lifts its head and looks around.",
            "A close view of the deer in {where}.",
            "The deer walk on quietly, deeper into {where}.",
        ),
    ),
    "train": (
        ("The {train} comes into view.", "The {train} crosses {where}.", "Mountains stand behind the {train}."),
        (
            "Yellow and blue carriages follow the engine of the {train}.",
            "The {train} rolls steadily along the track.",
            "Hills and fir trees pass behind the {train}.",
        ),
        (
            "The {train} moves on to the right.",
            "The last carriages of the {train} pass by.",
            "The {train} leaves {where} behind.",
        ),
    ),
    "village": (
        (
            "Houses stand in a row in {where} {light}.",
            "The view moves along {where} {light}.",
            "Smoke rises from the chimneys of {where}.",
        ),
        (
            "Someone walks a brown dog past the houses.",
            "A dog trots along beside its owner.",
            "Mountains rise behind the roofs of {where}.",
        ),
        (
            "The walker and the dog pass another house.",
            "It is quiet in {where} {light}.",
            "Windows and doors of small houses in {where}.",
        ),
    ),
    "market": (
        (
            "Stalls with striped awnings stand {where} {light}.",
            "People stroll past market stalls {where}.",
            "A market {where} {light}.",
        ),
        (
            "Sellers stand behind crates of fruit at the market.",
            "Shoppers walk both ways between the stalls.",
            "Red, yellow and blue awnings line the market.",
        ),
        (
            "Someone carries a paper bag past the stalls.",
            "Decorations hang above the busy market.",
            "The market {where} is full of people.",
        ),
    ),
    "street": (
        (
            "Cars and a red tram drive through {where} {light}.",
            "A street in {where} {light}.",
            "Tall buildings stand along a road in {where}.",
        ),
        (
            "The red tram rolls past the trees.",
            "Cars drive in both directions while people walk by.",
            "People walk along the pavement in {where}.",
        ),
        (
            "The tram moves on past the towers of {where}.",
            "Traffic flows quietly through {where} {light}.",
            "A few cars pass under the street lamps.",
        ),
    ),
    "goal": (
        (
            "Football players in red pass the ball in {where}.",
            "A football match: red against blue, in front of a full stand.",
            "The red team attacks and passes the ball forward.",
        ),
        (
            "A player in red shoots and the ball flies into the net.",
            "The goalkeeper dives but the ball is in the goal.",
            "Goal! The crowd in {where} jumps up.",
            "The players race to celebrate the goal.",
        ),
        (
            "Confetti rains down while the players celebrate the goal.",
            "The fans throw their arms up after the goal.",
            "The red team cheers and the whole stand jumps.",
        ),
    ),
    "launch": (
        (
            "A white rocket stands on {where}, ready to start.",
            "Spectators wait while the rocket stands beside its tower.",
            "The engines of the rocket ignite.",
        ),
        (
            "The rocket lifts off on a bright flame.",
            "Clouds of smoke roll over {where} as the rocket rises.",
            "The rocket climbs away from {where}.",
        ),
        (
            "The rocket climbs higher and higher on a tail of fire.",
            "A glowing flame pushes the rocket into the sky.",
            "The rocket leaves a trail of smoke behind.",
        ),
    ),
}

_VIEWS = ("", "", "Seen from a little closer: ", "", "In the same scene, ", "")


def captions(story: Story, seconds: np.ndarray) -> tuple[str, ...]:
    """One sentence for each of the (T,) seconds of a story."""
    sentences: list[str] = []
    turns: dict[tuple[str, int], int] = {}
    starts, offsets = np.array(story.starts), story.offsets
    for second in seconds:
        k = int(np.searchsorted(starts, second + 1e-9, "right")) - 1
        clip, place = story.clips[k], story.places[story.clips[k].place]
        share = (offsets[k] + second - starts[k]) / story.span(clip.place)
        phase = min(2, int(share * 3))
        choices = SENTENCES[place.kind][phase]
        turn = turns.get((clip.place, phase), len(story.key) + k)
        turns[clip.place, phase] = turn + 1
        sentence = choices[turn % len(choices)].format(**place.words)
        view = _VIEWS[(turn * 5 + k) % len(_VIEWS)]
        if view:
            sentence = view + sentence[0].lower() + sentence[1:]
        sentences.append(sentence)
    return tuple(sentences)
