"""What evaluating says of data sets with one curve for a video, as MR.HiSum's has: nothing about samples."""

from __future__ import annotations

import pytest
import torch

from core.models.checkpoints import save_checkpoint
from core.models.mlp import MLP, MLPConfig
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.statistics.undefined import ONE_CURVE
from tests.conftest import ROOT
from verbs.evaluate import EvaluateRequest, evaluate

MODELS = {
    "summdiff": lambda: SummDiff(SummDiffConfig(feature_width=6, hidden=16, heads=2, feed_forward=16)),
    "mlp": lambda: MLP(MLPConfig(feature_width=6)),
}


@pytest.mark.parametrize(
    ("kind", "people", "said"), [("summdiff", 1, True), ("summdiff", 2, False), ("mlp", 1, False), ("mlp", 2, False)]
)
def test_with_one_curve_for_a_video_it_is_said_that_samples_are_not_tested(library, make_entry, kind, people, said):
    library.entries.add("talks", [make_entry(f"talks/{name}", people=people) for name in ("first", "second")])
    torch.manual_seed(0)
    made = save_checkpoint(
        MODELS[kind](),
        library.checkpoints.folder / kind,
        label=kind,
        feature_space="test-6",
        training={"dataset": "others", "videos": []},
    )
    library.checkpoints.register(made.path)
    found = evaluate(library, EvaluateRequest(dataset="talks", checkpoint=kind, samples=3, steps=2))
    assert (found.notes == (ONE_CURVE,)) is said
    assert (found.figures.human is None) is (people == 1)


def test_the_pages_say_it_in_the_same_words():
    assert f"'{ONE_CURVE}'" in (ROOT / "assets/player/shared/parts.mjs").read_text()
