"""One person beside the others."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import TypeAdapter

from core.statistics.person import compare_person
from core.statistics.results import PersonComparison


def test_somebody_who_says_what_the_others_say_agrees_fully():
    curve = np.linspace(0, 1, 9, dtype=np.float32)
    found = compare_person(curve, np.stack([curve, curve]))
    assert (found.others, found.with_mean.kendall, found.with_mean.spearman) == (2, 1.0, pytest.approx(1))
    assert found.between.kendall == 1.0


def test_the_middle_half_of_the_others_surrounds_their_median():
    others = np.random.default_rng(0).random((9, 30)).astype(np.float32)
    found = compare_person(others[0], others[1:])
    middle = np.median(others[1:], axis=0)
    assert ((found.low <= middle) & (middle <= found.high)).all()


@pytest.mark.filterwarnings("error")
def test_picks_that_nobody_judged_stay_empty():
    others = np.array([[0.2, np.nan, np.nan], [0.4, 0.6, np.nan]], np.float32)
    found = compare_person(np.array([1, 0, 1], np.float32), others)
    found = TypeAdapter(PersonComparison).dump_python(found, mode="json")
    assert found["mean"] == [pytest.approx(0.3), pytest.approx(0.6), None]
    assert found["low"][2] is None


def test_one_other_person_has_nobody_to_agree_with():
    found = compare_person(np.array([1, 0], np.float32), np.array([[0, 1]], np.float32))
    assert found.between is None
    assert found.with_mean.kendall == -1.0
