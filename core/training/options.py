"""What can be set of a training beside its recipe: every setting of the loop and of the model's configuration.

They are read from the source of the classes that hold them, because importing a model's loads torch, and pages list
them.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from core.errors import InputError
from core.models.registry import model_kind
from core.training import recipes
from core.training.recipes import TrainSettings, settings_for

Setting = bool | int | float | str
Of = Literal["training", "model"]
Type = Literal["whole number", "number", "truth value", "text"]

# Settings of the loop that are chosen otherwise, and what follows from the features.
CHOSEN_OTHERWISE = {"model", "preset", "targets", "epochs", "seed", "time_limit_s", "config", "feature_width", "people"}
TYPES: Mapping[str, Type] = {"int": "whole number", "float": "number", "bool": "truth value", "str": "text"}
NOTHING = "none"  # how the absence of a value is written, where one may be absent
TRUTH = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False}


@dataclass(frozen=True)
class Option:
    """One setting of a training.

    Attributes:
        name: as it is given.
        of: the loop, or the model's configuration.
        type: of its value.
        choices: the only values, where they are listed; else ().
        optional: whether it may be "none".
        default: what it is where nobody sets it, written as it would be given.
        description: a line or two.
    """

    name: str
    of: Of
    type: Type
    choices: tuple[str, ...]
    optional: bool
    default: str
    description: str


def options_of(kind: str, preset: str | None = None) -> list[Option]:
    """All settings of a training of this kind, with the defaults of a recipe (by default the kind's own).

    Raises:
        InputError, NotFoundError: there is no such kind or recipe.
    """
    settings = settings_for(kind, preset=preset)
    model = model_kind(kind)
    found = [
        _option(one, "training", getattr(settings, one.name))
        for one in fields_of(recipes.__name__, TrainSettings.__name__)
        if one.type is not None and one.name not in CHOSEN_OTHERWISE
    ]
    found += [
        _option(one, "model", settings.config.get(one.name, one.default))
        for one in fields_of(model.module, model.config_name)
        if one.type is not None and one.name not in CHOSEN_OTHERWISE
    ]
    return found


def typed(kind: str, given: Mapping[str, Setting]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings of the loop, and of the model's configuration, with values of their types.

    Args:
        kind: of the model.
        given: by name, as text or of the type itself.

    Raises:
        InputError: there is none of that name, or the value is of another type.
    """
    known = {one.name: one for one in options_of(kind)}
    found: dict[Of, dict[str, Any]] = {"training": {}, "model": {}}
    for name, value in given.items():
        if name not in known:
            raise InputError(
                f"A training of {model_kind(kind).label} has no setting '{name}'; it has {', '.join(known)}."
            )
        found[known[name].of][name] = _value(known[name], value)
    return found["training"], found["model"]


def with_options(settings: TrainSettings, given: Mapping[str, Setting]) -> TrainSettings:
    """A recipe with settings that differ from it. Raises InputError, as `typed`."""
    training, config = typed(settings.model, given)
    return replace(settings, **training, config={**settings.config, **config})


# What the source of a dataclass says ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """One field of a dataclass: its type, its default (None where it has none), and what the docstring says of it."""

    name: str
    type: Type | None
    choices: tuple[str, ...]
    optional: bool
    default: Any
    description: str


@cache
def fields_of(module: str, name: str) -> tuple[Field, ...]:
    """The fields of a dataclass, in order, without importing its module.

    Args:
        module: the name of that in which it stands, or which imports it from there.
        name: of the class.

    Returns:
        Those of other types than numbers, truth values and text have `type` None.
    """
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    tree = ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and any(one.name == name for one in node.names):
            return fields_of(node.module, name)
    (found,) = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name]
    described = attributes_of(ast.get_docstring(found) or "")
    return tuple(
        Field(
            one.target.id,
            *_type(one.annotation, constants),
            _default(one.value, constants),
            described.get(one.target.id, ""),
        )
        for one in found.body
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
    )


def attributes_of(docstring: str) -> dict[str, str]:
    """What the section "Attributes" of a docstring says of each name, on one line."""
    _, _, section = inspect.cleandoc(docstring).partition("Attributes:\n")
    described: dict[str, str] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line.strip() and not line.startswith(" "):
            break
        if begun := re.match(r" {4}([\w, ]+): (.*)", line):
            names = begun[1].split(", ")
            described |= dict.fromkeys(names, begun[2])
        elif line.strip():
            described |= {name: f"{described[name]} {line.strip()}" for name in names}
    return described


def _type(node: ast.expr, constants: Mapping[str, ast.expr]) -> tuple[Type | None, tuple[str, ...], bool]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr) and ast.unparse(node.right) == "None":
        wanted, choices, _ = _type(node.left, constants)
        return wanted, choices, True
    if isinstance(node, ast.Name) and node.id in TYPES:
        return TYPES[node.id], (), False
    if isinstance(node, ast.Name) and node.id in constants:
        return _type(constants[node.id], constants)
    if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Literal":
        listed = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return "text", tuple(str(ast.literal_eval(one)) for one in listed), False
    return None, (), False


def _default(node: ast.expr | None, constants: Mapping[str, ast.expr]) -> Any:
    if node is None:
        return None
    if isinstance(node, ast.Name) and node.id in constants:
        return _default(constants[node.id], constants)
    if ast.unparse(node) == "math.inf":
        return math.inf
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


# Values -----------------------------------------------------------------------------------------------------------


def _option(field: Field, of: Of, default: Any) -> Option:
    assert field.type is not None
    return Option(field.name, of, field.type, field.choices, field.optional, written(default), field.description)


def written(value: Any) -> str:
    """A value as it is given: "none", "true", "0.0003", "DiT"."""
    if value is None:
        return NOTHING
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(option: Option, given: Setting) -> Any:
    text = written(given).strip()
    if option.optional and text.lower() == NOTHING:
        return None
    found: Any = None
    match option.type:
        case "truth value":
            found = TRUTH.get(text.lower())
        case "whole number":
            found = _whole(text, least=1 if option.of == "training" else 0)
        case "number":
            found = _number(text)
        case "text":
            found = text if text in (option.choices or (text,)) else None
    if found is None:
        wanted = {
            "truth value": "true or false",
            "whole number": f"a whole number from {1 if option.of == 'training' else 0}",
            "number": "a number from 0",
            "text": f"one of {', '.join(option.choices)}",
        }[option.type]
        more = " or none" if option.optional else ""
        raise InputError(f"'{option.name}' should be {wanted}{more}, not '{text[:40]}'.")
    return found


def _whole(text: str, least: int) -> int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and least <= number < 2**31 else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number >= 0 else None
