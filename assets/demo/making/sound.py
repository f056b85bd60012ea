"""Quiet sound for the demo stories: pads and plucks in the story's key, surf, wind, murmur, thunder, rockets.

Everything is synthesized with numpy at 44.1 kHz; every part fades in and out, so nothing clicks.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.signal import butter, sosfilt

from assets.demo.making.scenes.base import Scene
from assets.demo.making.stories import Story

RATE = 44_100
PEAK = 0.42  # of full scale: quiet beside other tabs


def _noise(rng: np.random.Generator, count: int, low: float, high: float) -> np.ndarray:
    """(count,) noise between two frequencies, about unit loudness."""
    sos = butter(2, [low, high], "bandpass", fs=RATE, output="sos")
    noise = sosfilt(sos, rng.standard_normal(count + 4000))[4000:]
    return noise / (noise.std() + 1e-9)


def _slow(rng: np.random.Generator, count: int, hertz: float) -> np.ndarray:
    """(count,) slowly wandering level 0..1."""
    points = max(3, int(count / RATE * hertz) + 2)
    return np.interp(np.linspace(0, points - 1, count), np.arange(points), rng.uniform(0, 1, points))


def _envelope(count: int, attack: float, release: float) -> np.ndarray:
    """(count,) 0..1..0 with cosine ramps of the given seconds."""
    level = np.ones(count)
    for seconds, back in ((attack, False), (release, True)):
        long = min(count, int(seconds * RATE))
        ramp = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, long))
        if back:
            level[count - long :] *= ramp[::-1]
        else:
            level[:long] *= ramp
    return level


def _tone(note: float, count: int, partials: tuple[float, ...] = (1.0, 0.35, 0.12)) -> np.ndarray:
    t = np.arange(count) / RATE
    hertz = 440 * 2 ** ((note - 69) / 12)
    return sum(level * np.sin(2 * np.pi * hertz * (k + 1) * t) for k, level in enumerate(partials))


def _surf(rng: np.random.Generator, n: int) -> np.ndarray:
    return _noise(rng, n, 180, 1600) * (0.25 + 0.75 * _slow(rng, n, 0.6)) * 0.05


def _wind(rng: np.random.Generator, n: int) -> np.ndarray:
    return _noise(rng, n, 150, 700) * (0.2 + 0.8 * _slow(rng, n, 0.5)) * 0.035


def _murmur(rng: np.random.Generator, n: int) -> np.ndarray:
    voices = sum(_noise(rng, n, low, low * 2.2) * _slow(rng, n, 6) ** 2 for low in (260, 420, 700))
    return voices * 0.024


def _birds(rng: np.random.Generator, n: int) -> np.ndarray:
    out = np.zeros(n)
    for _ in range(int(n / RATE * 1.6)):
        long = int(rng.uniform(0.06, 0.16) * RATE)
        at = int(rng.uniform(0, max(1, n - long)))
        t = np.arange(long) / RATE
        sweep = rng.uniform(2300, 3800) + rng.uniform(-5000, 5000) * t
        chirp = np.sin(2 * np.pi * np.cumsum(sweep) / RATE) * np.hanning(long) * 0.03
        out[at : at + long] += chirp[: n - at]
    return out


def _rain(rng: np.random.Generator, n: int) -> np.ndarray:
    return _noise(rng, n, 1200, 7000) * (0.7 + 0.3 * _slow(rng, n, 1)) * 0.04 + _noise(rng, n, 60, 240) * 0.03


def _clack(rng: np.random.Generator, n: int) -> np.ndarray:
    out = _noise(rng, n, 80, 400) * 0.03
    for beat in np.arange(0.1, n / RATE - 0.15, 0.52):
        for late in (0.0, 0.13):
            at, long = int((beat + late) * RATE), int(0.06 * RATE)
            part = out[at : at + long]
            part += (_noise(rng, long, 300, 1800) * np.exp(-np.linspace(0, 6, long)) * np.hanning(long) ** 0.2 * 0.07)[
                : len(part)
            ]
    return out


def _rush(rng: np.random.Generator, n: int) -> np.ndarray:
    return _noise(rng, n, 300, 2400) * (0.35 + 0.65 * _slow(rng, n, 1.5)) * 0.05 + _murmur(rng, n) * 0.8


def _crowd(rng: np.random.Generator, n: int) -> np.ndarray:
    return _noise(rng, n, 350, 1800) * (0.6 + 0.4 * _slow(rng, n, 2)) * 0.045 + _murmur(rng, n)


def _deep(rng: np.random.Generator, n: int) -> np.ndarray:
    return _noise(rng, n, 60, 260) * (0.4 + 0.6 * _slow(rng, n, 0.8)) * 0.06


AMBIENCE = {
    "sunrise": (_wind, _birds),
    "balloons": (_wind, _birds),
    "fireworks": (_murmur,),
    "storm": (_rain, _wind),
    "aurora": (_wind,),
    "breach": (_surf,),
    "harbour": (_surf, _birds),
    "reef": (_deep,),
    "deer": (_wind, _birds),
    "train": (_clack,),
    "village": (_wind,),
    "market": (_murmur,),
    "street": (_murmur, _deep),
    "race": (_rush,),
    "goal": (_crowd,),
    "launch": (_deep,),
}


def _cue(name: str, rng: np.random.Generator) -> np.ndarray:
    """The sound of a moment."""
    long = {"boom": 1.3, "thunder": 2.6, "splash": 0.9, "cheer": 4.2, "rumble": 6.0, "whoosh": 1.2, "whistle": 1.5}.get(
        name, 0.6
    )
    n = int(long * RATE)
    t = np.arange(n) / RATE
    if name == "boom":
        thump = np.sin(2 * np.pi * 62 * t * np.exp(-t * 0.6)) * np.exp(-t * 7) * 0.3
        crackle = _noise(rng, n, 2000, 8000) * (rng.random(n) < 0.01).astype(float)
        crackle = np.convolve(crackle, np.hanning(60), "same") * np.exp(-t * 2.4) * np.clip((t - 0.1) * 8, 0, 1) * 0.02
        return (thump + _noise(rng, n, 60, 500) * np.exp(-t * 9) * 0.10) * _envelope(n, 0.004, 0.2) + crackle
    if name == "thunder":
        roll = 0.4 + 0.6 * _slow(rng, n, 9)
        return (
            _noise(rng, n, 35, 190) * np.exp(-t * 1.3) * roll * _envelope(n, 0.03, 0.6) * 0.26
            + _noise(rng, n, 200, 1500) * np.exp(-t * 7) * _envelope(n, 0.01, 0.3) * 0.07
        )
    if name == "splash":
        return _noise(rng, n, 500, 5000) * np.exp(-t * 5) * _envelope(n, 0.05, 0.2) * 0.11
    if name == "cheer":
        return (_noise(rng, n, 400, 2400) * 0.16 + _murmur(rng, n) * 2) * _envelope(n, 0.35, 2.4)
    if name == "rumble":
        return (_noise(rng, n, 30, 180) * 0.22 + _noise(rng, n, 200, 1400) * 0.06) * _envelope(n, 0.9, 2.8)
    if name == "whoosh":
        return _noise(rng, n, 250, 1800) * np.hanning(n) ** 2 * 0.10
    if name == "whistle":
        return (
            (_tone(74, n, (1, 0.3)) + _tone(78, n, (1, 0.3)) + 0.2 * _noise(rng, n, 900, 3000))
            * _envelope(n, 0.12, 0.5)
            * 0.03
        )
    if name == "whistle2":
        return np.sin(2 * np.pi * (2350 * t + 6 * np.sin(2 * np.pi * 28 * t))) * _envelope(n, 0.03, 0.15) * 0.04
    if name == "bell":
        return _tone(88, n, (1, 0.5, 0.4)) * np.exp(-t * 6) * _envelope(n, 0.004, 0.1) * 0.05
    return np.sin(2 * np.pi * 105 * t) * np.exp(-t * 26) * _envelope(n, 0.003, 0.2) * 0.3  # kick of a ball


def _add(track: np.ndarray, part: np.ndarray, second: float) -> None:
    at = int(second * RATE)
    part = part[: max(0, len(track) - at)]
    track[at : at + len(part)] += part


def _music(story: Story, track: np.ndarray, rng: np.random.Generator) -> None:
    """A pad that changes chord every four seconds, and plucked notes: busier in lively clips."""
    chords = (
        ((0, 3, 7, 10), (-4, 0, 3, 7), (3, 7, 10, 14), (-2, 2, 5, 9))
        if story.minor
        else ((0, 4, 7, 11), (-3, 0, 4, 7), (5, 9, 12, 16), (-5, -1, 2, 5))
    )
    long = 4.0
    for k in range(int(np.ceil(story.seconds / long))):
        chord = chords[k % 4]
        n = int((long + 1.6) * RATE)
        for step in chord:
            note = story.key_note - 12 + step
            pad = (_tone(note, n) + 0.6 * _tone(note + 0.06, n) + 0.5 * _tone(note - 0.07, n)) * _envelope(n, 1.4, 1.6)
            _add(track, pad * 0.016, k * long)
    lively = {"race", "goal", "launch", "fireworks", "market", "street", "train"}
    for clip, start in zip(story.clips, story.starts, strict=True):
        kind = story.places[clip.place].kind
        step = 0.25 if kind in ("race", "goal") else 0.5 if kind in lively else 1.0
        for at in np.arange(start, start + clip.seconds - 0.05, step):
            chord = chords[int(at / long) % 4]
            note = story.key_note + 12 * int(rng.integers(0, 2)) + chord[int(rng.integers(4))]
            n = int(1.1 * RATE)
            pluck = _tone(note, n, (1, 0.25, 0.1)) * np.exp(-np.arange(n) / RATE * 4.5) * _envelope(n, 0.006, 0.3)
            _add(track, pluck * 0.036, at)


def soundtrack(story: Story, scenes: Mapping[str, Scene]) -> np.ndarray:
    """(1, samples) float32 mono sound of a story, exactly as long as its pictures; peak below PEAK."""
    rng = np.random.default_rng(sum(map(ord, story.key)))
    count = int(story.n_frames / story.rate * RATE)
    track = np.zeros(count)
    _music(story, track, rng)
    for clip, start, offset in zip(story.clips, story.starts, story.offsets, strict=True):
        n = int((clip.seconds + 0.4) * RATE)
        dark = scenes[clip.place].pal.night > 0.5
        for make in AMBIENCE[story.places[clip.place].kind]:
            if make is _birds and dark:
                continue
            _add(track, make(rng, n) * _envelope(n, 0.4, 0.5), max(0.0, start - 0.2))
        for second, name in scenes[clip.place].cues:
            if offset - 0.01 <= second < offset + clip.seconds - 0.2:
                _add(track, _cue(name, rng), start + second - offset)
    track = np.tanh(track * 1.4)
    track *= PEAK / max(np.abs(track).max(), 1e-6)
    return (track * _envelope(count, 0.6, 0.9)).astype(np.float32)[None]
