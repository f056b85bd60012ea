"""What browsers show of a video, made from its file: the copy that they play, and the filmstrip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.progress import Progress, ShouldStop

if TYPE_CHECKING:
    import numpy as np

    from core.video.probe import VideoInfo


@dataclass(frozen=True)
class Copy:
    """A copy that browsers play.

    Attributes:
        video: the file.
        notes: what a person should know of it, by the names under which an entry keeps that; "" where there is nothing.
    """

    video: Path
    notes: Mapping[str, str]


def make_copy(info: VideoInfo, work: Path, progress: Progress, should_stop: ShouldStop) -> Copy:
    """A copy of a video in a folder, never the video itself. Raises VideoError, Cancelled."""
    from core.video.playable import copy_in, put_playable

    played = put_playable(info, work, progress, should_stop)
    sound = " ".join(filter(None, (info.tracks_note, *played.notes)))
    notes = {"video_note": info.note, "colours_note": info.colours_note, "sound_note": sound}
    return Copy(copy_in(work, info), notes)


def make_filmstrip(info: VideoInfo, picks: np.ndarray, work: Path) -> Path:
    """The filmstrip of a video in a folder, with its description beside it.

    Args:
        info: of the video.
        picks: (T,) frames, of which the nearest are shown.
        work: the folder.

    Raises:
        VideoError: the video cannot be read.
    """
    from core.features.space import picture_size
    from core.video.probe import frames_at
    from core.video.thumbnails import thumbnail_frames, write_sprite

    frames = thumbnail_frames(info.timebase, picks)
    pictures = (picture for _, picture in frames_at(info, frames, picture_size(info.width, info.height)))
    out = work / "thumbnails.jpg"
    write_sprite(pictures, info.timebase.seconds(frames), out)
    return out
