"""What a training learns from, what it keeps from it, and what it says of that."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.errors import InputError, NotFoundError
from core.labelling.events import Event
from core.models.card import card_text
from core.models.checkpoints import load_model, read_checkpoint
from core.models.provenance import learned_from
from core.training.recipes import NOTES, PRESETS, SPACES
from verbs.evaluate import EvaluateRequest, evaluate
from verbs.train import TrainRequest, train

SMALL = {"hidden": 16, "feed_forward": 16}


@pytest.fixture
def talks(library, make_entry):
    library.entries.add("talks", [make_entry(f"talks/{n}") for n in range(6)])
    return library


def trained(library, **choices):
    return train(library, TrainRequest(**{"dataset": "talks", "kind": "mlp", "epochs": 2, **choices}))


def learned(library, made):
    return library.checkpoints.find(made.id)


def test_a_fifth_of_the_videos_is_held_out_named_and_evaluated_on(talks):
    made = trained(talks)
    checkpoint = learned(talks, made)
    (held,) = made.held_out
    assert checkpoint.training["held_out"] == [held]
    assert sorted([*checkpoint.training["videos"], held]) == [f"talks/{n}" for n in range(6)]
    kept = checkpoint.metrics["tvsum"]
    assert (kept["videos"], kept["n_videos"], kept["seen_in_training"]) == ([held], 1, 0)
    assert kept["kendall"] == pytest.approx(made.figures.kendall)
    assert list(kept["per_video"]) == [held.removeprefix("talks/")]
    assert kept["human"]["pairwise"]
    again = trained(talks)
    assert again.held_out == made.held_out


def test_people_count_as_much_as_is_asked_and_a_checkpoint_names_none(talks):
    task = talks.annotations.open_task(talks.annotations.get_or_create_annotator("Ada"), "talks/0")
    talks.annotations.record_events(task.id, [Event("tab", n, "rate", n, 5) for n in range(30)])
    plain = trained(talks, held_out=0, seed=1)
    same = trained(talks, held_out=0, seed=1, weights=["own=1"])
    more = trained(talks, held_out=0, seed=1, weights={"Ada": 20, "dataset": "0.5"})
    losses = [learned(talks, made).training["loss"] for made in (plain, same, more)]
    assert losses[0] == losses[1] != losses[2]
    told = learned(talks, more).training
    assert (told["weights"], told["n_weighted"]) == ({"dataset": 0.5}, 1)
    only_hers = learned(talks, trained(talks, held_out=0, weights=["dataset=0"])).training
    assert only_hers["n_curves"] == 1
    with pytest.raises(InputError, match="greater than or equal to 0"):
        TrainRequest.of(dataset="talks", weights=["own=-1"])


def test_the_releases_null_video_is_read_from_its_file(shared, library, make_entry, tmp_path):
    wide = np.random.default_rng(0).standard_normal((120, 1024), dtype=np.float32)
    library.entries.add("talks", [make_entry(f"talks/{n}", features=wide + n, feature_space="pool5") for n in range(3)])
    small = {"hidden": 8, "heads": 2, "feed_forward": 8, "encoder_layers": 1, "input_layers": 1}
    file = shared / "data/splits/null_video.npy"
    made = trained(library, kind="summdiff", preset="tvsum", epochs=1, held_out=0, settings=small, null_video=file)
    checkpoint = learned(library, made)
    np.testing.assert_array_equal(load_model(checkpoint, "cpu").null_video.numpy(), np.load(file))
    (tmp_path / "none.npy").write_text("nothing")
    with pytest.raises(InputError, match="cannot be read as a null video"):
        trained(library, kind="summdiff", held_out=0, null_video=tmp_path / "none.npy")


def test_nothing_is_held_out_where_nobody_wants_it_or_there_is_too_little(talks, make_entry):
    made = trained(talks, held_out=0)
    assert (made.held_out, made.figures, made.notes) == ((), None, ())
    assert learned(talks, made).metrics == {}
    talks.entries.add("few", [make_entry(f"few/{n}") for n in range(2)])
    made = trained(talks, dataset="few")
    assert made.held_out == ()
    assert "fewer than 3" in made.notes[0]


def test_what_the_base_held_out_is_held_out_again_and_what_it_saw_never(talks, make_entry):
    base = trained(talks)
    talks.entries.add("talks", [make_entry(f"talks/{n}") for n in range(6, 9)])
    made = trained(talks, start_from=base.id, held_out=0.3)
    assert set(base.held_out) <= set(made.held_out)
    assert not set(made.held_out) & set(learned(talks, base).training["videos"])
    whole = trained(talks, held_out=0)
    made = trained(talks, start_from=whole.id)
    assert made.held_out == ()
    assert made.notes == (f"No video is held out: '{whole.id}' has learned from all of them.",)


def test_further_datasets_are_learned_from_but_no_copy_of_what_is_held_out(talks, make_entry):
    held = trained(talks).held_out
    source = talks.entries.get(held[0])
    copy = make_entry("more/copy", features=source.features[source.feature_space])
    talks.entries.add("more", [make_entry("more/one"), copy])
    made = trained(talks, datasets=("more",))
    facts = learned(talks, made).training
    assert made.held_out == held
    assert facts["datasets"] == ["more", "talks"]
    assert "more/one" in facts["videos"]
    assert "more/copy" not in facts["videos"]
    assert made.notes == ("1 copies of held-out videos are left out as well.",)


def test_only_the_people_that_are_named_are_learned_from(talks):
    made = trained(talks, names=("person 1",), held_out=0)
    facts = learned(talks, made).training
    assert (facts["n_people"], facts["n_named"]) == (1, 1)
    assert "person 1" not in json.dumps(facts)
    with pytest.raises(NotFoundError, match="Nobody called 'Ann'") as error:
        trained(talks, names=("Ann",))
    assert "person 0, person 1, person 2" in error.value.hint


def test_settings_of_recipe_and_model_differ_where_somebody_says_so(talks):
    made = trained(talks, settings={"lr": "1e-3", "hidden": 8})
    checkpoint = learned(talks, made)
    assert checkpoint.training["lr"] == 1e-3
    assert checkpoint.config["hidden"] == 8
    tuned = trained(talks, start_from=made.id, settings={"smoothing": 1.5, "lr": 1e-5})
    assert learned(talks, tuned).config == {**checkpoint.config, "smoothing": 1.5}
    with pytest.raises(InputError, match="has no setting 'hiden'"):
        TrainRequest.of(dataset="talks", kind="mlp", settings={"hiden": 8})


def test_several_seeds_make_a_checkpoint_each_and_their_figures_have_deviations(talks):
    made = trained(talks, seeds=(3, 4))
    assert [one.id for one in made.seeds] == ["mlp-talks-seed3", "mlp-talks-seed4"]
    assert [learned(talks, one).training["seed"] for one in made.seeds] == [3, 4]
    assert {tuple(learned(talks, one).training["held_out"]) for one in made.seeds} == {made.held_out}
    both = [one.figures.spearman for one in made.seeds]
    assert made.over_seeds.spearman == pytest.approx(np.mean(both))
    assert made.over_seeds.std.spearman == pytest.approx(np.std(both, ddof=1))
    with pytest.raises(InputError, match="named twice"):
        TrainRequest.of(dataset="talks", seeds=(1, 1))


def test_a_budget_ends_a_training_after_the_epoch_in_which_it_is_spent(talks):
    made = trained(talks, epochs=5000, minutes=0.001)
    assert 1 <= made.epochs < 5000


def test_the_test_videos_of_a_split_are_what_is_evaluated_on(talks, tmp_path):
    file = tmp_path / "splits.json"
    file.write_text(json.dumps([{"train_keys": ["0", "1", "2"], "test_keys": ["3", "4"]}]))
    made = trained(talks, splits=file)
    assert made.held_out == ("talks/3", "talks/4")
    assert learned(talks, made).metrics["tvsum"]["n_videos"] == 2
    assert trained(talks, splits=file, held_out=0).figures is None


def test_a_split_with_further_datasets_learns_from_those_it_does_not_name(talks, make_entry, tmp_path):
    talks.entries.add("more", [make_entry(f"more/{n}") for n in range(2)])
    file = tmp_path / "splits.json"
    file.write_text(json.dumps([{"train_keys": ["0", "1", "more/1"], "test_keys": ["3"]}]))
    made = trained(talks, splits=file, datasets=("more",))
    assert learned(talks, made).training["videos"] == ["talks/0", "talks/1", "more/1"]
    file.write_text(json.dumps([{"train_keys": ["0", "1"], "test_keys": ["3"]}]))
    made = trained(talks, splits=file, datasets=("more",))
    assert learned(talks, made).training["videos"] == ["talks/0", "talks/1", "more/0", "more/1"]


def test_an_evaluation_says_what_the_sampler_was_told(talks):
    made = trained(talks, kind="summdiff", epochs=1, held_out=0, settings={**SMALL, "guidance": 0.5})
    asked = EvaluateRequest(dataset="talks", checkpoint=made.id, samples=2, steps=2, eta=0.5, temperature=0.8)
    figures = evaluate(talks, asked).figures
    assert (figures.samples, figures.sampler) == (
        2,
        {"seed": 0, "steps": 2, "guidance": 0.5, "eta": 0.5, "temperature": 0.8},
    )
    other = evaluate(talks, asked.model_copy(update={"guidance": 2.0})).figures
    assert other.sampler["guidance"] == 2.0
    assert other.spearman != figures.spearman


def test_figures_are_kept_in_the_description_and_in_nothing_else(talks):
    made = trained(talks)
    folder = made.checkpoint
    assert not list(folder.glob(".*"))
    assert read_checkpoint(folder) == learned(talks, made)


def test_a_preset_without_a_kind_is_of_its_own_kind(talks):
    assert TrainRequest(dataset="talks", preset="tvsum-people").kind == PRESETS["tvsum-people"].model
    assert TrainRequest.of(dataset="talks", kind="", preset="vasnet", settings=["lr=1e-4"]).kind == "vasnet"
    assert TrainRequest(dataset="talks", preset="tvsum").kind == "summdiff"  # whose release has it
    assert TrainRequest(dataset="talks").kind == "residual"
    with pytest.raises(InputError, match="is for the model 'vasnet', not for 'mlp'"):
        trained(talks, preset="vasnet")
    with pytest.raises(NotFoundError, match="no training preset 'nonsense'"):
        train(talks, TrainRequest(dataset="talks", preset="nonsense"))


def test_what_goes_on_is_of_the_kind_of_its_base(talks):
    base = trained(talks, kind="vasnet", epochs=1, held_out=0)
    made = train(talks, TrainRequest(dataset="talks", start_from=base.id, epochs=1, held_out=0))
    assert talks.checkpoints.known(made.id).kind == "vasnet"


def test_a_preset_takes_the_features_that_it_was_measured_with_where_there_are_any(library, make_entry):
    wide = np.random.default_rng(0).standard_normal((120, 8), dtype=np.float32)
    library.entries.add("talks", [make_entry(f"talks/{n}", more={"minilm-l6-v2": wide + n}) for n in range(3)])
    chosen = {"kind": PRESETS["tvsum-people"].model, "preset": "tvsum-people", "held_out": 0}
    assert trained(library, **chosen).feature_space == SPACES["tvsum-people"] == "minilm-l6-v2"
    assert trained(library, **chosen, space="test-6").feature_space == "test-6"
    assert trained(library, held_out=0).feature_space == "test-6"


def test_what_must_be_known_of_a_recipe_stands_beside_its_checkpoint(talks):
    made = train(talks, TrainRequest(dataset="talks", preset="tvsum-people"))
    checkpoint = learned(talks, made)
    assert checkpoint.kind == PRESETS["tvsum-people"].model
    note = NOTES["tvsum-people"]
    assert note in made.notes
    assert learned_from(checkpoint).sentence("talks/0").endswith(f"them. {note}")
    assert note in card_text(checkpoint)
    assert note not in trained(talks).notes
