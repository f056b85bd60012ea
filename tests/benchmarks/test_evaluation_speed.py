"""SciPy, pair by pair, finds what the protocol `tvsum` finds."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import checkout, evaluation
from core.errors import InputError, NotFoundError
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


CUTS = """
import numpy as np

from benchmarks.knapsack import textbook


def cut(scores, shots, frames, picks):
    held = np.repeat(np.float32(scores), np.diff(picks, append=frames))
    lengths = np.array([last + 1 - first for first, last in shots])
    chosen = textbook(np.array([held[first : last + 1].mean() for first, last in shots]), lengths, frames * 15 // 100)
    return np.repeat(chosen.astype(int), lengths)


def f1(summary, own):
    return 200 * np.sum(summary * own) / (np.sum(summary + 1e-8) + np.sum(own + 1e-8))
"""
ALONE = """
from scipy.stats import kendalltau, spearmanr


def generate_summary(score, cps, n_frames, nfps, positions, proportion=0.15):
    assert isinstance(nfps, list) and sum(nfps) == n_frames[0]
    return cut(score, cps, n_frames[0], positions)


def evaluate_summary(predicted_summary, user_summary, score, gtscore=None, dataset="mrhisum", eval_method="max"):
    assert (dataset, eval_method) == ("tvsum", "avg")
    taus, rhos = ([kind(score, own)[0] for own in gtscore] for kind in (kendalltau, spearmanr))
    return np.mean([f1(predicted_summary, own) for own in user_summary]), np.mean(taus), np.mean(rhos)
"""
LISTS = """
from scipy.stats import kendalltau, spearmanr


def generate_summary(all_shot_bound, all_scores, all_nframes, all_positions):
    return [cut(*(scores, shots, frames, picks)) for shots, scores, frames, picks in
            zip(all_shot_bound, all_scores, all_nframes, all_positions)]


def evaluate_summary(predicted_summary, user_summary, eval_method):
    assert eval_method == "avg"
    return np.mean([f1(predicted_summary, own) for own in user_summary])


def get_corr_coeff(pred_imp_scores, videos, dataset, user_scores=None):
    people = user_scores[int(videos[0].split("_")[-1]) - 1]
    return tuple(np.mean([kind(pred_imp_scores[0], own)[0] for own in people]) for kind in (spearmanr, kendalltau))
"""


@pytest.mark.parametrize("functions", [ALONE, LISTS])
def test_a_checkout_finds_what_we_find(tmp_path, functions):
    (tmp_path / "evaluation_metrics.py").write_text(CUTS + functions)
    evaluate, entry = checkout.evaluation(tmp_path), evaluation.made(3, 120)
    curve = np.random.default_rng(3).random(120)
    found = evaluate_track("tvsum", entry, curve)
    np.testing.assert_allclose(evaluate(entry, curve), (found.kendall, found.spearman, found.f1), rtol=0, atol=1e-9)


def test_the_benchmark_takes_a_checkout(tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "LENGTHS", (60, 90))
    (tmp_path / "evaluation_metrics.py").write_text(CUTS + ALONE)
    result = evaluation.evaluation_tvsum(tmp_path / "no data", reference=tmp_path)
    assert result.equal
    assert result.reference_seconds > 0
    (tmp_path / "evaluation_metrics.py").write_text(CUTS + ALONE.replace("np.mean(rhos)", "0.5"))
    assert evaluation.evaluation_tvsum(tmp_path / "no data", reference=tmp_path).equal is False


@pytest.mark.parametrize(
    ("functions", "error", "told"),
    [
        ("", NotFoundError, "no Python file with a function generate_summary"),
        (LISTS.replace("def get_corr_coeff", "def correlate"), NotFoundError, "with a function get_corr_coeff"),
        ("import not_here\n" + ALONE, InputError, "needs the module 'not_here'"),
        (ALONE.replace("score, cps, n_frames", "score, n_frames, cps"), InputError, "does not run"),
    ],
)
def test_what_a_checkout_cannot_evaluate_is_said_in_a_sentence(tmp_path, functions, error, told):
    (tmp_path / "evaluation_metrics.py").write_text(CUTS + functions)
    with pytest.raises(error, match=told):
        checkout.evaluation(tmp_path)(evaluation.made(3, 120), np.random.default_rng(3).random(120))
