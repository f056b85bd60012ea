"""The filmstrip of a video: one JPEG with pictures evenly spaced in time, and a JSON file that says what is where."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np

from core.data.timebase import Timebase
from core.errors import VideoError
from core.video.probe import VideoInfo, frames_at
from core.video.sprites import ThumbnailSprite

COLUMNS = 10
MOST = 120
HEIGHT = 72
# A very wide picture is squeezed to this, so that the sprite stays within what JPEG and browsers hold.
WIDEST = 256
QUALITY = 82


def thumbnail_frames(timebase: Timebase, frames: np.ndarray | None = None) -> np.ndarray:
    """The frames of a filmstrip: about one per second, at most `MOST`, from the middle of equal parts of the video.

    Args:
        timebase: of the video.
        frames: (T,) int64 ascending; where given, the nearest of these are taken.

    Returns:
        (K,) int64 ascending.
    """
    count = int(np.clip(np.ceil(timebase.duration), 1, MOST))
    middles = (np.arange(count) + 0.5) * timebase.duration / count
    if frames is None:
        return np.unique(timebase.frame_at(middles))
    return frames[np.unique(timebase.pick_at(middles, frames))]


def thumbnails(video: VideoInfo, out: Path) -> ThumbnailSprite:
    """Makes the filmstrip of a video file.

    Args:
        video: from `core.video.probe.probe`.
        out: the JPEG to write; the JSON comes beside it.
    """
    frames = thumbnail_frames(video.timebase)
    size = max(1, round(HEIGHT * video.width / video.height)), HEIGHT
    pictures = [picture for _, picture in frames_at(video, frames, size)]
    return write_sprite(pictures, video.timebase.seconds(frames), out)


def write_sprite(pictures: Iterable[np.ndarray], times: np.ndarray, out: Path) -> ThumbnailSprite:
    """Writes a filmstrip.

    Args:
        pictures: (h, w, 3) uint8 RGB of one size, at least one.
        times: seconds of each.
        out: the JPEG to write; the JSON comes beside it with the suffix .json.

    Raises:
        VideoError: the folder cannot be written to.
    """
    pictures = list(pictures)
    height, width = pictures[0].shape[:2]
    cell = int(np.clip(round(HEIGHT * width / height), 1, WIDEST)), HEIGHT
    columns = min(COLUMNS, len(pictures))
    rows = -(-len(pictures) // columns)
    sheet = np.zeros((rows * cell[1], columns * cell[0], 3), np.uint8)
    for index, picture in enumerate(pictures):
        top, left = index // columns * cell[1], index % columns * cell[0]
        small = cv2.resize(picture, cell, interpolation=cv2.INTER_AREA)
        sheet[top : top + cell[1], left : left + cell[0]] = small
    bgr = cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR)
    _, jpeg = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
    sprite = ThumbnailSprite(len(pictures), columns, *cell, tuple(round(float(t), 3) for t in times))
    try:
        out.write_bytes(jpeg.tobytes())
        out.with_suffix(".json").write_text(json.dumps(asdict(sprite)), "utf-8")
    except OSError as error:
        raise VideoError(f"The thumbnails cannot be written to '{out}': {error.strerror}.") from error
    return sprite
