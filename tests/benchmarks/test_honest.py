"""The honest table's own logic; its numbers are in RESULTS.md."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from benchmarks import honest
from tests.core.statistics.test_chance import judged


@pytest.fixture(scope="module")
def bench():
    """Eight videos whose people share a curve that one feature shows; two splits test each once."""
    entries = {}
    for seed in range(8):
        entry = judged(n_people=5, n_picks=80 + 5 * seed, alike=0.6, seed=seed)
        shown = entry.people.scores.mean(axis=0)
        rest = np.random.default_rng(seed).standard_normal((len(shown), 3))
        features = np.concatenate([shown[:, None], 0.1 * rest], axis=1).astype(np.float32)
        entries[entry.key] = replace(entry, features={"s": features}, feature_space="s")
    keys = list(entries)
    return honest.Bench.made(entries, [(keys[4:], keys[:4]), (keys[:4], keys[4:])])


@pytest.fixture(scope="module")
def rows(bench):
    return honest.made_rows(bench)


def test_every_row_is_judged_on_every_video_and_placed_between_noise_and_people(rows):
    assert set(rows) == {*(name for name, *_ in honest.MADE), "people"}
    assert {len(row.per_video) for row in rows.values()} == {8}
    assert rows["people"].figures.skill.kendall == pytest.approx(1)
    assert rows["people"].figures.skill.coverage.kendall == pytest.approx(1)
    assert abs(rows["noise"].figures.skill.kendall) < 0.4
    assert rows["ridge-embedding"].figures.kendall > 0.2 > abs(rows["chance"].figures.kendall)
    assert rows["ridge-embedding"].figures.coverage is None
    assert rows["noise"].seeds == 3
    assert rows["noise"].spread.kendall > 0


def test_ridge_and_noise_comes_in_pairs_around_ridge(bench, rows):
    samples = honest.ridge_and_noise(bench, 0)
    for key, curve in honest.ridge(bench, False).items():
        unclipped = ((samples[key] > 0) & (samples[key] < 1)).all(axis=0)
        assert np.allclose(samples[key].mean(axis=0)[unclipped], curve[0][unclipped])
    assert rows["ridge-embedding-noise"].figures.diversity.pairs_left_out
    assert rows["ridge-embedding-noise"].figures.kendall == pytest.approx(
        rows["ridge-embedding"].figures.kendall, abs=0.05
    )
    assert rows["ridge-embedding-noise"].figures.single.kendall < rows["ridge-embedding"].figures.kendall


def test_what_a_row_learns_is_of_training_videos_alone(bench):
    """Other labels of the tested videos change nothing that is said of them."""
    (train, test), _ = bench.splits
    entries = dict(bench.entries)
    for key in test:
        people = entries[key].people
        entries[key] = replace(entries[key], annotations=replace(people, scores=1 - people.scores))
    other = honest.Bench.made(entries, [(train, test)])
    for make in (honest.ridge_novelty, honest.ridge_and_noise, honest.noise_alone, honest.other_people):
        before, after = make(bench, 0), make(other, 0)
        assert all(np.array_equal(before[key], after[key]) for key in test)


def test_the_same_figures_are_no_further_look_and_rows_of_models_stay(bench, rows, tmp_path):
    path = tmp_path / "honest.json"
    entries = bench.entries
    model = honest.row_of("ours", [honest.ridge_and_noise(bench, 7)], entries, pairs=True)
    honest.keep({"ours": model}, path)
    honest.keep({"ridge-embedding": rows["ridge-embedding"], "people": rows["people"]}, path)
    honest.keep({"ours": model}, path)
    kept = honest.keep({"ours": honest.row_of("ours", [honest.ridge_and_noise(bench, 8)], entries)}, path)
    assert kept["rows"]["ours"]["looks"] == 2
    assert kept["rows"]["ridge-embedding"]["looks"] == 1
    assert json.loads(path.read_text()) == kept
    lines = honest.table(kept).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:]] == [
        "| ridge on the embedding",
        "| ours",
        "| people, each by the others",
    ]
    assert {line.count("|") for line in lines} == {honest.HEAD.count("|")}
    found = honest.difference(kept, "ridge-embedding", "people", "kendall")
    assert found.low < found.value < found.high
    assert np.isnan(honest.difference(kept, "ridge-embedding", "people", "coverage").value)
