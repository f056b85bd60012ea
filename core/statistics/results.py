"""What the statistics find, apart from how: values that can be named without loading what computes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.statistics.figure import Figure, Matrix, Row, WholeMatrix, WholeRow


@dataclass(frozen=True)
class Correlation:
    """Mean Kendall tau-b and Spearman rho, each in [-1, 1] or NaN where never defined."""

    kendall: Figure
    spearman: Figure


@dataclass(frozen=True)
class Closeness:
    """How close two sides are: tau-b, rho in [-1, 1] and F1 in [0, 1]; NaN where undefined."""

    kendall: Figure
    spearman: Figure
    f1: Figure


@dataclass(frozen=True)
class HumanBand:
    """Where people themselves stand on one entry, to place a model's figures beside.

    Attributes:
        pairwise, leave_one_out, oracle: as in `Agreement`.
        closest: each person's best other person, averaged, to stand beside a model's coverage and precision.
        difference: 1 - pairwise.
    """

    pairwise: Closeness
    leave_one_out: Closeness
    oracle: Closeness
    closest: Closeness
    difference: Closeness


@dataclass(frozen=True)
class Agreement:
    """Agreement between the people of some entries; every statistic is the mean over the entries.

    Attributes:
        pairwise: mean over all pairs of people.
        leave_one_out: each person against the mean of the others.
        oracle: each person against the mean of all.
        cronbach_alpha: consistency of the people as one test, over the picks that all of them judged.
        krippendorff_alpha_ordinal: reliability of the labels of whole two-second shots.
        pairwise_f1: mean F1 of two people's 15 % summaries of whole two-second shots, in [0, 1].
        entries: how many entries had two people or more.
        annotations: how many people judged them, counted per entry.
        undefined: comparisons that were left out.
        why: of each figure that is undefined, the reason.
        left_out: of each figure that is not a mean over all of them, how many entries it leaves out, by reason.
    """

    pairwise: Correlation
    leave_one_out: Correlation
    oracle: Correlation
    cronbach_alpha: Figure
    krippendorff_alpha_ordinal: Figure
    pairwise_f1: Figure
    entries: int
    annotations: int
    undefined: int
    why: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class Metrics:
    """Metrics of one score curve on one entry, NaN where undefined.

    Attributes:
        protocol: one of `PROTOCOLS`.
        kendall: tau-b in [-1, 1].
        spearman: rho in [-1, 1].
        f1: in [0, 1]; published in percent.
        undefined: correlations with a constant curve, left out of the means.
        map50: "mrhisum" only: average precision, in [0, 1], of the best half of the windows.
        map15: the same for the best 15 %.
        wse, cis, wir, ir: against people's mean scores and its summary, see `core.statistics.knapsack_metrics`.
    """

    protocol: str
    kendall: Figure
    spearman: Figure
    f1: Figure
    undefined: float
    map50: Figure | None = None
    map15: Figure | None = None
    wse: Figure = float("nan")
    cis: Figure = float("nan")
    wir: Figure = float("nan")
    ir: Figure = float("nan")


@dataclass(frozen=True)
class Diversity:
    """Mean pairwise difference between samples, beside the same between people; NaN for fewer than two.

    Two samples of an antithetic pair differ because they were drawn so: where samples come in pairs, `pairs_left_out`
    says that the two of a pair are not compared with each other.
    """

    one_minus_f1: Figure
    one_minus_tau: Figure
    people_one_minus_f1: Figure
    people_one_minus_tau: Figure
    pairs_left_out: bool = False


@dataclass(frozen=True)
class Generative:
    """How N samples compare with U people.

    Attributes:
        coverage: of each person's best sample, mean over people: does everybody find their summary?
        precision: of each sample's best person, mean over samples: is every sample plausible to someone?
        diversity: how much samples differ, beside how much people differ.
        energy_distance: between the two sets of score curves, at least 0, 0 for equal sets.
        single: of one sample with one person, mean over all of both: the mean of samples agrees better with people
            than any of them.
    """

    coverage: Closeness
    precision: Closeness
    diversity: Diversity
    energy_distance: Figure
    single: Closeness


@dataclass(frozen=True)
class Figures(Metrics):
    """All figures of a model on one entry, or their means over entries; those of `Generative` where it samples."""

    coverage: Closeness | None = None
    precision: Closeness | None = None
    diversity: Diversity | None = None
    energy_distance: Figure | None = None
    single: Closeness | None = None


@dataclass(frozen=True)
class Chance:
    """What stands beside a model's figures, see `core.statistics.chance`.

    Attributes:
        noise: of smooth noise that varies as people do and knows nothing of the video, as many curves as samples.
        shifted: of the model's own curve at other times of the video: what its range and smoothness alone get.
        people: of people who are predicted by the others, under the protocol of the figures.
    """

    noise: Figures
    shifted: Closeness
    people: Closeness


@dataclass(frozen=True)
class NoiseFigures:
    """What `Chance.noise` gets on one entry in the figures that stand beside samples.

    Attributes:
        curves: how many.
        mean: of their mean, under the protocol of the figures.
        single, coverage, precision: as in `Generative`.
        difference: 1 - tau, 1 - rho and 1 - F1 of two curves, mean over all pairs; NaN of one.
    """

    curves: int
    mean: Closeness
    single: Closeness
    coverage: Closeness
    precision: Closeness
    difference: Closeness


@dataclass(frozen=True)
class Skill:
    """(figure - noise) / (people - noise): 0 for knowing nothing, 1 for people; NaN where people are no better.

    `intervals` are 95 % limits over videos, low and high, by the name of the figure: "kendall", "spearman", "f1", and
    where a model samples "coverage_kendall", "precision_f1", ...; None where fewer than three videos were judged.
    """

    kendall: Figure
    spearman: Figure
    f1: Figure
    coverage: Closeness | None = None
    precision: Closeness | None = None
    intervals: Mapping[str, tuple[Figure, Figure]] | None = None


@dataclass(frozen=True)
class Aligned:
    """A figure of samples whose deviations from their mean are where they were drawn, and elsewhere in the video.

    Attributes:
        aligned: with the deviations in place, both stripped as `core.statistics.alignment` says.
        rolled: with them shifted in time, mean over the shifts.
        difference: aligned less rolled: what the deviations know of the video.
        interval: its 95 % limits over videos, low and high; None for one video.
    """

    aligned: Figure
    rolled: Figure
    difference: Figure
    interval: tuple[Figure, Figure] | None = None


@dataclass(frozen=True)
class Alignment:
    """The alignment test of the samples of a model: coverage and precision, both of the best tau."""

    coverage: Aligned
    precision: Aligned


@dataclass(frozen=True)
class VideoFigures(Figures):
    """Figures of a model on one video that it is evaluated on."""

    alignment: Alignment | None = None


@dataclass(frozen=True)
class Placed(Figures):
    """Figures of a model, and beside them the same between people, and what chance gets."""

    human: HumanBand | None = None
    chance: Chance | None = None
    skill: Skill | None = None
    alignment: Alignment | None = None


@dataclass(frozen=True, kw_only=True)
class Evaluation(Placed):
    """How well a checkpoint agrees with the people of some entries; the figures are means over the entries.

    Attributes:
        checkpoint: its id.
        samples: how many curves were drawn for an entry.
        sampler: what the sampler was told (seed, steps, guidance, eta, temperature); {} where nothing is sampled.
        selected_on_test: whether its epoch was chosen on videos that figures are told of, which makes them too good.
        seen_in_training: how many of the entries it was trained on, None where it does not say.
        per_video: every entry, by its key, or by its id where two have the same key; None in one of several splits.
        split: which of several, from 0.
    """

    checkpoint: str
    samples: int
    selected_on_test: bool
    seen_in_training: int | None
    per_video: Mapping[str, VideoFigures] | None
    sampler: Mapping[str, float] = field(default_factory=dict)
    split: int | None = None


@dataclass(frozen=True, kw_only=True)
class SplitsEvaluation(Placed):
    """Several splits or seeds, each judged by a checkpoint of its own; the figures are means over them.

    The alignment is over the videos of all of them; the interval of a skill stands in each split.

    Attributes:
        samples, sampler, selected_on_test: as in `Evaluation`.
        std: standard deviations of the figures over the splits.
        splits: their results, in order.
    """

    samples: int
    selected_on_test: bool
    std: Placed
    splits: tuple[Evaluation, ...]
    sampler: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Coverage:
    """Shares in [0, 1] of one video.

    Attributes:
        kept: of the video that a sample keeps, mean over samples.
        one: of a person's summary that a sample keeps, mean over both; for random samples that is `kept`.
        people: the same of each person's best sample, mean over people.
        best_person: the same of each sample's best person, mean over samples: the paper's figure.
        chance: of random samples that keep as much.
    """

    kept: float
    one: float
    people: float
    best_person: float
    chance: Coverage | None = None


@dataclass(frozen=True, eq=False)
class PersonComparison:
    """One person beside the others of an entry.

    Attributes:
        mine: (T,) scores of the person.
        mean: (T,) mean of the others.
        low, high: (T,) the middle half of the others.
        others: how many there are.
        with_mean: of the person with the mean of the others.
        between: mean of the others, each with the mean of the rest; None where there are fewer than two.
    """

    mine: Row
    mean: Row
    low: Row
    high: Row
    others: int
    with_mean: Correlation
    between: Correlation | None


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95 % confidence limits; NaN where undefined, the limits also where they alone are.

    `why` is the reason where the value is undefined.
    """

    value: Figure
    low: Figure
    high: Figure
    why: str = ""


@dataclass(frozen=True)
class Statistics:
    """The agreement of some people, as defined by `core.statistics.agreement.Agreement`.

    Attributes:
        krippendorff_alpha_ordinal: of labels of two-second shots, at most 1; only their order counts.
        krippendorff_alpha_interval: the same where differences of labels count (Krippendorff 2004, ch. 11).
        cronbach_alpha: consistency of the people as one test, at most 1.
        pairwise_kendall, pairwise_spearman: mean over all pairs of people, in [-1, 1].
        leave_one_out_kendall, leave_one_out_spearman: each person against the mean of the others, in [-1, 1].
        pairwise_f1: of the people's cuts of two-second shots, in [0, 1].
    """

    krippendorff_alpha_ordinal: Interval
    krippendorff_alpha_interval: Interval
    cronbach_alpha: Interval
    pairwise_kendall: Interval
    pairwise_spearman: Interval
    leave_one_out_kendall: Interval
    leave_one_out_spearman: Interval
    pairwise_f1: Interval


@dataclass(frozen=True)
class EntryReliability:
    """The agreement of the people of one entry.

    Attributes:
        entry: its id.
        title: for people.
        people: how many judged it.
        statistics: with limits for other people, or other moments, of this entry.
    """

    entry: str
    title: str
    people: int
    statistics: Statistics


@dataclass(frozen=True)
class Reliability:
    """The agreement of the people of some entries.

    Attributes:
        overall: means over the entries, with limits for other entries.
        per_entry: in the order of the entries.
        budget: share of a video that the cuts behind `pairwise_f1` may take.
        resamples: how many the limits come from.
    """

    overall: Statistics
    per_entry: tuple[EntryReliability, ...]
    budget: float
    resamples: int


@dataclass(frozen=True, eq=False)
class PeopleMatrix:
    """How much every two of P people agree.

    Attributes:
        names: sorted.
        tau: (P, P) mean Kendall tau-b over the entries that both judged, in [-1, 1]; NaN where there is none or all are
            undefined; 1 on the diagonal.
        shared: (P, P) int64 number of entries that both judged, in at least one common pick.
        order: (P,) int64 permutation that puts people who agree side by side.
    """

    names: tuple[str, ...]
    tau: Matrix
    shared: WholeMatrix
    order: WholeRow


@dataclass(frozen=True)
class PersonStanding:
    """How one person stands to the others.

    Attributes:
        name: the person.
        entries: how many the person judged.
        kendall: mean leave-one-out tau-b over the entries that others judged as well, in [-1, 1]; NaN where undefined.
        spearman: the same with rho.
        z: robust z-score of `kendall` among all people, NaN where that is undefined.
        unusual: agrees so much less than the rest that a look is worth while; never a reason to drop anything unseen.
    """

    name: str
    entries: int
    kendall: Figure
    spearman: Figure
    z: Figure
    unusual: bool


@dataclass(frozen=True)
class Change:
    """One figure before and after, over the same videos; the difference is paired over them."""

    before: Figure
    after: Figure
    difference: Interval


@dataclass(frozen=True)
class Moved:
    """One group of people and where two models stand to them, on videos that neither was trained on.

    Attributes:
        group: "new" people, or the "old" ones.
        people: how many different ones judged the videos.
        videos: how many of the held-out ones somebody of the group judged.
        before, after: means over the videos; before is None where there was no model.
        changes: by figure: "kendall", "f1", and where both models sample "coverage_kendall" and "coverage_f1".
        skill_before, skill_after: where that stands between noise and people; None where nobody else judged.
    """

    group: str
    people: int
    videos: int
    before: Figures | None
    after: Figures
    changes: Mapping[str, Change]
    skill_before: Skill | None
    skill_after: Skill | None


@dataclass(frozen=True)
class Helped:
    """What a training changed.

    Attributes:
        before, after: ids of checkpoints; before is None where there is none to compare with.
        videos: ids of the held-out ones.
        learned: how many videos of new people were trained on.
        protocol: of the figures.
        groups: new people and old ones, those that there are.
        sentence: the same in words.
    """

    before: str | None
    after: str
    videos: tuple[str, ...]
    learned: int
    protocol: str
    groups: tuple[Moved, ...]
    sentence: str
