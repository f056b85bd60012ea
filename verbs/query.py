"""`query`: how well each moment of an entry answers a question in words, kept as a curve with a cut of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from zlib import crc32

import numpy as np
from pydantic import Field

from core import limits
from core.data import Entry, ScoreTrack
from core.data.tracks import Provenance
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result

if TYPE_CHECKING:
    from core.features.text import TextSpace
    from storage.library import Library

KIND = "query"
QUERY_HELP = "What to look for in captions and transcript, such as: show me the goals."


class QueryRequest(Request):
    """What is looked for in which entry."""

    verb: Literal["query"] = "query"
    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    query: str = Field(max_length=limits.QUERY_CHARS, description=QUERY_HELP)


class QueryResult(Result):
    """What came of a query.

    Attributes:
        entry: id.
        query: as it was asked.
        run: its curve; the one that was there where the same was found before.
        source: its name as a source of cuts.
        encoder: by which texts were compared, for people.
    """

    entry: str
    query: str
    run: int
    source: str
    encoder: str


def query(
    library: Library, request: QueryRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> QueryResult:
    """Looks for moments by words, and keeps the curve. Raises NotFoundError, InputError."""
    entry = library.entries.get(request.entry)
    asked = " ".join(request.query.split())
    progress(0.1, "Comparing captions and transcript with the query")
    space, scores = answered(entry, asked)
    track = ScoreTrack(
        model=f"Query: {asked}",
        kind=KIND,
        checkpoint=f"{KIND}-{crc32(asked.lower().encode()):08x}",
        feature_space=space.id,
        scores=scores[None],
        provenance=Provenance(f"Found by words: likeness to “{asked}” by {space.label}, nobody's labels.", False),
    )
    same = [run for run in library.runs.of_entry(entry.id) if run.track.checkpoint == track.checkpoint]
    known = bool(same) and np.array_equal(same[-1].track.scores, track.scores)
    run = same[-1] if known else library.runs.add(entry.id, track, track.model)
    return QueryResult(entry=entry.id, query=asked, run=run.id, source=f"run:{run.id}", encoder=space.label)


def answered(entry: Entry, query: str) -> tuple[TextSpace, np.ndarray]:
    """The encoder that is asked, which is the best that is here, and (T,) scores. Raises InputError."""
    from core.features.registry import OF_CAPTIONS
    from core.words.query import query_scores

    space = next(space for space in reversed(OF_CAPTIONS) if space.is_here)
    return space, query_scores(query, entry, space)
