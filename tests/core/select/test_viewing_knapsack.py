"""The exact optimum over milliseconds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.select.knapsack import most_within

ITEMS = st.lists(st.tuples(st.integers(-5, 60), st.integers(1, 60)), max_size=14)


def best_value(values: np.ndarray, lengths: np.ndarray, capacity: int) -> int:
    """The textbook table over all capacities."""
    best = np.zeros(max(capacity, 0) + 1, np.int64)
    for value, length in zip(values, lengths, strict=True):
        if value > 0 and length <= capacity:
            best[length:] = np.maximum(best[length:], best[: capacity + 1 - length] + value)
    return int(best[-1])


@given(ITEMS, st.integers(0, 400), st.sampled_from(["as drawn", "flat", "nearly flat", "two levels"]))
def test_no_set_collects_more(items, capacity, kind):
    values = np.array([value for value, _ in items], np.int64)
    lengths = np.array([length for _, length in items], np.int64)
    if kind == "flat":
        values = lengths * 7
    elif kind == "nearly flat":
        values = lengths * 1000 + values
    elif kind == "two levels":
        values = lengths * np.where(values > 20, 2, 1)
    taken = most_within(values, lengths, capacity)
    assert lengths[taken].sum() <= capacity
    assert values[taken].sum() == best_value(values, lengths, capacity)
    assert np.all(values[taken] > 0)


@pytest.mark.parametrize("levels", [1, 2, 5, 1000, 10**6])
def test_large_films_are_solved_exactly_too(levels):
    random = np.random.default_rng(levels)
    lengths = random.integers(1000, 8000, 120)
    values = lengths * random.integers(1, levels + 1, 120)
    taken = most_within(values, lengths, 60_000)
    assert values[taken].sum() == best_value(values, lengths, 60_000)


def test_of_equal_pieces_the_earlier_is_taken():
    assert most_within(np.array([5, 5, 5]), np.array([2, 2, 2]), 4).tolist() == [True, True, False]


def test_values_that_cannot_be_added_exactly_are_refused():
    with pytest.raises(InputError, match="2\\^53"):
        most_within(np.array([2**52, 2**52]), np.array([1, 1]), 2)
    with pytest.raises(InputError, match="positive"):
        most_within(np.array([1]), np.array([0]), 2)
    with pytest.raises(InputError, match="shape"):
        most_within(np.array([1, 2]), np.array([1]), 2)
