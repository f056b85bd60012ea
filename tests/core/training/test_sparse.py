"""Training where three people judged a quarter of each video, as in QVHighlights: only what was judged teaches."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from scipy.ndimage import gaussian_filter1d

from core.models.checkpoints import load_model
from core.statistics.curves import mean_of_people
from core.statistics.ranks import spearman
from core.training import batching
from core.training.evaluating import evaluate_checkpoint
from core.training.loop import train
from core.training.recipes import TrainSettings
from core.training.videos import TrainingVideo, videos_from_entries
from storage.formats import read_dataset

CLIPS, WIDTH, PEOPLE = 75, 12, 3
TINY = {"hidden": 32, "heads": 2, "feed_forward": 32, "decoder_layers": 1, "encoder_layers": 1, "input_dropout": 0.0}
MODELS = {
    "mlp": ("mlp", {}),
    "joint": ("summdiff", TINY | {"denoiser": "joint"}),
    "latentmlp": ("summdiff", TINY | {"denoiser": "latentmlp"}),
    "llmvs": ("llmvs", {"hidden": 16, "heads": 2, "feed_forward": 16, "layers": 1}),
}
FITTED = {"ridge": ("ridge", {"smoothing": 0.0})}  # by a formula, not from batches
SEEN = np.random.default_rng(5).standard_normal((2, WIDTH))  # how what is worth seeing shows, and how tastes do


def settings(name: str, **changes: object) -> TrainSettings:
    model, config = (MODELS | FITTED)[name]
    return TrainSettings(model=model, config=config, **{"epochs": 2, "batch_size": 4, "device": "cpu", **changes})


def shown(worth: np.ndarray, taste: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """(T, D) features of clips, from which both can be told but for some noise."""
    noise = 0.3 * generator.standard_normal((len(worth), WIDTH))
    return (np.stack([worth, taste], axis=1) @ SEEN + noise).astype(np.float32)


def video(seed: int) -> tuple[TrainingVideo, np.ndarray]:
    """A video of which two stretches were judged, on QVHighlights' scale; and (T,) what its clips are worth."""
    generator = np.random.default_rng(seed)
    worth, taste = gaussian_filter1d(generator.standard_normal((2, CLIPS)), 3, mode="wrap") * 3
    said = 0.5 + 0.2 * worth + np.outer([-0.15, 0, 0.15], taste)
    scores = (np.round(4 * said.clip(0, 1)) / 4).astype(np.float32)
    judged = np.zeros(CLIPS, bool)
    for start in generator.integers(0, CLIPS - 11, 2):
        judged[start : start + 11] = True
    people = tuple(f"person {number:02d}" for number in range(1, PEOPLE + 1))
    features = shown(worth, taste, generator)
    return TrainingVideo(f"made/{seed}", features, np.where(judged, scores, np.nan).astype(np.float32), people), worth


@pytest.mark.parametrize("targets", ["individual", "mean"])
@pytest.mark.parametrize("name", [*MODELS, *FITTED])
def test_what_is_learned_from_judged_clips_holds_for_those_that_nobody_judged(tmp_path, name, targets):
    chosen = settings(name, targets=targets, epochs=12, lr=3e-3, ema=0.9)
    trained = train([video(seed)[0] for seed in range(24)], chosen, out=tmp_path / name, feature_space="made")
    model = load_model(trained, "cpu")
    found = []
    for seed in range(100, 110):
        unseen, worth = video(seed)
        scores = model.predict(torch.from_numpy(unseen.features), 8, 0).numpy().mean(axis=0)
        nobody = np.isnan(unseen.targets).all(axis=0)
        found.append(spearman(scores[nobody], worth[nobody]))
    assert np.mean(found) > 0.6


def weights_of(folder, videos, name, targets):
    chosen = settings(name, targets=targets)
    torch.manual_seed(0)
    return load_file(train(videos, chosen, out=folder, feature_space="made").path / "model.safetensors")


@pytest.mark.parametrize("targets", ["individual", "mean"])
@pytest.mark.parametrize("name", MODELS)
def test_whatever_stands_where_nobody_judged_the_weights_are_the_same(tmp_path, monkeypatch, name, targets):
    videos = [video(seed)[0] for seed in range(6)]
    usual = weights_of(tmp_path / "usual", videos, name, targets)
    make_batch, filled = batching.make_batch, []

    def with_others(*arguments):
        batch = make_batch(*arguments)
        others = torch.from_numpy(np.random.default_rng(len(filled)).random(batch.targets.shape, np.float32))
        filled.append(int((~batch.judged).sum()))
        return replace(batch, targets=torch.where(batch.judged, batch.targets, others))

    with monkeypatch.context() as patched:
        patched.setattr(batching, "make_batch", with_others)
        other = weights_of(tmp_path / "other", videos, name, targets)
    assert sum(filled) > 0
    assert all(torch.equal(usual[each], other[each]) for each in usual)

    scores = videos[0].targets.copy()
    clip = np.flatnonzero(~np.isnan(scores[0]))[0]
    scores[:, clip] = 1 - scores[:, clip] * 0.5
    judged = weights_of(tmp_path / "judged", [replace(videos[0], targets=scores), *videos[1:]], name, targets)
    assert any(not torch.equal(usual[each], judged[each]) for each in usual)


@pytest.mark.parametrize("targets", ["individual", "mean"])
def test_the_ratings_of_qvhighlights_are_learned_and_evaluated_where_people_gave_them(shared, tmp_path, targets):
    path = shared / "data/qvhighlights/highlight_val_release.jsonl"
    if not path.is_file():
        pytest.skip("needs QVHighlights' validation release")
    entries = []
    for number, entry in enumerate(read_dataset(path)[:90]):
        generator = np.random.default_rng(number)
        mean = mean_of_people(entry.people.scores)
        worth = np.where(np.isnan(mean), generator.random(len(mean)), mean)  # of the others nobody knows anything
        features = shown(4 * (worth - 0.5), generator.standard_normal(len(mean)), generator)
        entries.append(entry.with_features("made", features, main=True))
    videos, space = videos_from_entries(entries[:70], "mlp")
    assert len(videos) == 70
    chosen = settings("mlp", targets=targets, epochs=20, lr=3e-3)
    trained = train(videos, chosen, out=tmp_path / "mlp", feature_space=space)
    found = evaluate_checkpoint(trained, entries[70:], device="cpu")
    assert found.protocol == "tvsum"
    assert found.spearman > found.human.pairwise.spearman
    assert found.chance.noise.spearman == pytest.approx(0, abs=0.15)
    assert found.seen_in_training == 0
