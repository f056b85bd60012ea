"""What people decide about checkpoints: names, which is offered first, and that what was removed comes back."""

from __future__ import annotations

import shutil

import pytest

from core.errors import CheckpointError, NotFoundError
from storage.library import Library
from tests.storage.test_library import write_checkpoint


@pytest.fixture
def two(library, tmp_path):
    for name in ("first", "second"):
        library.checkpoints.register(write_checkpoint(tmp_path / name, label=f"Model {name}"))
    return library.checkpoints


def test_a_name_is_what_a_checkpoint_is_called_wherever_it_is_read(two, tmp_path):
    two.rename("first", "  Our   best ")
    assert [one.label for one in two.list()] == ["Model second", "Our best"]
    assert two.find("first").label == "Our best"
    two.register(tmp_path / "first")
    assert two.find("first").label == "Our best", "registering it again forgets nothing"
    two.rename("first", "")
    assert two.find("first").label == "Model first"


def test_the_promoted_one_is_offered_before_newer_ones_of_its_space(two, tmp_path, make_entry):
    assert two.find("summdiff", make_entry()).id == "second"
    two.promote("first")
    assert [one.id for one in two.list()] == ["first", "second"]
    assert two.find("summdiff", make_entry()).id == "first"
    assert [(one.checkpoint.id, one.promoted) for one in two.registered()] == [("second", False), ("first", True)]
    two.promote("second")
    assert [one.promoted for one in two.registered()] == [True, False], "one of each space"
    two.register(write_checkpoint(tmp_path / "third", feature_space="other"))
    two.promote("third")
    assert sum(one.promoted for one in two.registered()) == 2
    two.demote("second")
    assert [one.checkpoint.id for one in two.registered() if one.promoted] == ["third"]


def test_what_was_removed_comes_back_as_it_was(two):
    two.rename("first", "Our best")
    two.promote("first")
    two.remove("first")
    assert [one.id for one in two.list()] == ["second"]
    with pytest.raises(NotFoundError):
        two.remove("first")
    with pytest.raises(NotFoundError):
        two.promote("first")
    (gone,) = [one for one in two.registered(removed=True) if one.removed]
    assert gone.checkpoint.id == "first"
    two.restore("first")
    assert [(one.id, one.label) for one in two.list()] == [("first", "Our best"), ("second", "Model second")]


def test_of_two_that_were_promoted_the_last_one_stays_so(two):
    two.promote("first")
    two.remove("first")
    two.promote("second")
    two.restore("first")
    assert [one.checkpoint.id for one in two.registered() if one.promoted] == ["second"]


def test_what_lost_its_files_does_not_come_back(two):
    two.remove("first")
    shutil.rmtree(two.folder / "first")
    with pytest.raises(CheckpointError):
        two.restore("first")
    with pytest.raises(NotFoundError):
        two.restore("nothing")


def test_names_and_promotions_outlive_the_process(tmp_path):
    with Library.open(tmp_path / "data") as library:
        library.checkpoints.register(write_checkpoint(tmp_path / "mine"))
        library.checkpoints.rename("mine", "Ours")
        library.checkpoints.promote("mine")
    with Library.open(tmp_path / "data") as library:
        (one,) = library.checkpoints.registered()
        assert (one.checkpoint.label, one.promoted) == ("Ours", True)


def test_a_folder_of_the_same_name_elsewhere_is_not_the_registered_one(two, tmp_path):
    assert two.knows(two.find("first"))
    assert not two.knows(two.find(write_checkpoint(tmp_path / "other" / "first")))
