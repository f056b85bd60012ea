"""`cuts`: every cut of an entry, by one rule, in frames and in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from core import limits
from core.data import Cut, Entry, Shots
from core.errors import InputError, NotFoundError
from core.progress import Progress, ShouldStop, never, silent
from core.select.shape_names import Shape
from verbs.contract import Result
from verbs.cut_form import DEFAULT_RULE, CutForm, Rule
from verbs.intervals import Interval, Intervals
from verbs.sources import Source, all_sources, source

if TYPE_CHECKING:
    from storage.library import Library


class CutsRequest(CutForm):
    """Which cuts of an entry."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    source: str | None = Field(
        None,
        max_length=limits.SOURCE_CHARS,
        description="mean, person:NAME, run:NUMBER:SAMPLE or signal:NAME (default: all of them), or mended:NUMBER as"
        " it is.",
    )
    keep: Intervals = Field(
        (), description="Viewing rule: what must be in every cut, in frames, ends exclusive, such as 0-120,240-300."
    )
    forbid: Intervals = Field((), description="Viewing rule: what must not be, in the same way.")


class CutFacts(Result):
    """One cut.

    Attributes:
        source: "mean", "person:NAME", "run:ID:K", "signal:NAME" or "mended:ID".
        label: of the source, for people.
        frames: half-open frame intervals, ascending.
        seconds: the same in seconds.
        length_s: how long the cut plays.
        score_inside: mean score over the time of the cut, in [0, 1]; None for an empty cut.
        score_video: mean score over the time of the whole video.
        empty_share: share of the cut's time whose pictures show nothing; None where nobody looked, or nothing is cut.
        note: "" or why the cut is as it is.
    """

    source: str
    label: str
    frames: list[Interval]
    seconds: list[tuple[float, float]]
    length_s: float
    score_inside: float | None
    score_video: float
    empty_share: float | None
    note: str


class CutsResult(Result):
    """The cuts of an entry.

    Attributes:
        entry: id.
        rule: they were made by.
        shape: that they have.
        shots: name of the segmentation.
        budget: share of the video.
        budget_s: the same in seconds: no cut of the viewing rule lasts longer.
        assumed_rate: why the frame rate, and so every time, is only assumed; "" where it is known.
        cuts: one for each source.
    """

    entry: str
    rule: Rule
    shape: Shape
    shots: str
    budget: float
    budget_s: float
    assumed_rate: str
    cuts: list[CutFacts]


def cuts(
    library: Library, request: CutsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> CutsResult:
    """The cuts of an entry by one rule, of every source or of one.

    Raises:
        NotFoundError: there is no such entry, segmentation or source.
        InputError: a setting makes no sense, or what is to be kept cannot be.
    """
    entry = library.entries.get(request.entry)
    chosen = [source(library, entry, request.source)] if request.source else all_sources(library, entry)
    if (mended := chosen[0].mended if chosen else None) is not None:
        if request.keep or request.forbid:
            raise InputError("A mended cut says itself what is kept and what is not.", "Mend it: mend --cut.")
        return CutsResult(
            entry=entry.id,
            rule=DEFAULT_RULE,
            shape="scored",
            shots=mended.row.base.shots,
            budget=mended.state.budget,
            budget_s=round(mended.state.budget * entry.timebase.duration, 3),
            assumed_rate=entry.assumed_rate,
            cuts=[_facts(entry, chosen[0], mended.cut)],
        )
    shots = shots_of(entry, request.shots)
    solve = Solver(entry, shots, request, request.keep, request.forbid)
    return CutsResult(
        entry=entry.id,
        rule=request.rule,
        shape=request.shape,
        shots=shots.source,
        budget=solve.budget,
        budget_s=round(solve.budget * entry.timebase.duration, 3),
        assumed_rate=entry.assumed_rate,
        cuts=[_facts(entry, one, solve(one.scores)) for one in chosen],
    )


def shots_of(entry: Entry, name: str | None) -> Shots:
    """A segmentation of an entry by its name; None for its first, or two-second shots where it has none.

    Raises:
        NotFoundError: the entry has no such segmentation.
    """
    from core.segment.segmentation import default_shots

    if name is None:
        return default_shots(entry)
    if name not in entry.shots:
        known = ", ".join(entry.shots) or "none"
        raise NotFoundError(f"Entry '{entry.id}' has no segmentation '{name}'.", f"It has: {known}.")
    return entry.shots[name]


class Solver:
    """Cuts of one entry in one form: scores (T,) -> Cut.

    Args:
        entry, shots: what is cut.
        form: how; None for what is usual.
        keep, forbid: half-open frame intervals.

    Attributes:
        budget: share of the video that a cut may take.

    Raises:
        InputError: the form makes no sense of this entry, the published rule is to keep or to forbid something or to
            make another shape, or an interval leaves the video.
    """

    def __init__(
        self,
        entry: Entry,
        shots: Shots,
        form: CutForm | None = None,
        keep: Sequence[Interval] = (),
        forbid: Sequence[Interval] = (),
    ) -> None:
        from core.data.segments import checked_segments
        from core.select.footage import footage, spans

        form = form or CutForm()
        if form.rule == "published" and (keep or forbid):
            raise InputError("The published rule keeps and forbids nothing.", "Choose the viewing rule.")
        if form.rule == "published" and form.shape != "scored":
            raise InputError("The published rule makes cuts as scored and no other shape.", "Choose the viewing rule.")
        self._entry, self._shots, self._form, self.budget = entry, shots, form, form.share(entry)
        for intervals in (keep, forbid):
            for interval in intervals:
                checked_segments([interval], entry.n_frames)
        if form.rule == "viewing":
            self._footage = footage(entry, shots, self.budget)
            self._keep, self._forbid = (spans(entry.timebase, list(map(list, rows))) for rows in (keep, forbid))

    def __call__(self, scores: np.ndarray) -> Cut:
        form = self._form
        if form.rule == "published":
            from core.select.published import select

            return select(scores, self._entry.picks, self._shots, self._entry.n_frames, self.budget)
        from core.select.shapes import shaped

        clip_ms = round(form.clip * 1000)
        return shaped(scores, self._footage, self.budget, form.shape, clip_ms, form.words, self._keep, self._forbid)


def _facts(entry: Entry, source: Source, cut: Cut) -> CutFacts:
    timebase = entry.timebase
    seconds = np.asarray(timebase.seconds(cut.segments), np.float64).reshape(-1, 2)
    held, lasting = _held(entry, source.scores)
    length = float(np.diff(seconds, axis=1).sum())
    inside = cut.mask.astype(bool)
    empty = None
    if entry.empty is not None and length:
        shows_nothing = Cut(entry.empty, entry.n_frames, 1.0).mask.astype(bool)
        empty = float(lasting[inside & shows_nothing].sum() / lasting[inside].sum())
    return CutFacts(
        source=source.name,
        label=source.label,
        frames=[(int(start), int(end)) for start, end in cut.segments],
        seconds=[(round(float(start), 6), round(float(end), 6)) for start, end in seconds],
        length_s=round(length, 6),
        score_inside=float(np.average(held[inside], weights=lasting[inside])) if length else None,
        score_video=float(np.average(held, weights=lasting)),
        empty_share=empty,
        note=cut.note,
    )


def _held(entry: Entry, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n_frames,) scores of all frames, and how long each frame is shown, in seconds."""
    from core.select.published import hold_scores

    return hold_scores(scores, entry.picks, entry.n_frames), np.diff(
        entry.timebase.seconds(np.arange(entry.n_frames + 1))
    )
