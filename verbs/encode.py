"""`encode`: captions to text features, and bringing those up to corrected captions."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal, Self

import numpy as np
from pydantic import Field

from core.features.hashed_words import TEXT_SPACE
from core.progress import Progress, ShouldStop, check, never, silent, time_left
from verbs.contract import LeftOut, Request, Result
from verbs.entries import with_captions, with_transcript
from verbs.scoring import score_again, score_with_all

if TYPE_CHECKING:
    from core.features.text import TextSpace
    from storage.library import Library


class EncodeRequest(Request):
    """Which captions become which features."""

    verb: Literal["encode"] = "encode"
    entry: str | None = Field(None, description="Entry id, such as demo/harbour-day.")
    dataset: str | None = Field(None, description="All entries of this dataset, instead of one entry.")
    space: str = Field(
        TEXT_SPACE,
        description="hashed-words-v1, or minilm-l6-v2 with its package; said-hashed-words-v1 or said-minilm-l6-v2 for"
        " what is said.",
    )


class EncodedSpace(Result):
    """How many windows of how many were made again in a space, and the new runs on them."""

    space: str
    windows: int
    of: int
    runs: list[int]

    def with_runs(self, runs: list[int]) -> Self:
        """The same with further runs."""
        return self.model_copy(update={"runs": self.runs + runs})


class NotRenewed(Result):
    """A space whose features are still of the captions before, and why."""

    space: str
    reason: str


class Renewed(Result):
    """What became of the spaces of text encoders."""

    encoded: list[EncodedSpace]
    failed: list[NotRenewed]


class EncodedEntry(EncodedSpace):
    """The same of one entry."""

    entry: str


class EncodeResult(Result):
    """The space, the entries, and those that were left out."""

    space: str
    label: str
    entries: list[EncodedEntry]
    skipped: list[LeftOut]


def encode(
    library: Library, request: EncodeRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> EncodeResult:
    """Captions to text features by an encoder, as those that are trained on; heads of this space score the entries.

    What is encoded already is not encoded again.

    Raises:
        NotFoundError: there is no such space, entry or dataset, or nobody captioned it.
        Cancelled: `should_stop` said so.
    """
    from core.features.registry import text_space

    encoder = text_space(request.space)
    said = encoder.of == "transcript"
    ids, skipped = (with_transcript if said else with_captions)(library, request.entry, request.dataset)
    done, start = [], time.monotonic()
    for index, one in enumerate(ids):
        check(should_stop, "Encoding", "Asking again goes on from there.")
        progress(index / len(ids), f"Encoding {one}{time_left(start, index, len(ids))}")
        if said:
            done.append(_encode_said(library, one, encoder))
            continue
        encoded = _renew(library, one, encoder, main=True)
        runs = score_with_all(library, library.entries.get(one), silent, encoder.id)
        done.append(EncodedEntry(entry=one, **dict(encoded.with_runs(runs))))
    return EncodeResult(space=encoder.id, label=encoder.label, entries=done, skipped=skipped)


def _encode_said(library: Library, entry_id: str, space: TextSpace) -> EncodedEntry:
    """What is said around each pick as one more space of an entry; a new transcript takes its features away."""
    from core.words.said import said_at_picks

    entry = library.entries.get(entry_id)
    new = space.id not in entry.features
    if new:
        library.entries.put_features(entry_id, space.id, space.encode(said_at_picks(entry)))
    count = len(entry.picks)
    return EncodedEntry(entry=entry_id, space=space.id, windows=count if new else 0, of=count, runs=[])


def renew_text(library: Library, entry_id: str) -> Renewed:
    """Brings the features of text encoders up to the captions, and the rows of heads that scored the entry before.

    Words are encoded where there was nothing yet.
    """
    from core.features.registry import TEXT_SPACES, text_space

    entry = library.entries.get(entry_id)
    known = library.encodings.of_entry(entry_id).keys() | set(entry.features)
    spaces = [space for space in TEXT_SPACES.values() if space.id in known and space.of == "captions"]
    here = [space for space in spaces if space.is_here]
    encoded = [_renew(library, entry_id, space) for space in here]
    if entry.text_space is None and not here:
        encoded = [_renew(library, entry_id, text_space(TEXT_SPACE), main=not spaces)]
    reason = "is not installed; get it with: pip install -r requirements-llm.txt"
    failed = [
        NotRenewed(space=space.id, reason=f"The package '{space.package}' {reason}")
        for space in spaces
        if not space.is_here
    ]
    return Renewed(encoded=encoded, failed=failed)


def _renew(library: Library, entry_id: str, space: TextSpace, *, main: bool = False) -> EncodedSpace:
    """Encodes those windows of an entry whose captions changed since they were encoded; heads that knew it score it.

    Args:
        main: also makes the features those that text models train on.
    """
    from core.captions.stale import edited_windows
    from core.features.text import encode_rows
    from core.training.videos import training_space
    from storage.encodings import STALE, Encoding

    newest = library.captions.newest_edit(entry_id)  # first: what is corrected from here on is for the next time
    entry = library.entries.get(entry_id)
    captions = entry.captions or ()
    known = library.encodings.of_entry(entry_id).get(space.id, Encoding(space.id))
    features = entry.features.get(space.id)
    if features is None or known.edit == STALE:
        rows, features = list(range(len(captions))), np.zeros((len(captions), space.width), np.float32)
    else:
        edited = library.captions.edited_since(entry_id, known.edit)
        rows, features = edited_windows(entry.picks, edited, space.reach), features.copy()
    if rows:
        features[rows] = encode_rows(space, captions, rows)
    if main and (rows or training_space(entry, "llmvs") != space.id):
        library.entries.put_text_features(entry_id, space.id, features)
    elif rows:
        library.entries.put_features(entry_id, space.id, features)
    runs = score_again(library, entry_id, space.id) if rows else []
    # Last: whatever is interrupted before is done again the next time.
    library.encodings.put(entry_id, Encoding(space.id, newest))
    return EncodedSpace(space=space.id, windows=len(rows), of=len(captions), runs=runs)
