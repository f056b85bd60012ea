"""What every picture of a video shows, in a few numbers: measured once, while the video is read."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from core.data.timebase import Timebase
from core.errors import VideoError
from core.progress import Progress, ShouldStop, check, never, silent
from core.video.probe import VideoInfo, probe, shown_frames
from core.video.standard import StandardPictures

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

# Width and height of the kept pictures: what TransNetV2 takes.
WIDTH, HEIGHT = 48, 27
# Of the pictures that are measured.
FINE_WIDTH, FINE_HEIGHT = 192, 108
# The share of edges that `Survey.edge` is of.
STRONGEST = 0.01
# Luma levels around the most frequent that are its ground; and that are of one colour with it.
GROUND_LEVELS, PLAIN_LEVELS = 10, 2
# What is thinner, in pixels of the measured pictures, is a stroke of a text, or of a logo.
TEXT_STROKE, LOGO_STROKE = 9, 17
# Pixels at the left and the right that texts and logos keep clear.
MARGIN = 8

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
    """Takes the frames of a video one after the other and gives their `Survey`: half a millisecond each at 720p.

    Args:
        video: whose frames they are; None where they are stored as they are shown.
        scratch: a new file for the pictures, which must stay as long as the survey is used: a film of two hours has
            700 MB of them. None keeps them in memory.

    Raises:
        VideoError: the file cannot be written.
    """

    def __init__(self, video: VideoInfo | None = None, scratch: Path | None = None) -> None:
        self._turns = video.rotation // 90 if video else 0
        self._scratch = scratch
        self._pictures: list[np.ndarray] = []
        self._measures = {name: array("f") for name in MEASURES}
        self._before: np.ndarray | None = None
        self._fine, self._small = StandardPictures(video), VideoReformatter()  # they keep their scaling tables
        try:
            self._file = scratch.open("wb") if scratch else None
        except OSError as error:
            raise _unwritable(scratch, error) from error

    def look(self, frame: VideoFrame) -> None:
        """Measures the next frame.

        Raises:
            VideoError: there is no space left for the pictures.
        """
        # Means over areas: sampling instead would make noise and thin lines flicker. Threads cost more than they do.
        width, height = self._stored(FINE_WIDTH, FINE_HEIGHT)
        fine = self._fine.reformat(frame, width, height, "rgb24", interpolation="AREA", threads=1)
        # FFmpeg's default, which TransNetV2's training pictures were made with.
        width, height = self._stored(WIDTH, HEIGHT)
        small = self._small.reformat(fine, width, height, "rgb24", interpolation="BICUBIC", threads=1)
        luma, picture = cv2.cvtColor(self._upright(fine), cv2.COLOR_RGB2GRAY), self._upright(small)
        for name, value in _measures(luma).items():
            self._measures[name].append(value)
        self._measures["change"].append(0.0 if self._before is None else _difference(picture, self._before))
        self._before = picture
        if self._file is None:
            self._pictures.append(picture)
            return
        try:
            self._file.write(picture.tobytes())
        except OSError as error:
            raise _unwritable(self._scratch, error) from error

    def survey(self) -> Survey:
        """The survey of the frames so far, at least one; no more can follow.

        Raises:
            VideoError: there is no space left for the pictures.
        """
        measures = {name: np.array(values, np.float32) for name, values in self._measures.items()}
        if self._file is None or self._scratch is None:
            return Survey(np.stack(self._pictures), **measures)
        try:
            self._file.close()
        except OSError as error:
            raise _unwritable(self._scratch, error) from error
        return Survey(StoredPictures(self._scratch, len(measures["light"])), **measures)

    def close(self) -> None:
        """Gives the file up, where the survey is not wanted any more."""
        if self._file is not None:
            self._file.close()

    def _stored(self, width: int, height: int) -> tuple[int, int]:
        """The size that stored pictures have where upright ones have this."""
        return (height, width) if self._turns % 2 else (width, height)

    def _upright(self, frame: VideoFrame) -> np.ndarray:
        return np.ascontiguousarray(np.rot90(frame.to_ndarray(), self._turns))


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


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    """Mean absolute difference of two uint8 arrays, in [0, 1]."""
    return cv2.norm(one, other, cv2.NORM_L1) / one.size / 255


def _measures(luma: np.ndarray) -> dict[str, float]:
    """Those measures of a `Survey` that need one frame alone, from its (108, 192) uint8 luma."""
    mean, deviation = cv2.meanStdDev(luma)
    across, down = cv2.absdiff(luma[:, 1:], luma[:, :-1]), cv2.absdiff(luma[1:], luma[:-1])
    counts = _histogram(luma)
    # Of neighbouring levels together: noise spreads one colour over several.
    ground = int(np.convolve(counts, np.ones(2 * PLAIN_LEVELS + 1), "same").argmax())
    other = cv2.bitwise_not(_near(luma, ground, GROUND_LEVELS))
    return {
        "light": mean[0, 0] / 255,
        "spread": deviation[0, 0] / 255,
        "sharpness": (across.sum() / across.size + down.sum() / down.size) / 2 / 255,
        "edge": max(_strongest(across), _strongest(down)) / 255,
        "ground": 1 - _share(other),
        "plain": _share(_near(luma, ground, PLAIN_LEVELS)),
        "solid": _solid(other, TEXT_STROKE),
        "bulk": _solid(other, LOGO_STROKE),
    }


def _histogram(values: np.ndarray) -> np.ndarray:
    return cv2.calcHist([values], [0], None, [256], [0, 256]).ravel()


def _strongest(edges: np.ndarray) -> int:
    """The strength that `STRONGEST` of uint8 edges are above."""
    return int(np.searchsorted(np.cumsum(_histogram(edges)), (1 - STRONGEST) * edges.size))


def _near(luma: np.ndarray, level: int, levels: int) -> np.ndarray:
    """255 where luma is within some levels of one."""
    return cv2.inRange(luma, max(0, level - levels), min(255, level + levels))


def _solid(mask: np.ndarray, stroke: int) -> float:
    """Share of a picture that a mask covers without strokes, except those in the margins."""
    solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((stroke, stroke), np.uint8))
    solid[:, :MARGIN], solid[:, -MARGIN:] = mask[:, :MARGIN], mask[:, -MARGIN:]
    return _share(solid)


def _share(mask: np.ndarray) -> float:
    return cv2.countNonZero(mask) / mask.size


def _same_frames(one: Timebase, other: Timebase) -> bool:
    """Whether both have as many frames, shown at the same times to within half a frame."""
    if one.n_frames != other.n_frames:
        return False
    frames = np.arange(one.n_frames)
    apart = np.abs(np.asarray(one.seconds(frames)) - np.asarray(other.seconds(frames))).max()
    return bool(apart <= 0.5 / float(other.rate))


def _unwritable(scratch: Path | None, error: OSError) -> VideoError:
    return VideoError(f"'{scratch}' cannot be written: {error.strerror}.", "Is there space left?")
