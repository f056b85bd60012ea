"""The time code that a video file carries: of its time code track (tmcd), or told beside its pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from core.data.timebase import Timebase, VaryingTimebase
from core.data.timecode import TimeCode
from core.errors import InputError
from core.video.probe import open_video

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

NAMES = ("timecode", "TIMECODE")


def source_timecode(path: Path, timebase: Timebase) -> TimeCode | None:
    """What the time code of a video file shows at its first picture; None where it carries none, or none that counts.

    Args:
        path: the file.
        timebase: of its pictures, which time code counts.

    Raises:
        VideoError: the file cannot be read.
    """
    with open_video(path) as (container, stream):
        written = _written(container, stream)
    if not written:
        return None
    rate = timebase.rate
    if isinstance(timebase, VaryingTimebase):  # the count of a second does not vary with its pictures
        rate = Fraction(round(rate)) * (Fraction(1000, 1001) if ";" in written else 1)
    try:
        return TimeCode.parse(written, rate)
    except InputError:  # a file may write there what it likes
        return None


def _written(container: InputContainer, stream: VideoStream) -> str:
    """The track of the pictures first, then the whole file, then any time code track."""
    places = (stream.metadata, container.metadata, *(other.metadata for other in container.streams.data))
    return next((told for told in map(_told, places) if told), "")


def _told(metadata: dict[str, str]) -> str:
    return next((metadata[name] for name in NAMES if metadata.get(name)), "")
