"""The description of the REST, from which the types of the pages are generated: complete and exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from storage.library import Library
from tests.webapp.routes_of import our_routes
from verbs.jobs import VERBS
from webapp.server import build_app

# Routes that answer with a file, an address to go to, or raw numbers.
NOT_JSON = {
    "/assets/player/{tag}/{name:path}", "/favicon.ico", "/vendor/plotly.min.js", "/media", "/thumbnails", "/enter",
    "/compare", "/api/docs", "/api/series", "/api/chapters",
    "/api/cutlist", "/api/download", "/api/preferences/export",
    "/api/people/key.csv",
}  # fmt: skip


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("data")) as library:
        yield build_app(library)


def test_every_json_route_says_what_it_answers(app):
    ours = list(our_routes(app))
    assert len(ours) > 45
    assert {route.path for route in ours if route.response_field is None} == NOT_JSON


def test_no_part_of_an_answer_or_a_request_may_be_anything(app):
    schemas = app.openapi()["components"]["schemas"]
    assert [where for name, schema in schemas.items() for where in vague(schema, name)] == []


def vague(schema: Any, where: str) -> Iterator[str]:
    """The places in a schema that take any value."""
    if not isinstance(schema, dict) or "$ref" in schema or "enum" in schema or "const" in schema:
        return
    kinds = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if not kinds and "type" not in schema:
        yield where
    if (
        schema.get("type") == "object"
        and "properties" not in schema
        and schema.get("additionalProperties", True) is True
    ):
        yield where
    if schema.get("type") == "array" and "items" not in schema and "prefixItems" not in schema:
        yield where
    for part in kinds:
        yield from vague(part, where)
    for name, part in schema.get("properties", {}).items():
        yield from vague(part, f"{where}.{name}")
    for part in (schema.get("items"), schema.get("additionalProperties"), *schema.get("prefixItems", ())):
        if isinstance(part, dict):
            yield from vague(part, f"{where}[]")


def test_what_jobs_are_asked_for_is_told_apart_by_their_verb(app):
    schemas = app.openapi()["components"]["schemas"]
    asked = schemas["JobFacts"]["properties"]["args"]["anyOf"][0]
    assert set(asked["discriminator"]["mapping"]) == {request.model_fields["verb"].default for request in VERBS}
    made = {part.get("$ref", "").rpartition("/")[2] for part in schemas["JobFacts"]["properties"]["result"]["anyOf"]}
    assert made - {""} == {result.__name__ for _, result in VERBS.values()}


def test_rows_of_compare_are_told_apart_by_their_kind(app):
    rows = app.openapi()["components"]["schemas"]["EntryFacts"]["properties"]["rows"]["items"]
    assert rows["discriminator"]["propertyName"] == "kind"
    assert set(rows["discriminator"]["mapping"]) == {"people", "signal", "samples", "curve", "offer", "missing"}
