"""What the player is told of an entry."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from safetensors.numpy import load

from core.data.timebase import Timebase
from storage.library import Library
from tests.fuzz.readers import entry
from webapp.views.entry import series


@pytest.mark.parametrize("varies", [True, False])
def test_where_the_rate_varies_the_player_is_told_when_every_frame_is_shown(tmp_path, varies):
    times = np.cumsum(np.arange(120) % 3 + 1) - 1
    timebase = Timebase.from_times(times, Fraction(1, 90), 300) if varies else Timebase(Fraction(25), 120)
    with Library.open(tmp_path / "data") as library:
        (entry_id,) = library.entries.add("some", [replace(entry(), timebase=timebase)], source="some.h5")
        arrays = load(series(library, entry_id))
    assert ("frames" in arrays) == varies
    if varies:
        np.testing.assert_array_equal(arrays["frames"], timebase.seconds(np.arange(120)))
