"""TVSum's annotations: 50 videos, 20 people each, one rating of 1 to 5 per frame (Song et al., CVPR 2015).

Released as `ydata-tvsum50.mat` (MATLAB 7.3; version 5 is read as well) and as `ydata-tvsum50-anno.tsv`. They can be
imported by themselves, without features, or joined to an eccv16 file that only has summaries.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path

import numpy as np

from core.data import AnnotationSet, Entry
from core.data.entry import RATE_NOTE
from core.data.people import slot_names
from core.data.timebase import Timebase, VaryingTimebase
from core.errors import FormatError, InputError, NotFoundError
from core.text_files import read_text
from storage.formats.faults import Faults, Findings
from storage.formats.hdf5 import frame_note, of_frames
from storage.formats.mat import Value, by_frame, elements, is_mat, number, read_mat, text

HIGHEST = 5
PICK_STEP = 15
STANDARD_RATES = tuple(Fraction(n) for n in (15, 24, 25, 30, 50, 60)) + tuple(
    Fraction(n * 1000, 1001) for n in (15, 24, 30, 60)
)
# Lengths are rounded and often leave out the last frame; further off than this is no rounding.
RATE_TOLERANCE = Fraction(1, 1000)


@dataclass(frozen=True, eq=False)
class TvsumVideo:
    """What TVSum says about one video.

    Attributes:
        place: of the video in the file, from 1.
        id: of the video on YouTube.
        title, category: "" where the file has none.
        length: seconds, or None where the file does not say.
        labels: (U, n_frames) uint8 of 1..5.
        note: about a frame too many or too few.
    """

    place: int
    id: str
    title: str
    category: str
    length: Fraction | None
    labels: np.ndarray
    note: str = ""

    @property
    def n_frames(self) -> int:
        return self.labels.shape[1]


def read_tvsum_mat(path: Path, findings: Findings | None = None) -> list[Entry]:
    """The entries of `ydata-tvsum50.mat`, video_1 to video_50 in the file's order, with every 15th frame as pick.

    Raises:
        FormatError: names the file, the fields and what was expected.
    """
    return _entries(_read_mat(path, findings or Findings()), path.stem)


def read_tvsum_tsv(path: Path, findings: Findings | None = None) -> list[Entry]:
    """The entries of `ydata-tvsum50-anno.tsv`; the same, but titles and frame rates are not in it."""
    return _entries(_read_tsv(path, findings or Findings()), path.stem)


def join_tvsum(entries: Sequence[Entry], path: Path, findings: Findings | None = None) -> list[Entry]:
    """Entries with the people, frame rates and titles that the annotations (.mat or .tsv) give them.

    Videos are found by the id in `meta["video_name"]`, else by their number of frames; one found by its id may have a
    frame more or less.

    Raises:
        FormatError: a video is not among the annotations, or of another length.
    """
    findings = findings if findings is not None else Findings()
    every = Findings(skip_bad=findings.skip_bad)
    videos = _read_mat(path, every) if is_mat(path) else _read_tsv(path, every)
    by_id = {video.id: video for video in videos}
    lengths = Counter(video.n_frames for video in videos)
    by_length = {video.n_frames: video for video in videos if lengths[video.n_frames] == 1}

    def joined(entry: Entry) -> Entry:
        video = by_id.get(entry.meta.get("video_name", "")) or by_length.get(entry.n_frames)
        if video is None or abs(video.n_frames - entry.n_frames) > 1:
            raise FormatError(
                f"{path.name}: expected annotations of '{entry.key}' for {entry.n_frames} frames, but there are none."
            )
        return _joined(entry, _as_long(video, entry.n_frames))

    return list(findings.good(path.name, ((entry.key, partial(joined, entry)) for entry in entries)))


def standard_rate(n_frames: int, seconds: Fraction) -> Fraction:
    """Frames a second: the standard rate within 0.1 %, or else exactly `n_frames / seconds`."""
    measured = n_frames / seconds
    nearest = min(STANDARD_RATES, key=lambda rate: abs(rate - measured))
    return nearest if abs(nearest - measured) <= RATE_TOLERANCE * nearest else measured


def _as_long(video: TvsumVideo, n_frames: int) -> TvsumVideo:
    if video.n_frames == n_frames:
        return video
    note = frame_note("user_anno", video.n_frames, n_frames)
    return dataclasses.replace(video, labels=of_frames(video.labels, n_frames), note=note)


def _entries(videos: Sequence[TvsumVideo], dataset: str) -> list[Entry]:
    return [_entry(video, f"{dataset}/video_{video.place}") for video in videos]


def _entry(video: TvsumVideo, entry_id: str) -> Entry:
    picks = np.arange(0, video.n_frames, PICK_STEP)
    meta = {"category": video.category, "video_name": video.id} | ({"frames_note": video.note} if video.note else {})
    rate = Fraction(2 * PICK_STEP)
    if video.length is None:
        meta[RATE_NOTE] = "assumed: the annotations do not say how long the video is"
    else:
        rate = standard_rate(video.n_frames, video.length)
    return Entry(
        id=entry_id,
        title=video.title or video.id,
        timebase=Timebase(rate, video.n_frames),
        picks=picks,
        annotations=_people(video, picks),
        meta=meta,
    )


def _joined(entry: Entry, video: TvsumVideo) -> Entry:
    people = _people(video, entry.picks)
    given = entry.annotations
    if given is not None and given.summaries is not None and len(given) == len(people):
        people = dataclasses.replace(people, summaries=given.summaries)
    meta = {**entry.meta, "video_name": video.id, "category": video.category or entry.meta.get("category", "")}
    if video.note:
        meta["frames_note"] = "; ".join(filter(None, (entry.meta.get("frames_note"), video.note)))
    timebase = entry.timebase
    if video.length is not None and not isinstance(timebase, VaryingTimebase):
        timebase = Timebase(standard_rate(video.n_frames, video.length), video.n_frames)
        meta.pop("fps_note", None)
    title = video.title or entry.title
    return dataclasses.replace(entry, title=title, timebase=timebase, annotations=people, meta=meta)


def _people(video: TvsumVideo, picks: np.ndarray) -> AnnotationSet:
    count = len(video.labels)
    scores = video.labels[:, picks].astype(np.float32) / np.float32(HIGHEST)
    return AnnotationSet(slot_names(count), scores, ("tvsum",) * count, frame_labels=video.labels)


def _read_mat(path: Path, findings: Findings) -> list[TvsumVideo]:
    fields = ("video", "title", "category", "length", "nframes", "user_anno")
    table = elements(read_mat(path, ["tvsum50"]).get("tvsum50"), fields)
    missing = [field for field in fields if field not in table]
    if missing:
        raise FormatError(f"{path.name}: 'tvsum50/{missing[0]}' should be a field for each video, but it is missing.")
    columns = [table[field] for field in fields]
    if len({len(column) for column in columns}) != 1:
        raise FormatError(f"{path.name}: the fields of 'tvsum50' should be equally long, but they are not.")
    rows = enumerate(zip(*columns, strict=True), start=1)
    return list(findings.good(path.name, ((f"video {n}", partial(_mat_video, path, n, *row)) for n, row in rows)))


def _mat_video(
    path: Path,
    place: int,
    video: Value,
    title: Value,
    category: Value,
    length: Value,
    n_frames: Value,
    labels: Value,
) -> TvsumVideo:
    of = f"of video {place}"
    faults = Faults()
    frames = faults.reading(lambda: number(path, f"'nframes' {of}", n_frames))
    seconds = faults.reading(lambda: number(path, f"'length' {of}", length))
    rows = None if frames is None else faults.reading(lambda: by_frame(path, f"'user_anno' {of}", labels, frames))
    given = None if rows is None else faults.reading(lambda: _ratings(path, f"'user_anno' {of}", rows.T))
    named = [
        faults.reading(partial(text, path, f"'{name}' {of}", value))
        for name, value in (("video", video), ("title", title), ("category", category))
    ]
    if frames is not None and seconds is not None and not _is_video(frames, seconds):
        told = f"'length' {of} should be seconds, of {frames:g} frames, but it is {seconds:g}"
        faults.add(FormatError(f"{path.name}: {told}."))
    faults.check()
    assert frames is not None
    assert seconds is not None
    assert given is not None
    noted = frame_note("user_anno", given.shape[1], int(frames)) if given.shape[1] != frames else ""
    return TvsumVideo(
        place=place,
        id=named[0] or "",
        title=named[1] or "",
        category=named[2] or "",
        length=Fraction(str(seconds)),
        labels=of_frames(given, int(frames)),
        note=noted,
    )


def _is_video(frames: float, seconds: float) -> bool:
    """Whether a video may have so many frames in so many seconds."""
    try:
        return Timebase(standard_rate(int(frames), Fraction(str(seconds))), int(frames)).n_frames == frames
    except (InputError, ValueError, OverflowError, ZeroDivisionError):
        return False


def _ratings(path: Path, what: str, values: np.ndarray) -> np.ndarray:
    if not np.isin(values, np.arange(1, HIGHEST + 1)).all():
        raise FormatError(f"{path.name}: {what} should hold ratings of 1 to {HIGHEST}, but some are not.")
    return values.astype(np.uint8)


def _read_tsv(path: Path, findings: Findings) -> list[TvsumVideo]:
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        lines = read_text(path).split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name} should be a text file of ratings, but it is not text.") from error
    rows: dict[str, list[tuple[int, list[str]]]] = {}
    for row, line in enumerate(lines, start=1):
        if line.strip():
            # Spreadsheets put cells with commas into quotes, and columns of nothing after them.
            cells = [cell.strip().removeprefix('"').removesuffix('"').strip() for cell in line.rstrip().split("\t")]
            rows.setdefault(cells[0], []).append((row, cells))
    if not rows:
        raise FormatError(f"{path.name}: expected one row per person and video, but found none.")
    places = enumerate(rows.items(), start=1)
    videos = ((video, partial(_tsv_video, path, place, of_video)) for place, (video, of_video) in places)
    return list(findings.good(path.name, videos))


def _tsv_video(path: Path, place: int, rows: Sequence[tuple[int, list[str]]]) -> TvsumVideo:
    faults = Faults()
    found = [faults.reading(partial(_tsv_ratings, path, row, cells)) for row, cells in rows]
    people = [one for one in found if one is not None]
    for (row, cells), ratings in zip(rows, found, strict=True):
        if ratings is not None and len(ratings) != len(people[0]):
            faults.add(
                FormatError(
                    f"{path.name}: row {row} should have {len(people[0])} ratings, as the others of '{cells[0]}',"
                    f" but it has {len(ratings)}."
                )
            )
    faults.check()
    (_, (video, category, _)) = rows[-1]
    return TvsumVideo(place, video, "", category, None, np.stack(people))


def _tsv_ratings(path: Path, row: int, cells: Sequence[str]) -> np.ndarray:
    if len(cells) != 3 or not cells[0]:
        found = f"it has {len(cells)} parts" if cells[0] else "it names no video"
        raise FormatError(
            f"{path.name}: row {row} should be video, category and ratings, separated by tabs, but {found}."
        )
    digits = np.frombuffer(cells[2].replace(" ", "").encode(), np.uint8)
    if len(digits) % 2 == 0 or np.any(digits[1::2] != ord(",")):
        raise FormatError(f"{path.name}: row {row} should hold ratings separated by commas, but it does not.")
    return _ratings(path, f"row {row}", digits[::2] - ord("0"))
