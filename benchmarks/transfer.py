"""Whether what was learned holds elsewhere: on categories of TVSum that were left out, and on another data set.

    python -m benchmarks transfer [--data DATA]
    python -m benchmarks transfer --library DIR --from A --to B

Without a library: each of TVSum's ten categories (five videos) is left out once, and each of its videos is judged by a
model of the 45 of other categories; beside it the same videos as test videos of the five splits of tvsum_splits.txt,
whose training videos hold all categories. With one: a model of data set A on the videos of B, and of B on those of A,
in every feature space that videos of both have.

Rows are ridge regression on the features alone and with novelty beside them, and tastes (the mean of 16 samples,
seed 0). Figures are Kendall's tau-b and Spearman's rho under the protocol that the labels allow, means over videos;
differences are paired over videos, with 95 % limits. `noise` is smooth, varies as people do and knows nothing; `people`
are predicted by the others' mean. Nothing is chosen on videos that are judged.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from benchmarks.evaluation import TVSUM
from benchmarks.measuring import Result, peak_mb
from core.data import Entry
from core.errors import InputError, NotFoundError

# Label, kind and configuration of each row.
ROWS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "features": ("ridge, features alone", "ridge", {"novelty": False}),
    "novelty": ("ridge, features and novelty", "ridge", {}),
    "tastes": ("tastes, features and novelty", "tastes", {}),
}
BESIDE = {"noise": "smooth noise", "people": "people, leave one out"}
FIGURES = ("kendall", "spearman")
CURVES, SEED = 16, 0
MUST = "novelty does not lower the mean tau or rho where whole categories are left out"

# Tau and rho of each video, by its id.
Told: TypeAlias = dict[str, np.ndarray]


def transfer(
    data: Path = TVSUM, library: Path | None = None, from_: str | None = None, to: str | None = None
) -> Result:
    """Categories of TVSum, or two data sets of a library; see above."""
    started = time.perf_counter()
    if library is None and from_ is None and to is None:
        facts = categories(data)
        gained = facts["novelty_less_features"]["category_left_out"]
        reached = bool(min(gained[figure][0] for figure in FIGURES) >= 0)
        return Result("transfer", time.perf_counter() - started, None, peak_mb(), None, reached, MUST, facts)
    if library is None or from_ is None or to is None:
        raise InputError("Two data sets of a library are named by --library, --from and --to.", "Name all three.")
    spaces = between(library, from_, to)
    return Result(
        "transfer", time.perf_counter() - started, None, peak_mb(), None, None, "above noise", {"spaces": spaces}
    )


def categories(data: Path) -> dict[str, Any]:
    """TVSum's categories, each left out, beside the five splits."""
    from benchmarks import tvsum

    if not (data / "tvsum_captions_minilm.h5").is_file():
        raise NotFoundError(f"TVSum's captions are not in '{data}'.", "Name their folder with --data.")
    by_key, splits = tvsum.dataset(data)
    entries = list(by_key.values())
    space = entries[0].feature_space or ""
    names = sorted({entry.meta["category"] for entry in entries})
    parts = [[one for one in entries if one.meta["category"] == name] for name in names]
    left_out = over_parts(((_but(entries, part), part) for part in parts), space, "categories")
    tested = [([by_key[key.name] for key in one.train], [by_key[key.name] for key in one.test]) for one in splits]
    split = over_parts(tested, space, "splits")
    ids = [entry.id for entry in entries]
    facts = {
        "videos": len(entries),
        "category_left_out": {name: _means(told, ids) for name, told in left_out.items()},
        "five_splits": {name: _means(told, ids) for name, told in split.items()},
        "novelty_less_features": {
            "category_left_out": _less(left_out["features"], left_out["novelty"], ids),
            "five_splits": _less(split["features"], split["novelty"], ids),
        },
        "category_left_out_less_five_splits": {name: _less(split[name], left_out[name], ids) for name in ROWS},
        "categories": {
            name: {row: _means(told, [one.id for one in part]) for row, told in left_out.items()}
            for name, part in zip(names, parts, strict=True)
        },
    }
    _print(facts["category_left_out"], "category left out")
    _print(facts["five_splits"], "five splits")
    return facts


def between(folder: Path, first: str, second: str) -> dict[str, Any]:
    """Two data sets of a library, each judged by models of the other, in every feature space that they share.

    Raises:
        InputError: they are the same, or share no feature space.
        NotFoundError: there is no such data set, or nobody judged it.
    """
    from verbs.data_folder import open_library
    from verbs.entries import entries_with_people

    if first == second:
        raise InputError("What was learned from a data set is tried on another one.", "Name two different ones.")
    library = open_library(folder, demo=False)
    try:
        judged = {name: entries_with_people(library, name, "all") for name in (first, second)}
        held = [{space for entry in judged[name] for space in entry.features} for name in (first, second)]
        if not (shared := sorted(held[0] & held[1])):
            raise InputError(
                f"Judged videos of '{first}' and '{second}' have no feature space in common.",
                "Add one to both with `features --space` or `encode --space`.",
            )
        return {space: _directions(judged, space) for space in shared}
    finally:
        library.close()


def _directions(judged: Mapping[str, Sequence[Entry]], space: str) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    having = {name: [entry for entry in entries if space in entry.features] for name, entries in judged.items()}
    for source, target in (tuple(having), tuple(reversed(having))):
        name, tested = f"{source} -> {target}", having[target]
        ids = [entry.id for entry in tested]
        told = over_parts([(having[source], tested)], space, name)
        facts[name] = {
            "learned_from_videos": len(having[source]),
            "videos": len(tested),
            "protocol": _protocol(tested),
            "simulated": [any(any(one.people.simulated) for one in each) for each in (having[source], tested)],
            **{row: _means(each, ids) for row, each in told.items()},
            "novelty_less_features": _less(told["features"], told["novelty"], ids),
            "novelty_less_noise": _less(told["noise"], told["novelty"], ids),
        }
        _print(facts[name], f"{name}, {space}")
    return facts


def over_parts(parts: Iterable[tuple[Sequence[Entry], Sequence[Entry]]], space: str, name: str) -> dict[str, Told]:
    """Every row, noise and people, on the second entries of each part; models learn from the first ones."""
    told: dict[str, Told] = {row: {} for row in (*ROWS, *BESIDE)}
    for number, (learned, tested) in enumerate(parts, 1):
        for row, (_, kind, config) in ROWS.items():
            told[row] |= _judged(learned, tested, space, kind, config)
        for entry in tested:
            noise, people = _beside(entry)
            told["noise"][entry.id], told["people"][entry.id] = noise, people
        print(f"{name}: {number} done", file=sys.stderr, flush=True)
    return told


def _judged(
    learned: Sequence[Entry], tested: Sequence[Entry], space: str, kind: str, config: Mapping[str, Any]
) -> Told:
    """Tau and rho of a model's mean curve with the people of each tested video."""
    import torch

    from core.models.checkpoints import load_model
    from core.statistics.evaluation import agreement_with_people
    from core.training.loop import train
    from core.training.recipes import get_preset
    from core.training.videos import videos_from_entries

    settings = get_preset(kind, seed=SEED, device="cpu")
    settings = replace(settings, config={**settings.config, **config})
    videos, _ = videos_from_entries(learned, kind, space)
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(train(videos, settings, out=Path(folder) / "made", feature_space=space), "cpu")
    protocol, found = _protocol(tested), {}
    for entry in tested:
        features = torch.from_numpy(np.ascontiguousarray(entry.features[space]))
        metrics = agreement_with_people(protocol, entry, model.predict(features, CURVES, SEED).numpy())
        found[entry.id] = np.array([metrics.kendall, metrics.spearman])
    return found


def _beside(entry: Entry) -> tuple[np.ndarray, np.ndarray]:
    """Tau and rho of noise, and of people; NaN where fewer than two judged the video."""
    from core.statistics.chance import chance_of

    chance = chance_of(entry, np.full((1, len(entry.picks)), 0.5), _protocol([entry]))
    if chance is None:
        return np.full(2, np.nan), np.full(2, np.nan)
    noise, people = chance.noise, chance.people
    return np.array([noise.kendall, noise.spearman]), np.array([people.kendall, people.spearman])


def _protocol(entries: Sequence[Entry]) -> str:
    from core.statistics.evaluation import default_protocol

    return default_protocol(entries[0])


def _but(entries: Sequence[Entry], part: Sequence[Entry]) -> list[Entry]:
    out = {entry.id for entry in part}
    return [entry for entry in entries if entry.id not in out]


def _means(told: Told, ids: Sequence[str]) -> dict[str, float]:
    from core.statistics.curves import mean_defined

    figures = np.array([told[one] for one in ids])
    return {name: round(float(mean_defined(figures[:, place])), 4) for place, name in enumerate(FIGURES)}


def _less(before: Told, after: Told, ids: Sequence[str]) -> dict[str, list[float]]:
    """The difference of each figure, and its 95 % limits, paired over videos."""
    from core.statistics.paired import paired_difference

    found = {}
    for place, name in enumerate(FIGURES):
        one = paired_difference([before[id][place] for id in ids], [after[id][place] for id in ids])
        found[name] = [round(value, 4) for value in (one.value, one.low, one.high)]
    return found


def _print(rows: Mapping[str, Any], title: str) -> None:
    labels = {name: label for name, (label, _, _) in ROWS.items()} | BESIDE
    for name, label in labels.items():
        tau, rho = (rows[name][figure] for figure in FIGURES)
        print(f"{title}: {label:30} tau {tau:.3f}, rho {rho:.3f}", file=sys.stderr, flush=True)
