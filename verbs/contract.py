"""What every verb keeps to: one frozen request, one frozen result, defaults that stand in the request alone.

    def x(
        library: Library, request: XRequest, *, progress: Progress = silent, should_stop: ShouldStop = never
    ) -> XResult

A command's options, a job's row and a page's form are derived from the request; what a command prints as JSON, and what
a finished job holds, is the result.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError, WithJsonSchema

from core.errors import InputError
from core.exact import exact_number
from core.names import readable


class Request(BaseModel):
    """What somebody asks of a verb."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def of(cls, **choices: object) -> Self:
        """The request that a person's choices amount to.

        Raises:
            InputError: one of them makes no sense.
        """
        try:
            return cls.model_validate(choices)
        except ValidationError as error:
            raise InputError(what_is_wrong(error.errors())) from None

    def language_models(self) -> tuple[str, ...]:
        """The language models that are named by name, folder or server, or by an address."""
        return ()


class Result(BaseModel):
    """What came of a verb. Numbers that are undefined are null in its JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, ser_json_inf_nan="null")

    def as_json(self) -> dict[str, Any]:
        """Plain values, as they are kept and sent."""
        values: dict[str, Any] = json.loads(self.model_dump_json())
        return values


class LeftOut(Result):
    """An entry for which a verb did nothing, and why."""

    entry: str
    reason: str


def what_is_wrong(errors: Sequence[Mapping[str, Any]]) -> str:
    """One sentence for people about the first thing that pydantic found wrong with a request."""
    first = errors[0]
    given = first["input"]
    name = next((str(part) for part in reversed(first["loc"]) if isinstance(part, str)), "")
    match first["type"]:
        case "value_error":
            return str(first["ctx"]["error"])
        case "missing":
            return f"'{name}' is missing."
        case "extra_forbidden":
            return f"There is nothing called '{name}' to be asked for."
        case "json_invalid":
            return "The body of the request is no JSON."
        case "string_too_long" | "too_long":
            unit = "characters" if isinstance(given, str) else "items"
            return f"'{name}' should have at most {first['ctx']['max_length']} {unit}, not {len(given)}."
    told = first["msg"].removeprefix("Input should ")
    return f"'{name}' should {told[:1].lower()}{told[1:]}, not '{shorten(str(given), 80, placeholder='…')}'."


def several(value: object) -> object:
    """One path alone as a list of it."""
    return [value] if isinstance(value, str | Path) else value


def _fraction(value: object) -> Fraction:
    try:
        return exact_number(str(value))
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"A number is written such as 2, 0.5 or 1/2, not '{str(value)[:40]}'.") from None


def _listed(value: object) -> object:
    """["0,1", "2"] -> ["0", "1", "2"], as a terminal writes it."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list):
        return given
    return [part for one in given for part in (one.split(",") if isinstance(one, str) else [one])]


def _paired(value: object) -> object:
    """["heads=8"] -> {"heads": "8"}, as a terminal writes it."""
    if not isinstance(value, list | tuple):
        return value
    pairs: dict[str, str] = {}
    for one in value:
        name, equals, given = str(one).partition("=")
        if not equals or not name.strip():
            raise ValueError(f"A setting is written name=value, such as lr=1e-4, not '{one}'.")
        pairs[name.strip()] = given
    return pairs


# A file that somebody named, as it can be told.
GivenFile = Annotated[Path, PlainSerializer(lambda path: readable(str(path)), return_type=str, when_used="json")]

# Several whole numbers, also written "0,1,2".
Numbers = Annotated[tuple[int, ...], BeforeValidator(_listed)]

# Settings by name, also written ["name=value"].
Setting = bool | int | float | str
Settings = Annotated[dict[str, Setting], BeforeValidator(_paired)]

# Factors by name, also written ["name=2"].
Factor = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Factors = Annotated[dict[str, Factor], BeforeValidator(_paired)]

# A number that is kept exactly, written "2", "0.5" or "1/2".
Exact = Annotated[
    Fraction, BeforeValidator(_fraction), PlainSerializer(str, return_type=str), WithJsonSchema({"type": "string"})
]
