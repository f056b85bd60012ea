"""Functions of a checkout stand in for our own references."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import checkout, kts
from benchmarks.knapsack import textbook
from core.errors import InputError, NotFoundError

ROOT = Path(__file__).resolve().parents[2]
SEGMENTS = """
def cpd_nonlin(K, ncp):
    print("working")
    return list(range(1, ncp + 1)), [0.0] * (ncp + 1)
"""
SOLVERS = {
    "knapSack": "def knapSack(W, wt, val, n):\n    return first(wt, W)\n",
    "knapsack_dp": "def knapsack_dp(values, weights, n_items, capacity):\n    return first(weights, capacity)\n",
    "knapsack": "def knapsack(values, weights, capacity):\n    return first(weights, capacity)\n",
}
FIRST = """
def first(weights, capacity):
    assert isinstance(weights, list) and isinstance(capacity, int)
    return [0] if weights[0] <= capacity else []
"""


@pytest.mark.parametrize(
    "line", ["from cpd_nonlin import", "from .cpd_nonlin import", "from kts_of_release.cpd_nonlin import"]
)
@pytest.mark.parametrize("deep", [True, False])
def test_kts_of_a_checkout_runs_where_it_lies(tmp_path, line, deep, capsys, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name in ("cpd_nonlin", "kts_of_release", "kts_of_release.cpd_nonlin", "checkout.cpd_nonlin"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    folder = tmp_path / "src" / "kts_of_release"
    folder.mkdir(parents=True)
    (folder / "cpd_nonlin.py").write_text(SEGMENTS)
    (folder / "cpd_auto.py").write_text(
        f"{line} cpd_nonlin\n\ndef cpd_auto(K, ncp, vmax, desc_rate=1):\n    return cpd_nonlin(K, ncp)\n"
    )
    changes = checkout.change_points(tmp_path if deep else folder)
    np.testing.assert_array_equal(changes(kts.made(80, 4), 1.0), np.arange(1, 80))
    assert capsys.readouterr().out == ""  # the last line of the output is the result


@pytest.mark.parametrize("name", SOLVERS)
def test_the_knapsack_of_a_checkout_takes_its_own_order_of_arguments(tmp_path, name):
    (tmp_path / "knapsack_implementation.py").write_text(FIRST + SOLVERS[name])
    chosen = checkout.knapsack(tmp_path)(np.array([0.5, 0.7]), np.array([3, 9]), 4)
    np.testing.assert_array_equal(chosen, textbook(np.array([0.5, 0.7]), np.array([3, 9]), 4))


def test_a_file_that_cannot_be_imported_is_named(tmp_path):
    (tmp_path / "cpd_auto.py").write_text("from scipy import weave\n")
    with pytest.raises(InputError, match=r"cpd_auto.py' cannot be imported: ImportError"):
        checkout.change_points(tmp_path)


def test_a_folder_without_the_function_is_refused(tmp_path):
    with pytest.raises(NotFoundError, match="holds no file"):
        checkout.knapsack(tmp_path / "missing")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["kts-1000", "--reference", "missing"], "'missing' holds no file"),
        (["kts-90000", "--reference", "missing"], "has no use for --reference"),
        (["kts-7200", "--naive"], "has no use for --naive"),
    ],
)
def test_what_cannot_run_is_said_in_a_sentence(arguments, told):
    done = subprocess.run([sys.executable, "-m", "benchmarks", *arguments], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
