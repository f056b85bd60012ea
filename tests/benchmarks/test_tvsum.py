"""The TVSum benchmark's own logic; its numbers are in RESULTS.md."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from benchmarks import noise_levels, tvsum
from core.models.checkpoints import read_checkpoint
from core.training.loop import train
from core.training.recipes import get_preset
from core.training.videos import videos_from_entries


def result(rho, human=0.2):
    levels = {level: {"kendall": human, "spearman": human} for level in ("pairwise", "leave_one_out", "oracle")}
    return {"kendall": rho, "spearman": rho, "f1": 0.5, "train_s": 1.0, "human": levels}


def test_the_table_has_means_over_splits_and_deviations_over_seeds():
    results = {f"mlp/{split}/{seed}": result(0.1 * split + seed) for split in range(2) for seed in range(2)}
    line = next(line for line in tvsum.table(results, ["mlp"], [0, 1]).splitlines() if line.startswith("| MLP"))
    assert "| 0.550 ± 0.707 | 0.550 ± 0.707 |" in line
    assert line.endswith("|  |  |  | 1 ± 0 |")  # a model that does not sample has no coverage


def test_what_is_measured_already_is_not_measured_again(shared, tmp_path):
    out = tmp_path / "done.json"
    now = result(0.2) | {"schema": tvsum.SCHEMA}
    before = result(0.2) | {"f1": 50.0}  # as it was written when results had no schema
    out.write_text(json.dumps({f"mlp/{split}/0": now if split else before for split in range(5)}))
    found = tvsum.all_measured(shared / "data/tvsum", ["mlp"], None, [0], 4, 10, out)
    assert [each["f1"] for each in found.values()] == [0.5] * 5
    assert "| 50.0 |" in tvsum.table(found, ["mlp"], [0])


def test_every_row_has_a_recipe_that_exists():
    for row in tvsum.ROWS.values():
        if row.members:
            assert set(row.members) <= set(tvsum.ROWS)
            continue
        settings = get_preset(row.preset, **row.changes)
        assert replace(settings, config={**settings.config, **row.config}).preset == row.preset


def test_an_ensemble_is_evaluated_by_the_mean_of_its_members_curves(shared, tmp_path):
    entries, splits = tvsum.dataset(shared / "data/tvsum")
    videos, space = videos_from_entries([entries[key.name] for key in splits[0].train[:4]])
    tested = [entries[key.name] for key in splits[0].test[:2]]
    made = [
        train(videos, get_preset("mlp", epochs=1, seed=seed), out=tmp_path / str(seed), feature_space=space)
        for seed in range(2)
    ]
    one = tvsum.averaged(made[:1], tested, 4, 0, 10)
    assert one["kendall"] == pytest.approx(tvsum.averaged([made[0], made[0]], tested, 4, 0, 10)["kendall"])
    assert tvsum.averaged(made, tested, 4, 0, 10)["kendall"] != one["kendall"]
    assert one["human"]["pairwise"]["kendall"] > 0


def test_error_falls_with_the_noise(shared, tmp_path):
    data = shared / "data/tvsum"
    entries, splits = tvsum.dataset(data)
    videos, space = videos_from_entries([entries[key.name] for key in splits[0].train[:6]])
    train(videos, get_preset("summdiff", epochs=10), out=tmp_path / "short", feature_space=space)
    found = noise_levels.errors(read_checkpoint(tmp_path / "short"), [entries[splits[0].test[0].name]])
    model = [errors.model for errors in found.values()]
    noised = [errors.noised for errors in found.values()]
    assert model[0] < model[-1]
    assert noised == sorted(noised)
    assert len({round(errors.known, 9) for errors in found.values()}) == 1
    assert model[0] == pytest.approx(min(model), rel=0.5)


def test_a_network_that_says_nothing_knows_as_much_as_the_linear_guess(shared, tmp_path):
    data = shared / "data/tvsum"
    entries, splits = tvsum.dataset(data)
    videos, space = videos_from_entries([entries[key.name] for key in splits[0].train[:6]])
    made = train(videos, get_preset("residual", epochs=1, lr=1e-12), out=tmp_path / "still", feature_space=space)
    found = noise_levels.errors(made, [entries[splits[0].test[0].name]])
    assert [one.model for one in found.values()] == pytest.approx([one.known for one in found.values()])
    assert all(one.skill == pytest.approx(0) or one.noised < one.known for one in found.values())
    assert noise_levels.plot({"still": found}).count("<polyline") == 1
