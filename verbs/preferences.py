"""`compare_cuts` and `vote`: two cuts of an entry, and which of them somebody prefers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import BeforeValidator, Field

from core import limits
from core.data import DEFAULT_BUDGET, Entry
from core.errors import InputError, NotFoundError
from core.labelling.preferences import OTHER, REASONS, Reason, Verdict, enough
from core.progress import Progress, ShouldStop, never, silent
from verbs.contract import Request, Result
from verbs.cut_form import DEFAULT_RULE, RULE_HELP, Rule
from verbs.cuts import CutFacts, CutsRequest, cuts
from verbs.intervals import Interval

if TYPE_CHECKING:
    from storage.library import Library
    from storage.preferences import NewPair, Pair, Side
    from storage.preferences import Vote as StoredVote
    from storage.tasks import Annotator


def _several(given: object) -> object:
    """("dull", "too-jumpy") from "dull,too-jumpy"."""
    return tuple(filter(None, given.split(","))) if isinstance(given, str) else given


# Several reasons, also as people write them.
Reasons = Annotated[tuple[Reason, ...], BeforeValidator(_several)]
SOURCES_HELP = "mean, camp:NUMBER, person:NAME, run:NUMBER, run:NUMBER:SAMPLE, signal:NAME or mended:NUMBER."


class CompareCutsRequest(Request):
    """Which two cuts of which entry."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    a: str = Field(max_length=limits.SOURCE_CHARS, description=SOURCES_HELP)
    b: str = Field(max_length=limits.SOURCE_CHARS, description="The other one, in the same way.")
    rule: Rule = Field(DEFAULT_RULE, description=RULE_HELP)
    budget: float = Field(DEFAULT_BUDGET, gt=0, le=1, description="Share of the video that a cut may take.")
    shots: str | None = Field(None, description="Segmentation (default: the entry's first).")
    blind: bool = Field(False, description="Nobody is told what made them before they have voted.")


class VoteRequest(Request):
    """Which of two cuts is better, and why."""

    pair: int = Field(ge=1, description="Number of the pair.")
    verdict: Verdict = Field(description="The better one, or both (are good), or neither.")
    reasons: Reasons = Field(
        (), max_length=len(REASONS), description=f"What speaks for it, or against the other: {','.join(REASONS)}."
    )
    by: str | None = Field(None, max_length=limits.PERSON_NAME_CHARS, description="Who says so.")
    watched_a: float = Field(0.0, ge=0, le=limits.WATCHED_SECONDS, description="Seconds of a that they have watched.")
    watched_b: float = Field(0.0, ge=0, le=limits.WATCHED_SECONDS, description="Seconds of b that they have watched.")
    client: str = Field("", max_length=limits.CLIENT_CHARS, description="Name of the vote: sent twice, it counts once.")


class ComparedCut(Result):
    """One of two cuts.

    Attributes:
        source: that it is made from; None where that is not told before the vote.
        label: of the source, for people; None likewise.
        frames: half-open frame intervals, ascending.
        seconds: the same in seconds.
        length_s: how long it plays.
        alone: share of its time that the other one does not take.
        empty_share: share of its time whose pictures show nothing; None where nobody looked.
        enough_s: seconds of it that have to be watched before a blind vote.
    """

    source: str | None
    label: str | None
    frames: list[Interval]
    seconds: list[tuple[float, float]]
    length_s: float
    alone: float
    empty_share: float | None
    enough_s: float


class ComparedCuts(Result):
    """Two cuts of an entry that somebody compares.

    Attributes:
        pair: its number.
        entry: id.
        title: of the entry.
        duration: of the video, seconds.
        blind: what made them is told after the vote.
        study: that it belongs to, or None.
        a, b: the cuts.
    """

    pair: int
    entry: str
    title: str
    duration: float
    blind: bool
    study: int | None
    a: ComparedCut
    b: ComparedCut


class VoteFacts(Result):
    """What somebody said of a pair.

    Attributes:
        vote: its number.
        pair, entry, study: what it is about.
        a, b: sources of the cuts; None where that is not told yet.
        a_label, b_label: of these, for people.
        verdict, reasons: what was said.
        by: who, None where that was not told.
        blind: they did not know what made the cuts.
        watched_a, watched_b: seconds that they had watched.
        at: when (UTC).
    """

    vote: int
    pair: int
    entry: str
    study: int | None
    a: str | None
    b: str | None
    a_label: str | None
    b_label: str | None
    verdict: Verdict
    reasons: list[Reason]
    by: str | None
    blind: bool
    watched_a: float
    watched_b: float
    at: datetime


class VotesRequest(Request):
    """Whose votes."""

    study: int | None = Field(None, ge=1, description="Only on pairs of this study.")
    by: str | None = Field(None, max_length=limits.PERSON_NAME_CHARS, description="Only those of this person.")


class VotesResult(Result):
    """Votes in the order in which they came; of several of one person on one pair the newest."""

    votes: list[VoteFacts]


def compare_cuts(
    library: Library, request: CompareCutsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> ComparedCuts:
    """Keeps two cuts of an entry as they are now, to be voted on.

    Raises:
        NotFoundError: there is no such entry, segmentation or source.
        InputError: a cut is empty, or both are the same.
    """
    entry = library.entries.get(request.entry)
    pair = new_pair(library, entry, request)
    return compared(library, library.preferences.add(pair), told=True)


def vote(
    library: Library, request: VoteRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> VoteFacts:
    """Appends what somebody prefers; a vote on the same pair again counts instead of the one before.

    Raises:
        NotFoundError: there is no such pair.
        InputError: the pair is blind, and they have not watched enough of both.
        ConflictError: its study is closed.
    """
    pair = library.preferences.pair(request.pair)
    if pair.blind:
        _check_watched(library.entries.get(pair.entry), pair, (request.watched_a, request.watched_b))
    author = None if request.by is None else library.annotations.get_or_create_annotator(request.by)
    found = library.preferences.vote(
        pair.id,
        author,
        request.verdict,
        reasons=request.reasons,
        watched=(request.watched_a, request.watched_b),
        client=request.client,
    )
    return vote_facts(found)


def votes(
    library: Library, request: VotesRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> VotesResult:
    """What people said of pairs of cuts. Raises NotFoundError."""
    if request.study is not None:
        library.preferences.study(request.study)
    author = None
    if request.by is not None:
        author = library.annotations.annotator(request.by)
        if author is None:
            raise NotFoundError(f"There is nobody called '{request.by}'.", "List them: ls people")
    found = library.preferences.votes(study=request.study, author=author)
    return VotesResult(votes=[vote_facts(one) for one in found])


def new_pair(library: Library, entry: Entry, request: CompareCutsRequest) -> NewPair:
    """Two cuts of an entry as a request wants them. Raises NotFoundError, InputError."""
    from storage.preferences import NewPair

    asked = CutsRequest(entry=entry.id, rule=request.rule, budget=request.budget, shots=request.shots)
    made = [cuts(library, asked.model_copy(update={"source": name})) for name in (request.a, request.b)]
    sides = [_side(library, entry, one.cuts[0]) for one in made]
    if sides[0].segments == sides[1].segments:
        raise InputError(f"Both cuts of '{entry.id}' are the same.", "Choose another source, or another budget.")
    first = made[0]
    return NewPair(entry.id, sides[0], sides[1], first.rule, first.shots, first.budget, request.blind)


def compared(library: Library, pair: Pair, *, told: bool, swapped: bool = False) -> ComparedCuts:
    """A pair as somebody sees it.

    Args:
        library: where its entry is.
        pair: of which.
        told: what made the cuts is told.
        swapped: b stands where a does otherwise.
    """
    entry = library.entries.get(pair.entry)
    both = (pair.b, pair.a) if swapped else (pair.a, pair.b)
    a, b = (_cut(entry, one, other, told) for one, other in (both, both[::-1]))
    return ComparedCuts(
        pair=pair.id, entry=entry.id, title=entry.title, duration=entry.timebase.duration, blind=pair.blind,
        study=pair.study, a=a, b=b,
    )  # fmt: skip


def vote_facts(one: StoredVote, *, told: bool = True, swapped: bool = False) -> VoteFacts:
    """A vote for people; as they saw it where it is `swapped`, without what made the cuts where that is not `told`."""
    pair, sides, watched = one.pair, (one.pair.a, one.pair.b), one.watched
    if swapped:
        sides, watched = sides[::-1], watched[::-1]
    return VoteFacts(
        vote=one.id, pair=pair.id, entry=pair.entry, study=pair.study,
        a=sides[0].source if told else None, b=sides[1].source if told else None,
        a_label=sides[0].label if told else None, b_label=sides[1].label if told else None,
        verdict=OTHER[one.verdict] if swapped else one.verdict, reasons=list(one.reasons),
        by=None if one.author is None else one.author.name, blind=pair.blind,
        watched_a=watched[0], watched_b=watched[1], at=one.at,
    )  # fmt: skip


def all_voted(library: Library, study: int, who: Annotator) -> bool:
    """Whether somebody has voted on every pair of a study."""
    said = {one.pair.id for one in library.preferences.votes(study=study, author=who)}
    return all(one.id in said for one in library.preferences.pairs(study))


def _side(library: Library, entry: Entry, cut: CutFacts) -> Side:
    from storage.preferences import Side

    if not cut.frames:
        raise InputError(f"The cut of '{entry.id}' by {cut.label} is empty ({cut.note}).", "Choose a larger budget.")
    return Side(cut.source, maker_of(library, entry, cut.source), cut.label, tuple(cut.frames))


def maker_of(library: Library, entry: Entry, source: str) -> str:
    """What made a cut, as it is called on every entry: a run's checkpoint, and no single sample of it."""
    kind, _, rest = source.partition(":")
    if kind == "run":
        number = int(rest.partition(":")[0])
        run = next(one for one in library.runs.of_entry(entry.id) if one.id == number)
        return f"checkpoint:{run.track.checkpoint}"
    return kind if kind in ("camp", "mended") else source


def _cut(entry: Entry, one: Side, other: Side, told: bool) -> ComparedCut:
    lasting = np.diff(entry.timebase.seconds(np.arange(entry.n_frames + 1)))
    inside, elsewhere = (_mask(side.segments, entry.n_frames) for side in (one, other))
    length = float(lasting[inside].sum())
    empty = None
    if entry.empty is not None:
        empty = float(lasting[inside & _mask(entry.empty, entry.n_frames)].sum()) / length
    seconds = np.asarray(entry.timebase.seconds(np.array(one.segments, np.int64)), np.float64).reshape(-1, 2)
    return ComparedCut(
        source=one.source if told else None,
        label=one.label if told else None,
        frames=list(one.segments),
        seconds=[(round(float(start), 6), round(float(end), 6)) for start, end in seconds],
        length_s=round(length, 6),
        alone=float(lasting[inside & ~elsewhere].sum()) / length,
        empty_share=empty,
        enough_s=round(enough(length), 3),
    )


def _mask(segments: Sequence[Sequence[int]] | np.ndarray, n_frames: int) -> np.ndarray:
    mask = np.zeros(n_frames, bool)
    for start, end in segments:
        mask[start:end] = True
    return mask


def _check_watched(entry: Entry, pair: Pair, watched: tuple[float, float]) -> None:
    for side, seconds in zip((pair.a, pair.b), watched, strict=True):
        spans = np.asarray(entry.timebase.seconds(np.array(side.segments, np.int64)), np.float64).reshape(-1, 2)
        wanted = enough(float(np.diff(spans, axis=1).sum()))
        if seconds < wanted - 0.05:
            raise InputError(
                f"Only {seconds:.1f} s of one of the two cuts were watched, of {wanted:.1f} s.",
                "Watch both before you say which is better.",
            )
