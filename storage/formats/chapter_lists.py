"""Chapters as WebVTT, for players, and as the lines that YouTube reads in a description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from core.words.chapters import Chapter

ChapterFormat = Literal["vtt", "youtube"]


def chapter_text(format: ChapterFormat, chapters: Sequence[Chapter]) -> str:
    """The chapters as a text of that format."""
    if format == "youtube":
        hours = chapters[-1].start >= 3600
        return "".join(f"{_clock(int(one.start), hours)} {_line(one.title)}\n" for one in chapters)
    blocks = ["WEBVTT"]
    for number, one in enumerate(chapters, 1):
        title = _line(one.title).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        blocks.append(f"{number}\n{_time(one.start)} --> {_time(one.end)}\n{title}")
    return "\n\n".join(blocks) + "\n"


def _line(title: str) -> str:
    return " ".join(title.split())


def _clock(seconds: int, hours: bool) -> str:
    minutes = f"{seconds // 60 % 60:02d}:{seconds % 60:02d}" if hours else f"{seconds // 60}:{seconds % 60:02d}"
    return f"{seconds // 3600}:{minutes}" if hours else minutes


def _time(seconds: float) -> str:
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}:{ms // 1000 % 60:02d}.{ms % 1000:03d}"
