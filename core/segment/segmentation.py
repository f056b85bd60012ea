"""Shots of a video: where its pictures change (`core.segment`), where its features do, or of equal duration."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.errors import InputError
from core.progress import Progress, ShouldStop, never, silent
from core.segment.empty import empty_intervals
from core.segment.kts import kts
from core.segment.refine import refined
from core.segment.settings import ShotSettings
from core.segment.survey import Survey
from core.segment.transitions import find_transitions

# Intervals whose scatters KTS may keep, 0.4 GB. At two picks per second, a shot of a one-hour video may last an hour,
# a shot of a three-hour video 20 minutes.
MOST_INTERVALS = 7200**2


def shots_from_changes(changes: np.ndarray, picks: np.ndarray, n_frames: int) -> Shots:
    """Shots that begin at the picks where the features change.

    Args:
        changes: (m,) ascending indices into the picks, in 1..T-1.
        picks: (T,) ascending frames.
        n_frames: frames of the video.

    Returns:
        m + 1 shots covering all frames.
    """
    starts = np.concatenate([[0], np.asarray(picks, np.int64)[np.asarray(changes, np.int64)]])
    return Shots(np.stack([starts, np.append(starts[1:], n_frames)], axis=1), "kts")


def feature_changes(features: np.ndarray, penalty: float = 1.0) -> np.ndarray:
    """`kts` of features as they are, in bounded memory: no shot of a video of T > 7,200 picks has more than 7,200²/T.

    Args:
        features: (T, D) finite, one row per pick.
        penalty: larger gives fewer shots.

    Returns:
        (m,) int64 ascending rows, in 1..T-1, at which a new shot begins.

    Raises:
        InputError: bad features.
    """
    return kts(features, penalty=penalty, max_length=max(1, MOST_INTERVALS // max(1, len(features))))


def kts_shots(features: np.ndarray, picks: np.ndarray, n_frames: int, penalty: float = 1.0) -> Shots:
    """KTS shots of a video: `feature_changes` with every row scaled to unit length, as published.

    Args:
        features: (T, D) finite, one row per pick.
        picks: (T,) ascending frames.
        n_frames: frames of the video.
        penalty: larger gives fewer shots.

    Raises:
        InputError: bad features, or not one row per pick.
    """
    features = np.array(features, np.float64)  # ours to change: of a film of two hours another one is 150 MB
    if features.ndim != 2 or len(features) != len(picks) or len(picks) == 0:
        raise InputError(f"Features of shape {features.shape} do not fit {len(picks)} picks.")
    norms = np.linalg.norm(features, axis=1, keepdims=True)
    features /= np.where(norms > 0, norms, 1)
    return shots_from_changes(feature_changes(features, penalty), picks, n_frames)


def make_shots(
    settings: ShotSettings,
    features: np.ndarray | None,
    frames: np.ndarray,
    timebase: Timebase,
    scaled: bool,
    survey: Survey | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> tuple[Shots, np.ndarray | None]:
    """Shots as a person wants them, and which frames show nothing.

    Args:
        settings: how.
        features: (N, D) finite, one row per frame in `frames`; only KTS looks at them.
        frames: (N,) ascending: the picks, or every frame for "kts-frames".
        timebase: of the video.
        scaled: whether KTS takes the features as they are, see `FeatureSpace`.
        survey: of the video; None where nobody made one.
        progress: told while the network looks.
        should_stop: asked likewise.

    Returns:
        Shots, those of KTS with their exact boundaries where there is a survey; and `Entry.empty`, None without one.

    Raises:
        InputError: bad features, or transitions without a survey.
        NotFoundError: the network that sees transitions is not on this machine.
        Cancelled: `should_stop` said so.
    """
    gradual = None
    if settings.kind == "transitions":
        if survey is None:
            raise InputError("Transitions are seen in the pictures of a video.", "Choose kts or uniform.")
        found = find_transitions(survey, progress=progress, should_stop=should_stop)
        shots, gradual = Shots(found.bounds, settings.name), found.gradual
    elif settings.kind == "uniform":
        shots = uniform_shots(timebase, settings.seconds)
    else:
        if features is None:
            raise InputError("KTS compares features, and there are none.", "Choose transitions or uniform.")
        if scaled:
            made = shots_from_changes(feature_changes(features, settings.penalty), frames, timebase.n_frames)
        else:
            made = kts_shots(features, frames, timebase.n_frames, settings.penalty)
        exact = None if survey is None else refined(made.bounds, frames, survey)
        shots = Shots(made.bounds, settings.name, exact)
    return shots, None if survey is None else empty_intervals(survey, timebase, gradual)


def uniform_shots(timebase: Timebase, seconds: Fraction = Fraction(2)) -> Shots:
    """Shots of equal duration, beginning with the frames shown at 0, 2, 4, ... seconds.

    A shorter remainder belongs to the last shot: as a shot of its own it would be too short to judge, and the
    selection would take it for its size alone.

    Args:
        timebase: of the video.
        seconds: duration of a shot, positive.
    """
    seconds = Fraction(seconds)
    if seconds <= 0:
        raise InputError(f"Shots must last longer than nothing, not {seconds} s.")
    starts = timebase.picks(1 / seconds)
    if timebase.exact_duration % seconds > 0 and len(starts) > 1:
        starts = starts[:-1]
    bounds = np.stack([starts, np.append(starts[1:], timebase.n_frames)], axis=1)
    return Shots(bounds, f"uniform {float(seconds):g} s")


def default_shots(entry: Entry) -> Shots:
    """The first segmentation of an entry, or uniform shots of two seconds where it has none."""
    return next((shots for shots in entry.shots.values() if len(shots) > 0), None) or uniform_shots(entry.timebase)
