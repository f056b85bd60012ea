from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from webapp.views.series import ALIGNMENT, pack, unpack

KINDS = st.sampled_from([np.float32, np.float64, np.int32, np.uint8])
ARRAYS = KINDS.flatmap(lambda kind: npst.arrays(kind, npst.array_shapes(max_dims=2, min_side=0, max_side=7)))


@given(st.dictionaries(st.text(min_size=1, max_size=8), ARRAYS, max_size=5))
def test_unpacking_gives_back_what_was_packed(arrays):
    back = unpack(pack(arrays))
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


@pytest.mark.parametrize("length", range(1, 12))
def test_every_array_begins_at_a_multiple_of_eight_bytes(length):
    data = pack({"a" * length: np.arange(length, dtype=np.uint8), "times": np.ones(3)})
    header = int.from_bytes(data[:4], "little")
    entries = json.loads(data[4 : 4 + header])["arrays"]
    assert (4 + header) % ALIGNMENT == 0
    assert all(entry["offset"] % ALIGNMENT == 0 for entry in entries)
