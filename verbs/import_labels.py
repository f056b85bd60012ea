"""`import_labels`: what people said of videos in another tool."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from core import limits
from core.data.timebase import Timebase, parse_rate
from core.errors import ConflictError, FormatError, InputError, NotFoundError
from core.progress import Progress, ShouldStop, check, never, silent
from verbs.contract import Request, Result
from verbs.labelled_videos import called_in, file_of, matches, plain

if TYPE_CHECKING:
    from core.data import AnnotationSet, Entry
    from storage.formats.stretches import LabelFile, Said, VideoLabels
    from storage.library import Library


class ImportLabelsRequest(Request):
    """Which file, and whose videos it is about."""

    path: Path = Field(
        description="Labels of another tool: Label Studio, ActivityNet or FiftyOne (.json), ELAN (.eaf, a folder or"
        " .zip of them), or .csv with the columns video,label,start,end."
    )
    into: str | None = Field(None, description="Labels: dataset of the library whose videos they are about.")
    dataset: str | None = Field(None, description="Name of a new dataset, where they are about videos not here.")
    replace: bool = Field(False, description="Replace a dataset of the same name.")
    fps: str | None = Field(None, description="Labels, new dataset: frames per second, where the file has none.")
    duration: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="Labels, new dataset: seconds, where the file has none."
    )
    person: str | None = Field(
        None,
        min_length=1,
        max_length=limits.PERSON_NAME_CHARS,
        description="Labels: whose they are where the file does not say (default: the file's name).",
    )
    preview: bool = Field(False, description="Labels: say what would come, and change nothing.")


class LabelledEntry(Result):
    """What a file has of one entry.

    Attributes:
        entry: id.
        video: what the file calls it.
        added: people who were not there.
        renewed: people whom an earlier file of this tool brought, whose labels are others now.
        there: people who were there with the same labels.
    """

    entry: str
    video: str
    added: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    there: tuple[str, ...] = ()


class NoEntry(Result):
    """A video of the file of which nothing was taken, and why."""

    video: str
    reason: str


class ImportLabelsResult(Result):
    """What came of a file.

    Attributes:
        tool: whose file it is.
        dataset: which got the labels.
        preview: whether nothing was changed.
        entries: those that the file is about.
        unmatched: its other videos.
        notes: what of the file has no place here.
    """

    tool: str
    dataset: str
    preview: bool
    entries: list[LabelledEntry]
    unmatched: list[NoEntry]
    notes: list[str]


def import_labels(
    library: Library, request: ImportLabelsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ImportLabelsResult:
    """Takes the people of a file with what they said: all of it or nothing, and the same file twice changes nothing.

    With `into` they join the people of the entries that are called like the file's videos, by id, key, name of the
    video's file or title; videos that are called like none are listed. Without, every video becomes an entry of a new
    dataset; then the file or the request says how long each is and how many frames a second it has.

    Raises:
        NotFoundError: there is no such file or dataset, or the dataset has none of its videos.
        FormatError: it is none of the known formats, malformed, or about another version of a video.
        ConflictError: two of its videos would be one entry; there is a dataset of the new name already.
        InputError: a new video lacks its rate or duration.
    """
    from storage.formats.exchange import read_labels, tool_of
    from storage.formats.stretches import attributed

    progress(0.0, f"Reading {request.path.name}")
    if not request.path.exists():
        raise NotFoundError(f"There is no file {request.path}.")
    tool = tool_of(request.path)
    if tool is None:
        raise FormatError(
            f"{request.path.name} should be labels of another tool, but it is none that Manycut knows.",
            "It knows JSON of Label Studio, ActivityNet and FiftyOne, ELAN's .eaf, and .csv of video,label,start,end.",
        )
    found = read_labels(request.path, tool)
    if request.person is not None:
        found = attributed(found, request.person)
    if not any(video.people for video in found.videos):
        raise FormatError(f"{request.path.name} should hold labels of people, but it holds none.")
    if request.into is not None:
        if request.dataset is not None:
            raise InputError("Labels go --into a dataset, or become a new --dataset.", "Leave out one of the two.")
        return _join(library, request, request.into, found, progress, should_stop)
    return _new(library, request, found)


def _join(
    library: Library,
    request: ImportLabelsRequest,
    dataset: str,
    found: LabelFile,
    progress: Progress,
    should_stop: ShouldStop,
) -> ImportLabelsResult:
    from storage.formats.stretches import people_in
    from storage.imported_people import with_people
    from storage.people import people_of

    called = called_in(library, dataset)
    unmatched: list[NoEntry] = []
    matched: dict[str, VideoLabels] = {}
    for video in found.videos:
        ids = matches(video, called)
        if len(ids) != 1:
            either = (
                f"it could be {' or '.join(sorted(ids))}" if ids else f"no entry of '{dataset}' is called like this"
            )
            unmatched.append(NoEntry(video=video.names[0], reason=either))
            continue
        (entry_id,) = ids
        if entry_id in matched:
            first = matched[entry_id].names[0]
            raise ConflictError(
                f"{request.path.name}: '{first}' and '{video.names[0]}' would both be '{entry_id}'.",
                "Call each video of the file by the id of its entry.",
            )
        matched[entry_id] = video
    if not matched:
        raise NotFoundError(
            f"{request.path.name} is about none of the videos of '{dataset}'.",
            f"Its videos are called '{found.videos[0].names[0]}' and so on: an entry's id, key, title or file name is"
            " needed.",
        )
    changes: dict[str, Callable[[Entry], AnnotationSet | None]] = {}
    entries: list[LabelledEntry] = []
    for index, (entry_id, video) in enumerate(matched.items()):
        check(should_stop, "Importing labels", "Nothing was changed.")
        progress(0.1 + 0.6 * index / len(matched), f"Comparing {entry_id}")
        entry = library.entries.get(entry_id)
        _check_length(request.path, entry, video)
        given = people_in(video, found.tool, entry.timebase, entry.picks, request.path.name)
        if not given:
            unmatched.append(NoEntry(video=video.names[0], reason="nobody judged any of it"))
            continue
        own = people_of(entry, library.labels.of_entry(entry_id), "own", pseudonyms=True)
        one = with_people(entry, given, own)
        if one.changed:
            changes[entry_id] = _joined(given, own)
        entries.append(
            LabelledEntry(entry=entry_id, video=video.names[0], added=one.added, renewed=one.renewed, there=one.there)
        )
    if not request.preview:
        progress(0.7, "Keeping the labels")
        library.entries.put_people(changes)
    return ImportLabelsResult(
        tool=found.tool,
        dataset=dataset,
        preview=request.preview,
        entries=entries,
        unmatched=unmatched,
        notes=list(found.notes),
    )


def _joined(given: Sequence[Said], own: AnnotationSet | None) -> Callable[[Entry], AnnotationSet | None]:
    """An entry's people with these, whoever else came meanwhile."""
    from storage.imported_people import with_people

    return lambda now: with_people(now, given, own).people


def _new(library: Library, request: ImportLabelsRequest, found: LabelFile) -> ImportLabelsResult:
    from storage.entry_rows import slug

    dataset = slug(request.dataset or request.path.stem)
    entries, listed, unmatched = [], [], []
    keys: dict[str, str] = {}
    for video in found.videos:
        key = slug(plain(video.names[0]) if "/" not in video.names[0] else file_of(video.names[0]))
        if key in keys:
            raise ConflictError(
                f"{request.path.name}: '{keys[key]}' and '{video.names[0]}' would both be '{dataset}/{key}'.",
                "Call the videos of the file by names that differ.",
            )
        keys[key] = video.names[0]
        entry = _entry(request, f"{dataset}/{key}", video, found.tool)
        if entry.annotations is None:
            unmatched.append(NoEntry(video=video.names[0], reason="nobody judged any of it"))
            continue
        entries.append(entry)
        listed.append(LabelledEntry(entry=entry.id, video=video.names[0], added=entry.annotations.annotators))
    if not request.preview:
        library.entries.add(dataset, entries, source=request.path.name, replace=request.replace)
    return ImportLabelsResult(
        tool=found.tool,
        dataset=dataset,
        preview=request.preview,
        entries=listed,
        unmatched=unmatched,
        notes=list(found.notes),
    )


def _entry(request: ImportLabelsRequest, entry_id: str, video: VideoLabels, tool: str) -> Entry:
    from core.data import Entry
    from storage.formats.stretches import people_in
    from storage.imported_people import with_people

    name = video.names[0]
    rate = video.rate or (None if request.fps is None else parse_rate(request.fps))
    duration = video.duration or (None if request.duration is None else Fraction(request.duration))
    lacking = [word for word, known in (("--fps", rate), ("--duration", video.n_frames or duration)) if not known]
    if lacking or rate is None:
        raise InputError(
            f"{request.path.name} does not say how long '{name}' is, or how many frames a second it has.",
            f"Add {' and '.join(lacking)}, or take the labels --into a dataset that has the video.",
        )
    try:
        timebase = Timebase(rate, video.n_frames or max(round((duration or 0) * rate), 1))
    except InputError as error:
        raise FormatError(f"{request.path.name}: '{name}' should be a video, but it is not: {error.message}") from error
    picks = timebase.picks()
    entry = Entry(entry_id, video.title or file_of(name), timebase, picks, meta={"video_name": file_of(name)})
    given = people_in(video, tool, timebase, picks, request.path.name)
    return dataclasses.replace(entry, annotations=with_people(entry, given).people)


def _check_length(path: Path, entry: Entry, video: VideoLabels) -> None:
    """Labels of a video of another length are about other moments."""
    if video.n_frames is not None and video.n_frames != entry.n_frames:
        raise FormatError(
            f"{path.name}: '{video.names[0]}' should have the {entry.n_frames} frames of '{entry.id}', but it has"
            f" {video.n_frames}.",
            "It is about another video, or another version of it.",
        )
