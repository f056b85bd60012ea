"""What labels mean: scores at the picks, cuts, ratings, whatever way they were given, and from one way to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from core.data import Cut, Shots
from core.data.timebase import Timebase
from core.labelling.events import Sample, Segment, TaskState
from core.labelling.protocols import Protocol

# Between samples further apart than this nothing was held: the video was paused, or jumped.
LONGEST_GAP_S = 0.5


def scores_of_state(
    state: TaskState,
    protocol: Protocol,
    shots: Shots,
    picks: np.ndarray,
    timebase: Timebase,
    lag: float = 0.0,
) -> np.ndarray:
    """What one person said, as importance at the picks, whatever the protocol.

    Args:
        state: of the task.
        protocol: under which it was given.
        shots: of the task.
        picks: (T,) frame indices.
        timebase: of the video.
        lag: seconds by which a continuous rating comes after what it is about; see `trace_to_scores`.

    Returns:
        (T,) float32 in [0, 1], NaN where not judged.
    """
    if protocol.kind == "shot-ratings":
        return ratings_to_scores(state.ratings, shots, picks, protocol.scale)
    if protocol.kind == "keyshots":
        return marks_to_scores(state, picks)
    return trace_to_scores(merged_takes(state.takes), timebase.seconds(picks), lag)


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
        of_pick = np.searchsorted(shots.bounds[:, 0], picks, side="right") - 1
        inside = (of_pick >= 0) & (picks < shots.bounds[of_pick, 1])
        scores[inside] = by_shot[of_pick[inside]]
    return scores


def ratings_to_cut(
    ratings: Mapping[int, int], shots: Shots, n_frames: int, scale: Sequence[int], budget: float = 0.15
) -> Cut:
    """The best cut within the budget out of the shots that were rated: the knapsack of `core.select.published`."""
    from core.select.published import select  # compiles: only needed here

    every = np.arange(n_frames)
    return select(np.nan_to_num(ratings_to_scores(ratings, shots, every, scale)), every, shots, n_frames, budget)


def segments_of(marks: Iterable[Segment]) -> np.ndarray:
    """(k, 2) int64: the frames that are in any of the marked parts, ascending, joined where they touch or overlap."""
    parts: list[list[int]] = []
    for start, end in sorted(marks):
        if parts and start <= parts[-1][1]:
            parts[-1][1] = max(end, parts[-1][1])
        else:
            parts.append([start, end])
    return np.array(parts, np.int64).reshape(-1, 2)


def segments_to_scores(marks: Iterable[Segment], picks: np.ndarray) -> np.ndarray:
    """(T,) float32: 1 at picks inside a marked part, else 0, as SumMe's summaries are used."""
    scores = np.zeros(len(picks), np.float32)
    for start, end in marks:
        scores[(picks >= start) & (picks < end)] = 1
    return scores


def marks_to_scores(state: TaskState, picks: np.ndarray) -> np.ndarray:
    """(T,) float32: 1 inside of marked parts, else 0; NaN at all picks where nothing was marked.

    Where the parts alone were judged (`TaskState.partial`), it is NaN outside of them.
    """
    scores = segments_to_scores(state.marks.values(), picks)
    if state.partial:
        judged = segments_to_scores([*state.marks.values(), *state.left_out.values()], picks)
        scores[judged == 0] = np.nan
    elif not state.marks:
        scores[:] = np.nan
    return scores


def merged_takes(takes: Mapping[int, Sequence[Sample]]) -> np.ndarray:
    """One trace out of all takes: a later take replaces what lies between its first and last moment.

    Returns:
        (N, 2) float64 of (seconds, value), seconds strictly ascending. Of samples at the same moment the last counts.
    """
    trace = np.empty((0, 2))
    for _, take in sorted(takes.items()):
        new = np.array(take, np.float64).reshape(-1, 2)
        if len(new) == 0:
            continue
        new = new[np.argsort(new[:, 0], kind="stable")]
        new = new[np.append(np.diff(new[:, 0]) > 0, True)]
        outside = (trace[:, 0] < new[0, 0]) | (trace[:, 0] > new[-1, 0])
        trace = np.concatenate([trace[outside], new])
        trace = trace[np.argsort(trace[:, 0], kind="stable")]
    return trace


def trace_to_scores(trace: np.ndarray, seconds: np.ndarray, lag: float = 0.0) -> np.ndarray:
    """A continuous rating at given moments.

    People react late: what is held at t + lag is about what was shown at t. The value between two samples is
    interpolated; where samples are more than LONGEST_GAP_S apart, and before the first and after the last one by more
    than that, nothing was said. The first and last `lag` seconds keep the nearest value.

    Args:
        trace: (N, 2) of (seconds, value), ascending.
        seconds: (T,) moments.
        lag: seconds, 0 or more.

    Returns:
        (T,) float32 in [0, 1], NaN where nothing was said.
    """
    wanted = np.asarray(seconds, np.float64) + lag
    if len(trace) == 0:
        return np.full(len(wanted), np.nan, np.float32)
    times, values = trace[:, 0], trace[:, 1]
    # The end of the video can be judged no later than it ends.
    wanted = np.where((wanted > times[-1]) & (wanted - lag <= times[-1] + LONGEST_GAP_S / 2), times[-1], wanted)
    after = np.searchsorted(times, wanted)
    before = np.maximum(after - 1, 0)
    after = np.minimum(after, len(times) - 1)
    scores = np.interp(wanted, times, values)
    nearest = np.minimum(np.abs(times[before] - wanted), np.abs(times[after] - wanted))
    said = np.where(times[after] > times[before], times[after] - times[before] <= LONGEST_GAP_S, False)
    scores[~(said & (wanted >= times[0]) & (wanted <= times[-1])) & (nearest > LONGEST_GAP_S / 2)] = np.nan
    return scores.astype(np.float32)


def trace_to_ratings(
    trace: np.ndarray, shots: Shots, timebase: Timebase, scale: Sequence[int], lag: float = 0.0
) -> dict[int, int]:
    """Shot ratings out of a continuous one: the mean held over a shot's frames, on the nearest step of the scale.

    Value 0 is the lowest step and 1 the highest; shots of which less than half was judged have no rating.
    """
    values = trace_to_scores(trace, timebase.seconds(np.arange(timebase.n_frames)), lag)
    steps = sorted(scale)
    ratings = {}
    for shot, (start, end) in enumerate(shots.bounds):
        held = values[start:end]
        judged = ~np.isnan(held)
        if judged.mean() >= 0.5:
            place = float(held[judged].mean()) * (len(steps) - 1)
            ratings[shot] = steps[int(np.floor(place + 0.5))]
    return ratings
