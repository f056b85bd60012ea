"""Who has looked at others' labels or at scores of a video: whoever judges it afterwards knew them.

A look is written down once, when it is answered. When somebody who looked gives the first label afterwards, the log of
that task says so with an event "seen" of the server's (`storage.annotations`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from threading import Lock

from sqlalchemy import Engine, exists, select
from sqlalchemy.orm import Session

from core.errors import UnavailableError
from storage.database import reading, writing
from storage.tables import EntryRow, RunRow, SeenRow, TaskRow
from storage.tasks import Annotator

log = logging.getLogger("manycut.library")
AT_HAND = 100_000  # looks that a process remembers to have written down


class Seen:
    """The looks of one installation.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = Lock()
        self._written: set[tuple[int, str]] = set()
        self._waiting: set[tuple[int, str]] = set()

    def note(self, annotator: Annotator, scopes: Iterable[str]) -> None:
        """Somebody is shown what others or models say of these.

        Looking goes on where nothing can be written for the moment; such a look is written down with the next one.

        Args:
            annotator: who.
            scopes: entries of which there is something to be seen; a dataset, or "" for all of the library.
        """
        with self._lock:
            new = {(annotator.id, scope) for scope in scopes} - self._written
            if not new:
                return
            self._waiting |= new
            looks = set(self._waiting)
        try:
            with writing(self._engine) as session:
                for person, scope in looks:
                    if session.get(SeenRow, (person, scope)) is None:
                        session.add(SeenRow(annotator_id=person, scope=scope))
        except UnavailableError as error:
            log.warning("What %s looked at could not be written down: %s", annotator.pseudonym, error)
            return
        with self._lock:
            self._waiting -= looks
            self._written = looks if len(self._written) > AT_HAND else self._written | looks

    def of_others(self, annotator: Annotator, entries: Iterable[str]) -> list[str]:
        """Those of these entries of which there is anything to be seen: labels of somebody else, or scores."""
        with reading(self._engine) as session:
            return [entry for entry in entries if _shows_something(session, annotator.id, entry)]


def scopes_of(entry: str) -> tuple[str, str, str]:
    """What somebody may have looked at who has seen what others or models say of an entry."""
    return entry, entry.partition("/")[0], ""


def _shows_something(session: Session, annotator_id: int, entry: str) -> bool:
    given = exists().where(EntryRow.id == entry, EntryRow.people > 0)
    scored = exists().where(RunRow.entry_id == entry, RunRow.removed.is_(None))
    labelled = exists().where(TaskRow.entry_id == entry, TaskRow.annotator_id != annotator_id, TaskRow.judged > 0)
    return bool(session.scalar(select(given | scored | labelled)))
