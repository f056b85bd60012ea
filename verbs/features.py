"""`features`: features of a further space for entries, from their videos."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent, time_left
from verbs.contract import LeftOut, Request, Result
from verbs.entries import asked_entries, with_video
from verbs.scoring import score_with_all

if TYPE_CHECKING:
    from core.features.space import FeatureSpace
    from storage.library import Library


class FeaturesRequest(Request):
    """Which space of which entries."""

    verb: Literal["features"] = "features"
    entry: str | None = Field(None, description="Entry id, such as demo/harbour-day.")
    dataset: str | None = Field(None, description="All entries of this dataset, instead of one entry.")
    all_entries: bool = Field(False, description="All entries of the library, instead of one.")
    space: str | None = Field(
        None,
        description="efficientnet-lite0 (default), colour-motion-v1, googlenet-pool5, googlenet-caffe-pool5, clip-..."
        " or dinov2-...",
    )
    weights: str | None = Field(
        None, description="File or folder of the space's weights, or a model's name (default: the usual place)."
    )
    download: bool = Field(False, description="Fetch weights that are not on this machine.")
    url: str | None = Field(None, description="Fetch them from here instead of where they were published.")
    main: bool = Field(False, description="Lists show and training takes these from now on.")
    score: bool = Field(True, description="Let the checkpoints of this space score the entries.")


class FeaturesOfEntry(Result):
    """What came of one entry: how many picks, whether they had no such features before, and the new runs."""

    entry: str
    picks: int
    new: bool
    runs: list[int]


class FeaturesResult(Result):
    """The space, the entries, and those that were left out."""

    space: str
    label: str
    width: int
    entries: list[FeaturesOfEntry]
    skipped: list[LeftOut]


def features(
    library: Library, request: FeaturesRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> FeaturesResult:
    """Looks at the videos of an entry or a dataset again, in another feature space; checkpoints of it score them then.

    What has features of the space already is not looked at again. Entries of a dataset without a readable video are
    left out and listed.

    Raises:
        NotFoundError: there is no such entry, dataset or space, or no video.
        VideoError: the video of the one entry cannot be read.
        Cancelled: `should_stop` said so.
    """
    from core.features.kinds import SpaceOptions
    from core.features.registry import DEFAULT, open_space

    ids = asked_entries(library, request.entry, request.dataset, all_entries=request.all_entries)
    watched, skipped = with_video(library, ids)
    if not watched:
        of = f"No entry of '{request.dataset or 'the library'}' has its video"
        where = f"'{request.entry}' has no video" if request.entry else of
        raise NotFoundError(f"{where}, so there are no pictures to make features from.")
    space = request.space or DEFAULT
    progress(0.0, f"Opening {space}")
    told = part(progress, 0.0, 0.1)
    opening = SpaceOptions(
        space, request.weights, request.download, request.url, progress=told, should_stop=should_stop
    )
    opened = open_space(opening)
    done, start = [], time.monotonic()
    for index, one in enumerate(watched):
        check(should_stop, "Making features", "Asking again goes on from there.")
        left = time_left(start, index, len(watched))
        progress(0.1 + 0.9 * index / len(watched), f"Looking at {one}{left}")
        told = part(progress, 0.1 + 0.9 * index / len(watched), 0.1 + 0.9 * (index + 1) / len(watched))
        try:
            done.append(_features(library, opened, one, request, told, should_stop))
        except VideoError as error:
            if request.entry:
                raise
            skipped.append(LeftOut(entry=one, reason=error.message))
    return FeaturesResult(space=opened.id, label=opened.label, width=opened.width, entries=done, skipped=skipped)


def _features(
    library: Library,
    space: FeatureSpace,
    entry_id: str,
    request: FeaturesRequest,
    progress: Progress,
    should_stop: ShouldStop,
) -> FeaturesOfEntry:
    from core.features.extract import features_of

    entry = library.entries.get(entry_id)
    rows = entry.features.get(space.id)
    new = rows is None
    if rows is None:
        rows = features_of(entry.film, entry.timebase, entry.picks, space, part(progress, 0.0, 0.9), should_stop)
    if new or (request.main and entry.feature_space != space.id):
        library.entries.put_features(entry_id, space.id, rows, request.main)
    runs: list[int] = []
    if request.score:  # also where an interruption came between features and scores
        runs = score_with_all(library, library.entries.get(entry_id), part(progress, 0.9, 1.0), space.id)
    return FeaturesOfEntry(entry=entry_id, picks=len(rows), new=new, runs=runs)
