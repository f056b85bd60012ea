"""Finding entries among tens of thousands: words, filters, order and pages, all done by the database.

What is searched and sorted by stands in columns of its own (`search_text`, `judges`, `disagreement`), written when
entries or labels arrive, so that a query reads no file and folds no text. Each order has an index, and how many entries
datasets and categories have is kept (`EntryCountRow`), so that a page takes as long in a library of a million; words
are looked for in all texts, one after the other.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    String,
    and_,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from core import limits
from core.data.categories import TVSUM, spelt_out
from core.data.order import Sort
from core.errors import InputError
from storage.database import reading
from storage.media import MediaFiles
from storage.scanning import all_rows
from storage.tables import AssignedRow, CollectedRow, DatasetRow, EntryCountRow, EntryRow, EntryTagRow

# "Most disputed" and "most agreed" mean this share of the entries that two people or more have judged.
DISPUTED_SHARE = 0.25
FEW = 500  # entries that have the words of a search; databases limit the number of parameters
# Written out, since an index over an expression serves that very expression. Titles that begin alike go by their ids.
TITLE_BEGINS: ColumnElement[str] = literal_column("substr(entries.words, 1, 200)", String)
MOST_PEOPLE: ColumnElement[int] = literal_column("(-entries.judges)", Integer)


Rows = Sequence[Row[*tuple[Any, ...]]]
Read = Callable[[Session, Select[*tuple[Any, ...]]], Rows]


@dataclass(frozen=True)
class Wanted:
    """Which entries are looked for, and in which order.

    Attributes:
        search: words that must all occur, anywhere in title, key, dataset or category, whatever the case or accents.
        dataset, category, tag, collection, assignment: only of these; None for all. The last two are ids.
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
    assignment: int | None = None
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
    """What decides an order: a column, and whether the largest comes first."""

    column: SQLColumnExpression[Any]
    down: bool = False

    def ordered(self, backwards: bool = False) -> ColumnElement[Any]:
        return self.column.desc() if self.down != backwards else self.column.asc()

    def ahead(self, value: Any) -> ColumnElement[bool]:
        """Of what comes before a value."""
        return self.column > value if self.down else self.column < value


@dataclass(frozen=True)
class _Stretch:
    """Entries that stand together in an order, before those of the next stretch: no index has all of them in a row.

    Attributes:
        condition: which they are.
        holds: the same, of a row of `_OWN`.
        keys: their order.
        entries: how many match.
    """

    condition: ColumnElement[bool]
    holds: Callable[[Row[*tuple[Any, ...]]], bool]
    keys: Sequence[_Key]
    entries: int


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
        with reading(self._engine) as session:
            conditions, stretches = _found(session, wanted)
            of = session.scalar(select(func.sum(EntryCountRow.entries))) or 0
            place = None if place_of is None else _place(session, place_of, conditions, stretches)
            rows = _lines(session, _page(session, conditions, stretches, offset, limit))
        entries = [self._line(row, wanted.hidden) for row in rows]
        return Picked(entries, sum(one.entries for one in stretches), of, place)

    def ids(self, wanted: Wanted, *, offset: int = 0, limit: int = 100) -> Sequence[str]:
        """The ids alone of a page of the entries that are wanted, in their order. Raises InputError."""
        with reading(self._engine) as session:
            return _page(session, *_found(session, wanted), offset, limit)

    def one(self, entry_id: str) -> PickedEntry | None:
        """The line of one entry, None where there is no such entry."""
        with reading(self._engine) as session:
            rows = _lines(session, [entry_id])
        return self._line(rows[0]) if rows else None

    def some(self, entry_ids: Sequence[str]) -> list[PickedEntry]:
        """The lines of these entries in the order of the library, without those that do not exist."""
        with reading(self._engine) as session:
            rows = _lines(session, list(dict.fromkeys(entry_ids)))
        rows.sort(key=lambda row: (row.dataset_created, row.dataset, row.position, row.id))
        return [self._line(row) for row in rows]

    def listed(self, entry_ids: Sequence[str]) -> list[PickedEntry]:
        """The lines of these entries in the order given, without those that do not exist."""
        with reading(self._engine) as session:
            return [self._line(row) for row in _lines(session, entry_ids)]

    def datasets(self) -> list[Group]:
        """Datasets that have entries, oldest first."""
        with reading(self._engine) as session:
            counts = _kept_counts(session, Wanted())
            rows = session.execute(DATASETS).all()
        return [Group(row.label, row.id, counts[row.id]) for row in rows if row.id in counts]

    def categories(self, dataset: str | None = None) -> list[Group]:
        """Categories in alphabetical order, of one dataset or of all; entries without one are left out."""
        counted = EntryCountRow
        query = select(counted.category, func.sum(counted.entries)).where(counted.category != "", counted.entries > 0)
        if dataset:
            query = query.where(counted.dataset == dataset)
        with reading(self._engine) as session:
            rows = session.execute(query.group_by(counted.category)).all()
        return sorted((Group(spelt_out(id), id, count) for id, count in rows), key=lambda group: folded(group.label))

    def _line(self, row: Row[*tuple[Any, ...]], hidden: Collection[str] = ()) -> PickedEntry:
        return PickedEntry(
            id=row.id,
            title=row.title,
            dataset=row.dataset,
            category=row.category,
            duration=row.duration,
            rate_assumed=row.rate_assumed,
            people=row.judges,
            simulated=row.simulated_people,
            disagreement=None if row.id in hidden else row.disagreement,
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


def words_of(search: str) -> list[str]:
    """The words that are read of a search, folded; longer ones first, since fewer texts have them."""
    return sorted(list(dict.fromkeys(folded(search).split()))[: limits.SEARCH_TERMS], key=len, reverse=True)


def word_condition(word: str, datasets: Rows) -> ColumnElement[bool]:
    """That EntryRow has a word, see `Wanted.search`; `datasets` are those of `DATASETS`."""
    places: list[ColumnElement[bool]] = [EntryRow.search_text.contains(word, autoescape=True)]
    named = [row.id for row in datasets if word in folded(row.label)]
    meant = [code for code, name in TVSUM.items() if word in folded(name)]
    if named:
        places.append(EntryRow.dataset.in_(named))
    if meant:
        places.append(EntryRow.category.in_(meant))
    return or_(*places)


def few_with(session: Session, conditions: Sequence[ColumnElement[bool]]) -> list[ColumnElement[bool]] | None:
    """Conditions that name the entries that have some words, so that texts are read once; None where many have them."""
    naming = select(EntryRow.id).where(*conditions).limit(FEW + 1)
    if session.get_bind().dialect.name == "sqlite":  # which reads the index that holds texts for its order alone
        naming = naming.order_by(EntryRow.dataset, EntryRow.category)
    few = [id for (id,) in all_rows(session, naming)]
    if len(few) > FEW:
        return None
    return [EntryRow.removed.is_(None), EntryRow.id.in_(few)] if few else [false()]


def _found(session: Session, wanted: Wanted) -> tuple[list[ColumnElement[bool]], list[_Stretch]]:
    """What matches, and the stretches of its order. Raises InputError."""
    if wanted.sort not in get_args(Sort):
        raise InputError(f"Entries cannot be sorted by '{wanted.sort}'.", f"Known: {', '.join(get_args(Sort))}.")
    datasets = session.execute(DATASETS).all()
    conditions, named = _conditions(session, wanted, datasets)
    read = _read if named else all_rows
    return conditions, _stretches(session, wanted, datasets, conditions, read)


def _read(session: Session, query: Select[*tuple[Any, ...]]) -> Rows:
    return session.execute(query).all()


def _conditions(session: Session, wanted: Wanted, datasets: Rows) -> tuple[list[ColumnElement[bool]], bool]:
    """What matches, and whether it is named, so that nobody has to read all entries for it."""
    found: list[ColumnElement[bool]] = [EntryRow.removed.is_(None)]
    if wanted.dataset:
        found.append(EntryRow.dataset == wanted.dataset)
    if wanted.disputed:  # of the dataset: its people may have judged in another way than those of the next one
        found.append(_disputed(session, wanted.disputed, [*found, *_known(wanted.hidden)]))
        found += _known(wanted.hidden)
    if wanted.category:
        found.append(EntryRow.category == wanted.category)
    if wanted.tag:
        found.append(EntryRow.id.in_(select(EntryTagRow.entry_id).where(EntryTagRow.tag == wanted.tag)))
    if wanted.collection is not None:
        collected = CollectedRow.collection_id == wanted.collection
        found.append(EntryRow.id.in_(select(CollectedRow.entry_id).where(collected)))
    if wanted.assignment is not None:
        assigned = AssignedRow.assignment_id == wanted.assignment
        found.append(EntryRow.id.in_(select(AssignedRow.entry_id).where(assigned)))
    if wanted.video is not None:
        found.append(EntryRow.video.is_not(None) if wanted.video else EntryRow.video.is_(None))
    if wanted.people is not None:
        found.append(EntryRow.judges > 0 if wanted.people else EntryRow.judges == 0)
    words = [word_condition(word, datasets) for word in words_of(wanted.search)]
    if not words:
        return found, False
    few = few_with(session, [*found, *words])
    return ([*found, *words], False) if few is None else (few, True)


def _known(hidden: Collection[str]) -> list[ColumnElement[bool]]:
    """Of entries whose disagreement is known, and not hidden."""
    known: list[ColumnElement[bool]] = [EntryRow.disagreement.is_not(None)]
    return [*known, EntryRow.id.not_in(hidden)] if hidden else known


def _disputed(session: Session, which: str, conditions: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """The quarter of the entries on which people differ most or least; nothing where nobody can be compared."""
    column = EntryRow.disagreement
    last = max(0, round(DISPUTED_SHARE * _counted(session, conditions)) - 1)
    order = column.desc() if which == "most" else column.asc()
    edge = session.scalar(select(column).where(*conditions).order_by(order).offset(last).limit(1))
    if edge is None:
        return false()
    return column >= edge if which == "most" else column <= edge


def _stretches(
    session: Session,
    wanted: Wanted,
    datasets: Rows,
    conditions: Sequence[ColumnElement[bool]],
    read: Read,
) -> list[_Stretch]:
    name, down = wanted.sort.removeprefix("-"), wanted.sort.startswith("-")
    listed = Wanted(dataset=wanted.dataset, category=wanted.category, sort=wanted.sort, hidden=wanted.hidden)
    kept = wanted == listed
    id = _Key(EntryRow.id)
    if name == "library":
        counts = _kept_counts(session, wanted) if kept else _counts(session, conditions, read)
        keys = (_Key(EntryRow.position), id)
        return [
            _Stretch(EntryRow.dataset == row.id, _of_dataset(row.id), keys, counts[row.id])
            for row in datasets
            if row.id in counts
        ]
    if name == "disagreement":
        known, hidden = and_(*_known(wanted.hidden)), wanted.hidden
        if kept:
            total, many = sum(_kept_counts(session, wanted).values()), _counted(session, [*conditions, known])
        elif wanted == replace(listed, people=True):  # as people want more of; whoever is known to differ has judged
            total = _counted(session, conditions)
            many = _counted(session, [*_conditions(session, listed, datasets)[0], known])
        else:
            total, many = _counted_known(session, conditions, hidden, read)
        unknown = or_(EntryRow.disagreement.is_(None), EntryRow.id.in_(hidden) if hidden else false())

        def told(own: Row[*tuple[Any, ...]]) -> bool:
            return own.disagreement is not None and own.id not in hidden

        return [
            _Stretch(known, told, (_Key(EntryRow.disagreement, down), id), many),
            _Stretch(unknown, lambda own: not told(own), (id,), total - many),
        ]
    total = sum((_kept_counts(session, wanted) if kept else _counts(session, conditions, read)).values())
    keys = {
        "title": (_Key(TITLE_BEGINS, down), id),
        "duration": (_Key(EntryRow.duration, down), id),
        "people": (_Key(MOST_PEOPLE if down else EntryRow.judges), id),
    }[name]
    return [_Stretch(true(), lambda own: True, keys, total)]


def _of_dataset(dataset: str) -> Callable[[Row[*tuple[Any, ...]]], bool]:
    return lambda own: bool(own.dataset == dataset)


def _kept_counts(session: Session, wanted: Wanted) -> dict[str, int]:
    """How many entries each dataset has, of a category where one is wanted; those that have any."""
    counted = EntryCountRow
    query = select(counted.dataset, func.sum(counted.entries)).where(counted.entries > 0).group_by(counted.dataset)
    if wanted.dataset:
        query = query.where(counted.dataset == wanted.dataset)
    if wanted.category:
        query = query.where(counted.category == wanted.category)
    return dict(session.execute(query).all())


def _counts(session: Session, conditions: Sequence[ColumnElement[bool]], read: Read) -> Counter[str]:
    """The same, of what fulfils conditions, counted now. By category, since the index that holds all has that order."""
    counts: Counter[str] = Counter()
    query = select(EntryRow.dataset, func.count()).where(*conditions).group_by(EntryRow.dataset, EntryRow.category)
    for dataset, count in read(session, query):
        counts[dataset] += count
    return counts


def _counted_known(
    session: Session, conditions: Sequence[ColumnElement[bool]], hidden: Collection[str], read: Read
) -> tuple[int, int]:
    """How many entries fulfil conditions, and of how many of these the disagreement is known and not hidden."""
    query = select(func.count(), func.count(EntryRow.disagreement)).where(*conditions)
    rows = read(session, query.group_by(EntryRow.dataset, EntryRow.category))
    known = sum(many for _, many in rows)
    if hidden:
        known -= _counted(session, [*conditions, EntryRow.disagreement.is_not(None), EntryRow.id.in_(hidden)])
    return sum(all for all, _ in rows), known


def _counted(session: Session, conditions: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count()).select_from(EntryRow).where(*conditions)) or 0


def _page(
    session: Session,
    conditions: Sequence[ColumnElement[bool]],
    stretches: Sequence[_Stretch],
    offset: int,
    limit: int,
) -> list[str]:
    """The ids of a page: only the stretches that it lies in are looked at, each from its nearer end."""
    ids: list[str] = []
    for one in stretches:
        size = min(one.entries - offset, limit - len(ids))
        if size <= 0:
            offset = max(0, offset - one.entries)
            continue
        rest = one.entries - offset - size
        backwards = rest < offset
        query = select(EntryRow.id).where(*conditions, one.condition)
        query = query.order_by(*(key.ordered(backwards) for key in one.keys)).limit(size)
        found = session.scalars(query.offset(rest if backwards else offset)).all()
        ids += reversed(found) if backwards else found
        offset = 0
    return ids


def _lines(session: Session, ids: Sequence[str]) -> list[Row[*tuple[Any, ...]]]:
    """The lines of these entries in this order, without those that are removed or do not exist."""
    found: dict[str, Row[*tuple[Any, ...]]] = {}
    for start in range(0, len(ids), 500):  # databases limit the number of parameters
        query = _LINES.where(EntryRow.id.in_(ids[start : start + 500]))
        found |= {row.id: row for row in session.execute(query)}
    return [found[one] for one in ids if one in found]


def _place(
    session: Session, entry_id: str, conditions: Sequence[ColumnElement[bool]], stretches: Sequence[_Stretch]
) -> int | None:
    """How many of those that match come before an entry."""
    own = session.execute(_OWN.where(*conditions, EntryRow.id == entry_id)).first()
    if own is None:
        return None
    before = 0
    for one in stretches:
        if not one.holds(own):
            before += one.entries
            continue
        values = session.execute(select(*(key.column for key in one.keys)).where(EntryRow.id == entry_id)).one()
        same: list[ColumnElement[bool]] = []
        for key, value in zip(one.keys, values, strict=True):
            before += _counted(session, [*conditions, one.condition, *same, key.ahead(value)])
            same.append(key.column == value)
        return before
    return None


DATASETS = select(DatasetRow.id, DatasetRow.label, DatasetRow.created).order_by(DatasetRow.created, DatasetRow.id)
_OWN = select(EntryRow.id, EntryRow.dataset, EntryRow.disagreement)
_LINES = (
    select(
        EntryRow.id,
        EntryRow.title,
        EntryRow.dataset,
        EntryRow.category,
        EntryRow.duration,
        EntryRow.judges,
        EntryRow.simulated_people,
        EntryRow.rate_assumed,
        EntryRow.disagreement,
        EntryRow.video,
        EntryRow.thumbnails,
        EntryRow.position,
        DatasetRow.media_root,
        DatasetRow.created.label("dataset_created"),
    )
    .join(DatasetRow, DatasetRow.id == EntryRow.dataset)
    .where(EntryRow.removed.is_(None))
)
