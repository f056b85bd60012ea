"""The benchmark of imports, over few videos."""

from __future__ import annotations

import pytest

from benchmarks.import_mrhisum import WAYS, import_mrhisum


@pytest.mark.slow
def test_both_ways_and_the_plain_copy_are_timed():
    result = import_mrhisum(entries=5, repeats=1)
    assert result.seconds > 0
    assert result.reference_seconds > 0
    assert set(result.facts["entries_per_second_by_way"]) == set(WAYS)
    assert result.reached is False, "five videos take the start of the process"
