"""FiftyOne's JSON of temporal detections: `TemporalDetection(label, support=[first, last])`, frames from 1, both in.

Written is what `samples.json` of a `FiftyOneDataset` holds, with one field `people` of all detections, whose person is
their attribute "annotator"; "confidence" is there where somebody rated. Read is this, and what FiftyOne calls a
`FiftyOneTemporalDetectionDataset`: {"classes": [...], "labels": {name: [{"label", "support" or "timestamps",
"confidence", "attributes"}]}}. Without an annotator, the person is called like the field, or like the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

from core.data import Entry
from core.data.timebase import MOST_FRAMES, MOST_SECONDS, parse_rate
from core.errors import InputError
from storage.files import whole_file
from storage.formats.json_places import Place, read_json
from storage.formats.stretches import (
    RATED,
    LabelFile,
    Stretch,
    VideoLabels,
    exact_score,
    judgements_of,
    video_file_of,
)

TOOL = "fiftyone"
PERSON = "annotator"
SIMULATED = "simulated"
FIELD = "people"


def write_fiftyone(entries: Iterable[Entry], path: Path) -> Path:
    """Writes one sample for each entry; appears complete or not at all.

    Raises:
        InputError: it cannot be written.
    """
    samples = [_sample(entry) for entry in entries]
    with whole_file(path) as partial:
        partial.write_text(json.dumps({"samples": samples}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_fiftyone(path: Path) -> LabelFile:
    """What such a file says.

    Raises:
        NotFoundError: there is no such file.
        FormatError: names the sample, the detection and what was expected.
    """
    whole = read_json(path, "JSON of FiftyOne")
    if whole.has("samples"):
        videos = [_of_sample(sample) for sample in whole.at("samples").each("sample")]
    elif whole.has("labels"):
        classes = [one.text() for one in whole.at("classes").each("class")] if whole.has("classes") else []
        labels = whole.at("labels").fields("video")
        videos = [_of_list(name, given, classes, path.stem) for name, given in labels]
    else:
        videos = [_of_sample(Place(whole.file, "the sample", whole.value))]
    return LabelFile(TOOL, videos)


def _sample(entry: Entry) -> dict[str, Any]:
    detections = [
        {
            "_cls": "TemporalDetection",
            "tags": [],
            "label": stretch.label,
            "support": [int(stretch.start) + 1, int(stretch.end)],
            "confidence": stretch.score,
            PERSON: one.person,
            SIMULATED: one.simulated,
        }
        for one in judgements_of(entry)
        for stretch in one.stretches
    ]
    rate = entry.timebase.rate
    return {
        "filepath": f"data/{video_file_of(entry)}",
        "tags": [],
        "metadata": {
            "_cls": "VideoMetadata",
            "frame_rate": float(rate),
            "total_frame_count": entry.n_frames,
            "duration": entry.timebase.duration,
        },
        "entry": entry.id,
        "title": entry.title,
        FIELD: {"_cls": "TemporalDetections", "detections": detections},
    }


def _of_sample(sample: Place) -> VideoLabels:
    people: dict[str, list[Stretch]] = {}
    simulated: set[str] = set()
    unnamed: set[str] = set()
    for name, value in sample.fields("field"):
        kind = value.value.get("_cls") if isinstance(value.value, dict) else None
        if kind in ("TemporalDetections", "TemporalDetection"):
            value = Place(value.file, f"{value.where} of {sample.where}", value.value)
            for detection in value.at("detections").each("detection") if kind == "TemporalDetections" else (value,):
                person = detection.at(PERSON).text() if detection.has(PERSON) else name
                people.setdefault(person, []).append(_stretch(detection, []))
                if not detection.has(PERSON):
                    unnamed.add(name)
                if detection.value.get(SIMULATED) is True:
                    simulated.add(person)
    names = [sample.at(name).text() for name in ("entry", "filepath") if sample.has(name)]
    if not names:
        sample.wrong("have a 'filepath'", "it has none")
    facts = sample.at("metadata") if sample.has("metadata") else Place(sample.file, sample.where, {})
    rate = facts.at("frame_rate") if facts.has("frame_rate") else None
    try:
        fps = None if rate is None else parse_rate(float(rate.number(0, MOST_FRAMES)))
    except InputError:
        (rate or facts).wrong("be a frame rate", "it is not")
    count = facts.at("total_frame_count").whole(1, MOST_FRAMES) if facts.has("total_frame_count") else None
    duration = facts.at("duration").number(0, MOST_SECONDS) if facts.has("duration") else None
    title = sample.value["title"] if isinstance(sample.value.get("title"), str) else ""
    return VideoLabels(tuple(names), people, fps, count, duration, title, frozenset(simulated), frozenset(unnamed))


def _of_list(name: str, given: Place, classes: list[str], nobody: str) -> VideoLabels:
    people: dict[str, list[Stretch]] = {}
    unnamed: set[str] = set()
    for detection in Place(given.file, given.where, given.value, given.where).each("detection"):
        person = nobody
        if detection.has("attributes") and detection.at("attributes").has(PERSON):
            person = detection.at("attributes").at(PERSON).text()
        else:
            unnamed.add(nobody)
        people.setdefault(person, []).append(_stretch(detection, classes))
    if not name.strip():
        given.wrong("have a name", "it has none")
    return VideoLabels((name,), people, unnamed=frozenset(unnamed))


def _stretch(detection: Place, classes: list[str]) -> Stretch:
    label = detection.at("label") if detection.has("label") else Place(detection.file, detection.where, RATED)
    word = classes[label.whole(0, len(classes) - 1)] if classes and isinstance(label.value, int) else label.text()
    score = exact_score(float(detection.at("confidence").number(0, 1))) if detection.has("confidence") else None
    if detection.has("support") or not detection.has("timestamps"):
        edges = [edge.whole(1, MOST_FRAMES) for edge in detection.at("support").each("frame")]
        if len(edges) != 2 or edges[1] < edges[0]:
            detection.at("support").wrong("be a first and a last frame, counted from 1", f"it is {edges}")
        return Stretch(Fraction(edges[0] - 1), Fraction(edges[1]), word, score, where=detection.where)
    times = [edge.number(0, MOST_SECONDS) for edge in detection.at("timestamps").each("time")]
    if len(times) != 2 or times[1] <= times[0]:
        found = " to ".join(f"{float(edge):g}" for edge in times) or "empty"
        detection.at("timestamps").wrong("be a start and a later end in seconds", f"it is {found}")
    return Stretch(times[0], times[1], word, score, False, detection.where)
