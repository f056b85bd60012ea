"""Engines do every item once: here, in processes that may die, or until nobody wants it any more."""

from __future__ import annotations

import pytest

from core.engine import AHEAD, HERE, Pool
from core.errors import Cancelled, NotFoundError
from tests.core.made_work import Squares, tries


def done_of(engine, work, items, **more):
    return {one.item: one.made if one.error is None else one.error for one in engine.map(work, items, **more)}


@pytest.mark.parametrize("engine", [HERE, Pool(2)], ids=["here", "pool"])
def test_every_item_is_done_once_and_what_goes_wrong_is_told_of_its_own(tmp_path, engine):
    found = done_of(engine, Squares(tmp_path), range(20))
    error = found.pop(13)
    assert (error.message, error.hint) == ("Thirteen is damaged.", "Take another one.")
    assert found == {n: n * n for n in range(20) if n != 13}
    assert {tries(tmp_path, n) for n in range(20)} == {1}
    assert len(list(tmp_path.glob("opened-*"))) == (1 if engine is HERE else 2), "once in each worker"


def test_what_a_dead_worker_had_is_done_by_another_and_no_item_is_tried_for_ever(tmp_path):
    found = done_of(Pool(2), Squares(tmp_path, deadly=4), range(10))
    assert found == {n: n * n for n in range(10)}
    assert tries(tmp_path, 4) == 2
    for old in tmp_path.iterdir():
        old.unlink()
    found = done_of(Pool(1), Squares(tmp_path, deadly=1, kills=100), range(3))
    assert found[1].message == "Its worker died 4 times."


def test_no_more_items_are_taken_than_can_be_done_soon_and_cancelling_ends_it(tmp_path):
    taken = []

    def items():
        for number in range(1000):
            taken.append(number)
            yield number

    kept = []

    def keep_all():
        for one in Pool(2).map(Squares(tmp_path), items(), should_stop=lambda: len(kept) >= 6):
            kept.append(one)
            assert len(taken) - len(kept) <= 2 * AHEAD

    with pytest.raises(Cancelled):
        keep_all()
    assert len(kept) < 12


def test_work_that_cannot_be_opened_says_why_for_each_item(tmp_path):
    found = done_of(Pool(1), Squares(tmp_path, missing=True), [1, 2])
    assert [(type(one), one.message) for one in found.values()] == [(NotFoundError, "The weights are not here.")] * 2
