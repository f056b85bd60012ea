"""What preferences between two cuts say of what made them: wins, strengths, and whether a figure predicts them.

Strengths are those of Bradley and Terry (1952): the first of two wins with probability 1 / (1 + exp(s2 - s1)). Who says
that both are good, or neither, gives half a win to either. Intervals take votes as independent of one another: of a few
people who vote often they are too narrow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np

from core.errors import InputError
from core.statistics.results import Interval

Z = 1.959963984540054  # of 95 %
CHANCE = 0.5  # of two things, a coin finds the better one every other time
VIRTUAL = 0.5  # wins added either way between every two sources
NOBODY = "Nobody has said yet which is better."


@dataclass(frozen=True)
class Comparison:
    """One vote.

    Attributes:
        first, second: what made the two cuts.
        outcome: 1 the first is better, 0 the second, 0.5 neither is.

    Raises:
        InputError: it is between a source and itself, or there is no such outcome.
    """

    first: str
    second: str
    outcome: float

    def __post_init__(self) -> None:
        if self.first == self.second:
            raise InputError(f"'{self.first}' cannot be compared with itself.")
        if self.outcome not in (0, 0.5, 1):
            raise InputError(f"A vote is 1, 0.5 or 0, not {self.outcome}.")


@dataclass(frozen=True)
class Standing:
    """How one source stands among the others.

    Attributes:
        source: what made the cuts.
        votes: it was in.
        won, tied: of these; the rest was lost.
        rate: share of its votes that it won, a tie counts half (Wilson's interval).
        probability: of winning against the others, by the model of Bradley and Terry; mean over them.
        strength: of the model; all sum to 0.
    """

    source: str
    votes: int
    won: int
    tied: int
    rate: Interval
    probability: Interval
    strength: float


@dataclass(frozen=True)
class Prediction:
    """Whether the cut with the higher figure is the one that people prefer.

    Attributes:
        share: of the votes, with Wilson's interval; a coin reaches `chance`.
        votes: that it is a share of.
        left_out: in which nobody was better, or whose figures are equal or undefined.
        chance: 0.5.
    """

    share: Interval
    votes: int
    left_out: int
    chance: float = CHANCE


def wins(votes: Sequence[Comparison], sources: Sequence[str]) -> np.ndarray:
    """(K, K) float64 how often each source won against each other, ties as half a win of both."""
    place = {source: k for k, source in enumerate(sources)}
    found = np.zeros((len(sources), len(sources)))
    for vote in votes:
        first, second = place[vote.first], place[vote.second]
        found[first, second] += vote.outcome
        found[second, first] += 1 - vote.outcome
    return found


def standings(votes: Sequence[Comparison]) -> tuple[Standing, ...]:
    """How the sources of these votes stand, the most probable winner first.

    Strengths are the most likely ones where one undecided vote is added between every two sources (so that they are
    finite where somebody never lost); their covariance is the inverse of the observed information, the intervals are
    those of the logit.
    """
    sources = sorted({source for vote in votes for source in (vote.first, vote.second)})
    if not sources:
        return ()
    counts = wins(votes, sources)
    strengths, covariance = bradley_terry(counts)
    decided = wins([vote for vote in votes if vote.outcome != CHANCE], sources)
    found = []
    for k, source in enumerate(sources):
        total = round(float((counts[k] + counts[:, k]).sum()))
        won = round(float(decided[k].sum()))
        tied = total - won - round(float(decided[:, k].sum()))
        rate = wilson(won + tied / 2, total)
        found.append(Standing(source, total, won, tied, rate, _against_others(k, strengths, covariance), strengths[k]))
    return tuple(sorted(found, key=lambda one: (-one.probability.value, one.source)))


def bradley_terry(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Strengths and their covariance.

    Args:
        counts: (K, K) float64, K > 1, how often each won against each other.

    Returns:
        (K,) strengths that sum to 0, and (K, K) their covariance.
    """
    import choix

    padded = counts + VIRTUAL * (1 - np.eye(len(counts)))
    strengths = np.asarray(choix.ilsr_pairwise_dense(padded, max_iter=1000, tol=1e-10), np.float64)
    strengths -= strengths.mean()
    chance = _sigmoid(strengths[:, None] - strengths)
    weights = (padded + padded.T) * chance * (1 - chance)
    information = np.diag(weights.sum(axis=1)) - weights
    return strengths, np.linalg.pinv(information)


def predicts(differences: Sequence[float], outcomes: Sequence[float]) -> Prediction:
    """How often the cut with the higher figure won.

    Args:
        differences: (V,) figure of the first cut less that of the second; NaN where one is undefined.
        outcomes: (V,) 1 where the first won, 0 where the second did, 0.5 where neither.
    """
    decided = [
        (difference > 0) == (outcome == 1)
        for difference, outcome in zip(differences, outcomes, strict=True)
        if outcome != CHANCE and difference == difference and difference != 0
    ]
    return Prediction(wilson(sum(decided), len(decided)), len(decided), len(outcomes) - len(decided))


def wilson(successes: float, trials: int) -> Interval:
    """A share with the 95 % limits of Wilson (1927), which stay within 0 and 1 also for few trials."""
    if not trials:
        return Interval(np.nan, np.nan, np.nan, NOBODY)
    share = successes / trials
    middle = (share + Z**2 / (2 * trials)) / (1 + Z**2 / trials)
    half = Z / (1 + Z**2 / trials) * sqrt(share * (1 - share) / trials + Z**2 / (4 * trials**2))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def _against_others(k: int, strengths: np.ndarray, covariance: np.ndarray) -> Interval:
    others = np.arange(len(strengths)) != k
    each = _sigmoid(strengths[k] - strengths[others])
    value = float(each.mean())
    slope = np.zeros(len(strengths))
    slope[others] = -each * (1 - each) / others.sum()
    slope[k] = -slope.sum()
    spread = sqrt(max(0.0, float(slope @ covariance @ slope))) / (value * (1 - value))
    middle = log(value / (1 - value))
    low, high = (1 / (1 + exp(-(middle + side * Z * spread))) for side in (-1, 1))
    return Interval(value, low, high)


def _sigmoid(values: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-values)))
