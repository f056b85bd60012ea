"""Whom a model tells apart: people whose name means the same person in every video.

A checkpoint knows them by a mark that is made of the name, so that a file that is handed on names nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from core.data.people import is_slot
from core.errors import InputError
from core.training.videos import TrainingVideo


def mark(name: str) -> str:
    """What a checkpoint calls a person: 16 hexadecimal digits."""
    return hashlib.sha256(name.encode()).hexdigest()[:16]


def persons_of(videos: Sequence[TrainingVideo]) -> list[str]:
    """The marks of everybody whom a model can tell apart, in the order of their numbers.

    Raises:
        InputError: nobody: what a data set calls "person 01" is somebody else in every video.
    """
    found = {mark(name) for video in videos for name in video.people if not is_slot(name)}
    if not found:
        raise InputError(
            "None of these people has a name that means the same person in every video.",
            "Models of single persons learn from Manycut's own annotators, or from data sets that name their people.",
        )
    return sorted(found)


def numbered(videos: Sequence[TrainingVideo], persons: Sequence[str]) -> list[TrainingVideo]:
    """The videos with the numbers of their people: the place of each among `persons`, -1 for whoever is not there."""
    places = {one: place for place, one in enumerate(persons)}
    return [
        replace(video, numbers=tuple(-1 if is_slot(name) else places.get(mark(name), -1) for name in video.people))
        for video in videos
    ]
