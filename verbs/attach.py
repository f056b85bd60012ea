"""`attach`: video files for entries that have none, which then know the true times of their frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BeforeValidator, Field

from core.data.timebase import format_rate
from core.errors import Cancelled, ConflictError, InputError, ManycutError, NotFoundError
from core.progress import Progress, ShouldStop, never, part, silent
from verbs.contract import GivenFile, Request, Result, several
from verbs.entries import summaries_of
from verbs.readable_places import check_place
from verbs.shown import make_copy, make_filmstrip
from verbs.video_files import SUFFIXES, origin_of, video_files, with_timecode

if TYPE_CHECKING:
    from storage.library import Library

# Frames per second of the data sets that know no frames, such as MR.HiSum and QVHighlights.
COUNTED_IN_SECONDS = 1


class AttachRequest(Request):
    """A file for an entry, or files for those entries of a dataset that are called like them."""

    verb: Literal["attach"] = "attach"
    path: Annotated[tuple[Path, ...], BeforeValidator(several)] = Field(
        description="Video file; or several, or folders of them, which are matched with a dataset's entries by name."
    )
    entry: str | None = Field(None, description="Entry that the file is the video of.")
    dataset: str | None = Field(None, description="Dataset whose entries get the files that are called like them.")


class AttachedVideo(Result):
    """An entry that has its video now, and the true rate and duration that it gave."""

    entry: str
    path: GivenFile
    fps: str
    duration: float
    rate_was: str
    notes: list[str]


class RefusedVideo(Result):
    """A file that was not attached, and why."""

    path: GivenFile
    entry: str | None
    message: str
    hint: str


class AttachResult(Result):
    """What came of every file."""

    attached: list[AttachedVideo]
    refused: list[RefusedVideo]


def attach(
    library: Library, request: AttachRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> AttachResult:
    """Gives entries their videos; what people and models said of their frames stays as it is.

    Files for a dataset belong to the entry whose key, title or original file name is theirs, whatever the case,
    accents and signs between the words. One that fits no entry, or whose number of frames is another one, is listed.

    Raises:
        NotFoundError: there is no such entry or dataset.
        ManycutError: one file was meant, and why it is not the video of the entry.
    """
    if (request.entry is None) == (request.dataset is None):
        raise InputError("Name the entry of the file, or a --dataset whose entries are called like the files.")
    files, wrong = video_files(request.path)
    if wrong:
        raise next(iter(wrong.values()))
    if request.entry is not None:
        if len(files) != 1:
            raise InputError(f"These are {len(files)} videos, and one entry has one.", "Name its file.")
        taken = _attach(library, request.entry, files[0], progress, should_stop)
        return AttachResult(attached=[taken], refused=[])
    attached, refused = [], []
    called = _names(library, request.dataset or "")
    for index, file in enumerate(files):
        found = called.get(_plain(file.name), [])
        name = found[0] if len(found) == 1 else None
        try:
            if name is None:
                raise _unmatched(request.dataset or "", file, found)
            done = part(progress, index / len(files), (index + 1) / len(files))
            attached.append(_attach(library, name, file, done, should_stop))
        except Cancelled:
            raise
        except ManycutError as error:
            refused.append(RefusedVideo(path=file, entry=name, message=error.message, hint=error.hint))
    progress(1.0, "Ready")
    return AttachResult(attached=attached, refused=refused)


def _attach(library: Library, entry_id: str, file: Path, progress: Progress, should_stop: ShouldStop) -> AttachedVideo:
    from core.video.probe import probe
    from storage.scratch import scratch_folder

    entry = library.entries.get(entry_id)
    if library.entries.media(entry_id).video is not None:
        raise ConflictError(f"'{entry_id}' has a video already.", "Remove the entry first to take in another one.")
    progress(0.0, f"Looking into {file.name}")
    check_place(file)
    info = probe(file)
    if entry.timebase.rate <= COUNTED_IN_SECONDS and info.timebase.rate > COUNTED_IN_SECONDS:
        raise InputError(
            f"'{entry_id}' was judged by the second, and its data set does not say which frames of '{file.name}' those"
            " were.",
            "Take the video in by itself: app.py ingest.",
        )
    if info.timebase.n_frames != entry.n_frames:
        raise InputError(
            f"'{file.name}' has {info.timebase.n_frames:,} frames and '{entry_id}' {entry.n_frames:,}:"
            " it is not the video that was judged, or another version of it.",
            "Find the file that the data set was made from.",
        )
    origin = with_timecode(origin_of(library, file, "attached"), file, info.timebase)
    with scratch_folder(library.data_dir) as work:
        check_place(file)
        thumbnails = make_filmstrip(info, entry.picks, work)
        copy = make_copy(info, work, part(progress, 0.3, 0.9), should_stop)
        library.entries.put_timebase(entry_id, info.timebase, copy.notes)
        library.entries.store_media(entry_id, copy.video, thumbnails)
        library.origins.put(entry_id, origin)
    progress(1.0, "Ready")
    return AttachedVideo(
        entry=entry_id,
        path=file,
        fps=format_rate(info.timebase.rate),
        duration=info.timebase.duration,
        rate_was=format_rate(entry.timebase.rate),
        notes=[note for note in copy.notes.values() if note],
    )


def _names(library: Library, dataset: str) -> dict[str, list[str]]:
    """The entries of a dataset without a video, by everything that their files may be called."""
    called: dict[str, list[str]] = {}
    summaries_of(library, dataset)  # says that there is no such dataset
    for summary in library.entries.without_video(dataset):
        entry = library.entries.get(summary.id)
        for name in {_plain(one) for one in (entry.key, entry.title, entry.meta.get("video_name", "")) if one}:
            called.setdefault(name, []).append(entry.id)
    return called


def _plain(name: str) -> str:
    from storage.entry_rows import slug

    path = PurePath(name)
    stem = path.stem if path.suffix.lower() in SUFFIXES else name
    return slug(stem).lower().replace("_", "-")


def _unmatched(dataset: str, file: Path, found: Sequence[str]) -> ManycutError:
    if found:
        return ConflictError(f"'{file.name}' could be {' or '.join(found)}.", "Name the one that it is the video of.")
    return NotFoundError(
        f"No entry of '{dataset}' without a video is called like '{file.name}'.",
        "Name the entry that it is the video of.",
    )
