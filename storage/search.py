"""Finding entries among tens of thousands: words, filters, order and pages, all done by the database.

What is searched and sorted by stands in columns of its own (`search_text`, `judges`, `disagreement`), written when
entries or labels arrive, so that a query reads no file and folds no text.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Engine,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    case,
    false,
    func,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from core import limits
from core.data.categories import TVSUM, spelt_out
from core.data.order import Sort
from core.errors import InputError
from storage.database import reading
from storage.media import MediaFiles
from storage.tables import CollectedRow, DatasetRow, EntryRow, EntryTagRow

Disagreement = SQLColumnExpression[float | None]
# "Most disputed" and "most agreed" mean this share of the entries that two people or more have judged.
DISPUTED_SHARE = 0.25


@dataclass(frozen=True)
class Wanted:
    """Which entries are looked for, and in which order.

    Attributes:
        search: words that must all occur, anywhere in title, key, dataset or category, whatever the case or accents.
        dataset, category, tag, collection: only of these; None for all. A collection is given by its id.
        video: only with (True) or without (False) a video.
        people: only with (True) or without (False) anybody's judgement.
        disputed: only the quarter of the library (or of `dataset`) on which people differ "most" or "least".
        sort: a column, with "-" before it for the largest first; "library" is the order in which entries came.
            Entries whose disagreement is not defined come last, whichever way.
        hidden: ids of entries whose disagreement is not told: as if nobody knew it, in what is filtered, sorted and
            answered.
    """

    search: str = ""
    dataset: str | None = None
    category: str | None = None
    tag: str | None = None
    collection: int | None = None
    video: bool | None = None
    people: bool | None = None
    disputed: Literal["most", "least"] | None = None
    sort: Sort = "library"
    hidden: Collection[str] = ()


@dataclass(frozen=True)
class PickedEntry:
    """A line of the entry picker.

    Attributes:
        duration: seconds.
        rate_assumed: whether the frame rate, and so the duration, is only assumed.
        people: of the dataset, and those who labelled here and submitted.
        simulated: how many of those of the dataset are made by a program.
        disagreement: see `core.statistics.curves.disagreement`; None with fewer than two people.
        has_video: whether the entry came with one.
        thumbnails: its filmstrip, None where it has none or the file is gone.
    """

    id: str
    title: str
    dataset: str
    category: str
    duration: float
    rate_assumed: bool
    people: int
    simulated: int
    disagreement: float | None
    has_video: bool
    thumbnails: Path | None


@dataclass(frozen=True)
class Group:
    """A dataset or a category with the number of its entries; a category is its own id."""

    label: str
    id: str
    entries: int


@dataclass(frozen=True)
class Picked:
    """One page of what was found.

    Attributes:
        entries: of this page.
        total: how many match.
        of: how many there are.
        place: of the entry asked for among those that match, from 0; None where it is not among them.
    """

    entries: list[PickedEntry]
    total: int
    of: int
    place: int | None = None


@dataclass(frozen=True)
class _Key:
    """What decides an order: a column, whether the largest comes first, and whether it may be unknown."""

    column: SQLColumnExpression[Any]
    down: bool = False
    optional: bool = False

    @property
    def ordered(self) -> ColumnElement[Any]:
        ordered = self.column.desc() if self.down else self.column.asc()
        return ordered.nulls_last() if self.optional else ordered


class Search:
    """Search over the entries of one database. Removed entries are never found."""

    def __init__(self, engine: Engine, files: MediaFiles) -> None:
        self._engine = engine
        self._files = files

    def find(self, wanted: Wanted, *, offset: int = 0, limit: int = 100, place_of: str | None = None) -> Picked:
        """One page of the entries that are wanted.

        Args:
            wanted: which, and in which order.
            offset, limit: the page; `limit` 0 only counts.
            place_of: also say where this entry stands.

        Raises:
            InputError: the order is none of `Sort`.
        """
        if wanted.sort not in get_args(Sort):
            raise InputError(f"Entries cannot be sorted by '{wanted.sort}'.", f"Known: {', '.join(get_args(Sort))}.")
        with reading(self._engine) as session:
            datasets = session.scalars(select(DatasetRow).order_by(DatasetRow.created, DatasetRow.id)).all()
            conditions = _conditions(session, wanted, datasets)
            told = _told(wanted.hidden)
            keys = _keys(wanted.sort, told)
            of = session.scalar(_counted([EntryRow.removed.is_(None)])) or 0
            total = of if len(conditions) == 1 else session.scalar(_counted(conditions)) or 0
            place = None if place_of is None else _place(session, place_of, conditions, keys)
            rows = session.execute(_lines(conditions, _order(keys), offset, limit, told)).all() if limit else []
        return Picked([self._line(row) for row in rows], total, of, place)

    def ids(self, wanted: Wanted, *, offset: int = 0, limit: int = 100) -> Sequence[str]:
        """The ids alone of a page of the entries that are wanted, in their order."""
        with reading(self._engine) as session:
            datasets = session.scalars(select(DatasetRow)).all()
            conditions = _conditions(session, wanted, datasets)
            order = _order(_keys(wanted.sort, _told(wanted.hidden)))
            query = select(EntryRow.id).join(DatasetRow, DatasetRow.id == EntryRow.dataset).where(*conditions)
            return session.scalars(query.order_by(*order).limit(limit).offset(offset)).all()

    def one(self, entry_id: str) -> PickedEntry | None:
        """The line of one entry, None where there is no such entry."""
        conditions = [EntryRow.removed.is_(None), EntryRow.id == entry_id]
        with reading(self._engine) as session:
            row = session.execute(_lines(conditions, _order([_Key(EntryRow.id)]))).first()
        return None if row is None else self._line(row)

    def some(self, entry_ids: Sequence[str]) -> list[PickedEntry]:
        """The lines of these entries in the order of the library, without those that do not exist."""
        found: list[Row[*tuple[Any, ...]]] = []
        with reading(self._engine) as session:
            order = _order(_keys("library", EntryRow.disagreement))
            for start in range(0, len(entry_ids), 500):  # databases limit the number of parameters
                part = entry_ids[start : start + 500]
                found += session.execute(_lines([EntryRow.removed.is_(None), EntryRow.id.in_(part)], order, 0, 500))
        return [self._line(row) for row in found]

    def datasets(self) -> list[Group]:
        """Datasets that have entries, oldest first."""
        counted = select(EntryRow.dataset, func.count()).where(EntryRow.removed.is_(None)).group_by(EntryRow.dataset)
        with reading(self._engine) as session:
            counts = dict(session.execute(counted).all())
            rows = session.scalars(select(DatasetRow).order_by(DatasetRow.created, DatasetRow.id)).all()
        return [Group(row.label, row.id, counts[row.id]) for row in rows if row.id in counts]

    def categories(self, dataset: str | None = None) -> list[Group]:
        """Categories in alphabetical order, of one dataset or of all; entries without one are left out."""
        query = select(EntryRow.category, EntryRow.category, func.count()).group_by(EntryRow.category)
        query = query.where(EntryRow.removed.is_(None), EntryRow.category != "")
        if dataset:
            query = query.where(EntryRow.dataset == dataset)
        with reading(self._engine) as session:
            found = [Group(spelt_out(code), id, count) for code, id, count in session.execute(query)]
        return sorted(found, key=lambda group: folded(group.label))

    def _line(self, row: Row[*tuple[Any, ...]]) -> PickedEntry:
        return PickedEntry(
            id=row.id,
            title=row.title,
            dataset=row.dataset,
            category=row.category,
            duration=row.duration,
            rate_assumed=row.rate_assumed,
            people=row.judges,
            simulated=row.simulated_people,
            disagreement=row.disagreement,
            has_video=row.video is not None,
            thumbnails=self._files.find(row.thumbnails, row.media_root),
        )


def folded(text: str) -> str:
    """Text as it is compared: without case, accents and unprintable characters, one space between words."""
    words = unicodedata.normalize("NFKD", text.casefold()).split()
    kept = ("".join(c for c in word if c.isprintable() and not unicodedata.combining(c)) for word in words)
    return " ".join(word for word in kept if word)


def search_text_of(title: str, entry_id: str, category: str) -> str:
    """What is searched of an entry. The title comes first, so that this also sorts by title."""
    return "\n".join(folded(part) for part in (title, entry_id, category))


def _conditions(session: Session, wanted: Wanted, datasets: Sequence[DatasetRow]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [EntryRow.removed.is_(None)]
    if wanted.dataset:
        found.append(EntryRow.dataset == wanted.dataset)
    if wanted.disputed:  # of the dataset: its people may have judged in another way than those of the next one
        found.append(_disputed(session, wanted.disputed, found, _told(wanted.hidden)))
    if wanted.category:
        found.append(EntryRow.category == wanted.category)
    if wanted.tag:
        found.append(EntryRow.id.in_(select(EntryTagRow.entry_id).where(EntryTagRow.tag == wanted.tag)))
    if wanted.collection is not None:
        collected = CollectedRow.collection_id == wanted.collection
        found.append(EntryRow.id.in_(select(CollectedRow.entry_id).where(collected)))
    if wanted.video is not None:
        found.append(EntryRow.video.is_not(None) if wanted.video else EntryRow.video.is_(None))
    if wanted.people is not None:
        found.append(EntryRow.judges > 0 if wanted.people else EntryRow.judges == 0)
    for word in list(dict.fromkeys(folded(wanted.search).split()))[: limits.SEARCH_TERMS]:
        here: ColumnElement[bool] = EntryRow.search_text.contains(word, autoescape=True)
        named = [row.id for row in datasets if word in folded(row.label)]
        meant = [code for code, name in TVSUM.items() if word in folded(name)]
        places = [here]
        if named:
            places.append(EntryRow.dataset.in_(named))
        if meant:
            places.append(EntryRow.category.in_(meant))
        found.append(or_(*places))
    return found


def _told(hidden: Collection[str]) -> Disagreement:
    """How much people disagree about an entry, unknown where that is hidden."""
    if not hidden:
        return EntryRow.disagreement
    return case((EntryRow.id.in_(hidden), null()), else_=EntryRow.disagreement)


def _disputed(
    session: Session, which: str, conditions: Sequence[ColumnElement[bool]], column: Disagreement
) -> ColumnElement[bool]:
    """The quarter of the entries on which people differ most or least; nothing where nobody can be compared."""
    known = and_(*conditions, column.is_not(None))
    many = session.scalar(_counted([known])) or 0
    order = column.desc() if which == "most" else column.asc()
    last = max(0, round(DISPUTED_SHARE * many) - 1)
    edge = session.scalar(select(column).where(known).order_by(order).offset(last).limit(1))
    if edge is None:
        return false()
    return column >= edge if which == "most" else column <= edge


def _keys(sort: Sort, disagreement: Disagreement) -> list[_Key]:
    """The columns that decide the order one after the other, and whether the largest comes first."""
    name, down = sort.removeprefix("-"), sort.startswith("-")
    if name == "library":
        columns: tuple[SQLColumnExpression[Any], ...] = (
            DatasetRow.created, DatasetRow.id, EntryRow.position, EntryRow.id,
        )  # fmt: skip
        return [_Key(column) for column in columns]
    if name == "disagreement":
        return [_Key(disagreement, down, optional=True), _Key(EntryRow.id)]
    column = {"title": EntryRow.search_text, "duration": EntryRow.duration, "people": EntryRow.judges}[name]
    return [_Key(column, down), _Key(EntryRow.id)]


def _order(keys: Sequence[_Key]) -> list[ColumnElement[Any]]:
    return [key.ordered for key in keys]


def _counted(conditions: Sequence[ColumnElement[bool]]) -> Select[*tuple[Any, ...]]:
    return select(func.count()).select_from(EntryRow).where(*conditions)


def _lines(
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    offset: int = 0,
    limit: int = 1,
    disagreement: Disagreement = EntryRow.disagreement,
) -> Select[*tuple[Any, ...]]:
    # The page is cut from the ids alone: sorting whole rows takes twice as long where the page is far down.
    ids = select(EntryRow.id).join(DatasetRow, DatasetRow.id == EntryRow.dataset).where(*conditions)
    ids = ids.order_by(*order).limit(limit).offset(offset)
    entry = EntryRow
    shown = (entry.id, entry.title, entry.dataset, entry.category, entry.duration, entry.judges, entry.simulated_people)
    query: Select[*tuple[Any, ...]] = select(
        *shown,
        entry.rate_assumed,
        disagreement.label("disagreement"),
        entry.video,
        entry.thumbnails,
        DatasetRow.media_root,
    )
    return query.join(DatasetRow, DatasetRow.id == entry.dataset).where(entry.id.in_(ids)).order_by(*order)


def _place(
    session: Session, entry_id: str, conditions: Sequence[ColumnElement[bool]], keys: Sequence[_Key]
) -> int | None:
    """How many of those that match come before an entry: one pass, where numbering all of them would sort them."""
    joined = (DatasetRow, DatasetRow.id == EntryRow.dataset)
    own = select(*(key.column for key in keys)).join_from(EntryRow, *joined)
    values = session.execute(own.where(*conditions, EntryRow.id == entry_id)).first()
    if values is None:
        return None
    before: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for key, value in zip(keys, values, strict=True):
        column = key.column
        ahead = column.is_not(None) if value is None else column > value if key.down else column < value
        before.append(and_(*same, ahead))
        same.append(column == value)
    query = select(func.count()).select_from(EntryRow).join(*joined)
    return session.scalar(query.where(*conditions, or_(*before)))
