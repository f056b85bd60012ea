"""`features`: features of a further space for entries, from their videos."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from core.data.timebase import Timebase
from core.engine import HERE, Do, Engine
from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent, time_left
from verbs.contract import LeftOut, Request, Result
from verbs.entries import asked_entries, with_video
from verbs.scoring import score_with_all

if TYPE_CHECKING:
    import numpy as np

    from core.features.kinds import SpaceOptions
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
    library: Library,
    request: FeaturesRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    engine: Engine = HERE,
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
    work = FeatureWork(opening, opened)
    done: list[FeaturesOfEntry] = []
    start, count = time.monotonic(), 0

    def told_of(item: FeatureItem) -> Progress:
        left = time_left(start, count, len(watched))
        reading = part(progress, 0.1 + 0.9 * count / len(watched), 0.1 + 0.9 * (count + 0.9) / len(watched))
        reading(0.0, f"Looking at {item.entry}{left}")
        return reading

    items = (_item(library, one, opened.id) for one in watched)
    for ended in engine.map(work, items, told_of, should_stop):
        check(should_stop, "Making features", "Asking again goes on from there.")
        count += 1
        try:
            done.append(_keep(library, opened.id, ended.item, ended.result(), request))
        except VideoError as error:
            if request.entry:
                raise
            skipped.append(LeftOut(entry=ended.item.entry, reason=error.message))
    done.sort(key=lambda one: watched.index(one.entry))
    return FeaturesResult(space=opened.id, label=opened.label, width=opened.width, entries=done, skipped=skipped)


@dataclass(frozen=True, eq=False)
class FeatureItem:
    """An entry to look at.

    Attributes:
        entry: id.
        film: its video; None where it has the features already.
        timebase, picks: what is looked at.
    """

    entry: str
    film: Path | None
    timebase: Timebase
    picks: np.ndarray


@dataclass(frozen=True)
class FeatureWork:
    """Features of entries: (T, D) float32; None for an entry that has them.

    Attributes:
        options: of the space.
        here: the same opened, for this process alone.
    """

    options: SpaceOptions
    here: FeatureSpace | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return FeatureWork, (replace(self.options, progress=silent, should_stop=never),)

    def open(self) -> Do[FeatureItem, np.ndarray | None]:
        from core.features.extract import features_of
        from core.features.registry import open_space

        space = self.here or open_space(self.options)

        def do(item: FeatureItem, progress: Progress, should_stop: ShouldStop) -> np.ndarray | None:
            if item.film is None:
                return None
            return features_of(item.film, item.timebase, item.picks, space, progress, should_stop)

        return do


def _item(library: Library, entry_id: str, space: str) -> FeatureItem:
    entry = library.entries.get(entry_id)
    return FeatureItem(entry_id, None if space in entry.features else entry.film, entry.timebase, entry.picks)


def _keep(
    library: Library, space: str, item: FeatureItem, made: np.ndarray | None, request: FeaturesRequest
) -> FeaturesOfEntry:
    entry = library.entries.get(item.entry)
    rows = entry.features[space] if made is None else made
    if made is not None or (request.main and entry.feature_space != space):
        library.entries.put_features(item.entry, space, rows, request.main)
    runs: list[int] = []
    if request.score:  # also where an interruption came between features and scores
        runs = score_with_all(library, library.entries.get(item.entry), silent, space)
    return FeaturesOfEntry(entry=item.entry, picks=len(rows), new=made is not None, runs=runs)
