"""Where the browser finds what shows an entry: its video, its filmstrip, its shots in frames and seconds."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from core.data import Entry, Shots
from core.data.timebase import format_rate
from core.video.sprites import read_sprite
from webapp.views.answer import Answer

ShotRow = tuple[int, int, float, float]  # start frame, end frame (exclusive), start s, end s


class VideoFile(Answer):
    """Where a video is."""

    url: str


class Sheet(Answer):
    """A filmstrip: picture i lies in column i % columns, row i // columns, each of width by height pixels."""

    url: str
    count: int
    columns: int
    width: int
    height: int


class Thumbnails(Sheet):
    """A filmstrip with the seconds at which its pictures are shown, ascending."""

    times: tuple[float, ...]


class Shown(Answer):
    """What a browser needs to show an entry.

    Attributes:
        fps: exact, "30000/1001".
        video: None where there is none.
        video_reason: "", or why there is none.
        thumbnails: None where there are none.
    """

    fps: str
    video: VideoFile | None
    video_reason: str
    thumbnails: Thumbnails | None


def shown(entry: Entry) -> Shown:
    """Where the browser finds the video and its thumbnails, or why there is none."""
    return Shown(
        fps=format_rate(entry.timebase.rate),
        video=VideoFile(url=f"/media?id={quote(entry.id, safe='')}") if entry.video else None,
        video_reason="" if entry.video else "This dataset entry comes without its video.",
        thumbnails=thumbnails(entry.id, entry.thumbnails),
    )


def thumbnails(entry_id: str, path: Path | None) -> Thumbnails | None:
    """Where the filmstrip of an entry is and what is where in it."""
    sprite = read_sprite(path) if path else None
    return Thumbnails(url=_sheet_url(entry_id), **vars(sprite)) if sprite else None


def sheet(entry_id: str, path: Path | None) -> Sheet | None:
    """As `thumbnails`, without times: all it takes to show one of the pictures."""
    sprite = read_sprite(path) if path else None
    if sprite is None:
        return None
    return Sheet(
        url=_sheet_url(entry_id), count=sprite.count, columns=sprite.columns, width=sprite.width, height=sprite.height
    )


def shot_rows(shots: Shots, entry: Entry) -> list[ShotRow]:
    """The shots in frames and in seconds."""
    starts = entry.timebase.seconds(shots.bounds[:, 0])
    ends = entry.timebase.seconds(shots.bounds[:, 1])
    return [
        (int(a), int(b), round(float(s), 4), round(float(e), 4))
        for (a, b), s, e in zip(shots.bounds, starts, ends, strict=True)
    ]


def _sheet_url(entry_id: str) -> str:
    return f"/thumbnails?id={quote(entry_id, safe='')}"
