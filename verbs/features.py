"""The verb that adds features of a further space to entries, from their videos."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent
from verbs.common import asked_entries, time_left
from verbs.models import score_with_all

if TYPE_CHECKING:
    from core.features.space import FeatureSpace
    from storage.library import Library


def features(
    library: Library,
    *,
    space: str | None = None,
    entry: str | None = None,
    dataset: str | None = None,
    all_entries: bool = False,
    weights: str | None = None,
    download: bool = False,
    url: str | None = None,
    main: bool = False,
    score: bool = True,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Looks at the videos of an entry or a dataset again, in another feature space; checkpoints of it score them then.

    What has features of the space already is not looked at again. Entries of a dataset without a readable video are
    left out and listed.

    Args:
        space: id of a space of `core.features.registry`; None for its default.
        all_entries: instead of an entry or a dataset.
        weights: the file or folder of its weights, or a model's name; by default where they are usually kept.
        download: whether weights that are not on this machine may be fetched.
        url: where from, instead of where they were published.
        main: whether lists show these features and training takes them, instead of those the entries had.
        score: whether checkpoints score the entries.
    """
    from core.features.kinds import SpaceOptions
    from core.features.registry import DEFAULT, open_space

    space = space or DEFAULT
    ids = asked_entries(library, entry, dataset, [one.id for one in library.entries.list()] if all_entries else None)
    watched = [one for one in ids if library.entries.media(one).video is not None]
    skipped = [{"entry": one, "reason": "it has no video"} for one in ids if one not in watched]
    if not watched:
        where = f"'{entry}' has no video" if entry else f"No entry of '{dataset or 'the library'}' has its video"
        raise NotFoundError(f"{where}, so there are no pictures to make features from.")
    progress(0.0, f"Opening {space}")
    options = SpaceOptions(space, weights, download, url, progress=part(progress, 0.0, 0.1), should_stop=should_stop)
    opened = open_space(options)
    done, start = [], time.monotonic()
    for index, one in enumerate(watched):
        check(should_stop, "Making features", "Asking again goes on from there.")
        left = time_left(start, index, len(watched)) if index else ""
        progress(0.1 + 0.9 * index / len(watched), f"Looking at {one}{left}")
        told = part(progress, 0.1 + 0.9 * index / len(watched), 0.1 + 0.9 * (index + 1) / len(watched))
        try:
            done.append(_features(library, opened, one, main, score, told, should_stop))
        except VideoError as error:
            if entry:
                raise
            skipped.append({"entry": one, "reason": error.message})
    return {"space": opened.id, "label": opened.label, "width": opened.width, "entries": done, "skipped": skipped}


def _features(
    library: Library,
    space: FeatureSpace,
    entry_id: str,
    main: bool,
    score: bool,
    progress: Progress,
    should_stop: ShouldStop,
) -> dict[str, Any]:
    from core.features.extract import features_of

    entry = library.entries.get(entry_id)
    rows = entry.features.get(space.id)
    new = rows is None
    if rows is None:
        rows = features_of(entry.film, entry.timebase, entry.picks, space, part(progress, 0.0, 0.9), should_stop)
    if new or (main and entry.feature_space != space.id):
        library.entries.put_features(entry_id, space.id, rows, main)
    runs: list[int] = []
    if score:  # also where an interruption came between features and scores
        runs = score_with_all(library, library.entries.get(entry_id), part(progress, 0.9, 1.0), space.id)
    return {"entry": entry_id, "picks": len(rows), "new": new, "runs": runs}
