"""What a video shows at its picks, as feature spaces take it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from core.data.timebase import Timebase
from core.features.space import FeatureSpace, Moment
from core.progress import Progress, ShouldStop, check, never, silent
from core.video.prefetch import prefetch
from core.video.probe import VideoInfo, frames_at

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# How far after a pick the picture lies that motion is measured with.
NEARBY_SECONDS = 0.1
# Pictures that are read while features are made of those before.
READ_AHEAD = 16


def moments(
    video: VideoInfo,
    picks: np.ndarray,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    *,
    space: FeatureSpace,
    watch: Callable[[VideoFrame], None] | None = None,
) -> Generator[Moment, None, None]:
    """What the video shows at each pick, read in one pass by another thread, a little ahead.

    Args:
        video: from `core.video.probe.probe`.
        picks: (T,) int64 ascending frames.
        progress: told after every pick.
        should_stop: asked before every pick.
        space: says of what size pictures are, and whether there is one nearby.
        watch: called by the other thread with every frame of the video, see `core.video.probe.frames_at`.

    Raises:
        VideoError: the file can no longer be read.
        Cancelled: `should_stop` said so.
    """
    nearby = nearby_frames(video.timebase, picks) if space.motion else picks
    seconds = video.timebase.seconds(nearby) - video.timebase.seconds(picks)
    size = space.size_of(video.width, video.height)
    chosen = frames_at(video, np.union1d(picks, nearby), size, watch)
    pictures: dict[int, np.ndarray] = {}
    with closing(prefetch(chosen, READ_AHEAD)) as frames:
        for index, (pick, near) in enumerate(zip(picks.tolist(), nearby.tolist(), strict=True)):
            check(should_stop, f"Reading '{video.path.name}'")
            while pick not in pictures or near not in pictures:
                frame, picture = next(frames)
                pictures[frame] = picture
            yield Moment(pictures[pick], pictures[near], float(seconds[index]))
            pictures = {frame: picture for frame, picture in pictures.items() if frame >= pick}
            progress((index + 1) / len(picks), f"Looking at the pictures: {index + 1} of {len(picks)}")
        deque(frames, maxlen=0)  # those after the last pick are still to be watched


def nearby_frames(timebase: Timebase, picks: np.ndarray) -> np.ndarray:
    """(T,) the frame to compare each pick with: shortly after it, or before it at the very end."""
    after = timebase.frame_at(timebase.seconds(picks) + NEARBY_SECONDS)
    after = np.minimum(np.maximum(after, picks + 1), timebase.n_frames - 1)
    return np.where(after > picks, after, np.maximum(picks - 1, 0))
