"""How the text features of entries were made here, and which corrections of their captions they know already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from core.errors import InputError
from storage.database import reading, writing
from storage.tables import EncodingRow

# Made from other captions than the entry has now: all of it has to be made again.
STALE = -1
MANY = 500  # databases limit the number of parameters


@dataclass(frozen=True)
class Encoding:
    """How the features of one space were made.

    Attributes:
        space: id of the feature space.
        edit: id of the newest correction that they know, 0 for none, `STALE` where all captions are others now.
        model: what to open the language model by; None for text encoders.
        folder: where its hidden states lie; None for text encoders.
    """

    space: str
    edit: int = 0
    model: str | None = None
    folder: Path | None = None

    @property
    def language_model(self) -> str:
        """`model`, where it is a language model's.

        Raises:
            InputError: it is a text encoder's.
        """
        if self.model is None:
            raise InputError(f"'{self.space}' is no space of a language model.")
        return self.model


class Encodings:
    """One row for each entry and space that was encoded here.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of_entry(self, entry_id: str) -> dict[str, Encoding]:
        """What is known about the text features of an entry, by space."""
        query = select(EncodingRow).where(EncodingRow.entry_id == entry_id)
        with reading(self._engine) as session:
            return {row.space: _encoding(row) for row in session.scalars(query)}

    def put(self, entry_id: str, encoding: Encoding) -> None:
        """Notes how features were made, in place of what was known before."""
        with writing(self._engine) as session:
            row = session.get(EncodingRow, (entry_id, encoding.space))
            if row is None:
                row = EncodingRow(entry_id=entry_id, space=encoding.space)
                session.add(row)
            row.edit, row.model = encoding.edit, encoding.model
            row.folder = None if encoding.folder is None else str(encoding.folder)

    def make_stale(self, entry_id: str, spaces: Iterable[str]) -> None:
        """Notes that an entry gets other captions than these and all noted spaces were made from."""
        with writing(self._engine) as session:
            known = {row.space: row for row in session.scalars(select(EncodingRow).filter_by(entry_id=entry_id))}
            for space in known.keys() | set(spaces):
                row = known.get(space) or EncodingRow(entry_id=entry_id, space=space)
                row.edit = STALE
                session.add(row)


def forget_encodings(session: Session, entry_ids: Sequence[str]) -> None:
    """Forgets how features were made, of entries that come again with features from elsewhere."""
    for start in range(0, len(entry_ids), MANY):
        session.execute(delete(EncodingRow).where(EncodingRow.entry_id.in_(entry_ids[start : start + MANY])))


def _encoding(row: EncodingRow) -> Encoding:
    return Encoding(row.space, row.edit, row.model, None if row.folder is None else Path(row.folder))
