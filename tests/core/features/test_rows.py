"""Rows that come a few at a time."""

from __future__ import annotations

import numpy as np
import pytest

from core.features.rows import TOGETHER, Rows


@pytest.mark.parametrize("count", [1, TOGETHER - 1, TOGETHER, TOGETHER + 1, 3 * TOGETHER + 5])
def test_the_table_is_all_rows_in_their_order(count: int) -> None:
    wanted = np.arange(count * 3, dtype=np.float32).reshape(count, 3)
    rows = Rows()
    for first in range(0, count, 7):
        rows.add(wanted[first : first + 7])
    assert len(rows) == count
    np.testing.assert_array_equal(rows.table(), wanted)
    assert rows.table().dtype == np.float32


def test_no_rows_are_no_table() -> None:
    assert len(Rows()) == 0
    with pytest.raises(ValueError, match="concatenate"):
        Rows().table()
