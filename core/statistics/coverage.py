"""How much of people's summaries lies within what sampled summaries keep (ViSP, section 4.4), beside chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.data import DEFAULT_BUDGET, Entry
from core.data.timebase import VaryingTimebase
from core.errors import InputError
from core.statistics.evaluation import own_summaries
from core.statistics.results import Coverage

ROUNDS = 20  # of random samples


def kept_share(entry: Entry, samples: np.ndarray) -> float:
    """Share of the entry's time that samples (N, T) keep, in [0, 1]; a frame is kept where its score is over 0.5."""
    lasting = _lasting(entry)
    return float(((np.asarray(samples) > 0.5) @ lasting).mean() / lasting.sum())


def coverage(
    entry: Entry, samples: np.ndarray, *, seed: int = 0, shifted: bool = False, budget: float = DEFAULT_BUDGET
) -> Coverage:
    """How much of each person's summary samples of an entry keep, and random samples that keep as much.

    Args:
        entry: with people; their own summaries count, or the published cuts of their scores.
        samples: (N, T); a frame is kept where its score is over 0.5.
        seed: of the random samples.
        shifted: whether random samples are these, moved in time; else they keep single picks at random.
        budget: of the cuts of people's scores.

    Raises:
        InputError: nobody judged the entry, or everybody's summary is empty.
    """
    kept = np.asarray(samples) > 0.5
    lasting, owner = _lasting(entry), _owner(entry)
    shown = _shown(entry)
    people = np.array(
        [np.bincount(owner[row > 0], shown[row > 0], minlength=len(lasting)) for row in own_summaries(entry, budget)]
    )
    people = people[people.sum(axis=1) > 0]
    if not len(people):
        raise InputError(f"The summaries of everybody who judged '{entry.id}' are empty.", "Choose a larger budget.")
    generator = np.random.default_rng(seed)
    chance = [_figures(_random(kept, generator, shifted), people, lasting) for _ in range(ROUNDS)]
    mean = Coverage(*np.mean([[one.kept, one.one, one.people, one.best_person] for one in chance], axis=0).tolist())
    return replace(_figures(kept, people, lasting), chance=mean)


def _owner(entry: Entry) -> np.ndarray:
    """(n_frames,) the pick that each frame is scored by: the last one before it."""
    return np.clip(np.searchsorted(entry.picks, np.arange(entry.n_frames), side="right") - 1, 0, None)


def _lasting(entry: Entry) -> np.ndarray:
    """(T,) how long the frames last that each pick stands for, see `_shown`."""
    return np.bincount(_owner(entry), _shown(entry), minlength=len(entry.picks))


def _shown(entry: Entry) -> np.ndarray:
    """(n_frames,) how long each frame is shown: in seconds where the rate varies, else all alike."""
    if not isinstance(entry.timebase, VaryingTimebase):
        return np.ones(entry.n_frames)
    return np.diff(entry.timebase.seconds(np.arange(entry.n_frames + 1)))


def _figures(kept: np.ndarray, people: np.ndarray, lasting: np.ndarray) -> Coverage:
    held = (people @ kept.T) / people.sum(axis=1, keepdims=True)  # (U, N)
    return Coverage(
        kept=float((kept @ lasting).mean() / lasting.sum()),
        one=float(held.mean()),
        people=float(held.max(axis=1).mean()),
        best_person=float(held.max(axis=0).mean()),
    )


def _random(kept: np.ndarray, generator: np.random.Generator, shifted: bool) -> np.ndarray:
    if not shifted:
        return generator.permuted(kept, axis=1)
    return np.array([np.roll(row, int(generator.integers(kept.shape[1]))) for row in kept])
