"""The verb that cuts entries into shots again."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from core.errors import ConflictError, NotFoundError, VideoError
from core.progress import Progress, ShouldStop, never, part, silent
from core.shot_settings import ShotSettings
from webapp.actions.common import asked_entries

if TYPE_CHECKING:
    from core.data import Entry, Shots
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

    Those it had stay. People go on judging the shots that they began with.

    Args:
        shots, penalty, seconds: see `core.shot_settings.ShotSettings`.
    """
    settings = ShotSettings(shots, float(penalty), Fraction(str(seconds)))
    ids = asked_entries(library, entry, dataset)
    done, skipped = [], []
    for index, one in enumerate(ids):
        if should_stop():
            raise ConflictError("Finding shots was cancelled; the entries so far have theirs.")
        told = part(progress, index / len(ids), (index + 1) / len(ids))
        told(0.0, f"Finding shots of {one}")
        try:
            made = _shots(library.entry(one), settings, told, should_stop)
        except (NotFoundError, VideoError) as error:
            if entry:
                raise
            skipped.append({"entry": one, "reason": error.message})
            continue
        library.put_shots(one, made)
        done.append({"entry": one, "shots": len(made)})
    return {"segmentation": settings.name, "entries": done, "skipped": skipped}


def _shots(entry: Entry, settings: ShotSettings, progress: Progress, should_stop: ShouldStop) -> Shots:
    from core.features import COLOUR_MOTION
    from core.segmentation import make_shots
    from core.spaces.extracting import features_of

    features, frames, scaled = entry.features, entry.picks, entry.feature_space == COLOUR_MOTION.id
    if settings.kind == "kts-frames":
        if entry.video is None:
            raise NotFoundError(f"'{entry.id}' has no video, so not every frame can be looked at.", "Choose kts.")
        frames, scaled = np.arange(entry.n_frames), True
        features = features_of(entry.video, entry.timebase, frames, COLOUR_MOTION, progress, should_stop)
    if features is None and settings.kind != "uniform":
        raise NotFoundError(f"'{entry.id}' has no features, so no changes can be found in it.", "Choose uniform.")
    return make_shots(settings, features, frames, entry.timebase, scaled)
