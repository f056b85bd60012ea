"""Features of one more space while a video is read: made by a thread of their own from the frames that pass by."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.aside import Aside
from core.features.space import FeatureSpace, Moment
from core.video.probe import VideoInfo
from core.video.standard import UprightPictures

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# Pictures that wait for the network.
WAITING = 16


class Beside:
    """Makes the features of a space from frames that somebody else reads.

    Args:
        video: that is read, from its first frame.
        picks: (T,) int64 ascending frames.
        space: opened; one that does not need motion.
    """

    def __init__(self, video: VideoInfo, picks: np.ndarray, space: FeatureSpace) -> None:
        self._wanted = set(picks.tolist())
        self._picture = UprightPictures(video, space.size_of(video.width, video.height))
        self._frame = -1
        self._rows: Aside[Moment, np.ndarray] = Aside(space.extract, WAITING)

    def look(self, frame: VideoFrame) -> None:
        """The next frame of the video. Raises what the space raises."""
        self._frame += 1
        if self._frame in self._wanted:
            picture = self._picture(frame)
            self._rows.put(Moment(picture, picture, 0.0))

    def features(self) -> np.ndarray:
        """(T, D) float32, when all frames have passed. Raises what the space raises."""
        return self._rows.made()

    def close(self) -> None:
        """Lets the thread end, whatever has passed so far."""
        self._rows.close()
