"""Knapsack-level metrics against solving every knapsack again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.select.published import knapsack
from core.statistics.knapsack_metrics import knapsack_metrics, values_reversed


@st.composite
def problems(draw):
    n = draw(st.integers(1, 7))
    values = np.array(draw(st.lists(st.integers(0, 100), min_size=n, max_size=n))) / 100
    weights = np.array(draw(st.lists(st.integers(1, 9), min_size=n, max_size=n)))
    capacity = draw(st.integers(int(weights.max()), 30))
    chosen = np.zeros(n, bool)
    chosen[knapsack(values, weights, capacity)] = True
    return values, weights, chosen, capacity


@settings(deadline=None)  # the first example may compile
@given(problems())
def test_reversing_a_choice_costs_what_solving_again_says(problem):
    values, weights, chosen, capacity = problem
    found = values_reversed(*problem)
    for i in range(len(values)):
        others = np.arange(len(values)) != i
        room = capacity if chosen[i] else capacity - weights[i]
        again = knapsack(values[others], weights[others], room)
        expected = values[others][again].sum() + (0 if chosen[i] else values[i])
        assert found[i] == pytest.approx(expected)


@settings(deadline=None)
@given(problems())
def test_perfect_scores_do_no_harm(problem):
    values, weights, chosen, capacity = problem
    found = knapsack_metrics(values, values, weights, chosen, capacity)
    assert found.wse == 0
    assert found.cis == pytest.approx(-values[chosen].sum())


def test_errors_in_the_harmless_direction_leave_every_shot_in_its_place():
    truth, weights = np.array([0.9, 0.5, 0.2]), np.array([3, 3, 3])
    chosen = np.array([True, False, False])
    found = knapsack_metrics(np.array([1.0, 0.4, 0.1]), truth, weights, chosen, 3)
    assert (found.wse, found.wir, found.ir) == (0, 1, 1)
    harmed = knapsack_metrics(np.array([0.1, 0.9, 0.1]), truth, weights, chosen, 3)
    assert harmed.wse == pytest.approx(3 * 0.8 + 3 * 0.4)
    assert harmed.ir < 1


def test_shots_that_never_fit_take_no_part():
    found = knapsack_metrics(np.ones(2), np.ones(2), np.array([9, 9]), np.zeros(2, bool), 3)
    assert np.isnan(found.wse)


def test_arrays_that_do_not_fit_together_are_refused():
    with pytest.raises(InputError, match="one value per shot"):
        knapsack_metrics(np.ones(2), np.ones(3), np.ones(3), np.ones(3), 3)
