"""What every picture of a video shows, in a few numbers: measured once, while the video is read."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter

from core.aside import Aside
from core.data.timebase import Timebase
from core.errors import VideoError
from core.progress import Progress, ShouldStop, check, never, silent
from core.segment.measures import measures
from core.video.probe import VideoInfo, probe, shown_frames
from core.video.standard import StandardPictures

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# Width and height of the kept pictures: what TransNetV2 takes.
WIDTH, HEIGHT = 48, 27
# Of the pictures that are measured.
FINE_WIDTH, FINE_HEIGHT = 192, 108
# From luma as most videos keep it to 0..255.
FULL = np.clip(np.rint((np.arange(256) - 16.0) * 255 / 219), 0, 255).astype(np.uint8)
# Frames that are handed over at a time, so that threads take turns less often, and how many times as many may wait.
HANDED, WAITING = 8, 4

# Frames between two reports of how far it is.
REPORTED = 25

MEASURES = ("light", "spread", "sharpness", "edge", "change", "ground", "plain", "solid", "bulk")


class StoredPictures:
    """(F, 27, 48, 3) uint8 in a file, of which only what is asked for is in memory, and only as long as it is used.

    Args:
        path: of the file, which stays as it is.
        count: F.
    """

    def __init__(self, path: Path, count: int) -> None:
        self._path = path
        self._shape = (count, HEIGHT, WIDTH, 3)

    def __len__(self) -> int:
        return self._shape[0]

    def __getitem__(self, frames: slice | np.ndarray) -> np.ndarray:
        # Mapped anew each time: what was looked at through a mapping that stays counts as memory of this process.
        return np.array(np.memmap(self._path, np.uint8, "r", shape=self._shape)[frames])


@dataclass(frozen=True, eq=False)
class Survey:
    """Measures of all F frames of a video.

    Luma is measured on the whole upright picture brought to 192 x 108. Its ground is what has the most frequent luma.

    Attributes:
        pictures: (F, 27, 48, 3) uint8 RGB, upright, the whole picture brought to 48 x 27; may lie on the disk.
        light: (F,) float32 mean luma in [0, 1].
        spread: (F,) float32 standard deviation of luma in [0, 0.5]: near 0 where the picture is of one colour.
        sharpness: (F,) float32 mean strength of edges in [0, 1]: near 0 where the picture is flat or smeared.
        edge: (F,) float32 strength of edges in [0, 1] that 1 % are stronger than: near 0 where nothing at all is sharp.
        change: (F,) float32 mean absolute difference of `pictures` from the frame before, in [0, 1]; 0 for the first.
        ground: (F,) float32 share of the picture in [0, 1] whose luma is within 4 % of the ground's.
        plain: (F,) float32 share of the picture in [0, 1] whose luma is within 1 % of the ground's.
        solid: (F,) float32 share of the picture in [0, 1] that is not ground over at least 9 x 9 pixels, or is not and
            lies within 8 pixels of the left or right side: 0 for a text.
        bulk: (F,) float32 the same over at least 17 x 17 pixels: 0 for the strokes of a large logo too.
    """

    pictures: np.ndarray | StoredPictures
    light: np.ndarray
    spread: np.ndarray
    sharpness: np.ndarray
    edge: np.ndarray
    change: np.ndarray
    ground: np.ndarray
    plain: np.ndarray
    solid: np.ndarray
    bulk: np.ndarray

    def __len__(self) -> int:
        return len(self.light)


class Surveyor:
    """Takes the frames of a video one after the other and gives their `Survey`, which a thread of its own makes.

    A frame costs its reader a tenth of a millisecond at 180p and half of one at 720p, the thread a tenth.

    Args:
        video: whose frames they are; None where they are stored as they are shown.
        scratch: a new file for the pictures, which must stay as long as the survey is used: a film of two hours has
            700 MB of them. None keeps them in memory.
    """

    def __init__(self, video: VideoInfo | None = None, scratch: Path | None = None) -> None:
        self._turns = video.rotation // 90 if video else 0
        self._standard = StandardPictures(video)
        self._handed: list[VideoFrame] = []
        self._survey: Aside[list[VideoFrame], Survey] = Aside(lambda all: _surveyed(all, self._turns, scratch), WAITING)

    def look(self, frame: VideoFrame) -> None:
        """The next frame.

        Raises:
            VideoError: the file cannot be written, or there is no space left for the pictures.
        """
        # Means over areas: sampling instead would make noise and thin lines flicker. Threads cost more than they do.
        # Luma and colours apart, as most videos keep them: RGB takes twice as long, and the small pictures that are
        # made of it are less like those that FFmpeg makes of the frame itself.
        width, height = _stored(self._turns, FINE_WIDTH, FINE_HEIGHT)
        fine = self._standard.reformat(frame, width, height, "yuv420p", interpolation="AREA", threads=1)
        if fine is frame:  # of this size already: two threads that scale one frame mix up what it says of its colours
            fine = frame.reformat(format="yuv444p").reformat(format="yuv420p")
        self._handed.append(fine)
        if len(self._handed) == HANDED:
            self._hand_over()

    def survey(self) -> Survey:
        """The survey of the frames so far, at least one; no more can follow.

        Raises:
            VideoError: as from `look`.
        """
        if self._handed:
            self._hand_over()
        return self._survey.made()

    def close(self) -> None:
        """Gives the survey up, where it is not wanted any more."""
        self._survey.close()

    def _hand_over(self) -> None:
        self._survey.put(self._handed)
        self._handed = []


def survey_of(
    path: Path,
    timebase: Timebase,
    scratch: Path | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Survey:
    """The survey of an entry, from a file that shows it.

    Args:
        path: the video.
        timebase: of the entry.
        scratch: see `Surveyor`.
        progress: told every `REPORTED` frames.
        should_stop: asked before every frame.

    Raises:
        VideoError: the file cannot be read, or does not have the entry's frames.
        Cancelled: `should_stop` said so.
    """
    video = probe(path)
    if not _same_frames(video.timebase, timebase):
        raise VideoError(
            f"'{path.name}' has {video.timebase.n_frames} pictures in {video.duration:.2f} s, the entry "
            f"{timebase.n_frames} in {timebase.duration:.2f} s, so its shots cannot be found there to the frame.",
            "Take the video in again.",
        )
    surveyor = Surveyor(video, scratch)
    try:
        for index, frame in shown_frames(video):
            check(should_stop, f"Reading '{path.name}'")
            surveyor.look(frame)
            if index % REPORTED == 0:
                progress(index / timebase.n_frames, f"Looking at frame {index} of {timebase.n_frames}")
        return surveyor.survey()
    finally:
        surveyor.close()


def _surveyed(handed: Iterable[list[VideoFrame]], turns: int, scratch: Path | None) -> Survey:
    """The survey of frames in the fine size, which come some at a time; see `Surveyor` for the rest."""
    measured = {name: array("f") for name in MEASURES}
    small = VideoReformatter()
    size = _stored(turns, WIDTH, HEIGHT)
    before: np.ndarray | None = None
    memory = BytesIO()
    try:
        with scratch.open("wb") if scratch else nullcontext(memory) as file:
            for fine in chain.from_iterable(handed):
                # FFmpeg's default, which TransNetV2's training pictures were made with.
                brought = small.reformat(fine, *size, "rgb24", interpolation="BICUBIC", threads=1)
                picture = _upright(brought.to_ndarray(), turns)
                file.write(picture.tobytes())
                for name, value in measures(_upright(_luma(fine), turns)).items():
                    measured[name].append(value)
                measured["change"].append(0.0 if before is None else _difference(picture, before))
                before = picture
    except OSError as error:
        raise VideoError(f"'{scratch}' cannot be written: {error.strerror}.", "Is there space left?") from error
    count = len(measured["change"])
    in_memory = np.frombuffer(memory.getbuffer(), np.uint8).reshape(-1, HEIGHT, WIDTH, 3)
    kept = StoredPictures(scratch, count) if scratch else in_memory
    return Survey(kept, **{name: np.array(values, np.float32) for name, values in measured.items()})


def _luma(picture: VideoFrame) -> np.ndarray:
    """(h, w) uint8 luma of a stored picture from 0 to 255, of which most videos keep 16 to 235."""
    luma = picture.to_ndarray()[: picture.height]  # the rest is colour
    return luma if picture.color_range == ColorRange.JPEG else cv2.LUT(luma, FULL)


def _upright(picture: np.ndarray, turns: int) -> np.ndarray:
    return np.ascontiguousarray(np.rot90(picture, turns))


def _stored(turns: int, width: int, height: int) -> tuple[int, int]:
    """The size that stored pictures have where upright ones have this."""
    return (height, width) if turns % 2 else (width, height)


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean absolute difference of two uint8 arrays, in [0, 1]."""
    return cv2.norm(one, other, cv2.NORM_L1) / one.size / 255


def _same_frames(one: Timebase, other: Timebase) -> bool:
    """Whether both have as many frames, shown at the same times to within half a frame."""
    if one.n_frames != other.n_frames:
        return False
    frames = np.arange(one.n_frames)
    apart = np.abs(np.asarray(one.seconds(frames)) - np.asarray(other.seconds(frames))).max()
    return bool(apart <= 0.5 / float(other.rate))
