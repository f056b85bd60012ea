"""Shapes of a cut that people watch: what the viewing rule makes of the same scores and the same length.

    scored  the most score over time, wherever it lies (`core.select.viewing`)
    one     a single clip: the stretch of that length that collects most, across shots if need be
    short   many clips of at most so many seconds, each within one shot, at least a second apart: first the best of each
            of as many equal parts of the film as such clips fit, then the best that are left
    story   the film is divided into up to eight parts of equal length, and each gets its share of the time: the whole
            story is covered. What one part does not need goes to the next

All cuts keep the film's order. A stretch begins and ends at picks, where shots or pieces meet, or where empty pictures
do. assets/player/compare/shapes.mjs mirrors this file function by function; all sums are whole numbers.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator

import numpy as np

from core.data import DEFAULT_BUDGET, Cut
from core.errors import InputError
from core.select.between_words import between_words
from core.select.footage import Footage, longest_piece
from core.select.knapsack import most_within
from core.select.published import NOTHING_FITS, NOTHING_SCORES
from core.select.shape_names import CLIP_SECONDS, Shape
from core.select.viewing import (
    SHORTEST_CLIP_MS,
    Collected,
    adjoined,
    capacity_ms,
    checked_scores,
    free_pieces,
    merged,
    outside,
    trim,
    viewed,
)

Span = tuple[int, int, int, int]
# Short clips are so far apart that nobody takes two for one.
APART_MS = 1000
# Parts that a story is told in, as long as each gets so much time.
PARTS = 8
LEAST_OF_PART_MS = 2000


def shaped(
    scores: np.ndarray,
    footage: Footage,
    budget: float = DEFAULT_BUDGET,
    shape: Shape = "scored",
    clip_ms: int = int(CLIP_SECONDS * 1000),
    words: bool = True,
    keep: np.ndarray | None = None,
    forbid: np.ndarray | None = None,
) -> Cut:
    """The cut of a video in a shape.

    Args:
        scores: (T,) in [0, 1]; NaN (not judged) counts as 0.
        footage: the video and its shots.
        budget: share of the video's duration that the cut may take, in (0, 1].
        shape: see above.
        clip_ms: how long one of many short clips may be.
        words: whether edges within a word are moved (`core.select.between_words`).
        keep, forbid: see `core.select.viewing.view`; only as scored.

    Returns:
        A cut whose clips do not adjoin, lasting at most floor(budget * duration) ms; its note says why it is empty.

    Raises:
        InputError: see `view`; or another shape shall keep or forbid something.
    """
    if shape == "scored":
        clips, note = viewed(scores, footage, budget, keep, forbid)
    elif (keep is not None and len(keep)) or (forbid is not None and len(forbid)):
        raise InputError("Only cuts as scored keep and forbid something.", "Choose the shape 'scored'.")
    else:
        clips, note = _clips(checked_scores(scores, footage, budget), footage, budget, shape, clip_ms)
    if words and len(footage.speech):
        decided = [merged(rows) for rows in (keep, forbid) if rows is not None]
        fixed = np.concatenate(decided) if decided else None
        longest = clip_ms if shape == "short" else None
        clips = between_words(clips, footage, capacity_ms(budget, footage), longest, fixed)
    return Cut(clips[:, :2], footage.n_frames, budget, note)


def _clips(scores: np.ndarray, footage: Footage, budget: float, shape: Shape, clip_ms: int) -> tuple[np.ndarray, str]:
    """(K, 4) spans, and why there are none."""
    collected, capacity = Collected(scores, footage), capacity_ms(budget, footage)
    if shape == "one":
        taken = one_clip(collected, footage, capacity)
    elif shape == "short":
        taken = many_short(collected, footage, capacity, clip_ms)
    else:
        taken = whole_story(collected, footage, capacity)
    clips = adjoined(np.array(taken, np.int64).reshape(-1, 4))
    if len(clips):
        return clips, ""
    scores_somewhere = collected.of(np.array([_whole(footage)], np.int64))[0] > 0
    return clips, NOTHING_FITS if scores_somewhere else NOTHING_SCORES


def one_clip(collected: Collected, footage: Footage, capacity: int) -> list[Span]:
    """The stretch of at most the capacity that collects most; of equal ones the first. None where nothing scores."""
    points = _points(footage)
    best, most = None, 0
    for stretch, value in _stretches(collected, points, [_whole(footage)], capacity):
        if value > most:
            best, most = stretch, value
    return [] if best is None else [trim(best, footage.empty.tolist())]


def many_short(collected: Collected, footage: Footage, capacity: int, clip_ms: int) -> list[Span]:
    """Clips of at most `clip_ms`, each within one shot, at least `APART_MS` apart; see above in which order."""
    longest = min(clip_ms, capacity)
    least = min(SHORTEST_CLIP_MS, longest // 2)
    empty = footage.empty.tolist()
    stretches = _stretches(collected, _points(footage), _rooms(footage), longest)
    found = [(trim(stretch, empty), value) for stretch, value in stretches if value > 0]
    found = [(stretch, value) for stretch, value in found if stretch[3] - stretch[2] >= max(1, least)]
    order = sorted(range(len(found)), key=lambda k: (-found[k][1], k))
    parts = max(1, -(-capacity // max(longest, 1)))
    taken: list[Span] = []
    room = capacity
    filled: set[int] = set()
    for spread in (True, False):
        for k in order:
            stretch = found[k][0]
            length = stretch[3] - stretch[2]
            part = _part(stretch, parts, footage)
            if length > room or (spread and part in filled) or not _apart(stretch, taken):
                continue
            insort(taken, stretch)
            filled.add(part)
            room -= length
    return taken


def whole_story(collected: Collected, footage: Footage, capacity: int) -> list[Span]:
    """The best of each part of the film within its share of the time, and what the parts before it left of theirs."""
    parts = max(1, min(PARTS, capacity // LEAST_OF_PART_MS))
    share = capacity // parts
    none = np.empty((0, 4), np.int64)
    pieces = [tuple(row) for row in free_pieces(footage, longest_piece(capacity), none, none).tolist()]
    points = _points(footage)
    of_part: list[list[Span]] = [[] for _ in range(parts)]
    for piece in pieces:
        if piece[3] - piece[2] > share:
            best, most = None, 0
            for stretch, value in _stretches(collected, points, [piece], share):
                if value > most:
                    best, most = stretch, value
            if best is None:
                continue
            piece = trim(best, footage.empty.tolist())
        of_part[_part(piece, parts, footage)].append(piece)
    taken: list[Span] = []
    used = 0
    for k, rows in enumerate(of_part):
        if not rows:
            continue
        spans = np.array(rows, np.int64)
        lengths = spans[:, 3] - spans[:, 2]
        chosen = most_within(collected.of(spans), lengths, capacity * (k + 1) // parts - used)
        used += int(lengths[chosen].sum())
        taken += [rows[row] for row in np.flatnonzero(chosen)]
    return taken


def _points(footage: Footage) -> list[tuple[int, int]]:
    """Frames and their times, ascending, at which a stretch may begin or end."""
    at = {int(frame): int(ms) for frame, ms in zip(footage.picks, footage.pick_ms, strict=True)}
    for edges in footage.pieces:
        at |= {int(frame): int(ms) for frame, ms, _ in edges}
    for start, end, from_ms, to_ms in footage.empty.tolist():
        at |= {start: from_ms, end: to_ms}
    at |= {0: 0, footage.n_frames: footage.duration_ms}
    return sorted(at.items())


def _stretches(
    collected: Collected, points: list[tuple[int, int]], rooms: list[Span], longest: int
) -> Iterator[tuple[Span, int]]:
    """From each point of each room the longest stretch within it that lasts at most `longest`, and what it collects."""
    frames, times = [frame for frame, _ in points], [ms for _, ms in points]
    upto = collected.of(np.array([(0, frame, 0, ms) for frame, ms in points], np.int64)).tolist()
    for start, end, _, _ in rooms:
        last = bisect_left(frames, end)
        until = bisect_left(frames, start)
        for begin in range(until, last):
            until = max(until, begin)
            while until < last and times[until + 1] - times[begin] <= longest:
                until += 1
            if until > begin:
                yield (frames[begin], frames[until], times[begin], times[until]), upto[until] - upto[begin]


def _rooms(footage: Footage) -> list[Span]:
    """Shots without the empty pictures that they begin and end with, and between those that last."""
    empty = footage.empty.tolist()
    dividing = [row for row in empty if row[3] - row[2] >= SHORTEST_CLIP_MS]
    rooms = []
    for edges in footage.pieces:
        (start, from_ms, _), (end, to_ms, _) = edges[0].tolist(), edges[-1].tolist()
        rooms += [trim(part, empty) for part in outside((start, end, from_ms, to_ms), dividing)]
    return [room for room in rooms if room[0] < room[1]]


def _whole(footage: Footage) -> Span:
    return 0, footage.n_frames, 0, footage.duration_ms


def _part(span: Span, parts: int, footage: Footage) -> int:
    """In which of so many equal parts of the film the middle of a span lies."""
    return min(parts - 1, (span[2] + span[3]) * parts // max(2 * footage.duration_ms, 1))


def _apart(span: Span, taken: list[Span]) -> bool:
    """Whether a span is far enough from others, which ascend."""
    at = bisect_left(taken, span)
    before = at == 0 or span[2] - taken[at - 1][3] >= APART_MS
    return before and (at == len(taken) or taken[at][2] - span[3] >= APART_MS)
