"""What is drawn at once, in which order, and what each curve and each preference weighs in the loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.models.batch import masked_mse
from core.training.batching import batches, make_batch, units
from core.training.judgements import Preference
from core.training.loop import train
from core.training.recipes import TrainSettings
from core.training.videos import TrainingVideo

EVERYBODY = TrainSettings(model="mlp", curves_per_video=None, batch_size=4)


def video(seed, people=3, length=8, sources=(), names=None):
    generator = np.random.default_rng(seed)
    return TrainingVideo(
        f"made/{seed}",
        generator.standard_normal((length, 4), dtype=np.float32),
        generator.random((people, length), dtype=np.float32),
        names or tuple(f"person {n}" for n in range(people)),
        sources=sources,
    )


def one_batch(videos, settings):
    return make_batch(units(videos, settings), settings, np.random.default_rng(0))


def zero_loss(batch):
    """The loss of somebody who says 0 everywhere: what every curve weighs, times its mean square."""
    return float(masked_mse(torch.zeros_like(batch.targets[:, :1]), batch.targets, batch.judged, batch.weights))


def square(video, row):
    return float((video.targets[row].astype(np.float64) ** 2).mean())


def test_pairs_are_drawn_one_by_one_whatever_the_video():
    settings = replace(EVERYBODY, batch_of="pairs", order="random")
    videos = [video(0, 5), video(1, 1), video(2, 3)]
    made = list(batches(units(videos, settings), settings, np.random.default_rng(3)))
    assert [batch.targets.shape for batch in made] == [(4, 1, 8), (4, 1, 8), (1, 1, 8)]
    curves = {row.numpy().tobytes() for batch in made for row in batch.targets[:, 0]}
    assert curves == {row.tobytes() for one in videos for row in one.targets}
    again = list(batches(units(videos, settings), settings, np.random.default_rng(4)))
    assert not torch.equal(made[0].targets, again[0].targets)


def test_what_is_given_in_an_order_stays_in_it():
    settings = replace(EVERYBODY, order="given", batch_size=2, targets="mean")
    videos = [video(0, length=9), video(1, length=2), video(2, length=7)]
    for _ in range(2):
        made = list(batches(units(videos, settings), settings, np.random.default_rng(0)))
        assert [batch.valid.sum(1).tolist() for batch in made] == [[9, 2], [7]]


def test_a_lone_person_beside_twenty_weighs_as_a_curve_or_as_a_video():
    crowd, alone = video(0, 20), video(1, 1)
    squares = [square(crowd, row) for row in range(20)], square(alone, 0)
    by_curve = (sum(squares[0]) + squares[1]) / 21
    by_video = (np.mean(squares[0]) + squares[1]) / 2
    assert zero_loss(one_batch([crowd, alone], EVERYBODY)) == pytest.approx(by_curve, rel=1e-5)
    alike = replace(EVERYBODY, alike="videos")
    assert zero_loss(one_batch([crowd, alone], alike)) == pytest.approx(by_video, rel=1e-5)
    some = one_batch([crowd, alone], replace(alike, curves_per_video=5))
    assert some.weights.sum(1).tolist() == pytest.approx([0.5, 0.5])


def test_pairs_of_videos_that_weigh_alike_add_up_to_the_same_over_an_epoch():
    settings = replace(EVERYBODY, batch_of="pairs", alike="videos", order="random", batch_size=3)
    videos = [video(0, 5), video(1, 1)]
    made = list(batches(units(videos, settings), settings, np.random.default_rng(0)))
    weights = [float(batch.weights.sum()) * len(batch.weights) for batch in made]
    assert sum(weights) == pytest.approx(6)
    of_alone = sum(
        float(batch.weights[i, 0]) * len(batch.weights)
        for batch in made
        for i in range(len(batch.weights))
        if torch.equal(batch.targets[i, 0], torch.from_numpy(videos[1].targets[0]))
    )
    assert of_alone == pytest.approx(3)


def test_where_frames_weigh_alike_long_curves_weigh_more():
    long, short = video(0, 1, length=12), video(1, 1, length=4)
    partly = replace(short, targets=np.where(np.arange(4) < 1, short.targets, np.nan).astype(np.float32))
    settings = replace(EVERYBODY, alike="frames")
    expected = (12 * square(long, 0) + float(short.targets[0, 0]) ** 2) / 13
    assert zero_loss(one_batch([long, partly], settings)) == pytest.approx(expected, rel=1e-5)


def test_people_weigh_by_name_before_where_they_are_from_also_when_they_are_alone_in_a_batch():
    one = video(0, 3, names=("Anna", "Ben", "person 3"), sources=("own", "own", "dataset"))
    squares = [square(one, row) for row in range(3)]
    settings = replace(EVERYBODY, weights={"own": 2.0, "Ben": 0.5})
    expected = (2 * squares[0] + 0.5 * squares[1] + squares[2]) / 3
    assert zero_loss(one_batch([one], settings)) == pytest.approx(expected, rel=1e-5)
    alone = replace(one, targets=one.targets[:1], people=("Anna",), sources=("own",))
    assert zero_loss(one_batch([alone], settings)) == pytest.approx(2 * squares[0], rel=1e-5)


def test_a_weight_of_0_leaves_people_out_and_videos_that_only_they_judged():
    one = video(0, 2, names=("Anna", "Ben"), sources=("own", "dataset"))
    settings = replace(EVERYBODY, weights={"dataset": 0.0})
    assert torch.equal(one_batch([one], settings).targets[0, 0], torch.from_numpy(one.targets[0]))
    assert units([video(1, 2, sources=("dataset",) * 2)], settings) == []


def test_weights_are_shares_in_a_mean_target():
    one = video(0, 2, names=("Anna", "Ben"), sources=("own", "dataset"))
    one.targets[1, 3] = np.nan
    batch = one_batch([one], replace(EVERYBODY, targets="mean", weights={"own": 3.0}))
    expected = (3 * one.targets[0] + one.targets[1]) / 4
    expected[3] = one.targets[0, 3]
    np.testing.assert_allclose(batch.targets[0, 0].numpy(), expected, rtol=1e-6)
    assert batch.weights is None


def prefers(length, better, worse, **who):
    shown = np.zeros((2, length), np.float32)
    shown[0, better] = shown[1, worse] = 1
    return Preference(*shown, **who)


def test_preferences_come_with_their_video_padded_and_weighed():
    told = (prefers(8, [0, 1], [6, 7], person="Anna"), prefers(8, [2], [3], person="Ben"))
    one, other = replace(video(0), preferences=told), video(1, length=10)
    batch = one_batch([other, one], replace(EVERYBODY, preference_weight=0.2, weights={"Ben": 3.0}))
    said = batch.preferences
    assert said.video.tolist() == [1, 1]
    assert said.better.tolist() == [[1, 1, *[0] * 8], [0, 0, 1, *[0] * 7]]
    assert said.weights.tolist() == pytest.approx([0.1, 0.3])
    assert one_batch([other], EVERYBODY).preferences is None


def test_a_video_with_nothing_but_a_preference_is_learned_from(tmp_path):
    nothing = TrainingVideo("made/9", video(9).features, np.empty((0, 8), np.float32))
    assert not nothing.says_something
    told = replace(nothing, preferences=(prefers(8, [0], [5]),))
    for batch_of in ("videos", "pairs"):
        settings = replace(EVERYBODY, batch_of=batch_of, epochs=2)
        made = train([told, video(0)], settings, out=tmp_path / batch_of, feature_space="s")
        assert (made.training["n_videos"], made.training["n_preferences"]) == (2, 1)
        assert np.isfinite(made.training["loss"]).all()


def test_a_checkpoint_tells_weights_of_sources_and_no_names(tmp_path):
    settings = replace(EVERYBODY, epochs=1, weights={"own": 2.0, "Anna": 3.0})
    told = train([video(0)], settings, out=tmp_path / "one", feature_space="s").training
    assert (told["weights"], told["n_weighted"]) == ({"own": 2.0}, 1)
