"""TVSum's annotations: 50 videos, 20 people each, one rating of 1 to 5 per frame (Song et al., CVPR 2015).

Released as `ydata-tvsum50.mat` (MATLAB 7.3, that is HDF5) and as `ydata-tvsum50-anno.tsv`. They can be imported by
themselves, without features, or joined to an eccv16 file that only has summaries.
"""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import h5py
import numpy as np

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase, VaryingTimebase
from core.errors import FormatError, NotFoundError
from storage.formats.entry_group import person_names
from storage.formats.hdf5 import open_hdf5

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
        id: of the video on YouTube.
        title, category: "" where the file has none.
        length: seconds, or None where the file does not say.
        labels: (U, n_frames) uint8 of 1..5.
    """

    id: str
    title: str
    category: str
    length: Fraction | None
    labels: np.ndarray

    @property
    def n_frames(self) -> int:
        return self.labels.shape[1]


def read_tvsum_mat(path: Path) -> list[Entry]:
    """The entries of `ydata-tvsum50.mat`, video_1 to video_50 in the file's order, with every 15th frame as pick.

    Raises:
        FormatError: names the file, the field and what was expected.
    """
    return _entries(_read_mat(path), path.stem)


def read_tvsum_tsv(path: Path) -> list[Entry]:
    """The entries of `ydata-tvsum50-anno.tsv`; the same, but titles and frame rates are not in it."""
    return _entries(_read_tsv(path), path.stem)


def join_tvsum(entries: Sequence[Entry], path: Path) -> list[Entry]:
    """Entries with the people, frame rates and titles that the annotations (.mat or .tsv) give them.

    Videos are found by the id in `meta["video_name"]`, else by their number of frames.

    Raises:
        FormatError: a video is not among the annotations, or of another length.
    """
    videos = _read_mat(path) if h5py.is_hdf5(path) else _read_tsv(path)
    by_id = {video.id: video for video in videos}
    lengths = Counter(video.n_frames for video in videos)
    by_length = {video.n_frames: video for video in videos if lengths[video.n_frames] == 1}
    joined = []
    for entry in entries:
        video = by_id.get(entry.meta.get("video_name", "")) or by_length.get(entry.n_frames)
        if video is None or video.n_frames != entry.n_frames:
            raise FormatError(
                f"{path.name}: expected annotations of '{entry.key}' for {entry.n_frames} frames, but there are none."
            )
        joined.append(_joined(entry, video))
    return joined


def standard_rate(n_frames: int, seconds: Fraction) -> Fraction:
    """Frames a second: the standard rate within 0.1 %, or else exactly `n_frames / seconds`."""
    measured = n_frames / seconds
    nearest = min(STANDARD_RATES, key=lambda rate: abs(rate - measured))
    return nearest if abs(nearest - measured) <= RATE_TOLERANCE * nearest else measured


def _entries(videos: Sequence[TvsumVideo], dataset: str) -> list[Entry]:
    return [_entry(video, f"{dataset}/video_{number}") for number, video in enumerate(videos, start=1)]


def _entry(video: TvsumVideo, entry_id: str) -> Entry:
    picks = np.arange(0, video.n_frames, PICK_STEP)
    meta = {"category": video.category, "video_name": video.id}
    rate = Fraction(2 * PICK_STEP)
    if video.length is None:
        meta["fps_note"] = "assumed: the annotations do not say how long the video is"
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
    timebase = entry.timebase
    if video.length is not None and not isinstance(timebase, VaryingTimebase):
        timebase = Timebase(standard_rate(video.n_frames, video.length), video.n_frames)
        meta.pop("fps_note", None)
    title = video.title or entry.title
    return dataclasses.replace(entry, title=title, timebase=timebase, annotations=people, meta=meta)


def _people(video: TvsumVideo, picks: np.ndarray) -> AnnotationSet:
    count = len(video.labels)
    scores = video.labels[:, picks].astype(np.float32) / np.float32(HIGHEST)
    return AnnotationSet(person_names(count), scores, ("tvsum",) * count, frame_labels=video.labels)


def _read_mat(path: Path) -> list[TvsumVideo]:
    with open_hdf5(path) as file:
        table = file.get("tvsum50")
        fields = ("video", "title", "category", "length", "nframes", "user_anno")
        missing = [f for f in fields if not isinstance(table, h5py.Group) or f not in table]
        if missing:
            raise FormatError(
                f"{path.name}: 'tvsum50/{missing[0]}' should be a field for each video, but it is missing."
            )
        columns = [_column(path, table, f) for f in fields]
        if len({len(column) for column in columns}) != 1:
            raise FormatError(f"{path.name}: the fields of 'tvsum50' should be equally long, but they are not.")
        return [_mat_video(path, number, *row) for number, row in enumerate(zip(*columns, strict=True), 1)]


def _mat_video(
    path: Path,
    number: int,
    video: h5py.Dataset,
    title: h5py.Dataset,
    category: h5py.Dataset,
    length: h5py.Dataset,
    n_frames: h5py.Dataset,
    labels: h5py.Dataset,
) -> TvsumVideo:
    frames, seconds = _number(path, number, n_frames), _number(path, number, length)
    if labels.ndim != 2 or labels.shape[1] != frames or 0 in labels.shape or not 0 < seconds < math.inf:
        raise FormatError(
            f"{path.name}: 'user_anno' of video {number} should be (people, {frames:g}) with a positive 'length',"
            f" but its shape is {labels.shape} and the length {seconds:g}."
        )
    return TvsumVideo(
        id=_characters(video),
        title=_characters(title),
        category=_characters(category),
        length=Fraction(str(seconds)),
        labels=_ratings(path, f"'user_anno' of video {number}", labels[()]),
    )


def _column(path: Path, table: h5py.Group, field: str) -> list[h5py.Dataset]:
    """What a field refers to, for each video."""
    column = table[field]
    found: list[object] = []
    if isinstance(column, h5py.Dataset) and h5py.check_ref_dtype(column.dtype) is h5py.Reference:
        with suppress(ValueError):  # a reference to nothing
            found = [table.file[reference] for reference in column[()].ravel()]
    if not found or not all(isinstance(one, h5py.Dataset) and one.dtype.kind in "uif" for one in found):
        raise FormatError(f"{path.name}: 'tvsum50/{field}' should refer to numbers or characters, but it does not.")
    return [one for one in found if isinstance(one, h5py.Dataset)]


def _number(path: Path, number: int, dataset: h5py.Dataset) -> float:
    if dataset.size != 1:
        raise FormatError(f"{path.name}: video {number} should have one number of frames and one length.")
    return float(dataset[()].item())


def _characters(dataset: h5py.Dataset) -> str:
    codes = dataset[()].ravel()
    return "".join(chr(int(code)) for code in codes if 0 < code < 0xD800)


def _ratings(path: Path, what: str, values: np.ndarray) -> np.ndarray:
    if not np.isin(values, np.arange(1, HIGHEST + 1)).all():
        raise FormatError(f"{path.name}: {what} should hold ratings of 1 to {HIGHEST}, but some are not.")
    return values.astype(np.uint8)


def _read_tsv(path: Path) -> list[TvsumVideo]:
    rows: dict[str, list[np.ndarray]] = {}
    categories: dict[str, str] = {}
    for number, (video, category, ratings) in _tsv_rows(path):
        people = rows.setdefault(video, [])
        if people and len(people[0]) != len(ratings):
            raise FormatError(
                f"{path.name}: row {number} should have {len(people[0])} ratings, as the others of '{video}',"
                f" but it has {len(ratings)}."
            )
        people.append(ratings)
        categories[video] = category
    if not rows:
        raise FormatError(f"{path.name}: expected one row per person and video, but found none.")
    return [TvsumVideo(video, "", categories[video], None, np.stack(people)) for video, people in rows.items()]


def _tsv_rows(path: Path) -> Iterator[tuple[int, tuple[str, str, np.ndarray]]]:
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name} should be a text file of ratings, but it is not text.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        cells = line.split("\t")
        if len(cells) != 3:
            raise FormatError(
                f"{path.name}: row {number} should be video, category and ratings, separated by tabs, but it has"
                f" {len(cells)} parts."
            )
        digits = np.frombuffer(cells[2].strip().encode(), np.uint8)
        if len(digits) % 2 == 0 or np.any(digits[1::2] != ord(",")):
            raise FormatError(f"{path.name}: row {number} should hold ratings separated by commas, but it does not.")
        yield number, (cells[0], cells[1], _ratings(path, f"row {number}", digits[::2] - ord("0")))
