"""The checkpoints that a library knows: kept in its own folder, or referenced where they lie."""

from __future__ import annotations

import builtins
import logging
import shutil
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, Select, select, update
from sqlalchemy.orm import Session

from core.data import Entry
from core.errors import CheckpointError, ConflictError, NotFoundError
from core.models.checkpoints import Checkpoint, read_checkpoint
from core.names import readable
from storage.database import reading, writing
from storage.tables import CheckpointRow, now

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Registered:
    """A checkpoint as the library knows it.

    Attributes:
        checkpoint: with the name that people gave it here, where they did, as its label.
        promoted: whether it is offered first among those of its feature space.
        came: when it was registered first.
        removed: when it was taken out of the lists; None for those that are in them.
    """

    checkpoint: Checkpoint
    promoted: bool
    came: datetime
    removed: datetime | None


class Checkpoints:
    """The registered checkpoints.

    Args:
        engine: from `open_database`.
        data_dir: the library's; its own checkpoints lie in <data_dir>/checkpoints/<id>/.
    """

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        self._data_dir = data_dir

    @property
    def folder(self) -> Path:
        """Where new checkpoints belong."""
        return self._data_dir / "checkpoints"

    def register(self, directory: Path, *, in_place: bool = False, replace: bool = False) -> Checkpoint:
        """Makes a checkpoint known; copies it into the library unless it is there or `in_place`.

        Registering the same directory again changes nothing but brings back a removed one.

        Raises:
            CheckpointError: it cannot be read.
            ConflictError: another checkpoint has this id, and it shall not `replace` that one.
        """
        directory = directory.resolve()
        checkpoint = read_checkpoint(directory)
        own = directory.parent == self.folder.resolve()
        target = directory if own or in_place else self.folder.resolve() / checkpoint.id
        with writing(self._engine) as session:
            row = session.get(CheckpointRow, checkpoint.id)
            if row is not None and row.removed is None and not replace:
                known = self._path(row)
                if known.is_dir() and known.resolve() != target:
                    raise ConflictError(
                        f"A checkpoint '{checkpoint.id}' is registered already.",
                        "Rename the folder and register it again.",
                    )
            if target != directory and not target.exists():
                _copy(directory, target)
            session.merge(
                CheckpointRow(
                    id=checkpoint.id,
                    path=self._stored(target),
                    kind=checkpoint.kind,
                    feature_space=checkpoint.feature_space,
                    created=now() if row is None else row.created,
                    removed=None,
                    name=None if row is None else row.name,
                    promoted=None if row is None else row.promoted,
                )
            )
        return read_checkpoint(target)

    def list(self, kind: str | None = None, feature_space: str | None = None) -> list[Checkpoint]:
        """Registered checkpoints, the promoted ones first, then newest first.

        Those that cannot be read are left out and logged.
        """
        query = select(CheckpointRow).where(CheckpointRow.removed.is_(None))
        if kind is not None:
            query = query.where(CheckpointRow.kind == kind)
        if feature_space is not None:
            query = query.where(CheckpointRow.feature_space == feature_space)
        return [one.checkpoint for one in self._registered(query.order_by(CheckpointRow.promoted.is_(None)))]

    def registered(self, *, removed: bool = False) -> builtins.list[Registered]:
        """What the library knows of its checkpoints, newest first, also of the `removed` ones where they are wanted.

        Those that cannot be read are left out and logged.
        """
        query = select(CheckpointRow)
        return self._registered(query if removed else query.where(CheckpointRow.removed.is_(None)))

    def find(self, reference: str | Path, entry: Entry | None = None) -> Checkpoint:
        """The checkpoint with this id, or in this directory, or of this kind: a promoted one, or the newest.

        Args:
            reference: an id, a directory, or a kind such as "summdiff", or "visp" for those that were only pretrained.
            entry: for a kind: only checkpoints that can score this entry.

        Raises:
            NotFoundError: there is none.
            CheckpointError: it cannot be read, or none of this kind fits the entry.
        """
        with reading(self._engine) as session:
            row = session.get(CheckpointRow, str(reference))
        if row is not None and row.removed is None:
            return self._read(row)
        if Path(reference).is_dir():
            return read_checkpoint(Path(reference))
        of_kind = [checkpoint for checkpoint in self.list() if checkpoint.applies_as == str(reference)]
        if not of_kind:
            known = ", ".join(checkpoint.id for checkpoint in self.list()) or "none"
            raise NotFoundError(f"There is no checkpoint '{reference}'.", f"Registered are: {known}.")
        if entry is None:
            return of_kind[0]
        from core.training.scoring import can_score

        reasons = [can_score(checkpoint, entry) for checkpoint in of_kind]
        if "" not in reasons:
            raise CheckpointError(reasons[0])
        return of_kind[reasons.index("")]

    def known(self, checkpoint_id: str) -> Checkpoint:
        """A registered checkpoint by its id alone, whoever asks.

        Raises:
            NotFoundError: there is none.
            CheckpointError: it cannot be read.
        """
        with reading(self._engine) as session:
            return self._read(self._row(session, checkpoint_id))

    def knows(self, checkpoint: Checkpoint) -> bool:
        """Whether this very checkpoint is registered, and not another of its id."""
        with reading(self._engine) as session:
            row = session.get(CheckpointRow, checkpoint.id)
        return row is not None and self._path(row).resolve() == checkpoint.path.resolve()

    def rename(self, checkpoint_id: str, name: str) -> None:
        """Calls a checkpoint so here; with an empty name, as it calls itself. Its id stays."""
        with writing(self._engine) as session:
            self._row(session, checkpoint_id).name = " ".join(readable(name).split()) or None

    def promote(self, checkpoint_id: str) -> None:
        """Has a checkpoint offered first among those of its feature space, instead of any other."""
        with writing(self._engine) as session:
            row = self._row(session, checkpoint_id)
            of_space = update(CheckpointRow).where(CheckpointRow.feature_space == row.feature_space)
            session.execute(of_space.values(promoted=None))
            row.promoted = now()

    def demote(self, checkpoint_id: str) -> None:
        """Has the newest of its feature space offered first again."""
        with writing(self._engine) as session:
            self._row(session, checkpoint_id).promoted = None

    def remove(self, checkpoint_id: str) -> None:
        """Takes a checkpoint out of the lists; its files stay, and `restore` brings it back as it was."""
        with writing(self._engine) as session:
            self._row(session, checkpoint_id).removed = now()

    def restore(self, checkpoint_id: str) -> None:
        """Brings a removed checkpoint back.

        Raises:
            NotFoundError: there is none of this id.
            CheckpointError: its files are gone or damaged.
        """
        with writing(self._engine) as session:
            row = session.get(CheckpointRow, checkpoint_id)
            if row is None:
                raise NotFoundError(f"There is no checkpoint '{checkpoint_id}'.")
            read_checkpoint(self._path(row))
            row.removed = None

    def _row(self, session: Session, checkpoint_id: str) -> CheckpointRow:
        row = session.get(CheckpointRow, checkpoint_id)
        if row is None or row.removed is not None:
            raise NotFoundError(f"There is no checkpoint '{checkpoint_id}'.")
        return row

    def _registered(self, query: Select[CheckpointRow]) -> builtins.list[Registered]:
        with reading(self._engine) as session:
            rows = session.scalars(query.order_by(CheckpointRow.created.desc(), CheckpointRow.id)).all()
        found = []
        for row in rows:
            try:
                found.append(Registered(self._read(row), row.promoted is not None, row.created, row.removed))
            except CheckpointError as error:
                log.warning("checkpoint %s is left out: %s", row.id, error.message)
        return found

    def _read(self, row: CheckpointRow) -> Checkpoint:
        checkpoint = read_checkpoint(self._path(row))
        return checkpoint if row.name is None else replace(checkpoint, label=row.name)

    def _path(self, row: CheckpointRow) -> Path:
        return self._data_dir / row.path

    def _stored(self, path: Path) -> str:
        """Relative to the data directory where it lies in it, so that the directory can be moved."""
        root = self._data_dir.resolve()
        return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _copy(source: Path, target: Path) -> None:
    """Copies a folder so that it appears complete or not at all."""
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    try:
        shutil.copytree(source, partial)
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
