"""`caption`: a sentence about the picture of every pick."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.data.timebase import Timebase
from core.engine import HERE, Do, Engine
from core.errors import NotFoundError, VideoError
from core.progress import Progress, ShouldStop, check, never, part, silent, time_left
from verbs.contract import LeftOut, Request, Result
from verbs.encode import EncodedSpace, NotRenewed, renew_text
from verbs.entries import asked_entries, with_video
from verbs.scoring import score_with_all
from verbs.servers import open_named, server_called

if TYPE_CHECKING:
    from core.captions.captioners import Captioner
    from core.captions.chat_server import ChatServer
    from storage.captions import Captions
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
    library: Library,
    request: CaptionRequest,
    *,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
    engine: Engine = HERE,
) -> CaptionResult:
    """Describes the picture of every pick of an entry or a dataset, and has text heads score the captions.

    What was described before is not described again, also after an interruption; another engine than this process looks
    only whether all of an entry was. Entries of a dataset without a
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
    work = CaptionWork(named, request.server_model, describer, library.captions)
    done: list[CaptionedEntry] = []

    def told_of(item: CaptionItem) -> Progress:
        return part(progress, len(done) / len(watched), (len(done) + 1) / len(watched))

    items = (_item(library, one, describer.id, again=engine is HERE) for one in watched)
    for ended in engine.map(work, items, told_of, should_stop):
        try:
            done.append(_keep(library, describer.id, ended.item, ended.result()))
        except VideoError as error:
            if request.entry:
                raise
            skipped.append(LeftOut(entry=ended.item.entry, reason=error.message))
    done.sort(key=lambda one: watched.index(one.entry))
    return CaptionResult(captioner=describer.id, entries=done, skipped=skipped)


@dataclass(frozen=True, eq=False)
class CaptionItem:
    """An entry to describe.

    Attributes:
        entry, title: id, and for people.
        film: its video; None where all of it was described before.
        timebase, picks: what is looked at.
    """

    entry: str
    title: str
    film: Path | None
    timebase: Timebase
    picks: np.ndarray


@dataclass(frozen=True)
class Described:
    """Captions of all pictures of an entry, how many had to be made, and the new ones by the hash of their picture."""

    captions: list[str]
    made: int
    new: dict[str, str]


@dataclass(frozen=True)
class CaptionWork:
    """Describing the pictures of entries; None for an entry that was described before.

    Attributes:
        named, model: see `open_captioner`.
        here: the captioner opened, for this process alone.
        known: where captions of pictures are kept, for this process alone.
    """

    named: str | ChatServer
    model: str | None
    here: Captioner | None = None
    known: Captions | None = None

    def __reduce__(self) -> tuple[object, ...]:
        return CaptionWork, (self.named, self.model)

    def open(self) -> Do[CaptionItem, Described | None]:
        from core.captions.captioners import open_captioner

        captioner = self.here or open_captioner(self.named, model=self.model)

        def do(item: CaptionItem, progress: Progress, should_stop: ShouldStop) -> Described | None:
            if item.film is None:
                return None
            found, start = Described([], 0, {}), time.monotonic()
            for batch in _batches(_pictures(item)):
                check(should_stop, f"Captioning '{item.entry}'", "Asking again goes on from there.")
                texts, made, new = _describe(self.known, captioner, batch, found.new)
                found = Described(found.captions + texts, found.made + made, found.new | new)
                told = len(found.captions)
                left = time_left(start, told, len(item.picks))
                message = f"{item.title}: {told} of {len(item.picks)} pictures described{left}"
                progress(told / len(item.picks), message)
            return found

        return do


def _item(library: Library, entry_id: str, captioner: str, again: bool) -> CaptionItem:
    entry = library.entries.get(entry_id)
    described = all(entry.captions or [""]) and entry.meta.get("captioner") == captioner
    film = None if described and not again else entry.film
    return CaptionItem(entry_id, entry.title, film, entry.timebase, entry.picks)


def _keep(library: Library, captioner: str, item: CaptionItem, made: Described | None) -> CaptionedEntry:
    from core.captions.sentences import PROMPT

    if made is not None:
        if made.new:
            library.captions.keep(made.new, captioner, PROMPT)
        library.entries.put_captions(item.entry, made.captions, captioner)
    renewed = renew_text(library, item.entry)
    encoded = [
        one.with_runs(score_with_all(library, library.entries.get(item.entry), silent, one.space))
        for one in renewed.encoded
    ]
    described = 0 if made is None else made.made
    return CaptionedEntry(
        entry=item.entry, captions=len(item.picks), described=described, encoded=encoded, failed=renewed.failed
    )


def _pictures(item: CaptionItem) -> Iterator[np.ndarray]:
    """(h, w, 3) uint8 RGB of every pick, in order."""
    from core.features.extract import frames_of_picks
    from core.video.probe import frames_at, probe

    assert item.film is not None
    video = probe(item.film)
    scale = min(1.0, PICTURE_SIDE / min(video.width, video.height))
    size = max(1, round(video.width * scale)), max(1, round(video.height * scale))
    for _, picture in frames_at(video, frames_of_picks(video, item.timebase, item.picks), size):
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


def _describe(
    memory: Captions | None, captioner: Captioner, pictures: list[np.ndarray], before: Mapping[str, str]
) -> tuple[list[str], int, dict[str, str]]:
    """Captions of pictures, how many of them had to be made, and those that `memory` does not keep yet.

    `before` are such captions of earlier pictures, by their hash.
    """
    from core.captions.sentences import PROMPT
    from storage.captions import picture_hash

    hashes = [picture_hash(picture) for picture in pictures]
    known = dict(before) if memory is None else memory.cached(hashes, captioner.id, PROMPT)
    new = {one: picture for one, picture in zip(hashes, pictures, strict=True) if one not in known}
    said = dict(zip(new, captioner.describe(list(new.values())), strict=True)) if new else {}
    # Nothing said may be the fault of a server: it is asked again the next time.
    fresh = {one: text for one, text in said.items() if text}
    if fresh and memory is not None:
        memory.keep(fresh, captioner.id, PROMPT)
    known |= said
    return [known[one] for one in hashes], len(new), fresh if memory is None else {}
