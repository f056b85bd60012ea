"""How people are asked to judge, as pages are told; see `core.labelling.protocols.Protocol` for the words."""

from __future__ import annotations

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
    return KeptProtocol(**vars(protocol_facts(how)), id=how.id, shots=how.settings.shots)


def protocol_facts(how: ProtocolVersion) -> ProtocolFacts:
    """A version of a protocol without its shots."""
    asked = {name: value for name, value in vars(how.settings).items() if name != "shots"}
    return ProtocolFacts(**asked, name=how.name, version=how.version)
