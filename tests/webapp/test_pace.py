"""Events of a task: many at once after an outage, and no more than anybody makes over a longer time."""

from __future__ import annotations

import pytest

from core.errors import TooMuchError
from webapp.pace import Pace


@pytest.fixture
def limited(monkeypatch):
    for name, value in (("EVENTS_PER_SECOND", 10), ("EVENTS_AT_ONCE", 100)):
        monkeypatch.setenv(f"MANYCUT_{name}", str(value))


def test_a_task_gets_many_events_at_once_and_then_as_many_as_time_goes_by(limited):
    now = 0.0
    pace = Pace(clock=lambda: now)
    pace.take(1, 100, "Ada")
    with pytest.raises(TooMuchError, match="More events come") as refused:
        pace.take(1, 25, "Ada")
    assert refused.value.again_s == 3
    pace.take(2, 100, "Ada")  # another task has its own
    pace.take(1, 100, "Ben")  # and so has somebody else, whose task it may be
    now = 2.5
    pace.take(1, 25, "Ada")
    now = 1e6
    with pytest.raises(TooMuchError):
        pace.take(1, 101, "Ada")
