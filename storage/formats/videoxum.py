"""VideoXum: ten people's summaries of each of 14,001 videos of ActivityNet, at one pick a second (Lin et al. 2023).

Released as lists in JSON (`train_videoxum.json`, `val_videoxum.json`, `test_videoxum.json`), one object a video:

    video_id         its name
    duration         seconds
    sampled_frames   T, pictures at one a second
    vsum_onehot      (10, T) of 0 and 1, each person's summary
    tsum             sentences about stretches of the video
    timestamps       first and last second of each stretch; they may overlap
    vsum             the summaries in seconds; not read

Only `video_id` and `vsum_onehot` have to be there. A frame is a second, as in MR.HiSum's file. There are no features
and no shots. The sentences become captions: each pick has the one of the stretch around it that began last, and an
empty one where there is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any, overload

import numpy as np

from core.captions.sentences import one_line
from core.data import AnnotationSet, Entry
from core.data.people import slot_names
from core.data.timebase import MOST_SECONDS, Timebase
from core.errors import FormatError
from core.text_files import encoding_of, read_text
from storage.formats.faults import Faults, Findings

PEOPLE = 10
PROTOCOL = "videoxum"
OWN = ("vsum_onehot", "sampled_frames", "vsum", "tsum")  # fields that no other format has
SPACE = re.compile(r"\s*")
SUMMARIES = "(people, T) of 0 and 1, a row for each person"
SENTENCES = "a list of sentences"
STRETCHES = "a first and last second for each sentence of 'tsum'"
MOST = 1e9  # no number of a video is larger, and NaN is not smaller
AWAY_S = 2  # by which a duration may miss the number of pictures without a word
CAPTIONS_NOTE = "captions are the sentences of its summary, at the seconds that they tell of, and empty elsewhere"
PARTS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}


def is_videoxum(path: Path) -> bool:
    """Whether a file begins with a list of objects that have some of the fields, or a folder holds such files."""
    if path.is_dir():
        return bool(files_of(path))
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(2**16)
    text = start.decode(encoding_of(start), "ignore")
    return re.match(r"\s*\[\s*\{", text) is not None and any(f'"{name}"' in text for name in OWN)


def files_of(path: Path) -> list[Path]:
    """The files of a release: the one, or those in a folder, training first."""
    if not path.is_dir():
        return [path]
    found = [file for file in path.glob("*.json") if file.is_file() and is_videoxum(file)]
    order = [*PARTS, ""]
    return sorted(found, key=lambda file: (order.index(part_of(file)), file.name))


def part_of(path: Path) -> str:
    """Which part of a split a file is by its name: train, validation or test; "" where it does not say."""
    words = set(re.findall(r"[a-z]+", path.stem.lower()))
    parts = [part for part, names in PARTS.items() if words & set(names)]
    return parts[0] if len(parts) == 1 else ""


@dataclass(frozen=True)
class _Place:
    """Where the object of a video stands: the file, and characters of its text."""

    file: Path
    number: int
    start: int
    key: str


class VideoXum(Sequence[Entry]):
    """The videos of a release in its order, each made when it is asked for; one file's text is held at a time.

    Args:
        path: a file, or a folder of them.
        findings: see `storage.formats.read_dataset`; `parts` are told by the names of the files.

    Raises:
        FormatError: a file is no list in JSON, or, when videos are read, names them and what was expected.
    """

    def __init__(self, path: Path, findings: Findings | None = None) -> None:
        self.path = path
        self.findings = findings if findings is not None else Findings()
        self._held: tuple[Path, str] | None = None
        self._first: dict[str, _Place] = {}
        self._places = [place for file in files_of(path) for place in self._places_of(file)]
        if not self._places:
            raise FormatError(f"{path.name}: expected a list of videos, but it has none.")

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Entry: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(place, slice):
            return [self._entry(one) for one in self._places[place]]
        return self._entry(self._places[place])

    def __iter__(self) -> Iterator[Entry]:
        return self.findings.good(self.path.name, self._videos())

    def _videos(self) -> Iterator[tuple[str, Callable[[], Entry]]]:
        for place in self._places:
            yield place.key, partial(self._counted, place)

    def _counted(self, place: _Place) -> Entry:
        entry = self._entry(place)
        if part := part_of(place.file):
            self.findings.parts.setdefault(part, []).append(place.key)
        return entry

    def _text(self, file: Path) -> str:
        if self._held is None or self._held[0] != file:
            self._held = None  # before the next is read
            try:
                self._held = file, read_text(file)
            except UnicodeDecodeError as error:
                raise FormatError(f"{file.name} should be a list in JSON, but it is not text.") from error
        return self._held[1]

    def _places_of(self, file: Path) -> Iterator[_Place]:
        """Reads a file once for where its videos are: what they hold is not kept."""
        text, read = self._text(file), json.JSONDecoder().raw_decode
        at = _after_space(text, 0)
        if text[at : at + 1] != "[":
            raise _broken(file, text, at)
        at = _after_space(text, at + 1)
        number = 0
        while text[at : at + 1] != "]" or number:  # an empty list has no comma either
            number += 1
            try:
                value, end = read(text, at)
            except (ValueError, RecursionError) as error:
                raise _broken(file, text, getattr(error, "pos", at)) from error
            name = value.get("video_id") if isinstance(value, dict) else None
            key = (one_line(name) if isinstance(name, str) else "") or f"video {number}"
            place = _Place(file, number, at, key)
            self._first.setdefault(key, place)
            yield place
            at = _after_space(text, end)
            if text[at : at + 1] == "]":
                break
            if text[at : at + 1] != ",":
                raise _broken(file, text, at)
            at = _after_space(text, at + 1)
        rest = _after_space(text, at + 1)
        if rest < len(text):
            raise _broken(file, text, rest)

    def _entry(self, place: _Place) -> Entry:
        value, _ = json.JSONDecoder().raw_decode(self._text(place.file), place.start)
        return _Video(self.path, place, value).entry(self._first[place.key])


class _Video:
    """Checks what a file says of one video."""

    def __init__(self, path: Path, place: _Place, value: Any) -> None:
        self.place = place
        self.given: dict[str, Any] = value if isinstance(value, dict) else {}
        self.dataset = path.stem
        self.faults = Faults()
        self.notes: dict[str, str] = {}

    def entry(self, first: _Place) -> Entry:
        """What it is. Raises Faulty."""
        place, name = self.place, self.given.get("video_id")
        if not isinstance(name, str) or not one_line(name):
            self._should("video_id", "the name of a video", "it is missing" if name is None else "it is none")
        elif first != place:
            self._should("video_id", "of its own", f"video {first.number} of {first.file.name} has it as well")
        summaries = self._summaries()
        if summaries is not None:
            self._check_length(summaries.shape[1])
        captions = self._captions(None if summaries is None else summaries.shape[1])
        self.faults.check()
        assert summaries is not None
        count, steps = summaries.shape
        return Entry(
            id=f"{self.dataset}/{place.key}",
            title=place.key,
            timebase=Timebase(Fraction(1), steps),
            picks=np.arange(steps),
            annotations=AnnotationSet(slot_names(count), summaries.astype(np.float32), (PROTOCOL,) * count, summaries),
            captions=captions,
            meta=self.notes | ({} if captions is None else {"captioner": "VideoXum"}),
        )

    def _summaries(self) -> np.ndarray | None:
        rows = self.given.get("vsum_onehot")
        if rows is None:
            self._should("vsum_onehot", SUMMARIES, "it is missing")
            return None
        if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and row for row in rows):
            self._should("vsum_onehot", SUMMARIES, "it has no such rows")
        elif len({len(row) for row in rows}) > 1:
            self._should("vsum_onehot", SUMMARIES, "its rows are not of one length")
        elif len(rows[0]) > MOST_SECONDS:
            self._should("vsum_onehot", f"of at most {MOST_SECONDS} seconds", f"it has {len(rows[0])}")
        elif not all(set(map(type, row)) <= {int, float, bool} and set(row) <= {0, 1} for row in rows):
            self._should("vsum_onehot", SUMMARIES, "it holds something else")
        else:
            values = np.array(rows, np.uint8)
            if len(values) != PEOPLE:
                self.notes["people_note"] = f"it has {len(values)} people, where the others have {PEOPLE}"
            return values
        return None

    def _check_length(self, steps: int) -> None:
        sampled, duration = self.given.get("sampled_frames"), self.given.get("duration")
        if sampled is not None:
            if not _is_number(sampled) or sampled != int(sampled) or abs(sampled - steps) > 1:
                self._should("sampled_frames", f"{steps}, as 'vsum_onehot' has columns", f"it is {_short(sampled)}")
            elif sampled != steps:
                self.notes["frames_note"] = f"'sampled_frames' says {sampled:g}, its labels have {steps} and are taken"
        if duration is not None:
            if not _is_number(duration) or not 0 < duration <= MOST_SECONDS:
                self._should("duration", "seconds", f"it is {_short(duration)}")
            elif abs(duration - steps) > AWAY_S:
                self.notes["duration_note"] = (
                    f"it is said to last {duration:g} s, but has {steps} pictures, one a second"
                )

    def _captions(self, steps: int | None) -> tuple[str, ...] | None:
        """T sentences; None where there are none, or nobody says where they belong."""
        sentences, stretches = self.given.get("tsum"), self.given.get("timestamps")
        if not sentences or stretches is None:
            return None
        if not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
            self._should("tsum", SENTENCES, "it is something else")
        elif not isinstance(stretches, list) or not all(map(_is_stretch, stretches)):
            self._should("timestamps", STRETCHES, "it is something else")
        elif len(stretches) != len(sentences):
            self._should("timestamps", STRETCHES, f"there are {len(stretches)} for {len(sentences)} sentences")
        elif steps is not None:
            captions = [""] * steps
            for (start, end), sentence in sorted(zip(map(sorted, stretches), sentences, strict=True), key=_begins):
                first = min(max(round(start), 0), steps - 1)
                last = min(max(round(end), first), steps - 1)
                captions[first : last + 1] = [one_line(sentence)] * (last + 1 - first)
            self.notes["captions_note"] = CAPTIONS_NOTE
            return tuple(captions)
        return None

    def _should(self, field: str, expected: str, found: str) -> None:
        place = self.place
        self.faults.add(FormatError(f"{place.file.name}: '{place.key}/{field}' should be {expected}, but {found}."))


def _begins(stretch: tuple[list[float], str]) -> float:
    return stretch[0][0]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MOST


def _is_stretch(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_number, value))


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 20 else f"{text[:20]}..."


def _after_space(text: str, at: int) -> int:
    found = SPACE.match(text, at)
    assert found is not None
    return found.end()


def _broken(file: Path, text: str, at: int) -> FormatError:
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return FormatError(
        f"{file.name} should be a list of videos in JSON, but it is not at line {line}, character {column}.",
        "It may be cut off: ask for it again.",
    )
