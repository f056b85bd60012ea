"""What corrections of captions make stale: the windows that hold them, and no others."""

from __future__ import annotations

import numpy as np

from core.captions.stale import changed_windows, edited_windows

PICKS = np.arange(0, 80, 10)


def test_a_corrected_caption_makes_the_windows_around_it_stale():
    assert edited_windows(PICKS, {30}, 1) == [2, 3, 4]
    assert edited_windows(PICKS, {0, 70}, 2) == [0, 1, 2, 5, 6, 7]
    assert edited_windows(PICKS, set(), 2) == []


def test_corrections_of_frames_that_are_no_picks_make_nothing_stale():
    assert edited_windows(PICKS, {31}, 2) == []


def test_other_captions_make_their_windows_stale():
    before = ["a", "b", "c", "d"]
    assert changed_windows(before, before, 1) == []
    assert changed_windows(before, ["a", "b", "c", "D"], 1) == [2, 3]


def test_everything_is_stale_where_nothing_was_judged_or_other_pictures_were():
    assert changed_windows(None, ["a", "b"], 0) == [0, 1]
    assert changed_windows(["a"], ["a", "b"], 0) == [0, 1]
