"""QVHighlights: a query and a video a line, whose relevant clips of two seconds three people rated (Lei et al. 2021).

Released as JSON Lines (`highlight_train_release.jsonl`, `highlight_val_release.jsonl`), one object a line:

    qid, query           number and text of the query
    vid, duration        name of the video, and its seconds
    relevant_clip_ids    clips of two seconds that have to do with the query, from 0
    saliency_scores      for each of these three ratings of 0 to 4, how well it answers the query
    relevant_windows     the same clips in seconds; not read

What has nothing to do with the query was not rated: NaN, and never 0. The three people are others in every line. A
frame is a second, as in MR.HiSum's file, and every clip has a pick. There are no features, and no ratings in the test
release.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np

from core.data import AnnotationSet, Entry
from core.data.people import slot_names
from core.data.timebase import MOST_SECONDS, Timebase
from core.errors import FormatError
from core.text_files import encoding_of, read_text
from storage.formats.faults import Faults, Findings

CLIP_SECONDS = 2
PEOPLE = 3
HIGHEST = 4
PROTOCOL = "qvhighlights"
OWN = ("qid", "relevant_clip_ids", "saliency_scores")  # fields that no other format has
FIELDS = ("qid", "query", "vid", "duration", "relevant_clip_ids", "saliency_scores")


def is_qvhighlights(path: Path) -> bool:
    """Whether a file begins with an object that has some of the fields."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        start = file.read(4096)
    text = start.decode(encoding_of(start), "ignore")
    return text.lstrip().startswith("{") and any(f'"{name}"' in text for name in OWN)


def read_qvhighlights(path: Path, findings: Findings | None = None) -> list[Entry]:
    """An entry for each line, in the file's order; the query is its title, and `meta["video_name"]` the video.

    Raises:
        FormatError: names the file, the line and what was expected.
    """
    findings = findings if findings is not None else Findings()
    try:
        lines = read_text(path).split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(f"{path.name} should be a text file with an object a line, but it is not text.") from error
    return list(findings.good(path.name, _videos(path, lines)))


def _videos(path: Path, lines: list[str]) -> Iterator[tuple[str, Callable[[], Entry]]]:
    first: dict[int, int] = {}  # line of each qid
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield f"line {number}", partial(_entry, path, number, line, first)


def _entry(path: Path, number: int, line: str, first: dict[int, int]) -> Entry:
    faults = Faults()

    def should(expected: str, found: str) -> None:
        faults.add(FormatError(f"{path.name}: line {number} should {expected}, but {found}."))

    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        should("be an object in JSON", "it is not")
        given = {}
    elif missing := [name for name in FIELDS if name not in given]:
        should(f"have {' and '.join(map(repr, missing))}", "it does not")
    faults.check()
    qid, query, vid, duration, clips, scores = (given[name] for name in FIELDS)
    if not _is_whole(qid) or not 0 <= qid < 2**53:
        should("have a whole number as 'qid'", "it is none")
    elif first.setdefault(qid, number) != number:
        should("have a 'qid' of its own", f"line {first[qid]} has {qid} as well")
    for name, text in (("query", query), ("vid", vid)):
        if not isinstance(text, str) or not text.strip():
            should(f"have a text as '{name}'", "it is none")
    if isinstance(duration, bool) or not isinstance(duration, int | float) or not 0 < duration <= MOST_SECONDS:
        should("have seconds as 'duration'", "it is no such number")
        faults.check()
    seconds = ceil(duration)
    picks = np.arange(0, seconds, CLIP_SECONDS)
    if not isinstance(clips, list) or not clips or not all(map(_is_whole, clips)):
        should("have whole numbers as 'relevant_clip_ids'", "there are none" if clips == [] else "they are not")
    elif len(set(clips)) < len(clips):
        should("name each of its 'relevant_clip_ids' once", "one is there twice")
    elif not 0 <= min(clips) <= max(clips) < len(picks):
        outside = min(clips) if min(clips) < 0 else max(clips)
        should(f"have 'relevant_clip_ids' of 0 to {len(picks) - 1}, as its duration says", f"one is {_short(outside)}")
    elif not isinstance(scores, list) or len(scores) != len(clips):
        found = f"there are {len(scores)}" if isinstance(scores, list) else "they are no list"
        should(f"have 'saliency_scores' for each of its {len(clips)} clips", found)
    elif odd := [len(one) if isinstance(one, list) else 0 for one in scores if not _is_of_three(one)]:
        should(f"have {PEOPLE} people's 'saliency_scores' for each clip", f"one has those of {odd[0]}")
    elif not all(_is_whole(one) and 0 <= one <= HIGHEST for each in scores for one in each):
        should(f"have 'saliency_scores' of 0 to {HIGHEST}", "some are not")
    faults.check()
    ratings = np.full((PEOPLE, len(picks)), np.nan, np.float32)
    ratings[:, clips] = np.array(scores, np.float32).T / np.float32(HIGHEST)
    return Entry(
        id=f"{path.stem}/qid_{qid}",
        title=query,
        timebase=Timebase(Fraction(1), seconds),
        picks=picks,
        annotations=AnnotationSet(slot_names(PEOPLE), ratings, (PROTOCOL,) * PEOPLE),
        meta={"video_name": vid},
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_of_three(value: Any) -> bool:
    return isinstance(value, list) and len(value) == PEOPLE


def _short(number: int) -> str:
    text = str(number)
    return text if len(text) <= 20 else f"{text[:20]}..."
