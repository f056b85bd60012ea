from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from core.data import Shots
from core.statistics.as_json import as_json


def test_numbers_that_json_lacks_become_null():
    assert as_json({"tau": math.nan, "rho": np.float32("inf"), "f1": 1.5}) == {
        "tau": None,
        "rho": None,
        "f1": 1.5,
    }


def test_arrays_paths_fractions_and_dataclasses_have_a_plain_form():
    value = {"shots": Shots(np.array([[0, 4]]), "kts"), "path": Path("a/b"), "rate": Fraction(30000, 1001)}
    assert json.loads(json.dumps(as_json(value))) == {
        "shots": {"bounds": [[0, 4]], "source": "kts", "exact": None},
        "path": "a/b",
        "rate": "30000/1001",
    }


def test_a_value_without_json_form_is_refused():
    with pytest.raises(TypeError, match="object"):
        as_json(object())
