"""The file with the arrays of one entry: read it, and put a changed one in its place."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from core.data import Entry, Shots
from core.errors import FormatError, NotFoundError
from storage.database import reading, writing
from storage.entry_rows import entry_row
from storage.formats.entry_group import further_spaces, read_entry, write_entry
from storage.formats.hdf5 import Reader, new_hdf5, open_hdf5
from storage.media import MediaFiles
from storage.tables import DatasetRow, EntryRow


class EntryFiles:
    """The array files of one data directory.

    A file is never changed: a new one is written, the row points to it, the old one goes. So a reader may find that
    the file it was sent to is gone, and asks again.

    Args:
        engine: from `open_database`.
        data_dir: the library's.
        media: where videos and thumbnails lie.
    """

    def __init__(self, engine: Engine, data_dir: Path, media: MediaFiles) -> None:
        self._engine = engine
        self._data_dir = data_dir
        self._media = media

    def read(self, entry_id: str) -> Entry:
        """An entry as its file has it, with title, video and thumbnails as its row has them.

        Raises:
            NotFoundError: there is no such entry, or its file is gone.
            FormatError: its file is damaged.
        """
        return self._read(entry_id)[0]

    def shots(self, entry_id: str, name: str) -> Shots:
        """The segmentation of that name. Raises NotFoundError, FormatError."""
        shots = self.read(entry_id).shots
        if name not in shots:
            raise NotFoundError(f"Entry '{entry_id}' has no shots '{name}'.")
        return shots[name]

    def lacks(self, entry_id: str, space: str) -> bool:
        """Whether an entry has a video and no features of a space, without reading any.

        Raises:
            NotFoundError: there is no such entry, or its file is gone.
            FormatError: its file is damaged.
        """
        row, root = self._row(entry_id)
        if space in (row.feature_space, row.text_space) or self._media.find(row.video, root) is None:
            return False
        with open_hdf5(self._data_dir / row.arrays) as file:
            return space not in further_spaces(file["entry"])

    def rewrite(self, entry_id: str, change: Callable[[Entry], Entry]) -> None:
        """Keeps a changed entry in place of the one that is there; a crash leaves either the old or the new one.

        Args:
            entry_id: whose.
            change: from the entry as its file has it to what it shall be, with the same id, picks and people. Called
                again where another process has changed the file meanwhile.

        Raises:
            NotFoundError: there is no such entry.
        """
        while True:
            entry, arrays = self._read(entry_id)
            changed = change(entry)
            # Never a name that was used before: a reader may still be on its way to the file that had it.
            path = self._data_dir / "entries" / entry.dataset / f"{entry.key}~{uuid.uuid4().hex[:8]}.h5"
            try:
                with new_hdf5(path) as file:
                    write_entry(file.create_group("entry"), dataclasses.replace(changed, video=None))
                with writing(self._engine) as session:
                    row = entry_row(session, entry_id)
                    kept = row.arrays == arrays
                    if kept:
                        row.arrays = str(path.relative_to(self._data_dir))
                        row.feature_space = None if changed.features is None else changed.feature_space or "unknown"
                        row.text_space = None if changed.text_features is None else changed.text_space or "unknown"
                        row.has_captions = changed.captions is not None
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            (self._data_dir / arrays if kept else path).unlink(missing_ok=True)
            if kept:
                return

    def _read(self, entry_id: str) -> tuple[Entry, str]:
        """The entry, and where its file is below the data directory."""
        row, root = self._row(entry_id)
        while True:
            path = self._data_dir / row.arrays
            try:
                with open_hdf5(path) as file:
                    dataset, _, key = entry_id.partition("/")
                    entry = read_entry(Reader(path, file["entry"]), dataset=dataset, key=key)
                break
            except (NotFoundError, FormatError):  # gone before it was looked for, or just before it was opened
                before = row.arrays
                row, root = self._row(entry_id)
                if row.arrays == before:
                    raise
        found = dataclasses.replace(
            entry,
            title=row.title,
            video=self._media.find(row.video, root),
            thumbnails=self._media.find(row.thumbnails, root),
        )
        return found, row.arrays

    def _row(self, entry_id: str) -> tuple[EntryRow, str | None]:
        with reading(self._engine) as session:
            row = entry_row(session, entry_id)
            return row, session.get_one(DatasetRow, row.dataset).media_root
