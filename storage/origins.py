"""Which file an entry was taken in from, so that the same one is not taken in twice, whatever it is called by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from storage.database import reading, writing
from storage.tables import EntryRow, OriginRow

MANY = 500  # databases limit the number of parameters


@dataclass(frozen=True)
class Origin:
    """A video file as it was taken in.

    Attributes:
        content: SHA-256 of the file.
        settings: how it was taken in, for people: "colour-motion-v1, 2 picks a second, kts".
        name: of the file at that time.
        path: absolute, where it was seen last; None where that says nothing to whoever gave it, as of an upload, or its
            name cannot be kept.
        size: in bytes; None where an earlier version took it in.
        sound: which of its sound tracks was asked for.
        timecode: what its time code showed at the first picture (`core.data.timecode.TimeCode` as it is stored), "" for
            a file that has none; None where nobody looked.
    """

    content: str
    settings: str
    name: str
    path: str | None = None
    size: int | None = None
    sound: str | None = None
    timecode: str | None = None


class Origins:
    """One row for each entry that was made from a video file here.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def entry_of(self, dataset: str, content: str, settings: str) -> str | None:
        """The entry of a dataset that was made from a file like this in this way; removed ones do not count."""
        query = (
            select(OriginRow.entry_id)
            .join(EntryRow, EntryRow.id == OriginRow.entry_id)
            .where(OriginRow.content == content, OriginRow.settings == settings)
            .where(EntryRow.dataset == dataset, EntryRow.removed.is_(None))
            .order_by(EntryRow.position)
        )
        with reading(self._engine) as session:
            return session.scalar(query.limit(1))

    def of_entry(self, entry_id: str) -> Origin | None:
        """The file that an entry was made from; None for entries that came from elsewhere."""
        with reading(self._engine) as session:
            row = session.get(OriginRow, entry_id)
        if row is None:
            return None
        return Origin(row.content, row.settings, row.name, row.path, row.size, row.sound, row.timecode)

    def found_again(self, entry_id: str, origin: Origin) -> None:
        """Notes where the file of an entry lies now, where that is known."""
        if origin.path is None:
            return
        with writing(self._engine) as session:
            row = session.get(OriginRow, entry_id)
            if row is not None:
                row.path, row.size = origin.path, origin.size

    def put(self, entry_id: str, origin: Origin) -> None:
        """Notes the file of an entry that came from elsewhere, in place of the one that it had."""
        with writing(self._engine) as session:
            session.merge(OriginRow(entry_id=entry_id, **vars(origin)))


def forget_origins(session: Session, entry_ids: Sequence[str]) -> None:
    """Forgets the files of entries that come again from elsewhere."""
    for start in range(0, len(entry_ids), MANY):
        session.execute(delete(OriginRow).where(OriginRow.entry_id.in_(entry_ids[start : start + MANY])))
