from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.data import AnnotationSet, Entry
from core.data.timebase import Timebase
from core.errors import Cancelled, CheckpointError, InputError, NotFoundError
from core.models.checkpoints import load_model, read_checkpoint
from core.training.batching import make_batch, units
from core.training.loop import train
from core.training.recipes import PRESETS, TrainSettings, get_preset, settings_for
from core.training.videos import TrainingVideo, lacking, videos_from_entries
from tests.spaces import in_spaces

TINY = {
    "summdiff": {"hidden": 16, "heads": 2, "feed_forward": 16, "decoder_layers": 1, "denoiser": "joint"},
    "llmvs": {"hidden": 16, "heads": 2, "feed_forward": 16, "layers": 1},
}


def settings(model="summdiff", config=None, **changes):
    return TrainSettings(model=model, config=TINY[model] | (config or {}), **{"epochs": 2, "batch_size": 2, **changes})


def video(seed, length=20, people=3):
    generator = np.random.default_rng(seed)
    return TrainingVideo(
        f"made/{seed}",
        generator.standard_normal((length, 8), dtype=np.float32),
        generator.random((people, length), dtype=np.float32),
        tuple(f"person {i}" for i in range(people)),
    )


def weights(checkpoint):
    return load_file(checkpoint.path / "model.safetensors")


def train_tiny(path, videos=None, chosen=None, **more):
    videos = videos or [video(0), video(1, 33), video(2)]
    return train(videos, chosen or settings(), out=path, feature_space="s", **more)


@pytest.mark.parametrize("model", TINY)
def test_a_training_ends_in_a_checkpoint_that_says_what_it_is(tmp_path, model):
    reports = []
    checkpoint = train_tiny(
        tmp_path / "one",
        chosen=settings(model),
        training_info={"dataset": "made", "split": 0},
        progress=lambda *report: reports.append(report),
    )
    assert read_checkpoint(checkpoint.path) == checkpoint
    facts = checkpoint.training
    assert (facts["dataset"], facts["epochs"], facts["n_videos"], facts["n_people"], facts["n_curves"]) == (
        "made", 2, 3, 3, 9
    )  # fmt: skip
    assert len(facts["loss"]) == 2
    assert facts["seconds"] >= 0
    assert [r[0] for r in reports] == [0.5, 1.0]
    assert reports[-1][2]["epoch"] == 2
    assert reports[-1][2]["loss"] > 0
    assert load_model(checkpoint).predict(torch.from_numpy(video(9).features), 2, 0).shape[1] == 20


def test_a_training_keeps_what_it_went_on_from(tmp_path):
    simulated = [replace(video(seed), simulated=(True,) * 3) for seed in range(3)]
    base = train_tiny(tmp_path / "base", simulated, training_info={"dataset": "drawn"})
    facts = train_tiny(tmp_path / "next", start_from=base).training
    assert (base.training["simulated"], facts["simulated"]) == (True, False)
    assert facts["started_from"] == {
        "dataset": "drawn",
        "videos": ["made/0", "made/1", "made/2"],
        "n_videos": 3,
        "n_people": 3,
        "simulated": True,
        "n_simulated": 3,
        "targets": "individual",
        "start_from": None,
        "started_from": None,
    }


def test_one_simulated_person_among_many_is_told(tmp_path):
    videos = [replace(video(0), simulated=(False, False, True)), *(video(seed) for seed in range(1, 4))]
    made = train_tiny(tmp_path / "mixed", videos)
    assert (made.training["simulated"], made.training["n_simulated"]) == (True, 1)


def test_standardized_features_make_up_for_an_offset_and_for_scales(tmp_path):
    chosen = settings(config={"standardize": True})
    offset, scale = np.arange(8, dtype=np.float32) * 50, np.geomspace(0.1, 30, 8, dtype=np.float32)
    shifted = TrainingVideo("made/3", video(0, 400).features * scale + offset, video(0, 400).targets)
    model = load_model(train_tiny(tmp_path / "one", [shifted], chosen))
    seen = model.encoder.standardize(torch.from_numpy(shifted.features))
    assert seen.mean(0).abs().max() < 1e-2
    assert 0.01 < seen.std(0).min() < seen.std(0).max() < 1.1
    torch.testing.assert_close(model.null_video, torch.from_numpy(shifted.features.mean(0)))


def test_a_feature_that_never_changes_is_no_obstacle_to_standardizing(tmp_path):
    chosen = settings(config={"standardize": True})
    flat = TrainingVideo("made/4", np.ones((20, 8), np.float32), video(0).targets)
    assert all(torch.isfinite(w).all() for w in weights(train_tiny(tmp_path / "one", [flat], chosen)).values())


def test_a_null_video_may_be_given_and_stays_as_it_is(tmp_path):
    frame = np.linspace(-1, 1, 8, dtype=np.float32)
    chosen = settings(config={"p_uncond": 0.5})
    made = train_tiny(tmp_path / "given", chosen=chosen, null_video=frame)
    np.testing.assert_array_equal(load_model(made).null_video.cpu().numpy(), frame)
    assert made.training["null_video"] == "given"
    tuned = load_model(train_tiny(tmp_path / "tuned", chosen=chosen, start_from=made))
    np.testing.assert_array_equal(tuned.null_video.cpu().numpy(), frame)
    with pytest.raises(InputError, match="one frame of 8 finite numbers"):
        train_tiny(tmp_path / "wide", chosen=chosen, null_video=np.zeros(1024, np.float32))
    with pytest.raises(InputError, match="has no null video"):
        train_tiny(tmp_path / "llmvs", chosen=settings("llmvs"), null_video=frame)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path):
    torch.manual_seed(1)
    one = weights(train_tiny(tmp_path / "one"))
    untouched = torch.rand(1)
    torch.manual_seed(1)
    assert torch.equal(torch.rand(1), untouched)  # the caller's random numbers are left alone
    two = weights(train_tiny(tmp_path / "two"))
    other = weights(train_tiny(tmp_path / "other", chosen=settings(seed=1)))
    assert all(torch.equal(one[k], two[k]) for k in one)
    assert any(not torch.equal(one[k], other[k]) for k in one)


@pytest.mark.parametrize("targets", ["individual", "mean"])
def test_scores_that_nobody_gave_are_left_out(tmp_path, targets):
    partly = video(0)
    partly.targets[0, 5:] = np.nan
    partly.targets[:, 7] = np.nan
    nothing = video(1)
    nothing.targets[:] = np.nan
    checkpoint = train_tiny(tmp_path / "one", [partly, nothing], settings(targets=targets))
    assert checkpoint.training["n_videos"] == 1
    assert all(torch.isfinite(w).all() for w in weights(checkpoint).values())


def test_people_who_gave_one_score_throughout_are_no_obstacle(tmp_path):
    flat = video(0)
    flat.targets[0], flat.targets[1], flat.targets[2] = 0.0, 1.0, 0.4
    checkpoint = train_tiny(tmp_path / "one", [flat])
    assert all(torch.isfinite(w).all() for w in weights(checkpoint).values())


def test_individual_targets_keep_every_person_and_mean_targets_average_them():
    generator = np.random.default_rng(0)
    one = video(0)

    def batch_of(videos, **changes):
        chosen = settings(**changes)
        return make_batch(units(videos, chosen), chosen, generator)

    batch = batch_of([one, video(1, 30, 5)], curves_per_video=None)
    assert batch.targets.shape == (2, 5, 30)
    assert batch.judged.sum(-1).tolist() == [[20, 20, 20, 0, 0], [30] * 5]
    np.testing.assert_array_equal(batch.targets[0, :3, :20].numpy(), one.targets)
    batch = batch_of([one], targets="mean")
    np.testing.assert_allclose(batch.targets[0, 0].numpy(), one.targets.mean(0), rtol=1e-6)
    batch = batch_of([video(0, people=9)], curves_per_video=4)
    assert batch.targets.shape == (1, 4, 20)


@pytest.mark.parametrize(
    ("features", "targets", "message"),
    [
        (np.full((5, 8), np.nan), np.zeros((2, 5)), "NaN"),
        (np.zeros((1, 8)), np.zeros((2, 1)), "fewer than two picks"),
        (np.zeros((5, 8)), np.zeros((2, 6)), "do not fit together"),
        (np.zeros((5, 8)), np.full((2, 5), 3.0), "between 0 and 1"),
    ],
)
def test_videos_that_make_no_sense_are_refused(features, targets, message):
    with pytest.raises(InputError, match=message):
        TrainingVideo("made/1", features.astype(np.float32), targets.astype(np.float32))


def test_a_training_without_anything_to_learn_from_is_refused(tmp_path):
    nothing = video(1)
    nothing.targets[:] = np.nan
    with pytest.raises(InputError, match="no video with scores"):
        train_tiny(tmp_path / "one", [nothing])
    wider = TrainingVideo("made/2", np.zeros((20, 9), np.float32), np.zeros((1, 20), np.float32))
    with pytest.raises(InputError, match="different widths"):
        train_tiny(tmp_path / "one", [video(0), wider])
    assert not (tmp_path / "one").exists()


def test_a_cancelled_training_leaves_nothing_behind(tmp_path):
    asked = []

    def stop():
        asked.append(1)
        return len(asked) == 2

    with pytest.raises(Cancelled):
        train_tiny(tmp_path / "one", should_stop=stop)
    assert list(tmp_path.iterdir()) == []


def test_a_time_limit_ends_the_training_early_with_a_checkpoint(tmp_path):
    checkpoint = train_tiny(tmp_path / "one", chosen=settings(epochs=50, time_limit_s=0.0))
    assert checkpoint.training["epochs"] == 1


def test_fine_tuning_goes_on_from_a_checkpoint(tmp_path):
    base = train_tiny(tmp_path / "base")
    tuned = train_tiny(tmp_path / "tuned", chosen=settings(epochs=1, lr=1e-6), start_from=base)
    assert tuned.training["start_from"] == "base"
    before, after = weights(base), weights(tuned)
    torch.testing.assert_close(before, after, atol=1e-3, rtol=0)
    assert any(not torch.equal(before[k], after[k]) for k in before)


def test_fine_tuning_needs_the_same_model_and_feature_space(tmp_path):
    base = train_tiny(tmp_path / "base")
    with pytest.raises(CheckpointError, match="not of 'llmvs'"):
        train_tiny(tmp_path / "x", chosen=settings("llmvs"), start_from=base)
    with pytest.raises(CheckpointError, match="trained on 's' features"):
        train([video(0)], settings(), out=tmp_path / "x", feature_space="t", start_from=base)
    with pytest.raises(CheckpointError, match="exists already"):
        train_tiny(tmp_path / "base")


def test_choices_are_put_on_top_of_a_preset():
    assert settings_for("summdiff") == get_preset("summdiff")
    assert settings_for("summdiff", preset="demo").preset == "summdiff-demo"
    chosen = settings_for("llmvs", targets="individual", epochs=3, seed=7)
    assert (chosen.targets, chosen.epochs, chosen.seed) == ("individual", 3, 7)
    with pytest.raises(NotFoundError, match="no training preset"):
        settings_for("summdiff", preset="huge")
    with pytest.raises(NotFoundError, match="no model"):
        settings_for("gpt")
    with pytest.raises(InputError, match="for the model"):
        settings_for("llmvs", preset="summdiff-demo")
    with pytest.raises(InputError, match="Targets"):
        settings_for("summdiff", targets="median")


def test_every_preset_describes_a_model():
    from core.models.registry import MODELS

    for chosen in PRESETS.values():
        kind = MODELS[chosen.model]
        kind.model_class(kind.config_class(feature_width=8, **chosen.config))


def entry(key, **changes):
    one = video(ord(key))
    fields = {
        "features": one.features,
        "feature_space": "s",
        "annotations": AnnotationSet(one.people, one.targets, ("tvsum",) * 3),
    }
    return Entry(f"made/{key}", key, Timebase(Fraction(24), 240), np.arange(20) * 12, **in_spaces(fields | changes))


def test_entries_with_people_and_features_become_training_videos():
    text = np.ones((20, 4), np.float32)
    entries = [entry("a", text_features=text, text_space="words"), entry("b", annotations=None)]
    videos, space = videos_from_entries(entries, "summdiff")
    assert ([v.id for v in videos], space, videos[0].features.shape) == (["made/a"], "s", (20, 8))
    videos, space = videos_from_entries(entries, "llmvs")
    assert (space, videos[0].features.shape) == ("words", (20, 4))
    assert videos_from_entries([entry("a")], "llmvs")[1] == "s"  # caption embeddings kept as the features
    with pytest.raises(InputError, match="None of the 1 videos"):
        videos_from_entries(entries[1:])


def test_training_takes_the_space_that_most_entries_hold_and_names_those_that_lack_it():
    rows = np.ones((20, 3), np.float32)
    entries = [entry("a"), entry("b", feature_space="t"), entry("c", more={"t": rows})]
    videos, space = videos_from_entries(entries)
    assert (space, [video.id for video in videos]) == ("s", ["made/a", "made/c"])
    assert lacking(entries, "s") == ["made/b"]
    videos, space = videos_from_entries([*entries, entry("d", feature_space="t")])
    assert (space, [video.id for video in videos]) == ("t", ["made/b", "made/c", "made/d"])
    videos, space = videos_from_entries(entries, space="t")
    assert [video.id for video in videos] == ["made/b", "made/c"]
    with pytest.raises(InputError, match="both 'u' features"):
        videos_from_entries(entries, space="u")


def two_events(seed):
    """A video with two marked events; half of 12 people want the first, half the second."""
    generator = np.random.default_rng(seed)
    length = 40
    first, second = int(generator.integers(2, 12)), int(generator.integers(22, 32))
    features = 0.3 * generator.standard_normal((length, 8)).astype(np.float32)
    features[:, 0] += 1
    features[first : first + 6, 1] += 2
    features[second : second + 6, 2] += 2
    targets = np.full((12, length), 0.1, np.float32)
    targets[::2, first : first + 6] = 0.9
    targets[1::2, second : second + 6] = 0.9
    return TrainingVideo(f"made/{seed}", features, targets), first, second


@pytest.mark.parametrize(("ema", "decays"), [(0.999, (1 / 11, 2 / 12, 3 / 13)), (0.1, (1 / 11, 0.1, 0.1))])
def test_the_weights_that_are_kept_are_the_moving_average_of_the_trained_ones(tmp_path, ema, decays):
    base = train_tiny(tmp_path / "base")
    chosen = settings(batch_size=3, schedule="decay 1", lr=1e-2)  # one step an epoch, always of the same length
    expected = weights(base)
    for steps, decay in enumerate(decays, start=1):
        last = replace(chosen, epochs=steps, ema=0.0)  # nothing is averaged
        trained = weights(train_tiny(tmp_path / f"last-{steps}", chosen=last, start_from=base))
        expected = {name: decay * expected[name] + (1 - decay) * trained[name] for name in expected}
    found = weights(
        train_tiny(tmp_path / "averaged", chosen=replace(chosen, epochs=len(decays), ema=ema), start_from=base)
    )
    assert found.keys() == expected.keys()
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)
    assert any((found[name] - trained[name]).abs().max() > 1e-4 for name in found)


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [("decay 0.5", (1, 0.5, 0.25)), ("cosine 2", (1, 0.5, 0)), ("warm cosine", (0.02, 0.75, 0.25))],
)
def test_the_learning_rate_follows_its_schedule(tmp_path, monkeypatch, schedule, factors):
    rates = []
    step = torch.optim.AdamW.step
    monkeypatch.setattr(
        torch.optim.AdamW, "step", lambda self: rates.append(self.param_groups[0]["lr"]) or step(self), raising=True
    )
    train_tiny(tmp_path / "one", chosen=settings(epochs=3, batch_size=3, lr=0.01, schedule=schedule))
    assert rates == pytest.approx([0.01 * factor for factor in factors])


@pytest.mark.slow
def test_samples_follow_people_who_disagree_instead_of_their_mean(tmp_path):
    chosen = get_preset("summdiff-demo", updates=250)  # shorter than the preset: one easy kind of disagreement
    videos = [two_events(seed)[0] for seed in range(6)]
    checkpoint = train(videos, chosen, out=tmp_path / "one", feature_space="s")
    model = load_model(checkpoint)
    unseen, first, second = two_events(100)
    scores = model.predict(torch.from_numpy(unseen.features), 16, 0).numpy()
    at_first, at_second = (scores[:, at : at + 6].mean(1) for at in (first, second))
    wants_first = (at_first > 0.7) & (at_second < 0.3)
    wants_second = (at_second > 0.7) & (at_first < 0.3)
    assert wants_first.sum() >= 3
    assert wants_second.sum() >= 3
    assert (wants_first | wants_second).sum() >= 14
    assert 0.25 < at_first.mean() < 0.75
    assert 0.25 < at_second.mean() < 0.75
