"""Whose videos a split names: of the dataset that the key names and of no other, and what validation videos are for."""

from __future__ import annotations

import json

import pytest

from core.errors import InputError, NotFoundError
from verbs.evaluate import EvaluateRequest, evaluate
from verbs.split_videos import split_videos
from verbs.train import TrainRequest, train

TVSUM, OVP = "eccv16_dataset_tvsum_google_pool5", "eccv16_dataset_ovp_google_pool5"


@pytest.fixture
def fill(library, make_entry):
    """Adds a dataset of six videos, video_1 to video_6."""

    def add(dataset, source="", people=3):
        entries = [make_entry(f"{dataset}/video_{number}", people=people) for number in range(1, 7)]
        library.entries.add(dataset, entries, source=source)

    return add


@pytest.fixture
def split_file(tmp_path):
    def write(train, test, validation=None, **more):
        path = tmp_path / "splits.json"
        split = {"train_keys": train, "test_keys": test} | ({"val_keys": validation} if validation else {})
        path.write_text(json.dumps([split | more]))
        return path

    return write


def named(dataset, *numbers, form="{}/video_{}"):
    return [form.format(dataset, number) for number in numbers]


def of(library, dataset):
    return [library.entries.get(one.id) for one in library.entries.list(dataset=dataset)]


def found(library, path, dataset):
    return split_videos(library, path, 0, dataset, of(library, dataset), lambda other: of(library, other))


def ids(entries):
    return [entry.id for entry in entries]


FORMS = ("{}/video_{}", "{}.h5/video_{}", "../datasets/{}.h5/video_{}")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("mine", "source"), [(TVSUM, ""), ("tvsum", ""), ("mine", f"{TVSUM}.h5"), ("TVSum50-2fps", "x.h5")]
)
def test_a_video_of_another_dataset_is_left_out_and_counted(library, fill, split_file, form, mine, source):
    fill(mine, source)
    path = split_file(named(OVP, 5, 6, form=form) + named(TVSUM, 4, form=form), named(TVSUM, 5, 6, form=form))
    split = found(library, path, mine)
    assert ids(split.train) == [f"{mine}/video_4"]
    assert ids(split.test) == [f"{mine}/video_5", f"{mine}/video_6"]
    assert split.notes == (f"2 videos of '{OVP}' that the split names are not in the library and left out.",)


@pytest.mark.parametrize(("other", "source"), [("ovp", ""), (OVP, ""), ("old-films", f"{OVP}.h5")])
def test_a_video_of_another_dataset_is_looked_for_there(library, fill, split_file, other, source):
    fill("tvsum")
    fill(other, source)
    split = found(library, split_file(named(OVP, 5, 9) + named(TVSUM, 4), named(TVSUM, 5)), "tvsum")
    assert ids(split.train) == [f"{other}/video_5", "tvsum/video_4"]
    assert split.notes == (f"1 video of '{OVP}' that the split names is not in the library and left out.",)


def test_of_two_datasets_that_could_be_meant_none_is_taken(library, fill, split_file):
    for name in ("tvsum", "ovp-2fps", "ovp-5fps"):
        fill(name)
    split = found(library, split_file(named(OVP, 5) + named(TVSUM, 4), named(TVSUM, 5)), "tvsum")
    assert ids(split.train) == ["tvsum/video_4"]
    assert "1 video" in split.notes[0]


def test_keys_without_a_dataset_are_of_the_one_that_is_asked_about(library, fill, split_file):
    fill("mine")
    split = found(library, split_file(["video_2", "video_1"], ["video_6"], ["video_3"]), "mine")
    assert ids(split.train) == ["mine/video_2", "mine/video_1"]
    assert (ids(split.validation), split.names_validation, split.notes) == (["mine/video_3"], True, ())
    with pytest.raises(NotFoundError, match="'video_7', which dataset 'mine' does not have"):
        found(library, split_file(["video_7"], ["video_1"]), "mine")


def test_a_split_of_another_dataset_is_refused(library, fill, split_file, tmp_path):
    fill("summe")
    with pytest.raises(NotFoundError, match=f"None of the train videos .* they are of '{TVSUM}'"):
        found(library, split_file(named(TVSUM, 1, 2), named(TVSUM, 3)), "summe")
    path = tmp_path / "splits.txt"
    path.write_text("TVSum/split0/video_1,video_2/video_3")
    with pytest.raises(InputError, match=r"splits\.txt splits 'TVSum', not 'summe'"):
        found(library, path, "summe")
    fill("mine")
    assert ids(found(library, path, "mine").train) == ["mine/video_1", "mine/video_2"]


def test_one_video_under_two_names_is_not_in_two_parts(library, fill, split_file):
    fill("tvsum")
    with pytest.raises(InputError, match="'tvsum/video_1' among the train and the test videos"):
        found(library, split_file(["video_1", "video_2"], named(TVSUM, 1)), "tvsum")


def trained(library, path, **choices):
    return train(library, TrainRequest(dataset="tvsum", kind="mlp", epochs=2, splits=path, **choices))


def test_validation_videos_choose_the_epoch_and_are_not_trained_on(library, fill, split_file):
    fill("tvsum")
    made = trained(library, split_file(["video_1", "video_2"], ["video_6"], ["video_3", "video_4"]))
    assert made.selected_on == "validation videos"
    learned = library.checkpoints.find(made.id).training
    assert learned["videos"] == ["tvsum/video_1", "tvsum/video_2"]
    assert (learned["selected_on"], learned["selected_on_test"], learned["n_selecting"]) == (
        "validation videos", False, 2,
    )  # fmt: skip
    without = trained(library, split_file(["video_1", "video_2"], ["video_6"]))
    assert without.selected_on == "nothing"


@pytest.mark.parametrize("choices", [{"select_on_test": True}, {"validation": 0.5}])
def test_validation_videos_of_a_split_and_another_choice_do_not_go_together(library, fill, split_file, choices):
    fill("tvsum")
    with pytest.raises(InputError, match=r"Split 0 of splits\.json has validation videos"):
        trained(library, split_file(["video_1", "video_2"], ["video_6"], ["video_3"]), **choices)


def test_test_videos_and_a_share_do_not_go_together(library, fill, split_file):
    fill("tvsum")
    with pytest.raises(InputError, match="by validation videos or by test videos"):
        trained(library, split_file(["video_1", "video_2"], ["video_6"]), select_on_test=True, validation=0.5)


def test_training_and_evaluation_say_what_was_left_out(library, fill, split_file):
    fill("tvsum")
    path = split_file(named(OVP, 5) + named(TVSUM, 1, 2), named(OVP, 6) + named(TVSUM, 5))
    made = trained(library, path, held_out=0)
    assert "1 video of" in made.notes[0]
    assert library.checkpoints.find(made.id).training["videos"] == ["tvsum/video_1", "tvsum/video_2"]
    judged = evaluate(library, EvaluateRequest(dataset="tvsum", checkpoint=made.id, splits=path))
    assert "1 video of" in judged.notes[0]
    assert list(judged.figures.per_video) == ["video_5"]


def test_videos_of_two_datasets_are_told_apart_in_an_evaluation(library, fill, split_file):
    fill("tvsum")
    fill("ovp")
    path = split_file(named(TVSUM, 1, 2), named(OVP, 5) + named(TVSUM, 5))
    made = trained(library, path)
    judged = evaluate(library, EvaluateRequest(dataset="tvsum", checkpoint=made.id, splits=path))
    assert set(judged.figures.per_video) == {"ovp/video_5", "tvsum/video_5"}
