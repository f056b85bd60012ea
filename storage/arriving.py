"""Entries that come into a library: their files first, then all of their rows, or none."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select

from core.data import Entry
from core.errors import ConflictError, InputError
from storage.database import writing
from storage.datasets import put_dataset
from storage.encodings import forget_encodings
from storage.entry_rows import columns_of, keep_spaces, known_rows, prepared, slug
from storage.formats.entry_group import write_entry
from storage.formats.hdf5 import new_hdf5
from storage.media import MediaFiles, free_path
from storage.origins import Origin, forget_origins
from storage.tables import EntryRow, OriginRow


def add_entries(
    engine: Engine,
    media: MediaFiles,
    dataset_id: str,
    entries: Iterable[Entry],
    *,
    label: str = "",
    source: str = "",
    licence: str = "",
    replace: bool = False,
    media_root: Path | None = None,
    origin: Origin | None = None,
) -> tuple[list[str], list[str]]:
    """Takes entries into a dataset, all of them or none; see `Entries.add` for the arguments and errors.

    Returns:
        The ids in order, and those of them that were there before.
    """
    dataset_id = slug(dataset_id)
    folder = media.data_dir / "entries" / dataset_id
    written: dict[str, Path] = {}
    rows: dict[str, dict[str, Any]] = {}
    spaces: dict[str, list[str]] = {}
    try:
        for entry in entries:  # one at a time: a dataset may be larger than the memory
            entry = prepared(entry, dataset_id)
            if entry.id in written:
                raise InputError(f"Two entries of this import would be '{entry.id}'.", "Their keys must differ.")
            written[entry.id] = path = free_path(folder, entry.key)
            with new_hdf5(path) as file:
                write_entry(file.create_group("entry"), entry)
            rows[entry.id] = columns_of(entry) | {"arrays": str(path.relative_to(media.data_dir))}
            spaces[entry.id] = list(entry.features)
        if not rows:
            raise InputError(f"There is no entry to import into '{dataset_id}'.")
        with writing(engine) as session:
            known = known_rows(session, list(rows))
            present = [row.id for row in known.values() if row.removed is None]
            if present and not replace:
                raise ConflictError(
                    f"{len(present)} of these entries exist already, such as '{present[0]}'.",
                    "Import with replace, or under another dataset name.",
                )
            outdated = [media.data_dir / row.arrays for row in known.values()]
            forget_encodings(session, list(known))
            forget_origins(session, list(known))
            root = put_dataset(session, dataset_id, label, source, licence, media_root)
            last = session.scalar(select(func.max(EntryRow.position)).where(EntryRow.dataset == dataset_id))
            for position, (entry_id, columns) in enumerate(rows.items(), 0 if last is None else last + 1):
                row = known.get(entry_id)
                if row is None:
                    row = EntryRow(id=entry_id, dataset=dataset_id, position=position)
                    session.add(row)
                for name, value in columns.items():
                    setattr(row, name, media.stored(value, root) if isinstance(value, Path) else value)
                row.removed = None
                if origin is not None:
                    session.add(OriginRow(entry_id=entry_id, **vars(origin)))
            session.flush()
            keep_spaces(session, spaces)
    except BaseException:
        for path in written.values():
            path.unlink(missing_ok=True)
        for empty in (folder, folder.parent):
            with suppress(OSError):  # it holds others, or was never made
                empty.rmdir()
        raise
    for path in outdated:
        path.unlink(missing_ok=True)
    return list(rows), list(known)
