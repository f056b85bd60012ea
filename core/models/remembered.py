"""What was computed of videos, so that it is not computed again in every step of a training, or for more samples."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

from torch import Tensor

Value = TypeVar("Value")
MOST = 2**25  # by default; those of a training of usual size


class Remembered(Generic[Value]):
    """Values by what the features of a video are; nothing is known any more once they are too many.

    Args:
        most: numbers in the features of all videos that are remembered.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._values: dict[bytes, Value] = {}
        self._numbers = 0

    def of(self, features: Tensor, make: Callable[[Tensor], Value]) -> Value:
        """The value that `make` gives for a video (T, D), or for several (B, T, D), made once."""
        key = hashlib.sha256(features.contiguous().cpu().numpy().tobytes()).digest()
        if key not in self._values:
            if self._numbers + features.numel() > self._most:
                self._values.clear()
                self._numbers = 0
            self._values[key] = make(features)
            self._numbers += features.numel()
        return self._values[key]
