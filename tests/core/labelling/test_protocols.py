"""Protocols as data."""

from __future__ import annotations

import json

import pytest

from core.errors import InputError
from core.labelling.protocols import SHOT_RATINGS, STANDARD, protocol_from


@pytest.mark.parametrize("kind", STANDARD)
def test_a_protocol_survives_json(kind):
    assert protocol_from(json.loads(json.dumps(STANDARD[kind].as_dict()))) == STANDARD[kind]


def test_what_an_older_version_did_not_say_is_as_in_the_standard():
    old = {"kind": "shot-ratings", "scale": [1, 2, 3], "labels": {"1": "no"}, "shots": "uniform 2 s", "muted": False}
    found = protocol_from(old)
    assert (found.scale, found.muted, found.watch) == ((1, 2, 3), False, SHOT_RATINGS.watch)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"kind": "dance"}, "dance"),
        ({"colour": "red"}, "colour"),
        ({"scale": [1]}, "scale"),
        ({"scale": [3, 2, 1]}, "scale"),
        ({"scale": "12"}, "scale"),
        ({"scale": [1, 2, 30]}, "scale"),
        ({"budget": [0.2, 0.1]}, "budget"),
        ({"budget": [0, 0.1]}, "budget"),
        ({"budget": 0.1}, "budget"),
        ({"shots": "scenes"}, "Shots"),
        ({"hz": 5}, "samples"),
        ({"watch": 2}, "watched"),
        ({"watch": "all"}, "watched"),
        ({"muted": "yes"}, "Muted"),
        ({"instructions": "x" * 6000}, "characters"),
        ({"kind": ["keyshots"]}, "list"),
        ({"kind": "\ud800"}, "ud800"),
        ({"budget": [0.1, 10**400]}, "budget"),
        ({"watch": 10**400}, "watched"),
        ({"instructions": "\ud800"}, "malformed"),
        ({"labels": {"1": "\ud800"}}, "malformed"),
    ],
)
def test_a_protocol_that_makes_no_sense_is_refused_with_its_part(wrong, word):
    with pytest.raises(InputError, match=word):
        protocol_from(wrong)
