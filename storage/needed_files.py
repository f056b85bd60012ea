"""Which files that could go are needed: jobs that wait or run, or entries, refer to them."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select

from storage.database import reading
from storage.library import Library
from storage.tables import DatasetRow, EntryRow, OriginRow

AT_ONCE = 500  # entries that are read by one statement
REST_S = 0.005  # after each, for whoever waits for an answer of the same process
MOST_FOLDERS = 10_000  # whose real places are kept in mind


def needed_files(library: Library, found: Collection[Path]) -> set[Path]:
    """Those of `found` that somebody refers to, that lie in what is referred to, or in which that lies.

    All entries are read, and none of their files: it takes a minute in a library of a million, little by little.

    Raises:
        UnavailableError: the database cannot say it.
    """
    looked_for = _LookedFor(found)
    for path in _paths_of(library):
        looked_for.meet(path)
    return looked_for.met


class _LookedFor:
    """Files that are looked for among very many paths, each of which is followed where it, or a folder, is a link."""

    def __init__(self, found: Collection[Path]) -> None:
        self.met: set[Path] = set()
        self._at: dict[str, set[Path]] = {}  # by their real places
        self._below: dict[str, set[Path]] = {}  # by the folders above them
        for path in found:
            real = os.path.realpath(path)
            self._at.setdefault(real, set()).add(path)
            for above in _with_parents(os.path.dirname(real)):
                self._below.setdefault(above, set()).add(path)
        self._folders: dict[str, tuple[str, frozenset[Path]]] = {}

    def meet(self, path: str) -> None:
        """Notes which of the files a path that is referred to meets."""
        folder, name = os.path.split(path)
        if name in ("", ".", "..") or os.path.islink(path):
            path = _real(path)
            folder, name = os.path.split(path)
        known = self._folders.get(folder)
        if known is None:
            if len(self._folders) >= MOST_FOLDERS:
                self._folders.clear()
            real = _real(folder)
            around = frozenset(one for above in _with_parents(real) for one in self._at.get(above, ()))
            known = self._folders[folder] = real, around
        real = os.path.join(known[0], name)
        self.met |= known[1] | self._at.get(real, set()) | self._below.get(real, set())


def _with_parents(path: str) -> Iterator[str]:
    yield path
    while (above := os.path.dirname(path)) != path:
        path = above
        yield path


def _real(path: str) -> str:
    with suppress(OSError, ValueError):
        return os.path.realpath(path)
    return path


def _paths_of(library: Library) -> Iterator[str]:
    for args in library.jobs.unfinished_requests():
        yield from _absolute(args)
    files = (EntryRow.arrays, EntryRow.video, EntryRow.thumbnails)
    entries = select(EntryRow.id, *files, DatasetRow.media_root).join(DatasetRow, DatasetRow.id == EntryRow.dataset)
    entries = entries.order_by(EntryRow.id).limit(AT_ONCE)
    last = ""
    while True:
        with reading(library.engine) as session:
            rows = session.execute(entries.where(EntryRow.id > last)).all()
        for _, *referred, root in rows:
            for file in filter(None, referred):
                yield os.path.join(library.data_dir, file)
                if root:
                    yield os.path.join(root, file)
        if len(rows) < AT_ONCE:
            break
        last = rows[-1].id
        time.sleep(REST_S)
    with reading(library.engine) as session:
        origins = session.scalars(select(OriginRow.path)).all()
    yield from filter(None, origins)


def _absolute(value: Any) -> Iterator[str]:
    """The texts of a request that may be places of files."""
    if isinstance(value, str):
        if value.startswith(os.sep):
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _absolute(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _absolute(one)
