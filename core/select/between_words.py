"""Clips that neither begin nor end in the middle of a word: their edges go to the nearest gap between words.

An edge within a word goes to its beginning or its end, whichever is nearer, and at most `FURTHEST_MS` far. It goes
outwards only where the budget has room, no other clip and no empty pictures are there, and not just past a change of
shot, which would show a flash of the next one; else it goes inwards, unless less than `LEAST_MS` of the clip would be
left. An edge that can go nowhere stays.

assets/player/compare/between_words.mjs mirrors this file function by function.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import product

import numpy as np

from core.select.footage import Footage

# Words last less; cues without times of words may last longer, and then an edge in their middle stays.
FURTHEST_MS = 1500
# What is left of a clip, and what is shown of a further shot, lasts at least so long.
LEAST_MS = 500


def between_words(
    clips: np.ndarray,
    footage: Footage,
    capacity_ms: int,
    longest_ms: int | None = None,
    fixed: np.ndarray | None = None,
) -> np.ndarray:
    """Clips with their edges between words.

    Args:
        clips: (K, 4) spans, ascending, which do not adjoin.
        footage: with the spans of words.
        capacity_ms: all clips together last no longer.
        longest_ms: nor does a single one, where there is such a limit.
        fixed: (F, 4) ascending spans whose frames are in the cut, or not, as they are.

    Returns:
        (K, 4) spans, ascending, which do not adjoin.
    """
    words, rows = footage.speech.tolist(), clips.tolist()
    if not words:
        return clips
    starts = [word[0] for word in words]
    kept = [] if fixed is None else fixed.tolist()
    walls = footage.empty.tolist() + kept
    changes = footage.bounds[:, [0, 2]].tolist()
    room = capacity_ms - sum(to_ms - from_ms for _, _, from_ms, to_ms in rows)
    for k, side in product(range(len(rows)), (0, 1)):
        row = rows[k]
        at = bisect_right(starts, row[side]) - 1
        if at < 0 or not words[at][0] < row[side] < words[at][1]:
            continue
        before = rows[k - 1][1] if k else -1
        after = rows[k + 1][0] if k + 1 < len(rows) else footage.n_frames + 1
        for moved in _moves(row, side, words[at]):
            grown = moved[3] - moved[2] - (row[3] - row[2])
            changed = sorted((row[side], moved[side]))
            if grown > 0:
                long = longest_ms is not None and moved[3] - moved[2] > longest_ms
                meets = moved[0] <= before or moved[1] >= after or _meets(changed, walls)
                fits = grown <= room and not long and not meets and not _flashes(moved, side, changed, changes)
            else:
                fits = moved[3] - moved[2] >= LEAST_MS and not _meets(changed, kept)
            if fits:
                room -= grown
                rows[k] = moved
                break
    return np.array(rows, np.int64).reshape(-1, 4)


def _moves(row: list[int], side: int, word: list[int]) -> list[list[int]]:
    """A clip with one edge at the beginning and at the end of a word, as far as they are near; the nearer first."""
    moves = []
    for frame, ms in ((word[0], word[2]), (word[1], word[3])):
        if abs(ms - row[side + 2]) <= FURTHEST_MS:
            moves.append([frame, row[1], ms, row[3]] if side == 0 else [row[0], frame, row[2], ms])
    return sorted(moves, key=lambda moved: abs(moved[side + 2] - row[side + 2]))


def _meets(frames: list[int], spans: list[list[int]]) -> bool:
    """Whether the frames from one to another are part of one of the spans."""
    return any(span[0] < frames[1] and span[1] > frames[0] for span in spans)


def _flashes(moved: list[int], side: int, grown: list[int], changes: list[list[int]]) -> bool:
    """Whether a clip that grew by the frames from one to another shows less than `LEAST_MS` of a further shot there."""
    for frame, ms in changes:
        shown = ms - moved[2] if side == 0 else moved[3] - ms
        if (grown[0] < frame <= grown[1] if side == 0 else grown[0] <= frame < grown[1]) and shown < LEAST_MS:
            return True
    return False
