"""Features of one more space while a video is read: made by a thread of their own from the frames that pass by."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Full, Queue
from typing import TYPE_CHECKING

import numpy as np

from core.features.space import FeatureSpace, Moment
from core.video.probe import VideoInfo
from core.video.standard import UprightPictures

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# Pictures that wait for the network.
WAITING = 16
# How often somebody who waits asks whether the network has failed, in seconds.
ASKED = 0.1


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
        self._queue: Queue[Moment | None] = Queue(WAITING)
        self._thread = ThreadPoolExecutor(1)
        self._rows = self._thread.submit(lambda: space.extract(self._moments()))

    def look(self, frame: VideoFrame) -> None:
        """The next frame of the video."""
        self._frame += 1
        if self._frame in self._wanted:
            picture = self._picture(frame)
            self._put(Moment(picture, picture, 0.0))

    def features(self) -> np.ndarray:
        """(T, D) float32, when all frames have passed. Raises what the space raises."""
        self._put(None)
        return self._rows.result()

    def close(self) -> None:
        """Lets the thread end, whatever has passed so far."""
        self._put(None)
        self._thread.shutdown()

    def _put(self, moment: Moment | None) -> None:
        while not self._rows.done():
            try:
                return self._queue.put(moment, timeout=ASKED)
            except Full:
                continue
        return None

    def _moments(self) -> Iterator[Moment]:
        while (moment := self._queue.get()) is not None:
            yield moment
