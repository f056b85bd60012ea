"""Parts of a library that are read at once give what one look gives, and helpers are free again afterwards."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import pytest
from sqlalchemy import func, select

from benchmarks.picker import fill
from core.errors import UnavailableError
from storage import scanning
from storage.database import reading
from storage.scanning import all_rows
from storage.search import Wanted
from storage.tables import EntryRow

HELPERS = 3


@pytest.fixture
def asked(monkeypatch):
    """Three helpers for the smallest library, and what they were asked."""
    told = []
    rows = scanning._rows

    def noted(engine, query):
        told.append(query)
        return rows(engine, query)

    monkeypatch.setattr(scanning, "LARGE", 1)
    monkeypatch.setattr(scanning, "HELPERS", HELPERS)
    monkeypatch.setattr(scanning, "_helpers", ThreadPoolExecutor(HELPERS))
    monkeypatch.setattr(scanning, "_free", BoundedSemaphore(HELPERS))
    monkeypatch.setattr(scanning, "_rows", noted)
    return told


def are_free():
    taken = [scanning._free.acquire(timeout=5) for _ in range(HELPERS)]
    scanning._free.release(sum(taken))
    return all(taken)


@pytest.mark.parametrize("seed", range(4))
def test_every_entry_is_read_once(library, asked, seed):
    chance = random.Random(seed)
    ids = fill(library, chance.randint(5, 60), datasets=chance.choice((1, 2, 9)))
    for entry in chance.sample(ids, 4):
        library.entries.remove(entry)
    here = select(EntryRow.id).where(EntryRow.removed.is_(None))
    groups = select(EntryRow.dataset, EntryRow.category, func.count()).where(EntryRow.removed.is_(None))
    for query in (here, groups.group_by(EntryRow.dataset, EntryRow.category)):
        with reading(library.engine) as session:
            assert sorted(all_rows(session, query)) == sorted(session.execute(query).all())
    assert asked
    assert are_free()


def test_a_search_finds_the_same_whoever_helps(library, asked, monkeypatch):
    fill(library, 80, datasets=5)
    wanted = [Wanted("kyoto"), Wanted("kyoto", sort="-disagreement"), Wanted(people=True), Wanted(disputed="most")]
    found = [library.search.find(one, limit=200) for one in wanted]
    assert asked
    monkeypatch.setattr(scanning, "LARGE", 10**9)
    assert [library.search.find(one, limit=200) for one in wanted] == found


def test_many_who_search_at_once_wait_for_nobody(library, asked):
    fill(library, 40, datasets=4)
    with ThreadPoolExecutor(24) as people:
        found = list(people.map(lambda _: library.search.find(Wanted("kyoto")).total, range(96), timeout=25))
    assert len(set(found)) == 1
    assert are_free()


def test_what_a_helper_cannot_read_is_told(library, asked, monkeypatch):
    fill(library, 40, datasets=4)

    def refuse(engine, query):
        raise UnavailableError("The database is away.")

    monkeypatch.setattr(scanning, "_rows", refuse)
    with pytest.raises(UnavailableError), reading(library.engine) as session:
        all_rows(session, select(EntryRow.id))
    assert are_free()
