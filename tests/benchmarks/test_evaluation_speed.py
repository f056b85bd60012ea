"""SciPy, pair by pair, finds what the protocol `tvsum` finds."""

from __future__ import annotations

import numpy as np

from benchmarks import evaluation
from core.statistics.evaluation import evaluate_track


def test_both_find_the_same_figures():
    entries = [evaluation.made(seed, length) for seed, length in enumerate((60, 150))]
    curves = [np.random.default_rng(seed).random(len(entry.picks)) for seed, entry in enumerate(entries)]
    for entry, curve, found in zip(entries, curves, evaluation.pair_by_pair(entries, curves), strict=True):
        ours = evaluate_track("tvsum", entry, curve)
        np.testing.assert_allclose((ours.kendall, ours.spearman, ours.f1), found, rtol=0, atol=1e-9)


def test_made_entries_have_the_sizes_of_tvsum():
    assert len(evaluation.LENGTHS) == 50
    entry = evaluation.made(0, 167)
    assert entry.annotations.scores.shape == (20, 167)
    assert entry.annotations.summaries.shape == (20, entry.n_frames)
