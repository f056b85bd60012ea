"""Reading the texts of all entries of a large library by several threads: SQLite answers a question with one core."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from threading import BoundedSemaphore
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, and_, or_, select, true, tuple_
from sqlalchemy.orm import Session

from storage.database import is_read_only, reading
from storage.tables import EntryCountRow, EntryRow

LARGE = 100_000  # entries; fewer are read faster than threads can be told to
HELPERS = min(3, (os.cpu_count() or 1) - 1)  # threads beside the one that asks, in all of a process

_helpers = ThreadPoolExecutor(max(1, HELPERS), thread_name_prefix="scan")
_free = BoundedSemaphore(max(1, HELPERS))


def all_rows(session: Session, query: Select[*tuple[Any, ...]]) -> list[Row[*tuple[Any, ...]]]:
    """What a query over all of EntryRow gives, in any order.

    In a large library on SQLite it is asked in parts at once, each of some data sets and categories, as far as helpers
    are free; these see what was committed last. Where it counts, it must do so by data set and category; its limit
    holds for each part.

    Raises:
        UnavailableError, DamagedError: what is asked for cannot be read.
    """
    engine = session.get_bind()
    if not isinstance(engine, Engine) or engine.dialect.name != "sqlite" or is_read_only(engine):
        return list(session.execute(query).all())
    parts = _parts(session)
    helped: list[Future[list[Row[*tuple[Any, ...]]]]] = []
    own = []
    for number, part in enumerate(parts):
        if number and _free.acquire(blocking=False):
            one = _helpers.submit(_rows, engine, query.where(part))
            one.add_done_callback(lambda _: _free.release())
            helped.append(one)
        else:
            own.append(part)
    rows = list(session.execute(query.where(or_(*own)) if helped else query).all())
    for one in helped:
        rows += one.result()
    return rows


def _rows(engine: Engine, query: Select[*tuple[Any, ...]]) -> list[Row[*tuple[Any, ...]]]:
    with reading(engine) as session:
        return list(session.execute(query).all())


def _parts(session: Session) -> list[ColumnElement[bool]]:
    """Conditions that part the entries into as many as helpers can read beside us, of about the same number."""
    counts = select(EntryCountRow.dataset, EntryCountRow.category, EntryCountRow.entries)
    groups = session.execute(counts.order_by(EntryCountRow.dataset, EntryCountRow.category)).all()
    total = sum(row.entries for row in groups)
    if total < LARGE:
        return [true()]
    edges: list[tuple[str, str]] = []
    met = 0
    for row in groups:
        if met >= total * (len(edges) + 1) / (1 + HELPERS):
            edges.append((row.dataset, row.category))
        met += row.entries
    return [_between(*ends) for ends in pairwise([None, *edges, None])]


def _between(first: tuple[str, str] | None, end: tuple[str, str] | None) -> ColumnElement[bool]:
    """From one data set and category to before another; the data set is named twice, as an index serves it alone."""
    group = tuple_(EntryRow.dataset, EntryRow.category)
    conditions: list[ColumnElement[bool]] = [true()]
    if first is not None:
        conditions += [EntryRow.dataset >= first[0], group >= first]
    if end is not None:
        conditions += [EntryRow.dataset <= end[0], group < end]
    return and_(*conditions)
