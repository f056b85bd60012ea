"""Same weights, same inputs, same outputs as the official releases?

    python -m benchmarks.conformance DIR

runs every vector `*.npz` in DIR by its name (summdiff_, summdiffnormal_, llmvs_, csta_, kts_, metrics_), prints one row
per file and exits 1 if any fails. Configuration, names and shapes come from the file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import numpy as np

SCORES = 2e-5  # absolute
BORDERS = 0.01  # share of scores that may fall on the other side of a code's border
EXACT = 1e-9  # relative
FLOAT32 = 1e-5  # relative, for metrics that the release computes through float32

Vectors = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Check:
    """One comparison: the largest difference, and whether it is small enough."""

    what: str
    difference: float
    passed: bool


def scores_check(what: str, found: np.ndarray, expected: np.ndarray, tolerance: float = SCORES) -> Check:
    """Absolute differences of arrays of one shape."""
    found, expected = np.asarray(found, np.float64), np.asarray(expected, np.float64)
    if found.shape != expected.shape:
        return Check(f"{what}: shape {found.shape} instead of {expected.shape}", float("inf"), False)
    difference = float(np.abs(found - expected).max(initial=0.0))
    return Check(what, difference, difference <= tolerance)  # NaN is no pass


def values_check(what: str, found: np.ndarray, expected: np.ndarray, tolerance: float) -> Check:
    """Relative differences, absolute ones below 1; a value that is undefined in both agrees."""
    found, expected = np.atleast_1d(np.asarray(found, np.float64)), np.atleast_1d(np.asarray(expected, np.float64))
    if found.shape != expected.shape:
        return Check(f"{what}: shape {found.shape} instead of {expected.shape}", float("inf"), False)
    differs = ~((found == expected) | (np.isnan(found) & np.isnan(expected)))  # infinite ones can be the same
    found, expected = found[differs], expected[differs]
    error = np.abs(found - expected) / np.maximum(1, np.abs(expected))
    difference = float(error.max(initial=0.0))
    return Check(what, difference, difference <= tolerance)


def summdiff(vectors: Vectors) -> list[Check]:
    """One denoising step, and sampling with the noise of the file."""
    import torch

    from benchmarks.name_seeded import state_of
    from core.models.diffusion import to_scores
    from core.models.official import summdiff as official
    from core.models.summdiff import SummDiff

    config = official.config_from_options(json.loads(str(vectors["config"])))
    with torch.device("meta"):
        shapes = {name: weight.shape for name, weight in SummDiff(config).named_parameters()}
    state = state_of({theirs: shapes[ours] for ours, theirs in official.official_names(config).items()})
    inferred = official.infer_config(state)
    known = {name: getattr(config, name) for name in ("heads", "codebook_size", "decoder_layers", "p_uncond")}
    known |= {name: getattr(config, name) for name in ("guidance", "sigmoid_temp", "eps")}
    if replace(inferred, **known) != config:
        return [Check("configuration inferred from the tensors", float("inf"), False)]
    null_video = torch.from_numpy(vectors["null_video"]) if "null_video" in vectors else None
    model = official.load(state, config, null_video)
    features = torch.from_numpy(vectors["features"])
    with torch.no_grad():
        memory, position = model.encode(features, torch.ones(features.shape[:2], dtype=torch.bool))
        noised, t = torch.from_numpy(vectors["x_t"])[:, None], torch.from_numpy(vectors["t"]).reshape(-1)
        denoised = to_scores(model.denoise(noised, memory, position, t), config.sigmoid_temp)[0, 0]
    noise = torch.from_numpy(vectors["noise_init"]), torch.from_numpy(vectors["noise_steps"])
    sampled = model.predict(features[0], n=len(noise[0]), steps=len(noise[1]), noise=noise)
    return [
        scores_check("one step", denoised.numpy(), vectors["denoised"].reshape(-1)),
        scores_check("sampled", sampled.numpy().reshape(-1), vectors["sampled"].reshape(-1)),
    ]


def summdiffnormal(vectors: Vectors) -> list[Check]:
    """Guided sampling with weights whose scores spread and whose samples differ, one sample at a time as recorded."""
    import torch

    from benchmarks.name_seeded import state_of
    from core.models.official import summdiff as official
    from core.models.summdiff import SummDiff

    config = official.config_from_options(json.loads(str(vectors["config"])))
    with torch.device("meta"):
        shapes = {name: weight.shape for name, weight in SummDiff(config).named_parameters()}
    gain = float(vectors["weight_gain"])
    state = state_of({theirs: shapes[ours] for ours, theirs in official.official_names(config).items()}, gain)
    model = official.load(state, config, torch.from_numpy(vectors["null_video"]))
    noise = torch.from_numpy(vectors["noise_init"]), torch.from_numpy(vectors["noise_steps"])
    features = torch.from_numpy(vectors["features"])
    sampled = model.predict(features, n=len(noise[0]), steps=len(noise[1]), noise=noise).numpy()
    expected = vectors["sampled"]
    if sampled.shape != expected.shape:
        return [Check(f"sampled: shape {sampled.shape} instead of {expected.shape}", float("inf"), False)]
    # A noised score that falls on the other side of a code's border takes its sample elsewhere.
    difference = np.abs(sampled.astype(np.float64) - expected)
    inside = difference <= SCORES
    return [
        Check("sampled, outside of codes' borders", float(difference[inside].max(initial=0.0)), bool(inside.any())),
        Check("share of values across a border", float(1 - inside.mean()), float(1 - inside.mean()) <= BORDERS),
    ]


def llmvs(vectors: Vectors) -> list[Check]:
    """Scores of hidden states drawn by the seed of the file."""
    import torch

    from benchmarks.name_seeded import state_of
    from core.models.llmvs import pool_states
    from core.models.official import llmvs as official

    state = state_of(json.loads(str(vectors["state_keys"])))
    head = official.load(state, official.infer_config(state, heads=int(vectors["num_heads"])))
    generator = np.random.default_rng(int(vectors["seed"]))
    width = head.config.feature_width
    query, answer = (
        torch.from_numpy(generator.standard_normal((int(vectors["T"]), int(vectors[n]), width)).astype(np.float16))
        for n in ("Lq", "La")
    )
    return [scores_check("scores", head.predict(pool_states(query, answer))[0].numpy(), vectors["scores"])]


def csta(vectors: Vectors) -> list[Check]:
    """Scores of the file's features."""
    import torch

    from benchmarks.name_seeded import state_of
    from core.models.official import csta as official

    state = state_of(json.loads(str(vectors["state_keys"])))
    model = official.load(state, official.infer_config(state))
    scores = model.predict(torch.from_numpy(vectors["features"]))[0].numpy()
    return [scores_check("scores", scores, vectors["scores"])]


def kts(vectors: Vectors) -> list[Check]:
    """Change points with their number chosen automatically, and with a fixed number within bounds."""
    from core.segment.kts import kts as segment
    from core.segment.kts import kts_fixed

    checks = []
    for key in vectors:
        if automatic := re.fullmatch(r"auto_m(\d+)_v([\d.]+)", key):
            found = segment(vectors["X"], int(automatic[1]), float(automatic[2]))
            checks.append(changes_check(key, found, vectors[key]))
        elif fixed := re.fullmatch(r"nonlin_(\d+)_lmin(\d+)_lmax(\d+)", key):
            found, objective = kts_fixed(vectors["X"], *map(int, fixed.groups()))
            checks.append(changes_check(key, found, vectors[key]))
            checks.append(values_check("nonlin_obj", objective, vectors["nonlin_obj"], EXACT))
    return checks


def changes_check(what: str, found: np.ndarray, expected: np.ndarray) -> Check:
    """Change points must be the same."""
    same = np.array_equal(found, expected)
    return Check(what, 0.0 if same else float("inf"), same)


def metrics(vectors: Vectors) -> list[Check]:
    """All protocols and both machine summaries."""
    from core.data import AnnotationSet, Entry, Shots
    from core.data.timebase import Timebase
    from core.statistics.evaluation import evaluate_track, machine_summary

    def entry(n_frames: int, picks: np.ndarray, shots: np.ndarray, people: np.ndarray, summaries: np.ndarray) -> Entry:
        names = tuple(map(str, range(len(people))))
        return Entry(
            "vector/one",
            "",
            Timebase(Fraction(30), n_frames),
            picks,
            shots={"dataset": Shots(np.add(shots, [0, 1]), "dataset")},
            annotations=AnnotationSet(names, people, ("",) * len(names), summaries),
        )

    scores = vectors["scores"]
    video = entry(
        int(vectors["n_frames"]),
        vectors["picks"],
        vectors["change_points"],
        vectors["user_scores"],
        vectors["user_summary"],
    )
    n = len(scores)
    highlights = entry(
        n, np.arange(n), vectors["mr_change_points"], vectors["mr_gtscore"][None], vectors["mr_gt_summary"][None]
    )
    checks = []
    for protocol, on in (("summe", video), ("tvsum", video), ("mrhisum", highlights)):
        found = evaluate_track(protocol, on, scores)
        figures = [100 * found.f1, found.kendall, found.spearman]
        checks.append(values_check(protocol, figures, vectors[protocol], EXACT))
    checks.append(values_check("map", [found.map50, found.map15], [vectors["map50"], vectors["map15"]], EXACT))
    knapsack = [found.wse, found.cis, found.wir, found.ir]
    checks.append(values_check("knapsack_opt", knapsack, vectors["knapsack_opt"], FLOAT32))
    checks.append(scores_check("machine_summary", machine_summary(scores, video), vectors["machine_summary"], 0))
    checks.append(
        scores_check("mr_machine_summary", machine_summary(scores, highlights), vectors["mr_machine_summary"], 0)
    )
    return checks


SYSTEMS: dict[str, Callable[[Vectors], list[Check]]] = {
    "summdiff": summdiff,
    "summdiffnormal": summdiffnormal,
    "llmvs": llmvs,
    "csta": csta,
    "kts": kts,
    "metrics": metrics,
}


def check_file(path: Path) -> list[Check]:
    """All comparisons of one vector file; a failure to run is a failed check."""
    try:
        with np.load(path, allow_pickle=False) as file:
            vectors = {key: file[key] for key in file.files}
        return SYSTEMS[path.stem.partition("_")[0]](vectors)
    except Exception as error:  # whatever stops one file must not hide the others
        return [Check(f"{type(error).__name__}: {error}", float("inf"), False)]


def main(arguments: list[str]) -> int:
    """Prints a row per file; 0 when all passed, 1 when one failed, 2 when there is nothing to check."""
    if len(arguments) != 1:
        print("Usage: python -m benchmarks.conformance DIR", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    files = sorted(path for path in folder.glob("*.npz") if path.stem.partition("_")[0] in SYSTEMS)
    if not files:
        print(f"There are no vectors (summdiff_*.npz, llmvs_*.npz, ...) in '{folder}'.", file=sys.stderr)
        return 2
    all_passed = True
    for path in files:
        checks = check_file(path)
        passed = bool(checks) and all(check.passed for check in checks)
        all_passed &= passed
        worst = max((check.difference for check in checks), default=float("nan"))
        told = [check.what for check in checks if passed or not check.passed]
        print(f"{path.name:34} {'pass' if passed else 'FAIL'}  {worst:9.2e}  {', '.join(told)}")
    return 0 if all_passed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
