"""What models said: score tracks of entries, kept so that they need not be computed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from core.data import ScoreTrack
from core.data.tracks import Provenance
from core.errors import InputError, NotFoundError
from core.names import readable
from storage.database import reading, writing
from storage.entry_rows import entry_row
from storage.files import whole_file
from storage.tables import EntryRow, RunRow, now

# In the row's settings: what the samples are called, what they were learned from where no checkpoint says so, and a
# digest of what was asked for.
NAMES, PROVENANCE, ASKED = "names", "provenance", "asked"


@dataclass(frozen=True, eq=False)
class Run:
    """One model applied to one entry.

    Attributes:
        id: of the row.
        entry: id of the entry.
        label: for people.
        created: UTC.
        track: the scores and how they were made.
    """

    id: int
    entry: str
    label: str
    created: datetime
    track: ScoreTrack


class Runs:
    """The kept runs; scores lie in <data_dir>/runs/<id>.npz.

    Args:
        engine: from `open_database`.
        data_dir: the library's.
    """

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self._engine = engine
        self._folder = data_dir / "runs"

    def of_entry(self, entry_id: str) -> list[Run]:
        """The runs of an entry, oldest first; without those made for other picks than the entry has now."""
        with reading(self._engine) as session:
            return [self._load(row) for row in session.scalars(_shown(select(RunRow), entry_id))]

    def entries(self, dataset: str | None = None) -> Sequence[str]:
        """Ids of the entries that have runs, of one dataset or of all."""
        query = select(RunRow.entry_id).join(EntryRow, EntryRow.id == RunRow.entry_id).distinct()
        query = query.where(RunRow.removed.is_(None), EntryRow.removed.is_(None)).order_by(RunRow.entry_id)
        if dataset is not None:
            query = query.where(EntryRow.dataset == dataset)
        with reading(self._engine) as session:
            return session.scalars(query).all()

    def ids(self, entry_id: str) -> list[int]:
        """The ids of `of_entry`, without reading any scores."""
        with reading(self._engine) as session:
            return list(session.scalars(_shown(select(RunRow.id), entry_id)))

    def get(self, run_id: int) -> Run:
        """One run. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = session.get(RunRow, run_id)
        if row is None or row.removed is not None:
            raise NotFoundError(f"There is no run {run_id}.")
        return self._load(row)

    def add(self, entry_id: str, track: ScoreTrack, label: str = "", asked: str = "") -> Run:
        """Keeps what a model said about an entry.

        Args:
            entry_id: of the entry.
            track: what it said.
            label: for people; by default what the model is called.
            asked: a digest of what was asked for, by which `found_again` finds the run.

        Raises:
            NotFoundError: no such entry.
            InputError: the track was made for other picks.
        """
        return self.add_all(entry_id, [track], [label or track.model], asked)[0]

    def found_again(self, entry_id: str, asked: str) -> Run | None:
        """The newest run of an entry that the same was asked for, None where there is none."""
        with reading(self._engine) as session:
            rows = session.scalars(_shown(select(RunRow), entry_id)).all()
            found = next((row for row in reversed(rows) if row.settings.get(ASKED) == asked), None)
            return None if found is None else self._load(found)

    def add_all(
        self, entry_id: str, tracks: Sequence[ScoreTrack], labels: Sequence[str] = (), asked: str = ""
    ) -> list[Run]:
        """Keeps several tracks of one entry, all or none. Raises NotFoundError, InputError."""
        with reading(self._engine) as session:
            picks = entry_row(session, entry_id).picks
        for track in tracks:
            if track.scores.ndim != 2 or track.scores.shape[1] != picks:
                raise InputError(f"'{entry_id}' has {picks} picks; the scores are of shape {track.scores.shape}.")
        self._folder.mkdir(parents=True, exist_ok=True)
        written: list[Path] = []
        try:
            with writing(self._engine) as session:
                rows = []
                for number, track in enumerate(tracks):
                    row = _row(entry_id, track, labels[number] if labels else track.model, asked)
                    session.add(row)
                    session.flush()
                    written.append(self._path(row.id))
                    _save(self._path(row.id), track.scores)
                    rows.append(row)
        except BaseException:
            for path in written:
                path.unlink(missing_ok=True)
            raise
        return [Run(row.id, entry_id, row.label, row.created, t) for row, t in zip(rows, tracks, strict=True)]

    def rename(self, run_id: int, label: str) -> None:
        """Calls a run otherwise; with an empty label as its model calls itself. Raises NotFoundError."""
        with writing(self._engine) as session:
            row = _row_of(session, run_id)
            row.label = " ".join(readable(label).split()) or row.model

    def set_note(self, run_id: int, note: str) -> None:
        """Writes down something about a run, instead of what was noted before. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row_of(session, run_id).note = readable(note).strip()

    def note(self, run_id: int) -> str:
        """What people wrote down about a run, "" where nobody did. Raises NotFoundError."""
        with reading(self._engine) as session:
            return _row_of(session, run_id).note

    def remove(self, run_id: int) -> None:
        """Takes a run out of every list; `restore` brings it back. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row_of(session, run_id).removed = now()

    def restore(self, run_id: int) -> None:
        """Brings a removed run back. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row_of(session, run_id, removed=True).removed = None

    def forget(self, run_id: int) -> None:
        """Deletes a run; it can be computed again from what it says about itself. Raises NotFoundError."""
        with writing(self._engine) as session:
            session.delete(_row_of(session, run_id, removed=True))
        self._path(run_id).unlink(missing_ok=True)

    def _path(self, run_id: int) -> Path:
        return self._folder / f"{run_id}.npz"

    def _load(self, row: RunRow) -> Run:
        path = self._path(row.id)
        if not path.is_file():
            raise NotFoundError(f"The scores of run {row.id} are missing ({path}).")
        with np.load(path, allow_pickle=False) as arrays:
            scores = arrays["scores"]
        settings = {name: value for name, value in row.settings.items() if name != ASKED}
        names, told = tuple(settings.pop(NAMES, ())), settings.pop(PROVENANCE, None)
        track = ScoreTrack(
            model=row.model,
            kind=row.kind,
            checkpoint=row.checkpoint,
            feature_space=row.feature_space,
            scores=scores,
            seed=row.seed,
            settings=settings,
            names=names,
            provenance=Provenance(**told) if told else None,
        )
        return Run(row.id, row.entry_id, row.label, row.created, track)


def _shown(query: Select, entry_id: str) -> Select:
    shown = (RunRow.entry_id == entry_id, RunRow.picks == EntryRow.picks, RunRow.removed.is_(None))
    return query.join(EntryRow, EntryRow.id == RunRow.entry_id).where(*shown).order_by(RunRow.id)


def _row_of(session: Session, run_id: int, *, removed: bool = False) -> RunRow:
    """The row of a run, also of a `removed` one where that is wanted."""
    row = session.get(RunRow, run_id)
    if row is None or (row.removed is not None and not removed):
        raise NotFoundError(f"There is no run {run_id}.")
    return row


def _row(entry_id: str, track: ScoreTrack, label: str, asked: str) -> RunRow:
    samples, picks = track.scores.shape
    settings: dict[str, Any] = dict(track.settings)
    if track.names:
        settings[NAMES] = list(track.names)
    if asked:
        settings[ASKED] = asked
    if track.provenance:
        settings[PROVENANCE] = asdict(track.provenance)
    return RunRow(
        entry_id=entry_id,
        label=label,
        model=track.model,
        kind=track.kind,
        checkpoint=track.checkpoint,
        feature_space=track.feature_space,
        samples=samples,
        picks=picks,
        seed=track.seed,
        settings=settings,
    )


def _save(path: Path, scores: np.ndarray) -> None:
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, scores=scores.astype(np.float32))
