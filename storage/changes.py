"""Whether anything has changed of what pages show of an entry.

The database counts by itself (triggers, migration 0023), so that no writer, and no other process, can forget to.
"""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path

from sqlalchemy import Engine, bindparam, select, true

from storage.database import asking, reading
from storage.entry_files import standing
from storage.entry_rows import entry_row
from storage.media import MediaFiles
from storage.tables import ChangesRow, DatasetRow, EntryRow


class Changes:
    """The changes of one installation.

    Args:
        engine: from `open_database`.
        data_dir: the library's.
    """

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        self._media = MediaFiles(data_dir)

    def mark(self, entry_id: str) -> Hashable:
        """Something else whenever anything of an entry, its people, its runs or the models may have changed.

        Taken before something is made of them, it belongs to what was made, or to what is older.

        Raises:
            NotFoundError: there is no such entry.
        """
        with asking(self._engine) as connection:
            found = connection.execute(_MARK, {"entry": entry_id}).one_or_none()
        if found is None:
            with reading(self._engine) as session:
                entry_row(session, entry_id)  # says why
        assert found is not None
        files = (found.video, found.thumbnails)
        here = tuple(self._media.find(one, found.media_root) for one in files)
        return found.n, standing(found.arrays, self._media.data_dir / found.arrays), here


_MARK = (
    select(ChangesRow.n, EntryRow.arrays, EntryRow.video, EntryRow.thumbnails, DatasetRow.media_root)
    .select_from(EntryRow)
    .join(DatasetRow, DatasetRow.id == EntryRow.dataset)
    .join(ChangesRow, true())
    .where(EntryRow.id == bindparam("entry"), EntryRow.removed.is_(None))
)
