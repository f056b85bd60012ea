"""The viewing rule: the cut of a video that a person watches, from scores.

It collects as much score as it can over *time* within a budget in seconds, where the published rule counts each shot
once with its mean, whatever its length, and so fills cuts with the shortest shots. Four things are its own:

    time        all lengths are whole milliseconds that play, also where the frame rate varies
    pieces      shots under a second are joined, long ones divided (see `core.select.footage`)
    empty       pictures that show nothing are worth nothing, are trimmed from the edges of clips, and divide a piece
                where they last for half a second
    the moment  a piece of the shot with the highest mean score over time is in the cut whenever one fits, so that
                nobody loses the best moment to a sum of lesser ones; the rest is the exact optimum beside it

assets/player/compare/viewing.mjs mirrors this file function by function. Scores are counted in millionths, so that all
sums are whole numbers and equal in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np

from core.data import DEFAULT_BUDGET, Cut
from core.errors import InputError
from core.select.footage import Footage, longest_piece
from core.select.knapsack import most_within
from core.select.published import NOTHING_FITS, NOTHING_SCORES

STEPS = 1_000_000
# Clips shorter than this are a flash: what is left of a piece after trimming is not chosen. Empty pictures that last as
# long divide a piece.
SHORTEST_CLIP_MS = 500
NOTHING_LASTS = "no picture that shows something lasts long enough"
ALL_FORBIDDEN = "all that could be taken is left out"


def view(
    scores: np.ndarray,
    footage: Footage,
    budget: float = DEFAULT_BUDGET,
    keep: np.ndarray | None = None,
    forbid: np.ndarray | None = None,
) -> Cut:
    """The cut of a video that collects most score over time within a budget.

    Args:
        scores: (T,) in [0, 1]; NaN (not judged) counts as 0.
        footage: the video and its shots.
        budget: share of the video's duration that the cut may take, in (0, 1].
        keep: (K, 4) spans that must be in the cut, as `core.select.footage.spans` gives them.
        forbid: (F, 4) spans that must not be.

    Returns:
        A cut whose clips do not adjoin, lasting at most floor(budget * duration) ms; its note says why it is empty.

    Raises:
        InputError: the budget is outside (0, 1], the arrays do not fit together, or `keep` cannot be kept.
    """
    clips, note = viewed(scores, footage, budget, keep, forbid)
    return Cut(clips[:, :2], footage.n_frames, budget, note)


def viewed(
    scores: np.ndarray,
    footage: Footage,
    budget: float,
    keep: np.ndarray | None = None,
    forbid: np.ndarray | None = None,
) -> tuple[np.ndarray, str]:
    """The clips of `view` as (K, 4) spans, and why there are none."""
    scores = checked_scores(scores, footage, budget)
    capacity = capacity_ms(budget, footage)
    kept, forbidden = merged(keep), merged(forbid)
    check_constraints(kept, forbidden, capacity)
    collected = Collected(scores, footage)
    longest = longest_piece(capacity)
    pieces = free_pieces(footage, longest, kept, forbidden)
    values, lengths = collected.of(pieces), pieces[:, 3] - pieces[:, 2]
    room = capacity - int((kept[:, 3] - kept[:, 2]).sum())
    chosen = np.zeros(len(pieces), np.bool_)
    best = best_moment(collected, footage, pieces, values, lengths, room, kept)
    if best >= 0:
        chosen[best] = True
        room -= int(lengths[best])
    rest = np.flatnonzero(~chosen)
    chosen[rest[most_within(values[rest], lengths[rest], room)]] = True
    segments = adjoined(np.concatenate([kept, pieces[chosen]]))
    return segments, "" if len(segments) else _why_empty(footage, lengths, capacity, len(forbidden) > 0)


def checked_scores(scores: np.ndarray, footage: Footage, budget: float) -> np.ndarray:
    """(T,) float32 scores. Raises InputError where they do not fit the footage, or the budget is no share."""
    if not 0 < budget <= 1:
        raise InputError(f"A budget must be a share of the video in (0, 1], not {budget}.", "Write 15 % as 0.15.")
    scores = np.asarray(scores, np.float32)
    if scores.shape != footage.picks.shape or np.isinf(scores).any():
        raise InputError(f"Scores of shape {scores.shape} do not fit {len(footage.picks)} picks.")
    return scores


def _why_empty(footage: Footage, lengths: np.ndarray, capacity: int, forbids: bool) -> str:
    """Why nothing could be chosen."""
    if len(lengths) == 0:
        return ALL_FORBIDDEN if forbids else NOTHING_LASTS if len(footage.empty) else NOTHING_FITS
    return NOTHING_SCORES if np.any(lengths <= capacity) else NOTHING_FITS


def capacity_ms(budget: float, footage: Footage) -> int:
    """Whole milliseconds that a cut may last; a millionth more, so that 0.15 of 100 s are 15 s."""
    return floor(budget * footage.duration_ms + 1e-6)


class Collected:
    """Score collected over time by spans of a video, in millionths of a score times milliseconds.

    Each pick's score is held until the next; before the first pick, and while the pictures are empty, it is 0.
    """

    def __init__(self, scores: np.ndarray, footage: Footage) -> None:
        self._steps = np.floor(np.nan_to_num(scores.astype(np.float64)) * STEPS + 0.5).astype(np.int64)
        self._at = footage.pick_ms
        lasting = np.diff(self._at, append=footage.duration_ms)
        self._before = np.concatenate([[0], np.cumsum(self._steps * lasting)])
        self._empty = footage.empty

    def held(self, spans: np.ndarray) -> np.ndarray:
        """(S,) int64 for (S, 4) spans, as if no pictures were empty."""
        held: np.ndarray = self._until(spans[:, 3]) - self._until(spans[:, 2])
        return held

    def of(self, spans: np.ndarray) -> np.ndarray:
        """(S,) int64 for (S, 4) spans."""
        total = self.held(spans)
        for start, end in self._empty[:, 2:]:
            from_ms, to_ms = np.clip(spans[:, 2], start, end), np.clip(spans[:, 3], start, end)
            total -= self._until(to_ms) - self._until(from_ms)
        return total

    def _until(self, ms: np.ndarray) -> np.ndarray:
        pick = np.searchsorted(self._at, ms, side="right") - 1
        held = np.maximum(pick, 0)
        return np.where(pick < 0, 0, self._before[held] + self._steps[held] * (ms - self._at[held]))


def free_pieces(footage: Footage, longest: int, kept: np.ndarray, forbidden: np.ndarray) -> np.ndarray:
    """(P, 4) spans that may be chosen or left, ascending: pieces without what is decided already, trimmed.

    Args:
        footage: the video and its shots.
        longest: how long a piece may be, in milliseconds.
        kept, forbidden: spans that are decided.
    """
    least = min(SHORTEST_CLIP_MS, longest // 2)
    # What shows nothing for long is no part of a clip either: the piece goes on after it.
    dividing = footage.empty[footage.empty[:, 3] - footage.empty[:, 2] >= SHORTEST_CLIP_MS]
    decided = np.concatenate([kept, forbidden, dividing])
    decided = decided[np.argsort(decided[:, 0], kind="stable")]
    pieces = []
    for edges in footage.pieces:
        inside = edges[(edges[:, 2] == 0) | (edges[:, 2] > longest)]
        for (start, from_ms, _), (end, to_ms, _) in zip(inside[:-1].tolist(), inside[1:].tolist(), strict=True):
            for span in outside((start, end, from_ms, to_ms), decided.tolist()):
                trimmed = trim(span, footage.empty.tolist())
                # What goes on from a kept span is part of its clip, however short it is.
                goes_on = np.any((kept[:, 1] == trimmed[0]) | (kept[:, 0] == trimmed[1]))
                if trimmed[3] - trimmed[2] >= max(1, 0 if goes_on else least):
                    pieces.append(trimmed)
    return np.array(pieces, np.int64).reshape(-1, 4)


def best_moment(
    collected: Collected,
    footage: Footage,
    pieces: np.ndarray,
    values: np.ndarray,
    lengths: np.ndarray,
    room: int,
    kept: np.ndarray,
) -> int:
    """The piece of most score per time that lies, by half at least, in the shot with the highest mean score over time.

    -1 where that shot scores nothing, none of its pieces fits, or a part of it is kept already.
    """
    if len(footage.bounds) == 0:
        return -1
    shots = footage.bounds
    means = collected.held(shots) / np.maximum(shots[:, 3] - shots[:, 2], 1)
    start, end = shots[int(np.argmax(means)), :2].tolist()
    if np.any((kept[:, 0] < end) & (kept[:, 1] > start)):
        return -1
    best = -1
    for k, (first, last, _, _) in enumerate(pieces.tolist()):
        inside = 2 * (min(last, end) - max(first, start)) >= last - first
        if not inside or lengths[k] > room or values[k] <= 0:
            continue
        if best < 0 or values[k] / lengths[k] > values[best] / lengths[best]:
            best = k
    return best


def merged(spans: np.ndarray | None) -> np.ndarray:
    """(M, 4) spans, ascending, those that overlap or adjoin as one."""
    return np.empty((0, 4), np.int64) if spans is None else adjoined(np.asarray(spans, np.int64).reshape(-1, 4))


def adjoined(spans: np.ndarray) -> np.ndarray:
    """(M, 4) spans in the order of time; where one begins before or as another ends, they are one."""
    rows: list[list[int]] = []
    for row in sorted(spans.tolist()):
        if rows and row[0] <= rows[-1][1]:
            if row[1] > rows[-1][1]:
                rows[-1][1], rows[-1][3] = row[1], row[3]
        else:
            rows.append(row)
    return np.array(rows, np.int64).reshape(-1, 4)


def check_constraints(kept: np.ndarray, forbidden: np.ndarray, capacity: int) -> None:
    """Raises InputError where not all that must be in the cut can be."""
    for start, end, from_ms, to_ms in kept.tolist():
        for other, until, since_ms, until_ms in forbidden.tolist():
            if start < until and other < end:
                both = f"From {_clock(max(from_ms, since_ms))} to {_clock(min(to_ms, until_ms))}"
                raise InputError(f"{both} is to be kept and to be left out.", "Take one of the two back.")
    length = int((kept[:, 3] - kept[:, 2]).sum())
    if length > capacity:
        raise InputError(
            f"What is to be kept lasts {length / 1000:.1f} s, and the budget is {capacity / 1000:.1f} s.",
            "Keep less or raise the budget.",
        )


def _clock(ms: int) -> str:
    return f"{ms // 60_000}:{ms % 60_000 / 1000:04.1f}"


def outside(span: Sequence[int], decided: list[list[int]]) -> list[tuple[int, int, int, int]]:
    """The parts of a span outside of ascending others."""
    start, end, from_ms, to_ms = span
    parts = []
    for first, last, first_ms, last_ms in decided:
        if last <= start or first >= end:
            continue
        if first > start:
            parts.append((start, first, from_ms, first_ms))
        if last > start:
            start, from_ms = last, last_ms
    if start < end:
        parts.append((start, end, from_ms, to_ms))
    return parts


def trim(span: Sequence[int], empty: list[list[int]]) -> tuple[int, int, int, int]:
    """A span without the empty pictures that it begins and ends with; of length 0 where all are."""
    start, end, from_ms, to_ms = span
    for first, last, _, last_ms in empty:
        if first <= start < last:
            start, from_ms = last, last_ms
    for first, last, first_ms, _ in reversed(empty):
        if first < end <= last:
            end, to_ms = first, first_ms
    return (start, end, from_ms, to_ms) if start < end else (start, start, from_ms, from_ms)
