"""Splits of entries: by a share, and as many as memory holds."""

from __future__ import annotations

import pytest

from core.errors import InputError
from core.training.held_out import drawn, held_out


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
