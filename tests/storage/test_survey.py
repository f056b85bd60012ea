"""What was measured of an entry's pictures is kept with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError


def test_exact_shots_empty_pictures_and_signals_come_back(library, make_entry):
    entry = make_entry()
    name, shots = next(iter(entry.shots.items()))
    exact = shots.bounds.copy()
    exact[:-1, 1] -= 3
    exact[1:, 0] -= 3
    entry = replace(entry, shots={**entry.shots, name: replace(shots, exact=exact)})
    (entry_id,) = library.entries.add("talks", [entry])
    assert library.entries.get(entry_id).empty is None
    curve = np.linspace(0, 1, len(entry.picks), dtype=np.float32)
    library.entries.put_survey(entry_id, empty=np.array([[0, 12], [40, 44]]), signals={"novelty": curve})
    library.entries.put_survey(entry_id, signals={"motion": curve[::-1]})
    after = library.entries.get(entry_id)
    np.testing.assert_array_equal(after.shots[name].exact, exact)
    np.testing.assert_array_equal(after.shots[name].bounds, shots.bounds)
    np.testing.assert_array_equal(after.empty, [[0, 12], [40, 44]])
    np.testing.assert_array_equal(after.signals["novelty"], curve)
    assert set(after.signals) == {"novelty", "motion"}


def test_a_video_without_empty_pictures_is_known_to_have_none(library, make_entry):
    (entry_id,) = library.entries.add("talks", [make_entry()])
    library.entries.put_survey(entry_id, empty=np.empty((0, 2), np.int64))
    assert library.entries.get(entry_id).empty.shape == (0, 2)


@pytest.mark.parametrize("curve", [np.zeros(7), np.full(120, 1.5), np.full(120, np.nan)])
def test_a_signal_that_does_not_fit_is_refused(library, make_entry, curve):
    (entry_id,) = library.entries.add("talks", [make_entry()])
    with pytest.raises(InputError, match="signal"):
        library.entries.put_survey(entry_id, signals={"odd": curve})
