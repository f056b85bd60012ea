"""JSON schemas of models, said for people: the fields, their types and bounds, and an example that fits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
BOUNDS = {
    "minimum": "at least {}", "exclusiveMinimum": "above {}", "maximum": "at most {}", "exclusiveMaximum": "below {}",
    "minLength": "at least {} characters", "maxLength": "at most {} characters",
    "minItems": "at least {} of them", "maxItems": "at most {} of them",
}  # fmt: skip
PLAIN = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null"}
NAMED = {"date-time": "time", "path": "path", "binary": "file"}
DEEPEST = 6  # that an example goes into models within models


@dataclass(frozen=True)
class FieldSaid:
    """A field of a model or a parameter, for people.

    Attributes:
        name: of it.
        type: such as "whole number, at least 1" or "list of text"; models by their names.
        default: what holds where it is left out, as JSON; None where it must be given.
        what: it is; "" where nothing is said.
    """

    name: str
    type: str
    default: str | None
    what: str


def fields_of(schema: Schema) -> list[FieldSaid]:
    """The fields of a model, in their order."""
    required = schema.get("required", ())
    return [
        field_said(name, about, name in required, about.get("description", ""))
        for name, about in schema.get("properties", {}).items()
    ]


def field_said(name: str, schema: Schema, required: bool, what: str = "") -> FieldSaid:
    """One field or parameter. Where its default is made when it is asked for, that reads "…"."""
    default = json.dumps(schema["default"], ensure_ascii=False) if "default" in schema else "…"
    return FieldSaid(name, type_said(schema), None if required else default, what)


def type_said(schema: Schema) -> str:
    """The type of a value and its bounds, in words."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " or ".join(json.dumps(one) for one in schema["enum"])
    kinds = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if kinds:
        return " or ".join(dict.fromkeys(type_said(one) for one in kinds))
    bounds = "".join(f", {said.format(_number(schema[name]))}" for name, said in BOUNDS.items() if name in schema)
    kind = schema.get("type")
    if kind == "array":
        parts = schema.get("prefixItems")
        inner = ", ".join(type_said(one) for one in parts) if parts else type_said(schema.get("items", {}))
        return f"[{inner}]" if parts else f"list of ({inner}){bounds}" if "," in inner else f"list of {inner}{bounds}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"names with {type_said(values if isinstance(values, Mapping) else {})}"
    return NAMED.get(schema.get("format", ""), PLAIN.get(str(kind), "anything")) + bounds


def example_of(schema: Schema, models: Mapping[str, Schema], depth: int = 0) -> Any:
    """A value that fits a schema: of models only what must be given.

    Args:
        schema: of it.
        models: those that it names, by their names.
        depth: of models that this one lies in.
    """
    if "$ref" in schema:
        return example_of(models[str(schema["$ref"]).rpartition("/")[2]], models, depth)
    if schema.get("examples"):
        return schema["examples"][0]
    for said in ("const", "default"):
        if schema.get(said) is not None:
            return schema[said]
    if "enum" in schema:
        return schema["enum"][0]
    kinds = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if kinds:
        return example_of(kinds[0], models, depth)
    kind = schema.get("type")
    if kind == "object":
        required = schema.get("required", ()) if depth < DEEPEST else ()
        return {name: example_of(schema["properties"][name], models, depth + 1) for name in required}
    if kind == "array":
        parts = schema.get("prefixItems") or [schema.get("items", {})] * schema.get("minItems", 0)
        return [example_of(one, models, depth + 1) for one in parts]
    if kind in ("integer", "number"):
        return _number(max(schema.get("minimum", 1), schema.get("exclusiveMinimum", 0) + 1))
    return {"string": "NAME", "boolean": False}.get(str(kind))


def models_named(schema: Any) -> Iterator[str]:
    """The names of all models that a schema names."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rpartition("/")[2]
        for part in schema.values():
            yield from models_named(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            yield from models_named(part)


def _number(value: float) -> float:
    return int(value) if value == int(value) else value
