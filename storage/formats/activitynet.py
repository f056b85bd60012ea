"""ActivityNet's JSON: {"database": {id: {"duration", "annotations": [{"segment": [start, end], "label", "score"}]}}}.

Segments are in seconds. "score" is there where somebody rated, and "person" says who it was; others read both as
further fields. Files of others know no people: all that they say is then one person's, who is called like the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.data import Entry
from core.data.timebase import MOST_FRAMES, MOST_SECONDS, format_rate, parse_rate
from core.errors import InputError
from storage.files import whole_file
from storage.formats.json_places import Place, read_json
from storage.formats.stretches import LabelFile, Stretch, VideoLabels, exact_score, judgements_of, video_file_of

TOOL = "activitynet"


def write_activitynet(entries: Iterable[Entry], path: Path) -> Path:
    """Writes all entries by their ids; appears complete or not at all.

    Raises:
        InputError: it cannot be written.
    """
    database = {entry.id: _record(entry) for entry in entries}
    with whole_file(path) as partial:
        content = {"version": "Manycut 1", "taxonomy": [], "database": database}
        partial.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_activitynet(path: Path) -> LabelFile:
    """What such a file says.

    Raises:
        NotFoundError: there is no such file.
        FormatError: names the video, the annotation and what was expected.
    """
    database = read_json(path, "JSON as ActivityNet's").at("database")
    return LabelFile(TOOL, [_video(name, record, path.stem) for name, record in database.fields("video")])


def _record(entry: Entry) -> dict[str, Any]:
    annotations = []
    for one in judgements_of(entry):
        for stretch in one.stretches:
            segment = [entry.timebase.seconds(int(edge)) for edge in (stretch.start, stretch.end)]
            annotation: dict[str, Any] = {"segment": segment, "label": stretch.label, "person": one.person}
            if stretch.score is not None:
                annotation["score"] = stretch.score
            if one.simulated:
                annotation["simulated"] = True
            annotations.append(annotation)
    return {
        "duration": entry.timebase.duration,
        "resolution": "",
        "subset": "training",
        "title": entry.title,
        "file": video_file_of(entry),
        "fps": format_rate(entry.timebase.rate),
        "frames": entry.n_frames,
        "annotations": annotations,
    }


def _video(name: str, record: Place, nobody: str) -> VideoLabels:
    people: dict[str, list[Stretch]] = {}
    simulated: set[str] = set()
    unnamed: set[str] = set()
    for given in record.at("annotations").each("annotation"):
        person = given.at("person").text() if given.has("person") else nobody
        people.setdefault(person, []).append(_stretch(given))
        if not given.has("person"):
            unnamed.add(nobody)
        if given.value.get("simulated") is True:
            simulated.add(person)
    rate = None
    if record.has("fps"):
        try:
            rate = parse_rate(record.at("fps").value)
        except InputError:
            record.at("fps").wrong("be a frame rate", f"it is {record.at('fps').short}")
    names = [name] if name.strip() else []
    names += [record.at("file").text()] if record.has("file") else []
    if not names:
        record.wrong("have a name", "it has none")
    return VideoLabels(
        tuple(names),
        people,
        rate,
        record.at("frames").whole(1, MOST_FRAMES) if record.has("frames") else None,
        record.at("duration").number(0, MOST_SECONDS) if record.has("duration") else None,
        record.value["title"] if isinstance(record.value.get("title"), str) else "",
        frozenset(simulated),
        frozenset(unnamed),
    )


def _stretch(given: Place) -> Stretch:
    edges = [edge.number(0, MOST_SECONDS) for edge in given.at("segment").each("time")]
    if len(edges) != 2 or edges[1] <= edges[0]:
        found = " to ".join(f"{float(edge):g}" for edge in edges) or "empty"
        given.at("segment").wrong("be a start and a later end in seconds", f"it is {found}")
    score = exact_score(float(given.at("score").number(0, 1))) if given.has("score") else None
    return Stretch(edges[0], edges[1], given.at("label").text(), score, False, given.where)
