"""Chapters of a video: its shots merged at the changes that matter most.

About one a minute and a half, from three to twenty: of all changes of shot the one is taken first before and after
which the pictures differ most (cosine of the mean features of up to half a minute on either side), then the next, each
far enough from the beginning, the end and those that were taken. Where shots give too few, the longest chapter is
divided at the pick nearest to its middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.data import Entry, Shots
from core.errors import InputError
from core.signals.looks import unit_looks
from core.signals.words import moment_word
from core.words.said import said_at_picks

USUAL_SECONDS = 90
FEWEST, MOST = 3, 20
# What players accept: ten seconds, and one more because they show whole seconds.
SHORTEST_SECONDS = 11.0
LOOK_SECONDS = 30.0
TITLE_CHARS = 60


@dataclass(frozen=True)
class Chapter:
    """From when to when, in seconds, and what it is called."""

    start: float
    end: float
    title: str


def chapters(entry: Entry, shots: Shots) -> tuple[Chapter, ...]:
    """The chapters of a video: at least three, each of ten seconds or more, the first from 0 on, without a gap.

    Their titles are what captions say of them, else what is said in them, else "Chapter 2".

    Raises:
        InputError: the video is too short for three.
    """
    duration = entry.timebase.duration
    if duration < FEWEST * SHORTEST_SECONDS:
        raise InputError(
            f"'{entry.title}' lasts {duration:.1f} s, too short for {FEWEST} chapters of 10 s.", "Players want as many."
        )
    count = min(MOST, int(duration / SHORTEST_SECONDS), max(FEWEST, round(duration / USUAL_SECONDS)))
    apart = max(SHORTEST_SECONDS, duration / count / 3)
    edges = [0.0, duration]
    for at in _changes(entry, shots):
        if len(edges) <= count and min(abs(at - edge) for edge in edges) >= apart:
            edges.append(at)
    while len(edges) <= FEWEST:
        edges.append(_halving(entry, sorted(edges)))
    edges.sort()
    texts = entry.captions if entry.captions is not None and any(entry.captions) else said_at_picks(entry)
    times = np.asarray(entry.timebase.seconds(entry.picks))
    found = []
    for number, (start, end) in enumerate(pairwise(edges), 1):
        first, last = np.searchsorted(times, [start, end]).tolist()
        found.append(Chapter(start, end, _title(texts, first, last) or f"Chapter {number}"))
    return tuple(found)


def _changes(entry: Entry, shots: Shots) -> list[float]:
    """Seconds at which shots begin, those first at which pictures change most."""
    bounds = np.asarray(shots.bounds if shots.exact is None else shots.exact, np.int64)
    at = np.asarray(entry.timebase.seconds(bounds[1:, 0]), np.float64)
    space = entry.feature_space or next(iter(entry.further_spaces), entry.text_space)
    if space is None:
        return at.tolist()
    features = entry.features[space]
    looks = unit_looks(features - features.mean(axis=0))
    times = np.asarray(entry.timebase.seconds(entry.picks))
    changed = [_change(looks, times, second) for second in at]
    order = np.argsort(-np.round(changed, 6), kind="stable")
    return at[order].tolist()


def _change(looks: np.ndarray, times: np.ndarray, at: float) -> float:
    """How much pictures differ before and after a time; 0 where there are none on one side."""
    first, middle, last = np.searchsorted(times, [at - LOOK_SECONDS, at, at + LOOK_SECONDS]).tolist()
    if first == middle or middle == last:
        return 0.0
    before, after = looks[first:middle].mean(axis=0), looks[middle:last].mean(axis=0)
    lengths = np.linalg.norm(before) * np.linalg.norm(after)
    return float(1 - before @ after / lengths) if lengths > 0 else 0.0


def _halving(entry: Entry, edges: list[float]) -> float:
    """The pick nearest to the middle of the longest chapter, or its middle where that is too near to its ends."""
    start, end = max(pairwise(edges), key=lambda pair: pair[1] - pair[0])
    middle = (start + end) / 2
    times = np.asarray(entry.timebase.seconds(entry.picks), np.float64)
    nearest = float(times[np.argmin(np.abs(times - middle))])
    fits = start + SHORTEST_SECONDS <= nearest <= end - SHORTEST_SECONDS
    return nearest if fits else middle


def _title(texts: tuple[str, ...], first: int, last: int) -> str:
    """The text of a chapter with the word that sets it apart, else the one of its middle; "" where it has none."""
    inside = [text for text in texts[first:last] if text]
    if not inside:
        return ""
    word = moment_word(texts, first, last)
    chosen = next((text for text in inside if word and word in text.lower()), inside[len(inside) // 2])
    chosen = " ".join(chosen.split()).rstrip(".")
    if len(chosen) > TITLE_CHARS:
        chosen = chosen[:TITLE_CHARS].rpartition(" ")[0].rstrip(",;:") + " …"
    return chosen[:1].upper() + chosen[1:]
