"""The cuts that people mend: a base that never changes, and an append-only log of steps over it.

What a cut is now is derived from its steps by `core.select.mending.fold`. Whatever changes something holds the
database's write lock from its beginning, so steps from two tabs queue, and neither overwrites the other.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
from pydantic import TypeAdapter
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session

from core import limits
from core.data.cut_scores import BaseScores
from core.errors import ConflictError, InputError, NotFoundError
from core.names import readable
from core.select.mending import MendState, Step, check_step, fold
from storage.database import reading, writing
from storage.entry_rows import entry_row
from storage.tables import AnnotatorRow, EntryRow, MendedCutRow, MendStepRow, now
from storage.tasks import Annotator, annotator_of

FACTS: TypeAdapter[BaseScores] = TypeAdapter(BaseScores)
STORED = np.dtype("<f4")


@dataclass(frozen=True, eq=False)
class Base:
    """What a cut is mended from.

    Attributes:
        source: name of the scores, see `verbs.sources`.
        label: for people.
        facts: what files say of them.
        scores: (T,) float32 in [0, 1], NaN where nobody judged.
        shots: name of the segmentation.
        budget: share of the video.
        personal: a model learned the scores of one person.
    """

    source: str
    label: str
    facts: BaseScores
    scores: np.ndarray
    shots: str
    budget: float
    personal: bool = False


@dataclass(frozen=True, eq=False)
class MendedCut:
    """A cut that a person mends.

    Attributes:
        id: of the row.
        entry: id of the entry.
        author: who mends it, None where that was not told.
        name: for people; of one entry no two have the same.
        base: it began as.
        made, changed: UTC.
        steps: how many there are.
    """

    id: int
    entry: str
    author: Annotator | None
    name: str
    base: Base
    made: datetime
    changed: datetime
    steps: int


class Numbered(NamedTuple):
    """A step and its number in server order, from 1."""

    n: int
    step: Step


class MendedCuts:
    """The mended cuts of one library.

    Args:
        engine: from `open_database`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, entry_id: str, base: Base, author: Annotator | None = None, name: str = "") -> MendedCut:
        """Begins a cut; where it is given no name, it gets a number of its entry.

        Raises:
            NotFoundError: no such entry.
            InputError: the scores are for other picks, or the name is too long.
            ConflictError: another cut of the entry has that name.
        """
        name = _clean(name) if name.strip() else ""
        with writing(self._engine) as session:
            picks = entry_row(session, entry_id).picks
            if base.scores.shape != (picks,):
                raise InputError(f"'{entry_id}' has {picks} picks; the scores are of shape {base.scores.shape}.")
            row = MendedCutRow(
                entry_id=entry_id,
                author_id=None if author is None else author.id,
                name=_free_name(session, entry_id, name),
                base=base.source,
                label=base.label,
                facts=asdict(base.facts),
                personal=base.personal,
                shots=base.shots,
                budget=base.budget,
                picks=picks,
                scores=base.scores.astype(STORED).tobytes(),
            )
            session.add(row)
            session.flush()
            return _cut(session, row)

    def of_entry(self, entry_id: str, author: Annotator | None = None) -> list[MendedCut]:
        """The cuts of an entry, oldest first, of everybody or of one `author`.

        Those that were made for other picks than the entry has now are left out.
        """
        query = select(MendedCutRow).join(EntryRow, EntryRow.id == MendedCutRow.entry_id)
        query = query.where(MendedCutRow.entry_id == entry_id, MendedCutRow.removed.is_(None))
        query = query.where(MendedCutRow.picks == EntryRow.picks)
        if author is not None:
            query = query.where(MendedCutRow.author_id == author.id)
        with reading(self._engine) as session:
            return [_cut(session, row) for row in session.scalars(query.order_by(MendedCutRow.id))]

    def entries(self, dataset: str | None = None) -> Sequence[str]:
        """Ids of the entries that have mended cuts, of one dataset or of all."""
        query = select(MendedCutRow.entry_id).join(EntryRow, EntryRow.id == MendedCutRow.entry_id).distinct()
        query = query.where(MendedCutRow.removed.is_(None), EntryRow.removed.is_(None))
        if dataset is not None:
            query = query.where(EntryRow.dataset == dataset)
        with reading(self._engine) as session:
            return session.scalars(query.order_by(MendedCutRow.entry_id)).all()

    def get(self, cut_id: int, *, removed: bool = False) -> MendedCut:
        """One cut, also a `removed` one where that is wanted. Raises NotFoundError."""
        with reading(self._engine) as session:
            return _cut(session, _row(session, cut_id, removed=removed))

    def steps(self, cut_id: int, after: int = 0) -> list[Numbered]:
        """The steps of a cut with a number above `after`, in server order. Raises NotFoundError."""
        with reading(self._engine) as session:
            _row(session, cut_id)
            return _steps(session, cut_id, after)

    def state(self, cut_id: int) -> MendState:
        """What the steps of a cut amount to now. Raises NotFoundError."""
        with reading(self._engine) as session:
            row = _row(session, cut_id)
            return fold((step for _, step in _steps(session, cut_id)), row.budget)

    def append(self, cut_id: int, steps: Sequence[Step], after: int = 0) -> list[Numbered]:
        """Appends steps, all or none; those that are stored already are accepted and not stored twice.

        Args:
            cut_id: of the cut.
            steps: in the order in which they were done.
            after: number of the last step that whoever appends knows of.

        Returns:
            All steps with a number above `after`: those that were appended, and what others did meanwhile.

        Raises:
            NotFoundError: no such cut, or its entry was removed.
            InputError: a step makes no sense, or there are too many.
            ConflictError: another step under a known (client, seq), or a name that another cut has.
        """
        with writing(self._engine) as session:
            row = _row(session, cut_id)
            n_frames = entry_row(session, row.entry_id).n_frames
            for step in steps:
                check_step(step, n_frames)
            number = session.scalar(select(func.max(MendStepRow.n)).where(MendStepRow.cut_id == cut_id)) or 0
            new = _new_steps(_known(session, cut_id, steps), steps)
            if number + len(new) > limits.STEPS_PER_CUT:
                raise InputError(
                    f"A mended cut has at most {limits.STEPS_PER_CUT} steps.", "Mend a new one from what it is now."
                )
            for n, step in enumerate(new, number + 1):
                session.add(
                    MendStepRow(
                        cut_id=cut_id, n=n, client=step.client, seq=step.seq, kind=step.kind, data=dict(step.data)
                    )
                )
                if step.kind == "name":
                    row.name = _free_name(session, row.entry_id, _clean(step.data["name"]), but=cut_id)
            if new:
                row.changed = now()
                session.flush()
            return _steps(session, cut_id, after)

    def rename(self, cut_id: int, name: str) -> None:
        """Calls a cut otherwise, as one more step; with an empty name as when it was made.

        Raises:
            NotFoundError: no such cut.
            InputError, ConflictError: see `add`.
        """
        with reading(self._engine) as session:
            row = _row(session, cut_id)
            name = _clean(name) if name.strip() else _free_name(session, row.entry_id, "", but=cut_id)
        self.append(cut_id, [Step(f"name-{secrets.token_hex(8)}", 1, "name", {"name": name})])

    def remove(self, cut_id: int) -> None:
        """Takes a cut out of every list; `restore` brings it back. Raises NotFoundError."""
        with writing(self._engine) as session:
            _row(session, cut_id).removed = now()

    def restore(self, cut_id: int) -> None:
        """Brings a removed cut back. Raises NotFoundError; ConflictError where another has its name now."""
        with writing(self._engine) as session:
            row = _row(session, cut_id, removed=True)
            _free_name(session, row.entry_id, row.name, but=cut_id)
            row.removed = None

    def forget(self, cut_id: int) -> None:
        """Deletes a removed cut with its steps; nothing where it came back meanwhile."""
        with writing(self._engine) as session:
            row = session.get(MendedCutRow, cut_id)
            if row is not None and row.removed is not None:
                delete_cuts(session, [cut_id])


def delete_cuts(session: Session, cut_ids: Sequence[int]) -> None:
    """Deletes cuts for good, with their steps."""
    session.execute(delete(MendStepRow).where(MendStepRow.cut_id.in_(cut_ids)))
    session.execute(delete(MendedCutRow).where(MendedCutRow.id.in_(cut_ids)))


def _row(session: Session, cut_id: int, *, removed: bool = False) -> MendedCutRow:
    """The row of a cut, also of a `removed` one where that is wanted."""
    row = session.get(MendedCutRow, cut_id) if cut_id < 2**31 else None
    if row is None or (row.removed is not None and not removed):
        raise NotFoundError(f"There is no mended cut {cut_id}.")
    return row


def _cut(session: Session, row: MendedCutRow) -> MendedCut:
    author = None if row.author_id is None else annotator_of(session.get_one(AnnotatorRow, row.author_id))
    steps = session.scalar(select(func.max(MendStepRow.n)).where(MendStepRow.cut_id == row.id)) or 0
    base = Base(
        source=row.base,
        label=row.label,
        facts=FACTS.validate_python(row.facts),
        scores=np.frombuffer(row.scores, STORED).astype(np.float32),
        shots=row.shots,
        budget=row.budget,
        personal=row.personal,
    )
    return MendedCut(row.id, row.entry_id, author, row.name, base, row.made, row.changed, steps)


def _steps(session: Session, cut_id: int, after: int = 0) -> list[Numbered]:
    query = select(MendStepRow).where(MendStepRow.cut_id == cut_id, MendStepRow.n > after).order_by(MendStepRow.n)
    return [Numbered(row.n, _step(row)) for row in session.scalars(query)]


def _step(row: MendStepRow) -> Step:
    return Step(row.client, row.seq, row.kind, row.data)  # type: ignore[arg-type]  # it was checked when it came


def _known(session: Session, cut_id: int, steps: Sequence[Step]) -> dict[tuple[str, int], Step]:
    """The stored steps among these."""
    clients = {step.client for step in steps}
    lowest = min((step.seq for step in steps), default=0)
    query = select(MendStepRow).where(
        MendStepRow.cut_id == cut_id, MendStepRow.client.in_(clients), MendStepRow.seq >= lowest
    )
    return {(row.client, row.seq): _step(row) for row in session.scalars(query)}


def _new_steps(known: dict[tuple[str, int], Step], steps: Sequence[Step]) -> list[Step]:
    """Those that are not stored yet, each once."""
    new: list[Step] = []
    for step in steps:
        first = known.setdefault((step.client, step.seq), step)
        if first is step:
            new.append(step)
        elif (first.kind, _plain(first)) != (step.kind, _plain(step)):
            raise ConflictError(
                f"Step {step.seq} of client '{step.client}' is stored with other content.",
                "Reload the page: it continues under a new client id.",
            )
    return new


def _plain(step: Step) -> object:
    """Its data as JSON holds them."""
    return json.loads(json.dumps(dict(step.data)))


def _free_name(session: Session, entry_id: str, name: str, but: int | None = None) -> str:
    """The name, if no other cut of the entry than `but` has it; without one the first "Mended 1" that is free."""
    query = select(MendedCutRow.name).where(MendedCutRow.entry_id == entry_id, MendedCutRow.removed.is_(None))
    taken = {one.casefold() for one in session.scalars(query if but is None else query.where(MendedCutRow.id != but))}
    if name:
        if name.casefold() in taken:
            raise ConflictError(f"Another mended cut of '{entry_id}' is called '{name}'.", "Choose another name.")
        return name
    for number in range(1, len(taken) + 2):
        name = f"Mended {number}"
        if name.casefold() not in taken:
            break
    return name


def _clean(name: str) -> str:
    clean = " ".join(readable(name).split())
    if not clean or len(clean) > limits.TITLE_CHARS:
        raise InputError(f"A mended cut has a name of 1 to {limits.TITLE_CHARS} characters.")
    return clean
