"""How well a model's scores agree with people: the published protocols, and measures for sampled summaries.

Published numbers are only comparable under the protocol that made them, so every result carries its name.

    summe     Kendall and Spearman between the machine's *summary* and the mean of people's summaries, over all
              frames; best F1 over people
    tvsum     Kendall and Spearman between predicted scores and each person's scores, at the picks, mean over
              people; mean F1 over people
    mrhisum   Kendall and Spearman between predicted scores and the mean score; F1 with the one true summary;
              average precision of the highlights
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import floor

import numpy as np

from core.data import DEFAULT_BUDGET, AnnotationSet, Entry, Shots
from core.errors import InputError
from core.segment.segmentation import default_shots
from core.select.published import select, shot_scores
from core.statistics.agreement import f1_matrix, summaries
from core.statistics.curves import mean_defined, mean_of_best, mean_of_people, tying_mean
from core.statistics.knapsack_metrics import KnapsackMetrics, knapsack_metrics
from core.statistics.ranks import correlations
from core.statistics.results import Closeness, Diversity, Figures, Generative, Metrics

PROTOCOLS = ("summe", "tvsum", "mrhisum")

# MR.HiSum compares scores in windows of this many picks.
HIGHLIGHT_WINDOW = 5


def default_protocol(entry: Entry) -> str:
    """The protocol that the entry's labels allow: per-person scores `tvsum`, only binary summaries `summe`."""
    people = entry.annotations
    if people is None:
        return "mrhisum"
    values = people.scores[np.isfinite(people.scores)]
    return "summe" if people.summaries is not None and np.isin(values, (0, 1)).all() else "tvsum"


def figures_of(entry: Entry, scores: np.ndarray, protocol: str, pairs: bool = False) -> Figures:
    """All figures of a model's scores for one entry; those of sampling where there are samples.

    Args:
        entry: with annotations.
        scores: (N, T) or (T,).
        protocol: one of `PROTOCOLS`.
        pairs: whether samples come in antithetic pairs, as in `generative`.

    Raises:
        InputError: as `evaluate_track`.
    """
    metrics = evaluate_track(protocol, entry, scores)
    samples = generative(entry, scores, pairs=pairs) if np.ndim(scores) > 1 and len(scores) > 1 else None
    return Figures(**vars(metrics), **(vars(samples) if samples else {}))


def evaluate_track(protocol: str, entry: Entry, scores: np.ndarray, budget: float = DEFAULT_BUDGET) -> Metrics:
    """Metrics of a model's scores, of their mean where there are several samples, under a published protocol.

    Summaries are of the entry's default shots by the strict selection. Where people have no summary of their own,
    theirs is the summary of their scores.

    Args:
        protocol: one of `PROTOCOLS`.
        entry: with annotations.
        scores: (T,) or (N, T) at the picks, in [0, 1].
        budget: share of the video in (0, 1]; published is 0.15.

    Raises:
        InputError: unknown protocol, nobody judged the entry, or scores do not fit its picks.
    """
    metrics = agreement_with_people(protocol, entry, scores, budget)
    truth = tying_mean(_people(entry).scores)
    mean = _samples(scores, entry).mean(axis=0)
    return replace(metrics, **vars(knapsack_of(entry, mean, truth, _true_summary(entry, truth, budget), budget)))


def agreement_with_people(protocol: str, entry: Entry, scores: np.ndarray, budget: float = DEFAULT_BUDGET) -> Metrics:
    """As `evaluate_track`, in half the time: without the knapsack-level metrics."""
    if protocol not in PROTOCOLS:
        raise InputError(f"There is no protocol '{protocol}'.", f"Choose one of {', '.join(PROTOCOLS)}.")
    people = _people(entry)
    mean = _samples(scores, entry).mean(axis=0)
    summary = machine_summary(mean, entry, budget)
    if protocol == "mrhisum":
        truth = tying_mean(people.scores)
        tau, rho, undefined = _correlations(mean, truth[None])
        f1 = float(official_f1(summary, _true_summary(entry, truth, budget)))
        map50, map15 = (highlight_precision(mean, truth, share) for share in (0.5, 0.15))
        return Metrics(protocol, tau, rho, f1, undefined, map50, map15)
    references = own_summaries(entry, budget)
    f1s = official_f1(summary, references)
    if protocol == "summe":
        tau, rho, undefined = _correlations(summary, mean_of_people(references)[None])
        return Metrics(protocol, tau, rho, float(f1s.max()), undefined)
    tau, rho, undefined = _correlations(mean, people.scores)
    return Metrics(protocol, tau, rho, float(f1s.mean()), undefined)


def knapsack_of(
    entry: Entry, scores: np.ndarray, truth: np.ndarray, summary: np.ndarray, budget: float = DEFAULT_BUDGET
) -> KnapsackMetrics:
    """The knapsack-level metrics of a score curve on an entry's default shots.

    Args:
        entry: gives picks, frames and shots.
        scores: (T,) predicted.
        truth: (T,) true scores; NaN counts as 0.
        summary: (n_frames,) of 0/1, the true summary.
        budget: share of the video in (0, 1].
    """
    shots = default_shots(entry)
    predicted, true = (shot_scores(each, entry.picks, shots, entry.n_frames) for each in (scores, truth))
    # As released, a shot counts as chosen by its frames but the last.
    before = np.concatenate([[0], np.cumsum(summary, dtype=np.int64)])
    chosen = before[shots.bounds[:, 1] - 1] > before[shots.bounds[:, 0]]
    lengths = shots.bounds[:, 1] - shots.bounds[:, 0]
    return knapsack_metrics(predicted, true, lengths, chosen, floor(budget * entry.n_frames))


def generative(
    entry: Entry,
    scores: np.ndarray,
    shots: Shots | None = None,
    budget: float = DEFAULT_BUDGET,
    *,
    pairs: bool = False,
) -> Generative:
    """Coverage, precision, diversity and energy distance of samples against people.

    Args:
        entry: with annotations.
        scores: (N, T) samples, or (T,) for one.
        shots: for the summaries; the entry's default when None.
        budget: share of the video in (0, 1].
        pairs: whether samples 2k and 2k + 1 are an antithetic pair, whose difference says nothing of diversity.

    Raises:
        InputError: nobody judged the entry, or scores do not fit its picks.
    """
    people, samples = _people(entry).scores, _samples(scores, entry)
    people_cuts, sample_cuts = (summaries(entry, each, shots, budget) for each in (people, samples))
    tau, rho = correlations(samples, people)
    matches = (tau, rho, f1_matrix(sample_cuts, people_cuts))
    return Generative(
        coverage=Closeness(*(mean_of_best(each, axis=0) for each in matches)),
        precision=Closeness(*(mean_of_best(each, axis=1) for each in matches)),
        diversity=Diversity(
            one_minus_f1=1 - mean_of_pairs(f1_matrix(sample_cuts, sample_cuts), pairs),
            one_minus_tau=1 - mean_of_pairs(correlations(samples, samples)[0], pairs),
            people_one_minus_f1=1 - mean_of_pairs(f1_matrix(people_cuts, people_cuts)),
            people_one_minus_tau=1 - mean_of_pairs(correlations(people, people)[0]),
            pairs_left_out=pairs,
        ),
        energy_distance=energy_distance(samples, people),
        single=Closeness(*(mean_defined(each) for each in matches)),
    )


def machine_summary(scores: np.ndarray, entry: Entry, budget: float = DEFAULT_BUDGET) -> np.ndarray:
    """The summary that the official releases make: strict, of the frames up to the end of the last shot.

    Args:
        scores: (T,) at the picks; NaN counts as 0.
        entry: gives picks, frames and the default shots.
        budget: share of the video in (0, 1].

    Returns:
        (n_frames,) uint8 of 0/1.
    """
    shots = default_shots(entry)
    end = min(int(shots.bounds[-1, 1]), entry.n_frames)
    within = entry.picks < end
    cut = select(np.asarray(scores)[within], entry.picks[within], shots, end, budget, strict=True)
    return np.pad(cut.mask, (0, entry.n_frames - end))


def own_summaries(entry: Entry, budget: float = DEFAULT_BUDGET) -> np.ndarray:
    """(U, n_frames) of 0/1: people's own summaries, or those of their scores where they have none."""
    people = _people(entry)
    if people.summaries is not None:
        return np.asarray(people.summaries)
    return np.array([machine_summary(row, entry, budget) for row in people.scores])


def official_f1(summary: np.ndarray, references: np.ndarray) -> np.ndarray:
    """F1 with the guards of the official code, which add 1e-8 per frame to each size.

    Args:
        summary: (n_frames,) of 0/1.
        references: (n_frames,) or (U, n_frames) of 0/1.

    Returns:
        () or (U,) float64 in [0, 1].
    """
    bits, wanted = (np.packbits(np.asarray(each, bool), axis=-1) for each in (summary, references))
    both, own, theirs = (np.bitwise_count(each).sum(axis=-1, dtype=np.int64) for each in (bits & wanted, bits, wanted))
    guard = 1e-8 * len(summary)
    precision, recall = both / (own + guard), both / (theirs + guard)
    f1: np.ndarray = 2 * precision * recall / np.where(both > 0, precision + recall, 1)
    return f1


def highlight_precision(scores: np.ndarray, truth: np.ndarray, share: float) -> float:
    """Average precision with which scores retrieve the best windows of the truth (MR.HiSum's MAP50 and MAP15).

    Args:
        scores: (T,) predicted.
        truth: (T,) true scores; NaN counts as 0.
        share: of the windows of five picks that are highlights.

    Returns:
        A number in [0, 1], NaN where the share holds no whole window.
    """
    starts = np.arange(0, len(scores), HIGHLIGHT_WINDOW)
    sizes = np.diff(starts, append=len(scores))
    predicted, wanted = (np.add.reduceat(np.nan_to_num(each), starts) / sizes for each in (scores, truth))
    n_wanted = int(share * len(starts))
    if n_wanted == 0:
        return float("nan")
    is_wanted = np.zeros(len(starts), bool)
    is_wanted[np.argsort(-wanted, kind="stable")[:n_wanted]] = True
    # Windows of equal prediction are retrieved together.
    thresholds, group = np.unique(-predicted, return_inverse=True)
    retrieved = np.cumsum(np.bincount(group, minlength=len(thresholds)))
    found = np.cumsum(np.bincount(group, weights=is_wanted, minlength=len(thresholds)))
    return float(np.sum(np.diff(found, prepend=0) * found / retrieved) / n_wanted)


def tau_matrix(entry: Entry, scores: np.ndarray) -> np.ndarray:
    """Kendall's tau-b of every sample with every person.

    Args:
        entry: with annotations.
        scores: (N, T) samples, or (T,) for one.

    Returns:
        (N, U) float64 in [-1, 1], NaN where undefined.

    Raises:
        InputError: as `generative`.
    """
    return correlations(_samples(scores, entry), _people(entry).scores)[0]


def mean_of_pairs(matrix: np.ndarray, antithetic: bool = False) -> float:
    """The mean of a symmetric matrix above its diagonal, without rows 2k and 2k + 1 of antithetic pairs."""
    first, second = np.triu_indices(len(matrix), 1)
    counted = first // 2 != second // 2 if antithetic else np.ones(len(first), bool)
    return mean_defined(matrix[first[counted], second[counted]])


def energy_distance(a: np.ndarray, b: np.ndarray) -> float:
    """Energy distance 2 E|x - y| - E|x - x'| - E|y - y'| between two sets of score curves.

    Szekely and Rizzo 2013, with samples for expectations. The norm is the root mean square over the picks that both
    curves have judged.

    Args:
        a: (A, T), NaN where not judged.
        b: (B, T), NaN where not judged.

    Returns:
        At least 0; NaN where no two curves have a pick in common.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    between, within_a, within_b = (mean_defined(_matrix(_distance, *pair)) for pair in ((a, b), (a, a), (b, b)))
    return float(np.maximum(2 * between - within_a - within_b, 0))


def _people(entry: Entry) -> AnnotationSet:
    if entry.annotations is None or len(entry.annotations) == 0:
        raise InputError(f"Nobody has judged '{entry.id}', so there is nothing to compare with.")
    return entry.annotations


def _true_summary(entry: Entry, truth: np.ndarray, budget: float) -> np.ndarray:
    """(n_frames,) of 0/1: the summary of people's mean scores, or that of the only person."""
    if len(_people(entry)) == 1:
        return np.asarray(own_summaries(entry, budget)[0])
    return machine_summary(truth, entry, budget)


def _samples(scores: np.ndarray, entry: Entry) -> np.ndarray:
    """(N, T) float64 samples that fit the picks of the entry."""
    samples = np.atleast_2d(np.asarray(scores, np.float64))
    if samples.ndim != 2 or len(samples) == 0 or samples.shape[1] != len(entry.picks):
        raise InputError(f"Scores of shape {np.shape(scores)} do not fit the {len(entry.picks)} picks of '{entry.id}'.")
    if not np.isfinite(samples).all():
        raise InputError(f"The scores for '{entry.id}' contain values that are not finite numbers.")
    return samples


def _correlations(curve: np.ndarray, others: np.ndarray) -> tuple[float, float, int]:
    """Mean tau and rho of one curve with several, and how many were undefined."""
    taus, rhos = correlations(curve[None], others)
    return mean_defined(taus), mean_defined(rhos), int(np.isnan(taus).sum())


def _matrix(compare: Callable[[np.ndarray, np.ndarray], float], a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.array([[compare(x, y) for y in b] for x in a])


def _distance(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.sqrt(mean_defined((x - y) ** 2)))
