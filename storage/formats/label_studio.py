"""Label Studio's JSON: one task for each video, one annotation in it for each person.

A labelling configuration that shows what is written here is `CONFIGURATION`. The results of a person are

    timelinelabels   "ranges": [{"start": first, "end": last}] in frames, which Label Studio counts from 1 and both of
                     which belong to the range; the label is "selected", or "importance" for what was rated
    rating           whole stars of 5, of the "importance" whose id it has, with its seconds as "start" and "end"; what
                     whole stars cannot say stands in its "meta"

Label Studio takes no names for people whom it does not know ("completed_by"), so who it was stands in "annotator" of
the annotation and in "meta" of every result, which Label Studio keeps.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

from core.data import Entry
from core.data.timebase import MOST_FRAMES, MOST_SECONDS, format_rate, parse_rate
from core.errors import InputError
from storage.files import whole_file
from storage.formats.json_places import Place, read_json
from storage.formats.stretches import (
    RATED,
    SELECTED,
    LabelFile,
    Stretch,
    VideoLabels,
    exact_score,
    judgements_of,
    video_file_of,
)

TOOL = "label-studio"
STARS = 5
NOBODY = "annotator"  # whom the file does not say
EXACTLY = "importance"  # name in "meta" of what whole stars cannot say
CONFIGURATION = f"""<View>
  <Header value="$title"/>
  <Video name="video" value="$video" frameRate="$fps"/>
  <TimelineLabels name="timeline" toName="video">
    <Label value="{SELECTED}"/>
    <Label value="{RATED}"/>
  </TimelineLabels>
  <Rating name="rating" toName="video" maxRating="{STARS}" perRegion="true"/>
</View>"""
SHOWN = 5  # kinds of results that are named where they were left out


def write_label_studio(entries: Iterable[Entry], path: Path) -> Path:
    """Writes one task for each entry; appears complete or not at all.

    Raises:
        InputError: it cannot be written.
    """
    tasks = [_task(number, entry) for number, entry in enumerate(entries, start=1)]
    with whole_file(path) as partial:
        partial.write_text(json.dumps(tasks, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def read_label_studio(path: Path) -> LabelFile:
    """What an export of Label Studio ("JSON", not "JSON-MIN") says, of annotations that were not cancelled.

    Results of TimelineLabels, and others with labels and seconds, become stretches; ratings are of the stretch whose id
    they have, or of their own seconds. Who annotated is the person of our own exports, else their address, else the
    number that Label Studio gave them. What models predicted is left out.

    Raises:
        NotFoundError: there is no such file.
        FormatError: names the task, the annotation and what was expected.
    """
    left: Counter[str] = Counter()
    videos: dict[tuple[str, ...], VideoLabels] = {}
    for task in read_json(path, "JSON of Label Studio").each("task"):
        video = _video(task, left)
        known = videos.get(video.names)
        if known is not None:
            both = [(name, name in one.simulated, said) for one in (known, video) for name, said in one.people.items()]
            people, simulated = _apart(both)
            video = replace(video, people=people, simulated=simulated)
        videos[video.names] = video
    most = left.most_common(SHOWN)
    notes = [f"{count} results of Label Studio's '{kind}' have no place here" for kind, count in most]
    return LabelFile(TOOL, list(videos.values()), notes)


def _task(number: int, entry: Entry) -> dict[str, Any]:
    rate = entry.timebase.rate
    data = {
        "video": video_file_of(entry),
        "title": entry.title,
        "entry": entry.id,
        "fps": float(rate),
        "rate": format_rate(rate),
        "frames": entry.n_frames,
        "duration": entry.timebase.duration,
    }
    annotations = [
        {
            "annotator": one.person,
            "protocol": one.protocol,
            "simulated": one.simulated,
            "was_cancelled": False,
            "ground_truth": False,
            "result": [
                result
                for place, stretch in enumerate(one.stretches)
                for result in _results(entry, one.person, f"{number}-{person}-{place}", stretch)
            ],
        }
        for person, one in enumerate(judgements_of(entry))
    ]
    return {"id": number, "data": data, "annotations": annotations, "predictions": []}


def _results(entry: Entry, person: str, identity: str, stretch: Stretch) -> Iterator[dict[str, Any]]:
    start, end = int(stretch.start), int(stretch.end)
    about = {
        "id": identity,
        "to_name": "video",
        "origin": "manual",
        "original_length": entry.timebase.duration,
        "meta": {"annotator": person},
    }
    ranges = [{"start": start + 1, "end": end}]
    yield {
        **about,
        "from_name": "timeline",
        "type": "timelinelabels",
        "value": {"ranges": ranges, "timelinelabels": [stretch.label]},
    }
    if stretch.score is not None:
        stars = _stars(stretch.score)
        seconds = {"start": entry.timebase.seconds(start), "end": entry.timebase.seconds(end)}
        value = {**seconds, "ranges": ranges, "rating": stars}
        if _importance(stars) != stretch.score:
            about["meta"] = {"annotator": person, EXACTLY: stretch.score}
        yield {**about, "from_name": "rating", "type": "rating", "value": value}


def _stars(score: float) -> int:
    return floor(score * STARS + 0.5)


def _importance(stars: int) -> float:
    return exact_score(stars / STARS)


def _video(task: Place, left: Counter[str]) -> VideoLabels:
    data = task.at("data")
    texts = {name: value.value for name, value in data.fields("data") if isinstance(value.value, str) and value.value}
    names = [texts[name] for name in ("entry", "video") if name in texts]
    names += [text for name, text in texts.items() if name not in ("entry", "video", "title", "rate") and "." in text]
    if not names:
        data.wrong("say what the video is called", "it has no 'video'")
    said = []
    for annotation in task.at("annotations").each("annotation") if task.has("annotations") else ():
        if not (annotation.has("was_cancelled") and annotation.value["was_cancelled"] is True):
            is_program = annotation.has("simulated") and annotation.value["simulated"] is True
            said.append((_person(annotation), is_program, list(_stretches(annotation, left))))
    people, simulated = _apart(one for one in said if one[2])
    return VideoLabels(
        tuple(dict.fromkeys(names)),
        people,
        _rate(data),
        data.at("frames").whole(1, MOST_FRAMES) if data.has("frames") else None,
        data.at("duration").number(0, MOST_SECONDS) if data.has("duration") else None,
        texts.get("title", ""),
        simulated,
        frozenset(people) & {NOBODY},
    )


def _rate(data: Place) -> Fraction | None:
    for name in ("rate", "fps"):
        if data.has(name):
            given = data.at(name)
            try:
                return parse_rate(given.value)
            except InputError:
                given.wrong("be a frame rate", f"it is {given.short}")
    return None


def _person(annotation: Place) -> str:
    """Who annotated."""
    if annotation.has("annotator"):
        return annotation.at("annotator").text()
    for result in annotation.at("result").each("result"):
        if result.has("meta") and result.at("meta").has("annotator"):
            return result.at("meta").at("annotator").text()
    if not annotation.has("completed_by"):
        return NOBODY
    who = annotation.at("completed_by")
    if who.has("email"):
        return who.at("email").text()
    number = who.at("id") if isinstance(who.value, dict) else who
    return number.value if isinstance(number.value, str) and number.value else f"annotator {number.whole(0, 2**63)}"


def _apart(
    said: Iterable[tuple[str, bool, Sequence[Stretch]]],
) -> tuple[dict[str, Sequence[Stretch]], frozenset[str]]:
    """The people by name, where one annotated a video several times once under each number; and who is a program."""
    people: dict[str, Sequence[Stretch]] = {}
    simulated: set[str] = set()
    for name, is_program, stretches in said:
        candidate, number = name, 2
        while candidate in people:
            candidate, number = f"{name} ({number})", number + 1
        people[candidate] = stretches
        if is_program:
            simulated.add(candidate)
    return people, frozenset(simulated)


def _stretches(annotation: Place, left: Counter[str]) -> Iterator[Stretch]:
    """All of an annotation, in the order of the file; the ratings of stretches are their scores."""
    stretches: dict[str, list[Stretch]] = {}  # by the id of their result
    ratings: list[tuple[str, float, Place]] = []
    for number, result in enumerate(annotation.at("result").each("result"), start=1):
        kind, value = result.at("type").text(), result.at("value")
        identity = str(result.value.get("id") or f"\0{number}")
        if kind == "timelinelabels":
            stretches[identity] = [*stretches.get(identity, ()), *_ranges(result, value)]
        elif kind == "rating":
            ratings.append((identity, _score(result), result))
        elif value.has("start") and value.has("end") and value.has("labels"):
            label = next(value.at("labels").each("label"), value.at("labels")).text()
            stretches.setdefault(identity, []).append(_seconds(result, value, label))
        else:
            left[kind] += 1
    for identity, score, result in ratings:
        value = result.at("value")
        if identity in stretches:
            stretches[identity] = [replace(one, score=score) for one in stretches[identity]]
        elif value.has("start") and value.has("end"):
            one = _seconds(result, value, RATED)
            stretches.setdefault(f"{identity}\0", []).append(replace(one, score=score))
        else:
            left["rating of a whole video"] += 1
    for each in stretches.values():
        yield from each


def _ranges(result: Place, value: Place) -> Iterator[Stretch]:
    labels = [label.text() for label in value.at("timelinelabels").each("label")]
    if not labels:
        value.at("timelinelabels").wrong("name a label", "it is empty")
    for given in value.at("ranges").each("range"):
        first = given.at("start").whole(0, MOST_FRAMES)
        last = given.at("end").whole(0, MOST_FRAMES)
        if last < first:
            result.wrong("end no earlier than it starts", f"it goes from frame {first} to {last}")
        # Frames are counted from 1; a region that was drawn at the very beginning may say 0.
        start = max(first, 1) - 1
        yield Stretch(Fraction(start), Fraction(max(last, start + 1)), labels[0], where=result.where)


def _seconds(result: Place, value: Place, label: str) -> Stretch:
    start, end = value.at("start").number(0, MOST_SECONDS), value.at("end").number(0, MOST_SECONDS)
    if end <= start:
        result.wrong("end later than it starts", f"it goes from {float(start):g} to {float(end):g} s")
    return Stretch(start, end, label, in_frames=False, where=result.where)


def _score(result: Place) -> float:
    """The importance behind the stars; where somebody gave other stars since it was written, that of the stars."""
    stars = result.at("value").at("rating").whole(0, STARS)
    meta = result.at("meta") if result.has("meta") else result
    if isinstance(meta.value, dict) and meta.has(EXACTLY):
        exact = exact_score(float(meta.at(EXACTLY).number(0, 1)))
        if _stars(exact) == stars:
            return exact
    return _importance(stars)
