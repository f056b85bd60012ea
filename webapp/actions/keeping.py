"""The verbs about keeping a cut: as a video of its own, or as a list that other programs read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.data import Cut, Entry
from core.errors import InputError, NotFoundError, VideoError
from core.progress import Progress, ShouldStop, never, silent
from core.timebase import format_rate

if TYPE_CHECKING:
    import numpy as np

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
    source: str = "mean",
    shots: str | None = None,
    budget: float = 0.15,
    segments: Segments | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Renders a cut of an entry as MP4 with its sound; see `choose` for which one."""
    from core.render import render_cut

    if Path(out).suffix.lower() != ".mp4":
        raise InputError(f"A video is written as .mp4, not '{Path(out).name}'.")
    check_video(library, entry)
    chosen = choose(library, entry, source=source, shots=shots, budget=budget, segments=segments)
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    made = render_cut(
        chosen.entry.video,
        chosen.cut,
        Path(out),
        timebase=chosen.entry.timebase,
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
    source: str = "mean",
    shots: str | None = None,
    budget: float = 0.15,
    segments: Segments | None = None,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Writes a cut of an entry as a list; without a format, the ending of the file says which.

    The result's "inexact" says what the format cannot hold exactly, "" where everything is.
    """
    from storage.formats.cut_lists import write_cut_list

    out = Path(out)
    format = format or out.suffix.removeprefix(".").lower()
    chosen = choose(library, entry, source=source, shots=shots, budget=budget, segments=segments)
    progress(0.5, f"Writing {out.name}")
    out.parent.mkdir(parents=True, exist_ok=True)
    inexact = write_cut_list(format, chosen.cut, chosen.source, out)
    return {**_facts(chosen, out), "name": f"{chosen.name}.{format}", "format": format, "inexact": inexact}


def cut_list_notes(library: Library, entry: str) -> dict[str, str]:
    """For each format of cut lists, what it cannot hold exactly of this entry; "" where everything is."""
    from storage.formats.cut_lists import CUT_LIST_FORMATS, cut_list_note

    source = _source(library.entry(entry))
    return {format: cut_list_note(format, source) for format in CUT_LIST_FORMATS}


def choose(
    library: Library,
    entry: str,
    *,
    source: str = "mean",
    shots: str | None = None,
    budget: float = 0.15,
    segments: Segments | None = None,
) -> Chosen:
    """A cut of an entry, solved again as the pages show it.

    Args:
        library: that has the entry.
        entry: its id.
        source: whose scores: "mean" of the people, "person:NAME", "run:ID" for the mean of a run's samples, or
            "run:ID:K" for its sample K, from 0.
        shots: a segmentation of the entry; None for its first.
        budget: share of the video, in (0, 1].
        segments: half-open frame intervals, instead of source, shots and budget.

    Raises:
        NotFoundError: there is no such entry, person, run, sample or segmentation.
        InputError: the cut would be empty, or an argument makes no sense.
    """
    from core.cuts import checked_segments
    from storage.entry_rows import slug

    found = library.entry(entry)
    if segments is not None:
        cut = Cut(checked_segments(segments, found.n_frames), found.n_frames, 1.0)
        return Chosen(found, cut, _source(found, scores={"kind": "segments"}), f"{found.key}-cut")
    from core.segmentation import default_shots
    from core.selection import select

    curve, scores = _curve(library, found, source)
    if shots is not None and shots not in found.shots:
        known = ", ".join(found.shots) or "none"
        raise NotFoundError(f"Entry '{entry}' has no segmentation '{shots}'.", f"It has: {known}.")
    bounds = default_shots(found) if shots is None else found.shots[shots]
    cut = select(curve, found.picks, bounds, found.n_frames, budget)
    checked_segments(cut, found.n_frames)
    facts = {"budget": budget, "shots": shots or next(iter(found.shots), bounds.source), "scores": scores}
    return Chosen(found, cut, _source(found, **facts), f"{found.key}-{slug(source).lower()}-{100 * budget:g}")


def check_video(library: Library, entry: str) -> None:
    """Raises NotFoundError where an entry has no video, or there is no such entry."""
    if library.media(entry).video is None:
        raise NotFoundError(f"Entry '{entry}' comes without its video.", "Keep the cut as a list instead.")


def parse_segments(text: str) -> list[list[int]]:
    """[[0, 120], [240, 300]] from "0-120,240-300". Raises InputError."""
    if not re.fullmatch(r"\d{1,15}-\d{1,15}(,\d{1,15}-\d{1,15})*", text):
        raise InputError(f"Segments are written start-end,start-end in frames, not '{text}'.", "Such as 0-120,240-300.")
    return [[int(frame) for frame in part.split("-")] for part in text.split(",")]


def _curve(library: Library, entry: Entry, source: str) -> tuple[np.ndarray, dict[str, Any]]:
    """(T,) scores to cut by, and what a list says about them."""
    kind, _, rest = source.partition(":")
    if source == "mean" or (kind == "person" and rest):
        people = library.entry_people(entry.id, entry=entry)
        if people is None:
            raise NotFoundError(f"Nobody has judged entry '{entry.id}' yet.", "Choose a model's run instead.")
        if source == "mean":
            return _mean(people.scores), {"kind": "mean", "people": len(people), "simulated": people.simulated}
        if rest not in people.annotators:
            raise NotFoundError(
                f"Nobody called '{rest}' has judged entry '{entry.id}'.", f"There are: {', '.join(people.annotators)}."
            )
        row = people.annotators.index(rest)
        scores = {"kind": "person", "person": rest, "protocol": people.protocols[row], "simulated": people.simulated}
        return people.scores[row], scores
    number, _, sample = rest.partition(":")
    if kind != "run" or not number.isdecimal() or (sample and not sample.isdecimal()):
        raise InputError(f"'{source}' is no source of a cut.", "Write mean, person:NAME, run:ID or run:ID:SAMPLE.")
    return _run_curve(library, entry, int(number), int(sample) if sample else None)


def _run_curve(library: Library, entry: Entry, run: int, sample: int | None) -> tuple[np.ndarray, dict[str, Any]]:
    track = next((found.track for found in library.runs(entry.id) if found.id == run), None)
    if track is None:
        raise NotFoundError(f"There is no run {run} of entry '{entry.id}'.")
    if sample is not None and sample >= len(track.scores):
        raise NotFoundError(f"Run {run} has samples 0 to {len(track.scores) - 1}, not {sample}.")
    scores = {
        "kind": "model",
        "model": track.model,
        "checkpoint": track.checkpoint,
        "feature_space": track.feature_space,
        "seed": track.seed,
        "settings": dict(track.settings),
        "run": run,
        "sample": sample,
        "samples": len(track.scores),
    }
    return (_mean(track.scores) if sample is None else track.scores[sample]), scores


def _mean(rows: np.ndarray) -> np.ndarray:
    """(T,) float32 mean over those who judged, NaN where nobody did; the same numbers as in the browser."""
    import numpy as np

    judged = ~np.isnan(rows)
    sums = np.where(judged, rows, 0).sum(axis=0, dtype=np.float64)
    counts = judged.sum(axis=0)
    return np.divide(sums, counts, out=np.full(len(sums), np.nan), where=counts > 0).astype(np.float32)


def _source(entry: Entry, **facts: Any) -> CutSource:
    from storage.formats.cut_lists import CutSource

    start, sound = (Fraction(0), False) if entry.video is None else _clock(entry.video)
    media = entry.video.name if entry.video else f"{entry.key}.mp4"
    return CutSource(entry.id, entry.title, media, entry.timebase, start, sound, **facts)


def _clock(video: Path) -> tuple[Fraction, bool]:
    """(seconds on the file's clock at its first picture, whether it has sound), without reading all of it."""
    from core.video import decode, open_video

    with open_video(video) as (container, stream):
        first = next(decode(container, stream), None)
        if first is None:
            raise VideoError(f"None of the pictures in '{video.name}' can be decoded.")
        return first.pts * Fraction(stream.time_base), any(s.codec_context for s in container.streams.audio)


def _facts(chosen: Chosen, file: Path) -> dict[str, Any]:
    source = chosen.source
    return {
        "file": str(file),
        "entry": chosen.entry.id,
        "scores": dict(source.scores),
        "shots": source.shots,
        "budget": source.budget,
        "segments": chosen.cut.segments.tolist(),
        "fps": format_rate(source.timebase.rate),
        "note": chosen.cut.note,
    }
