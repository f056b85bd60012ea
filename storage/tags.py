"""Tags of entries: words by which people find them again."""

from __future__ import annotations

import builtins
from collections.abc import Collection, Sequence

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from core import limits
from core.errors import ConflictError, InputError, NotFoundError
from core.names import readable
from storage.database import reading, writing
from storage.entry_rows import entry_row
from storage.search import Group
from storage.tables import EntryRow, EntryTagRow


class Tags:
    """The tags of one library.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Group]:
        """All tags in alphabetical order, with the number of entries that have them."""
        query = select(EntryTagRow.tag, func.count()).join(EntryRow, EntryRow.id == EntryTagRow.entry_id)
        query = query.where(EntryRow.removed.is_(None)).group_by(EntryTagRow.tag).order_by(EntryTagRow.tag)
        with reading(self._engine) as session:
            return [Group(tag, tag, entries) for tag, entries in session.execute(query)]

    def of_entry(self, entry_id: str) -> Sequence[str]:
        """The tags of an entry in alphabetical order."""
        query = select(EntryTagRow.tag).where(EntryTagRow.entry_id == entry_id).order_by(EntryTagRow.tag)
        with reading(self._engine) as session:
            return session.scalars(query).all()

    def change(
        self, entry_ids: Collection[str], add: Collection[str] = (), remove: Collection[str] = ()
    ) -> builtins.list[str]:
        """Gives entries tags and takes others away, of all of them or of none.

        Returns:
            The entries whose tags are others than before.

        Raises:
            NotFoundError: there is no such entry.
            InputError: a tag is empty or too long, or an entry would have too many.
        """
        adding = {clean_tag(tag) for tag in add}
        removing = {clean_tag(tag) for tag in remove} - adding
        changed = []
        with writing(self._engine) as session:
            for entry_id in dict.fromkeys(entry_ids):
                entry_row(session, entry_id)
                of_entry = EntryTagRow.entry_id == entry_id
                known = set(session.scalars(select(EntryTagRow.tag).where(of_entry)))
                if known & removing or adding - known:
                    changed.append(entry_id)
                session.execute(delete(EntryTagRow).where(of_entry, EntryTagRow.tag.in_(removing)))
                known -= removing
                if len(known | adding) > limits.TAGS:
                    raise InputError(f"An entry has {limits.TAGS} tags at most.", "Take others away first.")
                _add(session, entry_id, adding - known)
        return changed

    def rename(self, tag: str, name: str, merge: bool = False) -> None:
        """Calls a tag otherwise, wherever it is, removed entries included.

        Args:
            tag: as it is called.
            name: as it is called from now on.
            merge: where there is a tag of that name already, both become one.

        Raises:
            NotFoundError: no entry has the tag.
            InputError: the new name is empty or too long.
            ConflictError: another tag is called so, and they shall not become one.
        """
        old, new = clean_tag(tag), clean_tag(name)
        with writing(self._engine) as session:
            having = select(EntryTagRow.entry_id)
            if session.scalar(having.where(EntryTagRow.tag == old).limit(1)) is None:
                raise NotFoundError(f"No entry has the tag '{old}'.", "List them: ls tags")
            if old == new:
                return
            both = set(session.scalars(having.where(EntryTagRow.tag == new)))
            if both and not merge:
                raise ConflictError(
                    f"There is a tag '{new}' already, of {len(both)} {'entry' if len(both) == 1 else 'entries'}.",
                    "Merging makes one of both, which cannot be taken apart again: --merge",
                )
            of_old = EntryTagRow.tag == old
            twice = select(EntryTagRow.entry_id).where(EntryTagRow.tag == new)
            session.execute(delete(EntryTagRow).where(of_old, EntryTagRow.entry_id.in_(twice)))
            session.execute(update(EntryTagRow).where(of_old).values(tag=new))


def clean_tag(tag: str) -> str:
    """A tag as it is kept: lower case, one space between words. Raises InputError."""
    clean = " ".join(readable(tag).lower().split())
    if not clean or len(clean) > limits.TAG_CHARS:
        raise InputError(f"A tag has 1 to {limits.TAG_CHARS} characters.")
    return clean


def _add(session: Session, entry_id: str, tags: Collection[str]) -> None:
    session.add_all(EntryTagRow(entry_id=entry_id, tag=tag) for tag in tags)
