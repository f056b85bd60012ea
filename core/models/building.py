"""A model from the description of one that somebody else may have made, and only where its weights can be there.

A configuration is a few numbers, and may ask for more layers or wider ones than any memory holds. So a model is built
without memory first, and for good only where it is no larger than what the file with its weights can fill.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints

import torch

from core.errors import InputError
from core.models.registry import ModelKind

KINDS: dict[type, str] = {int: "a whole number from 0", float: "a number", bool: "true or false", str: "a word"}
# What a model has beside the weights in its file, such as tables that follow from their formula: bytes, and times.
ROOM, FACTOR = 64 * 2**20, 4
# What constructors raise for numbers that do not fit each other, such as heads that do not divide a width.
DO_NOT_FIT = (TypeError, ValueError, LookupError, AttributeError, AssertionError, ArithmeticError, RuntimeError)


def configured(kind: ModelKind, values: Mapping[str, Any]) -> Any:
    """The configuration of a model, each part of the type that it should have.

    Raises:
        InputError: a part is unknown, missing, or of another type; to be said with the name of the file.
    """
    types = get_type_hints(kind.config_class)
    for name, value in values.items():
        if name not in types:
            raise InputError(f"{kind.label} has no '{name}'")
        if not _is(value, types[name]):
            raise InputError(f"'{name}' should be {KINDS.get(types[name], 'something else')}, not {value!r:.40}")
    try:
        return kind.config_class(**values)
    except TypeError as error:  # a part without a default is missing
        raise InputError(str(error)) from error


def check_size(kind: ModelKind, config: Any, tensors: int, size: int) -> None:
    """That a model can be built, and that its weights can come from a file.

    Args:
        kind: of the model.
        config: from `configured`.
        tensors, size: how many there are in the file, and its bytes.

    Raises:
        InputError: the configuration contradicts itself, or asks for more than the file can hold; to be said with its
            name.
    """
    for one in fields(config):
        if one.name.endswith("layers") and getattr(config, one.name) > tensors:
            raise InputError(f"it asks for {getattr(config, one.name)} {one.name}, and there are {tensors} weights")
    try:
        with torch.device("meta"):
            outline = kind.model_class(config)
    except DO_NOT_FIT as error:
        raise InputError(f"its numbers do not fit each other ({error})") from error
    needed = sum(one.numel() * one.element_size() for one in (*outline.parameters(), *outline.buffers()))
    if needed > ROOM + FACTOR * size:
        raise InputError(f"it asks for {needed} bytes of weights, far more than a file of {size} bytes holds")


def _is(value: object, wanted: type) -> bool:
    if wanted is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    return isinstance(value, wanted)
