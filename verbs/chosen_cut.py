"""The cut that somebody wants to keep, solved again as the pages show it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.data import Cut, Entry
from core.data.cut_scores import CutScores
from core.data.timebase import format_rate
from core.data.timecode import TimeCode
from core.errors import NotFoundError, VideoError
from verbs.contract import Result
from verbs.cut_form import DEFAULT_RULE, CutForm
from verbs.cuts import Solver, shots_of
from verbs.intervals import Interval, Intervals
from verbs.mended_source import Mended
from verbs.sources import Source, source_to_keep

if TYPE_CHECKING:
    from storage.formats.cut_lists import CutSource
    from storage.library import Library


class CutChoices(CutForm):
    """Which cut of which entry: of a source, or these segments."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    source: str | None = Field(
        None,
        max_length=limits.SOURCE_CHARS,
        description="mean, person:NAME, run:NUMBER (its mean), run:NUMBER:SAMPLE, signal:NAME, or mended:NUMBER as it"
        " is (default: the average of people, else the balanced signal, else the newest run).",
    )
    segments: Intervals | None = Field(
        None,
        max_length=limits.SEGMENTS_PER_CUT,
        description="Instead of a source, in frames, ends exclusive, such as 0-120,240-300.",
    )


class KeepRequest(CutChoices):
    """The same, and where to."""

    out: Path = Field(
        description="File to write: .mp4 for the video, .json .csv .vtt .edl .fcpxml .otio for a cut list."
    )


class KeptCut(Result):
    """What a file says about its cut.

    Attributes:
        file: where it is.
        name: to download it by.
        entry: id.
        scores: whose the cut is made from, see `core.data.cut_scores`.
        rule, shots, budget: it was made by; None for segments that somebody chose.
        segments: half-open frame intervals.
        fps: frames a second, such as "30000/1001".
        note: "" or why the cut is as it is.
    """

    file: Path
    name: str
    entry: str
    scores: CutScores
    rule: str | None
    shots: str | None
    budget: float | None
    segments: list[Interval]
    fps: str
    note: str


@dataclass(frozen=True)
class Chosen:
    """The cut that somebody wants to keep.

    Attributes:
        entry: of which.
        cut: not empty.
        source: what a cut list says beside the segments.
        name: of its files, without an ending: "harbour-day-mean-15".
    """

    entry: Entry
    cut: Cut
    source: CutSource
    name: str

    def kept(self, file: Path, ending: str) -> KeptCut:
        """It, once it was written to a file."""
        return KeptCut(
            file=file,
            name=f"{self.name}.{ending}",
            entry=self.entry.id,
            scores=self.source.scores,
            rule=self.source.rule,
            shots=self.source.shots,
            budget=self.source.budget,
            segments=self.cut.segments.tolist(),
            fps=format_rate(self.source.timebase.rate),
            note=self.cut.note,
        )


def choose(library: Library, request: CutChoices) -> Chosen:
    """A cut of an entry.

    Raises:
        NotFoundError: there is no such entry, person, run, sample or segmentation.
        InputError: the cut would be empty, or an argument makes no sense.
    """
    from core.data.segments import checked_segments
    from storage.entry_rows import slug

    found = library.entries.get(request.entry)
    if request.segments is not None:
        cut = Cut(checked_segments(request.segments, found.n_frames), found.n_frames, 1.0)
        return Chosen(found, cut, cut_source(library, found), f"{found.key}-cut")
    of = source_to_keep(library, found, request.source)
    if of.mended is not None:
        return _chosen_mended(library, found, of, of.mended)
    bounds = shots_of(found, request.shots)
    solve = Solver(found, bounds, request)
    cut = solve(of.scores)
    checked_segments(cut, found.n_frames)
    source = replace(
        cut_source(library, found),
        budget=solve.budget,
        rule=request.rule,
        shape=request.shape,
        shots=bounds.source,
        scores=of.facts,
    )
    shape = "" if request.shape == "scored" else f"-{request.shape}"
    name = f"{found.key}-{slug(of.name).lower()}-{round(100 * solve.budget, 1):g}{shape}"
    return Chosen(found, cut, source, name)


def _chosen_mended(library: Library, entry: Entry, of: Source, mended: Mended) -> Chosen:
    """A mended cut as it is, whatever rule, shots and budget were asked for."""
    from core.data.segments import checked_segments
    from storage.entry_rows import slug

    checked_segments(mended.cut, entry.n_frames)
    source = replace(
        cut_source(library, entry),
        budget=mended.state.budget,
        rule=DEFAULT_RULE,
        shots=mended.row.base.shots,
        scores=of.facts,
    )
    return Chosen(entry, mended.cut, source, f"{entry.key}-{slug(of.label).lower()}")


def check_video(library: Library, entry: str) -> None:
    """Raises NotFoundError where an entry has no video, or there is no such entry."""
    if library.entries.media(entry).video is None:
        raise NotFoundError(f"Entry '{entry}' comes without its video.", "Keep the cut as a list instead.")


def cut_source(library: Library, entry: Entry) -> CutSource:
    """What a cut list says of an entry: of the file that a person gave, where known."""
    from core.video.timecode import source_timecode
    from storage.formats.cut_lists import CutSource

    start, sound = (Fraction(0), False) if entry.video is None else _clock(entry.video)
    origin = library.origins.of_entry(entry.id)
    if origin is not None:
        code = TimeCode.stored(origin.timecode) if origin.timecode else None
        known, media, path = origin.timecode is not None, origin.name, origin.path
    else:
        code = None if entry.video is None else source_timecode(entry.video, entry.timebase)
        known, media, path = entry.video is not None, _media_name(entry), None
    return CutSource(
        entry.id,
        entry.title,
        media,
        entry.timebase,
        start,
        sound,
        path=path,
        timecode=code,
        timecode_known=known,
        own_file=origin is not None,
        assumed_rate=entry.assumed_rate,
    )


def _media_name(entry: Entry) -> str:
    """What the file of an entry from elsewhere is called: by its data set, by the library, or after its key."""
    stated = entry.meta.get("video_name", "")
    if stated:
        return stated if PurePath(stated).suffix else f"{stated}.mp4"
    return entry.video.name if entry.video else f"{entry.key}.mp4"


def _clock(video: Path) -> tuple[Fraction, bool]:
    """(seconds on the file's clock at its first picture, whether it has sound), without reading all of it."""
    from core.video.decode import decode, shown_at
    from core.video.probe import clock_step, open_video

    with open_video(video) as (container, stream):
        first = next(decode(container, stream), None)
        if first is None:
            raise VideoError(f"None of the pictures in '{video.name}' can be decoded.")
        return shown_at(first) * clock_step(stream), any(s.codec_context for s in container.streams.audio)
