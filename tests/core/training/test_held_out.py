"""Splits of entries: by a share, and as many as memory holds."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.training.held_out import content, drawn, folds, held_out, hold_out


@pytest.fixture
def entries(make_entry):
    return [make_entry(f"talks/{name}") for name in "abcdefgh"]


def test_a_share_is_held_out_by_the_seed_and_nothing_is_lost(entries):
    train, held = held_out(entries, 0.25, seed=3)
    assert len(held) == 2
    assert sorted(one.id for one in [*train, *held]) == [one.id for one in entries], "each is in one of the two"
    assert [one.id for one in held_out(entries, 0.25, seed=3)[1]] == [one.id for one in held]
    assert any([one.id for one in held_out(entries, 0.25, seed=s)[1]] != [one.id for one in held] for s in range(5))


def test_at_least_one_is_held_out(entries):
    assert len(held_out(entries, 0.01, seed=0)[1]) == 1


@pytest.mark.parametrize("share", [0, 1, -0.5, 1.5])
def test_a_share_lies_between_nothing_and_everything(entries, share):
    with pytest.raises(InputError, match="between 0 and 1"):
        held_out(entries, share, seed=0)


def test_something_is_left_to_train_on(entries):
    with pytest.raises(InputError, match="too few"):
        held_out(entries[:1], 0.5, seed=0)


def test_of_many_as_many_as_wanted_are_drawn_by_the_seed():
    ids = [f"d/{n:02}" for n in range(20)]
    some = drawn(ids, 5, seed=1)
    assert (len(some), some) == (5, sorted(set(some)))
    assert drawn(ids, 5, seed=1) == some
    assert drawn(ids[::-1], 20, seed=1) == ids[::-1]


CONTENTS = {f"d/{name}": content(np.full((3, 2), number)) for number, name in enumerate("abcdefghij")}


def test_what_a_training_shall_not_see_depends_on_seed_and_content_alone():
    held = hold_out(CONTENTS, 0.2, seed=1)
    assert len(held) == 2
    assert set(hold_out(dict(reversed(CONTENTS.items())), 0.2, seed=1)) == set(held), "not on the order"
    renamed = {one.replace("d/", "e/"): made for one, made in CONTENTS.items()}
    assert hold_out(renamed, 0.2, seed=1) == [one.replace("d/", "e/") for one in held], "nor on names"
    assert any(hold_out(CONTENTS, 0.2, seed) != held for seed in range(2, 6))


def test_at_least_one_video_is_held_out_and_none_of_two_or_where_nobody_wants_it():
    assert len(hold_out(CONTENTS, 0.001, seed=0)) == 1
    assert hold_out(CONTENTS, 0, seed=0) == []
    assert hold_out(dict(list(CONTENTS.items())[:2]), 0.5, seed=0) == []


def test_copies_of_a_video_are_held_out_together():
    twice = CONTENTS | {f"copy/{one}": made for one, made in CONTENTS.items()}
    held = hold_out(twice, 0.2, seed=0)
    assert len(held) == 4
    assert {f"copy/{one}" for one in held if not one.startswith("copy/")} <= set(held)


def test_what_the_base_has_learned_from_is_never_held_out_and_what_it_held_out_comes_first():
    seen = {"d/a", "d/b", "d/c", "d/d", "d/e", "d/f"}
    for seed in range(8):
        held = hold_out(CONTENTS, 0.2, seed, seen=seen.__contains__, preferred=["d/i"])
        assert "d/i" in held
        assert not set(held) & seen
    assert hold_out(CONTENTS, 0.2, 0, seen=lambda one: True) == []
    copied = CONTENTS | {"copy/j": CONTENTS["d/j"]}
    assert "d/j" not in hold_out(copied, 0.9, 0, seen=lambda one: one == "copy/j"), "nor a copy of it"


def test_every_video_is_left_out_once_alone_or_in_groups_of_the_same_size():
    assert folds(CONTENTS, None, seed=0) == [[one] for one in CONTENTS]
    groups = folds(CONTENTS, 4, seed=0)
    assert sorted(len(group) for group in groups) == [2, 2, 3, 3]
    assert sorted(one for group in groups for one in group) == sorted(CONTENTS)
    again = folds(dict(reversed(CONTENTS.items())), 4, seed=0)
    assert [set(group) for group in again] == [set(group) for group in groups], "not on the order"
    assert folds(CONTENTS, 4, seed=1) != groups


@pytest.mark.parametrize("count", [None, 3])
def test_copies_of_a_video_are_left_out_together(count):
    twice = CONTENTS | {f"copy/{one}": made for one, made in CONTENTS.items()}
    for group in folds(twice, count, seed=0):
        assert {f"copy/{one}" for one in group if not one.startswith("copy/")} <= set(group)


def test_what_is_too_little_to_leave_out_is_told():
    few = dict(list(CONTENTS.items())[:2])
    for contents, count in ((few, 3), ({"d/a": "x", "d/b": "x"}, None)):
        with pytest.raises(InputError, match="too few to leave each out once"):
            folds(contents, count, seed=0)
