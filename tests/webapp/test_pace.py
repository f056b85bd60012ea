"""Events of a task: many at once after an outage, and no more than anybody makes over a longer time."""

from __future__ import annotations

import pytest

from core.errors import TooMuchError
from webapp.pace import Pace


@pytest.fixture
def limited(monkeypatch):
    for name, value in (("EVENTS_PER_SECOND", 10), ("EVENTS_AT_ONCE", 100), ("EVENTS_PER_TASK", 1000)):
        monkeypatch.setenv(f"MANYCUT_{name}", str(value))


def test_a_task_gets_many_events_at_once_and_then_as_many_as_time_goes_by(limited):
    now = 0.0
    pace = Pace(lambda task: 0, clock=lambda: now)
    pace.take(1, 100)
    with pytest.raises(TooMuchError, match="More events come") as refused:
        pace.take(1, 25)
    assert refused.value.again_s == 3
    pace.take(2, 100)  # another task has its own
    now = 2.5
    pace.take(1, 25)
    now = 1e6
    with pytest.raises(TooMuchError):
        pace.take(1, 101)


def test_a_task_that_holds_all_that_fit_gets_no_more_and_what_came_twice_is_counted_once(limited):
    kept, now = 950, 0.0
    pace = Pace(lambda task: kept, clock=lambda: now)
    pace.take(1, 40)
    now = 100.0
    pace.take(1, 40)  # 990 as counted, and the log holds 950: those came twice
    kept = 1000
    with pytest.raises(TooMuchError, match="This task has 1,000 events"):
        pace.take(1, 20)
