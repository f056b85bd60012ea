"""TVSum with caption features: every summarizer over the five published splits, nothing selected on test videos.

    python -m benchmarks.tvsum DATA [--rows NAME ...] [--splits 0 ...] [--seeds 0 1 2] [--samples 16]
        [--minutes M] [--out FILE]

DATA holds tvsum_captions_minilm.h5, ydata-tvsum50.mat and tvsum_splits.txt. Prints a Markdown table: protocol `tvsum`,
mean over splits and seeds, with the standard deviation over seeds of the mean over splits. What is done already is kept
in FILE and not done again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from core.data import Entry
from core.models.checkpoints import Checkpoint
from core.statistics.as_json import as_json

SCHEMA = "tvsum-results-2"  # of one result in FILE; every share in [0, 1]


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        label: for people.
        preset: of `core.training.recipes`.
        changes: fields of the settings that differ from it.
        config: fields of the model's configuration that differ from it.
        visp: settings of a pretraining before it; None for none.
        members: other rows whose curves are averaged instead of training anything new.
    """

    label: str
    preset: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    visp: Mapping[str, Any] | None = None
    members: tuple[str, ...] = ()


SMOOTH = {"smoothing": 2.0}  # as in our SummDiff recipe; people judge shots, so every model gets it
NOVELTY = {"novelty": True}
PLAIN = {"novelty": False}  # as the recipes were when these rows were measured
WHITE = {"correlation": 0.0, "skip": 0.0}
VISP = {"encoder": "attention", "beta_size": 2e-4, "beta_binary": 2e-3}  # below the published ranges: most is kept
ROWS = {
    **{
        f"summdiff-{denoiser}-{targets}": Row(
            f"SummDiff, {denoiser}, {targets} targets",
            "summdiff",
            {"targets": targets},
            {"denoiser": denoiser, **PLAIN},
        )
        for denoiser in ("latentmlp", "DiT", "Transformer_dec", "joint")
        for targets in ("individual", "mean")
    },
    **{
        f"summdiff-white-{targets}": Row(
            f"SummDiff, latentmlp, white noise as published, {targets} targets",
            "summdiff",
            {"targets": targets},
            {**WHITE, **PLAIN},
        )
        for targets in ("individual", "mean")
    },
    "summdiff-scalar": Row("ablation: scalar scores for the codebook", "summdiff", {}, {"codebook": "scalar", **PLAIN}),
    "summdiff-sinusoidal": Row("ablation: sinusoidal codebook", "summdiff", {}, {"codebook": "sinusoidal", **PLAIN}),
    "summdiff-additive": Row("ablation: additive conditioning", "summdiff", {}, {"denoiser": "additive", **PLAIN}),
    "mlp": Row("MLP", "mlp", {}, {**SMOOTH, **PLAIN}),
    "visp-mlp": Row("ViSP + MLP", "mlp", {}, {**SMOOTH, **PLAIN}, VISP),
    "llmvs": Row("LLMVS head, 100 updates of its 600", "llmvs", {"updates": 100}, SMOOTH),
    "visp-llmvs": Row("ViSP + LLMVS head, 100 updates", "llmvs", {"updates": 100}, SMOOTH, VISP),
    "ensemble-3": Row(
        "Mean of SummDiff (white noise, mean targets), SummDiff (joint, mean targets), ViSP + MLP",
        "",
        members=("summdiff-white-mean", "summdiff-joint-mean", "visp-mlp"),
    ),
    "ensemble-5": Row(
        "Mean of these three, SummDiff (latentmlp, mean targets) and VASNet",
        "",
        members=("summdiff-white-mean", "summdiff-joint-mean", "visp-mlp", "summdiff-latentmlp-mean", "vasnet"),
    ),
    "published-summe": Row("SummDiff, the release's recipe for SumMe", "summdiff-summe"),
    "published-tvsum": Row("SummDiff, the release's recipe for TVSum", "summdiff-tvsum"),
    "ridge": Row("Ridge regression, embedding and novelty", "ridge"),
    "ridge-embedding": Row("Ridge regression, embedding alone", "ridge", {}, {"novelty": False}),
    "tastes": Row("Ridge and tastes over content", "tastes"),
    "residual": Row("Diffusion around tastes", "residual"),
    "vasnet": Row("VASNet, 20 epochs of its 300", "vasnet", {"epochs": 20}, SMOOTH),
    "summdiff-novelty": Row("SummDiff with novelty, latentmlp, individual targets", "summdiff"),
    "summdiff-novelty-white-mean": Row(
        "SummDiff with novelty, latentmlp, white noise, mean targets", "summdiff", {"targets": "mean"}, WHITE
    ),
    "mlp-novelty": Row("MLP with novelty", "mlp", {}, SMOOTH),
    "vasnet-novelty": Row("VASNet with novelty, 20 epochs of its 300", "vasnet", {"epochs": 20}, {**SMOOTH, **NOVELTY}),
    "ensemble-novelty": Row(
        "Mean of four kinds with novelty: ridge regression, MLP, VASNet, SummDiff (white noise, mean targets)",
        "",
        members=("ridge", "mlp-novelty", "vasnet-novelty", "summdiff-novelty-white-mean"),
    ),
    "csta": Row("CSTA, 1 epoch of its 100", "csta", {"epochs": 1}, SMOOTH),
}
# Hours each over all splits, so they are asked for by name.
RELEASED = ("published-summe", "published-tvsum")
# Shorter than published (200): the two cores of a laptop must get through it.
PRETRAINING_EPOCHS = 5


@cache
def dataset(data: Path) -> tuple[dict[str, Entry], list[Any]]:
    """Entries by key, and the splits."""
    from storage.formats import read_dataset
    from storage.formats.splits import read_splits

    entries = read_dataset(data / "tvsum_captions_minilm.h5", data / "ydata-tvsum50.mat")
    return {entry.key: entry for entry in entries}, read_splits(data / "tvsum_splits.txt")


def measure(
    data: Path, name: str, split: int, seed: int, samples: int, steps: int, minutes: float | None
) -> dict[str, Any]:
    """Trains one row on one split with one seed and evaluates its last weights on the split's test videos.

    With `minutes`, each training ends with the epoch in which they are over; "epochs" says how many it made.
    """
    import torch

    from core.training.evaluating import evaluate_checkpoint

    torch.set_num_threads(1)
    entries, splits = dataset(data)
    tested = [entries[key.name] for key in splits[split].test]
    with tempfile.TemporaryDirectory() as folder:
        members = ROWS[name].members
        made = [trained(data, member, split, seed, Path(folder) / member, minutes) for member in members or (name,)]
        if members:
            found = averaged(made, tested, samples, seed, steps)
        else:
            given = evaluate_checkpoint(made[0], tested, samples=samples, seed=seed, steps=steps, device="cpu")
            found = as_json(replace(given, per_video=None))
    return {
        **found,
        "schema": SCHEMA,
        "train_s": sum(each.training["seconds"] for each in made),
        "epochs": [each.training["epochs"] for each in made],
    }


def trained(data: Path, name: str, split: int, seed: int, folder: Path, minutes: float | None = None) -> Checkpoint:
    """The checkpoint of a row after training on a split's training videos, in the new directory `folder`."""
    from core.training.loop import train
    from core.training.pretraining import PretrainSettings, pretrain, unlabelled_videos
    from core.training.recipes import get_preset
    from core.training.videos import videos_from_entries

    row = ROWS[name]
    entries, splits = dataset(data)
    settings = get_preset(row.preset, seed=seed, device="cpu", **row.changes)
    limit = None if minutes is None else 60 * minutes
    settings = replace(settings, config={**settings.config, **row.config}, time_limit_s=limit)
    learned = [entries[key.name] for key in splits[split].train]
    videos, space = videos_from_entries(learned, settings.model)
    base = None
    if row.visp is not None:
        how = PretrainSettings(
            settings.model,
            settings.config,
            epochs=PRETRAINING_EPOCHS,
            batch_size=10,
            seed=seed,
            device="cpu",
            visp=row.visp,
        )
        unlabelled, _ = unlabelled_videos(learned, settings.model)
        base = pretrain(unlabelled, how, out=folder / "visp", feature_space=space)
    return train(videos, settings, out=folder / "made", feature_space=space, start_from=base)


def averaged(
    checkpoints: Sequence[Checkpoint], tested: Sequence[Entry], samples: int, seed: int, steps: int
) -> dict[str, Any]:
    """The figures of the mean of several models' mean curves, each brought to mean 0 and spread 1 on each video."""
    from core.statistics.agreement import human_band
    from core.statistics.evaluation import figures_of
    from core.statistics.figure import mean_of
    from core.training.scoring import score

    rows, bands = [], []
    for entry in tested:
        curves = [
            score(each, entry, n=samples, seed=seed, steps=steps, device="cpu").scores.mean(0) for each in checkpoints
        ]
        mean = np.mean([(curve - curve.mean()) / max(curve.std(), 1e-6) for curve in curves], axis=0)
        scores = (mean - mean.min()) / max(mean.max() - mean.min(), 1e-6)
        rows.append(figures_of(entry, scores, "tvsum"))
        if (band := human_band(entry)) is not None:
            bands.append(band)
    return {**as_json(mean_of(rows)), "human": as_json(mean_of(bands))}


def all_measured(
    data: Path,
    names: list[str],
    only: list[int] | None,
    seeds: list[int],
    samples: int,
    steps: int,
    out: Path,
    minutes: float | None = None,
) -> dict[str, dict[str, Any]]:
    """The results of all rows, splits (or `only` those) and seeds by "name/split/seed"; `out` holds what is done."""
    done: dict[str, dict[str, Any]] = json.loads(out.read_text()) if out.is_file() else {}
    for result in done.values():
        if result.get("schema") != SCHEMA:  # measured when results had none, and F1 in percent
            result.update(schema=SCHEMA, f1=result["f1"] / 100)
    _, splits = dataset(data)
    numbers = range(len(splits)) if only is None else only
    wanted = [(name, split, seed) for name in names for seed in seeds for split in numbers]
    missing = [job for job in wanted if "/".join(map(str, job)) not in done]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        jobs = {pool.submit(measure, data, *job, samples, steps, minutes): "/".join(map(str, job)) for job in missing}
        for job in as_completed(jobs):
            done[jobs[job]] = job.result()
            out.write_text(json.dumps(done, indent=1, sort_keys=True) + "\n")
            print(f"{jobs[job]:40} rho {job.result()['spearman']:.3f}", file=sys.stderr, flush=True)
    return {"/".join(map(str, job)): done["/".join(map(str, job))] for job in wanted}


def table(results: Mapping[str, Mapping[str, Any]], names: list[str], seeds: list[int]) -> str:
    """The results as a Markdown table."""
    head = "| model | tau | rho | F1 % | coverage tau | 1 - tau of two samples | energy distance | s |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    for name in names:
        rows = [
            [r for key, r in results.items() if key.startswith(f"{name}/") and key.endswith(f"/{s}")] for s in seeds
        ]

        def told(*path: str, digits: int = 3, factor: int = 1, rows: list = rows) -> str:
            means = [factor * np.mean([value_at(r, path) for r in of_seed]) for of_seed in rows]
            if not np.isfinite(means).all():
                return ""
            spread = f" ± {np.std(means, ddof=1):.{digits}f}" if len(means) > 1 else ""
            return f"{np.mean(means):.{digits}f}{spread}"

        lines.append(
            f"| {ROWS[name].label} | {told('kendall')} | {told('spearman')} | {told('f1', digits=1, factor=100)} "
            f"| {told('coverage', 'kendall')} | {told('diversity', 'one_minus_tau')} | {told('energy_distance')} "
            f"| {told('train_s', digits=0)} |"
        )
    first = [results[key] for key in results if key.startswith(f"{names[0]}/") and key.endswith(f"/{seeds[0]}")]
    for level in ("pairwise", "leave_one_out", "oracle"):
        tau, rho = (np.mean([r["human"][level][m] for r in first]) for m in ("kendall", "spearman"))
        lines.append(f"| people, {level.replace('_', ' ')} | {tau:.3f} | {rho:.3f} | | | | | |")
    return "\n".join(lines)


def value_at(result: Mapping[str, Any], path: tuple[str, ...]) -> float:
    """A nested figure, NaN where the model has none."""
    value: Any = result
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return float("nan") if value is None else float(value)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tvsum", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", nargs="+", default=[one for one in ROWS if one not in RELEASED], choices=list(ROWS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--splits", nargs="+", type=int, help="only these, from 0; the recipes of releases take long")
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--steps", type=int, default=40, help="of the sampler")
    parser.add_argument("--minutes", type=float, help="each training ends after so many, with the epochs it made")
    parser.add_argument("--out", type=Path, default=Path("tvsum-results.json"))
    given = parser.parse_args()
    results = all_measured(
        given.data, given.rows, given.splits, given.seeds, given.samples, given.steps, given.out, given.minutes
    )
    print(table(results, given.rows, given.seeds))


if __name__ == "__main__":
    main()
