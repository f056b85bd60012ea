"""The protocols of an installation. A version that exists is never changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from core import limits
from core.errors import InputError, NotFoundError
from core.labelling.protocols import STANDARD, Protocol, protocol_from
from storage.database import reading, writing
from storage.tables import ProtocolRow


@dataclass(frozen=True)
class ProtocolVersion:
    """A protocol as it was at one time.

    Attributes:
        id: of the row.
        name, version: "shot-ratings", 1.
        settings: how people are asked.
    """

    id: int
    name: str
    version: int
    settings: Protocol

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Protocols:
    """All versions of all protocols."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def standard(self, kind: str = "shot-ratings") -> ProtocolVersion:
        """Version 1 of "shot-ratings", "keyshots" or "continuous". Raises NotFoundError."""
        if kind not in STANDARD:
            raise NotFoundError(f"There is no protocol '{kind}'.", f"Known are {', '.join(STANDARD)}.")
        query = select(ProtocolRow).where(ProtocolRow.name == kind, ProtocolRow.version == 1)
        with reading(self._engine) as session:
            row = session.scalar(query)
        if row is None:
            with writing(self._engine) as session:
                row = session.scalar(query) or add_version(session, kind, STANDARD[kind])
        return protocol_of(row)

    def save(self, name: str, settings: Protocol) -> ProtocolVersion:
        """The newest version of that name when it says the same, else a new version.

        Raises:
            InputError: the name or a setting is not usable.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= limits.PROTOCOL_NAME_CHARS:
            raise InputError(f"A protocol's name has between 1 and {limits.PROTOCOL_NAME_CHARS} characters.")
        settings = protocol_from(settings.as_dict())
        with writing(self._engine) as session:
            newest = session.scalar(
                select(ProtocolRow).where(ProtocolRow.name == name).order_by(ProtocolRow.version.desc()).limit(1)
            )
            if newest is None or protocol_from(newest.settings) != settings:
                newest = add_version(session, name, settings, 1 if newest is None else newest.version + 1)
            return protocol_of(newest)

    def get(self, protocol_id: int) -> ProtocolVersion:
        """One version. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = session.get(ProtocolRow, protocol_id)
        if row is None:
            raise NotFoundError(f"There is no protocol {protocol_id}.")
        return protocol_of(row)

    def list(self) -> list[ProtocolVersion]:
        """Every version, by name, newest first; the standard ones are always among them."""
        for kind in STANDARD:
            self.standard(kind)
        with reading(self._engine) as session:
            rows = session.scalars(select(ProtocolRow).order_by(ProtocolRow.name, ProtocolRow.version.desc())).all()
        return [protocol_of(row) for row in rows]


def add_version(session: Session, name: str, settings: Protocol, version: int = 1) -> ProtocolRow:
    """A new row, numbered."""
    row = ProtocolRow(name=name, version=version, settings=settings.as_dict())
    session.add(row)
    session.flush()
    return row


def protocol_of(row: ProtocolRow) -> ProtocolVersion:
    """A row as plain data."""
    return ProtocolVersion(row.id, row.name, row.version, protocol_from(row.settings))
