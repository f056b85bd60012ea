"""How a task was worked on: signs for the lead that somebody hurried, did not watch, or pressed one key throughout.

Nothing is ever dropped because of them. Times come from the annotator's own clock (`Event.at`), which may be wrong,
and are only compared with one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, pairwise

import numpy as np

from core.labelling.events import LABEL_KINDS, Event, TaskState

PAUSE_S = 60.0  # nothing done for longer is a pause, not work
HURRIED_S = 1.0  # a shot of two seconds cannot be judged in less
STRAIGHT_SHARE = 0.9
STRAIGHT_RUN = 20
FEW = 8  # labels below which nothing is said about their pattern


@dataclass(frozen=True)
class Quality:
    """Signs of how a task was worked on.

    Attributes:
        watched: share of the video that was played, at whatever speed, in [0, 1]; None where the browser told nothing.
        seconds: time worked on it, without pauses.
        pauses: how often nothing was done for more than a minute.
        per_label: median seconds from one label to the next, without pauses; None with fewer than two labels.
        per_minute: labels a minute of work; None without work.
        longest_run: how many equal ratings there are in a row at most, in the order of the shots.
        same_share: share of the most frequent rating, in (0, 1]; None without ratings.
        remarks: sentences for the lead, empty where nothing stands out.
    """

    watched: float | None
    seconds: float
    pauses: int
    per_label: float | None
    per_minute: float | None
    longest_run: int
    same_share: float | None
    remarks: tuple[str, ...]

    def as_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {**asdict(self), "remarks": list(self.remarks)}


def quality(events: Sequence[Event], state: TaskState, duration: float, watch: float = 0.9) -> Quality:
    """Looks at the whole log of a task.

    Args:
        events: in server order.
        state: what they amount to.
        duration: of the video, seconds.
        watch: share of it that the protocol wants watched.
    """
    acts = sorted(event.at for event in events if event.at > 0 and event.kind not in ("exclude", "restore"))
    gaps = np.diff(np.array(acts, np.float64)) / 1000
    work = gaps[gaps <= PAUSE_S]
    labelled = [event for event in events if event.kind in LABEL_KINDS]
    between = np.array([(b.at - a.at) / 1000 for a, b in pairwise(sorted(labelled, key=lambda one: one.at))])
    between = between[between <= PAUSE_S]
    ratings = [value for _, value in sorted(state.ratings.items())]
    spans = [(event.data["from"], event.data["to"]) for event in events if event.kind == "watched" and event.data]
    found = Quality(
        watched=covered(spans) / duration if spans and duration > 0 else None,
        seconds=float(work.sum()),
        pauses=int((gaps > PAUSE_S).sum()),
        per_label=float(np.median(between)) if len(between) else None,
        per_minute=len(labelled) / (work.sum() / 60) if work.sum() > 0 and labelled else None,
        longest_run=max((len(list(run)) for _, run in groupby(ratings)), default=0),
        same_share=max(Counter(ratings).values()) / len(ratings) if ratings else None,
        remarks=(),
    )
    return Quality(**{**vars(found), "remarks": _remarks(found, state, watch)})


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """Seconds that lie in at least one of the spans."""
    total, reach = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reach))
        reach = max(reach, end)
    return total


def _remarks(found: Quality, state: TaskState, watch: float) -> tuple[str, ...]:
    remarks = []
    if found.watched is not None and found.watched < watch - 0.01 and (state.submitted or state.judged):
        remarks.append(f"watched {found.watched:.0%} of the video, {watch:.0%} was asked for")
    if found.per_label is not None and found.per_label < HURRIED_S and len(state.ratings) >= FEW:
        remarks.append(f"{found.per_label:.1f} s per shot, less than a look takes")
    if found.longest_run >= STRAIGHT_RUN:
        remarks.append(f"{found.longest_run} equal ratings in a row")
    elif found.same_share is not None and found.same_share >= STRAIGHT_SHARE and len(state.ratings) >= FEW:
        remarks.append(f"{found.same_share:.0%} of the ratings are the same")
    return tuple(remarks)
