"""Pages of long lists and boards say what looking at everything says, and counts that are kept what counting says."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import get_args

import pytest
from sqlalchemy import delete, func, insert, select, update

from benchmarks.picker import fill
from storage import board_pages
from storage.board_pages import Order, Part, Sum
from storage.database import writing
from storage.search import Sort, Wanted
from storage.tables import AnnotatorRow, EntryCountRow, EntryRow, TaskRow, now

SEEDS = range(3)
WANTED = (
    {},
    {"search": "kyoto"},
    {"people": True, "video": True},
    {"disputed": "most"},
    {"dataset": "set-0", "category": "food"},
)


@pytest.mark.parametrize("seed", SEEDS)
def test_pages_of_any_length_are_parts_of_the_whole_list(library, seed):
    chance = random.Random(seed)
    ids = fill(library, 60, datasets=chance.choice((1, 3, 7)))
    for entry in chance.sample(ids, 9):
        library.entries.remove(entry)
    hidden = chance.sample(ids, 5)
    for sort in get_args(Sort):
        asked = chance.choice(WANTED)
        wanted = Wanted(**asked, sort=sort, hidden=hidden)
        whole = library.search.find(wanted, limit=200)
        expected = [entry.id for entry in whole.entries]
        assert len(set(expected)) == len(expected) == whole.total
        size = chance.randint(5, 13)
        pages = [library.search.find(wanted, offset=at, limit=size).entries for at in range(0, len(expected) + 1, size)]
        assert [entry.id for page in pages for entry in page] == expected
        assert list(library.search.ids(wanted, limit=200)) == expected
        for place in chance.sample(range(len(expected)), min(2, len(expected))):
            assert library.search.find(wanted, limit=0, place_of=expected[place]).place == place


@pytest.mark.parametrize("seed", SEEDS)
def test_entries_are_counted_whatever_happens_to_them(library, seed):
    chance = random.Random(seed)
    ids = fill(library, 40, datasets=4)
    for _ in range(12):
        some = chance.sample(ids, chance.randint(1, 8))
        here = EntryRow.id.in_(some)
        with writing(library.engine) as session:
            session.execute(
                chance.choice(
                    (
                        update(EntryRow).where(here).values(removed=now()),
                        update(EntryRow).where(here).values(removed=None),
                        update(EntryRow).where(here).values(category=chance.choice(("food", "", "new"))),
                        update(EntryRow).where(here).values(dataset=f"set-{chance.randrange(4)}", judges=3),
                        delete(EntryRow).where(here),
                    )
                )
            )
            counted = select(EntryRow.dataset, EntryRow.category, func.count()).where(EntryRow.removed.is_(None))
            expected = session.execute(counted.group_by(EntryRow.dataset, EntryRow.category)).all()
            kept = select(EntryCountRow.dataset, EntryCountRow.category, EntryCountRow.entries)
            found = session.execute(kept.where(EntryCountRow.entries != 0)).all()
        assert sorted(found) == sorted(expected)
        groups = Counter({dataset: 0 for dataset, *_ in expected})
        for dataset, _, entries in expected:
            groups[dataset] += entries
        assert {one.id: one.entries for one in library.search.datasets()} == groups
        assert library.search.find(Wanted(), limit=0).of == sum(groups.values())


@pytest.fixture(params=SEEDS)
def busy(library, request):
    """A library with tasks of four people, and by entry what the board has to say: who has which task."""
    chance = random.Random(request.param)
    ids = fill(library, 60, datasets=3)
    standard = library.annotations.protocols.standard()
    asked = chance.sample([one for one in ids if library.search.one(one).has_video], 8)
    library.assignments.create("Round", standard, asked, 2)
    moment = now()
    with writing(library.engine) as session:
        session.execute(insert(AnnotatorRow), [{"name": n, "pseudonym": n} for n in ("Ada", "Bo", "Cy", "Dan Kyoto")])
        people = session.scalars(select(AnnotatorRow.id)).all()
        rows = [
            {
                "annotator_id": person,
                "entry_id": entry,
                "protocol_id": standard.id,
                "shots": [[0, 60]],
                "practice": chance.random() < 0.1,
                "state": chance.choice(("open", "submitted", "skipped")),
                "excluded": chance.random() < 0.1,
                "seen": chance.random() < 0.2,
                "created": moment - timedelta(days=1),
                "touched": moment - timedelta(seconds=chance.randrange(1000)),
            }
            for entry in chance.sample(ids, 40)
            for person in chance.sample(people, chance.randint(1, 4))
        ]
        session.execute(insert(TaskRow), rows)
        session.execute(update(EntryRow).values(judges=EntryRow.people + func.length(EntryRow.id) % 3))
    for entry in chance.sample(ids, 6):
        library.entries.remove(entry)
    tasks = [one for one in library.board.progress() if not one.practice and library.search.one(one.entry)]
    return library, asked, tasks


@pytest.mark.parametrize("sparse", [0, 1000])
def test_pages_of_the_board_are_parts_of_all_of_it(busy, monkeypatch, sparse):
    library, asked, tasks = busy
    here = library.search.some([*(one.entry for one in tasks), *asked])
    assert set(library.board_pages.videos(Part()).entries) >= {one.id for one in here}  # and some that are removed
    monkeypatch.setattr(board_pages, "WHOLE", 5)
    monkeypatch.setattr(board_pages, "SPARSE", sparse)
    monkeypatch.setattr(board_pages, "PAGE", 7)

    def turned(part):
        found, more, after = [], True, None
        while more:
            page = library.board_pages.videos(Part(part.assignment, part.dataset, part.search, part.order, after))
            assert not page.whole
            assert len(page.entries) == 7 or not page.more
            found += page.entries
            more, after = page.more, page.entries[-1] if page.entries else None
        return found

    last = {}
    for one in tasks:
        last[one.entry] = max(last.get(one.entry, one.touched), one.touched)
    expected = {
        "library": [one.id for one in here],
        "title": [one.id for one in library.search.find(Wanted(sort="title"), limit=200).entries if one in here],
    }
    assert turned(Part()) == expected["library"]
    assert turned(Part(order="title")) == expected["title"]
    for order in get_args(Order):
        everything = turned(Part(order=order))
        assert len(set(everything)) == len(everything)
        assert set(everything) == (set(last) if order == "recent" else set(expected["library"]))
    assert [last[one] for one in turned(Part(order="recent"))] == sorted(last.values(), reverse=True)
    assert turned(Part(dataset="set-1")) == [one.id for one in here if one.dataset == "set-1"]
    assert turned(Part(assignment=1)) == [one.id for one in here if one.id in asked]
    assert turned(Part(search="harbour")) == [one.id for one in here if "Harbour" in one.title]
    # "Kyoto" is in titles, and so no name; "Ada" is in none.
    assert turned(Part(search="kyoto")) == [one.id for one in here if "Kyoto" in one.title]
    assert set(turned(Part(search="ada"))) == {one.entry for one in tasks if one.annotator.name == "Ada"}


def test_the_sum_of_a_board_is_what_its_tasks_come_to(busy):
    library, asked, tasks = busy
    for assignment, dataset in ((None, None), (None, "set-1"), (1, None)):
        some = [one for one in tasks if dataset is None or one.entry.startswith(f"{dataset}/")]
        wanted = [one for one in asked if dataset is None or one.startswith(f"{dataset}/")]
        if assignment:
            some = [one for one in some if one.entry in asked]
        states = Counter("excluded" if one.excluded else one.state for one in some)
        assert library.board_pages.sum(assignment, dataset) == Sum(
            videos=len(library.search.some([*(one.entry for one in some), *wanted])),
            people=len({one.annotator.id for one in some}),
            submitted=states["submitted"],
            open=states["open"],
            skipped=states["skipped"],
            excluded=states["excluded"],
            seen=sum(one.seen for one in some),
        )


def test_what_people_did_is_counted_as_their_tasks_say(busy):
    library, _, _ = busy
    every = library.board.progress()
    for name, done in library.board.people().items():
        own = [one for one in every if one.annotator.name == name]
        real = [one for one in own if not one.practice]
        assert (done.tasks, done.open) == (len(real), sum(one.state == "open" for one in real))
        assert done.submitted == sum(one.state == "submitted" and not one.excluded for one in real)
        assert done.excluded == sum(one.excluded for one in real)
