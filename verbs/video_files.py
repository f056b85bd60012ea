"""Which video files a person means who names files, folders and patterns."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from glob import glob
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

from core.errors import InputError, ManycutError, NotFoundError, VideoError
from core.names import readable, stored_path
from verbs.readable_places import check_place

if TYPE_CHECKING:
    from core.data.timebase import Timebase
    from storage.library import Library
    from storage.origins import Origin

# A broken file that is called like a video is worth a sentence.
SUFFIXES = frozenset(
    {".avi", ".flv", ".h264", ".hevc", ".m2ts", ".m4v", ".mjpeg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts"}
    | {".ogv", ".ts", ".webm", ".wmv", ".y4m"}
)


def video_files(paths: Sequence[Path | str]) -> tuple[list[Path], dict[Path, ManycutError]]:
    """The files that are meant, each once, and what is wrong with those paths that lead to none.

    Args:
        paths: files, whatever they are; folders, of which every file is taken that is called like a video or is one,
            also in the folders below; patterns with *, ? and [...], and ** for any depth.
    """
    found: dict[Path, Path] = {}
    wrong: dict[Path, ManycutError] = {}
    for path in map(Path, paths):
        try:
            for file in _meant(path):
                found.setdefault(file.resolve(), file)
        except ManycutError as error:
            wrong[path] = error
    return list(found.values()), wrong


def origin_of(library: Library, file: Path, settings: str, sound: str | None = None) -> Origin:
    """What is kept of the file that an entry is made from; see `with_timecode` for the rest.

    Args:
        library: that the entry is in.
        file: the video file, which is read whole.
        settings: how it is taken in, for people.
        sound: which of its sound tracks was asked for.

    Raises:
        VideoError: the file is not there, or cannot be read.
        InputError: see `verbs.readable_places`.
    """
    from core.video.probe import file_hash
    from storage.origins import Origin

    check_place(file)
    if not file.is_file():
        raise VideoError(f"There is no file '{file}'.", "Check the name and the folder.")
    try:
        content, size = file_hash(file), file.stat().st_size
    except OSError as error:
        raise VideoError(f"'{file}' cannot be opened: {error.strerror}.", "Check who may read the file.") from error
    return Origin(content, settings, readable(file.name), _given_path(library, file), size=size, sound=sound)


def with_timecode(origin: Origin, file: Path, timebase: Timebase) -> Origin:
    """The same with the time code of the file, whose pictures are counted by `timebase`. Raises VideoError."""
    from core.video.timecode import source_timecode

    code = source_timecode(file, timebase)
    return replace(origin, timecode="" if code is None else str(code))


def _given_path(library: Library, file: Path) -> str | None:
    """Where a file lies, for whoever gave it; None for uploads and files of the library, whose places mean nothing."""
    uploads = Path(os.environ.get("GRADIO_TEMP_DIR") or Path(gettempdir()) / "gradio")
    path = file.resolve()
    own = any(path.is_relative_to(folder.resolve()) for folder in (library.data_dir, uploads))
    return None if own else stored_path(path)


def _meant(path: Path) -> list[Path]:
    check_place(path)
    if path.is_dir():
        videos = list(_videos_in(path))
        if not videos:
            raise NotFoundError(f"There are no videos in the folder '{path}'.", "Look into another one.")
        return videos
    if path.exists() or not any(sign in str(path) for sign in "*?["):
        return [path]
    matching = sorted(map(Path, glob(str(path.expanduser()), recursive=True)))
    files = [file for one in matching for file in (_videos_in(one) if one.is_dir() else [one])]
    if not files:
        raise NotFoundError(f"No file fits the pattern '{path}'.", "Check the folder and the pattern.")
    return files


def _videos_in(folder: Path) -> Iterable[Path]:
    for file in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
        if not hidden and file.is_file() and _is_video(file):
            yield file


def _is_video(file: Path) -> bool:
    if file.suffix.lower() in SUFFIXES:
        return True
    from core.video.probe import open_video

    try:
        check_place(file)
        with open_video(file):
            return True
    except (VideoError, InputError):
        return False
