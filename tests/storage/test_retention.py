"""Which files go, as an algebra: limits hold or what is over them may not go, the oldest go first, the needed never."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from storage.retention import IN_USE_S, Held, going

DAY = 86_400.0
ages = st.one_of(st.floats(-DAY, 100 * DAY), st.sampled_from([0.0, IN_USE_S, 2 * DAY, 30 * DAY]))


@st.composite
def holdings(draw):
    facts = st.tuples(st.integers(0, 1000), ages, st.sampled_from([2 * DAY, 30 * DAY]), st.booleans())
    return [Held(Path(f"/data/{n}"), *one) for n, one in enumerate(draw(st.lists(facts, max_size=12)))]


@given(holdings(), st.integers(0, 4000))
def test_what_stays_is_within_the_limits_or_may_not_go(held, most):
    gone = going(held, most)
    left = [one for one in held if one not in gone]
    assert all(one.age <= one.longest for one in left if not one.stays)
    over = sum(one.size for one in left) > most
    assert not over or all(one.stays or one.size == 0 for one in left)


@given(holdings(), st.integers(0, 4000))
def test_nothing_needed_or_just_written_goes_and_nothing_twice(held, most):
    gone = going(held, most)
    assert not any(one.needed or one.age < IN_USE_S for one in gone)
    assert len({one.path for one in gone}) == len(gone)
    assert set(gone) <= set(held)


@given(holdings(), st.integers(0, 4000))
def test_the_oldest_go_first_and_none_more_than_it_takes(held, most):
    gone = going(held, most)
    assert [one.age for one in gone] == sorted((one.age for one in gone), reverse=True)
    for_room = [one for one in gone if one.age <= one.longest]
    if for_room:
        newest = for_room[-1]
        older = [one for one in held if not one.stays and one.size > 0 and one.age > newest.age]
        assert all(one in gone for one in older)
        left = sum(one.size for one in held) - sum(one.size for one in gone)
        assert left + newest.size > most, "without the last one it would have been too much"


@given(holdings(), st.integers(0, 4000))
def test_deciding_again_over_what_stays_removes_nothing_more(held, most):
    gone = going(held, most)
    assert going([one for one in held if one not in gone], most) == []


@given(holdings(), st.integers(0, 4000), st.integers(0, 4000))
def test_more_room_and_more_time_never_remove_more(held, most, more):
    gone = {one.path for one in going(held, most)}
    assert {one.path for one in going(held, most + more)} <= gone
    longer = [replace(one, longest=one.longest + DAY) for one in held]
    assert sum(one.size for one in going(longer, most)) <= sum(one.size for one in held)
    unlimited = going([replace(one, longest=float("inf")) for one in held], 10**9)
    assert unlimited == []


@given(holdings(), st.integers(0, 4000), st.randoms(use_true_random=False))
def test_the_order_in_which_files_are_found_does_not_matter(held, most, random):
    shuffled = list(held)
    random.shuffle(shuffled)
    assert going(shuffled, most) == going(held, most)
