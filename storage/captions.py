"""Captions: what captioners said of pictures, so that no picture is described twice, and what people corrected.

Corrections are appended and never changed, which triggers enforce. The captions of an entry are those of its file with
the newest correction of every frame in place.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Engine, func, insert, select

from core import limits
from core.captions.sentences import one_line
from core.data import Entry
from core.errors import InputError
from storage.database import reading, writing
from storage.entry_files import EntryFiles
from storage.tables import CaptionCacheRow, CaptionEditRow

MANY = 500  # databases limit the number of parameters


@dataclass(frozen=True)
class CaptionEdit:
    """One correction.

    Attributes:
        id: of the row; later ones are larger.
        frame: the pick that it is about, as a frame of the video.
        text: what the caption says from here on.
        replaced: what it said before.
        who: the name of the person, "" where nobody had signed in.
        created: UTC.
    """

    id: int
    frame: int
    text: str
    replaced: str
    who: str
    created: datetime


class Captions:
    """The captions of one library beside those in the files of its entries.

    Args:
        engine: from `open_database`.
        files: with the captions as they were made.
    """

    def __init__(self, engine: Engine, files: EntryFiles) -> None:
        self._engine = engine
        self._files = files

    def cached(self, pictures: Sequence[str], captioner: str, prompt: str) -> dict[str, str]:
        """What this captioner said to this prompt, by picture; without those that it has not described.

        Args:
            pictures: from `picture_hash`.
            captioner: its id.
            prompt: what it was asked.
        """
        found: dict[str, str] = {}
        with reading(self._engine) as session:
            for start in range(0, len(pictures), MANY):
                query = select(CaptionCacheRow.picture, CaptionCacheRow.text).where(
                    CaptionCacheRow.picture.in_(pictures[start : start + MANY]),
                    CaptionCacheRow.captioner == captioner,
                    CaptionCacheRow.prompt == prompt,
                )
                found.update((picture, text) for picture, text in session.execute(query))
        return found

    def keep(self, texts: Mapping[str, str], captioner: str, prompt: str) -> None:
        """Remembers what a captioner said of pictures, by their hashes; what is known already stays as it is."""
        with writing(self._engine) as session:
            present = select(CaptionCacheRow.picture).where(
                CaptionCacheRow.picture.in_(list(texts)),
                CaptionCacheRow.captioner == captioner,
                CaptionCacheRow.prompt == prompt,
            )
            new = texts.keys() - set(session.scalars(present))
            asked = {"captioner": captioner, "prompt": prompt}
            if new:
                session.execute(insert(CaptionCacheRow), [{"picture": one, "text": texts[one]} | asked for one in new])

    def edits(self, entry_id: str) -> list[CaptionEdit]:
        """All corrections of an entry, oldest first."""
        query = select(CaptionEditRow).where(CaptionEditRow.entry_id == entry_id).order_by(CaptionEditRow.id)
        with reading(self._engine) as session:
            return [_edit(row) for row in session.scalars(query)]

    def newest_edit(self, entry_id: str) -> int:
        """The id of the newest correction of an entry, 0 where there is none."""
        query = select(func.max(CaptionEditRow.id)).where(CaptionEditRow.entry_id == entry_id)
        with reading(self._engine) as session:
            return session.scalar(query) or 0

    def edited_since(self, entry_id: str, edit: int) -> set[int]:
        """The frames of an entry whose captions were corrected after one correction, by its id."""
        query = select(CaptionEditRow.frame).where(CaptionEditRow.entry_id == entry_id, CaptionEditRow.id > edit)
        with reading(self._engine) as session:
            return set(session.scalars(query))

    def edit(self, entry_id: str, pick: int, text: str, who: str) -> CaptionEdit | None:
        """Corrects the caption of one pick.

        Args:
            entry_id: whose.
            pick: 0..T-1.
            text: becomes one line without needless spaces; may be empty.
            who: name of the person.

        Returns:
            The correction, or None where the caption says that already.

        Raises:
            NotFoundError: there is no such entry.
            InputError: the entry has no captions, no such pick, or the text is too long.
        """
        entry = self._files.read(entry_id)
        if entry.captions is None:
            raise InputError(f"'{entry.id}' has no captions to correct.", "Make some first: app.py caption.")
        if not 0 <= pick < len(entry.captions):
            raise InputError(f"'{entry.id}' has captions 0 to {len(entry.captions) - 1}, not {pick}.")
        text = one_line(text)
        if len(text) > limits.CAPTION_CHARS:
            raise InputError(f"A caption has at most {limits.CAPTION_CHARS} characters, not {len(text)}.")
        frame = int(entry.picks[pick])
        of_frame = (CaptionEditRow.entry_id == entry.id, CaptionEditRow.frame == frame)
        newest = select(CaptionEditRow.text).where(*of_frame).order_by(CaptionEditRow.id.desc()).limit(1)
        with writing(self._engine) as session:
            corrected = session.scalar(newest)
            replaced = entry.captions[pick] if corrected is None else corrected
            if text == replaced:
                return None
            row = CaptionEditRow(entry_id=entry.id, frame=frame, text=text, replaced=replaced, who=who)
            session.add(row)
            session.flush()
            return _edit(row)

    def corrected(self, entry: Entry) -> Entry:
        """The entry with the newest corrections in its captions."""
        if entry.captions is None:
            return entry
        texts = {edit.frame: edit.text for edit in self.edits(entry.id)}
        if not texts:
            return entry
        pairs = zip(entry.picks.tolist(), entry.captions, strict=True)
        return dataclasses.replace(entry, captions=tuple(texts.get(frame, caption) for frame, caption in pairs))


def picture_hash(picture: np.ndarray) -> str:
    """SHA-256 of a (h, w, 3) uint8 picture and its size, in hexadecimal."""
    digest = hashlib.sha256(f"{picture.shape[1]}x{picture.shape[0]} ".encode())
    digest.update(np.ascontiguousarray(picture).data)
    return digest.hexdigest()


def _edit(row: CaptionEditRow) -> CaptionEdit:
    return CaptionEdit(row.id, row.frame, row.text, row.replaced, row.who, row.created)
