"""What the speed benchmarks promise: a list, a result as JSON, and references that agree with ours."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import knapsack, kts
from benchmarks.__main__ import BENCHMARKS, benchmark
from core.segment.kts import kts as ours
from core.select.published import knapsack_many
from core.statistics.knapsack_metrics import values_reversed

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True)


def test_without_a_name_all_are_listed():
    listed = run().stdout
    assert all(name in listed for name in BENCHMARKS)


def test_the_last_line_is_the_result_as_json():
    result = json.loads(run("knapsack-sensitivity", "--json").stdout.splitlines()[-1])
    assert result["name"] == "knapsack-sensitivity"
    assert {"seconds", "reference_seconds", "ratio", "peak_mb", "equal"} <= set(result)
    assert result["equal"] is True
    assert result["ratio"] == pytest.approx(result["reference_seconds"] / result["seconds"])


def test_naive_runs_the_reference_alone():
    result = json.loads(run("knapsack-sensitivity", "--naive", "--json").stdout.splitlines()[-1])
    assert result["reference_seconds"] > 0
    assert [result[name] for name in ("seconds", "ratio", "equal", "reached")] == [None] * 4


def test_every_name_leads_to_a_function():
    for name in BENCHMARKS:
        assert callable(benchmark(name, {}))


def test_an_unknown_name_is_refused():
    assert run("everything").returncode == 2


@pytest.mark.parametrize("seed", range(3))
def test_the_textbook_finds_the_same_change_points(seed):
    features = kts.made(150, 16, seed)
    np.testing.assert_array_equal(ours(features, penalty=0.3), kts.textbook(features, 0.3))


@given(st.integers(0, 10_000))
def test_the_textbook_knapsack_chooses_the_same(seed):
    random = np.random.default_rng(seed)
    weights = knapsack.lengths(random, 60, 8)
    values = random.integers(0, 4, 8) / 4  # many equal sets
    chosen = knapsack.textbook(values, weights, 20)
    np.testing.assert_array_equal(knapsack_many(values[None], weights, 20)[0], chosen)
    fits = weights <= 20
    again = knapsack.solved_again(values[fits], weights[fits], chosen[fits], 20)
    np.testing.assert_allclose(values_reversed(values[fits], weights[fits], chosen[fits], 20), again, atol=1e-12)
