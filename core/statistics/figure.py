"""Figures that may be undefined: NaN inside, null in JSON, which has no NaN; and their means over entries."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, TypeVar

import numpy as np
from pydantic import BeforeValidator, InstanceOf, PlainSerializer

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Found = TypeVar("Found", bound="DataclassInstance")


def mean_of(rows: Sequence[Found]) -> Found:
    """The mean of every figure of one or more rows, inner ones included; NaN where it is defined in none."""
    return _reduced(rows, statistics.fmean)


def deviation_of(rows: Sequence[Found]) -> Found:
    """The standard deviation (of a sample) of every figure, inner ones included; NaN for fewer than two."""
    return _reduced(rows, lambda values: statistics.stdev(values) if len(values) > 1 else float("nan"))


def _reduced(rows: Sequence[Found], reduce: Callable[[Sequence[float]], float]) -> Found:
    def over(values: Sequence[Any]) -> Any:
        given = [value for value in values if value is not None]
        if not given or isinstance(given[0], str | bool):
            return given[0] if given else None
        if is_dataclass(given[0]):
            return _reduced(given, reduce)
        numbers = [value for value in given if isfinite(value)]
        return reduce(numbers) if numbers else float("nan")

    return replace(rows[0], **{one.name: over([getattr(row, one.name) for row in rows]) for one in fields(rows[0])})


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _row(values: np.ndarray) -> list[float | None]:
    return [_defined(value) for value in values]


def _rows(values: np.ndarray) -> list[list[float | None]]:
    return [_row(row) for row in values]


def _listed(values: np.ndarray) -> Any:
    return values.tolist()


def _number(value: Any) -> Any:
    return float("nan") if value is None else value


Figure: TypeAlias = Annotated[
    float, BeforeValidator(_number), PlainSerializer(_defined, return_type=float | None, when_used="json")
]
Array: TypeAlias = InstanceOf[np.ndarray]
Row: TypeAlias = Annotated[Array, PlainSerializer(_row, return_type=list[float | None], when_used="json")]
Matrix: TypeAlias = Annotated[Array, PlainSerializer(_rows, return_type=list[list[float | None]], when_used="json")]
WholeRow: TypeAlias = Annotated[Array, PlainSerializer(_listed, return_type=list[int], when_used="json")]
WholeMatrix: TypeAlias = Annotated[Array, PlainSerializer(_listed, return_type=list[list[int]], when_used="json")]
