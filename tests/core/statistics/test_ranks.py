"""Rank correlations, against SciPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from core.errors import InputError
from core.statistics.ranks import kendall, spearman

VALUES = st.one_of(st.integers(1, 5).map(float), st.floats(-1, 1))


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=60))
@pytest.mark.filterwarnings("ignore:An input array is constant")
def test_correlations_equal_scipy_also_with_ties(pairs):
    a, b = np.array(pairs).T
    np.testing.assert_allclose(kendall(a, b), stats.kendalltau(a, b).statistic, atol=1e-12)
    np.testing.assert_allclose(spearman(a, b), stats.spearmanr(a, b).statistic, atol=1e-12)


@settings(deadline=None)  # the first example may compile
@given(st.lists(st.tuples(VALUES, VALUES), min_size=2, max_size=60))
def test_correlations_are_symmetric_and_turn_with_their_sign(pairs):
    a, b = np.array(pairs).T
    for compare in (kendall, spearman):
        np.testing.assert_allclose(compare(a, b), compare(b, a), atol=1e-12)
        np.testing.assert_allclose(compare(a, -b), -compare(a, b), atol=1e-12)


@pytest.mark.parametrize("compare", [kendall, spearman])
def test_only_common_positions_count(compare):
    a = np.array([1.0, 2, np.nan, 3, 9])
    b = np.array([1.0, 2, 5, 3, np.nan])
    assert compare(a, b) == pytest.approx(1)


@pytest.mark.parametrize("compare", [kendall, spearman])
def test_a_constant_curve_has_no_correlation(compare):
    assert np.isnan(compare(np.ones(5), np.arange(5)))
    assert np.isnan(compare(np.array([1.0]), np.array([2.0])))
    assert np.isnan(compare(np.full(3, np.nan), np.arange(3)))


def test_curves_of_different_length_are_refused():
    with pytest.raises(InputError, match="Cannot correlate"):
        kendall(np.arange(3), np.arange(4))
