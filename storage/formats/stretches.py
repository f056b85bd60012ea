"""What people said of videos as labelled stretches of time, which is how other tools keep it; and from these to scores.

What is written of a person is what they gave: the parts that they selected, to the frame, or what they rated, one
stretch for each run of picks with the same score. What somebody has not judged has no stretch. Where somebody only
selected, all that they did not select is not important to them; where somebody rated, all else is not judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

import numpy as np

from core.data import Entry
from core.data.timebase import Timebase
from core.errors import FormatError

SELECTED = "selected"
RATED = "importance"
# Other tools round the ends of videos: so far behind the end a label may end, and is taken to end there.
BEYOND_S = Fraction(1)


@dataclass(frozen=True)
class Stretch:
    """What a person said of a stretch of a video.

    Attributes:
        start, end: half-open interval, in frames or in seconds from the first frame.
        label: the word for it.
        score: importance in [0, 1]; None where the stretch was selected.
        in_frames: whether start and end are frames.
        where: for people, where it stands in its file.
    """

    start: Fraction
    end: Fraction
    label: str = SELECTED
    score: float | None = None
    in_frames: bool = True
    where: str = ""


@dataclass(frozen=True)
class Judgement:
    """What one person said of an entry, to be written.

    Attributes:
        person: name or pseudonym.
        protocol: how they judged.
        stretches: in frames, ascending, not overlapping; at least one.
        simulated: made by a program, which is said wherever they appear.
    """

    person: str
    protocol: str
    stretches: tuple[Stretch, ...]
    simulated: bool = False


@dataclass(frozen=True, eq=False)
class Said:
    """What one person said of a video, at its picks.

    Attributes:
        person: name.
        protocol: how they judged.
        scores: (T,) float32 in [0, 1], NaN where not judged.
        summary: (n_frames,) uint8 of 0/1, what they selected; None where they rated.
        simulated: made by a program.
        labels: (n_frames,) uint8, raw labels per frame where their data set gives them.
    """

    person: str
    protocol: str
    scores: np.ndarray
    summary: np.ndarray | None = None
    simulated: bool = False
    labels: np.ndarray | None = None


@dataclass(frozen=True)
class VideoLabels:
    """What a file says of one video.

    Attributes:
        names: what the file calls the video, the surest first; at least one.
        people: their stretches by name.
        rate: frames per second, where the file says so.
        n_frames, duration: how long it is, where the file says so; duration in seconds.
        title: for people, "" where there is none.
        simulated: names of those people who are made by a program.
        unnamed: names of those people that the file does not give: of whom they are, it does not say.
    """

    names: tuple[str, ...]
    people: Mapping[str, Sequence[Stretch]]
    rate: Fraction | None = None
    n_frames: int | None = None
    duration: Fraction | None = None
    title: str = ""
    simulated: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LabelFile:
    """What a file of another tool says.

    Attributes:
        tool: the format, "label-studio".
        videos: what it says of each.
        notes: what of it has no place here.
    """

    tool: str
    videos: Sequence[VideoLabels]
    notes: Sequence[str] = field(default_factory=tuple)


def attributed(found: LabelFile, person: str) -> LabelFile:
    """The same, with what the file says of nobody as one person's, together with what they said by their name."""
    return replace(found, videos=[_attributed(video, person) for video in found.videos])


def _attributed(video: VideoLabels, person: str) -> VideoLabels:
    people: dict[str, list[Stretch]] = {}
    for name, stretches in video.people.items():
        people.setdefault(person if name in video.unnamed else name, []).extend(stretches)
    simulated = frozenset(person if name in video.unnamed else name for name in video.simulated)
    return replace(video, people=people, simulated=simulated, unnamed=frozenset())


def judgements_of(entry: Entry) -> list[Judgement]:
    """What each person of an entry said; without those who judged nothing."""
    people = entry.annotations
    if people is None:
        return []
    found = []
    for row, (person, protocol) in enumerate(zip(people.annotators, people.protocols, strict=True)):
        summary = None if people.summaries is None else people.summaries[row]
        stretches = _selected(entry, people.scores[row], summary) or _rated(entry, people.scores[row])
        if stretches:
            found.append(Judgement(person, protocol, tuple(stretches), people.simulated[row]))
    return found


def video_file_of(entry: Entry) -> str:
    """What the file of an entry's video is called; what it would be called where there is none."""
    if entry.video is not None:
        return entry.video.name
    return entry.meta.get("video_name") or f"{entry.key}.mp4"


def people_in(video: VideoLabels, protocol: str, timebase: Timebase, picks: np.ndarray, file: str) -> list[Said]:
    """What a file says of a video as scores at its picks; without those who judged none of them.

    Where two ratings of one person overlap, the higher counts.

    Args:
        video: as the file has it.
        protocol: how they judged.
        timebase: of the video.
        picks: (T,) frames.
        file: its name, for errors.

    Raises:
        FormatError: a stretch lies outside of the video.
    """
    said = []
    for name, stretches in video.people.items():
        scores, summary = _scores(stretches, timebase, picks, file)
        if not np.isnan(scores).all():
            said.append(Said(name, protocol, scores, summary, name in video.simulated))
    return said


def frames_of(stretch: Stretch, timebase: Timebase, file: str) -> tuple[int, int]:
    """The frames of a stretch, half-open and at least one; times become the nearest frame's.

    Raises:
        FormatError: it lies outside of the video.
    """
    end = Fraction(timebase.n_frames) if stretch.in_frames else timebase.exact_duration
    slack = ceil(BEYOND_S * timebase.rate) if stretch.in_frames else BEYOND_S
    if stretch.start >= end or stretch.end > end + slack:
        unit = "frames" if stretch.in_frames else "s"
        raise FormatError(
            f"{file}: {stretch.where} should lie within the {_plain(end)} {unit} of the video, but it goes from"
            f" {_plain(stretch.start)} to {_plain(stretch.end)}.",
            "It is about another video, or another version of it.",
        )
    if stretch.in_frames:
        return floor(stretch.start), min(floor(stretch.end), timebase.n_frames)
    first = min(_nearest(timebase, stretch.start), timebase.n_frames - 1)
    return first, max(_nearest(timebase, stretch.end), first + 1)


def exact_score(score: float) -> float:
    """A float32 as the shortest decimal number that is read as the same one."""
    return float(str(np.float32(score)))


def _selected(entry: Entry, scores: np.ndarray, summary: np.ndarray | None) -> list[Stretch]:
    """The parts that a person selected; none of one whose scores say something else than their summary."""
    if summary is None or not summary.any() or not np.array_equal(summary[entry.picks], scores):
        return []
    edges = np.flatnonzero(np.diff(np.pad(summary.astype(np.int8), 1))).tolist()
    return [Stretch(Fraction(start), Fraction(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def _rated(entry: Entry, scores: np.ndarray) -> list[Stretch]:
    """A stretch for each run of picks with the same score."""
    edges = np.append(entry.picks, entry.n_frames)
    same = (scores[:-1] == scores[1:]) | (np.isnan(scores[:-1]) & np.isnan(scores[1:]))
    starts = np.flatnonzero(np.append(True, ~same))
    ends = np.append(starts[1:], len(scores))
    return [
        Stretch(Fraction(int(edges[start])), Fraction(int(edges[end])), RATED, exact_score(scores[start]))
        for start, end in zip(starts, ends, strict=True)
        if not np.isnan(scores[start])
    ]


def _scores(
    stretches: Sequence[Stretch], timebase: Timebase, picks: np.ndarray, file: str
) -> tuple[np.ndarray, np.ndarray | None]:
    """(T,) float32 scores, and (n_frames,) uint8 of what was selected, where somebody only selected."""
    marked = np.zeros(timebase.n_frames, np.uint8)
    scores = np.full(len(picks), np.nan, np.float32)
    rated = False
    for stretch in stretches:
        start, end = frames_of(stretch, timebase, file)
        if stretch.score is None:
            marked[start:end] = 1
        else:
            rated = True
            inside = (picks >= start) & (picks < end)
            scores[inside] = np.fmax(scores[inside], np.float32(stretch.score))
    if rated or not stretches:
        scores[marked[picks] == 1] = 1
        return scores, None
    return marked[picks].astype(np.float32), marked


def _nearest(timebase: Timebase, seconds: Fraction) -> int:
    """The frame, or the end, that begins nearest to a time."""
    frame = timebase.frame_at(seconds)
    before, after = timebase.exact_seconds(frame), timebase.exact_seconds(frame + 1)
    return frame + (seconds - before > after - seconds)


def _plain(number: Fraction) -> str:
    return str(number) if number.denominator == 1 else f"{float(number):.3f}"
