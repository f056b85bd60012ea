"""What is said of the REST to people: each route of its description, with who may ask, an example and its models."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from verbs.schemas import FieldSaid, example_of, field_said, models_named, type_said
from webapp.access import ANYBODY, SIGNED_IN, Roles, roles_of

ROLES = ("lead", "annotator", "viewer")
TOKEN = '-H "Authorization: Bearer $MANYCUT_TOKEN"'
A_FILE = "The body is the file"  # how routes that take one begin what they say of themselves


@dataclass(frozen=True)
class RouteSaid:
    """A route, for people.

    Attributes:
        method, path: of it.
        anchor: of its section.
        who: may ask.
        what: it does; "" where its name says it.
        parameters: in its address.
        body, answer: the types of both; "" where they are none of JSON.
        status: of an answer that is none of a refusal.
        models: that it names.
        example: a command of curl.
    """

    method: str
    path: str
    anchor: str
    who: str
    what: str
    parameters: tuple[FieldSaid, ...]
    body: str
    answer: str
    status: str
    models: tuple[str, ...]
    example: str


def routes_said(description: Mapping[str, Any], base: str) -> list[RouteSaid]:
    """The routes of an OpenAPI document, in its order; `base` is the address of the server, for the examples."""
    models = description["components"]["schemas"]
    return [
        _route(method.upper(), path, about, models, base)
        for path, methods in description["paths"].items()
        for method, about in methods.items()
    ]


def who_may(roles: Roles) -> str:
    """Roles in words."""
    if roles >= ANYBODY:
        return "anybody"
    if roles >= SIGNED_IN:
        return "everybody who is signed in"
    return " and ".join(f"{one}s" for one in ROLES if one in roles)


def _route(method: str, path: str, about: Mapping[str, Any], models: Mapping[str, Any], base: str) -> RouteSaid:
    roles = roles_of(method, path)
    parameters = about.get("parameters", ())
    bodies = about.get("requestBody", {}).get("content", {})
    status, answer = next((code, one) for code, one in about["responses"].items() if code.startswith("2"))
    answers = answer.get("content", {}).get("application/json", {}).get("schema", {})
    body: Mapping[str, Any] = next((one["schema"] for one in bodies.values()), {})
    what = about.get("description") or about.get("summary", "")
    return RouteSaid(
        method=method,
        path=path,
        anchor=f"{method.lower()}{path.replace('/', '-')}",
        who=who_may(roles),
        what=what,
        parameters=tuple(
            field_said(one["name"], one["schema"], one["required"], one.get("description", "")) for one in parameters
        ),
        body=type_said(body) if body else "a file" if what.startswith(A_FILE) else "",
        answer=type_said(answers) if answers else "",
        status=status,
        models=tuple(dict.fromkeys(models_named([body, answers]))),
        example=" \\\n    ".join(_curl(method, path, parameters, bodies, what, models, base, roles)),
    )


def _asked(schema: Mapping[str, Any], models: Mapping[str, Any]) -> Any:
    """An example of a parameter; of a list one that is not empty, which could not be said."""
    return [example_of(schema["items"], models)] if schema.get("type") == "array" else example_of(schema, models)


def _curl(
    method: str,
    path: str,
    parameters: Any,
    bodies: Mapping[str, Any],
    what: str,
    models: Mapping[str, Any],
    base: str,
    roles: Roles,
) -> Iterator[str]:
    asked = {one["name"]: _asked(one["schema"], models) for one in parameters if one["required"]}
    query = urlencode({name: value for name, value in asked.items() if f"{{{name}}}" not in path}, doseq=True, safe="/")
    for name, value in asked.items():
        path = path.replace(f"{{{name}}}", str(value))
    address = shlex.quote(base + path + (f"?{query}" if query else ""))
    yield f"curl {address}" if method == "GET" else f"curl -X {method} {address}"
    if roles < ANYBODY:
        yield TOKEN
    for kind, content in bodies.items():
        given = example_of(content["schema"], models)
        if kind == "application/json":
            yield f"-H 'Content-Type: application/json' -d {shlex.quote(json.dumps(given, ensure_ascii=False))}"
        else:
            yield " ".join(f"-F {name}={shlex.quote(str(value))}" for name, value in given.items())
        return
    if what.startswith(A_FILE):
        yield "--data-binary @FILE"
