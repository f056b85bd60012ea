"""Features of an entry that exists already, from its video."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from core.data.timebase import Timebase
from core.errors import VideoError
from core.features.moments import moments
from core.features.space import FeatureSpace
from core.progress import Progress, ShouldStop, never, silent
from core.video.probe import VideoInfo, probe


def features_of(
    path: Path,
    timebase: Timebase,
    picks: np.ndarray,
    space: FeatureSpace,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> np.ndarray:
    """Features of a video at the picks of an entry.

    Args:
        path: a file that shows the entry; where it counts frames in another way, they are found by their time.
        timebase: of the entry.
        picks: (T,) int64 ascending frames of the entry.
        space: opened.
        progress: told after every pick.
        should_stop: asked before every pick.

    Returns:
        (T, D) float32.

    Raises:
        VideoError: the file cannot be read, or ends before the last pick.
        Cancelled: `should_stop` said so.
    """
    video = probe(path)
    return space.extract(moments(video, frames_of_picks(video, timebase, picks), progress, should_stop, space=space))


def frames_of_picks(video: VideoInfo, timebase: Timebase, picks: np.ndarray) -> np.ndarray:
    """(T,) int64 frames of a video that show what an entry shows at its picks; two picks may have the same.

    Raises:
        VideoError: the video ends before the last pick.
    """
    if video.timebase.n_frames == timebase.n_frames:
        return picks
    seconds = np.asarray(timebase.seconds(picks))
    if seconds[-1] >= video.duration:
        raise VideoError(
            f"'{video.path.name}' ends after {video.duration:.1f} s, but the entry goes on to {seconds[-1]:.1f} s.",
            "Is it the video of this entry?",
        )
    return np.asarray(video.timebase.frame_at(seconds), np.int64)
