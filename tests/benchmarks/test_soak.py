"""The soak, for a few people and seconds: it counts what it says it counts."""

from __future__ import annotations

import pytest

from benchmarks import soak


@pytest.mark.slow
@pytest.mark.long
def test_a_short_soak_loses_nothing_and_comes_back():
    found = soak.soak(people=6, seconds=5, kills=1)
    facts = found.facts
    assert facts["work"]["wrong"] == facts["kills"]["wrong"] == []
    assert facts["work"]["events"] == 6 * 5
    assert len(facts["kills"]["back_s"]) == 1
    assert set(facts["work"]["jobs"]) <= {"queued", "running", "done"}
    assert facts["work"]["growth"] is None  # too short to say


def test_growth_is_that_of_the_last_three_minutes():
    memory = [(float(at), 100.0 if at < 120 else 200.0 + (10.0 if at > 290 else 0.0)) for at in range(0, 301, 2)]
    assert soak._growth(memory) == pytest.approx(210 / 200 - 1, abs=0.03)
    assert soak._growth(memory[:20]) is None
