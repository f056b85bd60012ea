"""What was computed of the videos of a training, so that it is not computed again in every step."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Generic, TypeVar

from torch import Tensor

Value = TypeVar("Value")
MOST = 2**25  # numbers in the features of all videos that are remembered


class Remembered(Generic[Value]):
    """Values by what the features of a video are; nothing is known any more once they are too many."""

    def __init__(self) -> None:
        self._values: dict[bytes, Value] = {}
        self._numbers = 0

    def of(self, features: Tensor, make: Callable[[Tensor], Value]) -> Value:
        """The value that `make` gives for a video (T, D), made once."""
        key = hashlib.sha256(features.contiguous().cpu().numpy().tobytes()).digest()
        if key not in self._values:
            if self._numbers + features.numel() > MOST:
                self._values.clear()
                self._numbers = 0
            self._values[key] = make(features)
            self._numbers += features.numel()
        return self._values[key]
