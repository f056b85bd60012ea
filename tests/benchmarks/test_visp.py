"""The ViSP tables' own logic, on data sets that are made here; what was measured is in VISP.md."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from benchmarks import visp, visp_rounds
from benchmarks.visp_rounds import Scale, Variant
from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from core.errors import NotFoundError
from core.models.visp import ViSPConfig
from core.training.recipes import get_preset
from storage.formats.eccv16 import write_eccv16

TINY = Scale("mlp", "attention", rounds=2, splits=2, updates=2, pretraining_epochs=1)
PICKS = 12


def entries(name, count):
    edges = np.arange(0, 15 * PICKS + 1, 45)
    for n in range(1, count + 1):
        random = np.random.default_rng([n, len(name)])
        yield Entry(
            f"{name}/video_{n}",
            f"video {n}",
            Timebase(Fraction(30), 15 * PICKS),
            np.arange(PICKS) * 15,
            features={"s": random.standard_normal((PICKS, 8), dtype=np.float32)},
            feature_space="s",
            shots={"kts": Shots(np.stack([edges[:-1], edges[1:]], 1), "kts")},
            annotations=AnnotationSet(
                ("person 1", "person 2"), random.random((2, PICKS), dtype=np.float32), (name,) * 2
            ),
        )


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A folder with two data sets of ten videos each, and two splits of either."""
    folder = tmp_path_factory.mktemp("sets")
    for name in ("summe", "tvsum"):
        write_eccv16(list(entries(name, 10)), folder / f"eccv16_dataset_{name}_google_pool5.h5", dataset=name)
        keys = [f"video_{n}" for n in range(1, 11)]
        splits = [{"train_keys": keys[2:], "test_keys": keys[:2]}, {"train_keys": keys[:-2], "test_keys": keys[-2:]}]
        (folder / f"{name}_splits.json").write_text(json.dumps(splits))
    return folder


@pytest.mark.parametrize(
    ("variant", "videos"),
    [
        (Variant("default", visp={}, batch_size=8), 20),
        (Variant("half", visp={}, batch_size=8, share=0.5), 10),
        (Variant("fixed", visp={}, method="fsa"), 10),
        (Variant("none"), None),
    ],
)
def test_a_round_says_what_was_run_and_what_every_split_reached(both, variant, videos):
    made = visp_rounds.run_round(both, variant, TINY, 1, "cpu")
    assert [(row["dataset"], row["split"]) for row in made["rows"]] == [
        ("summe", 0), ("summe", 1), ("tvsum", 0), ("tvsum", 1)
    ]  # fmt: skip
    assert (made["selected_on"], made["round"], made["what"]["updates"]) == ("nothing", 1, 2)
    assert made["what"]["videos"] == {"summe": [10, "s"], "tvsum": [10, "s"]}
    assert (made["pretraining"] and made["pretraining"]["n_videos"]) == videos
    json.dumps(made)


def test_test_videos_are_unseen_where_a_share_is_pretrained_on(both, tmp_path):
    sets = visp_rounds.judged_sets(both)
    split = sets["tvsum"].splits[0]
    variant = Variant("half", visp={}, batch_size=8, share=0.5)
    settings = visp_rounds.recipe_of(variant, TINY, 0, "cpu")
    made = visp_rounds.pretrained(sets, both, variant, TINY, settings, "tvsum", split, tmp_path / "made")
    tested = {sets["tvsum"].entries[key.name].id for key in split.test}
    assert not tested & set(made.training["videos"])


def test_what_is_done_is_not_done_again_and_other_settings_are_another_round(both, tmp_path):
    variant = Variant("plain")
    keys = {
        visp_rounds.key_of(both, variant, scale, seed)
        for scale in (TINY, Scale("mlp", updates=3), Scale("vasnet", updates=2))
        for seed in range(2)
    }
    assert len(keys) == 6
    more_rounds = Scale("mlp", "attention", rounds=5, splits=2, updates=2, pretraining_epochs=1)
    assert visp_rounds.key_of(both, variant, TINY, 0) == visp_rounds.key_of(both, variant, more_rounds, 0)


def result(tau, dataset="tvsum", splits=2):
    return {"rows": [{"dataset": dataset, "kendall": tau, "spearman": tau + 0.05, "split": n} for n in range(splits)]}


def test_two_variants_are_compared_between_rounds_by_welchs_test():
    found = {"plain": [result(0.1), result(0.12)], "visp": [result(0.2), result(0.21), result(0.22)]}
    told = visp.compared(found, ["tvsum"])
    assert len(told) == 2
    assert "difference +0.1000" in told[0]
    assert "plain 0.100, 0.120; visp 0.200, 0.210, 0.220" in told[0]


def test_rows_that_need_files_nobody_has_say_so(shared, both, tmp_path):
    data = shared / "data/tvsum"
    found = {variant.label: [] for variant in visp.EXPERIMENTS["table3"].variants}
    assert "second data set; here is tvsum" in visp.table("table3", found, data, TINY)
    outside = next(one for one in visp.EXPERIMENTS["figure7"].variants if one.outside)
    assert "eccv16_dataset_ovp_google_pool5.h5" in visp_rounds.lacking(outside, both, TINY)
    large = Variant("64", visp={}, batch_size=64)
    assert "at least 64 videos; here are 50" in visp_rounds.lacking(large, data, TINY)
    fewer = replace(TINY, share=0.4)
    assert "at least 32 videos; here are 20" in visp_rounds.lacking(replace(large, batch_size=32), data, fewer)
    with pytest.raises(NotFoundError, match="no data set with splits"):
        visp_rounds.judged_sets(tmp_path)


def test_every_variant_is_one_that_can_be_run():
    for experiment in visp.EXPERIMENTS.values():
        assert len({variant.label for variant in experiment.variants}) == len(experiment.variants)
        for variant in experiment.variants:
            ViSPConfig(**(variant.visp or {}))
            get_preset(variant.base or "csta")
    labels = [variant.label for variant in visp.variants_of("table2", TINY)]
    assert labels == ["mlp", "ViSP+mlp"]


def test_a_curve_is_drawn_from_its_smallest_to_its_largest_value():
    assert visp.bar(np.linspace(0.2, 0.4, 8)) == "▁▂▃▄▅▆▇█"
    assert visp.bar(np.full(3, 0.5)) == "▁▁▁"
