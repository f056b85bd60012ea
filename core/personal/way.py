"""What every way of learning from one person has in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from core.personal.content import Content, Labelled


class PersonModel(ABC):
    """What was learned of one person."""

    @abstractmethod
    def mean(self, video: Content) -> np.ndarray:
        """(T,) float64: the curve that is expected of them; around 0 to 1, not clipped."""

    @abstractmethod
    def samples(self, video: Content, n: int, seed: int) -> np.ndarray:
        """(n, T) float64 curves that they might draw; sample k of a seed is the same whatever n is."""

    def settings(self, video: Content) -> dict[str, float]:
        """How samples of a video are drawn, where that must be known of them."""
        return {}


class Way(Protocol):
    """One way of learning what somebody likes.

    Attributes:
        name: "gaussian-process", "ridge", "summdiff".
        label: for people.
    """

    @property
    def name(self) -> str: ...

    @property
    def label(self) -> str: ...

    def learn(self, videos: Sequence[Labelled]) -> PersonModel:
        """What these labels of one person tell; the videos are in the same blocks, at least one.

        Raises:
            InputError: they tell nothing.
        """
        ...
