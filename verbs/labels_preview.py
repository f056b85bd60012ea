"""What labels of another tool would bring: whose they are, and which entries their videos are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from verbs.contract import LeftOut
from verbs.import_labels import ImportLabelsRequest, import_labels
from verbs.import_preview_result import Fitting, ImportPreviewResult, Matched
from verbs.labelled_videos import called_in, matches

if TYPE_CHECKING:
    from storage.formats.stretches import VideoLabels
    from storage.library import Library

MOST_NAMED = 50
TOOLS: Mapping[str, str] = {
    "activitynet": "Labels as ActivityNet's",
    "csv-seconds": "Labels in seconds, .csv",
    "elan": "Labels of ELAN",
    "fiftyone": "Labels of FiftyOne",
    "label-studio": "Labels of Label Studio",
}


def labels_preview(library: Library, path: Path, into: str | None) -> ImportPreviewResult:
    """Reads labels of another tool and says what would come of them.

    Args:
        library: which they would join.
        path: of the file.
        into: data set whose videos they are about; None for the one that has the most of them.

    Raises:
        NotFoundError: there is no such data set, or it has none of the videos.
        FormatError: the file is malformed, or about another version of a video.
        ConflictError: two of its videos would be one entry.
    """
    from storage.formats.exchange import read_labels, tool_of

    tool = tool_of(path) or ""
    found = read_labels(path, tool)
    people = {name for video in found.videos for name in set(video.people) - video.unnamed}
    fits = _fits(library, found.videos)
    into = into or (fits[0].dataset if fits else None)
    matched: tuple[Matched, ...] = ()
    wrong = tuple(LeftOut(entry=one.names[0], reason="No entry here is called like this.") for one in found.videos)
    notes = tuple(found.notes)
    if into is not None:
        made = import_labels(library, ImportLabelsRequest(path=path, into=into, preview=True))
        matched = tuple(Matched(video=one.video, entry=one.entry) for one in made.entries)
        wrong = tuple(LeftOut(entry=one.video, reason=_sentence(one.reason)) for one in made.unmatched)
    return ImportPreviewResult(
        kind="labels",
        format=TOOLS[tool],
        name=path.stem,
        found=len(found.videos),
        good=len(matched),
        unit="videos",
        people=len(people),
        simulated=sum(len(video.simulated) for video in found.videos),
        judged=sum(bool(video.people) for video in found.videos),
        whose=tuple(sorted(people)[:MOST_NAMED]),
        unnamed=sum(bool(video.unnamed) for video in found.videos),
        into=into,
        matched=matched[:MOST_NAMED],
        wrong=wrong,
        notes=notes,
        fits=fits,
    )


def _fits(library: Library, videos: Sequence[VideoLabels]) -> tuple[Fitting, ...]:
    """Data sets with entries that are called like these videos, the best first."""
    found = []
    for dataset in library.datasets.list():
        if dataset.entries:
            called = called_in(library, dataset.id)
            entries = {entry for video in videos for entry in matches(video, called)}
            found.append(Fitting(dataset=dataset.id, entries=len(entries)))
    return tuple(sorted((one for one in found if one.entries), key=lambda one: -one.entries))


def _sentence(reason: str) -> str:
    return f"{reason[:1].upper()}{reason[1:]}."
