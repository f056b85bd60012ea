"""One more person beside many: a curve, a mended cut or a preference teaches what it says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.models.checkpoints import load_model
from core.training.judgements import Preference, mended_scores
from core.training.loop import train
from core.training.recipes import TrainSettings
from core.training.videos import TrainingVideo

LENGTH, STEP = 24, 15
SETTINGS = TrainSettings(
    model="mlp", curves_per_video=None, epochs=40, batch_size=3, lr=5e-3, config={"hidden": 16, "dropout": 0.0}
)


def scene(seed):
    """A video with two events, which features 0 and 1 tell: where each of them is."""
    generator = np.random.default_rng(seed)
    features = 0.1 * generator.standard_normal((LENGTH, 6)).astype(np.float32)
    first, second = int(generator.integers(1, 8)), int(generator.integers(12, 19))
    features[first : first + 4, 0] += 2
    features[second : second + 4, 1] += 2
    return features, slice(first, first + 4), slice(second, second + 4)


def crowd(seed):
    """Twelve people of a data set want the first event."""
    features, first, _ = scene(seed)
    targets = np.full((12, LENGTH), 0.2, np.float32)
    targets[:, first] = 0.9
    names = tuple(f"person {n}" for n in range(12))
    return TrainingVideo(f"set/{seed}", features, targets, names, sources=("dataset",) * 12)


def curve(made):
    features, first, second = scene(99)
    scores = load_model(made).predict(torch.from_numpy(features), 4, 0).mean(0).numpy()
    return scores[first].mean(), scores[second].mean()


def with_ada(video, scores):
    """The same video with one person more."""
    return replace(
        video,
        targets=np.concatenate([video.targets, scores[None]]),
        people=(*video.people, "Ada"),
        sources=(*video.sources, "own"),
    )


def mended(seed):
    """Ada kept a shot of the second event and left out the first; the rest stayed as the rule had cut it."""
    _, first, second = scene(seed)
    picks = np.arange(LENGTH) * STEP
    keep, forbid = ([[part.start * STEP, part.stop * STEP]] for part in (second, first))
    return mended_scores(picks, np.array(keep), np.array(forbid))


def prefers_second(seed):
    _, first, second = scene(seed)
    better, worse = np.zeros((2, LENGTH), np.float32)
    better[second] = worse[first] = 1
    return Preference(better, worse, "Ada", "own")


@pytest.fixture(scope="module")
def videos():
    return [crowd(seed) for seed in range(6)]


def test_a_crowd_is_followed_where_nobody_else_said_anything(videos, tmp_path):
    first, second = curve(train(videos, SETTINGS, out=tmp_path / "crowd", feature_space="s"))
    assert first > second + 0.3


def test_a_mended_cut_moves_a_model_as_far_as_its_person_counts(videos, tmp_path):
    both = [with_ada(video, mended(seed)) for seed, video in enumerate(videos)]
    gaps = []
    for number, weights in enumerate(({}, {"own": 12.0}, {"Ada": 100.0})):
        settings = replace(SETTINGS, weights=weights)
        first, second = curve(train(both, settings, out=tmp_path / str(number), feature_space="s"))
        gaps.append(first - second)
    assert gaps[0] > 0.2  # one of thirteen
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[2] < -0.2


def test_videos_of_one_person_count_beside_those_of_many_where_videos_weigh_alike(videos, tmp_path):
    alone = [
        TrainingVideo(f"own/{seed}", scene(seed)[0], mended(seed)[None], ("Ada",), sources=("own",))
        for seed in range(10, 16)
    ]
    gaps = []
    for alike in ("curves", "videos"):
        settings = replace(SETTINGS, alike=alike)
        first, second = curve(train([*videos, *alone], settings, out=tmp_path / alike, feature_space="s"))
        gaps.append(first - second)
    assert gaps[0] > gaps[1] + 0.1


def test_preferences_alone_turn_a_model_over(videos, tmp_path):
    base = train(videos, SETTINGS, out=tmp_path / "base", feature_space="s")
    nothing = np.empty((0, LENGTH), np.float32)
    said = [
        TrainingVideo(f"own/{seed}", scene(seed)[0], nothing, preferences=(prefers_second(seed),)) for seed in range(6)
    ]
    tuned = train(
        said, replace(SETTINGS, preference_weight=1.0), out=tmp_path / "own", feature_space="s", start_from=base
    )
    before, after = curve(base), curve(tuned)
    assert before[0] > before[1]
    assert after[1] > after[0] + 0.3
    assert tuned.training["n_preferences"] == 6


@pytest.mark.parametrize("batch_of", ["videos", "pairs"])
def test_a_model_that_samples_takes_all_of_it_too(videos, batch_of, tmp_path):
    tiny = {"hidden": 16, "heads": 2, "feed_forward": 16, "input_layers": 1, "encoder_layers": 0, "p_uncond": 0.1}
    settings = TrainSettings(
        batch_of=batch_of, order="random", curves_per_video=None, epochs=1, weights={"own": 2.0}, alike="videos",
        config={**tiny, "denoiser": "latentmlp", "decoder_layers": 1},
    )  # fmt: skip
    both = [
        replace(with_ada(video, mended(seed)), preferences=(prefers_second(seed),))
        for seed, video in enumerate(videos[:3])
    ]
    made = train(both, settings, out=tmp_path / "one", feature_space="s")
    assert np.isfinite(made.training["loss"]).all()
    assert (made.training["n_curves"], made.training["n_preferences"]) == (39, 3)
