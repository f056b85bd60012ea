"""`caption`: a sentence about the picture of every pick."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.data import Entry
from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent, time_left
from verbs.contract import LeftOut, Request, Result
from verbs.encode import EncodedSpace, NotRenewed, renew_text
from verbs.entries import asked_entries, with_video
from verbs.scoring import score_with_all
from verbs.servers import open_named, server_called

if TYPE_CHECKING:
    from core.captions.captioners import Captioner
    from storage.library import Library

# The shorter side of the pictures that captioners see, in pixels: what LLaVA-1.5 looks at.
PICTURE_SIDE = 336
# Pictures described before their captions are kept: what an interruption may cost.
BATCH = 16


class CaptionRequest(Request):
    """Who describes which videos."""

    verb: Literal["caption"] = "caption"
    entry: str | None = Field(None, description="Entry id, such as demo/harbour-day.")
    dataset: str | None = Field(None, description="All entries of this dataset, instead of one entry.")
    entries: tuple[str, ...] | None = Field(None, description="These entries, instead of one.")
    captioner: str = Field(
        description="Model by name or folder (llava-hf/llava-1.5-7b-hf), or a server by its name in servers.toml or its"
        " address (http://host:8000/v1)."
    )
    server_model: str | None = Field(None, description="Server: which of its models.")
    key_env: str | None = Field(None, description="Server by its address: the environment variable that holds its key.")

    def language_models(self) -> tuple[str, ...]:
        return (self.captioner,)


class CaptionedEntry(Result):
    """What came of one entry.

    Attributes:
        entry: id.
        captions: how many it has now.
        described: how many of them are new.
        encoded, failed: see `verbs.encode.Renewed`.
    """

    entry: str
    captions: int
    described: int
    encoded: list[EncodedSpace]
    failed: list[NotRenewed]


class CaptionResult(Result):
    """Who described, the entries, and those that were left out."""

    captioner: str
    entries: list[CaptionedEntry]
    skipped: list[LeftOut]


def caption(
    library: Library, request: CaptionRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> CaptionResult:
    """Describes the picture of every pick of an entry or a dataset, and has text heads score the captions.

    What was described before is not described again, also after an interruption. Entries of a dataset without a
    readable video are left out and listed.

    Raises:
        NotFoundError: there is no such entry, dataset, model or server, or no video.
        VideoError: the video of the one entry cannot be read.
        Cancelled: `should_stop` said so.
    """
    from core.captions.captioners import open_captioner

    watched, skipped = with_video(library, asked_entries(library, request.entry, request.dataset, request.entries))
    if not watched:
        where = f"'{request.entry}' has no video" if request.entry else f"No entry of '{request.dataset}' has its video"
        raise NotFoundError(f"{where}, so there are no pictures to describe.", "Import captions instead: app.py import")
    progress(0.0, f"Opening {request.captioner}")
    named = server_called(library, request.captioner, request.key_env) or request.captioner
    describer = open_named(library, request.captioner, lambda: open_captioner(named, model=request.server_model))
    done = []
    for index, one in enumerate(watched):
        told = part(progress, index / len(watched), (index + 1) / len(watched))
        try:
            done.append(_caption(library, describer, one, told, should_stop))
        except VideoError as error:
            if request.entry:
                raise
            skipped.append(LeftOut(entry=one, reason=error.message))
    return CaptionResult(captioner=describer.id, entries=done, skipped=skipped)


def _caption(
    library: Library, captioner: Captioner, entry_id: str, progress: Progress, should_stop: ShouldStop
) -> CaptionedEntry:
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
    encoded = [
        one.with_runs(score_with_all(library, library.entries.get(entry_id), silent, one.space))
        for one in renewed.encoded
    ]
    return CaptionedEntry(
        entry=entry_id, captions=len(captions), described=made, encoded=encoded, failed=renewed.failed
    )


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
