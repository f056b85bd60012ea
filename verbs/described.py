"""Every verb for people who write scripts, out of its request and its result: `help-api`, and /api/docs#verbs."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import verbs
from verbs.contract import Request, Result
from verbs.schemas import FieldSaid, fields_of


@dataclass(frozen=True)
class VerbSaid:
    """A verb, for people.

    Attributes:
        name: of the function, to be imported from `verbs`.
        what: it does, in a sentence or more.
        errors: that it raises, by their names, and when; "" where it says none.
        request, result: what its models are called.
        asked, made: their fields.
        call: an example.
    """

    name: str
    what: str
    errors: str
    request: str
    result: str
    asked: tuple[FieldSaid, ...]
    made: tuple[FieldSaid, ...]
    call: str


def described_verbs() -> list[VerbSaid]:
    """All verbs that are offered, by name."""
    found = (getattr(verbs, name) for name in verbs.offered())
    of_two = [one for one in found if inspect.isfunction(one) and "request" in inspect.signature(one).parameters]
    return sorted(map(_said, of_two), key=lambda one: one.name)


def _said(verb: Callable[..., Any]) -> VerbSaid:
    request, result = _models(verb)
    asked = fields_of(request.model_json_schema(by_alias=False))
    told = _attributes(result.__doc__ or "")
    made = [
        replace(one, what=one.what or told.get(one.name, ""))
        for one in fields_of(result.model_json_schema(by_alias=False, mode="serialization"))
    ]
    what, _, rest = inspect.cleandoc(verb.__doc__ or "").partition("Raises")
    errors = re.sub(r"\s+", " ", rest.lstrip(": \n")).strip()
    asked = [one for one in asked if one.name != "verb"]
    must = ", ".join(f"{one.name}=..." for one in asked if one.default is None)
    call = f"{verb.__name__}(library, {request.__name__}({must}))"
    what = " ".join(what.split())
    return VerbSaid(verb.__name__, what, errors, request.__name__, result.__name__, tuple(asked), tuple(made), call)


def _attributes(docstring: str) -> dict[str, str]:
    """What a docstring says of the attributes of a class, by name."""
    _, _, listed = inspect.cleandoc(docstring).partition("Attributes:\n")
    found: dict[str, str] = {}
    for names, what in re.findall(r"^ {4}(\w[\w, ]*): (.+(?:\n {8,}.+)*)", listed, re.M):
        found |= dict.fromkeys(re.split(r",\s*", names), " ".join(what.split()))
    return found


def _models(verb: Callable[..., Any]) -> tuple[type[Request], type[Result]]:
    """The request and the result of a verb, which its module imports or makes."""
    module = inspect.getmodule(verb)
    said = verb.__annotations__
    names: dict[str, Any] = {**vars(typing), **vars(module)} if module else {}
    request, result = names[said["request"]], names[said["return"]]
    return request, result
