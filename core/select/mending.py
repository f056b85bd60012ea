"""A cut that a person mends: "this stays, that goes", and the rest is solved again under the remaining budget.

What the person does is kept as steps, in the order in which the server received them, and the present state is derived
from them by `fold`. A step whose (client, seq) was seen before is skipped: sending again changes nothing.

    paint       gives spans of frames one of the labels "keep", "forbid" and "free", the later paint wins; and toggles
                splits, the frames at which a clip is divided in two. Dragging the edge of a clip is one such step: the
                clip as it is now is kept, what fell off is forbidden
    budget      sets the share of the video that the cut may take
    undo, redo  move one step of the two above; with nothing to undo or redo they do nothing; of steps `UNDO_STEPS` are
                remembered
    name        calls the cut otherwise; nothing of the state changes, and it is not undone
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, get_args

import numpy as np

from core import limits
from core.data import DEFAULT_BUDGET, Cut
from core.data.timebase import Timebase
from core.errors import InputError

if TYPE_CHECKING:
    from core.select.footage import Footage

Kind = Literal["paint", "budget", "undo", "redo", "name"]
KINDS: frozenset[str] = frozenset(get_args(Kind))
Label = Literal["keep", "forbid", "free"]
LABELS: frozenset[str] = frozenset(get_args(Label))

Span = tuple[int, int]  # half-open frames


@dataclass(frozen=True)
class Step:
    """One thing that was done to a mended cut.

    Attributes:
        client: id of the browser tab, or of one command; with `seq` it identifies the step within its cut.
        seq: number of the step within that client.
        kind: what was done.
        data: paint: {spans: [[start, end, label], ...], splits: [frame, ...]}, either may be missing; budget:
            {budget}; name: {name}; the others have none.
    """

    client: str
    seq: int
    kind: Kind
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MendState:
    """What the steps of a cut amount to.

    Attributes:
        kept, forbidden: half-open frame spans, ascending; those of one label neither overlap nor adjoin, and no frame
            is in both.
        splits: ascending frames at which a clip is divided, where one plays on across them.
        budget: share of the video in (0, 1].
        undo_depth, redo_depth: how many steps can be undone and redone.
    """

    kept: tuple[Span, ...] = ()
    forbidden: tuple[Span, ...] = ()
    splits: tuple[int, ...] = ()
    budget: float = DEFAULT_BUDGET
    undo_depth: int = 0
    redo_depth: int = 0


def check_step(step: Step, n_frames: int) -> None:
    """Raises InputError with what is wrong about a step of a cut of a video of so many frames."""
    if not (isinstance(step.client, str) and 0 < len(step.client) <= limits.CLIENT_CHARS and _writable(step.client)):
        raise InputError(f"A step needs a client id of at most {limits.CLIENT_CHARS} characters.")
    if not _whole(step.seq) or not 0 <= step.seq <= limits.LAST_SEQ:
        raise InputError("A step needs a whole number as seq.")
    if step.kind not in KINDS:
        raise InputError(f"There is no step '{step.kind}' of a mended cut.", f"Known are {', '.join(sorted(KINDS))}.")
    known = {"paint": {"spans", "splits"}, "budget": {"budget"}, "name": {"name"}}.get(step.kind, set())
    if not isinstance(step.data, Mapping) or not set(step.data) <= known:
        raise InputError(f"A step '{step.kind}' says {' and '.join(sorted(known)) or 'nothing'} and no more.")
    if step.kind == "paint":
        _check_paint(step.data, n_frames)
    elif step.kind == "budget":
        budget = step.data.get("budget")
        if isinstance(budget, bool) or not (isinstance(budget, int | float) and isfinite(budget) and 0 < budget <= 1):
            raise InputError(f"A budget must be a share of the video in (0, 1], not {budget}.", "Write 15 % as 0.15.")
    elif step.kind == "name":
        name = step.data.get("name")
        if not (isinstance(name, str) and 0 < len(name.strip()) <= limits.TITLE_CHARS and _writable(name)):
            raise InputError(f"A mended cut has a name of 1 to {limits.TITLE_CHARS} characters.")


def fold(steps: Iterable[Step], budget: float = DEFAULT_BUDGET) -> MendState:
    """The present state from all steps of one cut in server order; never fails on steps that were checked.

    Args:
        steps: some may come twice.
        budget: with which the cut began.
    """
    state = MendState(budget=budget)
    undoable: list[MendState] = []
    redoable: list[MendState] = []
    seen: set[tuple[str, int]] = set()
    for step in steps:
        if (step.client, step.seq) in seen:
            continue
        seen.add((step.client, step.seq))
        if step.kind in ("paint", "budget"):
            undoable.append(state)
            del undoable[: -limits.UNDO_STEPS]
            redoable.clear()
            state = _done(state, step)
        elif step.kind == "undo" and undoable:
            redoable.append(state)
            state = undoable.pop()
        elif step.kind == "redo" and redoable:
            undoable.append(state)
            state = redoable.pop()
    return MendState(state.kept, state.forbidden, state.splits, state.budget, len(undoable), len(redoable))


def mended(state: MendState, scores: np.ndarray, footage: Footage, timebase: Timebase) -> Cut:
    """The cut: what is kept, nothing that is forbidden, and the viewing rule's choice in what room is left.

    Args:
        state: from `fold`.
        scores: (T,) in [0, 1] that the rest is chosen by; NaN (not judged) counts as 0.
        footage, timebase: of the video.

    Returns:
        A cut whose clips adjoin where they were split, and nowhere else.

    Raises:
        InputError: what is kept is longer than the budget; see `core.select.viewing.check_constraints`.
    """
    from core.select.footage import spans
    from core.select.viewing import view  # compiles: only needed here

    keep, forbid = (spans(timebase, list(map(list, rows))) for rows in (state.kept, state.forbidden))
    cut = view(scores, footage, state.budget, keep, forbid)
    return Cut(divided(cut.segments, state.splits), cut.n_frames, cut.budget, cut.note)


def divided(segments: np.ndarray, splits: Iterable[int]) -> np.ndarray:
    """(K, 2) segments, divided at the frames that lie inside of one."""
    rows = segments.tolist()
    edges = [frame for frame in splits if any(start < frame < end for start, end in rows)]
    starts, ends = (sorted([*(row[side] for row in rows), *edges]) for side in (0, 1))
    return np.array(list(zip(starts, ends, strict=True)), np.int64).reshape(-1, 2)


def painted(kept: Sequence[Span], forbidden: Sequence[Span], span: Span, label: Label) -> tuple[list[Span], list[Span]]:
    """Kept and forbidden spans after one more was painted; see `MendState` for how they are."""
    with_it = {"keep": _without(kept, span), "forbid": _without(forbidden, span)}
    if label != "free":
        with_it[label] = _with(with_it[label], span)
    return with_it["keep"], with_it["forbid"]


def _done(state: MendState, step: Step) -> MendState:
    if step.kind == "budget":
        return MendState(state.kept, state.forbidden, state.splits, float(step.data["budget"]))
    kept, forbidden = list(state.kept), list(state.forbidden)
    for start, end, label in step.data.get("spans", ()):
        kept, forbidden = painted(kept, forbidden, (start, end), label)
    splits = set(state.splits)
    for frame in step.data.get("splits", ()):
        splits ^= {frame}
    return MendState(tuple(kept), tuple(forbidden), tuple(sorted(splits)), state.budget)


def _without(rows: Sequence[Span], span: Span) -> list[Span]:
    parts = (
        (edge, end) for row in rows for edge, end in ((row[0], min(row[1], span[0])), (max(row[0], span[1]), row[1]))
    )
    return [(start, end) for start, end in parts if start < end]


def _with(rows: Sequence[Span], span: Span) -> list[Span]:
    """Spans and one more that overlaps none of them, joined to those that it adjoins."""
    start, end = span
    apart = [row for row in rows if row[1] < start or row[0] > end]
    touching = [row for row in rows if not (row[1] < start or row[0] > end)]
    return sorted([*apart, (min([start, *(row[0] for row in touching)]), max([end, *(row[1] for row in touching)]))])


def _check_paint(data: Mapping[str, Any], n_frames: int) -> None:
    rows, splits = data.get("spans", []), data.get("splits", [])
    for listed in (rows, splits):
        if not isinstance(listed, list | tuple) or len(listed) > limits.SPANS_PER_STEP:
            raise InputError(f"A step paints a list of at most {limits.SPANS_PER_STEP} spans and splits.")
    for row in rows:
        if not (isinstance(row, list | tuple) and len(row) == 3 and row[2] in LABELS):
            raise InputError("A span is painted as [start, end, label], where the label is keep, forbid or free.")
        start, end, _ = row
        if not (_whole(start) and _whole(end) and 0 <= start < end <= n_frames):
            raise InputError(f"A span goes from a frame to a later one of the {n_frames}, not from {start} to {end}.")
    for frame in splits:
        if not (_whole(frame) and 0 < frame < n_frames):
            raise InputError(f"A clip is split at a frame inside of the {n_frames} of the video, not at {frame}.")


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _writable(text: str) -> bool:
    """Whether a text holds neither half a character nor a zero, which could not be stored."""
    return not any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text)
