"""How people are asked to judge, as pages are told; see `core.labelling.protocols.Protocol` for the words."""

from __future__ import annotations

from typing import Any

from core.labelling.protocols import Kind, Shots
from storage.protocols import ProtocolVersion
from webapp.views.answer import Answer


class ProtocolFacts(Answer):
    """A protocol with its name and version, without its shots."""

    name: str
    version: int
    kind: Kind
    instructions: str
    scale: tuple[int, ...]
    labels: dict[str, str]
    budget: tuple[float, float]
    hz: int
    muted: bool
    watch: float
    reveal: bool


class KeptProtocol(ProtocolFacts):
    """A protocol that can be asked for: `id` of its version, `shots` that are rated or shown."""

    id: int
    shots: Shots


def kept_protocol(how: ProtocolVersion) -> KeptProtocol:
    """A version of a protocol."""
    return KeptProtocol(id=how.id, shots=how.settings.shots, **facts(how))


def facts(how: ProtocolVersion) -> dict[str, Any]:
    """The fields of `ProtocolFacts`."""
    kept = {name: value for name, value in vars(how.settings).items() if name != "shots"}
    return {**kept, "name": how.name, "version": how.version}
