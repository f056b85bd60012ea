"""People's labels as one plain table, for spreadsheets and statistics programs.

One row says what one person gave to a stretch of consecutive picks: 20 people who rated 30 shots are 600 rows, however
many picks a shot has. Nothing is lost: people may differ from video to video and leave picks unjudged.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import numpy as np

from core.data import AnnotationSet, Entry
from core.errors import FormatError, InputError, NotFoundError
from core.text_files import decoded
from storage.files import whole_file

MICROSECONDS = 1_000_000


class LabelRun(NamedTuple):
    """One row of the table.

    Attributes:
        entry: id in the library, "<dataset>/<key>".
        title: of the video.
        annotator: name or pseudonym.
        protocol: how they judged.
        start_frame, end_frame: half-open interval, from the first pick of the run to the pick after its last, or to
            the end of the video.
        start_s, end_s: when those frames begin, seconds from the first frame, to the nearest millionth.
        score: importance in [0, 1], None where the person has not judged.
        seen_before: the person had seen others' labels or scores of the video before judging it; tables of earlier
            versions do not say so.
    """

    entry: str
    title: str
    annotator: str
    protocol: str
    start_frame: int
    end_frame: int
    start_s: float
    end_s: float
    score: float | None
    seen_before: bool = False


EARLIER = LabelRun._fields[:-1]
YES = "yes"


def write_labels_csv(
    entries: Iterable[Entry], path: Path, seen_before: Collection[tuple[str, str]] = frozenset()
) -> Path:
    """Writes everybody's scores as a table (UTF-8, header row); appears complete or not at all.

    The columns are those of `LabelRun`. Consecutive picks with the same score are one row, whether they lie in one
    shot or in several; a new row begins where the score changes. What was not judged has a row too, with an empty
    score. Scores are written with as many digits as it takes to read the same float32 again.

    Args:
        entries: taken one at a time, so they may come from a generator; those without people are left out. Ids must
            differ.
        path: where to; an existing file is replaced.
        seen_before: (id of an entry, name of an annotator) of those who saw others' labels or scores first.

    Raises:
        InputError: nobody judged any of them, two have the same id, an array is not as `core.data` says, or the
            file cannot be written.
    """
    seen: set[str] = set()
    judged = False
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)  # ends rows with \r\n, which also makes it quote a lone \r in a title
        table.writerow(LabelRun._fields)
        for entry in entries:
            if entry.id in seen:
                raise InputError(f"'{entry.id}' is there twice.", "An export needs each entry only once.")
            seen.add(entry.id)
            if entry.annotations is not None and len(entry.annotations):
                table.writerows(_rows(entry, entry.people, seen_before))
                judged = True
        if not judged:
            raise InputError("There are no labels to write: nobody has judged these entries.", "Label something first.")
    return path


def read_labels_csv(path: Path) -> list[LabelRun]:
    """The rows of a table that `write_labels_csv` wrote, in its order.

    Raises:
        NotFoundError: no such file.
        FormatError: names the row and what was expected.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        rows = list(csv.reader(StringIO(decoded(path.read_bytes()), newline="")))
    except (csv.Error, UnicodeDecodeError) as error:
        raise FormatError(f"{path.name} should be a table of labels, but it is not text or cut off.") from error
    if not rows or tuple(rows[0]) not in (LabelRun._fields, EARLIER):
        raise FormatError(f"{path.name}: the first row should be '{','.join(LabelRun._fields)}', but it is not.")
    plain = len(rows[0]) == len(EARLIER)
    return [_run(path, number, [*row, ""] if plain else row) for number, row in enumerate(rows[1:], start=2)]


def _rows(entry: Entry, people: AnnotationSet, seen_before: Collection[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    edges = np.append(entry.picks, entry.n_frames)
    frames = [str(frame) for frame in edges.tolist()]
    seconds = [_decimal(entry, frame) for frame in edges.tolist()]
    for name, protocol, scores in zip(people.annotators, people.protocols, people.scores, strict=True):
        before, after = scores[:-1], scores[1:]
        same = (before == after) | (np.isnan(before) & np.isnan(after))
        starts = np.flatnonzero(np.append(True, ~same))
        ends = np.append(starts[1:], len(scores))
        for start, end, score in zip(starts.tolist(), ends.tolist(), scores[starts].astype(np.float32), strict=True):
            value = "" if score != score else str(score)  # only NaN differs from itself
            times = frames[start], frames[end], seconds[start], seconds[end]
            yield entry.id, entry.title, name, protocol, *times, value, YES if (entry.id, name) in seen_before else ""


def _decimal(entry: Entry, frame: int) -> str:
    """When a frame begins, rounded once, from the exact fraction."""
    whole, part = divmod(round(entry.timebase.exact_seconds(frame) * MICROSECONDS), MICROSECONDS)
    return f"{whole}.{part:06d}"


def _run(path: Path, number: int, row: list[str]) -> LabelRun:
    try:
        *names, start, end, start_s, end_s, score, seen = row
        entry, title, annotator, protocol = names
        run = LabelRun(
            entry,
            title,
            annotator,
            protocol,
            int(start),
            int(end),
            float(start_s),
            float(end_s),
            float(score) if score else None,
            {YES: True, "": False}[seen],
        )
    except (ValueError, KeyError) as error:
        raise FormatError(f"{path.name}: row {number} should be four texts and five numbers, but it is not.") from error
    ordered = 0 <= run.start_frame < run.end_frame and 0 <= run.start_s < run.end_s
    if not ordered or not (run.score is None or 0 <= run.score <= 1):
        raise FormatError(f"{path.name}: row {number} should be a stretch of video and a score in [0, 1] or nothing.")
    return run
