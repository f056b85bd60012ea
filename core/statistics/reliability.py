"""How far the labels of several people can be relied on: agreement with confidence limits, and who stands apart.

The statistics are those of `core.statistics.agreement`, here per entry and each with 95 % limits. What is resampled is
what the figure should hold for beyond this data: other entries for the means over entries, other people for the
comparisons of people, other moments of the video for the two alphas.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from itertools import combinations
from zlib import crc32

import numpy as np
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from scipy.stats import median_abs_deviation
from scipy.stats import t as student

from core.data import DEFAULT_BUDGET, Entry
from core.errors import InputError
from core.progress import Progress, ShouldStop, check, never, silent
from core.statistics.agreement import (
    Comparison,
    cronbach_alpha,
    krippendorff_alpha,
    leave_one_out,
    pairwise,
    pairwise_f1,
    shot_edges,
    shot_labels,
    square,
)
from core.statistics.curves import mean_defined, ratio, tying_mean
from core.statistics.ranks import kendall, spearman
from core.statistics.results import EntryReliability, Interval, PeopleMatrix, PersonStanding, Reliability, Statistics
from core.statistics.undefined import told, why_no_correlation, why_no_cronbach, why_no_f1, why_no_krippendorff

CONFIDENCE = 0.95
# Of two things, no resample says how much they vary.
FEWEST_TO_RESAMPLE = 3

UNUSUAL_Z = -2.5
# Among three, the one who differs need not be the one who is wrong.
FEWEST_TO_STAND_OUT = 4
# Spreads below this are rounding.
NO_SPREAD = 1e-9


def reliability(
    entries: Sequence[Entry],
    budget: float = DEFAULT_BUDGET,
    resamples: int = 1000,
    seed: int = 0,
    progress: Progress = silent,
    should_stop: ShouldStop = never,
) -> Reliability:
    """Agreement statistics with 95 % confidence limits.

    Limits are percentiles of the bootstrap (Efron & Tibshirani 1993, ch. 13), save those of leave-one-out:

    - Overall: entries are resampled and their values averaged anew.
    - Pairs of people, F1 included: people are resampled, and pairs of a person with themselves left out, for they agree
      fully and would raise the mean (vertex bootstrap, Snijders & Borgatti 1999).
    - Leave-one-out: the jackknife over people with Student's t (Efron & Tibshirani 1993, ch. 11). A resample holds
      copies of a person, who would then be among "the others" of themselves; leaving people out makes no copies, and
      yet the mean of the others varies as it should.
    - The alphas: for copies of people they rise as well, so two-second shots are resampled, each with everything that
      was said about it (Zapf et al. 2016 for Krippendorff's alpha, where Krippendorff's own resampling of pairs covers
      too little; Padilla et al. 2012 for Cronbach's). Shots close in time are alike, so blocks of consecutive shots are
      drawn, in a circle, of a length of the cube root of their number (Politis & Romano 1992; Hall et al. 1995). These
      limits are for other moments of the video judged by the same people.

    Percentiles of few things are too close together: read limits from fewer than ten people or entries with care. In
    simulations of 8 people and 60 shots, 95 % limits held the truth for pairs in 89 %, for leave-one-out in 96 % and
    for the alphas in 85 % (79 % without blocks); the alphas' limits say nothing about other people.

    All these statistics need only sums, so a resample is kept as how often it holds each person, shot or entry, where
    `scipy.stats.bootstrap` would copy the data.

    Args:
        entries: those with fewer than two people are left out; people may have judged them in part (NaN).
        budget: share of a video that each person's cut may take, in (0, 1].
        resamples: how many, at least 1.
        seed: of the resamples, at least 0. Limits do not depend on the order of people or entries, nor those of an
            entry on the other entries.
        progress: told of every entry.
        should_stop: asked before every entry.

    Returns:
        Values that equal those of `core.statistics.agreement.agreement` at its budget; limits are NaN where fewer
        than three people, shots or entries could be resampled, or where half of the resamples or more are undefined.

    Raises:
        InputError: no entry was judged by two people, or budget, resamples or seed are out of range.
        Cancelled: `should_stop` said so.
    """
    judged = [entry for entry in entries if entry.annotations is not None and len(entry.annotations) > 1]
    if not judged:
        raise InputError("Reliability needs an entry that two or more people have judged.")
    if not 0 < budget <= 1:
        raise InputError(f"A budget must be a share of the video in (0, 1], not {budget}.", "Write 15 % as 0.15.")
    if resamples < 1 or seed < 0:
        raise InputError(f"Cannot make {resamples} resamples with seed {seed}.", "Ask for 1000 with seed 0.")
    per_entry = []
    for done, entry in enumerate(judged):
        check(should_stop, "Measuring the reliability")
        progress(done / len(judged), f"Comparing the people of '{entry.title or entry.id}'")
        statistics = _of_entry(entry, budget, resamples, seed)
        per_entry.append(EntryReliability(entry.id, entry.title, len(entry.people), statistics))
    counts = _resampled([entry.id for entry in judged], resamples, np.random.default_rng(seed))
    overall = {
        each.name: _over_entries([getattr(found.statistics, each.name) for found in per_entry], counts)
        for each in fields(Statistics)
    }
    progress(1, f"Compared the people of {len(judged)} entries")
    return Reliability(Statistics(**overall), tuple(per_entry), budget, resamples)


def people_matrix(entries: Sequence[Entry]) -> PeopleMatrix:
    """Kendall's tau-b of every two people, and an order in which those who agree stand side by side.

    The order is that of a clustering by average linkage with distance 1 - tau and optimal leaf order (Bar-Joseph et
    al. 2001). Pairs without a tau count as the mean distance, neither near nor far.

    Args:
        entries: with annotations of any number of people, who have the same name in all; others are left out.
    """
    judged = [entry.annotations for entry in entries if entry.annotations is not None and len(entry.annotations) > 0]
    names = tuple(sorted({name for people in judged for name in people.annotators}))
    index = {name: i for i, name in enumerate(names)}
    total = np.zeros((len(names), len(names)))
    defined, shared = np.zeros(total.shape, np.int64), np.zeros(total.shape, np.int64)
    for people in judged:
        who = np.array([index[name] for name in people.annotators])
        pairs = np.ix_(who, who)
        said = (~np.isnan(people.scores)).astype(np.float64)
        shared[pairs] += said @ said.T > 0
        tau = square(pairwise(people.scores, kendall))
        defined[pairs] += ~np.isnan(tau)
        total[pairs] += np.nan_to_num(tau)
    tau = np.divide(total, defined, out=np.full(total.shape, np.nan), where=defined > 0)
    np.fill_diagonal(tau, 1)
    return PeopleMatrix(names, tau, shared, _clustered(tau))


def unlike_the_others(entries: Sequence[Entry]) -> tuple[PersonStanding, ...]:
    """How much each person agrees with the mean of the others, and whether unusually little.

    The z-score is that of the mean leave-one-out tau by median and median absolute deviation, of which the outliers
    themselves move little (Iglewicz & Hoaglin 1993); unusual is below -2.5 where there are four people or more. Who
    judged only entries that everybody finds hard has a low mean as well: it is a reason to look, not a verdict.

    Args:
        entries: with annotations of any number of people, who have the same name in all; others are left out.

    Returns:
        One for each person, the most unusual first, those without a z-score last.
    """
    judged = [entry.annotations for entry in entries if entry.annotations is not None]
    taus: dict[str, list[float]] = {name: [] for people in judged for name in people.annotators}
    rhos: dict[str, list[float]] = {name: [] for name in taus}
    for people in judged:
        of_each = (leave_one_out(people.scores, compare) for compare in (kendall, spearman))
        for name, tau, rho in zip(people.annotators, *of_each, strict=True):
            taus[name].append(tau)
            rhos[name].append(rho)
    names = sorted(taus)
    means = np.array([mean_defined(taus[name]) for name in names])
    can_stand_out = np.count_nonzero(~np.isnan(means)) >= FEWEST_TO_STAND_OUT
    standings = [
        PersonStanding(
            name, len(taus[name]), float(tau), mean_defined(rhos[name]), float(z), bool(can_stand_out and z < UNUSUAL_Z)
        )
        for name, tau, z in zip(names, means, _robust_z(means), strict=True)
    ]
    return tuple(sorted(standings, key=lambda each: (np.isnan(each.z), each.z)))


def _of_entry(entry: Entry, budget: float, resamples: int, seed: int) -> Statistics:
    people = entry.people
    scores = np.asarray(people.scores, np.float64)
    random = np.random.default_rng((seed, crc32(entry.id.encode())))
    by_people = _resampled(people.annotators, resamples, random)
    edges = shot_edges(entry)
    shots = np.searchsorted(edges, entry.picks, side="right") - 1  # that picks lie in; what is left is one more
    n_shots = len(edges) - 1 + bool(edges[-1] < entry.n_frames)
    by_shots = _resampled_in_blocks(n_shots, resamples, random)
    middles, means = shot_labels(entry)
    loo_tau, loo_rho = _leave_one_out(scores)
    found = Statistics(
        krippendorff_alpha_ordinal=_krippendorff(middles, by_shots, is_ordinal=True),
        krippendorff_alpha_interval=_krippendorff(middles, by_shots, is_ordinal=False),
        cronbach_alpha=_cronbach(scores, shots, by_shots),
        pairwise_kendall=_over_pairs(pairwise(people.scores, kendall), by_people),
        pairwise_spearman=_over_pairs(pairwise(people.scores, spearman), by_people),
        leave_one_out_kendall=loo_tau,
        leave_one_out_spearman=loo_rho,
        pairwise_f1=_over_pairs(pairwise_f1(means, budget), by_people),
    )
    undefined = [each.name for each in fields(Statistics) if np.isnan(getattr(found, each.name).value)]
    return replace(
        found, **{one: replace(getattr(found, one), why=_why(one, scores, middles, means, budget)) for one in undefined}
    )


def _why(figure: str, scores: np.ndarray, middles: np.ndarray, means: np.ndarray, budget: float) -> str:
    if figure.startswith("krippendorff"):
        return why_no_krippendorff(middles)
    if figure == "cronbach_alpha":
        return why_no_cronbach(scores)
    return why_no_f1(means, budget) if figure == "pairwise_f1" else why_no_correlation(scores)


def _resampled(keys: Sequence[str], resamples: int, random: np.random.Generator) -> np.ndarray:
    """(R, n) how often each resample holds each of n things; a thing has the same luck wherever it stands."""
    n = len(keys)
    counts = random.multinomial(n, np.full(n, 1 / n), size=resamples).astype(np.float64)
    return counts[:, np.argsort(np.argsort(keys, kind="stable"), kind="stable")]


def _resampled_in_blocks(n: int, resamples: int, random: np.random.Generator) -> np.ndarray:
    """(R, n) how often each resample holds each of n moments, drawn in blocks of consecutive ones, in a circle."""
    length = max(round(n ** (1 / 3)), 1)
    starts = random.multinomial(-(-n // length), np.full(n, 1 / n), size=resamples).astype(np.float64)
    counts = starts.copy()
    for shift in range(1, length):
        counts[:, shift:] += starts[:, :-shift]
        counts[:, :shift] += starts[:, -shift:]
    return counts


def _over_entries(found: Sequence[Interval], counts: np.ndarray) -> Interval:
    """The mean of the entries that have a value; counts (R, E)."""
    numbers = np.array([one.value for one in found])
    value, is_defined = mean_defined(numbers), ~np.isnan(numbers)
    if not is_defined.any():
        return Interval(np.nan, np.nan, np.nan, told(one.why for one in found))
    if np.count_nonzero(is_defined) < FEWEST_TO_RESAMPLE:
        return Interval(value, np.nan, np.nan)
    return _percentiles(value, ratio(counts @ np.nan_to_num(numbers), counts @ is_defined))


def _over_pairs(pairs: Sequence[float] | np.ndarray, counts: np.ndarray) -> Interval:
    """The mean over pairs of people that have a value; counts (R, U)."""
    value = mean_defined(pairs)
    if counts.shape[1] < FEWEST_TO_RESAMPLE:
        return Interval(value, np.nan, np.nan)
    # The zeros on the diagonals leave pairs of a person with themselves out of both sums.
    values, is_defined = square(np.nan_to_num(pairs)), square(~np.isnan(pairs))
    total, number = (np.sum(counts @ each * counts, axis=1) for each in (values, is_defined))
    return _percentiles(value, ratio(total, number))


def _leave_one_out(scores: np.ndarray) -> tuple[Interval, Interval]:
    """Leave-one-out tau and rho with jackknife limits; scores (U, T)."""
    n = len(scores)
    means = {}
    if n >= FEWEST_TO_RESAMPLE:
        means = {pair: tying_mean(np.delete(scores, pair, axis=0)) for pair in combinations(range(n), 2)}

    def interval(compare: Comparison) -> Interval:
        # One row per person left out: how the remaining ones stand to each other.
        without = np.full((n, n), np.nan)
        for (a, b), mean in means.items():
            without[a, b], without[b, a] = compare(scores[b], mean), compare(scores[a], mean)
        return _jackknife(mean_defined(leave_one_out(scores, compare)), [mean_defined(row) for row in without])

    return interval(kendall), interval(spearman)


def _jackknife(value: float, without_each: Sequence[float]) -> Interval:
    """Limits within [-1, 1] of a value from what it is without each of n things."""
    left = np.asarray(without_each)
    left = left[~np.isnan(left)]
    n = len(left)
    if np.isnan(value) or n < FEWEST_TO_RESAMPLE:
        return Interval(value, np.nan, np.nan)
    error = np.sqrt((n - 1) / n * np.sum((left - left.mean()) ** 2))
    reach = float(student.ppf((1 + CONFIDENCE) / 2, n - 1) * error)
    return Interval(value, max(value - reach, -1.0), min(value + reach, 1.0))


def _krippendorff(labels: np.ndarray, counts: np.ndarray, is_ordinal: bool) -> Interval:
    """Krippendorff's alpha of labels (U, S), NaN where not judged; counts (R, S or more) of shots."""
    value = krippendorff_alpha(labels, "ordinal" if is_ordinal else "interval")
    is_compared = np.count_nonzero(~np.isnan(labels), axis=0) > 1
    if np.isnan(value) or np.count_nonzero(is_compared) < FEWEST_TO_RESAMPLE:
        return Interval(value, np.nan, np.nan)
    compared, counts = labels[:, is_compared], counts[:, : labels.shape[1]][:, is_compared]
    values = np.unique(compared[~np.isnan(compared)])
    table = np.count_nonzero(compared.T[:, :, None] == values, axis=1).astype(np.float64)
    return _percentiles(value, _krippendorff_alphas(table, values, counts, is_ordinal))


def _krippendorff_alphas(table: np.ndarray, values: np.ndarray, counts: np.ndarray, is_ordinal: bool) -> np.ndarray:
    """Krippendorff's alpha of each resample.

    The ordinal difference of two values is that of their mean ranks, so both levels are squared differences of
    positions, and sums of squares do instead of the table of all pairs of values.

    Args:
        table: (S, V) how many people gave each value to each shot, two or more people in all.
        values: (V,) ascending.
        counts: (R, S) of shots.
        is_ordinal: whether positions are mean ranks or the values themselves.

    Returns:
        (R,) at most 1, NaN where a resample has one value only.
    """
    judges = table.sum(axis=1)
    given = counts @ table
    number = given.sum(axis=1)
    positions = np.cumsum(given, axis=1) - given / 2 if is_ordinal else np.broadcast_to(values, given.shape)
    positions = positions - ratio((given * positions).sum(axis=1), number)[:, None]
    squares = ((counts * judges / (judges - 1)) @ table * positions**2).sum(axis=1)
    products = (counts / (judges - 1) * (positions @ table.T) ** 2).sum(axis=1)
    expected = (given * positions**2).sum(axis=1) * ratio(number, number - 1)
    varies = np.count_nonzero(given, axis=1) > 1
    return np.where(varies, 1 - ratio(squares - products, np.where(varies, expected, 0)), np.nan)


def _cronbach(scores: np.ndarray, shots: np.ndarray, counts: np.ndarray) -> Interval:
    """Cronbach's alpha of scores (U, T) at picks that lie in shots (T,); counts (R, S) of shots."""
    value = cronbach_alpha(scores)
    is_common = ~np.isnan(scores).any(axis=0)
    if np.isnan(value) or len(np.unique(shots[is_common])) < FEWEST_TO_RESAMPLE:
        return Interval(value, np.nan, np.nan)
    common = scores[:, is_common].T
    common = common - common.mean(axis=0)
    items = np.column_stack([common, common.sum(axis=1)])

    def resampled(of_picks: np.ndarray) -> np.ndarray:
        of_shots = np.zeros((counts.shape[1], of_picks.shape[1]))
        np.add.at(of_shots, shots[is_common], of_picks)
        return counts @ of_shots

    number, sums, squares = (resampled(each) for each in (np.ones((len(items), 1)), items, items**2))
    variances = np.maximum(ratio(squares - ratio(sums**2, number), number - 1), 0)
    of_sum = np.where(variances[:, -1] > NO_SPREAD, variances[:, -1], 0)
    n_people = len(scores)
    return _percentiles(value, n_people / (n_people - 1) * (1 - ratio(variances[:, :-1].sum(axis=1), of_sum)))


def _percentiles(value: float, resampled: np.ndarray) -> Interval:
    defined = resampled[~np.isnan(resampled)]
    if np.isnan(value) or 2 * len(defined) <= len(resampled):
        return Interval(value, np.nan, np.nan)
    low, high = np.quantile(defined, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Interval(value, float(low), float(high))


def _clustered(tau: np.ndarray) -> np.ndarray:
    n = len(tau)
    if n < 3:
        return np.arange(n)
    distances = squareform(1 - tau, checks=False)
    mean = mean_defined(distances)
    distances = np.where(np.isnan(distances), 1 if np.isnan(mean) else mean, distances)
    return np.asarray(leaves_list(linkage(distances, method="average", optimal_ordering=True)), np.int64)


def _robust_z(values: np.ndarray) -> np.ndarray:
    """(n,) distances from the median in robust standard deviations, NaN where a value is."""
    defined = values[~np.isnan(values)]
    if len(defined) == 0:
        return values
    from_median = values - np.median(defined)
    spread = median_abs_deviation(defined, scale="normal")
    if spread < NO_SPREAD:
        # More than half are equal; the mean absolute deviation still sees the rest. Its factor is that of a normal.
        spread = np.sqrt(np.pi / 2) * np.nanmean(np.abs(from_median))
    return from_median / spread if spread >= NO_SPREAD else np.where(np.isnan(values), np.nan, 0.0)
