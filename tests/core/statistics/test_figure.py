"""Figures that may be undefined."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pydantic import BaseModel

from core.statistics.evaluation import Figures
from core.statistics.figure import Matrix, deviation_of, mean_of
from core.statistics.reliability import Interval


class Answer(BaseModel):
    interval: Interval
    matrix: Matrix


def test_undefined_figures_are_left_out_of_means():
    nan = float("nan")
    rows = [Interval(1.0, nan, nan), Interval(nan, 2.0, nan), Interval(nan, 4.0, nan)]
    found = mean_of(rows)
    assert (found.value, found.low) == (1.0, 3.0)
    assert np.isnan(found.high)
    assert np.isnan(deviation_of(rows).value)
    assert deviation_of(rows).low == pytest.approx(2**0.5)


def test_means_keep_what_is_said_and_leave_out_what_no_row_has():
    found = mean_of([Figures("tvsum", 0.1, 0.2, 0.4, 1), Figures("tvsum", 0.3, 0.2, 0.5, 0)])
    assert (found.protocol, found.coverage, found.map50) == ("tvsum", None, None)
    assert (found.kendall, found.f1, found.undefined) == pytest.approx((0.2, 0.45, 0.5))


def test_what_is_undefined_is_null_in_an_answer_and_comes_back():
    nan = float("nan")
    answer = Answer(interval=Interval(0.5, nan, nan), matrix=np.array([[1, nan]]))
    shown = json.loads(json.dumps(answer.model_dump(mode="json"), allow_nan=False))
    assert shown == {"interval": {"value": 0.5, "low": None, "high": None, "why": ""}, "matrix": [[1.0, None]]}
    assert np.isnan(Answer.model_validate(shown | {"matrix": np.eye(2)}).interval.low)
    described = Answer.model_json_schema(mode="serialization")["$defs"]["Interval"]["properties"]["low"]
    assert described["anyOf"] == [{"type": "number"}, {"type": "null"}]
