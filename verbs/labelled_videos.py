"""Which entries of a library the videos of other tools' label files are: by id, key, title or the name of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from verbs.entries import summaries_of

if TYPE_CHECKING:
    from storage.formats.stretches import VideoLabels
    from storage.library import Library

# Label Studio puts eight of these before the name of a file that was uploaded.
UPLOADED = re.compile(r"^[0-9a-f]{8}-(?=.)")


def called_in(library: Library, dataset: str) -> Mapping[str, set[str]]:
    """The ids of a dataset's entries by everything that other tools may call them."""
    called: dict[str, set[str]] = {}
    for summary in summaries_of(library, dataset):
        entry = library.entries.get(summary.id)
        names = [entry.id, entry.key, entry.title, entry.meta.get("video_name", "")]
        names += [entry.video.name] if entry.video is not None else []
        for name in {one for given in names if given for one in (given, plain(given))}:
            called.setdefault(name, set()).add(entry.id)
    return called


def matches(video: VideoLabels, called: Mapping[str, set[str]]) -> set[str]:
    """The entries that a video may be: by the surest of its names that any has."""
    for name in _spellings(video.names):
        if name in called:
            return called[name]
    return set()


def _spellings(names: Sequence[str]) -> Iterable[str]:
    """Every name as it is; then as the names of files that they may be."""
    yield from names
    for name in names:
        file = file_of(name)
        yield from (file, plain(file), UPLOADED.sub("", file), plain(UPLOADED.sub("", file)))


def file_of(name: str) -> str:
    """The last part of a path or an address: "s3://some/a%20film.mp4?x=1" -> "a film.mp4"."""
    try:
        path = urlsplit(name).path if "://" in name else name
    except ValueError:
        path = name
    return PurePosixPath(unquote(path).replace("\\", "/")).name or name


def plain(name: str) -> str:
    """Without the ending of a video's file, case, accents, and signs between words."""
    from storage.entry_rows import slug
    from verbs.video_files import SUFFIXES

    path = PurePosixPath(name)
    return slug(path.stem if path.suffix.lower() in SUFFIXES else name).lower().replace("_", "-")
