"""`help-api` says what scripts in Python can ask."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from cli.main import app
from core.errors import NotFoundError


def asked(*words):
    return CliRunner().invoke(app, ["help-api", *words])


def test_all_verbs_are_listed_and_one_is_said_whole():
    assert "\nsample " in asked().output
    said = asked("sample").output
    for part in ("from verbs import SampleRequest, sample", "n: whole number", "cuts:", "Raises NotFoundError"):
        assert part in said


def test_json_holds_the_same():
    (one,) = json.loads(asked("export", "--json").output)["verbs"]
    assert {field["name"] for field in one["asked"]} >= {"dataset", "out"}


def test_a_verb_that_is_none_is_told_with_those_there_are():
    wrong = asked("smaple")
    assert isinstance(wrong.exception, NotFoundError)
    assert "sample" in wrong.exception.hint
