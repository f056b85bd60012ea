"""Labels as a fold over an append-only log of events.

An annotator's keystrokes are kept as events, in the order in which the server received them. The current labels are
never stored: `fold` derives them. The browser runs the same fold (assets/player/labels.mjs) over the same events plus
those it has not yet been able to send.

Rules of the fold, in server order:
    an event whose (client, seq) was seen before is skipped: sending again changes nothing
    rate, clear   set or remove the rating of one shot, become undoable and drop everything that could be redone
    undo, redo    move one step; with nothing to undo or redo they do nothing
    submit        closes the task; until `reopen`, rate, clear, undo and redo do nothing
    position      remembers where in the video the annotator was
    note          kept in the log, changes nothing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from core.data import Shots

Kind = Literal["rate", "clear", "undo", "redo", "position", "submit", "reopen", "note"]
KINDS: frozenset[str] = frozenset(get_args(Kind))
LABEL_KINDS: frozenset[str] = frozenset({"rate", "clear", "undo", "redo"})


@dataclass(frozen=True)
class Event:
    """One thing an annotator did.

    Attributes:
        client: id of the browser tab; with `seq` it identifies the event within its task.
        seq: number of the event within that tab.
        kind: what was done.
        shot: index of the shot, for rate and clear.
        value: the rating, for rate.
        t: seconds into the video, or None.
        at: the client's clock, milliseconds since 1970 UTC.
    """

    client: str
    seq: int
    kind: Kind
    shot: int | None = None
    value: int | None = None
    t: float | None = None
    at: int = 0


@dataclass(frozen=True)
class TaskState:
    """What a log of events amounts to.

    Attributes:
        ratings: value by shot index, judged shots only.
        undo_depth, redo_depth: how many steps can be undone and redone.
        submitted: True between submit and reopen.
        position: seconds into the video where the annotator last was, or None.
    """

    ratings: Mapping[int, int] = field(default_factory=dict)
    undo_depth: int = 0
    redo_depth: int = 0
    submitted: bool = False
    position: float | None = None


def fold(events: Iterable[Event]) -> TaskState:
    """Derives the present state from all events of one task in server order; never fails."""
    ratings: dict[int, int] = {}
    undoable: list[tuple[int, int | None, int | None]] = []  # (shot, value before, value after)
    redoable: list[tuple[int, int | None, int | None]] = []
    submitted = False
    position: float | None = None
    seen: set[tuple[str, int]] = set()

    def put(shot: int, value: int | None) -> None:
        if value is None:
            ratings.pop(shot, None)
        else:
            ratings[shot] = value

    for event in events:
        if (event.client, event.seq) in seen:
            continue
        seen.add((event.client, event.seq))
        if event.kind == "position":
            position = event.t
        elif event.kind in ("submit", "reopen"):
            submitted = event.kind == "submit"
        elif submitted:
            continue
        elif event.kind in ("rate", "clear") and event.shot is not None:
            value = event.value if event.kind == "rate" else None
            undoable.append((event.shot, ratings.get(event.shot), value))
            redoable.clear()
            put(event.shot, value)
        elif event.kind == "undo" and undoable:
            step = undoable.pop()
            redoable.append(step)
            put(step[0], step[1])
        elif event.kind == "redo" and redoable:
            step = redoable.pop()
            undoable.append(step)
            put(step[0], step[2])
    return TaskState(ratings, len(undoable), len(redoable), submitted, position)


def ratings_to_scores(ratings: Mapping[int, int], shots: Shots, picks: np.ndarray, scale: Sequence[int]) -> np.ndarray:
    """Spreads shot ratings over the picks, as TVSum does: value / highest value of the scale (5 -> 1.0, 1 -> 0.2).

    Args:
        ratings: value by shot index.
        shots: the shots that were rated.
        picks: (T,) frame indices.
        scale: the values that could be given, ascending.

    Returns:
        (T,) float32 in [0, 1], NaN at picks outside any judged shot.
    """
    by_shot = np.full(len(shots), np.nan, np.float32)
    for shot, value in ratings.items():
        by_shot[shot] = value / max(scale)
    scores = np.full(len(picks), np.nan, np.float32)
    if len(shots):
        shot = np.searchsorted(shots.bounds[:, 0], picks, side="right") - 1
        inside = (shot >= 0) & (picks < shots.bounds[shot, 1])
        scores[inside] = by_shot[shot[inside]]
    return scores


def disagreement(scores: np.ndarray) -> float | None:
    """How far people are apart: their standard deviation at a pick, averaged over the picks that two or more judged.

    Args:
        scores: (U, T) in [0, 1], NaN where not judged.

    Returns:
        0 where all say the same, at most 0.5 (one half says 0, the other 1). None where no two can be compared.
    """
    judged = ~np.isnan(scores)
    shared = judged.sum(axis=0) >= 2
    if not shared.any():
        return None
    return float(np.nanstd(scores[:, shared].astype(np.float64), axis=0).mean())
