"""What is said around each pick: the texts of a video that spaces of transcripts are made of."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

import numpy as np

from core.data import Entry

# What is said up to so long before and after a pick belongs to it.
AROUND_MS = 3000


def said_at_picks(entry: Entry) -> tuple[str, ...]:
    """T texts of what is said around each pick, "" where nothing is; all are "" without a transcript."""
    cues = () if entry.transcript is None else entry.transcript.cues
    words = sorted((one.start_ms, one.end_ms, one.text) for cue in cues for one in (cue.words or (cue,)))
    starts = [start for start, _, _ in words]
    latest = list(accumulate((end for _, end, _ in words), max))
    texts = []
    for at in (np.asarray(entry.timebase.seconds(entry.picks)) * 1000).tolist():
        since, until = at - AROUND_MS, at + AROUND_MS
        near = words[bisect_right(latest, since) : bisect_left(starts, until)]
        texts.append(" ".join(" ".join(text for _, end, text in near if end > since).split()))
    return tuple(texts)
