"""Results as plain JSON values."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

JSON: TypeAdapter[Any] = TypeAdapter(Any)


def as_json(value: Any) -> Any:
    """`value` with arrays as lists, paths and times as strings, dataclasses as objects, and NaN or infinity as null.

    Raises:
        TypeError: something in it has no JSON form.
    """
    return JSON.dump_python(value, mode="json", fallback=_array)


def _array(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no JSON form")
