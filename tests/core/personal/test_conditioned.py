"""SummDiff for one person: swapping persons swaps the samples, strangers get a vector, slots are refused."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch

from core.errors import CheckpointError, InputError
from core.models import summdiff
from core.models.checkpoints import Checkpoint, load_model, save_checkpoint
from core.models.summdiff import SummDiff
from core.models.summdiff_config import SummDiffConfig
from core.models.windows import WINDOW
from core.personal.choosing import tau_with
from core.personal.conditioned import Conditioned, SampledModel, told_apart
from core.personal.content import Labelled
from core.training.loop import train
from core.training.persons import mark, numbered
from core.training.recipes import get_preset
from core.training.videos import TrainingVideo
from tests.core.personal.made_people import direction, liked, made_video

ANNA, BEN = direction(0), -direction(0)


def training_video(number: int, names=("Anna", "Ben")) -> TrainingVideo:
    video = made_video(number, picks=36)
    targets = np.stack([liked(video, ANNA), liked(video, BEN)]).astype(np.float32)
    return TrainingVideo(video.id, video.blocks["look"], targets, names)


def settings(**changes):
    base = get_preset("summdiff-personal", device="cpu")
    config = {**base.config, "hidden": 8, "decoder_layers": 1, "correlation": 0.0, "smoothing": 1.0}
    return dataclasses.replace(base, config=config, updates=90, lr=1e-2, **changes)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Checkpoint:
    """Of two people who like the opposite."""
    videos = [training_video(number) for number in range(6)]
    return train(videos, settings(), out=tmp_path_factory.mktemp("people") / "two", feature_space="look")


def test_a_checkpoint_marks_the_people_whom_it_tells_apart_and_names_nobody(checkpoint):
    assert told_apart(checkpoint) == sorted([mark("Anna"), mark("Ben")])
    assert "Anna" not in (checkpoint.path / "model.json").read_text()
    assert checkpoint.config["people"] == 2


def test_swapping_persons_swaps_the_samples(checkpoint):
    new = made_video(20)
    taste = {name: Conditioned.of(checkpoint, name).learn([]) for name in ("Anna", "Ben")}
    for name, own, other in (("Anna", ANNA, BEN), ("Ben", BEN, ANNA)):
        assert tau_with(taste[name].mean(new), liked(new, own)) > 0.2
        assert tau_with(taste[name].mean(new), liked(new, other)) < -0.2
    nobody = load_model(checkpoint, "cpu").predict(torch.from_numpy(new.blocks["look"]), 8).mean(0).numpy()
    assert nobody.std() < taste["Anna"].mean(new).std() / 3


def test_guidance_by_the_person_leads_away_from_nobody(checkpoint):
    model, features = load_model(checkpoint, "cpu"), torch.from_numpy(made_video(20).blocks["look"])
    plain, guided = (model.predict(features, 4, person=0, person_guidance=w) for w in (0.0, 1.0))
    assert (guided - plain).abs().mean() > 0.01, "and not by rounding alone"
    assert torch.equal(plain, model.predict(features, 4, person=model.persons.vectors.weight[0].detach()))


def test_a_stranger_gets_a_vector_and_the_weights_stay(checkpoint):
    way = Conditioned.of(checkpoint, "Clara")
    before = {name: weight.clone() for name, weight in way.model.state_dict().items()}
    labels = [Labelled(video, liked(video, BEN)) for video in map(made_video, range(30, 33))]
    taste, new = way.learn(labels), made_video(20)
    assert tau_with(taste.mean(new), liked(new, BEN)) > 0.2
    assert all(torch.equal(weight, before[name]) for name, weight in way.model.state_dict().items())
    assert all(weight.requires_grad for weight in way.model.parameters())


def test_places_in_a_data_set_are_nobody(tmp_path):
    videos = [training_video(number, ("person 01", "person 02")) for number in range(2)]
    with pytest.raises(InputError, match="same person in every video"):
        train(videos, settings(), out=tmp_path / "slots", feature_space="look")


def test_a_model_of_nobody_refuses_a_person_and_its_file_holds_nothing_new(tmp_path: Path):
    model = SummDiff(SummDiffConfig(feature_width=6, hidden=16, heads=2, feed_forward=32))
    assert not any(name.startswith("persons") for name in model.state_dict())
    with pytest.raises(InputError, match="tells nobody apart"):
        model.predict(torch.zeros(5, 6), person=0)
    made = save_checkpoint(model, tmp_path / "plain", label="Plain", feature_space="look", training={})
    stored = {name: value for name, value in made.config.items() if name not in ("people", "person_dropout")}
    older = dataclasses.replace(made, config=stored)
    assert load_model(older, "cpu").persons is None
    with pytest.raises(CheckpointError, match="tells nobody apart"):
        Conditioned.of(made, "Anna")


def test_a_number_that_is_nobodys_is_refused(checkpoint):
    model = load_model(checkpoint, "cpu")
    with pytest.raises(InputError, match="2 people apart; there is no number 2"):
        model.predict(torch.zeros(5, 12), person=2)


def test_who_is_not_told_apart_is_nobody_in_particular():
    videos = [training_video(0), training_video(1, ("person 01", "Carl"))]
    first, second = numbered(videos, sorted([mark("Anna"), mark("Ben")]))
    assert sorted(first.numbers) == [0, 1]
    assert second.numbers == (-1, -1)
    model = SummDiff(SummDiffConfig(feature_width=6, hidden=16, heads=2, feed_forward=32, people=2))
    assert model.persons is not None
    vectors = model.persons.of(torch.tensor([[-1, 1]]))
    assert not vectors[0, 0].any()
    assert torch.equal(vectors[0, 1], model.persons.vectors.weight[1])


def test_curves_of_a_long_video_say_the_windows_they_are_drawn_in(monkeypatch):
    monkeypatch.setattr(summdiff, "LONG", 40)
    short, long = made_video(20, picks=40), made_video(20, picks=41)
    width = short.blocks["look"].shape[1]
    drawn = {}
    for denoiser in ("DiT", "latentmlp"):
        model = SummDiff(SummDiffConfig(width, hidden=8, heads=2, decoder_layers=1, people=2, denoiser=denoiser))
        person = SampledModel(model, "look", 0, 0.0)
        drawn[denoiser] = [person.settings(video) for video in (short, long)]
    assert drawn == {"DiT": [{}, {"window": WINDOW}], "latentmlp": [{}, {}]}
