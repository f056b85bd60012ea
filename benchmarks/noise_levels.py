"""Does a diffusion model look at its noisy input, and what does it know beyond it? Its error at each level of noise.

    python -m benchmarks.noise_levels DATA --checkpoint DIR [--split 0]
    python -m benchmarks.noise_levels DATA --rows NAME ... [--seed 0]

On test videos: mean squared error of what is predicted from each person's noised curve, beside what is known without
the network. For SummDiff (scores) that is the mean of the other people: all that the video can tell, and a denoiser
that ignores its input cannot do better. For diffusion around tastes (deviations from the mean curve, in units of the
law's) it is the linear guess, which a network that says 0 makes. Skill is the share of the error that the network takes
from the better of that and the noised curve as it is.

The second form trains rows of `benchmarks.tvsum` on each of the five splits and writes plots/skill_by_noise.svg.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.plotting import COLOURS, GRID, INK, PAPER
from benchmarks.tvsum import ROWS, dataset, trained
from core.data import Entry
from core.models.checkpoints import Checkpoint, load_model, read_checkpoint
from core.training.scoring import features_for

if TYPE_CHECKING:
    import torch

    from core.models.residual import ResidualDiffusion
    from core.models.summdiff import SummDiff

STEPS = (10, 100, 200, 300, 400, 500, 600, 700, 800, 900, 990)
PLOT = Path(__file__).parent / "plots" / "skill_by_noise.svg"
WIDE, HIGH, MARGIN = 460, 240, 60


@dataclass(frozen=True)
class Errors:
    """Mean squared errors at one level of noise: of the model, of what is known without it, of the noised curves."""

    model: float
    known: float
    noised: float

    @property
    def skill(self) -> float:
        """At most 1; 0 where the model knows no more than its input or the reference."""
        return 1 - self.model / min(self.known, self.noised)


def errors(checkpoint: Checkpoint, entries: Sequence[Entry], seed: int = 0) -> dict[int, Errors]:
    """By step of 1000, means over videos, of a checkpoint of `summdiff` or `residual`."""
    import torch

    of_video = {"summdiff": _of_summdiff, "residual": _of_residual}[checkpoint.kind]
    model = load_model(checkpoint, "cpu")
    generator = torch.Generator().manual_seed(seed)
    rows: dict[int, list[Errors]] = {t: [] for t in STEPS}
    for entry in entries:
        features, _ = features_for(entry, checkpoint.kind, checkpoint.feature_space)
        people = torch.from_numpy(entry.annotations.scores)[None]
        with torch.no_grad():
            for t, found in of_video(model, torch.from_numpy(features)[None], people, generator).items():
                rows[t].append(found)
    return {t: mean_of(of_step) for t, of_step in rows.items()}


def mean_of(errors: Sequence[Errors]) -> Errors:
    return Errors(*np.mean([(one.model, one.known, one.noised) for one in errors], axis=0).tolist())


def _of_summdiff(
    model: SummDiff, features: torch.Tensor, people: torch.Tensor, generator: torch.Generator
) -> dict[int, Errors]:
    import torch

    from core.models.diffusion import to_logits, to_scores

    config, found = model.config, {}
    clean = to_logits(people.clamp(0.05, 0.95) if config.clamp else people, config.sigmoid_temp, config.eps)
    memory, position = model.encode(features, torch.ones(features.shape[:2], dtype=torch.bool))
    others = (people.sum(1, keepdim=True) - people) / (people.shape[1] - 1)
    for t in STEPS:
        step = torch.tensor([t])
        noise = torch.randn(clean.shape, generator=generator)
        noised = to_scores(model.schedule.add_noise(clean, step, noise), config.sigmoid_temp)
        predicted = to_scores(model.denoise(noised, memory, position, step), config.sigmoid_temp)
        found[t] = Errors(*(float(((one - people) ** 2).mean()) for one in (predicted, others, noised)))
    return found


def _of_residual(
    model: ResidualDiffusion, features: torch.Tensor, people: torch.Tensor, generator: torch.Generator
) -> dict[int, Errors]:
    import torch

    shown, found = model._seen(features[0]), {}
    judged = torch.ones_like(people[0], dtype=torch.bool)
    clean = model._deviations(shown, people[0], judged)
    memory, position = model._encode(features, None)
    for t in STEPS:
        signal = model.schedule.alphas_cumprod[t].float()
        white = torch.randn(len(clean), model._random(clean.shape[1]), generator=generator)
        noised = signal.sqrt() * clean + (1 - signal).sqrt() * model._noise(shown, white)
        shared = model.denoiser.shared(memory, position, torch.tensor([t]), None)
        guess = signal.sqrt() * noised
        predicted = guess - (1 - signal).sqrt() * model._velocity(noised[None], shared, None, None)[0]
        found[t] = Errors(*(float(((one - clean) ** 2).mean()) for one in (predicted, guess, noised)))
    return found


def plot(rows: Mapping[str, Mapping[int, Errors]]) -> str:
    """Skill over noise levels as SVG, a line for each row by its label."""
    low = min(0.0, *(one.skill for found in rows.values() for one in found.values()))
    low, high = np.floor(low * 10) / 10, 0.5

    def at(step: float, skill: float) -> str:
        return f"{MARGIN + WIDE * step / 1000:.1f},{MARGIN + HIGH * (high - skill) / (high - low):.1f}"

    drawn = []
    for tick in np.arange(low, high + 0.01, 0.1):
        (x, y), (end, _) = at(0, tick).split(","), at(1000, tick).split(",")
        drawn.append(f'<line x1="{x}" x2="{end}" y1="{y}" y2="{y}" stroke="{INK if abs(tick) < 1e-9 else GRID}"/>')
        drawn.append(f'<text x="{MARGIN - 8}" y="{float(y) + 4}" text-anchor="end">{tick:.1f}</text>')
    for tick in range(0, 1001, 200):
        x = at(tick, low).split(",")[0]
        drawn.append(f'<text x="{x}" y="{MARGIN + HIGH + 18}" text-anchor="middle">{tick}</text>')
    for n, (label, found) in enumerate(rows.items()):
        colour = COLOURS[n % len(COLOURS)]
        points = " ".join(at(step, one.skill) for step, one in found.items())
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn.append(f'<text x="{MARGIN + 10}" y="{MARGIN + 16 + 16 * n}" fill="{colour}">{escape(label)}</text>')
    width, height = WIDE + 2 * MARGIN, HIGH + 2 * MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' font-family="system-ui, sans-serif" font-size="12" fill="{INK}">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>\n'
        f'<text x="{MARGIN}" y="32" font-size="15" font-weight="600">Skill by level of noise (TVSum, test)</text>\n'
        f'{"".join(drawn)}\n<text x="{MARGIN + WIDE / 2}" y="{height - 16}" text-anchor="middle">'
        "step of 1000: noise alone at the right</text>\n</svg>\n"
    )


def table(found: Mapping[int, Errors]) -> str:
    """As Markdown."""
    head = "| step of 1000 | model | known without it | noised as they are | skill |\n|---|---|---|---|---|"
    return "\n".join([head, *(_line(t, one) for t, one in found.items())])


def _line(t: int, one: Errors) -> str:
    return f"| {t} | {one.model:.4f} | {one.known:.4f} | {one.noised:.4f} | {one.skill:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.noise_levels", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--split", type=int, default=0, help="of the checkpoint")
    parser.add_argument("--rows", nargs="+", default=[], choices=list(ROWS))
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    entries, splits = dataset(given.data)
    if given.checkpoint:
        tested = [entries[key.name] for key in splits[given.split].test]
        print(table(errors(read_checkpoint(given.checkpoint), tested)))
    rows = {}
    for name in given.rows:
        each = []
        for number, split in enumerate(splits):
            with tempfile.TemporaryDirectory() as folder:
                made = trained(given.data, name, number, given.seed, Path(folder) / "made")
                each.append(errors(made, [entries[key.name] for key in split.test]))
        rows[ROWS[name].label] = {t: mean_of([one[t] for one in each]) for t in STEPS}
        print(ROWS[name].label, table(rows[ROWS[name].label]), sep="\n")
    if rows:
        PLOT.write_text(plot(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
