"""`score`: the curves of an entry as numbers, at the times of its picks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core import limits
from core.data import Entry
from core.progress import Progress, ShouldStop, never, silent
from core.statistics.figure import Figure
from verbs.contract import Request, Result
from verbs.query import QUERY_HELP, answered
from verbs.sources import all_sources, source

if TYPE_CHECKING:
    from storage.library import Library


class ScoreRequest(Request):
    """Whose scores of which entry."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    source: str | None = Field(
        None,
        max_length=limits.SOURCE_CHARS,
        description="mean, person:NAME, run:NUMBER:SAMPLE or signal:NAME (default: all of them), or mended:NUMBER:"
        " 1 inside of that cut, 0 outside.",
    )
    query: str | None = Field(None, max_length=limits.QUERY_CHARS, description=f"Instead of a source: {QUERY_HELP}")


class Curve(Result):
    """Scores of one source at the picks, in [0, 1]; undefined where nobody judged."""

    source: str
    label: str
    scores: list[Figure]


class ScoreResult(Result):
    """The curves of an entry.

    Attributes:
        entry: id.
        picks: frames that are scored.
        seconds: when each of them is shown.
        curves: one for each source.
    """

    entry: str
    picks: list[int]
    seconds: list[float]
    curves: list[Curve]


def score(
    library: Library, request: ScoreRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ScoreResult:
    """The curves of people, signals and models, or of a query. Raises NotFoundError, InputError."""
    entry = library.entries.get(request.entry)
    if request.query is not None:
        _, scores = answered(entry, request.query)
        curves = [Curve(source="query", label=request.query, scores=[float(each) for each in scores])]
    else:
        curves = _of_sources(library, entry, request.source)
    return ScoreResult(
        entry=entry.id,
        picks=[int(pick) for pick in entry.picks],
        seconds=entry.timebase.seconds(entry.picks).tolist(),
        curves=curves,
    )


def _of_sources(library: Library, entry: Entry, name: str | None) -> list[Curve]:
    found = [source(library, entry, name)] if name else all_sources(library, entry)
    return [
        Curve(source=one.name, label=one.label, scores=[float(each) for each in np.asarray(one.scores)])
        for one in found
    ]
