"""People who bring events at once wait for few transactions, and each hears of their own."""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import DataError

from core.errors import InputError, UnavailableError
from core.labelling.events import Event
from webapp import recording
from webapp.recording import Recording


class Log:
    """Takes batches as `Annotations.record_many` does; refuses events of the kind "shout"."""

    def __init__(self):
        self.batches, self.recounted, self.failing = [], [], False

    def record_many(self, batch):
        self.batches.append(len(batch))
        if self.failing:
            raise UnavailableError("No room.")
        for brought in batch:
            brought.count = len(brought.events)
            brought.recount = "talks/first" if brought.events[0].kind == "submit" else None
            brought.error = InputError("No such event.") if brought.events[0].kind == "shout" else None

        if any(brought.task_id == 13 for brought in batch):
            raise OverflowError("such a number fits no column")

    def recount(self, entry):
        self.recounted.append(entry)


def bring(log, kinds, first=100):
    async def everybody():
        way = Recording(log)
        asked = [way.record(first + n, [Event("tab", 0, kind)], "Ada") for n, kind in enumerate(kinds)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert not way._waiting
        return answers

    return asyncio.run(everybody())


def test_what_comes_at_once_is_written_together_and_each_hears_of_their_own(monkeypatch):
    monkeypatch.setattr(recording, "AT_ONCE", 20)
    log = Log()
    answers = bring(log, ["rate"] * 30 + ["shout"] + ["rate"] * 19)
    assert [type(answer) for answer in answers] == [int] * 30 + [InputError] + [int] * 19
    assert sum(log.batches) == 50
    assert len(log.batches) <= 4


def test_what_no_check_foresaw_is_told_to_whoever_brought_it_and_to_nobody_else():
    answers = bring(Log(), ["rate"] * 20, first=0)
    assert [number for number, answer in enumerate(answers) if answer != 1] == [13]
    assert isinstance(answers[13], OverflowError)


def test_labels_that_come_to_count_are_counted_before_it_is_said_that_they_are_stored():
    log = Log()
    assert bring(log, ["rate", "submit"]) == [1, 1]
    assert log.recounted == ["talks/first"]


def test_where_nothing_can_be_written_everybody_hears_so_and_the_next_is_tried_again():
    log = Log()
    log.failing = True
    assert {type(answer) for answer in bring(log, ["rate"] * 5)} == {UnavailableError}
    log.failing = False
    assert bring(log, ["rate"]) == [1]


def test_who_comes_while_nothing_can_be_written_does_not_wait_for_another_try(monkeypatch):
    monkeypatch.setattr(recording, "AT_ONCE", 2)
    log = Log()
    log.failing = True
    assert {type(answer) for answer in bring(log, ["rate"] * 9)} == {UnavailableError}
    assert log.batches == [2]


def test_somebody_who_goes_away_keeps_nobody_waiting():
    log = Log()

    async def leave():
        way = Recording(log)
        gone = asyncio.create_task(way.record(1, [Event("tab", 0, "rate")], "Ada"))
        await asyncio.sleep(0)
        gone.cancel()
        return await asyncio.wait_for(way.record(2, [Event("tab", 0, "rate")], "Ben"), 5)

    assert asyncio.run(leave()) == 1


def test_a_number_that_no_row_can_have_keeps_nobody_else_out_of_a_real_log(library, make_entry):
    library.entries.add("talks", [make_entry()])
    annotations = library.annotations
    tasks = [annotations.open_task(annotations.get_or_create_annotator(name), "talks/first").id for name in "AB"]

    async def everybody():
        way = Recording(annotations)
        rated = [Event("tab", 0, "rate", 0, 3)]
        asked = [way.record(tasks[0], rated, "A"), way.record(10**30, rated, "X"), way.record(tasks[1], rated, "B")]
        return await asyncio.gather(*asked, return_exceptions=True)

    first, wrong, second = asyncio.run(everybody())
    assert (first, second) == (1, 1)
    assert isinstance(wrong, OverflowError | DataError), "SQLite's and PostgreSQL's"
    assert [len(annotations.events(task)) for task in tasks] == [1, 1]
