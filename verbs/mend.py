"""`mend_cut`, `mend_steps`, `mended_cut` and `mended_cuts`: what stays, what goes, and the rest solved again."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from core import limits
from core.data import DEFAULT_BUDGET, Cut, Entry
from core.errors import InputError, ManycutError
from core.progress import Progress, ShouldStop, never, silent
from core.select.mending import Kind, Label, Step
from verbs.contract import Numbers, Request, Result
from verbs.cut_form import DEFAULT_RULE, Rule
from verbs.cuts import shots_of
from verbs.intervals import Interval, Intervals
from verbs.mended_source import solved
from verbs.sources import source

if TYPE_CHECKING:
    from storage.library import Library
    from storage.mended import Base, MendedCut, Numbered


class MendCutRequest(Request):
    """What a cut is mended from, and the first that is done to it."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    source: str | None = Field(
        None,
        max_length=limits.SOURCE_CHARS,
        description="mean, person:NAME, run:NUMBER, run:NUMBER:SAMPLE or signal:NAME: the rest is chosen by it"
        " (default: the average of people, else the balanced signal, else the newest run).",
    )
    shots: str | None = Field(None, description="Segmentation (default: the entry's first).")
    budget: float | None = Field(
        None, gt=0, le=1, description=f"Share of the video that the cut may take (default: {DEFAULT_BUDGET:g})."
    )
    cut: int | None = Field(None, ge=1, description="Go on mending the cut of this number instead of a new one.")
    keep: Intervals = Field(
        (), max_length=limits.SPANS_PER_STEP, description="Stays, in frames, such as 0-120,240-300."
    )
    forbid: Intervals = Field((), max_length=limits.SPANS_PER_STEP, description="Goes, in the same way.")
    free: Intervals = Field((), max_length=limits.SPANS_PER_STEP, description="May stay or go again, in the same way.")
    split: Numbers = Field(
        (), max_length=limits.SPANS_PER_STEP, description="Frames at which a clip is divided, or joined again: 90,180."
    )
    name: str = Field("", max_length=limits.TITLE_CHARS, description="Of the cut (default: a number).")
    by: str | None = Field(None, max_length=limits.PERSON_NAME_CHARS, description="Who mends it.")


class StepData(Request):
    """What a step says beside its kind; see `core.select.mending.Step`.

    Attributes:
        spans: painted, half-open frames with their label.
        splits: frames at which a clip is divided, or joined again.
        budget: share of the video.
        name: of the cut.
    """

    spans: list[tuple[int, int, Label]] | None = None
    splits: list[int] | None = None
    budget: float | None = None
    name: str | None = None


class MendStep(Request):
    """One thing that is done to a cut; see `core.select.mending.Step`."""

    client: str
    seq: int
    kind: Kind
    data: StepData = StepData()


class MendStepsRequest(Request):
    """What is done to which cut.

    Attributes:
        cut: number of the cut.
        steps: in the order in which they were done; those that are known already are skipped.
        after: number of the last step that is known already: those after it are told.
    """

    cut: int = Field(ge=1)
    steps: tuple[MendStep, ...] = Field((), max_length=limits.STEPS_PER_REQUEST)
    after: int = Field(0, ge=0)


class MendedRequest(Request):
    """Which cut, and after which of its steps they are told."""

    cut: int = Field(ge=1, description="Number of a mended cut.")
    after: int = Field(0, ge=0, description="Only steps with a higher number are told.")


class MendedCutsRequest(Request):
    """Of which entry, and by whom."""

    entry: str = Field(description="Entry id, such as demo/harbour-day.")
    by: str | None = Field(None, max_length=limits.PERSON_NAME_CHARS, description="Only those of this person.")


class StepFacts(Result):
    """A step of a cut with its number in server order, from 1; see `core.select.mending.Step`."""

    n: int
    client: str
    seq: int
    kind: Kind
    data: StepData


class MendedFacts(Result):
    """A mended cut as it is now.

    Attributes:
        id: its number; as a source it is "mended:ID".
        entry: id of the entry.
        name: for people.
        by: who mends it, None where that was not told.
        source: name of the scores by which the rest is chosen.
        label: of these, for people.
        rule, shots: by which it is chosen.
        budget: share of the video.
        budget_s: the same in seconds.
        kept, forbidden: half-open frame intervals that a person decided.
        splits: frames at which clips are divided.
        undo_depth, redo_depth: how many steps can be undone and redone.
        segments: the clips, half-open frame intervals, ascending; they adjoin where they were divided.
        length_s: how long the cut plays.
        note: "" or why the cut is as it is.
        problem: "" or why there is no cut at the moment, such as more to be kept than the budget; undo mends it.
        made, changed: when (UTC).
        last: number of its last step.
        steps: those that were asked for.
    """

    id: int
    entry: str
    name: str
    by: str | None
    source: str
    label: str
    rule: Rule
    shots: str
    budget: float
    budget_s: float
    kept: list[Interval]
    forbidden: list[Interval]
    splits: list[int]
    undo_depth: int
    redo_depth: int
    segments: list[Interval]
    length_s: float
    note: str
    problem: str
    made: datetime
    changed: datetime
    last: int
    steps: list[StepFacts]


class MendedCutsResult(Result):
    """The mended cuts of an entry, oldest first."""

    entry: str
    cuts: list[MendedFacts]


def mend_cut(
    library: Library, request: MendCutRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> MendedFacts:
    """Begins a mended cut, or goes on with one, and does what is asked to it: all of it or nothing.

    Raises:
        NotFoundError: there is no such entry, source, segmentation or cut.
        InputError: an interval makes no sense, or more is to be kept than the budget.
        ConflictError: another cut of the entry has that name.
    """
    entry = library.entries.get(request.entry)
    steps = _first_steps(request)
    if request.cut is None:
        base = _base(library, entry, request)
        _check(entry, base, steps)
        author = None if request.by is None else library.annotations.get_or_create_annotator(request.by)
        row = library.mended.add(entry.id, base, author, request.name)
    else:
        row = _going_on(library, request)
        done: list[tuple[Kind, Mapping[str, Any]]] = [(one.kind, one.data) for one in steps]
        if request.budget is not None:
            done.insert(0, ("budget", {"budget": request.budget}))
        if request.name.strip():
            done.append(("name", {"name": request.name}))
        steps = _steps(done)
        _check(entry, row.base, [*(one.step for one in library.mended.steps(row.id)), *steps])
    told = library.mended.append(row.id, steps, row.steps)
    return _facts(library, entry, library.mended.get(row.id), told)


def mend_steps(
    library: Library, request: MendStepsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> MendedFacts:
    """Does something to a cut; what others did meanwhile is told with it.

    A cut of which more is kept than the budget allows is kept like that, and says so: the next step may mend it.

    Raises:
        NotFoundError: there is no such cut.
        InputError: a step makes no sense.
        ConflictError: another step is known under the same client and seq, or another cut has that name.
    """
    steps = [Step(one.client, one.seq, one.kind, _given(one.data)) for one in request.steps]
    told = library.mended.append(request.cut, steps, request.after)
    row = library.mended.get(request.cut)
    return _facts(library, library.entries.get(row.entry), row, told)


def mended_cut(
    library: Library, request: MendedRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> MendedFacts:
    """One mended cut. Raises NotFoundError."""
    row = library.mended.get(request.cut)
    return _facts(library, library.entries.get(row.entry), row, library.mended.steps(row.id, request.after))


def mended_cuts(
    library: Library, request: MendedCutsRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
) -> MendedCutsResult:
    """The mended cuts of an entry, without their steps. Raises NotFoundError."""
    entry = library.entries.get(request.entry)
    author = None if request.by is None else library.annotations.annotator(request.by)
    rows = [] if request.by is not None and author is None else library.mended.of_entry(entry.id, author)
    cuts = [_facts(library, entry, row, ()) for row in rows]
    return MendedCutsResult(entry=entry.id, cuts=cuts)


def _base(library: Library, entry: Entry, request: MendCutRequest) -> Base:
    from core.data.cut_scores import MendedScores, ModelScores, NoScores
    from core.personal import KIND as PERSONAL
    from storage.mended import Base

    of = source(library, entry, request.source)
    if isinstance(of.facts, MendedScores | NoScores):
        raise InputError(f"'{of.name}' is mended already.", "Go on with it (--cut), or mend a cut of a curve.")
    personal = isinstance(of.facts, ModelScores) and library.runs.get(of.facts.run).track.kind == PERSONAL
    budget = DEFAULT_BUDGET if request.budget is None else request.budget
    shots = shots_of(entry, request.shots).source
    return Base(of.name, of.label, of.facts, np.asarray(of.scores, np.float32), shots, budget, personal)


def _going_on(library: Library, request: MendCutRequest) -> MendedCut:
    assert request.cut is not None
    if request.source is not None or request.shots is not None or request.by is not None:
        raise InputError("Who mends a cut, and from what, stays as it began.", "Begin a new one: leave out --cut.")
    row = library.mended.get(request.cut)
    if row.entry != request.entry:
        raise InputError(f"Mended cut {request.cut} is of entry '{row.entry}', not of '{request.entry}'.")
    return row


def _check(entry: Entry, base: Base, steps: Sequence[Step]) -> None:
    """Raises InputError where what would be done makes no sense, or amounts to no cut."""
    from core.select.footage import spans
    from core.select.mending import check_step, fold
    from core.select.viewing import check_constraints

    for step in steps:
        check_step(step, entry.n_frames)
    state = fold(steps, base.budget)
    kept = spans(entry.timebase, [list(span) for span in state.kept])
    duration = int(spans(entry.timebase, [[0, entry.n_frames]])[0, 3])
    check_constraints(kept, kept[:0], int(np.floor(state.budget * duration + 1e-6)))


def _first_steps(request: MendCutRequest) -> list[Step]:
    spans = [
        [start, end, label]
        for label, intervals in (("keep", request.keep), ("forbid", request.forbid), ("free", request.free))
        for start, end in intervals
    ]
    for start, end in request.keep:
        for first, last in request.forbid:
            if start < last and first < end:
                raise InputError(
                    f"Frames {max(start, first)} to {min(end, last)} are to be kept and to be left out.",
                    "Take one of the two back.",
                )
    if not spans and not request.split:
        return []
    return _steps([("paint", {"spans": spans, "splits": list(request.split)})])


def _steps(done: Sequence[tuple[Kind, Mapping[str, Any]]]) -> list[Step]:
    """Numbered steps of a client of their own."""
    client = f"command-{secrets.token_hex(8)}"
    return [Step(client, seq, kind, data) for seq, (kind, data) in enumerate(done, 1)]


def _given(data: StepData) -> dict[str, Any]:
    """What was said, as JSON holds it."""
    given: dict[str, Any] = data.model_dump(mode="json", exclude_none=True)
    return given


def _facts(library: Library, entry: Entry, row: MendedCut, told: Sequence[Numbered]) -> MendedFacts:
    state = library.mended.state(row.id)
    try:
        cut, problem = solved(entry, row, state), ""
    except ManycutError as error:
        cut, problem = (
            Cut(np.empty((0, 2), np.int64), entry.n_frames, state.budget),
            f"{error.message} {error.hint}".strip(),
        )
    seconds = np.asarray(entry.timebase.seconds(cut.segments), np.float64).reshape(-1, 2)
    return MendedFacts(
        id=row.id,
        entry=row.entry,
        name=row.name,
        by=None if row.author is None else row.author.name,
        source=row.base.source,
        label=row.base.label,
        rule=DEFAULT_RULE,
        shots=row.base.shots,
        budget=state.budget,
        budget_s=round(state.budget * entry.timebase.duration, 3),
        kept=list(state.kept),
        forbidden=list(state.forbidden),
        splits=list(state.splits),
        undo_depth=state.undo_depth,
        redo_depth=state.redo_depth,
        segments=cut.segments.tolist(),
        length_s=round(float(np.diff(seconds, axis=1).sum()), 6),
        note=cut.note,
        problem=problem,
        made=row.made,
        changed=row.changed,
        last=row.steps,
        steps=[
            StepFacts(n=n, client=step.client, seq=step.seq, kind=step.kind, data=StepData(**step.data))
            for n, step in told
        ],
    )
