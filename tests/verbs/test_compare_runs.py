"""Runs side by side: what differs in how they were made, and what does not."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from core.data import ScoreTrack
from core.errors import InputError, NotFoundError
from verbs.compare_runs import CompareRunsRequest, compare_runs


@pytest.fixture
def runs(library, make_entry):
    """Two of SummDiff that differ in seed, steps and samples, and one of a model without any of these."""
    library.entries.add("talks", [make_entry("talks/first")])
    length = len(library.entries.get("talks/first").picks)

    def kept(model, kind, checkpoint, n, seed, settings):
        track = ScoreTrack(model, kind, checkpoint, "test-6", np.full((n, length), 0.5, np.float32), seed, settings)
        return library.runs.add("talks/first", track).id

    first = kept("SummDiff", "summdiff", "c1", 4, 3, {"steps": 10.0, "guidance": 1.5})
    second = kept("SummDiff", "summdiff", "c1", 2, 4, {"steps": 20.0, "guidance": 1.5})
    return first, second, kept("CSTA", "csta", "c2", 1, None, {})


def test_what_differs_stands_in_the_order_of_the_runs_and_the_rest_once(library, runs):
    first, second, _ = runs
    found = compare_runs(library, CompareRunsRequest(runs=(f"run:{second}", str(first))))
    assert [one.id for one in found.runs] == [second, first]
    differ = {one.name: one.values for one in found.differ}
    assert differ.pop("made")
    assert differ == {"samples": [2, 4], "seed": [4, 3], "steps": [20, 10]}
    same = {one.name: one.values for one in found.same}
    assert (same["model"], same["guidance"], same["entry"]) == (["SummDiff"], [1.5], ["talks/first"])


def test_what_one_has_and_another_has_not_is_said(library, runs):
    found = compare_runs(library, CompareRunsRequest(runs=tuple(map(str, runs))))
    assert {one.name: one.values for one in found.differ}["guidance"] == [1.5, 1.5, None]


def test_one_run_is_compared_with_nothing_and_an_unknown_one_is_named(library, runs):
    with pytest.raises(InputError, match="2 to 8 runs are compared, not 1"):
        compare_runs(library, CompareRunsRequest(runs=(str(runs[0]), str(runs[0]))))
    with pytest.raises(NotFoundError, match="99"):
        compare_runs(library, CompareRunsRequest(runs=(str(runs[0]), "99")))


def test_the_command_says_it_in_columns(library, runs):
    first, second, _ = map(str, runs)
    said = CliRunner().invoke(app, ["runs", first, second, "--data-dir", str(library.data_dir)])
    assert said.exit_code == 0, said.output
    lines = [line.split() for line in said.stdout.splitlines()]
    assert lines[0] == [f"run:{first}", f"run:{second}"]
    assert ["seed", "3", "4"] in lines
    assert "guidance 1.5" in said.stdout.splitlines()[-1]
