"""What the viewing rule cuts from: a video in whole milliseconds, its shots as divisible pieces, what is empty.

Pieces are nested. A shot is divided where its pictures change most, its parts again, and so on; every dividing edge
remembers how long the piece was that it divides. A budget only says how long a piece may be: the edges that divide
longer ones are in force. So the same list serves every budget, and a browser solves again without asking.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush

import numpy as np

from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.signals.looks import unit_looks

# Shorter shots are joined to the neighbour that looks more like them.
SHORTEST_SHOT_MS = 1000
# No piece is longer than this, or than half of the budget, so that a moment in a long shot can be taken alone.
LONGEST_PIECE_MS = 10_000
# The smallest budget that pages offer: a share of the video, or less where it is long enough to be seen.
SMALLEST_BUDGET = 0.05
SMALLEST_SHARE = 0.01
SMALLEST_MS = 10_000
# Pieces are not divided below this.
FINEST_PIECE_MS = 100
# A piece is divided in its middle half, so that no sliver is left.
MIDDLE = 0.25
# Pictures on either side of an edge that are compared.
BESIDE = 2


@dataclass(frozen=True, eq=False)
class Footage:
    """One video and one of its segmentations, as the viewing rule sees them.

    Attributes:
        n_frames: frames of the video.
        duration_ms: how long it plays.
        picks: (T,) int64 ascending frames with scores.
        pick_ms: (T,) int64 when they are shown.
        bounds: (S, 4) int64 spans of the shots as published protocols count them.
        pieces: for each shot, those under a second joined, (K, 3) int64 edges [frame, ms, level]: its beginning, what
            divides it, its end. An edge inside is in force while pieces may only last less than `level` ms, which is
            how long the piece is that it divides; 0 at both ends.
        empty: (E, 4) int64 [from frame, to frame, from ms, to ms] of pictures that show nothing; none where all do.
        speech: (W, 4) int64 spans of words that are said, ascending, those that overlap as one; none where nobody
            knows. Where a transcript has no times of words, a whole cue is as one.
    """

    n_frames: int
    duration_ms: int
    picks: np.ndarray
    pick_ms: np.ndarray
    bounds: np.ndarray
    pieces: tuple[np.ndarray, ...]
    empty: np.ndarray
    speech: np.ndarray = field(default_factory=lambda: np.empty((0, 4), np.int64))


def milliseconds(timebase: Timebase, frames: np.ndarray) -> np.ndarray:
    """Whole milliseconds at which frames begin, halves up; frame `n_frames` is the end."""
    return np.floor(np.asarray(timebase.seconds(np.asarray(frames, np.int64))) * 1000 + 0.5).astype(np.int64)


def spans(timebase: Timebase, intervals: np.ndarray | list[list[int]] | None) -> np.ndarray:
    """(E, 4) [from frame, to frame, from ms, to ms] of (E, 2) half-open frame intervals."""
    frames = np.asarray([] if intervals is None else intervals, np.int64).reshape(-1, 2)
    return np.concatenate([frames, milliseconds(timebase, frames).reshape(-1, 2)], axis=1)


def longest_piece(capacity_ms: int) -> int:
    """How long a piece may be under a budget, in milliseconds; a second may always be, where it fits."""
    return min(LONGEST_PIECE_MS, max(capacity_ms // 2, min(capacity_ms, SHORTEST_SHOT_MS)))


def smallest_budget_of(duration_ms: int) -> float:
    """The smallest budget that pages offer of a video so long, as a share of it."""
    return min(SMALLEST_BUDGET, max(SMALLEST_SHARE, SMALLEST_MS / max(duration_ms, 1)))


def footage(entry: Entry, shots: Shots, smallest_budget: float = SMALLEST_BUDGET) -> Footage:
    """What the viewing rule needs to know of an entry and one of its segmentations.

    Args:
        entry: its features say how alike pictures are; without any, shots are divided in the middle.
        shots: of the entry; their `exact` bounds where there are some.
        smallest_budget: share of the video down to which pieces shall fit, if it is less than pages offer; smaller
            ones only add edges.
    """
    return _footage(entry, shots, smallest_budget, _looks(entry))


def all_footage(entry: Entry) -> dict[str, Footage]:
    """`footage` of every segmentation of an entry, by its name."""
    looks = _looks(entry)
    return {name: _footage(entry, shots, SMALLEST_BUDGET, looks) for name, shots in entry.shots.items()}


def _footage(entry: Entry, shots: Shots, smallest_budget: float, looks: np.ndarray | None) -> Footage:
    timebase = entry.timebase
    duration_ms = int(milliseconds(timebase, np.array([entry.n_frames]))[0])
    smallest = min(smallest_budget, smallest_budget_of(duration_ms))
    finest = max(FINEST_PIECE_MS, longest_piece(int(smallest * duration_ms)))
    pick_ms = milliseconds(timebase, entry.picks)
    bounds = np.asarray(shots.bounds if shots.exact is None else shots.exact, np.int64)
    joined = _joined(spans(timebase, bounds), entry.picks, looks)
    pieces = tuple(_divided(span, entry.picks, pick_ms, looks, timebase, finest) for span in joined)
    whole = spans(timebase, shots.bounds)
    empty, speech = empty_spans(entry), speech_spans(entry)
    return Footage(entry.n_frames, duration_ms, entry.picks, pick_ms, whole, pieces, empty, speech)


def empty_spans(entry: Entry) -> np.ndarray:
    """(E, 4) spans whose pictures show nothing; none where nobody looked, or where the whole video is so."""
    empty = spans(entry.timebase, entry.empty)
    lasting = empty[:, 3] - empty[:, 2]
    whole = milliseconds(entry.timebase, np.array([entry.n_frames]))[0]
    found: np.ndarray = empty[(lasting > 0) & (lasting.sum() < whole)]
    return found


def speech_spans(entry: Entry) -> np.ndarray:
    """(W, 4) spans of the words of the transcript at the nearest frames, those that overlap as one; none without it."""
    if entry.transcript is None:
        return np.empty((0, 4), np.int64)
    said = entry.transcript.spoken()
    starts = milliseconds(entry.timebase, np.arange(entry.n_frames + 1))
    after = np.searchsorted(starts, said).clip(0, entry.n_frames)
    before = np.maximum(after - 1, 0)
    nearest = np.where(said - starts[before] < starts[after] - said, before, after)
    rows: list[list[int]] = []
    for start, end in sorted(row for row in nearest.reshape(-1, 2).tolist() if row[0] < row[1]):
        if rows and start < rows[-1][1]:
            rows[-1][1] = max(rows[-1][1], end)
        else:
            rows.append([start, end])
    return spans(entry.timebase, rows)


def _looks(entry: Entry) -> np.ndarray | None:
    """(T, D) float32 of unit length, centred within the video: what all pictures share does not make them alike."""
    space = entry.feature_space or next(iter(entry.further_spaces), entry.text_space)
    if space is None:
        return None
    features = entry.features[space]
    return unit_looks(features - features.mean(axis=0))


def _joined(shots: np.ndarray, picks: np.ndarray, looks: np.ndarray | None) -> np.ndarray:
    """(S', 4) spans: shots under a second joined to the more similar neighbour, the shortest first.

    Without features, or where both are equally alike, to the shorter neighbour. A shot without a neighbour stays.
    """
    rows: list[list[int]] = [row.tolist() for row in shots if row[3] > row[2]]
    gone: set[int] = set()  # joined to one before them
    before, after = list(range(-1, len(rows) - 1)), list(range(1, len(rows) + 1))
    waiting = [(row[3] - row[2], k) for k, row in enumerate(rows) if row[3] - row[2] < SHORTEST_SHOT_MS]
    heapify(waiting)
    while waiting:
        length, k = heappop(waiting)
        row = rows[k]
        if k in gone or row[3] - row[2] != length:  # joined meanwhile
            continue
        beside = []
        if before[k] >= 0 and rows[before[k]][1] == row[0]:
            beside.append(before[k])
        if after[k] < len(rows) and row[1] == rows[after[k]][0]:
            beside.append(after[k])
        if not beside:
            continue
        other = max(beside, key=lambda b: (_alike(row, rows[b], picks, looks), rows[b][2] - rows[b][3], -b))
        first, second = min(k, other), max(k, other)
        rows[first] = [rows[first][0], rows[second][1], rows[first][2], rows[second][3]]
        gone.add(second)
        after[first] = after[second]
        if after[second] < len(rows):
            before[after[second]] = first
        if rows[first][3] - rows[first][2] < SHORTEST_SHOT_MS:
            heappush(waiting, (rows[first][3] - rows[first][2], first))
    return np.array([row for k, row in enumerate(rows) if k not in gone], np.int64).reshape(-1, 4)


def _alike(one: list[int], other: list[int], picks: np.ndarray, looks: np.ndarray | None) -> float:
    """Cosine of the mean looks of two spans; 0 where nothing is known."""
    if looks is None:
        return 0.0
    return float(_mean_look(one, picks, looks) @ _mean_look(other, picks, looks))


def _mean_look(span: list[int], picks: np.ndarray, looks: np.ndarray) -> np.ndarray:
    first, last = np.searchsorted(picks, span[:2])
    if first == last:  # too short to hold a pick: the nearest
        nearest = int(np.argmin(np.abs(picks - (span[0] + span[1]) / 2)))
        first, last = nearest, nearest + 1
    look: np.ndarray = looks[first:last].mean(axis=0)
    return look


def _divided(
    span: np.ndarray,
    picks: np.ndarray,
    pick_ms: np.ndarray,
    looks: np.ndarray | None,
    timebase: Timebase,
    finest: int,
) -> np.ndarray:
    """(K, 3) edges of one shot, divided until no piece is longer than `finest` ms or lasts a single frame."""
    edges = [[int(span[0]), int(span[2]), 0], [int(span[1]), int(span[3]), 0]]
    waiting = [(int(span[0]), int(span[1]), int(span[2]), int(span[3]))]
    while waiting:
        start, end, from_ms, to_ms = waiting.pop()
        if to_ms - from_ms <= finest or end - start < 2:
            continue
        frame = _most_changed(start, end, from_ms, to_ms, picks, pick_ms, looks, timebase)
        at = int(milliseconds(timebase, np.array([frame]))[0])
        if not from_ms < at < to_ms:
            continue
        edges.append([frame, at, to_ms - from_ms])
        waiting += [(start, frame, from_ms, at), (frame, end, at, to_ms)]
    return np.array(sorted(edges), np.int64)


def _most_changed(
    start: int,
    end: int,
    from_ms: int,
    to_ms: int,
    picks: np.ndarray,
    pick_ms: np.ndarray,
    looks: np.ndarray | None,
    timebase: Timebase,
) -> int:
    """The pick in the middle half of a piece at which its pictures change most; without one, the frame in the middle.

    Of equal changes the nearest to the middle, then the first.
    """
    middle = (from_ms + to_ms) / 2
    margin = MIDDLE * (to_ms - from_ms)
    inside = np.flatnonzero(
        (picks > start) & (picks < end) & (pick_ms >= from_ms + margin) & (pick_ms <= to_ms - margin)
    )
    if looks is None or len(inside) == 0:
        return int(np.clip(timebase.frame_at(middle / 1000), start + 1, end - 1))
    first, last = np.searchsorted(picks, [start, end])
    changes = [
        1 - looks[max(first, t - BESIDE) : t].mean(axis=0) @ looks[t : min(last, t + BESIDE)].mean(axis=0)
        if t > first
        else 0.0
        for t in inside
    ]
    off_middle = np.abs(pick_ms[inside] - middle)
    return int(picks[inside[np.lexsort((inside, off_middle, -np.round(changes, 6)))[0]]])
