"""Rows of the numbers that language models answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.captions.zero_shot import zero_shot_label, zero_shot_track

if TYPE_CHECKING:
    from storage.library import Library


def keep_zero_shot(library: Library, entry_id: str, judge: str, space: str, numbers: np.ndarray) -> int | None:
    """The run of a language model's own numbers: the one that is there where it says the same, else a new one.

    Args:
        entry_id: that was judged.
        judge: id of the language model.
        space: see `zero_shot_track`.
        numbers: (T,) float32 in [0, 1], NaN where an answer held none.

    Returns:
        Its id; None where no answer held a number.
    """
    track = zero_shot_track(judge, space, numbers)
    if track is None:
        return None
    same = [run for run in library.runs.of_entry(entry_id) if run.track.checkpoint == track.checkpoint]
    if same and np.array_equal(same[-1].track.scores, track.scores):
        return same[-1].id
    return library.runs.add(entry_id, track, zero_shot_label(track)).id
