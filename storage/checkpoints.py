"""The checkpoints that a library knows: kept in its own folder, or referenced where they lie."""

from __future__ import annotations

import logging
import shutil
import uuid
from pathlib import Path

from sqlalchemy import Engine, select, update

from core.data import Entry
from core.errors import CheckpointError, ConflictError, NotFoundError
from core.models.checkpoints import Checkpoint, read_checkpoint
from storage.database import reading, writing
from storage.tables import CheckpointRow, now

log = logging.getLogger(__name__)


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
                )
            )
        return read_checkpoint(target)

    def list(self, kind: str | None = None, feature_space: str | None = None) -> list[Checkpoint]:
        """Registered checkpoints, newest first; those that cannot be read are left out and logged."""
        query = select(CheckpointRow).where(CheckpointRow.removed.is_(None))
        if kind is not None:
            query = query.where(CheckpointRow.kind == kind)
        if feature_space is not None:
            query = query.where(CheckpointRow.feature_space == feature_space)
        with reading(self._engine) as session:
            rows = session.scalars(query.order_by(CheckpointRow.created.desc(), CheckpointRow.id)).all()
        found = []
        for row in rows:
            try:
                found.append(read_checkpoint(self._path(row)))
            except CheckpointError as error:
                log.warning("checkpoint %s is left out: %s", row.id, error.message)
        return found

    def find(self, reference: str | Path, entry: Entry | None = None) -> Checkpoint:
        """The checkpoint with this id, or in this directory, or the newest of this kind.

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
            return read_checkpoint(self._path(row))
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

    def remove(self, checkpoint_id: str) -> None:
        """Takes a checkpoint out of the lists; its files stay and registering it again brings it back."""
        query = update(CheckpointRow).where(CheckpointRow.id == checkpoint_id, CheckpointRow.removed.is_(None))
        with writing(self._engine) as session:
            if session.scalar(query.values(removed=now()).returning(CheckpointRow.id)) is None:
                raise NotFoundError(f"There is no checkpoint '{checkpoint_id}'.")

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
