"""The file with the arrays of one entry: read it, and put a changed one in its place."""

from __future__ import annotations

import dataclasses
import uuid
from collections import ChainMap, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from typing import NamedTuple, TypeVar

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from core.data import Entry, Shots
from core.data.timebase import format_rate
from core.errors import ConflictError, FormatError, NotFoundError
from storage.database import reading, writing
from storage.entry_rows import entry_row, keep_spaces
from storage.formats.entry_group import FeatureSpaces, feature_spaces, read_entry, read_features, write_entry
from storage.formats.hdf5 import Reader, new_hdf5, open_hdf5
from storage.formats.stayed_features import LazyFeatures, StayedFeatures, StayedRows
from storage.media import MediaFiles
from storage.tables import DatasetRow, EntryRow

Found = TypeVar("Found")
AT_HAND = 16  # entries that a process keeps in memory, without their features
LARGE = 4 * 2**20  # bytes of arrays of an entry that is not kept


class Standing(NamedTuple):
    """Which file an entry was read from: another one of the same name differs in the rest."""

    name: str
    number: int
    changed: int
    size: int


def standing(name: str, path: Path) -> Standing | None:
    """Of the file at `path`, which its row calls `name`; None where it is gone."""
    try:
        found = path.stat()
    except OSError:
        return None
    return Standing(name, found.st_ino, found.st_mtime_ns, found.st_size)


def _fixed(entry: Entry) -> int:
    """Lets nothing be written into the arrays of an entry from now on; how many bytes they are."""
    people = entry.annotations
    of_people = [] if people is None else [one for one in vars(people).values() if isinstance(one, np.ndarray)]
    shots = [one.bounds for one in entry.shots.values()]
    empty = [] if entry.empty is None else [entry.empty]
    arrays = (entry.picks, *of_people, *shots, *empty, *entry.signals.values())
    for array in arrays:
        array.setflags(write=False)
    return sum(array.nbytes for array in arrays)


@dataclasses.dataclass(frozen=True, eq=False)
class _Written:
    """An entry that was written to `path`, in place of the file that its row called `before`."""

    entry: Entry
    before: str
    path: Path


class StoredFeatures(LazyFeatures):
    """Features by the id of their space, each read when it is first asked for, and kept from then on.

    Args:
        spaces: which there are.
        read: gives the (T, D) float32 of one of them.
    """

    def __init__(self, spaces: Iterable[str], read: Callable[[str], np.ndarray]) -> None:
        super().__init__(spaces)
        self._read = read
        self._known: dict[str, np.ndarray] = {}

    def anew(self) -> StoredFeatures:
        """The same, of which nothing has been read yet."""
        return StoredFeatures(self, self._read)

    def __getitem__(self, space: str) -> np.ndarray:
        if space not in self:
            raise KeyError(space)
        if space not in self._known:
            self._known[space] = self._read(space)
        return self._known[space]


class EntryFiles:
    """The array files of one data directory.

    A file is never changed: a new one is written, the row points to it, the old one goes. So a reader may find that
    the file it was sent to is gone, and asks again. For the same reason what was read of a file can be kept in memory.

    Args:
        engine: from `open_database`.
        data_dir: the library's.
        media: where videos and thumbnails lie.
    """

    def __init__(self, engine: Engine, data_dir: Path, media: MediaFiles) -> None:
        self._engine = engine
        self._data_dir = data_dir
        self._media = media
        self._at_hand: OrderedDict[Standing, Entry] = OrderedDict()
        self._lock = Lock()

    def read(self, entry_id: str) -> Entry:
        """An entry as its file has it, with title, video and thumbnails as its row has them.

        Its features are read from the file that is there when they are asked for. Nothing else of it can be changed in
        place, since others are given the same arrays.

        Raises:
            NotFoundError: there is no such entry, or its file is gone.
            FormatError: its file is damaged; later, too, where features are.
        """

        def later(spaces: FeatureSpaces, steps: int) -> StoredFeatures:
            return StoredFeatures(spaces.places, lambda space: self._features(entry_id, space, steps))

        row, root = self._row(entry_id)
        where = standing(row.arrays, self._data_dir / row.arrays)
        with self._lock:
            found = self._at_hand.pop(where, None) if where else None
        if found is None:
            found = self._opened(entry_id, lambda reader, row, root: self._entry(reader, row, root, later))
        if where and _fixed(found) < LARGE:
            with self._lock:
                self._at_hand[where] = found
                while len(self._at_hand) > AT_HAND:
                    self._at_hand.popitem(last=False)
        return dataclasses.replace(
            found,
            title=row.title,
            video=self._media.find(row.video, root),
            thumbnails=self._media.find(row.thumbnails, root),
            features=found.features.anew() if isinstance(found.features, StoredFeatures) else found.features,
            meta=dict(found.meta),
        )

    def shots(self, entry_id: str, name: str) -> Shots:
        """The segmentation of that name. Raises NotFoundError, FormatError."""
        shots = self.read(entry_id).shots
        if name not in shots:
            raise NotFoundError(f"Entry '{entry_id}' has no shots '{name}'.")
        return shots[name]

    def rewrite(self, entry_id: str, change: Callable[[Entry], Entry]) -> None:
        """Keeps a changed entry in place of the one that is there; a crash leaves either the old or the new one.

        Args:
            entry_id: whose.
            change: from the entry as its file has it to what it shall be, with the same id, frames, picks and people.
                Called again where another process has changed the file meanwhile.

        Raises:
            NotFoundError: there is no such entry.
        """
        while not self._opened(entry_id, lambda reader, row, root: self._rewritten(reader, row, root, change)):
            pass

    def rewrite_all(self, changes: Mapping[str, Callable[[Entry], Entry]]) -> None:
        """Keeps changed entries in place of those that are there, all of them or none; their people may be others.

        Args:
            changes: by the id of each entry, from what its file has to what it shall be, with the same frames and
                picks. All are called again where another process has changed one of the files meanwhile.

        Raises:
            NotFoundError: there is no such entry.
        """
        while True:
            written: list[_Written] = []
            try:
                for entry_id, change in changes.items():
                    write = partial(self._written, change=change)
                    written.append(self._opened(entry_id, write))
                with writing(self._engine) as session:
                    rows = [entry_row(session, one.entry.id) for one in written]
                    kept = all(row.arrays == one.before for row, one in zip(rows, written, strict=True))
                    if kept:
                        for row, one in zip(rows, written, strict=True):
                            self._keep(session, row, one)
            except BaseException:
                for one in written:
                    one.path.unlink(missing_ok=True)
                raise
            for one in written:
                (self._data_dir / one.before if kept else one.path).unlink(missing_ok=True)
            if kept:
                return

    def _rewritten(self, reader: Reader, row: EntryRow, root: str | None, change: Callable[[Entry], Entry]) -> bool:
        """Whether the changed entry is there now; not where another process was first."""
        one = self._written(reader, row, root, change)
        try:
            with writing(self._engine) as session:
                now = entry_row(session, one.entry.id)
                kept = now.arrays == one.before
                if kept:
                    self._keep(session, now, one)
        except BaseException:
            one.path.unlink(missing_ok=True)
            raise
        (self._data_dir / one.before if kept else one.path).unlink(missing_ok=True)
        return kept

    def _written(self, reader: Reader, row: EntryRow, root: str | None, change: Callable[[Entry], Entry]) -> _Written:
        """The changed entry in a file of its own, which no row names yet."""

        def from_here(spaces: FeatureSpaces, steps: int) -> Mapping[str, np.ndarray]:
            here = StoredFeatures(spaces.places, lambda space: read_features(reader, spaces, space, steps))
            stayed = {space: place for space, place in spaces.places.items() if isinstance(place, StayedRows)}
            return ChainMap(StayedFeatures(stayed), here) if stayed else here  # type: ignore[arg-type]  # as in `Entry`

        arrays = row.arrays
        entry = self._entry(reader, row, root, from_here)
        changed = change(entry)
        # Never a name that was used before: a reader may still be on its way to the file that had it.
        path = self._data_dir / "entries" / entry.dataset / f"{entry.key}~{uuid.uuid4().hex[:8]}.h5"
        try:
            with new_hdf5(path) as file:
                write_entry(file.create_group("entry"), dataclasses.replace(changed, video=None))
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return _Written(changed, arrays, path)

    def _keep(self, session: Session, row: EntryRow, one: _Written) -> None:
        """Lets a row name the file that was written, and say what is in it."""
        people = one.entry.annotations
        row.arrays = str(one.path.relative_to(self._data_dir))
        row.fps = format_rate(one.entry.timebase.rate)
        row.duration = one.entry.timebase.duration
        row.rate_assumed = bool(one.entry.assumed_rate)
        row.feature_space = one.entry.feature_space
        row.text_space = one.entry.text_space
        row.has_captions = one.entry.captions is not None
        row.people = 0 if people is None else len(people)
        row.simulated_people = 0 if people is None else sum(people.simulated)
        keep_spaces(session, {one.entry.id: one.entry.features})

    def _entry(
        self,
        reader: Reader,
        row: EntryRow,
        root: str | None,
        features: Callable[[FeatureSpaces, int], Mapping[str, np.ndarray]],
    ) -> Entry:
        dataset, _, key = row.id.partition("/")
        return dataclasses.replace(
            read_entry(reader, dataset=dataset, key=key, features=features, ours=True),
            title=row.title,
            video=self._media.find(row.video, root),
            thumbnails=self._media.find(row.thumbnails, root),
        )

    def _features(self, entry_id: str, space: str, steps: int) -> np.ndarray:
        """The features of an entry that had so many picks."""

        def read(reader: Reader, *_: object) -> np.ndarray:
            spaces = feature_spaces(reader, ours=True)
            if space not in spaces.places or int(reader.array("n_steps", np.int64, (), "a number")) != steps:
                raise ConflictError(f"'{entry_id}' was replaced by another one meanwhile.", "Open it again.")
            return read_features(reader, spaces, space, steps)

        return self._opened(entry_id, read)

    def _opened(self, entry_id: str, use: Callable[[Reader, EntryRow, str | None], Found]) -> Found:
        """What `use` makes of the open file of an entry, its row, and the folder of its media."""
        row, root = self._row(entry_id)
        while True:
            path = self._data_dir / row.arrays
            try:
                with open_hdf5(path) as file:
                    return use(Reader(path, file["entry"]), row, root)
            except (NotFoundError, FormatError):  # gone before it was looked for, or just before it was opened
                before = row.arrays
                row, root = self._row(entry_id)
                if row.arrays == before:
                    raise

    def _row(self, entry_id: str) -> tuple[EntryRow, str | None]:
        with reading(self._engine) as session:
            row = entry_row(session, entry_id)
            return row, session.get_one(DatasetRow, row.dataset).media_root
