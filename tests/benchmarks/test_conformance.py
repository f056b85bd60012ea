"""The golden vectors of the official releases, and that the command would notice a wrong model."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.conformance import SYSTEMS, check_file, main, values_check


def test_every_golden_vector_passes(golden, capsys):
    assert main([str(golden)]) == 0
    told = capsys.readouterr().out
    assert told.count(" pass ") == len(list(golden.glob("*.npz")))
    assert all(f"\n{system}_" in f"\n{told}" for system in SYSTEMS)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("summdiff_dit", "sampled"),
        ("summdiff_transformer_dec", "denoised"),
        ("llmvs_5", "scores"),
        ("csta_7", "scores"),
        ("kts_1", "auto_m40_v1.0"),
        ("kts_1", "nonlin_obj"),
        ("metrics_2", "tvsum"),
        ("metrics_2", "knapsack_opt"),
        ("metrics_2", "machine_summary"),
    ],
)
def test_a_changed_vector_fails(golden, tmp_path, capsys, name, key):
    with np.load(golden / f"{name}.npz") as file:
        vectors = {k: file[k] for k in file.files}
    changed = vectors[key].astype(np.float64)
    changed.flat[-1] += 1 if vectors[key].dtype.kind == "i" else 1e-3
    vectors[key] = changed.astype(vectors[key].dtype)
    np.savez(tmp_path / f"{name}.npz", **vectors)
    assert main([str(tmp_path)]) == 1
    assert "FAIL" in capsys.readouterr().out


def test_more_than_one_score_in_a_hundred_across_a_border_fails(golden, tmp_path, capsys):
    with np.load(golden / "summdiffnormal_latentmlp.npz") as file:
        vectors = {k: file[k] for k in file.files}
    vectors["sampled"].flat[: vectors["sampled"].size // 50] += 1e-3
    np.savez(tmp_path / "summdiffnormal_latentmlp.npz", **vectors)
    assert main([str(tmp_path)]) == 1
    assert "FAIL" in capsys.readouterr().out


def test_a_vector_that_cannot_be_run_fails_and_hides_no_other(tmp_path):
    np.savez(tmp_path / "kts_0.npz", auto_m4_v1=np.zeros(2))
    (check,) = check_file(tmp_path / "kts_0.npz")
    assert not check.passed
    assert "KeyError" in check.what


def test_a_folder_without_vectors_is_no_success(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2
    assert "no vectors" in capsys.readouterr().err


def test_values_that_are_undefined_or_infinite_in_both_agree():
    both = [np.nan, np.inf, 1.0]
    assert values_check("x", both, both, 1e-9).passed
    assert not values_check("x", [np.nan], [1.0], 1e-9).passed
    assert not values_check("x", [np.inf], [1.0], 1e-9).passed
