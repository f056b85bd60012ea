"""What a model must be placed between: chance, simple curves, ridge and noise, and people, on TVSum's captions.

    python -m benchmarks honest [--data DATA]
    python -m benchmarks.honest DATA NAME [--steps N] [--label LABEL --samples FILE.npz ... [--pairs]]

Every row is judged on the same 50 videos, each once: as a test video of one of the five splits of tvsum_splits.txt.
What a row learns, and chooses, it takes from the split's training videos. 16 curves a video; seeds 0, 1 and 2 where a
row is random. The second form adds a model: NAME is a row of `benchmarks.tvsum`, which is trained with each seed on
each split, or any name for samples that were drawn elsewhere: a file a seed, with an array (N, T) for each video. All
rows are kept in results/honest.json.

    tau, rho, F1   protocol `tvsum`: of the mean of the curves with each person, mean over people; in brackets the F1
                   of curves that are random at every pick, in the range of that mean
    single         tau of each curve by itself, mean over all
    coverage       tau of each person's best curve; precision: of each curve's best person
    1 - tau        of two curves, antithetic pairs left out
    energy         distance between the two sets of curves
    moved          the alignment test: what coverage and precision lose when deviations are shifted in time
    skill          of tau and of coverage: noise is 0, people are 1

Rows of ridge and noise are in antithetic pairs. Limits in brackets are those of 95 % over videos. For people, each is
predicted by the others: by their mean, and by the best other person.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.evaluation import TVSUM
from benchmarks.measuring import Result, peak_mb
from core.data import Entry
from core.errors import InputError
from core.statistics.as_json import as_json
from core.statistics.paired import paired_difference
from core.statistics.results import Chance, Closeness, Diversity, Figures, HumanBand, Interval, Placed, VideoFigures

SCHEMA = "honest-1"
RESULTS = Path(__file__).parent / "results" / "honest.json"
PROTOCOL = "tvsum"
CURVES, SEEDS = 16, (0, 1, 2)
STEPS = 40  # of the sampler
LONG = 24  # picks over which smooth noise is averaged
RANDOM_CURVES = 4
ALIGNED = 0.01
MUST = f"noise within {ALIGNED} of itself at other times, and people above every row in tau and coverage"
# What is kept of every video, so that rows can be compared paired over videos.
PER_VIDEO = ("kendall", "spearman", "f1", "single", "coverage", "precision", "energy_distance")

# Curves (N, T) in [0, 1] of each video, by its key.
Samples: TypeAlias = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        label: for people.
        figures: means over videos of means over seeds, beside people and noise.
        random_f1: of curves that are random at every pick, in the range of the row's mean curve.
        seeds: how many.
        spread: standard deviation over seeds of the mean over videos; None for one seed.
        per_video: by key.
    """

    label: str
    figures: Placed
    random_f1: float
    seeds: int
    spread: Figures | None
    per_video: Mapping[str, VideoFigures]


@dataclass(frozen=True, eq=False)
class Bench:
    """What rows are made of.

    Attributes:
        entries: by key.
        splits: the keys that are trained on, and those that are tested; every video is tested once.
        features: (T, D) float32 of each video.
    """

    entries: Mapping[str, Entry]
    splits: Sequence[tuple[Sequence[str], Sequence[str]]]
    features: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, data: Path) -> Bench:
        """TVSum with caption features, from its folder."""
        from benchmarks.tvsum import dataset

        entries, splits = dataset(data)
        return cls.made(entries, [([key.name for key in one.train], [key.name for key in one.test]) for one in splits])

    @classmethod
    def made(cls, entries: Mapping[str, Entry], splits: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Bench:
        """Of entries with people and features of one space."""
        space = next(iter(next(iter(entries.values())).features))
        return cls(entries, splits, {key: np.asarray(entry.features[space]) for key, entry in entries.items()})

    def people(self, key: str) -> np.ndarray:
        """(U, T) float64 of a video."""
        return self.entries[key].people.scores.astype(np.float64)

    def tested(self, curves: Callable[[str, Sequence[str]], np.ndarray]) -> Samples:
        """What a function of a test video's key and the training videos' keys gives, for every video."""
        return {key: curves(key, train) for train, test in self.splits for key in test}


def chance(bench: Bench, seed: int) -> Samples:
    """Random at every pick, in the range of the ridge regression."""
    found = {}
    for key, curve in ridge(bench, False).items():
        random = np.random.default_rng([seed, len(found)])
        found[key] = random.uniform(curve.min(), curve.max(), (CURVES, curve.shape[1]))
    return found


def early(bench: Bench, seed: int) -> Samples:
    return bench.tested(lambda key, _: np.linspace(1, 0, len(bench.features[key]))[None])


def late(bench: Bench, seed: int) -> Samples:
    return bench.tested(lambda key, _: np.linspace(0, 1, len(bench.features[key]))[None])


def middle(bench: Bench, seed: int) -> Samples:
    return bench.tested(lambda key, _: 1 - np.abs(np.linspace(-1, 1, len(bench.features[key])))[None])


def short_shots(bench: Bench, seed: int) -> Samples:
    """1 less the length of the pick's shot, as a share of the longest."""
    from core.segment.segmentation import default_shots

    def curve(key: str, _: Sequence[str]) -> np.ndarray:
        entry = bench.entries[key]
        bounds = default_shots(entry).bounds
        shot = np.searchsorted(bounds[:, 0], entry.picks, side="right") - 1
        lengths = bounds[:, 1] - bounds[:, 0]
        return (1 - lengths[shot] / lengths.max())[None]

    return bench.tested(curve)


def ridge_embedding(bench: Bench, seed: int) -> Samples:
    """People's mean by ridge regression on the embedding of a pick."""
    return ridge(bench, False)


def ridge_novelty(bench: Bench, seed: int) -> Samples:
    """The same on how the pick stands in its video as well."""
    return ridge(bench, True)


@cache
def ridge(bench: Bench, novelty: bool) -> Samples:
    """Curves (1, T) of test videos, fitted to the training videos of their split."""
    import torch

    from core.models.ridge import Ridge, RidgeConfig
    from core.models.summarizer import Judged

    found = {}
    for train, test in bench.splits:
        model = Ridge(RidgeConfig(bench.features[train[0]].shape[1], novelty=novelty))
        people = [torch.tensor(bench.entries[key].people.scores) for key in train]
        weighed = zip(train, people, strict=True)
        model.fit([Judged(torch.tensor(bench.features[key]), one, torch.ones(len(one))) for key, one in weighed])
        for key in test:
            found[key] = model.predict(torch.tensor(bench.features[key])).double().numpy()
    return found


def noise_alone(bench: Bench, seed: int) -> Samples:
    """Around 0.5, as the training people vary around each other's mean."""
    return bench.tested(lambda key, train: _noise(bench, key, CURVES, seed, _covariance(bench, train)))


def long_noise(bench: Bench, seed: int) -> Samples:
    """As much, and so smooth that it is alike for a minute."""
    return bench.tested(lambda key, train: _long_noise(bench, key, CURVES, seed, train))


def ridge_and_noise(bench: Bench, seed: int) -> Samples:
    """The regression on the embedding, and the first noise around it, in antithetic pairs."""
    return _around(
        ridge(bench, False), bench, lambda key, train: _noise(bench, key, CURVES // 2, seed, _covariance(bench, train))
    )


def ridge_and_long_noise(bench: Bench, seed: int) -> Samples:
    """The same with the second noise."""
    return _around(ridge(bench, False), bench, lambda key, train: _long_noise(bench, key, CURVES // 2, seed, train))


def novelty_and_long_noise(bench: Bench, seed: int) -> Samples:
    """The regression on embedding and novelty, and the second noise around it, in antithetic pairs."""
    return _around(ridge(bench, True), bench, lambda key, train: _long_noise(bench, key, CURVES // 2, seed, train))


def _around(centre: Samples, bench: Bench, noise: Callable[[str, Sequence[str]], np.ndarray]) -> Samples:
    def curves(key: str, train: Sequence[str]) -> np.ndarray:
        drawn = noise(key, train) - 0.5
        return np.clip(centre[key] + np.stack([drawn, -drawn], axis=1).reshape(CURVES, -1), 0, 1)

    return bench.tested(curves)


def _noise(bench: Bench, key: str, n: int, seed: int, covariance: np.ndarray) -> np.ndarray:
    from core.statistics.chance import noise

    random = np.random.default_rng([seed, sorted(bench.entries).index(key)])
    return noise(n, len(bench.features[key]), covariance, random)


def _long_noise(bench: Bench, key: str, n: int, seed: int, train: Sequence[str]) -> np.ndarray:
    """White noise that is averaged by a Gaussian `LONG` picks wide, with people's variance."""
    lags = np.arange(6 * LONG)
    return _noise(bench, key, n, seed, _covariance(bench, train)[0] * np.exp(-((lags / LONG) ** 2) / 4))


def _covariance(bench: Bench, train: Sequence[str]) -> np.ndarray:
    """(L,) of people's deviations, mean over the training videos."""
    each = [_of_people(bench.entries[key]) for key in train]
    shortest = min(map(len, each))
    covariance: np.ndarray = np.mean([one[:shortest] for one in each], axis=0)
    return covariance


@cache
def _of_people(entry: Entry) -> np.ndarray:
    from core.statistics.chance import residual_covariance

    return residual_covariance(entry.people.scores)


def other_people(bench: Bench, seed: int) -> Samples:
    """Curves of training people for training videos, stretched to the length of this one."""

    def curves(key: str, train: Sequence[str]) -> np.ndarray:
        random = np.random.default_rng([seed, sorted(bench.entries).index(key)])
        found = []
        for _ in range(CURVES):
            people = bench.people(train[random.integers(len(train))])
            curve = np.nan_to_num(people[random.integers(len(people))], nan=0.5)
            places = np.linspace(0, len(curve) - 1, len(bench.features[key]))
            found.append(np.interp(places, np.arange(len(curve)), curve))
        return np.stack(found)

    return bench.tested(curves)


# Name, label, curves, whether they are random, whether in antithetic pairs.
MADE: tuple[tuple[str, str, Callable[[Bench, int], Samples], bool, bool], ...] = (
    ("chance", "random at every pick, in the range of ridge on the embedding", chance, True, False),
    ("early", "earlier is better", early, False, False),
    ("middle", "nearer to the middle is better", middle, False, False),
    ("late", "later is better", late, False, False),
    ("short-shots", "shorter shots are better", short_shots, False, False),
    ("noise", "noise alone, as training people vary", noise_alone, True, False),
    ("long-noise", f"noise alone, as much, {LONG} picks long", long_noise, True, False),
    ("other-people", "people of other videos", other_people, True, False),
    ("ridge-embedding", "ridge on the embedding", ridge_embedding, False, False),
    ("ridge", "ridge on embedding and novelty", ridge_novelty, False, False),
    ("ridge-embedding-noise", "ridge on the embedding and noise as training people vary", ridge_and_noise, True, True),
    (
        "ridge-embedding-long-noise",
        f"ridge on the embedding and noise {LONG} picks long",
        ridge_and_long_noise,
        True,
        True,
    ),
    (
        "ridge-long-noise",
        f"ridge on embedding and novelty and noise {LONG} picks long",
        novelty_and_long_noise,
        True,
        True,
    ),
)


def honest(data: Path = TVSUM) -> Result:
    """All rows that need no training; rows of models stay in results/honest.json as they are."""
    started = time.perf_counter()
    bench = Bench.of(data)
    rows = made_rows(bench)
    kept = keep(rows, RESULTS)
    print(table(kept))
    people = rows["people"].figures
    alignments = [rows[name].figures.alignment for name in ("noise", "long-noise")]
    moved = [abs(part.difference) for found in alignments if found for part in vars(found).values()]
    others = [row.figures for name, row in rows.items() if name != "people"]
    above = all(people.kendall > one.kendall for one in others) and all(
        _kendall(people.coverage) > _kendall(one.coverage) for one in others if one.coverage is not None
    )
    facts = {"rows": list(kept["rows"]), "videos": len(rows["people"].per_video)}
    reached = bool(max(moved) < ALIGNED and above)
    return Result("honest", time.perf_counter() - started, None, peak_mb(), None, reached, MUST, facts)


def made_rows(bench: Bench) -> dict[str, Row]:
    """The rows of `MADE`, and people's."""
    rows = {}
    for name, label, make, random, pairs in MADE:
        samples = [make(bench, seed) for seed in (SEEDS if random else SEEDS[:1])]
        rows[name] = row_of(label, samples, bench.entries, pairs=pairs)
    return {**rows, "people": people_row([bench.entries[key] for _, test in bench.splits for key in test])}


def row_of(label: str, samples: Sequence[Samples], entries: Mapping[str, Entry], *, pairs: bool = False) -> Row:
    """A line of the table.

    Args:
        label: for people.
        samples: of each seed the curves of every video.
        entries: with people, by the same keys.
        pairs: whether curves 2k and 2k + 1 are an antithetic pair.
    """
    from core.statistics.alignment import alignment_of
    from core.statistics.evaluation import figures_of
    from core.statistics.figure import deviation_of, mean_of

    seeds: list[dict[str, VideoFigures]] = []
    random_f1 = []
    for of_seed in samples:
        seeds.append({})
        for key, curves in of_seed.items():
            given = figures_of(entries[key], curves, PROTOCOL, pairs)
            seeds[-1][key] = VideoFigures(**vars(given), alignment=alignment_of(entries[key], curves))
            random_f1.append(_random_f1(entries[key], np.atleast_2d(curves).mean(axis=0)))
    per_video = {key: mean_of([one[key] for one in seeds]) for key in seeds[0]}
    means = [mean_of([replace(each, alignment=None) for each in one.values()]) for one in seeds]
    curves_a_video = max(len(np.atleast_2d(curves)) for curves in samples[0].values())
    return Row(
        label,
        _placed(per_video, entries, curves_a_video),
        float(np.mean(random_f1)),
        len(samples),
        deviation_of(means) if len(samples) > 1 else None,
        per_video,
    )


def people_row(entries: Sequence[Entry]) -> Row:
    """People, each predicted by the others."""
    from core.statistics.agreement import human_band
    from core.statistics.alignment import alignment_of
    from core.statistics.chance import people_under
    from core.statistics.curves import mean_of_people

    per_video, random_f1 = {}, []
    for entry in entries:
        band, by_others = human_band(entry), people_under(PROTOCOL, entry)
        if band is None:
            raise InputError(f"'{entry.id}' needs two people who judged it.")
        apart = band.difference
        per_video[entry.key] = VideoFigures(
            PROTOCOL,
            by_others.kendall,
            by_others.spearman,
            by_others.f1,
            0,
            coverage=band.closest,
            precision=band.closest,
            diversity=Diversity(apart.f1, apart.kendall, apart.f1, apart.kendall),
            single=band.pairwise,
            alignment=alignment_of(entry, entry.people.scores, of_people=True),
        )
        random_f1.append(_random_f1(entry, mean_of_people(entry.people.scores)))
    by_key = {entry.key: entry for entry in entries}
    placed = _placed(per_video, by_key, CURVES)
    return Row("people, each by the others", placed, float(np.mean(random_f1)), 1, None, per_video)


def _placed(per_video: Mapping[str, VideoFigures], entries: Mapping[str, Entry], curves: int) -> Placed:
    from core.training.evaluating import over_entries

    beside = [(figures, *_beside(entries[key], curves)) for key, figures in per_video.items()]
    return over_entries(list(per_video.values()), beside)


@cache
def _beside(entry: Entry, curves: int) -> tuple[Chance, HumanBand]:
    """What noise of so many curves and people get; where the curves go does not matter to either."""
    from core.statistics.agreement import human_band
    from core.statistics.chance import chance_of

    ramps = np.tile(np.linspace(0, 1, len(entry.picks)), (curves, 1))
    found, band = chance_of(entry, ramps, PROTOCOL), human_band(entry)
    if found is None or band is None:
        raise InputError(f"'{entry.id}' needs two people who judged it.")
    return found, band


def _random_f1(entry: Entry, mean: np.ndarray) -> float:
    """Of curves that are random at every pick, in the range of a curve (T,)."""
    from core.statistics.evaluation import agreement_with_people

    random = np.random.default_rng(len(mean))
    drawn = random.uniform(mean.min(), mean.max(), (RANDOM_CURVES, len(mean)))
    return float(np.mean([agreement_with_people(PROTOCOL, entry, curve).f1 for curve in drawn]))


def keep(rows: Mapping[str, Row], path: Path) -> dict[str, Any]:
    """Writes rows beside those that are kept already, and gives all of them.

    `looks` of a row is how many versions of it were judged on these videos: whoever goes on changing a model until its
    row is good has looked often. The same figures once more are no further look.
    """
    kept: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {"schema": SCHEMA, "rows": {}}
    for name, row in rows.items():
        before = kept["rows"].get(name)
        now = _as_kept(row)
        same = before is not None and before["per_video"] == now["per_video"]
        looks = 1 if before is None else before["looks"] + (not same)
        kept["rows"][name] = {**now, "looks": looks}
    path.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    return kept


def _as_kept(row: Row) -> dict[str, Any]:
    def value(figures: Figures, name: str) -> float | None:
        found = getattr(figures, name)
        return round(_kendall(found) if isinstance(found, Closeness) else found, 5) if found is not None else None

    given = {
        "label": row.label,
        "figures": as_json(row.figures),
        "random_f1": row.random_f1,
        "seeds": row.seeds,
        "spread": as_json(row.spread),
        "per_video": {key: [value(each, name) for name in PER_VIDEO] for key, each in row.per_video.items()},
    }
    rounded: dict[str, Any] = json.loads(json.dumps(as_json(given)), parse_float=lambda text: round(float(text), 6))
    return rounded


def _kendall(found: Closeness | None) -> float:
    return float("nan") if found is None else found.kendall


def difference(kept: Mapping[str, Any], name: str, before: str, figure: str) -> Interval:
    """A figure of one kept row less that of another, paired over videos; `figure` is one of `PER_VIDEO`."""
    place = PER_VIDEO.index(figure)
    first, second = (kept["rows"][one]["per_video"] for one in (before, name))
    both = sorted(first.keys() & second.keys())
    sides = [[np.nan if (found := each[key][place]) is None else found for key in both] for each in (first, second)]
    return paired_difference(*sides)


HEAD = (
    "| row | seeds | looks | tau | rho | F1 % (random) | single | coverage | precision | 1 - tau | energy "
    "| moved: coverage | moved: precision | skill of tau | skill of coverage |"
)


def table(kept: Mapping[str, Any]) -> str:
    """The kept rows as a Markdown table, people last."""
    names = sorted(kept["rows"], key=lambda name: name == "people")
    order = [name for name, *_ in MADE]
    names.sort(key=lambda name: (name == "people", order.index(name) if name in order else len(order)))
    return "\n".join([HEAD, "|" + "---|" * HEAD.count("| "), *(_line(kept["rows"][name]) for name in names)])


def _line(row: Mapping[str, Any]) -> str:
    figures, spread = row["figures"], row["spread"] or {}

    def told(*path: str) -> str:
        deviation = _at(spread, path)
        return _number(_at(figures, path)) + ("" if deviation is None else f" ± {deviation:.3f}")

    def limited(value: float | None, limits: Sequence[float | None] | None, digits: int) -> str:
        if value is None:
            return ""
        low, high = limits or (None, None)
        between = "" if low is None or high is None else f" [{low:.{digits}f}, {high:.{digits}f}]"
        return f"{value:.{digits}f}{between}"

    def moved(part: str) -> str:
        return limited(
            _at(figures, ("alignment", part, "difference")), _at(figures, ("alignment", part, "interval")), 3
        )

    def skill(*path: str) -> str:
        return limited(_at(figures, ("skill", *path)), _at(figures, ("skill", "intervals", "_".join(path))), 2)

    cells = (
        row["label"], str(row["seeds"]), str(row["looks"]), told("kendall"), told("spearman"),
        f"{100 * figures['f1']:.1f} ({100 * row['random_f1']:.1f})", told("single", "kendall"),
        told("coverage", "kendall"), told("precision", "kendall"), told("diversity", "one_minus_tau"),
        told("energy_distance"), moved("coverage"), moved("precision"), skill("kendall"), skill("coverage", "kendall"),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _at(found: Any, path: Sequence[str]) -> Any:
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def trained_samples(data: Path, name: str, seed: int, steps: int | None = STEPS) -> tuple[Samples, bool]:
    """Curves of a row of `benchmarks.tvsum`, trained on each split, and whether they come in antithetic pairs."""
    from benchmarks.tvsum import dataset, trained
    from core.models.registry import in_pairs
    from core.training.scoring import score

    entries, splits = dataset(data)
    found, pairs = {}, False
    for number, split in enumerate(splits):
        with tempfile.TemporaryDirectory() as folder:
            made = trained(data, name, number, seed, Path(folder) / "made")
            pairs = in_pairs(made.kind)
            for key in split.test:
                track = score(made, entries[key.name], n=CURVES, seed=seed, steps=steps, device="cpu")
                found[key.name] = track.scores.astype(np.float64)
        print(f"{name}, seed {seed}, split {number}: {made.training['seconds']:.0f} s", file=sys.stderr, flush=True)
    return found, pairs


def main() -> None:
    from benchmarks.tvsum import ROWS

    parser = argparse.ArgumentParser(prog="python -m benchmarks.honest", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("name", help="of the row in results/honest.json; without --samples a row of benchmarks.tvsum")
    parser.add_argument("--steps", type=int, default=STEPS, help="of the sampler")
    parser.add_argument("--label", help="of the row in the table")
    parser.add_argument("--samples", nargs="+", type=Path, help="a file a seed: .npz of curves (N, T) by a video's key")
    parser.add_argument("--pairs", action="store_true", help="curves 2k and 2k + 1 are an antithetic pair")
    given = parser.parse_args()
    if given.samples:
        samples, pairs = [dict(np.load(path)) for path in given.samples], given.pairs
    else:
        made = [trained_samples(given.data, given.name, seed, given.steps) for seed in SEEDS]
        samples, pairs = [each for each, _ in made], made[0][1]
    label = given.label or (ROWS[given.name].label if given.name in ROWS else given.name)
    row = row_of(label, samples, Bench.of(given.data).entries, pairs=pairs)
    print(table(keep({given.name: row}, RESULTS)))


if __name__ == "__main__":
    main()
