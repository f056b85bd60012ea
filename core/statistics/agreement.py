"""How much people agree about what is important. Never one number: each statistic answers another question.

    pairwise        does one person predict another? ("Human" row of the papers)
    leave-one-out   does the mean of the others predict a person?
    oracle          how close can one curve come to everybody? (the mean of all, each person included)

Scores are compared at the picks. Comparisons that are undefined, because a person said the same everywhere or two
people judged nothing in common, are left out of the means and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from math import floor, sqrt
from typing import Literal

import krippendorff
import numpy as np

from core.data import DEFAULT_BUDGET, Entry, Shots
from core.data.timebase import VaryingTimebase
from core.segment.segmentation import default_shots
from core.select.published import knapsack_many, select
from core.statistics.curves import mean_defined, mean_of_best, mean_of_others, ratio, tying_mean
from core.statistics.ranks import kendall, spearman
from core.statistics.results import Agreement, Closeness, Correlation, HumanBand
from core.statistics.undefined import (
    FEW_PEOPLE,
    told,
    why_no_correlation,
    why_no_cronbach,
    why_no_f1,
    why_no_krippendorff,
)

# TVSum was judged in shots of two seconds; the statistics over shots use the same.
SHOT_SECONDS = 2

LEVELS = ("pairwise", "leave_one_out", "oracle")

Comparison = Callable[[np.ndarray, np.ndarray], float]


def agreement(entries: Sequence[Entry]) -> Agreement:
    """Agreement statistics of the people who judged these entries.

    Args:
        entries: those with fewer than two people are left out; without any other, everything is undefined.
    """
    judged = [entry for entry in entries if entry.annotations is not None and len(entry.annotations) > 1]
    scores = [entry.people.scores for entry in judged]
    tau = [_levels(each, kendall) for each in scores]
    rho = [_levels(each, spearman) for each in scores]
    labels = [shot_labels(entry) for entry in judged]
    of_each = {
        **{name: [mean_defined(each[name]) for each in tau] for name in LEVELS},
        "cronbach_alpha": [cronbach_alpha(each) for each in scores],
        "krippendorff_alpha_ordinal": [krippendorff_alpha(middles) for middles, _ in labels],
        "pairwise_f1": [mean_defined(pairwise_f1(means)) for _, means in labels],
    }
    left_out: dict[str, Counter[str]] = {}
    for name, values in of_each.items():
        for index in np.flatnonzero(np.isnan(values)):
            reason = _why(name, scores[index], *labels[index])
            left_out.setdefault(name, Counter())[reason] += 1

    def level(name: str) -> Correlation:
        return Correlation(mean_defined(of_each[name]), mean_defined([mean_defined(each[name]) for each in rho]))

    return Agreement(
        pairwise=level("pairwise"),
        leave_one_out=level("leave_one_out"),
        oracle=level("oracle"),
        cronbach_alpha=mean_defined(of_each["cronbach_alpha"]),
        krippendorff_alpha_ordinal=mean_defined(of_each["krippendorff_alpha_ordinal"]),
        pairwise_f1=mean_defined(of_each["pairwise_f1"]),
        entries=len(judged),
        annotations=sum(len(each) for each in scores),
        undefined=sum(int(np.isnan(values).sum()) for each in tau for values in each.values()),
        why={
            name: told(left_out[name]) if judged else FEW_PEOPLE
            for name, values in of_each.items()
            if np.isnan(values).all()
        },
        left_out=left_out,
    )


def human_band(entry: Entry, shots: Shots | None = None, budget: float = DEFAULT_BUDGET) -> HumanBand | None:
    """Where people themselves stand on one entry.

    Args:
        entry: with annotations.
        shots: for the F1; the entry's default when None.
        budget: share of the video that each person's summary may take.

    Returns:
        None where fewer than two people judged the entry.
    """
    if entry.annotations is None or len(entry.annotations) < 2:
        return None
    scores = entry.annotations.scores
    tau, rho = _levels(scores, kendall), _levels(scores, spearman)
    own = summaries(entry, scores, shots, budget)
    all_but_one = np.array([mean_of_others(scores, person) for person in range(len(scores))])
    between = f1_matrix(own, own)
    f1 = {
        "pairwise": between[np.triu_indices(len(own), 1)],
        "leave_one_out": np.diag(f1_matrix(summaries(entry, all_but_one, shots, budget), own)),
        "oracle": f1_matrix(summaries(entry, tying_mean(scores)[None], shots, budget), own),
    }
    levels = {
        name: Closeness(mean_defined(tau[name]), mean_defined(rho[name]), mean_defined(f1[name])) for name in LEVELS
    }
    pairs = levels["pairwise"]
    matrices = (square(tau["pairwise"]), square(rho["pairwise"]), between)
    return HumanBand(
        **levels,
        closest=Closeness(*(mean_of_best(_without_self(each), axis=1) for each in matrices)),
        difference=Closeness(1 - pairs.kendall, 1 - pairs.spearman, 1 - pairs.f1),
    )


def summaries(
    entry: Entry, scores: np.ndarray, shots: Shots | None = None, budget: float = DEFAULT_BUDGET
) -> np.ndarray:
    """The cut of each score curve as a mask over the frames.

    Args:
        entry: gives picks, frames and the default shots.
        scores: (R, T) in [0, 1], NaN counts as 0.
        shots: the entry's default when None.
        budget: share of the video in (0, 1].

    Returns:
        (R, n_frames) uint8 of 0/1.
    """
    shots = default_shots(entry) if shots is None else shots
    return np.array([select(row, entry.picks, shots, entry.n_frames, budget).mask for row in scores])


def f1_matrix(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """F1 of every summary of one group with every summary of another.

    Args:
        a: (A, n_frames) of 0/1.
        b: (B, n_frames) of 0/1.

    Returns:
        (A, B) float64 in [0, 1], NaN where both summaries are empty.
    """
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    both = (a @ b.T).astype(np.float64)
    sizes = a.sum(axis=1)[:, None].astype(np.float64) + b.sum(axis=1)
    return ratio(2 * both, sizes)


def cronbach_alpha(scores: np.ndarray) -> float:
    """Cronbach's alpha with people as items, over the picks that everybody judged.

    Args:
        scores: (U, T), NaN where not judged.

    Returns:
        At most 1; NaN for fewer than two people or two common picks, or where the sum of scores is constant.
    """
    scores = np.asarray(scores, np.float64)
    common = scores[:, ~np.isnan(scores).any(axis=0)]
    n_people = len(common)
    if n_people < 2 or common.shape[1] < 2:
        return float("nan")
    of_sum = common.sum(axis=0).var(ddof=1)
    if of_sum <= 0:
        return float("nan")
    return float(n_people / (n_people - 1) * (1 - common.var(axis=1, ddof=1).sum() / of_sum))


def krippendorff_alpha(labels: np.ndarray, level: Literal["ordinal", "interval"] = "ordinal") -> float:
    """Krippendorff's alpha.

    Args:
        labels: (U, S), NaN where not judged.
        level: "ordinal" where only the order of labels counts, "interval" where their differences do.

    Returns:
        At most 1, or NaN where it is undefined: nothing judged twice, or everybody said the same everywhere.
    """
    compared = labels[:, (~np.isnan(labels)).sum(axis=0) > 1]
    if len(np.unique(compared[~np.isnan(compared)])) < 2:
        return float("nan")
    return float(krippendorff.alpha(reliability_data=compared, level_of_measurement=level))


def pairwise(scores: np.ndarray, compare: Comparison) -> list[float]:
    """Every two people compared, in the order of `combinations`; scores (U, T), NaN where not judged."""
    return [compare(a, b) for a, b in combinations(scores, 2)]


def leave_one_out(scores: np.ndarray, compare: Comparison) -> list[float]:
    """Each person compared with the mean of the others; scores (U, T), NaN where not judged."""
    return [compare(row, mean_of_others(scores, person)) for person, row in enumerate(scores)]


def square(pairs: Sequence[float] | np.ndarray) -> np.ndarray:
    """(U, U) symmetric matrix from the values of all pairs, in the order of `combinations`; 0 on the diagonal."""
    n = round((1 + sqrt(1 + 8 * len(pairs))) / 2)
    matrix = np.zeros((n, n))
    matrix[np.triu_indices(n, 1)] = pairs
    mirrored: np.ndarray = matrix + matrix.T
    return mirrored


def shot_edges(entry: Entry) -> np.ndarray:
    """(S + 1,) int64 frames at which the whole two-second shots of an entry begin, and the last one ends."""
    timebase = entry.timebase
    if not isinstance(timebase, VaryingTimebase):
        length = max(round(SHOT_SECONDS * timebase.rate), 1)
        return np.arange(entry.n_frames // length + 1) * length
    begun = timebase.seconds(np.arange(entry.n_frames + 1))
    times = SHOT_SECONDS * np.arange(int(timebase.exact_duration // SHOT_SECONDS) + 1)
    return np.unique(np.searchsorted(begun, times - 1e-9))  # times come rounded


def shot_labels(entry: Entry) -> tuple[np.ndarray, np.ndarray]:
    """What each person said about the whole two-second shots of an entry; the remainder is left out.

    Returns:
        (U, S) label at the middle of each shot, and (U, S) mean over its time; NaN where not judged.
    """
    people = entry.people
    edges = shot_edges(entry)
    frames = np.arange(edges[-1])
    labels: np.ndarray
    if people.frame_labels is not None:
        labels = np.asarray(people.frame_labels, np.float64)[:, frames]
        labels[labels == 0] = np.nan
    else:
        pick = np.searchsorted(entry.picks, frames, side="right") - 1
        # Rounding bounds the number of different labels, which Krippendorff's alpha needs tables of.
        labels = np.round(np.asarray(people.scores, np.float64), 2)[:, np.maximum(pick, 0)]
    lengths = np.diff(edges)
    middles = labels[:, edges[:-1] + lengths // 2]
    if len(set(lengths.tolist())) == 1:
        return middles, labels.reshape(len(people), len(lengths), -1).mean(axis=2)
    shown = np.diff(entry.timebase.seconds(np.arange(edges[-1] + 1)))
    return middles, np.add.reduceat(labels * shown, edges[:-1], axis=1) / np.add.reduceat(shown, edges[:-1])


def pairwise_f1(values: np.ndarray, budget: float = DEFAULT_BUDGET) -> np.ndarray:
    """F1 of every two people's cuts of equally long shots.

    Args:
        values: (U, S), NaN counts as 0.
        budget: share of the shots that a cut may take.

    Returns:
        (U (U - 1) / 2,) in the order of `combinations`, each in [0, 1] or NaN where both cuts are empty.
    """
    n_shots = values.shape[1]
    chosen = knapsack_many(np.nan_to_num(values), np.ones(n_shots, np.int64), floor(budget * n_shots))
    return f1_matrix(chosen, chosen)[np.triu_indices(len(chosen), 1)]


def _why(figure: str, scores: np.ndarray, middles: np.ndarray, means: np.ndarray) -> str:
    """Why a figure of one entry is undefined; middles and means as from `shot_labels`."""
    if figure == "cronbach_alpha":
        return why_no_cronbach(scores)
    if figure == "krippendorff_alpha_ordinal":
        return why_no_krippendorff(middles)
    return why_no_f1(means) if figure == "pairwise_f1" else why_no_correlation(scores)


def _levels(scores: np.ndarray, compare: Comparison) -> dict[str, list[float]]:
    """Every single comparison of the three levels."""
    mean = tying_mean(scores)
    return {
        "pairwise": pairwise(scores, compare),
        "leave_one_out": leave_one_out(scores, compare),
        "oracle": [compare(row, mean) for row in scores],
    }


def _without_self(matrix: np.ndarray) -> np.ndarray:
    matrix = np.array(matrix, np.float64)
    np.fill_diagonal(matrix, np.nan)
    return matrix
