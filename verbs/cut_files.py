"""The verbs about keeping a cut: as a video of its own, or as a list that other programs read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import DEFAULT_BUDGET, Cut, Entry
from core.data.timebase import format_rate
from core.errors import InputError, NotFoundError, VideoError
from core.progress import Progress, ShouldStop, never, silent
from verbs.cuts import DEFAULT_RULE, Rule, Solver, shots_of
from verbs.sources import source as find_source

if TYPE_CHECKING:
    from storage.formats.cut_lists import CutSource
    from storage.library import Library

Segments = Sequence[Sequence[int]]


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


def render(
    library: Library,
    *,
    entry: str,
    out: Path | str,
    source: str | None = None,
    rule: Rule = DEFAULT_RULE,
    shots: str | None = None,
    budget: float = DEFAULT_BUDGET,
    segments: Segments | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Renders a cut of an entry as MP4 with its sound; see `choose` for which one."""
    from core.video.render import render_cut

    if Path(out).suffix.lower() != ".mp4":
        raise InputError(f"A video is written as .mp4, not '{Path(out).name}'.")
    check_video(library, entry)
    chosen = choose(library, entry, source=source, rule=rule, shots=shots, budget=budget, segments=segments)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    made = render_cut(
        chosen.entry.film,
        chosen.cut,
        Path(out),
        timebase=chosen.entry.timebase,
        comment=chosen.source.scores.get("learned_from", ""),
        progress=progress,
        should_stop=should_stop,
    )
    return {
        **_facts(chosen, made.file),
        "name": f"{chosen.name}.mp4",
        "frames": made.frames,
        "duration": float(made.duration),
        "width": made.width,
        "height": made.height,
        "sound": made.sound,
    }


def cut_list(
    library: Library,
    *,
    entry: str,
    out: Path | str,
    format: str | None = None,
    source: str | None = None,
    rule: Rule = DEFAULT_RULE,
    shots: str | None = None,
    budget: float = DEFAULT_BUDGET,
    segments: Segments | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Writes a cut of an entry as a list; without a format, the ending of the file says which.

    The result's "inexact" says what the format cannot hold exactly, "" where everything is.
    """
    from storage.formats.cut_lists import write_cut_list

    out = Path(out)
    format = format or out.suffix.removeprefix(".").lower()
    chosen = choose(library, entry, source=source, rule=rule, shots=shots, budget=budget, segments=segments)
    progress(0.5, f"Writing {out.name}")
    out.parent.mkdir(parents=True, exist_ok=True)
    inexact = write_cut_list(format, chosen.cut, chosen.source, out)
    return {**_facts(chosen, out), "name": f"{chosen.name}.{format}", "format": format, "inexact": inexact}


def cut_list_notes(library: Library, entry: str) -> dict[str, str]:
    """For each format of cut lists, what it cannot hold exactly of this entry; "" where everything is."""
    from storage.formats.cut_lists import CUT_LIST_FORMATS, cut_list_note

    source = _source(library.entries.get(entry))
    return {format: cut_list_note(format, source) for format in CUT_LIST_FORMATS}


def choose(
    library: Library,
    entry: str,
    *,
    source: str | None = None,
    rule: Rule = DEFAULT_RULE,
    shots: str | None = None,
    budget: float = DEFAULT_BUDGET,
    segments: Segments | None = None,
) -> Chosen:
    """A cut of an entry, solved again as the pages show it.

    Args:
        library: that has the entry.
        entry: its id.
        source: whose scores, see `verbs.sources`; None for those that pages show first.
        rule: "viewing" or "published", see `verbs.cuts`.
        shots: a segmentation of the entry; None for its first.
        budget: share of the video, in (0, 1].
        segments: half-open frame intervals, instead of source, rule, shots and budget.

    Raises:
        NotFoundError: there is no such entry, person, run, sample or segmentation.
        InputError: the cut would be empty, or an argument makes no sense.
    """
    from core.data.segments import checked_segments
    from storage.entry_rows import slug

    found = library.entries.get(entry)
    if segments is not None:
        cut = Cut(checked_segments(segments, found.n_frames), found.n_frames, 1.0)
        return Chosen(found, cut, _source(found, scores={"kind": "segments"}), f"{found.key}-cut")
    of, bounds = find_source(library, found, source), shots_of(found, shots)
    cut = Solver(found, bounds, rule, budget)(of.scores)
    checked_segments(cut, found.n_frames)
    facts = {"budget": budget, "rule": rule, "shots": bounds.source, "scores": of.facts}
    return Chosen(found, cut, _source(found, **facts), f"{found.key}-{slug(of.name).lower()}-{100 * budget:g}")


def check_video(library: Library, entry: str) -> None:
    """Raises NotFoundError where an entry has no video, or there is no such entry."""
    if library.entries.media(entry).video is None:
        raise NotFoundError(f"Entry '{entry}' comes without its video.", "Keep the cut as a list instead.")


def _source(entry: Entry, **facts: Any) -> CutSource:
    from storage.formats.cut_lists import CutSource

    start, sound = (Fraction(0), False) if entry.video is None else _clock(entry.video)
    media = entry.video.name if entry.video else f"{entry.key}.mp4"
    return CutSource(entry.id, entry.title, media, entry.timebase, start, sound, **facts)


def _clock(video: Path) -> tuple[Fraction, bool]:
    """(seconds on the file's clock at its first picture, whether it has sound), without reading all of it."""
    from core.video.decode import decode, shown_at
    from core.video.probe import clock_step, open_video

    with open_video(video) as (container, stream):
        first = next(decode(container, stream), None)
        if first is None:
            raise VideoError(f"None of the pictures in '{video.name}' can be decoded.")
        return shown_at(first) * clock_step(stream), any(s.codec_context for s in container.streams.audio)


def _facts(chosen: Chosen, file: Path) -> dict[str, Any]:
    source = chosen.source
    return {
        "file": str(file),
        "entry": chosen.entry.id,
        "scores": dict(source.scores),
        "rule": source.rule,
        "shots": source.shots,
        "budget": source.budget,
        "segments": chosen.cut.segments.tolist(),
        "fps": format_rate(source.timebase.rate),
        "note": chosen.cut.note,
    }
