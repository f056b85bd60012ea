"""The verb that cuts entries into shots again."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent
from core.segment.settings import ShotSettings
from verbs.common import asked_entries

if TYPE_CHECKING:
    from pathlib import Path

    from core.data import Entry, Shots
    from core.segment.survey import Survey
    from storage.library import Library


def segment(
    library: Library,
    *,
    entry: str | None = None,
    dataset: str | None = None,
    shots: str = "kts",
    penalty: float = 1.0,
    seconds: str | float = 2,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Cuts an entry or a dataset into shots, which are the first of its segmentations from then on.

    Those it had stay. People go on judging the shots that they began with. Where an entry has its video, shots also
    get the frames at which its pictures change, and the entry is told which of them show nothing.

    Args:
        shots, penalty, seconds: see `core.segment.settings.ShotSettings`.
    """
    settings = ShotSettings(shots, float(penalty), Fraction(str(seconds)))
    ids = asked_entries(library, entry, dataset)
    done, skipped = [], []
    for index, one in enumerate(ids):
        check(should_stop, "Finding shots", "The entries so far have theirs.")
        told = part(progress, index / len(ids), (index + 1) / len(ids))
        told(0.0, f"Finding shots of {one}")
        try:
            made, empty = _shots(library, one, settings, told, should_stop)
        except (NotFoundError, VideoError) as error:
            if entry:
                raise
            skipped.append({"entry": one, "reason": error.message})
            continue
        library.entries.put_shots(one, made)
        library.entries.put_survey(one, empty=empty)
        done.append({"entry": one, "shots": len(made)})
    return {"segmentation": settings.name, "entries": done, "skipped": skipped}


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
