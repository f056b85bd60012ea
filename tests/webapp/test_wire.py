"""The types that the player's modules are checked with are those of the server's answers."""

from __future__ import annotations

import pytest

from webapp.wire import GENERATOR, WIRE, wire_types


@pytest.mark.skipif(not GENERATOR.exists(), reason="needs what `make player` installs")
def test_the_types_of_the_wire_are_up_to_date():
    assert wire_types() == WIRE.read_text(), "run `make wire`"
