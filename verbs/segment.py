"""`segment`: entries cut into shots again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent
from core.segment.settings import ShotKind, ShotSettings
from verbs.contract import Exact, LeftOut, Request, Result
from verbs.entries import asked_entries

if TYPE_CHECKING:
    from pathlib import Path

    from core.data import Entry, Shots
    from core.segment.survey import Survey
    from storage.library import Library

SHOTS_HELP = (
    "transitions: cuts, dissolves, fades; kts: changes of the picks; kts-frames: of every frame; uniform: of equal"
    " duration."
)


class SegmentRequest(Request):
    """Which entries are cut how, see `core.segment.settings.ShotSettings`."""

    verb: Literal["segment"] = "segment"
    entry: str | None = Field(None, description="Entry id, such as demo/harbour-day.")
    dataset: str | None = Field(None, description="All entries of this dataset, instead of one entry.")
    shots: ShotKind = Field("kts", description=SHOTS_HELP)
    penalty: float = Field(
        ShotSettings.penalty, ge=0, allow_inf_nan=False, description="KTS: larger gives fewer shots."
    )
    seconds: Exact = Field(ShotSettings.seconds, gt=0, description="Uniform: duration of a shot.")


class SegmentedEntry(Result):
    """One entry, and how many shots it has now."""

    entry: str
    shots: int


class SegmentResult(Result):
    """The name of the segmentation, the entries that have it now, and those that were left out."""

    segmentation: str
    entries: list[SegmentedEntry]
    skipped: list[LeftOut]


def segment(
    library: Library, request: SegmentRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> SegmentResult:
    """Cuts an entry or a dataset into shots, which are the first of its segmentations from then on.

    Those it had stay. People go on judging the shots that they began with. Where an entry has its video, shots also
    get the frames at which its pictures change, and the entry is told which of them show nothing.

    Raises:
        NotFoundError: there is no such entry or dataset, or the one entry lacks what such shots need.
        VideoError: the video of the one entry cannot be read.
        Cancelled: `should_stop` said so.
    """
    settings = ShotSettings(request.shots, request.penalty, request.seconds)
    ids = asked_entries(library, request.entry, request.dataset)
    done, skipped = [], []
    for index, one in enumerate(ids):
        check(should_stop, "Finding shots", "The entries so far have theirs.")
        told = part(progress, index / len(ids), (index + 1) / len(ids))
        told(0.0, f"Finding shots of {one}")
        try:
            made, empty = _shots(library, one, settings, told, should_stop)
        except (NotFoundError, VideoError) as error:
            if request.entry:
                raise
            skipped.append(LeftOut(entry=one, reason=error.message))
            continue
        library.entries.put_shots(one, made)
        library.entries.put_survey(one, empty=empty)
        done.append(SegmentedEntry(entry=one, shots=len(made)))
    return SegmentResult(segmentation=settings.name, entries=done, skipped=skipped)


def _shots(
    library: Library, entry_id: str, settings: ShotSettings, progress: Progress, should_stop: ShouldStop
) -> tuple[Shots, np.ndarray | None]:
    """Shots of an entry, and which frames show nothing; None where its pictures cannot be looked at."""
    from core.features.colour_motion import COLOUR_MOTION
    from core.features.extract import features_of
    from core.segment.segmentation import make_shots
    from storage.scratch import scratch_folder

    entry = library.entries.get(entry_id)
    features, frames, scaled = entry.main_features, entry.picks, entry.feature_space == COLOUR_MOTION.id
    if settings.kind in ("transitions", "kts-frames") and entry.video is None:
        raise NotFoundError(f"'{entry.id}' has no video, so not every frame can be looked at.", "Choose kts.")
    if settings.kind == "kts-frames":
        frames, scaled = np.arange(entry.n_frames), True
        told, progress = part(progress, 0.0, 0.5), part(progress, 0.5, 1.0)
        features = features_of(entry.film, entry.timebase, frames, COLOUR_MOTION, told, should_stop)
    if features is None and settings.kind in ("kts", "kts-frames"):
        raise NotFoundError(f"'{entry.id}' has no features, so no changes can be found in it.", "Choose uniform.")
    with scratch_folder(library.data_dir) as folder:
        survey = _survey(entry, settings, folder / "pictures", part(progress, 0.0, 0.7), should_stop)
        told = part(progress, 0.7, 1.0)
        return make_shots(settings, features, frames, entry.timebase, scaled, survey, told, should_stop)


def _survey(
    entry: Entry, settings: ShotSettings, scratch: Path, progress: Progress, should_stop: ShouldStop
) -> Survey | None:
    """What the pictures of an entry show; None without a video of its frames, where shots can do without."""
    from core.segment.survey import survey_of

    if entry.video is None:
        return None
    try:
        return survey_of(entry.video, entry.timebase, scratch, progress, should_stop)
    except VideoError:
        if settings.kind == "transitions":
            raise
        return None
