"""What windows cost in what is sampled: TVSum's videos all at once, and as if they were too long for that.

    python -m benchmarks.windowed DATA [--rows NAME ...] [--splits 0 ...] [--windows 600 300 150]

Trains rows of `benchmarks.tvsum` (seed 0) and samples each test video with the same noise in windows of some lengths.
Prints a Markdown table: figures under protocol `tvsum`, and how near samples in windows come to those of all at once,
beside how near two samples of all at once are to each other. Videos that a window holds whole count too.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

from benchmarks.tvsum import ROWS, dataset, trained
from core.data import Entry
from core.models.checkpoints import load_model
from core.statistics.evaluation import figures_of
from core.statistics.ranks import correlations
from core.training.scoring import features_for

ATTEND = ("summdiff-joint-individual", "summdiff-DiT-individual")
SAMPLES, STEPS = 16, 40
HEAD = (
    "| row | window | videos longer | tau | coverage tau | F1 % | tau of a sample with itself, all at once | of two |"
)


def measured(data: Path, row: str, split: int, windows: list[int]) -> list[str]:
    """The lines of a row: all at once, then each window."""
    torch.set_num_threads(1)
    entries, splits = dataset(data)
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = trained(data, row, split, 0, Path(folder) / "made")
        model = load_model(checkpoint, "cpu")
        videos = [
            (entry, torch.from_numpy(features_for(entry, checkpoint.kind, checkpoint.feature_space)[0]))
            for entry in (entries[key.name] for key in splits[split].test)
        ]

        def sampled(window: int | None) -> list[np.ndarray]:
            return [
                model.predict(read, SAMPLES, steps=STEPS, window=len(read) if window is None else window).numpy()
                for _, read in videos
            ]

        whole = sampled(None)
        lines = [_line(row, split, None, videos, whole, whole)]
        return lines + [_line(row, split, window, videos, sampled(window), whole) for window in windows]


def _line(
    row: str,
    split: int,
    window: int | None,
    videos: list[tuple[Entry, torch.Tensor]],
    curves: list[np.ndarray],
    whole: list[np.ndarray],
) -> str:
    figures = [figures_of(entry, one, "tvsum", pairs=True) for (entry, _), one in zip(videos, curves, strict=True)]
    tau = np.mean([one.kendall for one in figures])
    coverage = np.mean([one.coverage.kendall for one in figures if one.coverage])
    f1 = np.mean([one.f1 for one in figures])
    near = [correlations(one, other)[0] for one, other in zip(curves, whole, strict=True)]
    same = np.mean([np.diag(one).mean() for one in near])
    others = np.mean([one[::2, ::2][~np.eye(SAMPLES // 2, dtype=bool)].mean() for one in near])
    longer = "" if window is None else f"{sum(len(read) > window for _, read in videos)} of {len(videos)}"
    name = f"{ROWS[row].label}, split {split}"
    return (
        f"| {name} | {window or 'all at once'} | {longer} | {tau:.4f} | {coverage:.4f} | {100 * f1:.2f} "
        f"| {same:.3f} | {others:.3f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.windowed", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--rows", nargs="+", default=list(ATTEND), choices=list(ROWS))
    parser.add_argument("--splits", nargs="+", type=int, default=[0])
    parser.add_argument("--windows", nargs="+", type=int, default=[600, 300, 150])
    given = parser.parse_args()
    print(f"{HEAD}\n|---|---|---|---|---|---|---|---|")
    for row in given.rows:
        for split in given.splits:
            print("\n".join(measured(given.data, row, split, given.windows)), flush=True)


if __name__ == "__main__":
    main()
