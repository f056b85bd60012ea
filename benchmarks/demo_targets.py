"""Each person's scores or their mean? The demo library, where people are of several tastes and simulated.

    python -m benchmarks.demo_targets

Trains the demo's SummDiff recipe on the six training videos with either kind of target and evaluates 16 samples on the
two held-back ones. Prints a Markdown table.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from assets.demo.making.build import read_entries
from assets.demo.making.stories import STORIES
from core.training.evaluating import evaluate_checkpoint
from core.training.loop import train
from core.training.recipes import get_preset
from core.training.videos import videos_from_entries


def main() -> None:
    entries = read_entries()
    learned = [entries[story.key] for story in STORIES if not story.held_back]
    held_back = [entries[story.key] for story in STORIES if story.held_back]
    videos, space = videos_from_entries(learned)
    print("| targets | coverage tau | coverage F1 | energy distance | 1 - tau of two samples | mean tau |")
    print("|---|---|---|---|---|---|")
    for targets in ("individual", "mean"):
        with tempfile.TemporaryDirectory() as folder:
            settings = get_preset("summdiff-demo", targets=targets, device="cpu")
            made = train(videos, settings, out=Path(folder) / targets, feature_space=space)
            found = evaluate_checkpoint(made, held_back, samples=16, device="cpu")
        print(
            f"| {targets} | {found.coverage.kendall:.3f} | {found.coverage.f1:.3f} "
            f"| {found.energy_distance:.3f} | {found.diversity.one_minus_tau:.3f} | {found.kendall:.3f} |"
        )
    people = found.diversity.people_one_minus_tau
    print(f"| people (simulated) | | | | {people:.3f} | {found.human.pairwise.kendall:.3f} |")


if __name__ == "__main__":
    main()
