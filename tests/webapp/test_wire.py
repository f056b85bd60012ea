"""What the player's modules know of the server is what the server says: types of its answers, and its limits."""

from __future__ import annotations

import pytest

from webapp.wire import GENERATOR, LIMITS, WIRE, limits_module, wire_types


@pytest.mark.skipif(not GENERATOR.exists(), reason="needs what `make player` installs")
def test_the_types_of_the_wire_are_up_to_date():
    assert wire_types() == WIRE.read_text(), "run `make wire`"


def test_the_pages_know_the_limits_of_the_server():
    assert limits_module() == LIMITS.read_text(), "run `make wire`"
