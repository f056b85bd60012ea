"""What a feature space of texts is: what captions show, or what is said, in; one row per text out, without an LLM.

Scores that a head gives on these features are named after the encoder, never after LLMVS's language model.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.errors import InputError


@dataclass(frozen=True)
class TextSpace:
    """A named way to turn the texts of a video, one per pick, into features.

    Attributes:
        id: stored with every feature array and checkpoint, and its name on the command line.
        width: W.
        label: for people.
        reach: how many captions to either side a row depends on.
        encode: T captions of one video, in order -> (T, W) float32.
        package: of the extra requirements that it needs, as it is imported; None for none.
        of: which texts: "captions", or "transcript" for what is said around each pick (`core.words.said`).
        literal: whether it knows words only by their letters, and not what they mean.
    """

    id: str
    width: int
    label: str
    reach: int
    encode: Callable[[Sequence[str]], np.ndarray]
    package: str | None = None
    of: Literal["captions", "transcript"] = "captions"
    literal: bool = False

    @property
    def is_here(self) -> bool:
        """Whether what it needs is installed."""
        return self.package is None or importlib.util.find_spec(self.package) is not None


def windows_with(changed: Sequence[int], length: int, reach: int) -> list[int]:
    """The rows whose window holds a changed caption, ascending.

    Args:
        changed: indices of captions.
        length: number of captions.
        reach: how many captions a window has to either side of its row.

    Raises:
        InputError: an index is not among the captions.
    """
    if any(not 0 <= index < length for index in changed):
        raise InputError(f"There are {length} captions; a changed one lies outside them.")
    rows = {row for index in changed for row in range(index - reach, index + reach + 1)}
    return sorted(row for row in rows if 0 <= row < length)


def encode_rows(space: TextSpace, captions: Sequence[str], rows: Sequence[int]) -> np.ndarray:
    """(R, W) float32: some rows of the features of a whole video, made from the captions they depend on alone."""
    if space.reach == 0:
        return space.encode([captions[row] for row in rows])
    needed = windows_with(rows, len(captions), space.reach)
    first, last = (needed[0], needed[-1] + 1) if needed else (0, 0)
    return space.encode(captions[first:last])[[row - first for row in rows]]
