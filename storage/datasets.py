"""Datasets: entries that came together, and where their media lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, delete, func, select, true, update
from sqlalchemy.orm import Session

from core.errors import NotFoundError
from core.names import readable
from storage.database import reading, writing
from storage.tables import DatasetRow, EntryRow, InstallationRow, now

BEGUN = "begun"  # a fact of `InstallationRow`: the library had a dataset once


@dataclass(frozen=True)
class Dataset:
    """Entries that came together; `entries` is their number, `note` what people wrote about them."""

    id: str
    label: str
    source: str
    licence: str
    created: datetime
    media_root: Path | None
    entries: int
    note: str = ""


class Datasets:
    """The datasets of one library.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self, *, removed: bool = False) -> list[Dataset]:
        """All datasets, oldest first; `removed` ones only where they are wanted."""
        count = func.count(EntryRow.id).filter(EntryRow.removed.is_(None))
        query = (
            select(DatasetRow, count)
            .outerjoin(EntryRow, EntryRow.dataset == DatasetRow.id)
            .where(true() if removed else DatasetRow.removed.is_(None))
            .group_by(DatasetRow.id)
            .order_by(DatasetRow.created, DatasetRow.id)
        )
        with reading(self._engine) as session:
            return [
                Dataset(
                    id=row.id,
                    label=row.label,
                    source=row.source,
                    licence=row.licence,
                    created=row.created,
                    media_root=None if row.media_root is None else Path(row.media_root),
                    entries=entries,
                    note=row.note,
                )
                for row, entries in session.execute(query)
            ]

    def begun(self) -> bool:
        """Whether there was ever any dataset, also one that is gone for good."""
        with reading(self._engine) as session:
            known = session.scalar(select(DatasetRow.id).limit(1))
            return known is not None or session.get(InstallationRow, BEGUN) is not None

    def forget(self, dataset_id: str) -> bool:
        """Deletes the row of a removed dataset; False where it still has entries, removed ones included."""
        with writing(self._engine) as session:
            if session.scalar(select(EntryRow.id).where(EntryRow.dataset == dataset_id).limit(1)) is not None:
                return False
            session.merge(InstallationRow(name=BEGUN, value="yes"))
            session.execute(delete(DatasetRow).where(DatasetRow.id == dataset_id, DatasetRow.removed.is_not(None)))
            return True

    def rename(self, dataset_id: str, label: str) -> None:
        """Calls a dataset otherwise; with an empty label by its id. Its id stays. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row(session, dataset_id).label = " ".join(readable(label).split()) or dataset_id

    def set_note(self, dataset_id: str, note: str) -> None:
        """Writes down something about a dataset, instead of what was noted before. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row(session, dataset_id).note = readable(note).strip()

    def remove(self, dataset_id: str) -> int:
        """Takes a dataset and its entries out of every list; nothing is deleted.

        Returns:
            How many entries it had.

        Raises:
            NotFoundError: there is none of this id.
        """
        moment = now()
        with writing(self._engine) as session:
            _row(session, dataset_id).removed = moment
            here = update(EntryRow).where(EntryRow.dataset == dataset_id, EntryRow.removed.is_(None))
            return len(session.execute(here.values(removed=moment).returning(EntryRow.id)).all())

    def restore(self, dataset_id: str) -> int:
        """Brings a removed dataset back with the entries that were removed with it, and says how many.

        Raises:
            NotFoundError: there is none of this id.
        """
        with writing(self._engine) as session:
            row = _row(session, dataset_id, removed=True)
            here = update(EntryRow).where(EntryRow.dataset == dataset_id, EntryRow.removed == row.removed)
            back = session.execute(here.values(removed=None).returning(EntryRow.id)).all()
            row.removed = None
            return len(back)

    def set_media_root(self, dataset_id: str, folder: Path) -> None:
        """Says where the media of a dataset lie now."""
        with writing(self._engine) as session:
            query = update(DatasetRow).where(DatasetRow.id == dataset_id)
            session.execute(query.values(media_root=str(folder.resolve())))


def _row(session: Session, dataset_id: str, *, removed: bool = False) -> DatasetRow:
    """The row of a dataset, also of a `removed` one where that is wanted."""
    row = session.get(DatasetRow, dataset_id)
    if row is None or (row.removed is not None and not removed):
        raise NotFoundError(f"There is no dataset '{dataset_id}'.")
    return row


def put_dataset(
    session: Session, dataset_id: str, label: str, source: str, licence: str, root: Path | None
) -> Path | None:
    """Makes or renews the row of a dataset and returns its media root."""
    label, source, licence = readable(label), readable(source), readable(licence)
    row = session.get(DatasetRow, dataset_id)
    if row is None:
        row = DatasetRow(id=dataset_id, label=label or dataset_id, source=source, licence=licence)
        session.add(row)
    else:
        row.removed = None
        row.label, row.source = label or row.label, source or row.source
        row.licence = licence or row.licence
    if root is not None:
        row.media_root = str(root.resolve())
    session.flush()
    return None if row.media_root is None else Path(row.media_root)
