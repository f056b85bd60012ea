"""Signs of how a task was worked on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labelling.attention import covered, quality
from core.labelling.events import Event, fold


def rated(values, every_ms=3000):
    return [Event("a", n, "rate", n, value, at=1_000_000 + n * every_ms) for n, value in enumerate(values)]


def watched(seq, start, end):
    return Event("a", seq, "watched", at=1_000_000, data={"from": start, "to": end})


def of(log, duration=60.0):
    return quality(log, fold(log), duration)


def test_nothing_done_says_nothing():
    found = of([])
    assert (found.watched, found.per_label, found.per_minute, found.same_share) == (None, None, None, None)
    assert found.remarks == ()


def test_careful_work_gets_no_remark():
    found = of([*rated([1, 3, 5, 2, 4] * 4), watched(50, 0, 40), watched(51, 30, 60)])
    assert found.watched == 1.0
    assert found.per_label == 3.0
    assert found.per_minute == pytest.approx(20 * 60 / 57)
    assert found.remarks == ()


def test_one_key_throughout_is_noticed():
    assert any("in a row" in remark for remark in of(rated([3] * 25)).remarks)
    mixed = of(rated([3] * 9 + [4] + [3] * 9))
    assert mixed.longest_run == 9
    assert any("95%" in remark for remark in mixed.remarks)


def test_hurrying_is_noticed():
    assert any("per shot" in remark for remark in of(rated([1, 2, 3, 4, 5, 4, 3, 2, 1], every_ms=300)).remarks)


def test_what_was_not_watched_is_noticed():
    found = of([*rated([1, 2]), watched(9, 0, 20), watched(10, 10, 30)])
    assert found.watched == 0.5
    assert any("50%" in remark for remark in found.remarks)


def test_a_pause_is_no_work():
    log = [*rated([1, 2, 3]), Event("b", 0, "rate", 3, 4, at=1_000_000 + 3_600_000)]
    found = of(log)
    assert found.pauses == 1
    assert found.seconds == 6.0
    assert found.per_label == 3.0


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 10)).map(lambda pair: (pair[0], sum(pair))), max_size=10)


@given(spans)
def test_covered_time_counts_every_second_once(given_spans):
    seconds = {second for start, end in given_spans for second in range(start, end)}
    assert covered(given_spans) == len(seconds)
    assert covered(given_spans * 2) == covered(given_spans)


# Where the remarks begin


def after(seconds):
    return [Event("a", 0, "rate", 0, 1, at=1_000), Event("a", 1, "rate", 1, 2, at=1_000 + round(1000 * seconds))]


def test_a_pause_is_longer_than_a_minute():
    assert (of(after(60)).pauses, of(after(60)).seconds, of(after(60)).per_label) == (0, 60.0, 60.0)
    assert (of(after(60.001)).pauses, of(after(60.001)).seconds, of(after(60.001)).per_label) == (1, 0.0, None)


def test_less_than_a_second_per_shot_is_hurried_from_eight_shots_on():
    logs = (rated([1, 2, 3, 4] * 2, every_ms=each) for each in (999, 1000))
    hurried = [any("per shot" in remark for remark in of(log).remarks) for log in logs]
    assert hurried == [True, False]
    assert not of(rated([1, 2, 3, 4, 5, 4, 3], every_ms=300)).remarks


def test_twenty_equal_ratings_in_a_row_are_told_and_nineteen_are_not():
    others = [1, 2, 4, 5, 1, 2, 4, 5]
    assert of(rated([3] * 20 + others)).remarks == ("20 equal ratings in a row",)
    assert of(rated([3] * 19 + others)).remarks == ()


def test_nine_of_ten_equal_ratings_are_told_from_eight_ratings_on():
    assert of(rated([3, 3, 3, 4, 3, 3, 3, 3, 3, 3])).remarks == ("90% of the ratings are the same",)
    assert of(rated([3, 3, 3, 4, 3, 3, 3, 3, 3])).remarks == ()
    assert of(rated([3] * 8)).remarks == ("100% of the ratings are the same",)
    assert of(rated([3] * 7)).remarks == ()


@pytest.mark.parametrize(("until", "told"), [(53.3, True), (53.5, False)])  # of 60 s, where 90 % was asked for
def test_up_to_a_hundredth_less_than_was_asked_for_passes_as_watched(until, told):
    assert any("watched" in remark for remark in of([*rated([1, 2]), watched(9, 0, until)]).remarks) == told
