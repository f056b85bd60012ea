"""`chapters`: the chapters of an entry, for players and for YouTube."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.cuts import shots_of

if TYPE_CHECKING:
    from storage.library import Library


class ChaptersRequest(Request):
    """Which chapters, and how they are written."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    format: Literal["vtt", "youtube"] = Field("vtt", description="WebVTT for players, or lines for YouTube.")
    shots: str | None = Field(None, description="Segmentation that they are merged from (default: the entry's first).")
    out: Path | None = Field(None, description="File to write (default: they are printed).")


class ChapterFacts(Result):
    """One chapter: from when to when, in seconds, and what it is called."""

    start: float
    end: float
    title: str


class ChaptersResult(Result):
    """The chapters of an entry.

    Attributes:
        entry: id.
        name: to download them by.
        chapters: in order; at least three of ten seconds or more, the first from 0 on.
        text: in the format that was asked for.
        file: where they were written, None where they were not.
    """

    entry: str
    name: str
    chapters: list[ChapterFacts]
    text: str
    file: Path | None


def chapters(
    library: Library, request: ChaptersRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ChaptersResult:
    """Merges the shots of an entry to chapters; see `core.words.chapters`.

    Raises:
        NotFoundError: there is no such entry or segmentation.
        InputError: the video is too short.
    """
    from core.words.chapters import chapters as merged
    from storage.files import whole_file
    from storage.formats.chapter_lists import chapter_text

    entry = library.entries.get(request.entry)
    found = merged(entry, shots_of(entry, request.shots))
    text = chapter_text(request.format, found)
    if request.out is not None:
        request.out.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(request.out) as partial:
            partial.write_text(text, encoding="utf-8", newline="\n")
    return ChaptersResult(
        entry=entry.id,
        name=f"{entry.key}-chapters.{'vtt' if request.format == 'vtt' else 'txt'}",
        chapters=[ChapterFacts(start=one.start, end=one.end, title=one.title) for one in found],
        text=text,
        file=request.out,
    )
