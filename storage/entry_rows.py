"""Between entries and their rows in the database: what a row says about an entry, and what lists show of a row."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.data import Entry
from core.data.timebase import format_rate
from core.errors import NotFoundError
from core.names import readable
from core.statistics.curves import disagreement
from storage.search import search_text_of
from storage.tables import EntryRow, EntrySpaceRow

UNIFORM = "uniform 2 s"
MANY = 500  # databases limit the number of parameters


@dataclass(frozen=True)
class EntrySummary:
    """What lists show of an entry.

    Attributes:
        fps: exact, "30000/1001".
        duration: seconds.
        picks: T.
        annotators: people of the dataset and submitted tasks of this installation.
        simulated: how many of them are made by a program.
        rate_assumed: whether fps, and so the duration, are only assumed.
    """

    id: str
    dataset: str
    title: str
    category: str
    n_frames: int
    fps: str
    duration: float
    picks: int
    annotators: int
    feature_space: str | None
    text_space: str | None
    has_features: bool
    has_video: bool
    has_captions: bool
    simulated: int
    rate_assumed: bool
    created: datetime


def slug(text: str) -> str:
    """A name that is safe in ids, file names and URLs: letters, digits, dot, dash and underscore, without accents."""
    plain = unicodedata.normalize("NFKD", readable(text)).encode("ascii", "ignore").decode()
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", plain).strip("-.")[:100]
    return safe or "entry-" + uuid.uuid5(uuid.NAMESPACE_OID, readable(text)).hex[:8]


def prepared(entry: Entry, dataset_id: str) -> Entry:
    """The entry under its id in the dataset, with the uniform shots on which people are asked to judge.

    Texts that come from names of files become such as can be stored.
    """
    shots = dict(entry.shots)
    if UNIFORM not in shots:
        from core.segment.segmentation import uniform_shots

        shots[UNIFORM] = uniform_shots(entry.timebase)
    meta = {readable(name): readable(value) for name, value in entry.meta.items()}
    entry_id = f"{dataset_id}/{slug(entry.key)}"
    return dataclasses.replace(entry, id=entry_id, title=readable(entry.title), shots=shots, meta=meta)


def columns_of(entry: Entry) -> dict[str, Any]:
    """What the row of an entry says about it; media only where it has them, so that a replaced entry keeps its own."""
    people = entry.annotations
    category = entry.meta.get("category", "")
    columns = {
        "title": entry.title,
        "category": category,
        "n_frames": entry.n_frames,
        "fps": format_rate(entry.timebase.rate),
        "duration": entry.timebase.duration,
        "rate_assumed": bool(entry.assumed_rate),
        "picks": len(entry.picks),
        "people": 0 if people is None else len(people),
        "feature_space": entry.feature_space,
        "text_space": entry.text_space,
        "has_captions": entry.captions is not None,
        "simulated_people": 0 if people is None else sum(people.simulated),
        "search_text": search_text_of(entry.title, entry.id, category),
        **people_columns(None if people is None else people.scores),
    }
    media = {"video": entry.video, "thumbnails": entry.thumbnails}
    return columns | {name: path for name, path in media.items() if path is not None}


def people_columns(scores: np.ndarray | None) -> dict[str, Any]:
    """What the row of an entry says about all of its people, those of the dataset and those who labelled here.

    Args:
        scores: (U, T) of everybody; None where nobody judged.
    """
    if scores is None:
        return {"judges": 0, "disagreement": None}
    return {"judges": len(scores), "disagreement": disagreement(scores)}


def entry_row(session: Session, entry_id: str) -> EntryRow:
    """The row of an entry that is not removed. Raises NotFoundError."""
    row = session.get(EntryRow, entry_id)
    if row is None or row.removed is not None:
        raise NotFoundError(f"There is no entry '{entry_id}'.", "Look it up in the library.")
    return row


def known_rows(session: Session, ids: Sequence[str]) -> dict[str, EntryRow]:
    """The rows of these ids that exist, removed ones included."""
    found: dict[str, EntryRow] = {}
    for start in range(0, len(ids), MANY):
        rows = session.scalars(select(EntryRow).where(EntryRow.id.in_(ids[start : start + MANY])))
        found.update({row.id: row for row in rows})
    return found


def keep_spaces(session: Session, spaces: Mapping[str, Iterable[str]]) -> None:
    """Notes of which spaces the files of entries, by their ids, have features from now on."""
    ids = list(spaces)
    for start in range(0, len(ids), MANY):
        session.execute(delete(EntrySpaceRow).where(EntrySpaceRow.entry_id.in_(ids[start : start + MANY])))
    rows = [{"entry_id": entry_id, "space": space} for entry_id in ids for space in spaces[entry_id]]
    if rows:
        session.execute(insert(EntrySpaceRow), rows)


def summary_of(row: EntryRow, submitted: int) -> EntrySummary:
    """What lists show of a row; `submitted` tasks count as people."""
    return EntrySummary(
        id=row.id,
        dataset=row.dataset,
        title=row.title,
        category=row.category,
        n_frames=row.n_frames,
        fps=row.fps,
        duration=row.duration,
        picks=row.picks,
        annotators=row.people + submitted,
        feature_space=row.feature_space,
        text_space=row.text_space,
        has_features=row.feature_space is not None,
        has_video=row.video is not None,
        has_captions=row.has_captions,
        simulated=row.simulated_people,
        rate_assumed=row.rate_assumed,
        created=row.created,
    )
