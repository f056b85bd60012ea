"""A training whose process died goes on to the same weights; one that is asked to is content with what it has."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from core.errors import Cancelled
from core.training import loop
from core.training.epochs import EPOCHS, Epoch, append_epoch, epoch_lines, read_epochs
from core.training.pretraining import PretrainSettings, pretrain
from core.training.recipes import TrainSettings
from core.training.snapshots import FILE, Snapshots
from core.training.underway import Underway
from core.training.videos import TrainingVideo

SMALL = {"hidden": 16, "heads": 2, "feed_forward": 16}
SETTINGS = {
    "summdiff, noise, dropout and averaged weights": TrainSettings(
        epochs=6,
        batch_size=2,
        curves_per_video=2,
        config={**SMALL, "decoder_layers": 1, "denoiser": "latentmlp", "p_uncond": 0.3, "standardize": True},
    ),
    "llmvs, accumulated batches and no average": TrainSettings(
        model="llmvs", targets="mean", epochs=6, batch_size=1, accumulate=2, ema=None, schedule="cosine 3",
        optimizer="adam", config={**SMALL, "layers": 1},
    ),
    "mlp, a rate that falls": TrainSettings(
        model="mlp", targets="mean", epochs=6, batch_size=3, schedule="decay 0.9", config={"hidden": 8}
    ),
}  # fmt: skip


class Died(BaseException):
    """The process is gone."""


@pytest.fixture
def videos():
    generator = np.random.default_rng(0)

    def video(number):
        length = 20 + 3 * number
        features = generator.standard_normal((length, 8), dtype=np.float32)
        return TrainingVideo(f"made/{number}", features, generator.random((3, length), dtype=np.float32))

    return [video(number) for number in range(5)]


def weights(checkpoint):
    return load_file(checkpoint.path / "model.safetensors")


def differ(one, other):
    assert one.keys() == other.keys()
    return max(float((one[name].double() - other[name].double()).abs().max()) for name in one)


def dies_after(epoch):
    def progress(fraction, message, figures=None):
        if figures and figures["epoch"] == epoch:
            raise Died

    return progress


@pytest.mark.parametrize("selects", [False, True])
@pytest.mark.parametrize("name", SETTINGS)
def test_a_training_that_died_goes_on_to_the_same_weights(videos, tmp_path, name, selects):
    def train(out, **more):
        likes = iter([0.1, 0.9, 0.3, 0.2, 0.5, 0.4]) if "progress" not in more else iter([0.1, 0.9, 0.3, 0.2])
        more.setdefault("criterion", (lambda _: next(likes)) if selects else None)
        return loop.train(videos, SETTINGS[name], out=tmp_path / out, feature_space="s", **more)

    whole = train("whole")
    underway = Underway(tmp_path / "job", save_every_s=0)
    with pytest.raises(Died):  # of epoch 4 nothing is kept but its line
        train("resumed", underway=underway, progress=dies_after(4))
    assert len(read_epochs(tmp_path / "job" / EPOCHS)) == 4
    rest = iter([0.2, 0.5, 0.4])
    torch.rand(3), np.random.default_rng()  # whatever else the new process draws
    more = {"criterion": lambda _: next(rest)} if selects else {}
    resumed = train("resumed", underway=underway, **more)
    assert differ(weights(whole), weights(resumed)) <= 1e-6
    assert resumed.training["loss"] == pytest.approx(whole.training["loss"], abs=1e-6)
    assert resumed.training["kept_epoch"] == whole.training["kept_epoch"] == (2 if selects else 6)
    epochs = read_epochs(resumed.path / EPOCHS)
    assert [one.epoch for one in epochs] == [1, 2, 3, 4, 5, 6]
    assert read_epochs(tmp_path / "job" / EPOCHS) == epochs
    assert [one.validation for one in epochs] == ([0.1, 0.9, 0.3, 0.2, 0.5, 0.4] if selects else [None] * 6)


def test_pretraining_that_died_goes_on_to_the_same_weights(tmp_path):
    generator = np.random.default_rng(1)
    videos = [
        TrainingVideo(f"made/{n}", generator.standard_normal((20, 8), dtype=np.float32), np.zeros((1, 20), np.float32))
        for n in range(8)
    ]
    settings = PretrainSettings(
        model="mlp", config={"hidden": 8}, epochs=4, batch_size=8, visp={"encoder": "attention", "hard_negatives": True}
    )

    def train(out, **more):
        return pretrain(videos, settings, out=tmp_path / out, feature_space="s", **more)

    whole = train("whole")
    underway = Underway(tmp_path / "job", save_every_s=0)
    with pytest.raises(Died):
        train("resumed", underway=underway, progress=dies_after(3))
    assert differ(weights(whole), weights(train("resumed", underway=underway))) <= 1e-6


def test_another_training_does_not_go_on_from_what_one_kept(videos, tmp_path):
    settings = SETTINGS["mlp, a rate that falls"]
    underway = Underway(tmp_path / "job", save_every_s=0)
    with pytest.raises(Died):
        loop.train(videos, settings, out=tmp_path / "a", feature_space="s", underway=underway, progress=dies_after(4))
    told = videos[0].targets.copy()
    told[0, 0] = 1 - told[0, 0]
    others = [replace(videos[0], targets=told), *videos[1:]]
    anew = loop.train(others, settings, out=tmp_path / "b", feature_space="s")
    resumed = loop.train(others, settings, out=tmp_path / "c", feature_space="s", underway=underway)
    assert differ(weights(anew), weights(resumed)) == 0, "somebody labelled meanwhile"


@pytest.mark.parametrize("content", [b"", b"PK nonsense", b"\x80\x02c__builtin__\nprint\n."])
def test_a_damaged_snapshot_is_left_alone_and_runs_nothing(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    assert Snapshots(Underway(tmp_path), "x").read() is None


def test_snapshots_are_not_taken_all_the_time(videos, tmp_path):
    underway = Underway(tmp_path / "job", save_every_s=1000)
    loop.train(videos, SETTINGS["mlp, a rate that falls"], out=tmp_path / "a", feature_space="s", underway=underway)
    assert not (tmp_path / "job" / FILE).exists()
    assert not list((tmp_path / "job").glob(".*"))


def test_a_training_is_content_with_the_best_it_has_when_it_is_asked_to_be(videos, tmp_path):
    settings = replace(SETTINGS["mlp, a rate that falls"], epochs=1000)
    said = []

    def enough():
        return len(said) >= 3

    def note(fraction, message, figures=None):
        said.append(message)

    likes = iter([0.2, 0.9, *[0.1] * 1000])
    made = loop.train(
        videos, settings, out=tmp_path / "a", feature_space="s", progress=note, criterion=lambda _: next(likes),
        underway=Underway(None, enough),
    )  # fmt: skip
    assert (made.training["epochs"], made.training["kept_epoch"]) == (3, 2)
    assert made.training["stopped_early"]
    two = replace(settings, epochs=2)
    likes = iter([0.2, 0.9])
    short = loop.train(videos, two, out=tmp_path / "b", feature_space="s", criterion=lambda _: next(likes))
    assert not short.training["stopped_early"]
    assert differ(weights(made), weights(short)) == 0


def test_a_training_that_is_content_in_its_first_epoch_has_something_to_keep(videos, tmp_path):
    made = loop.train(
        videos,
        SETTINGS["summdiff, noise, dropout and averaged weights"],
        out=tmp_path / "a",
        feature_space="s",
        underway=Underway(None, lambda: True),
    )
    assert (made.training["epochs"], len(made.training["loss"])) == (1, 1)


def test_what_nobody_wants_is_not_kept(videos, tmp_path):
    with pytest.raises(Cancelled):
        loop.train(
            videos,
            SETTINGS["mlp, a rate that falls"],
            out=tmp_path / "a",
            feature_space="s",
            should_stop=lambda: True,
            underway=Underway(tmp_path / "job", lambda: True),
        )
    assert not (tmp_path / "a").exists()


def test_time_that_is_over_counts_after_a_death(videos, tmp_path):
    settings = replace(SETTINGS["mlp, a rate that falls"], epochs=1000)
    underway = Underway(tmp_path / "job", save_every_s=0)
    with pytest.raises(Died):
        loop.train(videos, settings, out=tmp_path / "a", feature_space="s", underway=underway, progress=dies_after(4))
    limited = replace(settings, time_limit_s=1e-9)
    made = loop.train(videos, limited, out=tmp_path / "a", feature_space="s", underway=underway)
    assert made.training["epochs"] == 4, "the one after what was kept"


def test_lines_of_epochs_are_json_and_one_that_is_being_written_is_left_out(tmp_path):
    epochs = [Epoch(1, 0.5, None, 1.25, 1e-3), Epoch(2, float("nan"), 0.25, 2.5, 5e-4)]
    lines = epoch_lines(epochs).splitlines()
    assert [json.loads(line) for line in lines] == [
        {"epoch": 1, "loss": 0.5, "validation": None, "seconds": 1.25, "lr": 1e-3},
        {"epoch": 2, "loss": None, "validation": 0.25, "seconds": 2.5, "lr": 5e-4},
    ]
    path = tmp_path / EPOCHS
    assert read_epochs(path) == []
    for one in epochs:
        append_epoch(path, one)
    with path.open("a") as file:
        file.write('{"epoch": 3, "lo')
    read = read_epochs(path)
    assert [one.epoch for one in read] == [1, 2]
    assert np.isnan(read[1].loss)
