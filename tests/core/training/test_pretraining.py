"""Pretraining ends in a checkpoint that training goes on from."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch

from core.data import AnnotationSet, Entry, Shots
from core.data.timebase import Timebase
from core.errors import CheckpointError, InputError
from core.models.checkpoints import load_model, save_checkpoint
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.training.loop import train
from core.training.pretraining import (
    OWN_FILMS,
    PretrainSettings,
    pieces,
    pretrain,
    summarised_videos,
    unlabelled_videos,
)
from core.training.recipes import TrainSettings
from core.training.scoring import can_score, score
from core.training.videos import TrainingVideo


def telling_video(seed, length=24, told=slice(8, 12)):
    """Frames that all videos have (marked in dimension 1), and four of this one's own (marked in dimension 0)."""
    generator = np.random.default_rng(seed)
    features = 0.1 * generator.standard_normal((length, 12)).astype(np.float32)
    features[:, 1] += 3
    features[told, 1] -= 3
    features[told, 0] += 3
    features[told, 2:] += generator.standard_normal(10).astype(np.float32)
    return TrainingVideo(f"made/{seed}", features, np.zeros((1, length), np.float32))


FAST = {"encoder": "attention", "beta_size": 0.002, "beta_binary": 0.004}


def test_pretraining_keeps_the_frames_that_tell_a_video_from_others(tmp_path):
    settings = PretrainSettings(
        model="mlp", config={"hidden": 16, "dropout": 0.0}, epochs=60, batch_size=8, lr=3e-3, visp=FAST
    )
    made = pretrain([telling_video(i) for i in range(24)], settings, out=tmp_path / "one", feature_space="s")
    scores = load_model(made).predict(torch.from_numpy(telling_video(99).features))[0]
    assert scores[8:12].min() > scores[:8].max() + 0.2
    assert made.training["pretraining"] == "visp"
    assert made.training["loss"][-1] < made.training["loss"][0]


def test_training_goes_on_from_it(tmp_path):
    videos = [telling_video(i) for i in range(8)]
    settings = PretrainSettings(model="mlp", config={"hidden": 8}, epochs=1, batch_size=8, visp=FAST)
    made = pretrain(videos, settings, out=tmp_path / "pre", feature_space="s")
    tuned = train(
        videos, TrainSettings(model="mlp", targets="mean", epochs=1), out=tmp_path / "fine", feature_space="s",
        start_from=made,
    )  # fmt: skip
    assert tuned.training["start_from"] == "pre"
    assert tuned.config["hidden"] == 8


def test_labels_are_left_behind_and_entries_without_features_left_out():
    timebase = Timebase(Fraction(30), 300)
    picks = np.arange(20) * 15
    plain = Entry("d/a", "", timebase, picks, features={"s": np.ones((20, 4), np.float32)}, feature_space="s")
    videos, space = unlabelled_videos([plain, Entry("d/b", "", timebase, picks)], "mlp")
    assert [video.id for video in videos] == ["d/a"]
    assert space == "s"
    assert not videos[0].targets.any()
    with pytest.raises(InputError, match="None of the 1 videos"):
        unlabelled_videos([Entry("d/b", "", timebase, picks)], "mlp")


def test_too_few_videos_and_bad_settings_get_a_sentence(tmp_path):
    videos = [telling_video(i) for i in range(8)]
    with pytest.raises(InputError, match="at least 8"):
        pretrain(videos[:5], PretrainSettings(), out=tmp_path / "x", feature_space="s")
    with pytest.raises(InputError, match="at least 8"):
        pretrain(videos, PretrainSettings(batch_size=4), out=tmp_path / "x", feature_space="s")
    with pytest.raises(InputError, match="epoch"):
        pretrain(videos, PretrainSettings(epochs=0), out=tmp_path / "x", feature_space="s")
    (tmp_path / "x").mkdir()
    with pytest.raises(CheckpointError, match="exists already"):
        pretrain(videos, PretrainSettings(), out=tmp_path / "x", feature_space="s")


@pytest.fixture(scope="module")
def own_films(tmp_path_factory):
    """A checkpoint pretrained as on anybody's films, for a moment only."""
    settings = replace(OWN_FILMS, updates=20, batch_size=8, config={"hidden": 8})
    films = [telling_video(i, length=40 + 15 * i) for i in range(8)]
    return pretrain(films, settings, out=tmp_path_factory.mktemp("made") / "own", feature_space="s")


def entry_of(video, space="s"):
    picks = np.arange(len(video.features)) * 15
    timebase = Timebase(Fraction(30), 15 * len(picks))
    return Entry(video.id, "", timebase, picks, features={space: video.features}, feature_space=space)


def test_what_was_only_pretrained_gives_samples_and_does_not_pose_as_a_summarizer(own_films):
    entry = entry_of(telling_video(99))
    track = score(own_films, entry, n=8, seed=2)
    assert (own_films.kind, own_films.applies_as, track.kind) == ("mlp", "visp", "visp")
    assert (track.model, track.checkpoint, track.seed) == ("Self-discovered, no labels", "own", 2)
    assert track.scores.shape == (8, 24)
    assert len(np.unique(track.scores > 0.5, axis=0)) == 8
    np.testing.assert_array_equal(track.scores, score(own_films, entry, n=8, seed=2).scores)
    assert own_films.label == "Self-discovered, no labels (MLP, 8 videos)"
    with pytest.raises(InputError, match="At least one sample"):
        score(own_films, entry, n=0)


def test_films_of_any_length_keep_a_share_that_is_neither_all_nor_nothing(own_films):
    for seed, length in ((50, 30), (51, 400)):
        kept = score(own_films, entry_of(telling_video(seed, length))).scores > 0.5
        assert 0.3 < kept.mean() < 0.8


def test_a_fine_tuned_one_is_a_summarizer_again(own_films, tmp_path):
    videos = [telling_video(i) for i in range(3)]
    tuned = train(
        videos, TrainSettings(model="mlp", targets="mean", epochs=1), out=tmp_path / "fine", feature_space="s",
        start_from=own_films, training_info={"pretraining": own_films.training["pretraining"]},
    )  # fmt: skip
    assert tuned.applies_as == "mlp"
    assert len(score(tuned, entry_of(videos[0])).scores) == 1


def test_a_pretrained_model_that_samples_says_that_it_keeps_no_choices(tmp_path):
    model = SummDiff(SummDiffConfig(12, hidden=16, heads=2, feed_forward=16))
    facts = {"pretraining": "visp", "targets": "none", "visp": {"temperature": 0.5}}
    made = save_checkpoint(model, tmp_path / "pre", label="SummDiff", feature_space="s", training=facts)
    entry = entry_of(telling_video(1))
    assert "only pretrained" in can_score(made, entry)
    with pytest.raises(CheckpointError, match="only pretrained"):
        score(made, entry)


def test_long_videos_are_cut_into_equal_pieces():
    assert [len(one.features) for one in pieces(telling_video(0, 150), 60)] == [50, 50, 50]
    assert [len(one.features) for one in pieces(telling_video(0, 60), 60)] == [60]
    assert [len(one.features) for one in pieces(telling_video(0, 12), 1)] == [2] * 6
    whole = np.concatenate([one.features for one in pieces(telling_video(0, 131), 60)])
    np.testing.assert_array_equal(whole, telling_video(0, 131).features)


def judged_entry(key, length=40):
    """Of ten shots of four picks; everybody likes the third most."""
    generator = np.random.default_rng(ord(key))
    timebase = Timebase(Fraction(30), 15 * length)
    edges = np.arange(0, 15 * length + 1, 60)
    scores = generator.random((3, length)).astype(np.float32) / 3
    scores[:, 8:12] += 0.6
    return Entry(
        f"other/{key}", "", timebase, np.arange(length) * 15,
        features={"s": generator.standard_normal((length, 12), dtype=np.float32)}, feature_space="s",
        shots={"kts": Shots(np.stack([edges[:-1], edges[1:]], 1), "kts")},
        annotations=AnnotationSet(("a", "b", "c"), scores, ("x",) * 3, simulated=(True, False, False)),
    )  # fmt: skip


def test_a_fixed_summary_is_the_published_cut_of_peoples_mean_and_is_told_from_the_rest(tmp_path):
    videos, space = summarised_videos([judged_entry("a"), judged_entry("b")], "mlp")
    assert space == "s"
    for video in videos:
        assert set(np.unique(video.targets)) == {0.0, 1.0}
        assert video.targets[0, 8:12].all()
        assert video.targets.mean() <= 0.15  # one shot of ten fits
    settings = PretrainSettings(model="mlp", method="fsa", config={"hidden": 16, "dropout": 0.0}, epochs=150, lr=1e-2)
    made = pretrain(videos, settings, out=tmp_path / "fsa", feature_space=space)
    assert (made.applies_as, made.training["targets"], made.training["simulated"]) == ("mlp", "fixed summaries", True)
    assert "visp" not in made.training
    curve = load_model(made).predict(torch.from_numpy(videos[0].features))[0]
    assert curve[8:12].mean() > 3 * curve[12:].mean()


def test_half_of_the_videos_are_drawn_by_the_seed(tmp_path):
    videos = [telling_video(i) for i in range(16)]
    settings = PretrainSettings(model="mlp", config={"hidden": 8}, epochs=1, batch_size=8, visp=FAST, share=0.5)
    learned = [
        pretrain(videos, replace(settings, seed=seed), out=tmp_path / name, feature_space="s").training["videos"]
        for name, seed in (("a", 0), ("b", 0), ("c", 1))
    ]
    assert len(set(learned[0])) == 8
    assert learned[0] == learned[1] != learned[2]
    with pytest.raises(InputError, match="between 0 and 1"):
        pretrain(videos, replace(settings, share=0.0), out=tmp_path / "d", feature_space="s")
