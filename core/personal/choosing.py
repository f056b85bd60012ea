"""Which way is best for a person: each is measured on videos that it did not learn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.personal.content import Labelled
from core.personal.taste import Way
from core.progress import ShouldStop, check, never
from core.statistics.curves import mean_defined

LEAST = 3  # labelled videos from which on ways are compared


@dataclass(frozen=True)
class HeldOut:
    """How near a way comes to a person on videos that were left out, one at a time.

    Attributes:
        way: its name.
        label: for people.
        tau: Kendall's tau-b with the person's curve, mean over videos; NaN where nothing could be compared.
        videos: how many.
    """

    way: str
    label: str
    tau: float
    videos: int


def held_out(way: Way, videos: Sequence[Labelled], should_stop: ShouldStop = never) -> HeldOut:
    """Leaves each of a person's videos out once; NaN where there is nothing to learn from or to compare with."""
    taus = []
    for place, video in enumerate(videos):
        check(should_stop, "The comparison")
        others = [*videos[:place], *videos[place + 1 :]]
        if others:
            taus.append(tau_with(way.learn(others).mean(video.content), video.scores))
    return HeldOut(way.name, way.label, mean_defined(taus), len(taus))


def best_of(measured: Sequence[HeldOut]) -> HeldOut:
    """The one with the largest tau; the first where none has any."""
    return max(measured, key=lambda one: -np.inf if np.isnan(one.tau) else one.tau)


def tau_with(curve: np.ndarray, scores: np.ndarray) -> float:
    """Kendall's tau-b of a curve and what somebody said, at the picks that they judged."""
    from core.statistics.ranks import kendall  # compiles

    return kendall(curve, scores)
