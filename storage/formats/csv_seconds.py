"""Labels in seconds as a table, `video,label,start,end` and where they are known `person,score,simulated`.

Columns are found by their names, in any order and case; others are not read. Times are written to the millionth of a
second. A row with a score is a rating, one without is a selected part; "simulated" is "yes" for who is a program.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from fractions import Fraction
from io import StringIO
from pathlib import Path
from typing import NoReturn

from core.data import Entry
from core.data.timebase import MOST_SECONDS
from core.errors import FormatError, InputError, NotFoundError
from core.exact import exact_number
from core.text_files import decoded
from storage.files import whole_file
from storage.formats.stretches import RATED, LabelFile, Stretch, VideoLabels, exact_score, judgements_of

TOOL = "csv-seconds"
NEEDED = ("video", "label", "start", "end")
COLUMNS = (*NEEDED, "person", "score", "simulated")
YES = "yes"
MICROSECONDS = 1_000_000


def write_csv_seconds(entries: Iterable[Entry], path: Path) -> Path:
    """Writes everybody's labels of all entries (UTF-8, header row); appears complete or not at all.

    Raises:
        InputError: nobody judged any of them, or it cannot be written.
    """
    rows = 0
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for entry in entries:
            for one in judgements_of(entry):
                for stretch in one.stretches:
                    start, end = (_decimal(entry, int(edge)) for edge in (stretch.start, stretch.end))
                    score = "" if stretch.score is None else repr(stretch.score)
                    made = YES if one.simulated else ""
                    table.writerow([entry.id, stretch.label, start, end, one.person, score, made])
                    rows += 1
        if not rows:
            raise InputError("There are no labels to write: nobody has judged these entries.", "Label something first.")
    return path


def read_csv_seconds(path: Path) -> LabelFile:
    """What such a table says; rows without a person are one person's, who is called like the file.

    Raises:
        NotFoundError: there is no such file.
        FormatError: names the row and what was expected.
    """
    if not path.is_file():
        raise NotFoundError(f"There is no file {path}.")
    try:
        table = csv.reader(StringIO(decoded(path.read_bytes()), newline=""))
        header = [name.strip().lower() for name in next(table, [])]
        rows = list(enumerate(table, start=2))
    except (csv.Error, UnicodeDecodeError) as error:
        raise FormatError(f"{path.name} should be a table of labels, but it is not text or cut off.") from error
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise FormatError(f"{path.name}: row 1 should name the columns {','.join(NEEDED)}, but has no '{missing[0]}'.")
    twice = next((name for name in COLUMNS if header.count(name) > 1), None)
    if twice is not None:
        raise FormatError(f"{path.name}: row 1 should name each column once, but has '{twice}' twice.")
    places = {name: header.index(name) for name in COLUMNS if name in header}
    videos: dict[str, dict[str, list[Stretch]]] = {}
    simulated: dict[str, set[str]] = {}
    unnamed: dict[str, set[str]] = {}
    for number, row in rows:
        if not any(row):
            continue
        if len(row) != len(header):
            _wrong(path, number, f"have {len(header)} cells", f"it has {len(row)}")
        cells = {name: row[place] for name, place in places.items()}
        if not cells["video"].strip():
            _wrong(path, number, "name a video", "it names none")
        person = cells.get("person", "").strip() and cells["person"]
        stretch = _stretch(path, number, cells)
        videos.setdefault(cells["video"], {}).setdefault(person or path.stem, []).append(stretch)
        if not person:
            unnamed.setdefault(cells["video"], set()).add(path.stem)
        if cells.get("simulated", "").strip().lower() == YES:
            simulated.setdefault(cells["video"], set()).add(person or path.stem)
    return LabelFile(
        TOOL,
        [
            VideoLabels(
                (name,),
                people,
                simulated=frozenset(simulated.get(name, ())),
                unnamed=frozenset(unnamed.get(name, ())),
            )
            for name, people in videos.items()
        ],
    )


def _stretch(path: Path, number: int, cells: dict[str, str]) -> Stretch:
    start, end = (_number(path, number, name, cells[name], MOST_SECONDS, "seconds") for name in ("start", "end"))
    if end <= start:
        _wrong(path, number, "end later than it starts", f"it goes from {cells['start']} to {cells['end']}")
    score = None
    if cells.get("score", "").strip():
        score = exact_score(float(_number(path, number, "score", cells["score"], 1, "an importance")))
    return Stretch(start, end, cells["label"] or RATED, score, False, f"row {number}")


def _number(path: Path, number: int, name: str, text: str, most: int, what: str) -> Fraction:
    try:
        value = exact_number(text)
    except (ValueError, ZeroDivisionError):
        value = Fraction(-1)
    if not 0 <= value <= most:
        _wrong(path, number, f"have {what} of 0 to {most} as '{name}'", f"it has '{text[:40]}'")
    return value


def _wrong(path: Path, number: int, expected: str, found: str) -> NoReturn:
    raise FormatError(f"{path.name}: row {number} should {expected}, but {found}.")


def _decimal(entry: Entry, frame: int) -> str:
    """When a frame begins, rounded once, from the exact fraction."""
    whole, part = divmod(round(entry.timebase.exact_seconds(frame) * MICROSECONDS), MICROSECONDS)
    return f"{whole}.{part:06d}"
