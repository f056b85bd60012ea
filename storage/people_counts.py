"""How many people judged each entry and how far they differ, kept in its row for lists, filters and orders."""

from __future__ import annotations

import logging

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from core.errors import ManycutError
from storage.database import reading, writing
from storage.entry_files import EntryFiles
from storage.entry_rows import people_columns
from storage.labels import COUNTING, Labels
from storage.people import scores_of
from storage.tables import EntryRow, EventRow, TaskRow

log = logging.getLogger("manycut.library")


class PeopleCounts:
    """The counts of one library.

    Args:
        engine: from `open_database`.
        files: of its entries.
        labels: what people labelled here.
    """

    def __init__(self, engine: Engine, files: EntryFiles, labels: Labels) -> None:
        self._engine = engine
        self._files = files
        self._labels = labels

    def recount(self, entry_id: str) -> None:
        """Renews what lists say about the people of an entry, after some came or went.

        Nobody else waits for it: what is counted is read and compared without the write lock, and counted again where
        other labels came to count meanwhile.
        """
        while True:
            with reading(self._engine) as session:
                counted = _counted(session, entry_id)
            try:
                scores = scores_of(self._files.read(entry_id), self._labels.of_entry(entry_id))
            except ManycutError as error:  # its file is gone, or it is removed: no reason to refuse labels
                log.warning("The people of %s could not be counted: %s", entry_id, error)
                return
            columns = people_columns(scores)
            with writing(self._engine) as session:
                if _counted(session, entry_id) == counted:
                    session.execute(update(EntryRow).where(EntryRow.id == entry_id).values(columns))
                    return

    def count_uncounted(self) -> None:
        """Counts the people of entries that come from a version of Manycut that did not."""
        waiting = EntryRow.judges.is_(None)
        with reading(self._engine) as session:
            ids = session.scalars(select(EntryRow.id).where(waiting)).all()
        for entry_id in ids:
            self.recount(entry_id)
        if ids:
            with writing(self._engine) as session:  # those that cannot be read
                session.execute(update(EntryRow).where(waiting).values(judges=EntryRow.people))


def _counted(session: Session, entry_id: str) -> tuple[str | None, int, int | None]:
    """What a count rests on: the file of the entry, how many tasks count, and the newest event of these.

    A task that comes to count, or counts in another way, brings a newer event; one that no longer does lowers the
    number.
    """
    arrays = session.scalar(select(EntryRow.arrays).where(EntryRow.id == entry_id))
    query = (
        select(func.count(TaskRow.id.distinct()), func.max(EventRow.id))
        .join(EventRow, EventRow.task_id == TaskRow.id)
        .where(TaskRow.entry_id == entry_id, COUNTING)
    )
    tasks, newest = session.execute(query).one()
    return arrays, tasks, newest
