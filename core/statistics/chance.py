"""What knowing nothing of a video gets, and what people get: the two ends that a model's figures are placed between.

A figure alone misleads: flat curves raise F1, smooth noise covers people about as well as a model does. So beside every
figure stand

    noise     curves around 0.5 that vary as people vary around each other's mean, and as smoothly, knowing nothing
    shifted   the model's own curves at another time: what their range and smoothness get without the content
    people    leave-one-out: what the others' scores say about a person, measured as the model is measured
    skill     (figure - noise) / (people - noise): 0 for knowing nothing, 1 for people
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from zlib import crc32

import numpy as np

from core.data import DEFAULT_BUDGET, Entry
from core.statistics.agreement import f1_matrix, summaries
from core.statistics.curves import mean_defined, mean_of_best, mean_of_others, ratio
from core.statistics.evaluation import (
    agreement_with_people,
    figures_of,
    mean_of_pairs,
    official_f1,
    own_summaries,
)
from core.statistics.figure import mean_of
from core.statistics.paired import FEWEST
from core.statistics.ranks import correlations
from core.statistics.results import Chance, Closeness, Figures, NoiseFigures, Skill

NOISE_SETS = 4  # of noise, whose figures are averaged
SHIFTS = 3  # of the model's own curves
LONGEST_LAG = 32  # picks; people's deviations are unrelated beyond
# Nearer than this, people are no better than noise, and nothing can be placed between them.
NO_ROOM = 0.02
CLOSE = tuple(one.name for one in fields(Closeness))


def chance_of(entry: Entry, scores: np.ndarray, protocol: str, seed: int = 0) -> Chance | None:
    """What stands beside a model's figures on one entry; None where fewer than two people judged it.

    Args:
        entry: with annotations.
        scores: (N, T) or (T,) of the model, in [0, 1].
        protocol: one of `core.statistics.evaluation.PROTOCOLS`.
        seed: of the noise.
    """
    if entry.annotations is None or len(entry.annotations) < 2:
        return None
    samples = np.atleast_2d(np.asarray(scores, np.float64))
    return Chance(
        noise=mean_of([figures_of(entry, drawn, protocol) for drawn in _noise_of(entry, len(samples), seed)]),
        shifted=_shifted(entry, samples.mean(axis=0), protocol),
        people=people_under(protocol, entry),
    )


def noise_beside(entry: Entry, curves: int, protocol: str, seed: int = 0) -> NoiseFigures | None:
    """The noise of `chance_of` in the figures that stand beside samples, in a fraction of the time.

    Args:
        entry: with annotations.
        curves: as many as there are samples.
        protocol: one of `core.statistics.evaluation.PROTOCOLS`.
        seed: of the noise.

    Returns:
        None where fewer than two people judged the entry.
    """
    if entry.annotations is None or len(entry.annotations) < 2:
        return None
    people = entry.annotations.scores
    people_cuts = summaries(entry, people)
    found = []
    for drawn in _noise_of(entry, curves, seed):
        metrics = agreement_with_people(protocol, entry, drawn)
        cuts = summaries(entry, drawn)
        matches = (*correlations(drawn, people), f1_matrix(cuts, people_cuts))
        between = (*correlations(drawn, drawn), f1_matrix(cuts, cuts))
        found.append(
            NoiseFigures(
                curves,
                mean=Closeness(metrics.kendall, metrics.spearman, metrics.f1),
                single=Closeness(*(mean_defined(each) for each in matches)),
                coverage=Closeness(*(mean_of_best(each, axis=0) for each in matches)),
                precision=Closeness(*(mean_of_best(each, axis=1) for each in matches)),
                difference=Closeness(*(1 - mean_of_pairs(each) for each in between)),
            )
        )
    return replace(mean_of(found), curves=curves)


def _noise_of(entry: Entry, curves: int, seed: int) -> list[np.ndarray]:
    """Sets of so many curves that vary as the people of an entry do; the same for a seed and an entry."""
    generator = np.random.default_rng((seed, crc32(entry.id.encode())))
    covariance = residual_covariance(entry.people.scores)
    return [noise(curves, len(entry.picks), covariance, generator) for _ in range(NOISE_SETS)]


def residual_covariance(scores: np.ndarray) -> np.ndarray:
    """Autocovariance of people's deviations from the mean of the others within a video.

    Args:
        scores: (U, T) of two people or more, NaN where not judged.

    Returns:
        (L,) float64 by lag in picks, from 0.
    """
    n_picks = scores.shape[1]
    lags = min(LONGEST_LAG, n_picks)
    products, pairs = np.zeros(lags), np.zeros(lags)
    for person, row in enumerate(np.asarray(scores, np.float64)):
        deviation = row - mean_of_others(scores, person)
        known = ~np.isnan(deviation)
        if not known.any():
            continue
        deviation = np.where(known, deviation - deviation[known].mean(), 0)
        products += _lagged(deviation, lags)
        pairs += _lagged(known.astype(np.float64), lags)
    covariance: np.ndarray = np.nan_to_num(ratio(products, np.round(pairs)))
    return covariance


def _lagged(row: np.ndarray, lags: int) -> np.ndarray:
    """(lags,) sums of products of a row with itself so many steps later."""
    length = 2 * len(row)
    sums: np.ndarray = np.fft.irfft(np.abs(np.fft.rfft(row, length)) ** 2, length)[:lags]
    return sums


def noise(n: int, n_picks: int, covariance: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Gaussian curves around 0.5, cut off at 0 and 1.

    Args:
        n: how many.
        n_picks: T.
        covariance: (L,) by lag, from `residual_covariance`; 0 beyond.
        generator: of the randomness.

    Returns:
        (n, T) float64 in [0, 1].
    """
    # A circle so long that its ends never meet has the covariance (Dietrich and Newsam 1997), but what is measured need
    # not be one: frequencies of negative power are left out, and the variance is kept.
    length = n_picks + len(covariance)
    circle = np.zeros(length)
    circle[: len(covariance)] = covariance
    circle[length - len(covariance) + 1 :] = covariance[:0:-1]
    power = np.maximum(np.fft.rfft(circle).real, 0)
    kept = np.fft.irfft(power, length)[0]
    spectrum = np.sqrt(power * covariance[0] / kept) if kept > 0 else power
    white = np.fft.rfft(generator.standard_normal((n, length)), axis=1)
    curves: np.ndarray = np.fft.irfft(white * spectrum, length, axis=1)[:, :n_picks]
    return np.clip(0.5 + curves, 0, 1)


def people_under(protocol: str, entry: Entry, budget: float = DEFAULT_BUDGET) -> Closeness:
    """What people reach where each is predicted by the others, under an evaluation protocol.

    Where the protocol compares with every person (`tvsum`), the mean of the others is the prediction and the person is
    the truth; where it compares with everybody's mean (`summe`, `mrhisum`), the person is the prediction and the others
    are the truth.

    Args:
        protocol: one of `core.statistics.evaluation.PROTOCOLS`.
        entry: judged by two people or more.
        budget: share of the video in (0, 1].
    """
    people = entry.people
    found = []
    for person in range(len(people)):
        others = [each for each in range(len(people)) if each != person]
        if protocol == "tvsum":
            mean = np.nan_to_num(mean_of_others(people.scores, person), nan=0.5)
            metrics = agreement_with_people(protocol, replace(entry, annotations=people.only([person])), mean, budget)
            found.append(Closeness(metrics.kendall, metrics.spearman, metrics.f1))
        elif protocol == "summe":
            found.append(_summary_among(own_summaries(entry, budget), person))
        else:
            own = np.nan_to_num(people.scores[person], nan=0.5)
            metrics = agreement_with_people(protocol, replace(entry, annotations=people.only(others)), own, budget)
            found.append(Closeness(metrics.kendall, metrics.spearman, metrics.f1))
    return mean_of(found)


def skill_of(figures: Figures, chance: Chance, closest: Closeness | None) -> Skill:
    """Where figures stand between noise and people, each the mean over the same entries.

    Args:
        figures: of the model.
        chance: beside them.
        closest: of the human band: each person's best other person, beside which coverage and precision stand.
    """

    def between(own: float, noise: float, people: float) -> float:
        return (own - noise) / (people - noise) if people - noise >= NO_ROOM else float("nan")

    def of_each(own: Closeness | None, noise: Closeness | None, people: Closeness | None) -> Closeness | None:
        if own is None or noise is None or people is None:
            return None
        return Closeness(*(between(*(getattr(each, name) for each in (own, noise, people))) for name in CLOSE))

    return Skill(
        kendall=between(figures.kendall, chance.noise.kendall, chance.people.kendall),
        spearman=between(figures.spearman, chance.noise.spearman, chance.people.spearman),
        f1=between(figures.f1, chance.noise.f1, chance.people.f1),
        coverage=of_each(figures.coverage, chance.noise.coverage, closest),
        precision=of_each(figures.precision, chance.noise.precision, closest),
    )


def skill_intervals(
    figures: Sequence[Figures],
    chances: Sequence[Chance],
    closest: Sequence[Closeness],
    resamples: int = 2000,
    seed: int = 0,
) -> dict[str, tuple[float, float]] | None:
    """95 % limits of skill by resampling the videos, as `core.statistics.results.Skill.intervals` has them.

    All three means are taken over the same resampled videos (percentiles of the bootstrap, Efron and Tibshirani 1993,
    ch. 13). NaN where people are no better than noise in a resample, so that nothing can be placed between them.

    Args:
        figures, chances, closest: of each video, as `skill_of` takes their means.
        resamples: at least 1.
        seed: of the resamples.

    Returns:
        None for fewer than three videos.
    """
    if len(figures) < FEWEST:
        return None
    drawn = np.random.default_rng(seed).integers(len(figures), size=(resamples, len(figures)))
    noises, people = [one.noise for one in chances], [one.people for one in chances]
    compared: dict[str, tuple[Sequence[object], ...]] = dict.fromkeys(CLOSE, (figures, noises, people))
    for part in ("coverage", "precision"):
        of_model, of_noise = ([getattr(one, part) for one in side] for side in (figures, noises))
        if None not in of_model and None not in of_noise:
            compared |= {f"{part}_{name}": (of_model, of_noise, closest) for name in CLOSE}
    return {name: _limits(drawn, sides, name.rpartition("_")[2]) for name, sides in compared.items()}


def _limits(drawn: np.ndarray, sides: Sequence[Sequence[object]], name: str) -> tuple[float, float]:
    """Of the skill of one figure over resamples of the videos (R, V); the sides are a model, noise and people."""
    values = np.array([[getattr(one, name) for one in side] for side in sides], np.float64)[:, drawn]
    known = ~np.isnan(values)
    mean, nothing, reached = ratio(np.where(known, values, 0).sum(axis=2), known.sum(axis=2))
    room = reached - nothing
    if not (room >= NO_ROOM).all() or np.isnan(mean).any():
        return float("nan"), float("nan")
    low, high = np.percentile((mean - nothing) / room, (2.5, 97.5))
    return float(low), float(high)


def _shifted(entry: Entry, curve: np.ndarray, protocol: str) -> Closeness:
    found = []
    for shift in range(1, SHIFTS + 1):
        rolled = np.roll(curve, shift * len(curve) // (SHIFTS + 1))
        metrics = agreement_with_people(protocol, entry, rolled)
        found.append(Closeness(metrics.kendall, metrics.spearman, metrics.f1))
    return mean_of(found)


def _summary_among(summaries: np.ndarray, person: int) -> Closeness:
    """A person's summary against the mean of the others', and its best F1 with one of them."""
    others = np.delete(summaries, person, axis=0)
    taus, rhos = correlations(summaries[person][None], others.mean(axis=0)[None])
    return Closeness(mean_defined(taus), mean_defined(rhos), float(official_f1(summaries[person], others).max()))
