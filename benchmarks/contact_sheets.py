"""Contact sheets: what a cut shows, as one picture, to be looked at."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np

from core.data import Entry
from core.errors import VideoError
from core.video.probe import frames_at, probe

TILE = (160, 90)
COLUMNS = 8
PER_SECOND = 1


def write_sheet(entry: Entry, label: str, mask: np.ndarray, folder: Path) -> Path:
    """Writes the pictures of a cut, one a second, beginning a new line with every clip; times are written on them.

    Args:
        entry: has its video.
        label: of the cut.
        mask: (n_frames,) bool, what is in the cut.
        folder: made where missing; the file is called by entry and label.
    """
    if entry.video is None:
        raise VideoError(f"Entry '{entry.id}' has no video to make a contact sheet of.")
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    lines: list[list[tuple[int, float]]] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        begins, ends = entry.timebase.seconds(np.array([start, end]))
        # The last picture of each clip too: that is where a flash of the next shot would be.
        times = np.arange(begins, ends, 1 / PER_SECOND)
        frames = [*np.atleast_1d(entry.timebase.frame_at(times)).tolist(), int(end) - 1]
        clip = [(frame, float(entry.timebase.seconds(frame))) for frame in dict.fromkeys(frames)]
        lines += [clip[first : first + COLUMNS] for first in range(0, len(clip), COLUMNS)]
    wanted = np.array(sorted({frame for line in lines for frame, _ in line}), np.int64)
    pictures = dict(frames_at(probe(entry.video), wanted, TILE))
    width, height = TILE
    sheet = np.full((max(1, len(lines)) * (height + 4), COLUMNS * (width + 4), 3), 32, np.uint8)
    for row, line in enumerate(lines):
        for column, (frame, seconds) in enumerate(line):
            picture = np.ascontiguousarray(pictures[frame])
            cv2.putText(picture, f"{seconds:.1f}", (4, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255, 255, 0), 1)
            top, left = row * (height + 4), column * (width + 4)
            sheet[top : top + height, left : left + width] = picture
    folder.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^a-z0-9]+", "-", f"{entry.key} {label}".lower()).strip("-")
    file = folder / f"{name}.png"
    cv2.imwrite(str(file), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    return file
