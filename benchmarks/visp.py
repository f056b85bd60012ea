"""The tables and figures of the ViSP paper, as far as the data at hand feeds them; `benchmarks/VISP.md` lists them all.

    python -m benchmarks.visp NAME ... [--data DIR] [--quick] [--base csta] [--encoder csta] [--rounds 5] [--splits 5]
                              [--epochs N] [--pretraining-epochs N] [--out FILE] [--device cpu]

A variant is pretrained on all videos of all data sets in DIR, without their labels, and fine-tuned on each split of
each: one round. Nothing is selected: the last weights are evaluated, where the paper reports the best of five rounds.
FILE keeps every round with what was run; what is in it already is not run again. Without other options everything has
the published lengths, which takes GPU days; --quick makes every table in minutes, and says nothing but that it runs.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np

from benchmarks.visp_rounds import (
    Scale,
    Variant,
    judged_sets,
    key_of,
    lacking,
    outside_entries,
    pretrained,
    recipe_of,
    run_round,
)
from core.errors import InputError, ManycutError
from core.models.provenance import learned_from
from core.statistics.figure import mean_of
from core.statistics.paired import welch
from core.statistics.results import Coverage

SHARED = Path(__file__).resolve().parents[2] / "shared/data/tvsum"
GRID = tuple((size, binary) for size in (0.01, 1.0, 100.0) for binary in (0.01, 1.0, 100.0))


QUICK = Scale("mlp", "attention", rounds=2, splits=1, updates=10, pretraining_epochs=1, share=0.4, at_once=8)


@dataclass(frozen=True)
class Experiment:
    """A table or figure that is made of rounds of variants.

    Attributes:
        title: what it shows.
        variants: its rows or points.
        rounds: at most so many.
        compared: whether the last variant is tested against the first.
    """

    title: str
    variants: tuple[Variant, ...]
    rounds: int = 5
    compared: bool = False


def grid(sample: str) -> tuple[Variant, ...]:
    """A point for each temperature and pair of penalties."""
    return tuple(
        Variant(
            f"lambda {temperature:g}, size {size:g}, binary {binary:g}",
            visp={"sample": sample, "temperature": temperature, "beta_size": size, "beta_binary": binary},
        )
        for temperature in (0.5, 0.1)
        for size, binary in GRID
    )


PLAIN = Variant("without pretraining")
DEFAULT = Variant("ViSP", visp={})
EXPERIMENTS = {
    "table2": Experiment(
        "Table 2: with and without pretraining",
        (
            Variant("VASNet", "vasnet", published=(0.160, 0.170, 0.160, 0.170)),
            Variant("GoogleNet", "csta-googlenet", published=(0.176, 0.197, 0.129, 0.163)),
            Variant("ViSP+GoogleNet", "csta-googlenet", {}, published=(0.198, 0.220, 0.131, 0.166)),
            Variant("CSTA", "csta", published=(0.246, 0.274, 0.194, 0.255)),
            Variant("ViSP+CSTA", "csta", {}, published=(0.273, 0.305, 0.201, 0.263)),
        ),
    ),
    "table3": Experiment(
        "Table 3: ablation",
        (
            replace(
                DEFAULT, label="default: Concrete, gating, no hard negatives", published=(0.273, 0.305, 0.201, 0.263)
            ),
            Variant("(-) Concrete", visp={"sample": "sigmoid"}, published=(0.276, 0.308, 0.192, 0.252)),
            Variant("(+) Gumbel", visp={"sample": "gumbel"}, published=(0.270, 0.302, 0.194, 0.255)),
            Variant("(+) STE", visp={"sample": "straight-through"}, published=(0.249, 0.278, 0.202, 0.265)),
            Variant("(+) Margin", visp={"flow": "marginalise"}, published=(0.260, 0.291, 0.196, 0.256)),
            Variant("(+) HN", visp={"hard_negatives": True}, published=(0.248, 0.277, 0.204, 0.267)),
            Variant("(+) FSA", visp={}, method="fsa", published=(0.241, 0.269, 0.192, 0.252)),
        ),
    ),
    "figure3": Experiment(
        "Figure 3: batch size",
        tuple(Variant(f"N = {size}", visp={}, batch_size=size) for size in (8, 16, 32, 64)),
    ),
    "figure4": Experiment("Figure 4: lambda and penalties, Concrete", grid("concrete"), rounds=1),
    "figure5": Experiment("Figure 5: lambda and penalties, plain sigmoid", grid("sigmoid"), rounds=1),
    "figure6": Experiment("Figure 6: distribution over rounds", (PLAIN, DEFAULT), compared=True),
    "figure7": Experiment(
        "Figure 7: what is pretrained on",
        (
            PLAIN,
            Variant("in-domain 0.5x, test videos unseen", visp={}, share=0.5),
            Variant("in-domain 1x", visp={}),
            *(Variant(f"out-domain {share:g}x", visp={}, outside=share) for share in (0.5, 1.0)),
        ),
    ),
}


# Rounds ----------------------------------------------------------------------------------------------------------


def all_rounds(
    data: Path, names: Sequence[str], scale: Scale, out: Path, device: str, workers: int = 1
) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """The rounds of every variant of every experiment, by their names; `out` holds what is done."""
    done: dict[str, dict[str, Any]] = json.loads(out.read_text()) if out.is_file() else {}
    wanted: dict[str, tuple[Variant, int]] = {}
    asked: dict[str, dict[str, list[str]]] = {}
    for name in names:
        rounds = min(scale.rounds, EXPERIMENTS[name].rounds)
        for variant in variants_of(name, scale):
            keys = (
                [] if lacking(variant, data, scale) else [key_of(data, variant, scale, seed) for seed in range(rounds)]
            )
            wanted |= {key: (variant, seed) for seed, key in enumerate(keys)}
            asked.setdefault(name, {})[variant.label] = keys
    missing = [key for key in wanted if key not in done]
    with ProcessPoolExecutor(workers) as pool:
        jobs = {pool.submit(run_round, data, wanted[key][0], scale, wanted[key][1], device): key for key in missing}
        for number, job in enumerate(as_completed(jobs), start=1):
            done[jobs[job]] = job.result()
            out.write_text(json.dumps(done, indent=1, sort_keys=True) + "\n")
            told = fmean(row["kendall"] for row in job.result()["rows"])
            print(f"{number}/{len(missing)} {wanted[jobs[job]][0].label}: tau {told:.3f}", file=sys.stderr, flush=True)
    return {name: {label: [done[key] for key in keys] for label, keys in of.items()} for name, of in asked.items()}


def variants_of(name: str, scale: Scale) -> list[Variant]:
    """The variants of an experiment at a scale: of table 2, with another base than CSTA, that one alone."""
    variants = EXPERIMENTS[name].variants
    if name == "table2" and scale.base not in {variant.base for variant in variants}:
        return [replace(PLAIN, label=scale.base), replace(DEFAULT, label=f"ViSP+{scale.base}")]
    return list(variants)


# What is printed ---------------------------------------------------------------------------------------------------


def table(name: str, found: Mapping[str, Sequence[Mapping[str, Any]]], data: Path, scale: Scale) -> str:
    """One experiment as a Markdown table: means over splits and rounds, and deviations over rounds."""
    sets = list(judged_sets(data))
    heads = [f"{one} {figure}" for one in sets for figure in ("tau", "rho")]
    lines = [
        f"### {EXPERIMENTS[name].title}",
        "",
        f"| | rounds | {' | '.join(heads)} | published |",
        f"|{'---|' * (len(heads) + 3)}",
    ]
    for variant in variants_of(name, scale):
        rounds = found[variant.label]
        if not rounds:
            why = lacking(variant, data, scale)
            lines.append(f"| {variant.label} | {why} |{' |' * (len(heads) + 1)}")
            continue
        cells = [_spread(of_rounds(rounds, one, figure)) for one in sets for figure in ("kendall", "spearman")]
        told = " ".join(f"{value:.3f}" for value in variant.published)
        lines.append(f"| {variant.label} | {len(rounds)} | {' | '.join(cells)} | {told} |")
    if EXPERIMENTS[name].compared:
        lines += ["", *compared(found, sets)]
    return "\n".join(lines)


def of_rounds(rounds: Sequence[Mapping[str, Any]], dataset: str, figure: str) -> list[float]:
    """A figure of each round: its mean over the splits of a data set."""
    return [fmean(row[figure] for row in one["rows"] if row["dataset"] == dataset) for one in rounds]


def compared(found: Mapping[str, Sequence[Mapping[str, Any]]], sets: Sequence[str]) -> list[str]:
    """Welch's t-test between the rounds of the first and of the last variant, a line for each data set and figure."""
    first, *_, last = found
    lines = []
    for dataset in sets:
        for figure in ("kendall", "spearman"):
            before, after = (of_rounds(found[label], dataset, figure) for label in (first, last))
            test = welch(before, after)
            told = ", ".join(f"{value:.3f}" for value in before), ", ".join(f"{value:.3f}" for value in after)
            lines.append(
                f"{dataset}, {figure}: {first} {told[0]}; {last} {told[1]}; difference {test.difference.value:+.4f} "
                f"[{test.difference.low:+.4f}, {test.difference.high:+.4f}], t = {test.t:.2f}, p = {test.p:.3f}.  "
            )
    return lines


def _spread(values: Sequence[float]) -> str:
    deviation = f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else ""
    return f"{fmean(values):.3f}{deviation}"


# What is no table of rounds ----------------------------------------------------------------------------------------


def coverage_table(data: Path, scale: Scale, device: str) -> str:
    """Section 4.4: what sampled summaries of the pretrained distribution keep, and what of people's cuts they cover.

    At several prices of a kept frame, because the paper does not say at which 62 % were kept.
    """
    from core.statistics.coverage import coverage
    from core.training.scoring import score

    entries = [entry for one in judged_sets(data).values() for entry in one.entries.values()]
    lines = [
        "### Section 4.4: coverage of sampled summaries",
        "",
        "Published: 80 to 92 % of the best person's summary, keeping 62 % of the frames. Chance keeps as many picks.",
        "",
        "| beta_size | kept | best person covered | of chance | one sample, one person | of chance | s |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in (0.0, 0.001, 0.01, 0.1):
        variant = Variant("coverage", visp={"beta_size": size})
        with tempfile.TemporaryDirectory() as folder:
            settings = recipe_of(variant, scale, 0, device)
            made = pretrained(judged_sets(data), data, variant, scale, settings, "", None, Path(folder) / "made")
            rows: list[Coverage] = [
                coverage(entry, score(made, entry, n=8, seed=0, device=device).scores) for entry in entries
            ]
        mean = mean_of(rows)
        chance = mean.chance
        assert chance is not None
        lines.append(
            f"| {size:g} | {mean.kept:.2f} | {mean.best_person:.2f} | {chance.best_person:.2f} | {mean.one:.2f} "
            f"| {chance.one:.2f} | {made.training['seconds']:.0f} |"
        )
    return "\n".join(lines)


def saliency_table(data: Path, scale: Scale, device: str) -> str:
    """Figure 8: a test video's scores after pretraining and after fine-tuning, beside people's."""
    from core.statistics.curves import mean_of_people
    from core.statistics.ranks import kendall
    from core.training.loop import train
    from core.training.scoring import score
    from core.training.videos import videos_from_entries

    name, judged = next(iter(judged_sets(data).items()))
    split = judged.splits[0]
    entry = judged.entries[split.test[0].name]
    settings = recipe_of(DEFAULT, scale, 0, device)
    with tempfile.TemporaryDirectory() as folder:
        base = pretrained(judged_sets(data), data, DEFAULT, scale, settings, name, split, Path(folder) / "pretrained")
        videos, space = videos_from_entries([judged.entries[key.name] for key in split.train], settings.model)
        tuned = train(videos, settings, out=Path(folder) / "tuned", feature_space=space, start_from=base)
        before = score(base, entry, n=64, seed=0, device=device).scores.mean(axis=0)
        after = score(tuned, entry, device=device).scores.mean(axis=0)
    people = mean_of_people(entry.people.scores)
    top = people >= np.quantile(people, 0.85)
    saw = "seen" if learned_from(base).saw(entry.id) else "not seen"
    lines = [
        f"### Figure 8: frame scores of one video ({entry.id}, {saw} in pretraining, not in fine-tuning)",
        "",
        "| curve | tau with people's mean | rank at people's top 15 % | elsewhere | over time |",
        "|---|---|---|---|---|",
    ]
    for label, curve in (("people's mean", people), ("pretrained", before), ("fine-tuned", after)):
        ranks = np.argsort(np.argsort(curve)) / (len(curve) - 1)
        tau = float(kendall(curve, people))
        lines.append(f"| {label} | {tau:.2f} | {ranks[top].mean():.2f} | {ranks[~top].mean():.2f} | {bar(curve)} |")
    return "\n".join(lines)


def bar(curve: np.ndarray, width: int = 40) -> str:
    """A curve as a row of blocks, from its smallest value to its largest."""
    means = np.array([part.mean() for part in np.array_split(curve, min(width, len(curve)))])
    steps = (means - means.min()) / max(float(np.ptp(means)), 1e-9) * 7
    return "".join("▁▂▃▄▅▆▇█"[round(float(step))] for step in steps)


def overview_table(data: Path, scale: Scale, device: str) -> str:
    """Table 4: the data sets at hand."""
    lines = [
        "### Table 4: data sets",
        "",
        "| | videos | people | hours | mean, longest, shortest in minutes | classes |",
        "|---|---|---|---|---|---|",
    ]
    known = [(name, list(one.entries.values())) for name, one in judged_sets(data).items()]
    for name, entries in [*known, *([("outside", outside_entries(data))] if outside_entries(data) else [])]:
        minutes = [float(entry.timebase.seconds(entry.n_frames)) / 60 for entry in entries]
        people = sorted({len(entry.annotations) for entry in entries if entry.annotations is not None})
        classes = len({entry.meta.get("category") for entry in entries} - {None}) or ""
        told = f"{people[0]} to {people[-1]}" if len(people) > 1 else "".join(map(str, people))
        lines.append(
            f"| {name} | {len(entries)} | {told} | {sum(minutes) / 60:.1f} | {fmean(minutes):.1f}, {max(minutes):.1f}, "
            f"{min(minutes):.1f} | {classes} |"
        )
    return "\n".join(lines)


OTHERS: Mapping[str, Callable[[Path, Scale, str], str]] = {
    "coverage": coverage_table,
    "figure8": saliency_table,
    "table4": overview_table,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visp", description=__doc__.partition("\n\n")[0])
    parser.add_argument(
        "names", nargs="+", metavar="NAME", choices=[*EXPERIMENTS, *OTHERS], help="of a table or figure"
    )
    parser.add_argument("--data", type=Path, default=SHARED, help="folder of the data sets")
    parser.add_argument("--quick", action="store_true", help="the smallest of everything, to see that it runs")
    parser.add_argument("--base", help="preset of the summarizer: csta, csta-googlenet, mlp, vasnet")
    parser.add_argument("--encoder", choices=("csta", "attention"), help="of videos while pretraining")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--splits", type=int)
    parser.add_argument("--epochs", type=int, help="of fine-tuning")
    parser.add_argument("--updates", type=int, help="of fine-tuning, instead of epochs")
    parser.add_argument("--pretraining-epochs", type=int)
    parser.add_argument("--at-once", type=int, help="most videos in a batch of pretraining")
    parser.add_argument("--out", type=Path, default=Path("visp-results.json"))
    parser.add_argument("--workers", type=int, default=1, help="rounds at once; each holds several GB")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    given = parser.parse_args()
    changes = {
        name: getattr(given, name)
        for name in ("base", "encoder", "rounds", "splits", "epochs", "updates", "pretraining_epochs", "at_once")
        if getattr(given, name) is not None
    }
    scale = replace(QUICK if given.quick else Scale(), **changes)
    started = time.monotonic()
    try:
        if scale.rounds < 1 or scale.splits < 1:
            raise InputError("At least one round and one split are needed.")
        rounds = all_rounds(
            given.data,
            [name for name in given.names if name in EXPERIMENTS],
            scale,
            given.out,
            given.device,
            given.workers,
        )
        for name in given.names:
            if name in EXPERIMENTS:
                print(table(name, rounds[name], given.data, scale), end="\n\n")
            else:
                print(OTHERS[name](given.data, scale, given.device), end="\n\n")
    except ManycutError as error:
        print(error, file=sys.stderr)
        return 2
    told = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in asdict(scale).items() if value is not None)
    print(f"Run with {told}; nothing selected; {time.monotonic() - started:.0f} s in all.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
