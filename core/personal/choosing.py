"""Which way is best for a person: each is measured on videos that it did not learn from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.personal.content import Labelled
from core.personal.way import Way
from core.progress import ShouldStop, check, never
from core.statistics.curves import mean_defined, mean_of_people


@dataclass(frozen=True)
class HeldOut:
    """How near a way comes to a person on videos that were left out, one at a time.

    Attributes:
        way: its name.
        label: for people.
        taus: Kendall's tau-b with the person's curve, by the id of the video; NaN where it is not defined.
    """

    way: str
    label: str
    taus: Mapping[str, float]

    @property
    def tau(self) -> float:
        """The mean over videos; NaN where nothing could be compared."""
        return mean_defined(list(self.taus.values()))


def held_out(
    way: Way,
    videos: Sequence[Labelled],
    person: Sequence[Labelled] | None = None,
    only: Collection[str] | None = None,
    should_stop: ShouldStop = never,
) -> HeldOut:
    """Leaves each of somebody's videos out once.

    Args:
        way: that learns.
        videos: with the labels that it learns from.
        person: with the labels that it is compared with; None for the same. Where these are another's, the way is
            asked how well it does for somebody else.
        only: ids of the videos that are left out; None for all of the person's.
        should_stop: asked before each.
    """
    taus = {}
    for video in person if person is not None else videos:
        check(should_stop, "The comparison")
        others = [one for one in videos if one.content.id != video.content.id and one.judged.any()]
        if others and (only is None or video.content.id in only):
            taus[video.content.id] = tau_with(way.learn(others).mean(video.content), video.scores)
    return HeldOut(way.name, way.label, taus)


def best_of(measured: Sequence[HeldOut]) -> HeldOut:
    """The one with the largest tau on the videos that all have that were measured at all; else the first."""
    counted = [one for one in measured if one.taus] or list(measured)
    shared = set.intersection(*(set(one.taus) for one in counted))

    def tau(one: HeldOut) -> float:
        found = mean_defined([one.taus[video] for video in shared])
        return -np.inf if np.isnan(found) else found

    return max(counted, key=tau)


def everybody(people: Sequence[Sequence[Labelled]]) -> list[Labelled]:
    """The videos that any of these people labelled, with the mean of those who did."""
    said: dict[str, list[Labelled]] = {}
    for videos in people:
        for video in videos:
            said.setdefault(video.content.id, []).append(video)
    means = ((videos[0].content, np.stack([one.scores for one in videos])) for videos in said.values())
    return [Labelled(content, mean_of_people(scores)) for content, scores in means]


def tau_with(curve: np.ndarray, scores: np.ndarray) -> float:
    """Kendall's tau-b of a curve and what somebody said, at the picks that they judged."""
    from core.statistics.ranks import kendall  # compiles

    return kendall(curve, scores)
