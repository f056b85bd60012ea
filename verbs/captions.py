"""The verbs that give entries captions: by a captioner, or from a file."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.data import Entry
from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent
from verbs.common import asked_entries, summaries_of, time_left
from verbs.language import renew_text
from verbs.models import score_with_all
from verbs.named_servers import open_named, server_called

if TYPE_CHECKING:
    from core.captions.captioners import Captioner
    from storage.library import Library

# The shorter side of the pictures that captioners see, in pixels: what LLaVA-1.5 looks at.
PICTURE_SIDE = 336
# Pictures described before their captions are kept: what an interruption may cost.
BATCH = 16


def caption(
    library: Library,
    *,
    captioner: str,
    model: str | None = None,
    entry: str | None = None,
    dataset: str | None = None,
    entries: Sequence[str] | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Describes the picture of every pick of an entry or a dataset, and has text heads score the captions.

    What was described before is not described again, also after an interruption. Entries of a dataset without a
    readable video are left out and listed.

    Args:
        captioner: a model's name or folder, or a server by its name in the configuration or its address; see
            `core.captions.captioners`.
        model: which model of the server.
    """
    from core.captions.captioners import open_captioner

    ids = asked_entries(library, entry, dataset, entries)
    watched = [one for one in ids if library.entries.media(one).video is not None]
    skipped = [{"entry": one, "reason": "it has no video"} for one in ids if one not in watched]
    if not watched:
        where = f"'{entry}' has no video" if entry else f"No entry of '{dataset}' has its video"
        raise NotFoundError(f"{where}, so there are no pictures to describe.", "Import captions instead: app.py import")
    progress(0.0, f"Opening {captioner}")
    server = server_called(library, captioner)
    describer = open_named(library, captioner, lambda: open_captioner(server or captioner, model=model))
    done = []
    for index, one in enumerate(watched):
        told = part(progress, index / len(watched), (index + 1) / len(watched))
        try:
            done.append(_caption(library, describer, one, told, should_stop))
        except VideoError as error:
            if entry:
                raise
            skipped.append({"entry": one, "reason": error.message})
    return {"captioner": describer.id, "entries": done, "skipped": skipped}


def import_captions(
    library: Library,
    *,
    path: Path,
    dataset: str,
    captioner: str | None = None,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> dict[str, Any]:
    """Gives the entries of a dataset the captions of a JSON file, and encodes them again where they were encoded here.

    Args:
        path: see `storage.formats.captions_json`.
        captioner: who made the captions, for people; by default the file's name.
    """
    from storage.formats.captions_json import captions_for, read_captions

    given = read_captions(Path(path))
    ids = [summary.id for summary in summaries_of(library, dataset)]
    done, missing = [], []
    for index, one in enumerate(ids):
        check(should_stop, "Importing captions", "The videos so far have theirs.")
        progress(index / len(ids), f"Captions of {one}")
        found = captions_for(library.entries.get(one), given)
        if found is None:
            missing.append(one)
            continue
        captions, moved = found
        library.entries.put_captions(one, captions, captioner or Path(path).stem)
        done.append({"entry": one, "captions": len(captions), "moved": moved, **renew_text(library, one)})
    if not done:
        raise NotFoundError(
            f"{Path(path).name} has captions of none of the {len(ids)} entries of '{dataset}'.",
            f"Its videos are called '{next(iter(given))}' and so on: the entry's key, title or video name is needed.",
        )
    return {"dataset": dataset, "captioner": captioner or Path(path).stem, "entries": done, "missing": missing}


def _caption(
    library: Library, captioner: Captioner, entry_id: str, progress: Progress, should_stop: ShouldStop
) -> dict[str, Any]:
    entry = library.entries.get(entry_id)
    captions: list[str] = []
    made, start = 0, time.monotonic()
    for batch in _batches(_pictures(entry)):
        check(should_stop, f"Captioning '{entry_id}'", "Asking again goes on from there.")
        texts, new = _describe(library, captioner, batch)
        captions += texts
        made += new
        left = time_left(start, len(captions), len(entry.picks))
        message = f"{entry.title}: {len(captions)} of {len(entry.picks)} pictures described{left}"
        progress(len(captions) / len(entry.picks), message)
    library.entries.put_captions(entry_id, captions, captioner.id)
    renewed = renew_text(library, entry_id)
    for one in renewed["encoded"]:
        one["runs"] += score_with_all(library, library.entries.get(entry_id), silent, one["space"])
    return {"entry": entry_id, "captions": len(captions), "described": made, **renewed}


def _pictures(entry: Entry) -> Iterator[np.ndarray]:
    """(h, w, 3) uint8 RGB of every pick, in order."""
    from core.features.extract import frames_of_picks
    from core.video.probe import frames_at, probe

    video = probe(entry.film)
    scale = min(1.0, PICTURE_SIDE / min(video.width, video.height))
    size = max(1, round(video.width * scale)), max(1, round(video.height * scale))
    for _, picture in frames_at(video, frames_of_picks(video, entry.timebase, entry.picks), size):
        yield picture


def _batches(pictures: Iterator[np.ndarray]) -> Iterator[list[np.ndarray]]:
    batch: list[np.ndarray] = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _describe(library: Library, captioner: Captioner, pictures: list[np.ndarray]) -> tuple[list[str], int]:
    """Captions of pictures, and how many of them had to be made."""
    from core.captions.sentences import PROMPT
    from storage.captions import picture_hash

    hashes = [picture_hash(picture) for picture in pictures]
    known = library.captions.cached(hashes, captioner.id, PROMPT)
    new = {one: picture for one, picture in zip(hashes, pictures, strict=True) if one not in known}
    if new:
        said = dict(zip(new, captioner.describe(list(new.values())), strict=True))
        # Nothing said may be the fault of a server: it is asked again the next time.
        library.captions.keep({one: text for one, text in said.items() if text}, captioner.id, PROMPT)
        known |= said
    return [known[one] for one in hashes], len(new)
