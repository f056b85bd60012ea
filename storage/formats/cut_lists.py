"""Cuts as lists that other programs read: JSON, CSV, WebVTT, EDL, FCPXML and OpenTimelineIO.

JSON, CSV and OpenTimelineIO say every time exactly. The others count in units of their own; `cut_list_note` says in
one or two sentences what that means for a video, before anything is written. EDL, FCPXML and OTIO are written by
OpenTimelineIO (https://opentimelineio.readthedocs.io) and its adapters.
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from core.data import Cut
from core.data.cut_scores import CutScores, MendedScores, ModelScores, NoScores
from core.data.segments import checked_segments, joined
from core.data.timebase import Timebase, VaryingTimebase, format_rate
from core.data.timecode import TimeCode
from core.errors import InputError
from storage.files import whole_file
from storage.formats.cut_grid import FrameGrid, rate_name

if TYPE_CHECKING:
    from opentimelineio.schema import Timeline

CUT_LIST_FORMATS = ("json", "csv", "vtt", "edl", "fcpxml", "otio")
EXACT_FORMATS = "JSON, CSV and OTIO are exact."
MOST_EDL_EVENTS = 999
DAY = 24 * 60 * 60
DROPPING = (Fraction(30000, 1001), Fraction(60000, 1001))  # rates whose time code may drop frames


@dataclass(frozen=True)
class CutSource:
    """What a cut list says about the video and the cut beside the segments.

    Attributes:
        entry: id in the library.
        title: for people.
        media: file name of the video that a person has; editing programs look for it beside the list.
        timebase: in which the cut counts.
        start: what the file's own clock shows at the first frame, in seconds; 0 for files made by the library.
        sound: whether the video has sound.
        budget: share of the video that the cut was allowed, None where a person chose the segments.
        rule: by which the shots were chosen, "viewing" or "published"; None where a person chose the segments.
        shape: of the cut, see `core.select.shapes`; None where a person chose the segments.
        shots: name of the segmentation, None where a person chose the segments.
        scores: whose scores led to the cut. Every format carries what a model learned from.
        path: where `media` lies, None where that is not known.
        timecode: what the time code of `media` shows at the first picture; None where it has none.
        timecode_known: whether somebody looked for it.
        assumed_rate: why the frame rate, and so every time, is only assumed; "" where it is known.
        own_file: whether `media` is what a person gave, and the library plays a copy of it, with a clock of its own.
    """

    entry: str
    title: str
    media: str
    timebase: Timebase
    start: Fraction = Fraction(0)
    sound: bool = False
    budget: float | None = None
    rule: str | None = None
    shape: str | None = None
    shots: str | None = None
    scores: CutScores = field(default_factory=NoScores)
    path: str | None = None
    timecode: TimeCode | None = None
    timecode_known: bool = True
    own_file: bool = False
    assumed_rate: str = ""

    @property
    def begins(self) -> Fraction:
        """The time of the first picture in editing programs, in seconds: by time code, else by the file's clock."""
        if self.timecode is not None:
            return self.timecode.seconds
        return Fraction(0) if self.own_file else self.start

    @property
    def url(self) -> str:
        """Of the file, as programs look it up: absolute where its place is known, else beside the list."""
        return quote(self.media) if self.path is None else Path(self.path).as_uri()

    @property
    def varies(self) -> bool:
        """Whether the frame rate of the video varies."""
        return isinstance(self.timebase, VaryingTimebase)

    @property
    def learned_from(self) -> str:
        """What the model knows whose scores led to the cut, in a sentence; "" where no model did."""
        scores = self.scores.base if isinstance(self.scores, MendedScores) else self.scores
        return scores.learned_from if isinstance(scores, ModelScores) else ""

    def clips(self, segments: np.ndarray) -> np.ndarray:
        """(k, 2) clips for editing programs: segments that touch are one, unless a person divided them."""
        return segments if isinstance(self.scores, MendedScores) else joined(segments)


def write_cut_list(format: str, cut: Cut, source: CutSource, out: Path) -> str:
    """Writes a cut as a list; the file appears only when it is complete.

    Args:
        format: one of CUT_LIST_FORMATS.
        cut: not empty.
        source: what it is a cut of.
        out: the file.

    Returns:
        What is not exact in this format for this video, "" where everything is.

    Raises:
        InputError: no such format, an empty cut, or the format cannot hold it; says what to choose instead.
    """
    _check_format(format)
    segments = checked_segments(cut, source.timebase.n_frames)
    text = _WRITERS[format](cut, segments, source)
    out = Path(out)
    with whole_file(out) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
    return cut_list_note(format, source)


def cut_list_note(format: str, source: CutSource) -> str:
    """What is not exact in a format for the cuts of a video, in plain sentences; "" where everything is."""
    _check_format(format)
    noted = (_assumed_note(source), _format_note(format, source))
    return " ".join(sentence for sentence in noted if sentence)


def _assumed_note(source: CutSource) -> str:
    if not source.assumed_rate:
        return ""
    rate = rate_name(source.timebase.rate)
    return f"The frame rate ({rate}) is {source.assumed_rate}: frames are right, times are only as right as that."


def _format_note(format: str, source: CutSource) -> str:
    if format in ("json", "csv"):
        return ""
    if format == "vtt":
        whole = not source.varies and (1000 / source.timebase.rate).denominator == 1
        if whole and (1000 * source.start).denominator == 1:
            return ""
        return "WebVTT counts whole milliseconds: every time is rounded up to one, so that it still falls on its frame."
    if format == "otio":
        return " ".join(sentence for sentence in (_otio_note(source), _timecode_note(source)) if sentence)
    grid = FrameGrid(source.timebase)
    sentences = [_timecode_note(source), grid.note(format.upper())]
    if sentences[-1] and not grid.exact:
        sentences.append(EXACT_FORMATS)
    if (source.begins * grid.rate).denominator != 1:
        sentences.append(f"{_late_start(source)}: it is taken for frame {grid.nearest(source.begins)} of the file.")
    if format == "edl":
        drop = " (drop frame)" if _drops_frames(source, grid.rate) else ""
        sentences.append(f"An EDL does not name its frame rate: choose {rate_name(grid.rate)}{drop} when you open it.")
        if source.sound:
            sentences.append("It lists the pictures only, not the sound.")
    else:
        sentences.append("OpenTimelineIO's own reader rounds the times of FCPXML: give it the OTIO file.")
    return " ".join(sentence for sentence in sentences if sentence)


def _check_format(format: str) -> None:
    if format not in CUT_LIST_FORMATS:
        raise InputError(f"There is no cut list format '{format}'.", f"Choose one of: {', '.join(CUT_LIST_FORMATS)}.")


def _late_start(source: CutSource) -> str:
    clock = "time code" if source.timecode else "clock"
    return f"The file's {clock} shows {float(source.begins):.4f} s at the first picture"


def _timecode_note(source: CutSource) -> str:
    """Where the times of editing programs begin, if not with the time code of the file."""
    if not source.timecode_known:
        return "The time code of the file is not known here: its times begin at 00:00:00:00."
    if source.own_file and source.timecode is None:
        return "The file carries no time code: its times begin at 00:00:00:00."
    return ""


def _otio_note(source: CutSource) -> str:
    unit = _otio_unit(source)
    if not source.varies and unit == 1 / source.timebase.rate:
        return ""
    why = "The frame rate of this video varies" if source.varies else _late_start(source)
    return f"{why}: times count steps of {unit} s, exactly; programs that only know frames round them."


def _json(cut: Cut, segments: np.ndarray, source: CutSource) -> str:
    return json.dumps(_facts(cut, segments, source), indent=2, ensure_ascii=False) + "\n"


def _facts(cut: Cut, segments: np.ndarray, source: CutSource) -> dict[str, Any]:
    """Everything about a cut; exact times as "numerator/denominator" beside their decimals."""
    timebase = source.timebase
    return {
        "format": "manycut cut list",
        "version": 1,
        "entry": source.entry,
        "title": source.title,
        "media": source.media,
        "path": source.path,
        "timecode": None if source.timecode is None else source.timecode.label,
        "rate": format_rate(timebase.rate),
        "rate_varies": source.varies,
        "rate_assumed": bool(source.assumed_rate),
        "n_frames": timebase.n_frames,
        "start": format_rate(source.start),
        "start_seconds": float(source.start),
        "times": "seconds from the first picture; the file's own clock shows start at it; ends are exclusive",
        "budget": source.budget,
        "rule": source.rule,
        "shape": source.shape,
        "shots": source.shots,
        "note": cut.note,
        "scores": asdict(source.scores),
        "segments": [_segment(timebase, int(a), int(b)) for a, b in segments],
    }


def _segment(timebase: Timebase, start: int, end: int) -> dict[str, Any]:
    begins, ends = timebase.exact_seconds(start), timebase.exact_seconds(end)
    return {
        "start_frame": start,
        "end_frame": end,
        "start": format_rate(begins),
        "end": format_rate(ends),
        "start_seconds": float(begins),
        "end_seconds": float(ends),
    }


def _csv(cut: Cut, segments: np.ndarray, source: CutSource) -> str:
    """One line for each segment; what is true of the whole cut is repeated, so that each line stands for itself."""
    facts = _facts(cut, segments, source)
    scores = {**facts["scores"].get("base", {}), **facts["scores"]}
    whole = {
        name: facts[name]
        for name in ("entry", "media", "path", "timecode", "rate", "rate_varies", "rate_assumed", "n_frames")
    }
    whole |= {"file_start": facts["start"], **{name: facts[name] for name in ("budget", "rule", "shots")}}
    whole |= {
        f"scores_{name}": scores.get(name)
        for name in ("kind", "person", "signal", "model", "checkpoint", "seed", "sample", "learned_from", "simulated")
    }
    text = io.StringIO()
    for name in ("rate_varies", "rate_assumed"):
        whole[name] = "yes" if whole[name] else "no"
    rows = [{"segment": number, **segment, **whole} for number, segment in enumerate(facts["segments"], 1)]
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _vtt(cut: Cut, segments: np.ndarray, source: CutSource) -> str:
    """Cues on the file's own clock, as players need them."""
    rate = "varying frame rate" if source.varies else f"{format_rate(source.timebase.rate)} frames/s"
    lines = ["WEBVTT", "", f"NOTE {_one_line(source.title)}, {source.entry}, {rate}", ""]
    if told := _learned_from(source):
        lines += [f"NOTE {told}", ""]
    for number, (start, end) in enumerate(segments, 1):
        times = [_milliseconds(source.timebase.exact_seconds(frame) + source.start) for frame in (start, end)]
        lines += [str(number), f"{times[0]} --> {times[1]}", f"{number} of {len(segments)}", ""]
    return "\n".join(lines)


def _milliseconds(seconds: Fraction) -> str:
    """WebVTT's form of a time, never before it: a frame is shown from its very beginning on."""
    whole = max(0, ceil(seconds * 1000))
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"


def _edl(cut: Cut, segments: np.ndarray, source: CutSource) -> str:
    import opentimelineio as otio

    grid = FrameGrid(source.timebase)
    offset = grid.nearest(source.begins)
    segments = source.clips(segments)
    if len(segments) > MOST_EDL_EVENTS:
        raise InputError(f"An EDL holds at most {MOST_EDL_EVENTS} pieces, not {len(segments)}.", "Choose OTIO instead.")
    if offset < 0 or (offset + grid.edge(int(segments[-1, 1]))) / grid.rate >= DAY:
        raise InputError("The time code of an EDL lies between 0 and 24 hours; this cut does not.", "Choose OTIO.")
    drops = _drops_frames(source, grid.rate)
    # The adapter drops frames wherever the rate is NTSC; those who do not drop count as the whole rate does.
    counted = grid.rate if drops or grid.rate not in DROPPING else Fraction(round(grid.rate))
    timeline = _timeline(source, [grid.piece(int(a), int(b)) for a, b in segments], counted, offset, sound=False)
    for clip in timeline.find_clips():
        clip.metadata["cmx_3600"] = {"reel": "AX"}  # a file, not a tape
    if told := _learned_from(source):
        timeline.find_clips()[0].metadata["cmx_3600"]["comments"] = [told]  # only events have comments
    text = otio.adapters.write_to_string(timeline, "cmx_3600", rate=float(counted))
    # The adapter leaves out how its time code counts; programs take it for the other kind then.
    counting = "FCM: DROP FRAME" if drops else "FCM: NON-DROP FRAME"
    title, _, events = text.partition("\n")
    return f"{title}\n{counting}\n{events.rstrip()}\n"


def _drops_frames(source: CutSource, rate: Fraction) -> bool:
    """Whether the time code of an EDL in this rate is drop frame: as that of the file is, else as is usual."""
    return rate in DROPPING and (source.timecode is None or source.timecode.drop)


def _otio(cut: Cut, segments: np.ndarray, source: CutSource) -> str:
    import opentimelineio as otio

    unit = _otio_unit(source)
    edges = [
        [int(source.timebase.exact_seconds(frame) / unit) for frame in segment] for segment in source.clips(segments)
    ]
    timeline = _timeline(source, edges, 1 / unit, int(source.begins / unit), sound=source.sound)
    timeline.metadata["manycut"] = _facts(cut, segments, source)
    return otio.adapters.write_to_string(timeline, "otio_json") + "\n"


def _otio_unit(source: CutSource) -> Fraction:
    """The longest step of which every time in the file is a whole number."""
    timebase = source.timebase
    unit = timebase.unit if isinstance(timebase, VaryingTimebase) else 1 / timebase.rate
    a, b = unit, abs(source.begins)
    while b:
        a, b = b, a % b
    return a


def _fcpxml(cut: Cut, segments: np.ndarray, source: CutSource) -> str:
    import opentimelineio as otio

    from storage.formats.cut_fcpxml import completed

    grid = FrameGrid(source.timebase)
    pieces = [grid.piece(int(a), int(b)) for a, b in source.clips(segments)]
    offset = grid.nearest(source.begins)
    timeline = _timeline(source, pieces, grid.rate, offset, sound=False)
    for clip in timeline.find_clips():
        clip.name = "media"  # the adapter looks names up in XML paths, where a quotation mark ends them
    text = otio.adapters.write_to_string(timeline, "fcpx_xml")
    drops = _drops_frames(source, grid.rate)
    return completed(text, source.media, grid.rate, pieces, offset, source.sound, drops, _learned_from(source))


def _timeline(source: CutSource, pieces: list[list[int]], rate: Fraction, offset: int, sound: bool) -> Timeline:
    """The pieces ([start, end) in steps of 1/rate from the first picture) one after the other."""
    import opentimelineio as otio
    from opentimelineio.opentime import RationalTime, TimeRange

    steps = ceil(source.timebase.exact_duration * rate)
    whole = TimeRange(RationalTime(offset, float(rate)), RationalTime(steps, float(rate)))
    timeline = otio.schema.Timeline(name=_one_line(source.title))
    for kind in ("Video", "Audio") if sound else ("Video",):
        track = otio.schema.Track(name=kind, kind=kind)
        for start, end in pieces:
            part = TimeRange(RationalTime(offset + start, float(rate)), RationalTime(end - start, float(rate)))
            reference = otio.schema.ExternalReference(target_url=source.url, available_range=whole)
            track.append(otio.schema.Clip(name=_one_line(source.media), media_reference=reference, source_range=part))
        timeline.tracks.append(track)
    return timeline


def _learned_from(source: CutSource) -> str:
    return _one_line(source.learned_from)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("-->", "->")


_WRITERS = {"json": _json, "csv": _csv, "vtt": _vtt, "edl": _edl, "fcpxml": _fcpxml, "otio": _otio}
