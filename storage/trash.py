"""What was removed: it stays until the trash is emptied. What people labelled or corrected is never deleted."""

from __future__ import annotations

import builtins
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from storage.database import reading, writing
from storage.datasets import Datasets
from storage.mended import MendedCuts, delete_cuts
from storage.preferences import delete_pairs
from storage.runs import Runs
from storage.tables import (
    AgreementRow,
    AssignedRow,
    AssignmentRow,
    CaptionEditRow,
    CheckpointRow,
    CollectedRow,
    CollectionRow,
    DatasetRow,
    EncodingRow,
    EntryRow,
    EntrySpaceRow,
    EntryTagRow,
    EvaluationRow,
    MendedCutRow,
    OriginRow,
    PreferencePairRow,
    PreferenceVoteRow,
    RunRow,
    TaskRow,
)

Kind = Literal["entry", "dataset", "run", "checkpoint", "collection", "mended"]
LABELLED = "people labelled it or corrected its captions, which is never deleted"
ASKED_FOR = "an assignment asks for it"
MENDED = "somebody mended a cut of it, which was not removed"
COMPARED = "somebody said which of its cuts is better"
HOLDS = "some of its entries are kept"


@dataclass(frozen=True)
class Removed:
    """Something that was removed.

    Attributes:
        kind: what it is.
        id: by which it is brought back.
        label: what people called it.
        removed: when (UTC).
        kept: why emptying the trash leaves it, "" where it goes.
    """

    kind: Kind
    id: str
    label: str
    removed: datetime
    kept: str = ""


class Trash:
    """The removed things of one library.

    Args:
        engine: from `open_database`.
        data_dir: the library's.
        datasets, runs, mended: of it.
    """

    def __init__(self, engine: Engine, data_dir: Path, datasets: Datasets, runs: Runs, mended: MendedCuts) -> None:
        self._engine = engine
        self._data_dir = data_dir
        self._datasets = datasets
        self._runs = runs
        self._mended = mended

    def list(self) -> builtins.list[Removed]:
        """Everything that was removed, the newest first; entries that went with their dataset are counted by that."""
        with reading(self._engine) as session:
            found = [*_datasets(session), *_entries(session), *_others(session)]
        return sorted(found, key=lambda one: one.removed, reverse=True)

    def empty(self, before: datetime) -> builtins.list[Removed]:
        """Deletes what was removed before a moment (UTC), with its files, and says what went.

        Files outside the data directory belong to somebody and stay.
        """
        with reading(self._engine) as session:
            old = [one for one in (*_entries(session, every=True), *_others(session)) if one.removed < before]
        gone = [one for one in old if not one.kept and self._delete(one)]
        with reading(self._engine) as session:
            sets = [one for one in _datasets(session) if one.removed < before and not one.kept]
        return gone + [one for one in sets if self._datasets.forget(one.id)]

    def _delete(self, one: Removed) -> bool:
        """Whether it is gone; not where it came back meanwhile, or is needed now."""
        match one.kind:
            case "entry":
                return self._delete_entry(one.id)
            case "run":
                self._runs.forget(int(one.id))
            case "mended":
                self._mended.forget(int(one.id))
            case "checkpoint":
                self._delete_checkpoint(one.id)
            case "collection":
                with writing(self._engine) as session:
                    session.execute(delete(CollectedRow).where(CollectedRow.collection_id == int(one.id)))
                    session.execute(delete(CollectionRow).where(CollectionRow.id == int(one.id)))
        return True

    def _delete_entry(self, entry_id: str) -> bool:
        with writing(self._engine) as session:
            row = session.get(EntryRow, entry_id)
            if row is None or row.removed is None or _kept(session, entry_id):
                return False
            files = [row.arrays, row.video, row.thumbnails]
            runs = session.scalars(select(RunRow.id).where(RunRow.entry_id == entry_id)).all()
            files += [f"runs/{run}.npz" for run in runs]
            delete_cuts(
                session, session.scalars(select(MendedCutRow.id).where(MendedCutRow.entry_id == entry_id)).all()
            )
            delete_pairs(session, entry_id)
            for table in (EntrySpaceRow, EntryTagRow, CollectedRow, EncodingRow, OriginRow, RunRow):
                session.execute(delete(table).where(table.entry_id == entry_id))
            session.execute(delete(AgreementRow).where(AgreementRow.entry == entry_id))
            session.delete(row)
        for file in files:
            self._delete_file(file)
        return True

    def _delete_checkpoint(self, checkpoint_id: str) -> None:
        with writing(self._engine) as session:
            row = session.get(CheckpointRow, checkpoint_id)
            if row is None or row.removed is None:
                return
            session.execute(delete(EvaluationRow).where(EvaluationRow.checkpoint == checkpoint_id))
            session.delete(row)
        folder = (self._data_dir / row.path).resolve()
        if folder.parent == (self._data_dir / "checkpoints").resolve():
            shutil.rmtree(folder, ignore_errors=True)

    def _delete_file(self, stored: str | None) -> None:
        if stored is None or Path(stored).is_absolute() or ".." in Path(stored).parts:
            return
        path = self._data_dir / stored
        if path.resolve().is_relative_to(self._data_dir.resolve()):
            path.unlink(missing_ok=True)
            if path.suffix != ".h5":
                path.with_suffix(".json").unlink(missing_ok=True)  # of a filmstrip


def _entries(session: Session, *, every: bool = False) -> Iterator[Removed]:
    """The removed entries; those that went with their dataset only where `every` one is wanted."""
    kept = _kept(session)
    columns = (EntryRow.id, EntryRow.title, EntryRow.removed, DatasetRow.removed.label("gone"))
    query = select(*columns).join(DatasetRow, DatasetRow.id == EntryRow.dataset).where(EntryRow.removed.is_not(None))
    for row in session.execute(query):
        if every or row.removed != row.gone:
            yield Removed("entry", row.id, row.title, row.removed, kept.get(row.id, ""))


def _datasets(session: Session) -> Iterator[Removed]:
    holding = {entry.partition("/")[0] for entry in _kept(session)}
    for row in session.scalars(select(DatasetRow).where(DatasetRow.removed.is_not(None))):
        if row.removed is not None:
            yield Removed("dataset", row.id, row.label, row.removed, HOLDS if row.id in holding else "")


def _others(session: Session) -> Iterator[Removed]:
    for run in session.scalars(select(RunRow).where(RunRow.removed.is_not(None))):
        if run.removed is not None:
            yield Removed("run", str(run.id), f"{run.label} of {run.entry_id}", run.removed)
    for cut in session.scalars(select(MendedCutRow).where(MendedCutRow.removed.is_not(None))):
        if cut.removed is not None:
            yield Removed("mended", str(cut.id), f"{cut.name} of {cut.entry_id}", cut.removed)
    for checkpoint in session.scalars(select(CheckpointRow).where(CheckpointRow.removed.is_not(None))):
        if checkpoint.removed is not None:
            yield Removed("checkpoint", checkpoint.id, checkpoint.name or checkpoint.id, checkpoint.removed)
    for collection in session.scalars(select(CollectionRow).where(CollectionRow.removed.is_not(None))):
        if collection.removed is not None:
            yield Removed("collection", str(collection.id), collection.name, collection.removed)


def _kept(session: Session, entry_id: str | None = None) -> dict[str, str]:
    """The removed entries that are not deleted, of all or only this one, each with the reason."""
    asked_for = (select(AssignedRow.entry_id), select(AssignmentRow.practice))
    labelled = (select(TaskRow.entry_id), select(CaptionEditRow.entry_id))
    mended = (select(MendedCutRow.entry_id).where(MendedCutRow.removed.is_(None)),)
    voted = select(PreferenceVoteRow.id).where(PreferenceVoteRow.pair_id == PreferencePairRow.id).exists()
    compared = (select(PreferencePairRow.entry_id).where(voted),)
    kept: dict[str, str] = {}
    for reason, queries in ((MENDED, mended), (COMPARED, compared), (ASKED_FOR, asked_for), (LABELLED, labelled)):
        for query in queries:
            found = select(EntryRow.id).where(EntryRow.removed.is_not(None), EntryRow.id.in_(query))
            if entry_id is not None:
                found = found.where(EntryRow.id == entry_id)
            kept |= dict.fromkeys(session.scalars(found), reason)
    return kept
