"""What tastes around ridge regression reach on TVSum's captions, beside noise around the same mean, and their speed.

Each of the 50 videos is a test video of one of the five splits of tvsum_splits.txt; what is drawn for it was fitted to
the split's training videos. 16 curves, seeds 0, 1 and 2. `noise` has the same mean curves and deviations of the same
variance, which are smooth over 24 picks and know nothing, in antithetic pairs too; `law` draws segments and time as
people have them (`noise` 1 in the configuration). Coverage and precision are those of the best tau, `energy` is the
distance between the curves and people's; differences are paired over videos, with 95 % limits.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from benchmarks import tvsum
from benchmarks.evaluation import TVSUM
from benchmarks.measuring import Result, peak_mb, timed
from benchmarks.tastes import best_tau
from core.data import Entry
from core.errors import NotFoundError
from core.models.checkpoints import load_model
from core.models.diffusion import sampling_noise
from core.models.tastes import Tastes
from core.statistics.alignment import alignment_of, over_videos
from core.statistics.evaluation import energy_distance
from core.statistics.figure import mean_of
from core.statistics.paired import paired_difference
from core.statistics.results import Alignment

CURVES, SEEDS, LONG = 16, (0, 1, 2), 24.0
PICKS, REPEATS = 1200, 9  # of ten minutes
GAIN = 0.015
MUST = f"aligned minus rolled of coverage and precision at least {GAIN}, with limits above 0"
FIGURES = ("coverage", "precision", "energy")


def content_kernel(data: Path = TVSUM) -> Result:
    """The seconds are those of 16 curves of ten minutes of video, the mean curve included."""
    if not (data / "tvsum_captions_minilm.h5").is_file():
        raise NotFoundError(f"TVSum's captions are not in '{data}'.", "Name their folder with --data.")
    entries, splits = tvsum.dataset(data)
    rows: dict[str, list[np.ndarray]] = {}
    aligned: dict[str, list[Alignment]] = {}
    for split, one in enumerate(splits):
        model = _fitted(data, split)
        for entry in (entries[key.name] for key in one.test):
            features = torch.from_numpy(np.asarray(entry.features[entry.feature_space or ""]))
            for name, draw in _drawers(model).items():
                samples = [draw(features, seed).double().numpy() for seed in SEEDS]
                rows.setdefault(name, []).append(np.mean([_figures(entry, each) for each in samples], axis=0))
                tests = [alignment_of(entry, each) for each in samples]
                aligned.setdefault(name, []).append(mean_of([test for test in tests if test is not None]))
    facts: dict[str, dict[str, Any]] = {name: {} for name in rows}
    for name, told in facts.items():
        for place, figure in enumerate(FIGURES):
            own, noise = (np.array(rows[which])[:, place] for which in (name, "noise"))
            less = paired_difference(noise, own)
            told[figure] = round(float(own.mean()), 4)
            told[f"{figure}_less_noise"] = _rounded(less.value, less.low, less.high)
        test = over_videos(aligned[name])
        assert test is not None
        for figure, found in (("coverage", test.coverage), ("precision", test.precision)):
            told[f"{figure}_aligned_less_rolled"] = _rounded(found.difference, *(found.interval or ()))
    gained = [facts["tastes"][f"{figure}_aligned_less_rolled"] for figure in ("coverage", "precision")]
    reached = all(difference >= GAIN and low > 0 for difference, low, _ in gained)
    seconds, mean_seconds = _speed(model)
    return Result(
        "content-kernel", seconds, None, peak_mb(), None, reached, MUST, {**facts, "mean_curve_seconds": mean_seconds}
    )


def _fitted(data: Path, split: int) -> Tastes:
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(tvsum.trained(data, "tastes", split, 0, Path(folder) / "made"), "cpu")
    assert isinstance(model, Tastes)
    return model


def _drawers(model: Tastes) -> dict[str, Callable[[Tensor, int], Tensor]]:
    """What draws 16 curves (N, T) of features (T, D) by a seed."""
    law = Tastes(replace(model.config, noise=1.0))
    law.load_state_dict(model.state_dict())

    def noise(features: Tensor, seed: int) -> Tensor:
        drawn = sampling_noise(CURVES, len(features), 0, seed, LONG)[0].double().numpy()
        drawn -= drawn.mean(axis=1, keepdims=True)
        variance = model.draw(features.numpy(), CURVES, seed).var()
        return Tastes.around(model.mean.predict(features), drawn * np.sqrt(variance / drawn.var()))

    return {
        "tastes": lambda features, seed: model.predict(features, CURVES, seed),
        "law": lambda features, seed: law.predict(features, CURVES, seed),
        "noise": noise,
    }


def _figures(entry: Entry, samples: np.ndarray) -> list[float]:
    people = entry.people.scores
    return [*best_tau(samples, people), energy_distance(samples, people)]


def _speed(model: Tastes) -> tuple[float, float]:
    """Seconds for 16 curves of a video, and for the mean curve alone."""
    features = torch.randn(PICKS, model.config.feature_width, generator=torch.Generator().manual_seed(0))
    drawn, _ = timed(lambda: model.predict(features, CURVES), REPEATS)
    mean, _ = timed(lambda: model.mean.predict(features), REPEATS)
    return drawn, mean


def _rounded(*values: float) -> list[float]:
    return [round(value, 4) for value in values]
