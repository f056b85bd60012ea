"""Pictures of samples beside people, as SVG: rank histograms, and the curves of the videos where people split most.

    python -m benchmarks.sample_plots DATA NAME ... [--seed 0] [--steps 10]
    python -m benchmarks.sample_plots DATA --samples LABEL=FILE.npz ...

NAME is a row of `benchmarks.tvsum`, which is trained on each of the five splits and draws 16 curves for its test
videos; FILE.npz holds such curves (16, T) by a video's key. Writes plots/rank_histograms.svg and
plots/samples_over_people.svg.

A rank histogram counts how many of the samples lie below a person's score at a pick: even where a person could be one
of the samples, a hump where samples differ too much, a bowl where they differ too little.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TypeAlias

import numpy as np

from benchmarks.honest import CURVES, Samples, trained_samples
from benchmarks.plotting import COLOURS, GRID, INK, PAPER
from core.data import Entry
from core.statistics.camps import camps

PLOTS = Path(__file__).parent / "plots"
VIDEOS = 3
WIDE, HIGH, GAP = 360, 150, 34
POINTS = 60  # of a curve
Rows: TypeAlias = Mapping[str, Samples]  # by label


def rank_counts(entries: Mapping[str, Entry], samples: Samples) -> np.ndarray:
    """(N + 1,) shares of people's scores with so many of N samples below; equal ones count as below by half.

    Scores and samples are taken without each curve's mean, because ranks within a video are all that is judged.
    """
    found = np.zeros(len(next(iter(samples.values()))) + 1)
    for key, curves in samples.items():
        said = entries[key].people.scores
        said = said - np.nanmean(said, axis=1, keepdims=True)
        drawn = np.sort(curves - curves.mean(axis=1, keepdims=True), axis=0)
        for at in range(drawn.shape[1]):
            column = said[:, at][~np.isnan(said[:, at])]
            below = (np.searchsorted(drawn[:, at], column, "left") + np.searchsorted(drawn[:, at], column, "right")) / 2
            np.add.at(found, below.astype(int), 1)
    shares: np.ndarray = found / found.sum()
    return shares


def most_split(entries: Mapping[str, Entry], keys: Sequence[str]) -> list[str]:
    """The videos whose people differ most along one direction."""
    apart = {key: found[1] for key in keys if (found := camps(entries[key].people.scores)) is not None}
    return sorted(apart, key=lambda key: -apart[key])[:VIDEOS]


def rank_histograms(entries: Mapping[str, Entry], rows: Rows) -> str:
    """One histogram for each set of samples, beside the even line."""
    parts = []
    for n, (label, samples) in enumerate(rows.items()):
        shares = rank_counts(entries, samples)
        bar, top = WIDE / len(shares), max(float(shares.max()), 2 / len(shares))
        bars = "".join(
            f'<rect x="{k * bar + 1:.1f}" y="{HIGH - HIGH * share / top:.1f}" width="{bar - 2:.1f}"'
            f' height="{HIGH * share / top:.1f}" fill="{COLOURS[n % len(COLOURS)]}"/>'
            for k, share in enumerate(shares)
        )
        even = HIGH - HIGH / len(shares) / top
        line = f'<line x1="0" x2="{WIDE}" y1="{even:.1f}" y2="{even:.1f}" stroke="{INK}" stroke-dasharray="4 3"/>'
        parts.append(_panel(n, 0, label, bars + line))
    return _figure("How many of 16 samples lie below a person's score", len(rows), 1, parts)


def samples_over_people(entries: Mapping[str, Entry], rows: Rows) -> str:
    """A column a video, a row a set of samples, over people's curves in grey; all smoothed alike over four picks."""
    videos = most_split(entries, sorted(next(iter(rows.values()))))
    parts = []
    for column, key in enumerate(videos):
        people = _standard(_smooth(np.nan_to_num(entries[key].people.scores, nan=0.5)))
        for n, (label, samples) in enumerate(rows.items()):
            lines = [_line(curve, "#9ca3af", 0.5) for curve in people]
            lines += [_line(curve, COLOURS[n % len(COLOURS)], 0.7) for curve in _standard(_smooth(samples[key]))]
            parts.append(_panel(column, n, f"{label}: {entries[key].title}", "".join(lines)))
    return _figure("Samples over people, where people split most", len(videos), len(rows), parts)


def _smooth(curves: np.ndarray) -> np.ndarray:
    kernel = np.exp(-0.5 * (np.arange(-12, 13) / 4) ** 2)
    padded = np.pad(np.asarray(curves, np.float64), ((0, 0), (12, 12)), mode="edge")
    return np.array([np.convolve(row, kernel / kernel.sum(), "valid") for row in padded])


def _standard(curves: np.ndarray) -> np.ndarray:
    """Without level and scale of each set: only where curves rise and fall is compared."""
    centred = curves - curves.mean(axis=1, keepdims=True)
    standard: np.ndarray = centred / max(float(centred.std()), 1e-9)
    return standard


def _line(curve: np.ndarray, colour: str, opacity: float) -> str:
    curve = curve[:: max(1, len(curve) // POINTS)]
    x = np.linspace(0, WIDE, len(curve))
    y = HIGH / 2 - np.clip(curve, -3, 3) * HIGH / 6
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1" opacity="{opacity}"/>'


def _panel(column: int, row: int, title: str, drawn: str) -> str:
    x, y = GAP + column * (WIDE + GAP), 2 * GAP + row * (HIGH + GAP)
    frame = f'<rect width="{WIDE}" height="{HIGH}" fill="none" stroke="{GRID}"/>'
    name = f'<text y="-8" font-weight="600">{escape(title[:46])}</text>'
    return f'<g transform="translate({x},{y})">{name}{frame}{drawn}</g>\n'


def _figure(title: str, columns: int, rows: int, parts: Sequence[str]) -> str:
    width, height = GAP + columns * (WIDE + GAP), 2 * GAP + rows * (HIGH + GAP)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' font-family="system-ui, sans-serif" font-size="12" fill="{INK}">\n'
        f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>\n'
        f'<text x="{GAP}" y="24" font-size="15" font-weight="600">{escape(title)}</text>\n{"".join(parts)}</svg>\n'
    )


def main() -> None:
    from benchmarks.tvsum import ROWS, dataset

    parser = argparse.ArgumentParser(prog="python -m benchmarks.sample_plots", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", choices=[*ROWS, []])
    parser.add_argument("--samples", nargs="+", default=[], metavar="LABEL=FILE.npz")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=10, help="of the sampler")
    given = parser.parse_args()
    rows: dict[str, Samples] = {}
    for name in given.names:
        rows[ROWS[name].label], _ = trained_samples(given.data, name, given.seed, given.steps)
    for one in given.samples:
        label, _, path = one.partition("=")
        rows[label] = {key: np.asarray(curves, np.float64)[:CURVES] for key, curves in np.load(path).items()}
    if not rows:
        parser.error("name rows of benchmarks.tvsum, or give --samples")
    entries, _ = dataset(given.data)
    PLOTS.mkdir(exist_ok=True)
    (PLOTS / "rank_histograms.svg").write_text(rank_histograms(entries, rows), encoding="utf-8")
    (PLOTS / "samples_over_people.svg").write_text(samples_over_people(entries, rows), encoding="utf-8")


if __name__ == "__main__":
    main()
