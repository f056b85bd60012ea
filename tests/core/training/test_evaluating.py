"""Checkpoints against many entries and splits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from pydantic import TypeAdapter

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from core.models.checkpoints import load_model
from core.statistics.as_json import as_json
from core.statistics.results import Evaluation
from core.training.evaluating import evaluate_checkpoint, over_splits, selection_criterion
from core.training.loop import train
from core.training.recipes import TrainSettings
from core.training.videos import videos_from_entries


def entry(number, people=3):
    """People want what feature 0 says."""
    generator = np.random.default_rng(number)
    features = generator.standard_normal((40, 4)).astype(np.float32)
    wanted = 1 / (1 + np.exp(-2 * features[:, 0]))
    scores = np.clip(wanted + 0.05 * generator.standard_normal((people, 40)), 0, 1).astype(np.float32)
    return Entry(
        f"made/{number}",
        "",
        Timebase(Fraction(30), 600),
        np.arange(40) * 15,
        features={"s": features},
        feature_space="s",
        annotations=AnnotationSet(tuple(f"p{i}" for i in range(people)), scores, ("test",) * people),
    )


SETTINGS = TrainSettings(model="mlp", targets="mean", epochs=60, batch_size=4, lr=3e-3, config={"hidden": 16})


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    videos, space = videos_from_entries([entry(i) for i in range(8)], "mlp")
    return train(videos, SETTINGS, out=tmp_path_factory.mktemp("evaluating") / "mlp", feature_space=space)


def test_a_checkpoint_is_judged_on_every_entry_beside_people(trained):
    found = evaluate_checkpoint(trained, [entry(20), entry(21)])
    assert found.protocol == "tvsum"
    assert set(found.per_video) == {"20", "21"}
    assert found.spearman == pytest.approx(np.mean([each.spearman for each in found.per_video.values()]))
    assert found.spearman > 0.7
    assert found.human.pairwise.spearman > 0.8
    assert found.seen_in_training == 0
    assert 0.1 < found.f1 <= 1


def test_entries_that_were_trained_on_are_told(trained):
    assert evaluate_checkpoint(trained, [entry(0), entry(20)]).seen_in_training == 1


def test_splits_have_a_mean_and_a_deviation(trained):
    results = [evaluate_checkpoint(trained, [entry(20 + i)]) for i in range(3)]
    found = over_splits(results)
    rhos = [result.spearman for result in results]
    assert found.spearman == pytest.approx(np.mean(rhos))
    assert found.std.spearman == pytest.approx(np.std(rhos, ddof=1))
    assert found.std.human.pairwise.f1 == pytest.approx(np.std([row.human.pairwise.f1 for row in results], ddof=1))
    assert [row.split for row in found.splits] == [0, 1, 2]
    assert found.splits[0].per_video is None


def test_a_model_that_samples_is_placed_with_limits_over_videos(tmp_path):
    entries = [entry(i) for i in range(4)]
    videos, space = videos_from_entries(entries, "summdiff")
    config = {"hidden": 16, "heads": 2, "feed_forward": 16, "decoder_layers": 1, "denoiser": "joint"}
    sampling = TrainSettings(model="summdiff", epochs=1, batch_size=4, config=config)
    made = train(videos, sampling, out=tmp_path / "summdiff", feature_space=space)
    found = evaluate_checkpoint(made, entries, samples=4, steps=4)
    told = as_json(found)
    for part in ("coverage", "precision"):
        assert set(told["alignment"][part]) == {"aligned", "rolled", "difference", "interval"}
        each = [video.alignment for video in found.per_video.values()]
        mean = getattr(found.alignment, part)
        assert mean.difference == pytest.approx(np.mean([getattr(one, part).difference for one in each]))
        low, high = told["alignment"][part]["interval"]
        assert low < mean.difference < high
    assert set(found.skill.intervals) >= {"kendall", "coverage_kendall", "precision_f1"}
    over = over_splits([found, replace(found, per_video=None)])
    assert over.alignment.coverage == pytest.approx(found.alignment.coverage)
    assert over.skill.intervals is None
    assert TypeAdapter(Evaluation).validate_python(told).alignment == found.alignment
    older = {name: value for name, value in told.items() if name != "alignment"}
    older["skill"] = {name: value for name, value in told["skill"].items() if name != "intervals"}
    read = TypeAdapter(Evaluation).validate_python(older)
    assert read.skill.kendall == pytest.approx(found.skill.kendall, nan_ok=True)


def test_a_selection_criterion_chooses_the_epoch_and_the_checkpoint_says_so(tmp_path):
    videos, space = videos_from_entries([entry(i) for i in range(8)], "mlp")
    verdicts = []
    criterion = selection_criterion([entry(30), entry(31)], "mlp", space)

    def remember(model):
        verdicts.append(criterion(model))
        return verdicts[-1] if len(verdicts) != 4 else 2.0  # the fourth epoch is the best by decree

    settings = TrainSettings(model="mlp", targets="mean", epochs=6, lr=3e-3, config={"hidden": 16})
    made = train(videos, settings, out=tmp_path / "judged", feature_space=space, criterion=remember)
    assert len(verdicts) == 6
    assert made.training["kept_epoch"] == 4
    assert made.training["epochs"] == 6
    assert criterion(load_model(made)) == pytest.approx(verdicts[3])
