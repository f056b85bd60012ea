"""Collections: entries that somebody put together, whichever datasets they are of."""

from __future__ import annotations

import builtins
from collections.abc import Collection as Several
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from core import limits
from core.errors import InputError, NotFoundError
from core.names import readable
from storage.database import reading, writing
from storage.entry_rows import entry_row
from storage.tables import CollectedRow, CollectionRow, EntryRow, now


@dataclass(frozen=True)
class Collection:
    """Entries that were put together; `entries` is their number."""

    id: int
    name: str
    note: str
    created: datetime
    entries: int


class Collections:
    """The collections of one library.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Collection]:
        """All collections that are not removed, by name."""
        counted = func.count(EntryRow.id)
        query = (
            select(CollectionRow, counted)
            .outerjoin(CollectedRow, CollectedRow.collection_id == CollectionRow.id)
            .outerjoin(EntryRow, (EntryRow.id == CollectedRow.entry_id) & EntryRow.removed.is_(None))
            .where(CollectionRow.removed.is_(None))
            .group_by(CollectionRow.id)
            .order_by(func.lower(CollectionRow.name), CollectionRow.id)
        )
        with reading(self._engine) as session:
            return [Collection(row.id, row.name, row.note, row.created, n) for row, n in session.execute(query)]

    def of_entry(self, entry_id: str) -> Sequence[str]:
        """The names of the collections that hold an entry."""
        query = select(CollectionRow.name).join(CollectedRow, CollectedRow.collection_id == CollectionRow.id)
        query = query.where(CollectedRow.entry_id == entry_id, CollectionRow.removed.is_(None))
        with reading(self._engine) as session:
            return session.scalars(query.order_by(CollectionRow.name)).all()

    def create(self, name: str) -> int:
        """A new, empty collection; its id. Raises InputError."""
        with writing(self._engine) as session:
            row = CollectionRow(name=_clean(name))
            session.add(row)
            session.flush()
            return row.id

    def change(self, collection_id: int, add: Several[str] = (), remove: Several[str] = ()) -> builtins.list[str]:
        """Puts entries into a collection, after those that it has, and takes others out; all or nothing.

        Returns:
            The entries that came or went.

        Raises:
            NotFoundError: there is no such collection or entry.
        """
        with writing(self._engine) as session:
            _row(session, collection_id)
            here = CollectedRow.collection_id == collection_id
            gone = delete(CollectedRow).where(here, CollectedRow.entry_id.in_(list(remove)))
            changed = list(session.scalars(gone.returning(CollectedRow.entry_id)))
            known = set(session.scalars(select(CollectedRow.entry_id).where(here)))
            last = session.scalar(select(func.max(CollectedRow.position)).where(here))
            position = -1 if last is None else last
            for entry_id in dict.fromkeys(add):
                entry_row(session, entry_id)
                if entry_id not in known:
                    position += 1
                    session.add(CollectedRow(collection_id=collection_id, entry_id=entry_id, position=position))
                    changed.append(entry_id)
        return changed

    def rename(self, collection_id: int, name: str) -> None:
        """Calls a collection otherwise. Raises NotFoundError, InputError."""
        with writing(self._engine) as session:
            _row(session, collection_id).name = _clean(name)

    def merge(self, collection_id: int, into: int) -> None:
        """Puts the entries of a collection behind those of another, and removes it. Raises NotFoundError."""
        with reading(self._engine) as session:
            _row(session, collection_id)
            here = select(CollectedRow.entry_id).where(CollectedRow.collection_id == collection_id)
            entries = session.scalars(here.order_by(CollectedRow.position)).all()
        self.change(into, entries)
        self.remove(collection_id)

    def set_note(self, collection_id: int, note: str) -> None:
        """Writes down something about a collection, instead of what was noted before. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row(session, collection_id).note = readable(note).strip()

    def remove(self, collection_id: int) -> None:
        """Takes a collection out of every list; its entries stay where they are. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row(session, collection_id).removed = now()

    def restore(self, collection_id: int) -> None:
        """Brings a removed collection back. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row(session, collection_id, removed=True).removed = None


def _row(session: Session, collection_id: int, *, removed: bool = False) -> CollectionRow:
    row = session.get(CollectionRow, collection_id)
    if row is None or (row.removed is not None and not removed):
        raise NotFoundError(f"There is no collection {collection_id}.")
    return row


def _clean(name: str) -> str:
    clean = " ".join(readable(name).split())
    if not clean or len(clean) > limits.TITLE_CHARS:
        raise InputError(f"A collection has a name of 1 to {limits.TITLE_CHARS} characters.")
    return clean
