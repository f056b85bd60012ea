"""`preferences`: which sources win, and whether agreement with people would have said so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field

from core.data import Entry
from core.errors import ManycutError
from core.labelling.preferences import Verdict
from core.progress import Progress, ShouldStop, check, never, silent
from core.statistics.figure import Figure
from core.statistics.preferences import CHANCE, Comparison, predicts, standings
from core.statistics.results import Interval
from verbs.contract import Request, Result
from verbs.cut_form import CutForm
from verbs.cuts import Solver, shots_of
from verbs.sources import source

if TYPE_CHECKING:
    from core.data import AnnotationSet
    from storage.library import Library
    from storage.preferences import Pair, Side, Vote

OUTCOMES: dict[Verdict, float] = {"a": 1.0, "b": 0.0, "both": CHANCE, "neither": CHANCE}
WORDS = {"mean": "Average of people", "camp": "One of two camps", "mended": "Mended by people"}
FigureName = Literal["f1", "tau"]


class PreferencesRequest(Request):
    """Which votes are counted."""

    study: int | None = Field(None, ge=1, description="Only those of this study.")


class SourceStanding(Result):
    """How one source stands, see `core.statistics.preferences.Standing`.

    Attributes:
        source: what made the cuts: "mean", "checkpoint:ID", "signal:NAME", "person:NAME", "camp" or "mended".
        label: for people.
        votes, won, tied: how many it was in, and of these.
        rate: share that it won, a tie counts half, with Wilson's 95 % limits.
        probability: of winning against the others by the model of Bradley and Terry, with 95 % limits.
        strength: of the model, in logits; all sum to 0.
    """

    source: str
    label: str
    votes: int
    won: int
    tied: int
    rate: Interval
    probability: Interval
    strength: Figure


class FigurePrediction(Result):
    """Whether people prefer the cut with the higher figure.

    Attributes:
        figure: "f1" of the cut with the cuts of people who rated the video, by the rule and budget of the pair; "tau"
            of its scores with theirs (Kendall's tau-b). Means over people; of a person's own cut over the others.
        share: of the votes in which the cut with the higher figure won, with Wilson's 95 % limits.
        votes: that it is a share of.
        left_out: in which neither was better, or the figures are equal or unknown.
        chance: what a coin reaches.
    """

    figure: FigureName
    share: Interval
    votes: int
    left_out: int
    chance: float


class PreferencesResult(Result):
    """What the votes amount to.

    Attributes:
        votes: how many count.
        people: who voted; those who were not named count as one.
        blind: votes of people who did not know what made the cuts.
        alike: votes between two cuts of one source, which say nothing of sources.
        sources: the most probable winner first.
        predictions: of agreement with people; none where nobody rated a video that was voted on.
    """

    votes: int
    people: int
    blind: int
    alike: int
    sources: list[SourceStanding]
    predictions: list[FigurePrediction]


def preference_figures(
    library: Library, request: PreferencesRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> PreferencesResult:
    """Counts what people prefer.

    Raises:
        NotFoundError: there is no such study.
        Cancelled: `should_stop` said so.
    """
    if request.study is not None:
        library.preferences.study(request.study)
    given = library.preferences.votes(study=request.study)
    between = [one for one in given if one.pair.a.maker != one.pair.b.maker]
    labels = _Labels(library)
    return PreferencesResult(
        votes=len(given),
        people=len({None if one.author is None else one.author.id for one in given}),
        blind=sum(one.pair.blind for one in given),
        alike=len(given) - len(between),
        sources=[
            SourceStanding(label=labels.of(one.source), **vars(one))
            for one in standings([compared(one) for one in between])
        ],
        predictions=_predictions(library, given, progress, should_stop),
    )


def compared(vote: Vote) -> Comparison:
    """A vote between two sources as the statistics know it."""
    return Comparison(vote.pair.a.maker, vote.pair.b.maker, OUTCOMES[vote.verdict])


class _Labels:
    """What sources are called."""

    def __init__(self, library: Library) -> None:
        self._checkpoints = {one.id: one.label for one in library.checkpoints.list()}

    def of(self, maker: str) -> str:
        from core.signals import listed

        kind, _, rest = maker.partition(":")
        if kind == "checkpoint":
            return self._checkpoints.get(rest, rest)
        if kind == "signal":
            return listed(rest).label
        return WORDS.get(maker, rest or maker)


def _predictions(
    library: Library, given: list[Vote], progress: Progress, should_stop: ShouldStop
) -> list[FigurePrediction]:
    by_entry: dict[str, list[Vote]] = {}
    for vote in given:
        by_entry.setdefault(vote.pair.entry, []).append(vote)
    rows: list[tuple[tuple[float, float], float]] = []
    for number, (entry_id, votes) in enumerate(by_entry.items()):
        check(should_stop, "Counting preferences")
        progress(number / len(by_entry), entry_id)
        try:
            entry = library.entries.get(entry_id)
        except ManycutError:  # it was removed; the votes stay
            continue
        people = library.people.of_entry(entry_id, entry=entry)
        if people is None:
            continue
        beside = _BesidePeople(library, entry, people)
        for vote in votes:
            a, b = (beside.figures(vote.pair, side) for side in (vote.pair.a, vote.pair.b))
            rows.append(((a[0] - b[0], a[1] - b[1]), OUTCOMES[vote.verdict]))
    if not rows:
        return []
    outcomes = [outcome for _, outcome in rows]
    names: tuple[FigureName, FigureName] = ("f1", "tau")
    return [
        FigurePrediction(figure=name, **vars(predicts([row[k] for row, _ in rows], outcomes)))
        for k, name in enumerate(names)
    ]


class _BesidePeople:
    """How well cuts of one entry agree with the people who rated it; everything is computed once."""

    def __init__(self, library: Library, entry: Entry, people: AnnotationSet) -> None:
        self._library, self._entry, self._people = library, entry, people
        self._known: dict[tuple[int, str], tuple[float, float]] = {}
        self._cuts: dict[tuple[str, str, float], np.ndarray] = {}

    def figures(self, pair: Pair, side: Side) -> tuple[float, float]:
        """F1 and tau of one side of a pair, NaN where undefined."""
        key = (pair.id, side.source)
        if key not in self._known:
            rows = [row for row, name in enumerate(self._people.annotators) if side.source != f"person:{name}"]
            self._known[key] = (self._f1(pair, side, rows), self._tau(side, rows))
        return self._known[key]

    def _f1(self, pair: Pair, side: Side, rows: list[int]) -> float:
        from core.data import Cut
        from core.statistics.agreement import f1_matrix
        from core.statistics.curves import mean_defined

        made = (pair.rule, pair.shots, pair.budget)
        if made not in self._cuts:
            try:
                form = CutForm.of(rule=pair.rule, budget=pair.budget)
                solve = Solver(self._entry, shots_of(self._entry, pair.shots), form)
            except ManycutError:  # the segmentation is gone
                return float("nan")
            self._cuts[made] = np.array([solve(row).mask for row in self._people.scores])
        own = Cut(np.array(side.segments, np.int64), self._entry.n_frames, 1.0).mask
        return mean_defined(f1_matrix(own[None], self._cuts[made][rows])[0]) if rows else float("nan")

    def _tau(self, side: Side, rows: list[int]) -> float:
        from core.statistics.curves import mean_defined
        from core.statistics.ranks import correlations

        try:
            curve = source(self._library, self._entry, side.source).scores
        except ManycutError:  # the run or the mended cut is gone
            return float("nan")
        return (
            mean_defined(correlations(np.atleast_2d(curve), self._people.scores[rows])[0][0]) if rows else float("nan")
        )
