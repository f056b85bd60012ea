"""Motion: moments in which much moves in the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.data.timebase import Timebase
from core.signals.curves import finished, holding, per_pick, smoothed, times

if TYPE_CHECKING:
    from core.segment.survey import Survey

# A frame that differs from the one before by this much, and by so many times as much as frames near it, is a cut.
JUMP, JUMP_TIMES = 0.06, 4.0
# Frames on either side that it is compared with.
NEAR = 12
# Change per second that is no more than noise; a half of e as much again is worth full contrast.
NOISE, LEAST = 0.05, 0.5


def motion(survey: Survey, timebase: Timebase, picks: np.ndarray) -> np.ndarray:
    """How much moves: change of the picture per second, on a logarithmic scale, stretched over the video.

    A cut is no motion: frames that jump are left out. Nor is a fade: of each change, that of the mean luma is taken
    away. A static video is 0.5 throughout.

    Args:
        survey: of the video.
        timebase: of the video.
        picks: (T,) int64 frames.

    Returns:
        (T,) float32 in [0, 1].
    """
    seconds = times(timebase, picks)
    return finished(np.log(change_per_second(survey, timebase, picks) + NOISE), holding(survey, picks), seconds, LEAST)


def change_per_second(survey: Survey, timebase: Timebase, picks: np.ndarray) -> np.ndarray:
    """(T,) mean absolute change of the pictures per second around each pick, without cuts and fades, at least 0."""
    seconds = times(timebase, picks)
    lasting = np.diff(timebase.seconds(np.arange(len(survey))), prepend=0.0)
    moves = ~_jumps(survey.change)
    moves[0] = False
    faded = np.abs(np.diff(survey.light, prepend=survey.light[:1]))
    moved = np.maximum(survey.change - faded, 0)
    amount = smoothed(per_pick(np.where(moves, moved, 0), picks), seconds)
    time = smoothed(per_pick(np.where(moves, lasting, 0), picks), seconds)
    return np.divide(amount, time, out=np.zeros(len(picks)), where=time > 1e-9)


def _jumps(change: np.ndarray) -> np.ndarray:
    """(F,) bool frames that begin another picture, as after a cut."""
    jumps = np.zeros(len(change), bool)
    padded = np.pad(change, NEAR, "reflect" if len(change) > NEAR else "edge")
    for frame in np.flatnonzero(change >= JUMP):
        jumps[frame] = change[frame] >= JUMP_TIMES * np.median(padded[frame : frame + 2 * NEAR + 1])
    return jumps
