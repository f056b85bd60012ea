from __future__ import annotations

import numpy as np
import pytest

from core.errors import InputError
from core.training.judgements import Preference, mended_scores

PICKS = np.arange(10) * 15  # a pick every half second at 30 frames a second


def test_what_a_cut_keeps_and_leaves_out_is_judged_and_the_rest_is_not():
    scores = mended_scores(PICKS, np.array([[0, 31], [90, 120]]), np.array([[45, 75]]))
    np.testing.assert_array_equal(scores, [1, 1, 1, 0, 0, np.nan, 1, 1, np.nan, np.nan])
    assert scores.dtype == np.float32
    assert np.isnan(mended_scores(PICKS, [], [])).all()


def test_a_shot_between_two_picks_is_judged_at_the_one_before_unless_that_is_judged_itself():
    assert mended_scores(PICKS, np.array([[31, 44]]), [])[2] == 1
    assert mended_scores(PICKS, np.array([[31, 44]]), np.array([[16, 31]]))[2] == 0


@pytest.mark.parametrize(
    ("keep", "forbid"), [([[0, 30]], [[20, 40]]), ([[30, 30]], []), ([[40, 60], [0, 20]], []), ([[0, 9], [5, 20]], [])]
)
def test_a_frame_is_not_kept_and_left_out(keep, forbid):
    with pytest.raises(InputError, match="do not overlap"):
        mended_scores(PICKS, np.array(keep), np.array(forbid))


ONE, OTHER = np.array([1.0, 0, 0]), np.array([0, 0, 1.0])


@pytest.mark.parametrize(
    ("better", "worse", "message"),
    [
        (ONE, ONE.copy(), "two different cuts"),
        (ONE, np.zeros(3), "show something"),
        (ONE, np.array([0, 1.0]), "cannot be compared"),
        (ONE, np.array([0, np.nan, 1]), "between 0 and 1"),
        (ONE, 2 * OTHER, "between 0 and 1"),
    ],
)
def test_preferences_that_make_no_sense_are_refused(better, worse, message):
    with pytest.raises(InputError, match=message):
        Preference(better, worse)
