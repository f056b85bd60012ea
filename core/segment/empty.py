"""Pictures that show nothing: of one colour, smeared, titles and logos on plain grounds, and fades between these.

The thresholds were chosen by looking at what they call empty, and at what they just do not, in twelve open clips (two
films of Big Buck Bunny, an advertisement, cartoons, cameras and a recorded screen).
"""

from __future__ import annotations

import numpy as np

from core.data.timebase import Timebase
from core.segment.survey import Survey

# Standard deviation of luma up to which a picture is of one colour. A night scene with any light in it has 0.03.
FLAT = 0.015
# Nothing in a smeared picture is sharp: its strongest edges are weak, also for its contrast. Weak edges alone would
# take fog and the dark for it: whatever has an outline there has edges of half its contrast and more.
SOFT, SOFT_OF_SPREAD = 0.035, 0.3
# A text covers little of its ground, which is of one colour to within a few levels, and there are only strokes on it.
TEXT_GROUND, TEXT_PLAIN, STROKES = 0.9, 0.85, 0.002
# A logo's strokes are thicker, and things in front of a bright sky or wall may be as small: it must also stand still.
LOGO_PLAIN, STILL, STILL_SECONDS = 0.6, 0.003, 0.5
# A fade is at most this long. Its frames are empty until half of the contrast is there.
FADE_SECONDS, SHOWN = 2.0, 0.5
# Least growth of contrast from frame to frame of a fade, and the change from frame to frame that is a cut.
GROWTH, CUT = 0.0005, 0.1
# What is shown between two empty pictures for a shorter time is not worth looking at either.
SHORTEST_SECONDS = 0.25
# Where more of the video's time than this would be empty, its pictures are as they are meant to be.
MOST = 0.9


def empty_intervals(survey: Survey, timebase: Timebase, gradual: np.ndarray | None = None) -> np.ndarray:
    """Which frames show nothing.

    Args:
        survey: of the video.
        timebase: of the same frames.
        gradual: (G, 2) frame intervals of dissolves and fades where somebody looked for them, see
            `core.segment.transitions`: what is half one shot and half another is empty too.

    Returns:
        (E, 2) int64 half-open frame intervals, ascending, not touching; none where (nearly) all would be empty.
    """
    empty = _still_or_plain(survey, timebase)
    empty |= _fading(empty, survey, timebase)
    for start, end in () if gradual is None else gradual:
        empty[start:end] = True
    return intervals_of(empty, timebase)


def intervals_of(empty: np.ndarray, timebase: Timebase) -> np.ndarray:
    """The intervals of (F,) bool empty frames as `empty_intervals` gives them: without short gaps, none if `MOST` are.

    Args:
        empty: True where a frame shows nothing.
        timebase: of the same frames.
    """
    seconds = np.asarray(timebase.seconds(np.arange(timebase.n_frames + 1)))
    runs = runs_of(empty)
    if len(runs) > 1:
        shown = seconds[runs[1:, 0]] - seconds[runs[:-1, 1]] >= SHORTEST_SECONDS
        runs = np.stack([runs[np.append(True, shown), 0], runs[np.append(shown, True), 1]], axis=1)
    share = (seconds[runs[:, 1]] - seconds[runs[:, 0]]).sum() / seconds[-1]
    return np.empty((0, 2), np.int64) if share > MOST else runs


def runs_of(chosen: np.ndarray) -> np.ndarray:
    """(E, 2) int64 half-open intervals of (F,) bool in which it is True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], chosen, [False]])))
    return edges.reshape(-1, 2).astype(np.int64)


def _still_or_plain(survey: Survey, timebase: Timebase) -> np.ndarray:
    """(F,) bool: of one colour, smeared, a text or a logo."""
    flat = survey.spread <= FLAT
    smeared = survey.edge <= np.minimum(SOFT, SOFT_OF_SPREAD * survey.spread)
    text = (survey.ground >= TEXT_GROUND) & (survey.plain >= TEXT_PLAIN) & (survey.solid <= STROKES)
    logo = (survey.ground < TEXT_GROUND) & (survey.plain >= LOGO_PLAIN) & (survey.bulk <= STROKES)
    still = np.zeros(len(survey), bool)
    # The first of several still pictures differs from the one before.
    for start, end in runs_of(logo & (survey.change <= STILL)):
        if timebase.seconds(int(end)) - timebase.seconds(int(start)) >= STILL_SECONDS:
            still[max(0, start - 1) : end] = True
    return flat | smeared | text | (logo & still)


def _fading(empty: np.ndarray, survey: Survey, timebase: Timebase) -> np.ndarray:
    """(F,) bool: what fades in after empty frames or out before them, until it is half there."""
    fading = np.zeros(len(survey), bool)
    for start, end in runs_of(empty):
        fading[end : end + _faded(survey.spread[end - 1 :], survey.change[end:], timebase, end - 1)] = True
        # Before it, the same backwards. The change of a frame is from the one before, so it leads the other way.
        count = _faded(survey.spread[start::-1], survey.change[start:0:-1], timebase, start)
        fading[start - count : start] = True
    return fading


def _faded(spread: np.ndarray, change: np.ndarray, timebase: Timebase, frame: int) -> int:
    """How many frames beside an empty one are less than half of what they fade from or to.

    Args:
        spread: of the empty frame and of those that lie in one direction from it.
        change: (len(spread) - 1,) at least, between each and the next.
        timebase: of the video.
        frame: the empty one.
    """
    most = min(len(spread) - 1, round(FADE_SECONDS * float(timebase.rate)))
    if most < 1:
        return 0
    growing = (np.diff(spread[: most + 1]) >= GROWTH) & (change[:most] < CUT)
    length = most if growing.all() else int(np.argmin(growing))
    half = spread[0] + SHOWN * (spread[length] - spread[0])
    return int(np.count_nonzero(spread[1 : length + 1] < half))
