"""Forgetting who somebody is: their pseudonym takes the place of their name, and what they labelled stays.

The name goes out of the tables, out of what lies beside them in the data directory (`storage.forgotten_files`) and out
of the free pages of the database. What videos say of themselves (titles, captions, names of files) is not searched for
names of people, and backups that were made before keep it: both are told.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, text, update
from sqlalchemy.orm import Session

from core.errors import ConflictError, NotFoundError
from core.personal import KIND as PERSONAL
from storage.accounts import led
from storage.database import writing
from storage.entry_rows import slug
from storage.forgotten_files import backups_of, rewrite_texts, still_in
from storage.pseudonyms import Pseudonyms, words
from storage.tables import (
    AgreementRow,
    AnnotatorRow,
    AssignmentRow,
    Base,
    CaptionEditRow,
    CheckpointRow,
    CollectionRow,
    DatasetRow,
    EntryRow,
    EntryTagRow,
    EvaluationRow,
    EventRow,
    JobRow,
    MendedCutRow,
    MendStepRow,
    PreferenceAskedRow,
    PreferencePairRow,
    PreferenceStudyRow,
    RunRow,
    SessionRow,
    TaskStateRow,
    TokenRow,
)

# Events whose data are no words of anybody's.
WORDLESS = ("rate", "clear", "mark", "unmark", "trace", "watched")
# What requests and results of jobs say of things that have names of their own.
NOT_PEOPLE = frozenset(
    (
        "verb", "kind", "format", "entry", "entries", "dataset", "datasets", "videos", "checkpoint", "start_from",
        "before", "path", "out", "file", "manifest", "originals", "splits", "folder", "feature_space", "space", "rule",
        "shots",
    )
)  # fmt: skip
PATIENCE_S = 10.0  # that others who read the database are waited for, so that its file can be written anew


@dataclass(frozen=True)
class Forgotten:
    """What became of somebody's name.

    Attributes:
        pseudonym: that stands in its place.
        backups: files of backups that were made before, which still hold it.
        left: what of the data directory still holds it, as paths below it: titles and captions of videos among them.
    """

    pseudonym: str
    backups: tuple[str, ...]
    left: tuple[str, ...]


def forget(engine: Engine, data_dir: Path, name: str) -> Forgotten:
    """Puts somebody's pseudonym in the place of their name; their links and sessions end, their labels stay.

    Somebody of the same name who comes afterwards is another person.

    Raises:
        NotFoundError: there is nobody of that name.
        ConflictError: they are the last lead, have no other name than their pseudonym, or a job is about them.
        UnavailableError: the database cannot be written at the moment; nothing was changed.
    """
    with writing(engine) as session:
        row = session.scalar(select(AnnotatorRow).where(AnnotatorRow.name == name))
        if row is None:
            raise NotFoundError(f"There is nobody called '{name}'.")
        pseudonym = row.pseudonym
        if pseudonym == name:
            raise ConflictError(f"'{name}' is a pseudonym: who that is, is not known here.")
        if session.scalar(select(AnnotatorRow.id).where(AnnotatorRow.name == pseudonym)) is not None:
            raise ConflictError(f"Somebody else is called '{pseudonym}', which is the pseudonym of {name}.")
        told = _Told(name, pseudonym)
        _check_jobs(session, told)
        was_lead = row.role == "lead"
        had_lead = led(session)
        row.name, row.key, row.role = pseudonym, None, "annotator"
        session.flush()
        if was_lead and had_lead and not led(session):
            raise ConflictError(
                f"{name} is the last lead and cannot be forgotten.", "Make somebody else a lead before that."
            )
        session.execute(delete(SessionRow).where(SessionRow.name == name))
        session.execute(delete(TokenRow).where(TokenRow.annotator_id == row.id))
        session.execute(delete(PreferenceAskedRow).where(PreferenceAskedRow.annotator_id == row.id))
        _rename_in_log(session, name, pseudonym, told)
        _rename_in_rows(session, told)
    rewrite_texts(data_dir, told.text, name)
    _write_anew(engine)
    return Forgotten(pseudonym, backups_of(data_dir), still_in(data_dir, name))


class _Told:
    """What stands for one name: in texts, in plain data and in names of files that were made of it."""

    def __init__(self, name: str, pseudonym: str) -> None:
        self._name, self._pseudonym = name, pseudonym
        self._names = Pseudonyms({name: pseudonym, json.dumps(name)[1:-1]: pseudonym})  # as files of JSON write it
        self._in_files = words([slug(name).lower()])

    def text(self, text: str) -> str:
        return self._names.text(text)

    def value(self, value: Any, under: str = "") -> Any:
        """JSON with the pseudonym in the place of the name, in keys as well."""
        if isinstance(value, Mapping):
            return {self._key(key): self.value(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [self.value(one, under) for one in value]
        if not isinstance(value, str) or under in NOT_PEOPLE:
            return value
        told = self.text(value)
        if under == "name" and self._in_files is not None:  # "harbour-day-person-ada-15.mp4", to be downloaded as
            told = self._in_files.sub(self._pseudonym, told)
        return told

    def is_about(self, args: Mapping[str, Any]) -> bool:
        """Whether a request names the person."""
        return self.value(dict(args)) != dict(args)

    def _key(self, key: str) -> str:
        return self._pseudonym if key == self._name else key


def _check_jobs(session: Session, told: _Told) -> None:
    """What works about somebody at the moment would write their name down again."""
    for job in session.scalars(select(JobRow).where(JobRow.state.in_(("queued", "running")))):
        if told.is_about(job.args):
            raise ConflictError(f"Job {job.id} ({job.kind}) is about them and not done.", "Cancel it, or wait for it.")


def _rename_in_log(session: Session, name: str, pseudonym: str, told: _Told) -> None:
    """The log, whose rows are otherwise never changed: who did what, and the name in what people wrote."""
    with _changing(session.connection(), ("events", "caption_edits")):
        session.execute(update(EventRow).where(EventRow.actor == name).values(actor=pseudonym))
        said = select(EventRow.id, EventRow.data).where(EventRow.data.is_not(None), EventRow.kind.not_in(WORDLESS))
        for number, data in session.execute(said).all():
            if data and (new := told.value(data)) != data:
                session.execute(update(EventRow).where(EventRow.id == number).values(data=new))
        session.execute(update(CaptionEditRow).where(CaptionEditRow.who == name).values(who=pseudonym))


def _rename_in_rows(session: Session, told: _Told) -> None:
    columns: tuple[tuple[type[Base], tuple[str, ...]], ...] = (
        (TaskStateRow, ("folding",)),
        (JobRow, ("args", "result", "error", "message", "figures")),
        (AgreementRow, ("result",)),
        (EvaluationRow, ("settings", "figures")),
        (AssignmentRow, ("title",)),
        (CheckpointRow, ("name",)),
        (RunRow, ("label", "settings", "note")),
        (MendedCutRow, ("name", "base", "label", "facts")),
        (PreferencePairRow, ("a", "b")),
        (PreferenceStudyRow, ("title",)),
        (EntryRow, ("note",)),
        (DatasetRow, ("note",)),
        (CollectionRow, ("name", "note")),
        (EntryTagRow, ("tag",)),
    )
    for table, names in columns:
        for row in session.scalars(select(table)):
            for name in names:
                _rename(row, name, told)
    for run in session.scalars(select(RunRow).where(RunRow.kind == PERSONAL)):  # of others these are ids
        _rename(run, "model", told)
        _rename(run, "checkpoint", told)
    for cut in session.scalars(select(MendedCutRow).where(MendedCutRow.personal)):
        cut.facts = {**cut.facts, "checkpoint": told.text(cut.facts["checkpoint"])}
    for step in session.scalars(select(MendStepRow).where(MendStepRow.kind == "name")):
        step.data = {"name": told.text(step.data["name"])}


def _rename(row: Any, column: str, told: _Told) -> None:
    before = getattr(row, column)
    after = told.value(before) if before is not None else None
    if after != before:
        setattr(row, column, after)


@contextmanager
def _changing(connection: Connection, tables: tuple[str, ...]) -> Iterator[None]:
    """The block may change rows of these tables; in its transaction, so that nobody else ever may."""
    if connection.dialect.name == "sqlite":
        found = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (:one, :other)")
        triggers = connection.execute(found, dict(zip(("one", "other"), tables, strict=True))).all()
        for trigger in triggers:
            connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
        yield
        for trigger in triggers:
            connection.exec_driver_sql(trigger.sql)
    else:
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        yield
        for table in tables:
            connection.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only")


def _write_anew(engine: Engine) -> None:
    """Writes SQLite's file anew, without free pages, and empties its write-ahead log.

    Where others read it all the time, the log goes on holding what was until they pause; `still_in` says so then.
    """
    if engine.dialect.name != "sqlite":
        return
    give_up = time.monotonic() + PATIENCE_S
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA secure_delete=ON")
        while True:
            try:
                cursor.execute("VACUUM")
                busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError:
                busy = 1
            if not busy or time.monotonic() > give_up:
                return
            time.sleep(0.2)
    finally:
        raw.close()
