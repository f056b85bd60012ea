"""Stored pictures of a video as every screen shows them: not mirrored, of BT.709, and of one shape from end to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from av.video.reformatter import VideoReformatter

from core.video.filters import Filter, make_filter
from core.video.tone import ToneMapper, is_mapped

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from core.video.probe import VideoInfo


class StandardPictures:
    """Brings stored pictures of a video to a size and a format, still to be turned by its rotation.

    What most videos hold goes through FFmpeg's scaling as it is. HDR and BT.2020 become BT.709, mirrored pictures are
    mirrored back, and those of another shape than the first get black bars.

    Args:
        video: from `core.video.probe.probe`; None for pictures that are as they are shown.
    """

    def __init__(self, video: VideoInfo | None) -> None:
        self._mirrored = video is not None and video.mirrored
        self._first = video.stored if video else None
        self._reformatter = VideoReformatter()  # one for all pictures: it keeps its scaling tables
        self._mapper: ToneMapper | None = None
        self._filters: dict[tuple[object, ...], Filter] = {}

    def reformat(
        self,
        frame: VideoFrame,
        width: int,
        height: int,
        format: str,
        interpolation: str | None = None,
        threads: int | None = None,
    ) -> VideoFrame:
        """A picture in another size and format, see `VideoReformatter.reformat` of PyAV."""
        inner = self._without_bars(frame, width, height)
        if is_mapped(frame):
            self._mapper = self._mapper or ToneMapper()
            made = self._mapper.reformat(frame, *inner, format, interpolation, threads)
        else:
            made = self._reformatter.reformat(frame, *inner, format, interpolation=interpolation, threads=threads)
        if inner != (width, height):
            left, top = ((outer - side) // 4 * 2 for outer, side in zip((width, height), inner, strict=True))
            made = self._filtered(made, "pad", w=str(width), h=str(height), x=str(left), y=str(top))
        return self._filtered(made, "hflip") if self._mirrored else made

    def _without_bars(self, frame: VideoFrame, width: int, height: int) -> tuple[int, int]:
        """The size of a picture within one of (width, height) that shows the first without bars."""
        if self._first is None or (frame.width, frame.height) == self._first:
            return width, height
        across, down = frame.width / self._first[0], frame.height / self._first[1]
        # Whole pairs of pixels, because formats keep one colour for two.
        pairs = (round(side * share / max(across, down) / 2) for side, share in ((width, across), (height, down)))
        inner_width, inner_height = (max(2, 2 * pair) for pair in pairs)
        return min(inner_width, width), min(inner_height, height)

    def _filtered(self, picture: VideoFrame, name: str, **settings: str) -> VideoFrame:
        key = (name, picture.width, picture.height, picture.format.name, picture.color_range, *settings.values())
        if key not in self._filters:
            self._filters[key] = make_filter(picture, name, **settings)
        return self._filters[key](picture)


class UprightPictures:
    """Turns stored frames of a video into (height, width, 3) uint8 RGB pictures, upright.

    Args:
        video: from `core.video.probe.probe`.
        size: width and height of the upright pictures; None for the size they are displayed at.
    """

    def __init__(self, video: VideoInfo, size: tuple[int, int] | None = None) -> None:
        width, height = size or (video.width, video.height)
        self._stored = (height, width) if video.rotation % 180 else (width, height)
        self._turns = video.rotation // 90
        self._standard = StandardPictures(video)

    def __call__(self, frame: VideoFrame) -> np.ndarray:
        """The picture of a frame."""
        picture = self._standard.reformat(frame, *self._stored, "rgb24", interpolation="AREA", threads=1)
        return np.ascontiguousarray(np.rot90(picture.to_ndarray(), self._turns))
