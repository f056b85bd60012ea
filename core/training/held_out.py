"""Which videos are trained on, and which are kept from it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

import numpy as np

from core.errors import InputError

One = TypeVar("One")

FEWEST = 3  # videos of which one can be held out


def content(features: np.ndarray) -> str:
    """What a video shows, as a SHA-256 of its (T, D) float32 features: the same for copies of it under other names."""
    return hashlib.sha256(np.ascontiguousarray(features, np.float32).tobytes()).hexdigest()


def hold_out(
    contents: Mapping[str, str],
    share: float,
    seed: int,
    *,
    seen: Callable[[str], bool | None] = lambda _: False,
    preferred: Collection[str] = (),
) -> list[str]:
    """The ids of the videos that a training shall not see, to be evaluated on.

    They are drawn by what the videos show and by the seed, so that a training on the same videos holds the same ones
    out, however many labels came meanwhile and in whatever order they are listed. Copies stay together.

    Args:
        contents: `content` of each video, by its id.
        share: of them in [0, 1), at least one; none for 0, and where there are fewer than `FEWEST`.
        seed: of the draw.
        seen: whether what the training goes on from has learned from a video, which is never held out then.
        preferred: ids that are taken first: those that were held out before.
    """
    different = set(contents.values())
    if not share or len(different) < FEWEST:
        return []
    first = {contents[one] for one in preferred if one in contents}
    free = different - {contents[one] for one in contents if seen(one)}
    order = sorted(free, key=lambda one: (one not in first, hashlib.sha256(f"{seed}:{one}".encode()).digest()))
    held = set(order[: max(1, round(share * len(different)))])
    return [one for one in contents if contents[one] in held]


def folds(contents: Mapping[str, str], count: int | None, seed: int) -> list[list[str]]:
    """Groups of ids, each of which is left out once; copies of a video are in the same group.

    Args:
        contents: `content` of each video, by its id.
        count: groups that are drawn by what the videos show and by the seed, as large as each other; None leaves every
            video out alone, in their order.
        seed: of the draw.

    Raises:
        InputError: there are too few different videos.
    """
    different = list(dict.fromkeys(contents.values()))
    if len(different) < (count or 2):
        raise InputError(f"{len(different)} different videos are too few to leave each out once.", "Judge more videos.")
    if count is not None:
        different.sort(key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).digest())
    groups = {one: number % (count or len(different)) for number, one in enumerate(different)}
    found: list[list[str]] = [[] for _ in range(count or len(different))]
    for one, shown in contents.items():
        found[groups[shown]].append(one)
    return found


def held_out(videos: Sequence[One], share: float, seed: int) -> tuple[list[One], list[One]]:
    """Videos to train on and to select epochs by.

    Args:
        videos: of both.
        share: of them that is held out, drawn by the seed: between 0 and 1, at least one.

    Raises:
        InputError: there is no such share, or it leaves nothing to train on.
    """
    if not 0 < share < 1:
        raise InputError(f"A validation share lies between 0 and 1, not at {share}.")
    count = max(1, round(share * len(videos)))
    if count >= len(videos):
        raise InputError(f"{len(videos)} videos are too few to hold a share of {share:g} out.")
    held = set(np.random.default_rng(seed).permutation(len(videos))[:count].tolist())
    return [e for i, e in enumerate(videos) if i not in held], [videos[i] for i in sorted(held)]


def drawn(ids: Sequence[str], most: int, seed: int) -> list[str]:
    """At most so many of some ids, drawn by the seed and sorted; all of them in their order where there are fewer."""
    if len(ids) <= most:
        return list(ids)
    return sorted(np.random.default_rng(seed).choice(list(ids), most, replace=False).tolist())
