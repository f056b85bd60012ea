"""`cut_list`: a cut as a list that other programs read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import Field

from core.progress import Progress, ShouldStop, never, silent
from verbs.chosen_cut import KeepRequest, KeptCut, choose, cut_source

if TYPE_CHECKING:
    from storage.library import Library


class CutListRequest(KeepRequest):
    """Which cut becomes a list."""

    format: str | None = Field(None, description="json, csv, vtt, edl, fcpxml or otio (default: the file's ending).")
    beside: bool = Field(
        False, description="Name the video by its file's name alone, for programs that look for it beside the list."
    )


class CutListResult(KeptCut):
    """The list: its format, and what that cannot hold exactly, "" where everything is."""

    format: str
    inexact: str


def cut_list(
    library: Library, request: CutListRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> CutListResult:
    """Writes a cut of an entry as a list.

    Raises:
        NotFoundError: there is no such entry or source.
        InputError: the cut would be empty, or there is no such format.
    """
    from storage.formats.cut_lists import write_cut_list

    out = request.out
    format = request.format or out.suffix.removeprefix(".").lower()
    chosen = choose(library, request)
    source = replace(chosen.source, path=None) if request.beside else chosen.source
    progress(0.5, f"Writing {out.name}")
    out.parent.mkdir(parents=True, exist_ok=True)
    inexact = write_cut_list(format, chosen.cut, source, out)
    return CutListResult(**dict(chosen.kept(out, format)), format=format, inexact=inexact)


def cut_list_notes(library: Library, entry: str) -> dict[str, str]:
    """For each format of cut lists, what it cannot hold exactly of this entry; "" where everything is."""
    from storage.formats.cut_lists import CUT_LIST_FORMATS, cut_list_note

    source = cut_source(library, library.entries.get(entry))
    return {format: cut_list_note(format, source) for format in CUT_LIST_FORMATS}
