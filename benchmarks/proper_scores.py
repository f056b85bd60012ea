"""Two proper scores of samples on TVSum's captions: the variogram score, and the likelihood of people's cuts.

    python -m benchmarks.proper_scores DATA [NAME ...] [--samples LABEL=FILE.npz ...] [--seed 0]

NAME is a row of `benchmarks.tvsum`, trained on each of the five splits; 16 curves for each video, which is a test video
once. FILE.npz holds such curves (16, T) by a video's key. Beside them stand chance and tastes, also pulled to less of
their spread: differences are from the one of those that is best in a figure. Paired over videos, limits of 95 %.

    variogram   mean over pairs of moments of (|y_i - y_j|^1/2 - mean_k |x_ki - x_kj|^1/2)^2 for a person's scores y and
                samples x, every `EVERY` picks (Scheuerer and Hamill 2015, eq. 3 with equal weights); less is better
    likelihood  of a person's cut, in nats a shot: one of the samples' cuts is drawn, and each of its shots is in the
                person's cut with probability a, each other shot with b; the two are the likeliest on all other videos.
                0 is a constant share of all shots. Cuts of random curves have more, because any takes short shots
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.special import logsumexp, xlogy

from benchmarks.honest import CURVES, Bench, Samples, chance, trained_samples
from core.data import Entry
from core.segment.segmentation import default_shots
from core.select.published import select
from core.statistics.paired import paired_difference

EVERY = 4  # picks of half a second: people judged shots of two
SPREADS = (1.0, 0.7, 0.4)
SHARES = np.linspace(0.02, 0.98, 49)


def variogram_score(people: np.ndarray, samples: np.ndarray, every: int = EVERY) -> float:
    """Mean over people.

    Args:
        people: (U, T) scores; where one is NaN, that person's pairs with it are left out.
        samples: (N, T).
        every: picks from one moment that is compared to the next.

    Returns:
        At least 0; less is better.
    """
    y, x = people[:, ::every], samples[:, ::every]
    first, second = np.triu_indices(y.shape[1], 1)
    expected = np.zeros(len(first))
    for curve in x:
        expected += np.sqrt(np.abs(curve[first] - curve[second]))
    expected /= len(x)
    return float(np.mean([np.nanmean((np.sqrt(np.abs(row[first] - row[second])) - expected) ** 2) for row in y]))


def cuts_of(entry: Entry, curves: np.ndarray) -> np.ndarray:
    """(N, S) whether a shot is in the cut of each curve (N, T), by the published selection."""
    shots = default_shots(entry)
    middles = shots.bounds.mean(axis=1)
    found = np.zeros((len(curves), len(middles)), bool)
    for row, curve in zip(found, curves, strict=True):
        for begin, end in select(curve, entry.picks, shots, entry.n_frames).segments:
            row |= (middles >= begin) & (middles < end)
    return found


def log_likelihoods(people: np.ndarray, samples: np.ndarray) -> np.ndarray:
    """(A, B) of all people's cuts (U, S) given cuts of samples (N, S), for every a and b of `SHARES`."""
    both = people.astype(float) @ samples.T.astype(float)  # (U, N) shots that are in both
    theirs, ours = people.sum(1)[:, None], samples.sum(1)[None]
    only_ours, only_theirs = ours - both, theirs - both
    neither = people.shape[1] - both - only_ours - only_theirs
    a = SHARES[:, None, None]
    kept = xlogy(both, a) + xlogy(only_ours, 1 - a)  # (A, U, N)
    left = xlogy(only_theirs, a) + xlogy(neither, 1 - a)  # (B, U, N)
    whole = kept[:, None] + left[None]
    found: np.ndarray = (logsumexp(whole, axis=-1) - np.log(len(samples))).sum(-1)
    return found


def likelihoods(entries: Mapping[str, Entry], samples: Samples) -> dict[str, float]:
    """Nats a person and shot by which people's cuts are likelier than by chance, of each video."""
    cuts = {
        key: (cuts_of(entries[key], entries[key].people.scores), cuts_of(entries[key], samples[key]))
        for key in sorted(samples)
    }
    tables = {key: log_likelihoods(*both) for key, both in cuts.items()}
    whole = sum(tables.values())
    kept = sum(people.sum() for people, _ in cuts.values())
    all_shots = sum(people.size for people, _ in cuts.values())
    found = {}
    for key, (people, _) in cuts.items():
        best = np.unravel_index(np.argmax(whole - tables[key]), tables[key].shape)
        share = (kept - people.sum()) / (all_shots - people.size)
        by_chance = people.sum() * np.log(share) + (people.size - people.sum()) * np.log(1 - share)
        found[key] = float((tables[key][best] - by_chance) / people.size)
    return found


def of_spread(samples: Samples, spread: float) -> Samples:
    """The same pulled to their mean, to a share of their spread."""
    return {key: x.mean(0) + spread * (x - x.mean(0)) for key, x in samples.items()}


def table(entries: Mapping[str, Entry], closed: Mapping[str, Samples], rows: Mapping[str, Samples]) -> str:
    """A line for each set of samples by its label; differences are from the best of `closed`."""
    everything = {**closed, **rows}
    keys = sorted(next(iter(everything.values())))
    variograms = {
        label: [variogram_score(entries[key].people.scores.astype(np.float64), samples[key]) for key in keys]
        for label, samples in everything.items()
    }
    likely = {label: list(likelihoods(entries, samples).values()) for label, samples in everything.items()}
    least = min(closed, key=lambda label: np.mean(variograms[label]))
    most = max(closed, key=lambda label: np.mean(likely[label]))
    lines = [f"| row | variogram | less {least} | likelihood | less {most} |", "|---|---|---|---|---|"]
    for label in everything:
        cells = []
        for values, best in ((variograms, least), (likely, most)):
            apart = paired_difference(values[best], values[label])
            cells.append(f"{np.mean(values[label]):.4f}")
            cells.append("" if label == best else f"{apart.value:+.4f} [{apart.low:+.4f}, {apart.high:+.4f}]")
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    from benchmarks.tvsum import ROWS

    parser = argparse.ArgumentParser(prog="python -m benchmarks.proper_scores", description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", help="rows of benchmarks.tvsum")
    parser.add_argument("--samples", nargs="+", default=[], metavar="LABEL=FILE.npz")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    bench = Bench.of(given.data)
    tastes, _ = trained_samples(given.data, "tastes", given.seed)
    closed = {f"tastes at {spread:.0%} of their spread": of_spread(tastes, spread) for spread in SPREADS}
    rows = {"random at every pick": chance(bench, given.seed)}
    for name in given.names:
        rows[ROWS[name].label], _ = trained_samples(given.data, name, given.seed, None)
    for one in given.samples:
        label, _, path = one.partition("=")
        rows[label] = {key: np.asarray(curves, np.float64)[:CURVES] for key, curves in np.load(path).items()}
    print(table(bench.entries, closed, rows))


if __name__ == "__main__":
    main()
