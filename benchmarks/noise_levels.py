"""Does a SummDiff checkpoint look at its noisy input? Its error per noise level beside predictors without a model.

    python -m benchmarks.noise_levels DATA --checkpoint DIR [--split 0]

On the test videos of a split: mean squared error of the scores predicted from each person's noised scores, beside the
error of people's mean (all that the video can tell, and a denoiser that ignores its input cannot do better) and of the
noised scores as they are. A denoiser that has learned from individuals beats the mean where the noise is low.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.tvsum import dataset
from core.data import Entry
from core.models.checkpoints import Checkpoint, load_model, read_checkpoint
from core.training.scoring import features_for

STEPS = (10, 100, 200, 300, 400, 500, 600, 700, 800, 900, 990)


def errors(checkpoint: Checkpoint, entries: Sequence[Entry], seed: int = 0) -> dict[int, tuple[float, float, float]]:
    """Step -> mean squared error of the model, of people's mean and of the noised scores."""
    import torch

    from core.models.summdiff import to_logits, to_scores

    model = load_model(checkpoint, "cpu")
    config = model.config
    generator = torch.Generator().manual_seed(seed)
    rows: dict[int, list[tuple[float, float, float]]] = {t: [] for t in STEPS}
    for entry in entries:
        features, _ = features_for(entry, checkpoint.kind, checkpoint.feature_space)
        people = torch.from_numpy(entry.annotations.scores)[None]
        videos = torch.from_numpy(features)[None]
        clean = to_logits(people.clamp(0.05, 0.95) if config.clamp else people, config.sigmoid_temp, config.eps)
        with torch.no_grad():
            memory, position = model.encode(videos, torch.ones(videos.shape[:2], dtype=torch.bool))
            for t in STEPS:
                step = torch.tensor([t])
                noise = torch.randn(clean.shape, generator=generator)
                noised = to_scores(model.schedule.add_noise(clean, step, noise), config.sigmoid_temp)
                predicted = to_scores(model.denoise(noised, memory, position, step), config.sigmoid_temp)
                others = (people.sum(1, keepdim=True) - people) / (people.shape[1] - 1)
                rows[t].append(tuple(float(((p - people) ** 2).mean()) for p in (predicted, others, noised)))
    return {t: tuple(np.mean(of_step, axis=0).tolist()) for t, of_step in rows.items()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.noise_levels", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--split", type=int, default=0)
    given = parser.parse_args()
    entries, splits = dataset(given.data)
    found = errors(read_checkpoint(given.checkpoint), [entries[key.name] for key in splits[given.split].test])
    print("| step of 1000 | model | mean of the other people | noised scores as they are |\n|---|---|---|---|")
    for t, (model, mean, noised) in found.items():
        print(f"| {t} | {model:.4f} | {mean:.4f} | {noised:.4f} |")


if __name__ == "__main__":
    main()
