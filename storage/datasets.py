"""Datasets: entries that came together, and where their media lie."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from core.names import readable
from storage.database import reading, writing
from storage.tables import DatasetRow, EntryRow


@dataclass(frozen=True)
class Dataset:
    """Entries that came together; `entries` is their number."""

    id: str
    label: str
    source: str
    licence: str
    created: datetime
    media_root: Path | None
    entries: int


class Datasets:
    """The datasets of one library.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def list(self) -> list[Dataset]:
        """All datasets, oldest first."""
        count = func.count(EntryRow.id).filter(EntryRow.removed.is_(None))
        query = (
            select(DatasetRow, count)
            .outerjoin(EntryRow, EntryRow.dataset == DatasetRow.id)
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
                )
                for row, entries in session.execute(query)
            ]

    def set_media_root(self, dataset_id: str, folder: Path) -> None:
        """Says where the media of a dataset lie now."""
        with writing(self._engine) as session:
            query = update(DatasetRow).where(DatasetRow.id == dataset_id)
            session.execute(query.values(media_root=str(folder.resolve())))


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
        row.label, row.source = label or row.label, source or row.source
        row.licence = licence or row.licence
    if root is not None:
        row.media_root = str(root.resolve())
    session.flush()
    return None if row.media_root is None else Path(row.media_root)
