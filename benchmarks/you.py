"""How near models of one person come to that person, on the demo's twelve simulated people and eight videos.

Each video is left out once; everything is chosen and learned on the other seven. Figures are Kendall's tau-b between
the expected curve and the person's, mean over twelve people and eight videos:

    own        a model of the person
    others     models of the eleven other people
    mean       a model of everybody's mean: nobody in particular
    own - mean paired over person and video, 95 % interval from resampling the eight videos

The curve over one to seven labelled videos is the Gaussian process with its usual kernel, for every subset of the other
seven (what a random order gives on average), and for the order that `core.personal.teaching` suggests.
"""

from __future__ import annotations

import dataclasses
import sys
import tempfile
import time
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import Result, peak_mb, timed
from core.data import Entry

DEMO = Path(__file__).resolve().parents[1] / "assets" / "demo" / "demo.h5"
PICTURES = ("efficientnet-lite0", "colour-motion-v1")
SAMPLES, RESAMPLED, ORDERS = 8, 10_000, 1000
LEAST_ABOVE_OTHERS = 0.15
MUST = f"own {LEAST_ABOVE_OTHERS} above others, and own - mean above 0 with 95 %"


def you() -> Result:
    """Ways, the curve over labelled videos, and what the suggestion gains over random order."""
    from core.personal.content import Labelled, contents
    from core.personal.gaussian_process import GaussianProcess, Kernel, posterior
    from core.personal.ridge import Ridge
    from storage.formats.eccv16 import read_eccv16

    started = time.perf_counter()
    entries = read_eccv16(DEMO)
    people = [entry.people.scores for entry in entries]
    pictures, everything = contents(entries, PICTURES), contents(entries)
    rows: dict[str, dict[str, Any]] = {}

    def tell(name: str, curves: np.ndarray, mean: Sequence[np.ndarray]) -> None:
        rows[name] = compared(curves, mean, people)
        print(row(name, rows[name]), file=sys.stderr, flush=True)

    tell("smooth noise", *noises(pictures, len(people[0])))
    for name, way, shown in (
        ("ridge, pictures and signals", Ridge(), pictures),
        ("Gaussian process, pictures and signals", GaussianProcess(), pictures),
        ("Gaussian process, captions as well", GaussianProcess(), everything),
    ):
        tell(name, *left_out(way, shown, people))
    tell("SummDiff conditioned on a person, pictures", *summdiff(entries))
    curve, suggested, beaten = growing(pictures, people)
    for count, (random, active) in enumerate(zip(curve, suggested, strict=True), 1):
        print(f"{count} labelled: random order {random:.3f}, as suggested {active:.3f}", file=sys.stderr)
    print(f"As suggested is better than {beaten:.0%} of random orders, mean over one to seven.", file=sys.stderr)
    videos = [Labelled(one, said[0]) for one, said in zip(pictures, people, strict=True)]
    before = posterior(videos[:6], Kernel())
    seconds, _ = timed(lambda: before.with_video(videos[6]).mean(videos[7].content))
    best = max((one for name, one in rows.items() if name != "smooth noise"), key=lambda one: one["own"])
    reached = best["own"] - best["others"] >= LEAST_ABOVE_OTHERS and best["own_minus_mean"][1] > 0
    facts = {
        "ways": rows,
        "random_order": np.round(curve, 4).tolist(),
        "as_suggested": np.round(suggested, 4).tolist(),
        "random_orders_beaten": round(beaten, 4),
        "one_more_video_ms": round(1000 * seconds, 1),
    }
    return Result("you", time.perf_counter() - started, None, peak_mb(), None, bool(reached), MUST, facts)


def left_out(way: Any, shown: Sequence[Any], people: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """The expected curves of each person (P, V) and of everybody's mean, of each video from the others."""
    from core.personal.content import Labelled
    from core.statistics.curves import mean_of_people

    curves = np.empty((len(people[0]), len(shown)), object)
    mean = []
    for v, video in enumerate(shown):
        others = [u for u in range(len(shown)) if u != v]
        for p in range(len(curves)):
            curves[p, v] = way.learn([Labelled(shown[u], people[u][p]) for u in others]).mean(video)
        mean.append(way.learn([Labelled(shown[u], mean_of_people(people[u])) for u in others]).mean(video))
    return curves, mean


def summdiff(entries: Sequence[Entry]) -> tuple[np.ndarray, list[np.ndarray]]:
    """As `left_out`, of SummDiff trained on all people of the other videos: the mean of its samples."""
    import torch

    from core.models.checkpoints import load_model
    from core.models.summdiff import SummDiff
    from core.training.loop import train
    from core.training.persons import mark
    from core.training.recipes import get_preset
    from core.training.videos import videos_from_entries

    settings = get_preset("summdiff-personal", device="cpu")
    videos, space = videos_from_entries(entries)
    names = entries[0].people.annotators
    curves = np.empty((len(names), len(videos)), object)
    mean = []
    for v, video in enumerate(videos):
        with tempfile.TemporaryDirectory() as work:
            checkpoint = train(
                [one for one in videos if one is not video], settings, out=Path(work) / "one", feature_space=space
            )
            model = load_model(checkpoint, "cpu")
        assert isinstance(model, SummDiff)
        features = torch.from_numpy(video.features)
        for p, name in enumerate(names):
            number = checkpoint.training["persons"].index(mark(name))
            curves[p, v] = model.predict(features, SAMPLES, 0, person=number).mean(0).numpy()
        mean.append(model.predict(features, SAMPLES, 0).mean(0).numpy())
        print(f"SummDiff without {video.id}: {checkpoint.training['seconds']} s", file=sys.stderr, flush=True)
    return curves, mean


def noises(shown: Sequence[Any], count: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Smooth curves that know nothing, as many as people."""
    from core.signals.content import forgetful

    curves = np.empty((count, len(shown)), object)
    for p in range(count):
        for v, video in enumerate(shown):
            white = np.random.default_rng([p, v]).standard_normal(len(video.seconds))
            curves[p, v] = forgetful(white, video.seconds, 4.0)
    return curves, [curves[0, v] for v in range(len(shown))]


def compared(curves: np.ndarray, mean: Sequence[np.ndarray], people: Sequence[np.ndarray]) -> dict[str, Any]:
    """The figures of a way; `own` also by video."""
    from core.statistics.ranks import correlations

    count = len(curves)
    own, others, nobody = np.zeros((3, count, len(people)))
    for v, said in enumerate(people):
        taus = np.nan_to_num(correlations(np.stack(list(curves[:, v])), said)[0])  # (models, people)
        own[:, v] = np.diag(taus)
        others[:, v] = (taus.sum(axis=0) - np.diag(taus)) / (count - 1)
        nobody[:, v] = np.nan_to_num(correlations(np.asarray(mean[v])[None], said)[0][0])
    gained = (own - nobody).mean(axis=0)
    random = np.random.default_rng(0)
    again = gained[random.integers(0, len(gained), (RESAMPLED, len(gained)))].mean(axis=1)
    low, high = np.quantile(again, (0.025, 0.975))
    return {
        "own": round(float(own.mean()), 4),
        "others": round(float(others.mean()), 4),
        "mean": round(float(nobody.mean()), 4),
        "own_minus_mean": np.round([gained.mean(), low, high], 4).tolist(),
        "own_by_video": np.round(own.mean(axis=0), 3).tolist(),
        "own_by_person": np.round(own.mean(axis=1), 3).tolist(),
    }


def growing(shown: Sequence[Any], people: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray, float]:
    """(7,) tau after one to seven labelled videos: over all subsets, and in the order that is suggested.

    Returns:
        Both, and the share of random orders whose mean over one to seven is lower than that of the suggested one.
    """
    from core.personal.content import Labelled
    from core.personal.gaussian_process import Kernel, posterior, white_rows
    from core.personal.teaching import teaches
    from core.statistics.ranks import correlations

    def tau(known: Sequence[int], v: int) -> float:
        """Mean over people of the model from some videos, on another."""
        one = posterior([Labelled(shown[u], people[u][0]) for u in known], Kernel())
        curves = []
        for p in range(len(people[0])):
            said = [
                white_rows(Labelled(shown[u], people[u][p]), np.zeros((len(people[u][p]), 0)), one.kernel.memory)[1]
                for u in known
            ]
            curves.append(dataclasses.replace(one, said=np.concatenate(said)).mean(shown[v]))
        return float(np.diag(np.nan_to_num(correlations(np.stack(curves), people[v])[0])).mean())

    random, active = np.zeros((2, len(shown), len(shown) - 1))
    beaten = []
    for v in range(len(shown)):
        others = [u for u in range(len(shown)) if u != v]
        found = {
            frozenset(known): tau(known, v) for k in range(1, len(others) + 1) for known in combinations(others, k)
        }
        order: list[int] = []
        for k in range(1, len(others) + 1):
            random[v, k - 1] = np.mean([value for known, value in found.items() if len(known) == k])
            left = [u for u in others if u not in order]
            order.append(left[int(np.argmax(teaches([shown[u] for u in left], [shown[u] for u in order])))])
            active[v, k - 1] = found[frozenset(order)]
        orders = [np.random.default_rng([v, n]).permutation(others).tolist() for n in range(ORDERS)]
        means = [np.mean([found[frozenset(one[:k])] for k in range(1, len(one) + 1)]) for one in orders]
        beaten.append(float(np.mean(np.array(means) < active[v].mean())))
    return random.mean(axis=0), active.mean(axis=0), float(np.mean(beaten))


def row(name: str, figures: dict[str, Any]) -> str:
    """A line of the table."""
    gained, low, high = figures["own_minus_mean"]
    return (
        f"| {name} | {figures['own']:.3f} | {figures['others']:.3f} | {figures['mean']:.3f} |"
        f" {gained:+.3f} [{low:+.3f}, {high:+.3f}] |"
    )
