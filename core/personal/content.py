"""What a video shows, as numbers at its picks, and what one person said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.data import Entry
from core.errors import InputError
from core.signals.curves import smoothed, times
from core.signals.looks import unit_looks

SIGNALS = "signals"  # the block that holds a video's signals, one column each


@dataclass(frozen=True, eq=False)
class Content:
    """What a video shows.

    Attributes:
        id: of the entry.
        seconds: (T,) float64, when the picks are shown; ascending.
        blocks: (T, D) by name: features by the id of their space as they are, and `SIGNALS`.
    """

    id: str
    seconds: np.ndarray
    blocks: Mapping[str, np.ndarray]


@dataclass(frozen=True, eq=False)
class Labelled:
    """A video and what one person said of it: (T,) importance in [0, 1], NaN where not judged."""

    content: Content
    scores: np.ndarray

    @property
    def judged(self) -> np.ndarray:
        """(T,) bool."""
        judged: np.ndarray = ~np.isnan(self.scores)
        return judged


def shared_spaces(entries: Sequence[Entry]) -> list[str]:
    """The feature spaces that all of these have, in the order of the first."""
    return [space for space in entries[0].features if all(space in entry.features for entry in entries)]


def contents(entries: Sequence[Entry], spaces: Sequence[str] | None = None) -> list[Content]:
    """What videos show, in the same blocks: every space that all of them have, and the signals that all have.

    Args:
        entries: at least one.
        spaces: only these.

    Raises:
        InputError: they share neither features nor signals.
    """
    spaces = shared_spaces(entries) if spaces is None else spaces
    names = sorted(set.intersection(*(set(entry.signals) for entry in entries)))
    if not spaces and not names:
        raise InputError(
            "These videos have neither features of one space nor signals in common.",
            "Make them with: python app.py features --all",
        )
    found = []
    for entry in entries:
        blocks = {space: np.asarray(entry.features[space], np.float32) for space in spaces}
        if names:
            blocks[SIGNALS] = np.stack([entry.signals[name] for name in names], axis=1)
        found.append(Content(entry.id, times(entry.timebase, entry.picks), blocks))
    return found


def block_rows(content: Content, name: str, seconds: float) -> np.ndarray:
    """(T, D) float64 rows of one block, smoothed over so many seconds and centred within the video.

    Features are brought to unit length first, so that the scale of their space has no say.
    """
    rows = content.blocks[name]
    rows = np.asarray(rows if name == SIGNALS else unit_looks(rows), np.float64)
    rows = smoothed(rows, content.seconds, seconds)
    return rows - rows.mean(axis=0)
