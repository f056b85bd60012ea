"""Which videos stand on the board: all of them where they are few, else a page at a time, found by the database.

The next page is asked for by the last video of the one before, so that the last one takes as long as the first. Nobody
counts here: `BoardPages.sum` does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Engine,
    Integer,
    Row,
    Select,
    SQLColumnExpression,
    and_,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from storage.assignments import in_dataset
from storage.board import part_of
from storage.database import reading
from storage.search import DATASETS, TITLE_BEGINS, few_with, folded, word_condition, words_of
from storage.tables import AnnotatorRow, AssignedRow, AssignmentRow, DatasetRow, EntryRow, TaskRow

Order = Literal["library", "fewest", "recent", "title"]
WHOLE = 400  # videos that are shown at once
PAGE = 100
SPARSE = 20_000  # videos that are sorted faster than they are met on a walk through the library
# As the index has it.
LABELLED: ColumnElement[int] = literal_column("(entries.judges - entries.people)", Integer)


@dataclass(frozen=True)
class Part:
    """What the board is narrowed to.

    Attributes:
        assignment: only its videos and what is done for it.
        dataset: only its videos.
        search: words; those that no video has, but somebody's name, narrow to these people and what they have begun.
        order: of a page: as the library has them, those that fewest people labelled here, what was touched last (where
            anybody has begun it), or by title.
        after: the last video of the page before.
    """

    assignment: int | None = None
    dataset: str | None = None
    search: str = ""
    order: Order = "library"
    after: str | None = None


@dataclass(frozen=True)
class BoardVideos:
    """Videos of the board.

    Attributes:
        entries: ids in their order.
        whole: these are all, whatever is searched for, in the order of the library.
        more: whether another page follows.
        named: ids of the people that the search names; None where it names nobody.
    """

    entries: list[str]
    whole: bool
    more: bool = False
    named: frozenset[int] | None = None


@dataclass(frozen=True)
class Sum:
    """All tasks of a board: how many are in which state, on how many videos, of how many people.

    `excluded` ones are in no other state; `seen`: others' labels or scores were seen before judging.
    """

    videos: int
    people: int
    submitted: int
    open: int
    skipped: int
    excluded: int
    seen: int


class BoardPages:
    """The videos of one installation that have tasks or are asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def videos(self, part: Part) -> BoardVideos:
        """All videos of a part, or one page of them."""
        with reading(self._engine) as session:
            whole = _whole(session, part)
            if whole is not None:
                return BoardVideos(whole, whole=True)
            scope, many = _scope(session, part)
            words, named, few = _meant(session, part, scope)
            conditions = [*scope, *words]
            many = many and not few
            if named is not None:
                conditions.append(_begun_by(named))
            found: list[str] = []
            for query in _walk(session, part, conditions, many):
                found += session.scalars(query.limit(PAGE + 1 - len(found)))
                if len(found) > PAGE:
                    break
        return BoardVideos(found[:PAGE], whole=False, more=len(found) > PAGE, named=named)

    def sum(self, assignment: int | None = None, dataset: str | None = None) -> Sum:
        """Counts all tasks of a part and the videos asked for; it grows with them."""
        gone = select(EntryRow.id).where(EntryRow.removed.is_not(None))
        live = TaskRow.practice.is_(False) & TaskRow.entry_id.not_in(gone) & part_of(assignment, dataset)
        task = (TaskRow.excluded, TaskRow.state, TaskRow.seen)
        asked = _assigned(assignment, dataset).where(AssignedRow.entry_id.not_in(gone))
        untouched = asked.where(~exists().where(TaskRow.entry_id == AssignedRow.entry_id, live)).distinct().subquery()
        many = func.count(TaskRow.entry_id.distinct())
        with reading(self._engine) as session:
            counts = session.execute(select(*task, func.count()).where(live).group_by(*task)).all()
            people = session.scalar(select(func.count(TaskRow.annotator_id.distinct())).where(live)) or 0
            videos = session.scalar(select(many).where(live)) or 0
            videos += session.scalar(select(func.count()).select_from(untouched)) or 0

        def so_many(state: str) -> int:
            return sum(n for excluded, one, _, n in counts if not excluded and one == state)

        return Sum(
            videos=videos,
            people=people,
            submitted=so_many("submitted"),
            open=so_many("open"),
            skipped=so_many("skipped"),
            excluded=sum(n for excluded, _, _, n in counts if excluded),
            seen=sum(n for _, _, seen, n in counts if seen),
        )


def _assigned(assignment: int | None, dataset: str | None) -> Select[str]:
    """What is asked for: by one assignment, or by those that are open."""
    query = select(AssignedRow.entry_id)
    if assignment is not None:
        query = query.where(AssignedRow.assignment_id == assignment)
    else:
        opened = select(AssignmentRow.id).where(AssignmentRow.closed.is_(None))
        query = query.where(AssignedRow.assignment_id.in_(opened))
    return query if dataset is None else query.where(in_dataset(AssignedRow.entry_id, dataset))


def _begun(dataset: str | None) -> Select[str]:
    query = select(TaskRow.entry_id).where(TaskRow.practice.is_(False))
    return query if dataset is None else query.where(in_dataset(TaskRow.entry_id, dataset))


def _asked_and_begun(part: Part) -> list[Select[str]]:
    """Where the videos of a part come from, whatever is searched for; removed ones are still among them.

    What was begun comes first, each once as its index has it; what several assignments ask for comes several times.
    """
    begun = [] if part.assignment is not None else [_begun(part.dataset).distinct()]
    return [*begun, _assigned(part.assignment, part.dataset)]


def _whole(session: Session, part: Part) -> list[str] | None:
    """The videos of a part, whatever is searched for; None where they are more than are shown at once."""
    found: dict[str, None] = {}
    for query in _asked_and_begun(part):
        found |= dict.fromkeys(session.scalars(query.distinct().limit(WHOLE + 1)))
        if len(found) > WHOLE:
            return None
    return list(found)


def _is_sparse(session: Session, part: Part) -> bool:
    """Whether a part has so few videos that they are sorted faster than met on a walk; counts no further than that."""
    found = 0
    for query in _asked_and_begun(part):
        found += session.scalar(select(func.count()).select_from(query.limit(SPARSE + 1).subquery())) or 0
        if found > SPARSE:
            return False
    return True


def _scope(session: Session, part: Part) -> tuple[list[ColumnElement[bool]], bool]:
    """Conditions on EntryRow: it is on the board; and whether so many are that they are not to be sorted."""
    here: list[ColumnElement[bool]] = [EntryRow.removed.is_(None)]
    if part.dataset:
        here.append(EntryRow.dataset == part.dataset)
    asked = _assigned(part.assignment, part.dataset)
    if part.assignment is not None:
        return [*here, EntryRow.id.in_(asked)], False
    if _is_sparse(session, part):
        return [*here, EntryRow.id.in_(asked.union(_begun(part.dataset)))], False
    return [*here, or_(_begun_by(), EntryRow.id.in_(asked))], True


def _begun_by(people: Collection[int] | None = None) -> ColumnElement[bool]:
    """A condition on EntryRow: somebody, or one of these people, has a task of it."""
    task = aliased(TaskRow)
    found = exists().where(task.entry_id == EntryRow.id, task.practice.is_(False))
    return found if people is None else found.where(task.annotator_id.in_(people))


def _past(keys: Sequence[Any], last: Sequence[Any], down: bool = False) -> ColumnElement[bool]:
    """Behind the last video of the page before; the first key is named twice, as an index serves it alone."""
    first, *_ = values = [literal(value, key.type) for key, value in zip(keys, last, strict=True)]
    if down:
        return and_(keys[0] <= first, tuple_(*keys) < tuple_(*values))
    return and_(keys[0] >= first, tuple_(*keys) > tuple_(*values))


def _meant(
    session: Session, part: Part, scope: Sequence[ColumnElement[bool]]
) -> tuple[list[ColumnElement[bool]], frozenset[int] | None, bool]:
    """What the words of a search mean: conditions on EntryRow, whom they name, and whether few entries fulfil them."""
    words = words_of(part.search)
    if not words:
        return [], None, False
    datasets = session.execute(DATASETS).all()
    names = [(id, _folded_name(name)) for id, name in session.execute(select(AnnotatorRow.id, AnnotatorRow.name))]
    conditions: list[ColumnElement[bool]] = []
    named: frozenset[int] | None = None
    few = False
    for word in words:
        condition = word_condition(word, datasets)
        people = frozenset(id for id, name in names if word in name)
        if not people:
            conditions.append(condition)
            continue
        told = few_with(session, [EntryRow.removed.is_(None), condition])
        meant = [condition] if told is None else told
        if session.scalar(select(EntryRow.id).where(*scope, *meant).limit(1)) is None:
            named = people if named is None else named & people
        else:
            conditions += meant
            few = few or told is not None
    if few or not conditions:
        return conditions, named, few
    told = few_with(session, [EntryRow.removed.is_(None), *conditions])
    return (conditions, named, False) if told is None else (told, named, True)


@lru_cache(maxsize=20_000)
def _folded_name(name: str) -> str:
    """Kept, since the names of ten thousand people are compared with every word of a search."""
    return folded(name)


def _walk(session: Session, part: Part, conditions: Sequence[ColumnElement[bool]], many: bool) -> Iterator[Select[str]]:
    """Queries of ids that follow each other in the order of a part, from where the page before ended."""
    if part.order == "recent":
        yield _recent(session, part, conditions)
        return
    ids = select(EntryRow.id).where(*conditions)
    keys: tuple[SQLColumnExpression[Any], ...] = {
        "library": (DatasetRow.created, DatasetRow.id, EntryRow.position, EntryRow.id),
        "fewest": (LABELLED, EntryRow.id),
        "title": (TITLE_BEGINS, EntryRow.id),
    }[part.order]
    last = _values(session, part.after, keys)
    if part.order != "library" or not many:
        query = ids.join(DatasetRow, DatasetRow.id == EntryRow.dataset) if part.order == "library" else ids
        yield query.order_by(*keys) if last is None else query.where(_past(keys, last)).order_by(*keys)
        return
    # No index has the entries of all datasets in the order of the library: one dataset after the other.
    datasets = [row.id for row in session.execute(DATASETS) if part.dataset in (None, row.id)]
    for dataset in datasets[datasets.index(last[1]) if last and last[1] in datasets else 0 :]:
        query = ids.where(EntryRow.dataset == dataset).order_by(*keys[2:])
        yield query.where(_past(keys[2:], last[2:])) if last and last[1] == dataset else query


def _recent(session: Session, part: Part, conditions: Sequence[ColumnElement[bool]]) -> Select[str]:
    """Of each video the task that was touched last."""
    keys = (TaskRow.touched, TaskRow.id)
    later = aliased(TaskRow)
    same = (later.entry_id == TaskRow.entry_id) & later.practice.is_(False)
    newer = exists().where(same, tuple_(later.touched, later.id) > tuple_(*keys))
    query = select(TaskRow.entry_id).join(EntryRow, EntryRow.id == TaskRow.entry_id)
    query = query.where(TaskRow.practice.is_(False), ~newer, *conditions).order_by(*(key.desc() for key in keys))
    newest = select(*keys).where(TaskRow.practice.is_(False), TaskRow.entry_id == part.after)
    last = session.execute(newest.order_by(*(key.desc() for key in keys)).limit(1)).first() if part.after else None
    return query if last is None else query.where(_past(keys, last, down=True))


def _values(
    session: Session, entry_id: str | None, keys: Sequence[SQLColumnExpression[Any]]
) -> Row[*tuple[Any, ...]] | None:
    """Where a video stands; None at the beginning, and where it is gone."""
    if entry_id is None:
        return None
    query = select(*keys).select_from(EntryRow).join(DatasetRow, DatasetRow.id == EntryRow.dataset)
    return session.execute(query.where(EntryRow.id == entry_id)).first()
