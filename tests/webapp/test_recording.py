"""People who bring events at once wait for few transactions, and each hears of their own."""

from __future__ import annotations

import asyncio

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

    def recount(self, entry):
        self.recounted.append(entry)


def bring(log, kinds):
    async def everybody():
        way = Recording(log)
        asked = [way.record(n, [Event("tab", 0, kind)], "Ada") for n, kind in enumerate(kinds)]
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
