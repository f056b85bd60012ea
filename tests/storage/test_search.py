"""Finding entries: words, filters, order and pages, in a library of three and in one of thirty thousand."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from benchmarks.picker import fill
from core.data import AnnotationSet
from core.errors import InputError
from core.labelling.events import Event
from core.statistics.curves import disagreement
from storage.database import migration_config
from storage.library import Library
from storage.search import Sort, Wanted, folded

MANY = 30_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """Thirty thousand rows in five datasets, and their ids in the order in which they came."""
    with Library.open(tmp_path_factory.mktemp("large") / "data") as library:
        yield library, fill(library, MANY)


@pytest.fixture
def shelf(library, make_entry, tmp_path):
    """Three talks of three people, a film of nobody with a video, and one of a single person."""
    talks = [make_entry(f"talks/{name}", title=title) for name, title in (("a", "Ünder Öl"), ("b", "50% of_all"))]
    talks.append(make_entry("talks/c", title="Alpha beta", meta={"category": "Sport: 100%"}))
    library.entries.add("talks", talks, label="Lectures")
    video = tmp_path / "film.mp4"
    video.write_text("video")
    films = [make_entry("films/d", people=0, title="Beta", video=video), make_entry("films/e", people=1, title="zeta")]
    library.entries.add("films", films)
    return library


def ids(library, **wanted):
    return [entry.id for entry in library.search.find(Wanted(**wanted)).entries]


def test_without_wishes_everything_comes_in_the_order_of_the_library(shelf):
    found = shelf.search.find(Wanted())
    assert [entry.id for entry in found.entries] == [entry.id for entry in shelf.entries.list()]
    assert (found.total, found.of) == (5, 5)
    film = found.entries[3]
    assert (film.title, film.dataset, film.has_video, film.people, film.disagreement) == (
        "Beta",
        "films",
        True,
        0,
        None,
    )


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("beta", ["talks/c", "films/d"]),
        ("BETA alp", ["talks/c"]),
        ("beta  talks", ["talks/c"]),
        ("unde", ["talks/a"]),
        ("öl ÜNDER", ["talks/a"]),
        ("50%", ["talks/b"]),
        ("%", ["talks/b", "talks/c"]),
        ("_", ["talks/b"]),
        ("100% sport", ["talks/c"]),
        ("lecture beta", ["talks/c"]),
        ("films/e", ["films/e"]),
        ("\\", []),
        ("'; DROP TABLE entries; --", []),
        ("\x00beta\x00", ["talks/c", "films/d"]),
        ("   ", ["talks/a", "talks/b", "talks/c", "films/d", "films/e"]),
    ],
)
def test_all_words_must_occur_whatever_their_case_and_whatever_characters_they_have(shelf, search, expected):
    assert ids(shelf, search=search) == expected


def test_a_very_long_search_is_answered(shelf):
    assert ids(shelf, search="beta " * 10_000) == ["talks/c", "films/d"]
    assert ids(shelf, search=" ".join(f"word{n}" for n in range(5_000))) == []


def test_filters_can_be_combined(shelf):
    assert ids(shelf, dataset="films") == ["films/d", "films/e"]
    assert ids(shelf, category="Sport: 100%") == ["talks/c"]
    assert ids(shelf, video=True) == ["films/d"]
    assert ids(shelf, video=False, people=True) == ["talks/a", "talks/b", "talks/c", "films/e"]
    assert ids(shelf, people=False) == ["films/d"]
    assert ids(shelf, dataset="talks", search="beta", people=False) == []


def test_codes_of_tvsum_are_found_and_shown_by_what_they_mean(shelf, make_entry):
    shelf.entries.add("tvsum", [make_entry("tvsum/tyre", title="Flat", meta={"category": "VT"})])
    assert ids(shelf, search="vehicle tire") == ["tvsum/tyre"]
    assert ids(shelf, search="vt flat") == ["tvsum/tyre"]
    assert ids(shelf, category="VT") == ["tvsum/tyre"]
    group = next(one for one in shelf.search.categories() if one.id == "VT")
    assert group.label == "changing Vehicle Tire (VT)"


def test_removed_entries_are_not_found_nor_counted(shelf):
    shelf.entries.remove("talks/c")
    found = shelf.search.find(Wanted(search="beta"))
    assert ([entry.id for entry in found.entries], found.total, found.of) == (["films/d"], 1, 4)
    assert shelf.search.one("talks/c") is None
    shelf.entries.restore("talks/c")
    assert ids(shelf, search="beta") == ["talks/c", "films/d"]


def test_groups_say_how_many_entries_they_have(shelf):
    assert [(group.id, group.label, group.entries) for group in shelf.search.datasets()] == [
        ("talks", "Lectures", 3),
        ("films", "films", 2),
    ]
    assert [(group.id, group.entries) for group in shelf.search.categories()] == [("Sport: 100%", 1), ("talk", 4)]
    assert [group.id for group in shelf.search.categories("films")] == ["talk"]


def test_an_unknown_order_is_refused(shelf):
    with pytest.raises(InputError, match="sorted by 'size'"):
        shelf.search.find(Wanted(sort="size"))


# People and disagreement


def test_disagreement_is_the_mean_spread_between_people():
    nan = np.nan
    assert disagreement(np.array([[0.0, 1.0, 0.5], [1.0, 1.0, nan]])) == pytest.approx(0.25)
    assert disagreement(np.array([[0.0, 1.0], [1.0, 0.0]])) == 0.5
    assert disagreement(np.array([[0.2, nan], [nan, 0.4]])) is None
    assert disagreement(np.array([[0.2, 0.3]])) is None
    assert disagreement(np.empty((0, 4))) is None


def test_a_submitted_task_counts_as_a_person_until_it_is_reopened(shelf):
    log = shelf.annotations
    task = log.open_task(log.get_or_create_annotator("Ada"), "films/e")
    log.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "rate", 1, 1)])
    assert shelf.search.one("films/e").people == 1
    log.record_events(task.id, [Event("tab", 2, "submit")])
    entry = shelf.search.one("films/e")
    assert entry.people == 2
    assert entry.disagreement == pytest.approx(disagreement(shelf.people.of_entry("films/e").scores))
    log.record_events(task.id, [Event("tab", 3, "reopen")])
    assert (shelf.search.one("films/e").people, shelf.search.one("films/e").disagreement) == (1, None)


def test_people_who_labelled_here_stay_when_the_entry_is_replaced(shelf, make_entry):
    log = shelf.annotations
    task = log.open_task(log.get_or_create_annotator("Ada"), "films/d")
    log.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "submit")])
    shelf.entries.add("films", [make_entry("films/d", people=2)], replace=True)
    assert shelf.search.one("films/d").people == 3


def test_a_submission_is_kept_when_the_entrys_arrays_are_gone(shelf):
    log = shelf.annotations
    task = log.open_task(log.get_or_create_annotator("Ada"), "films/e")
    (shelf.data_dir / "entries/films/e.h5").unlink()
    log.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "submit")])
    assert log.state(task.id).submitted


def test_a_library_of_the_version_before_gets_words_and_people_when_it_is_opened(shelf):
    from alembic import command

    log = shelf.annotations
    task = log.open_task(log.get_or_create_annotator("Ada"), "films/d")
    log.record_events(task.id, [Event("tab", 0, "rate", 0, 5), Event("tab", 1, "submit")])
    before = shelf.search.find(Wanted()).entries
    config = migration_config()
    with shelf.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
    (shelf.data_dir / "entries/talks/b.h5").unlink()
    shelf.close()
    with Library.open(shelf.data_dir) as again:
        after = again.search.find(Wanted()).entries
        assert [entry for entry in after if entry.id != "talks/b"] == [e for e in before if e.id != "talks/b"]
        unreadable = again.search.one("talks/b")
        assert (unreadable.people, unreadable.disagreement) == (3, None)
        assert ids(again, search="öl under") == ["talks/a"]


def test_the_most_and_the_least_disputed_quarter_are_of_the_dataset_that_is_looked_at(library, make_entry):
    def spread(dataset, n, width):
        scores = np.stack([np.full(120, 0.5 - width, np.float32), np.full(120, 0.5 + width, np.float32)])
        return make_entry(f"{dataset}/{n}", annotations=AnnotationSet(("x", "y"), scores, ("p", "p")))

    library.entries.add("mild", [spread("mild", n, 0.01 * n) for n in range(8)])
    library.entries.add("wild", [spread("wild", n, 0.2 + 0.03 * n) for n in range(8)])
    library.entries.add("none", [make_entry("none/a", people=0)])
    assert ids(library, disputed="most") == ["wild/4", "wild/5", "wild/6", "wild/7"]
    assert ids(library, disputed="most", dataset="mild") == ["mild/6", "mild/7"]
    assert ids(library, disputed="least", dataset="wild") == ["wild/0", "wild/1"]
    assert ids(library, disputed="most", dataset="none") == []
    assert ids(library, sort="-disagreement")[:2] == ["wild/7", "wild/6"]
    assert [ids(library, sort=sort)[-1] for sort in ("disagreement", "-disagreement")] == ["none/a", "none/a"]


# Many


def test_pages_of_a_large_library_hold_every_entry_once(large):
    library, expected = large
    for sort in ("library", "-duration", "disagreement"):
        seen = []
        for offset in range(0, MANY, 3_000):
            page = library.search.find(Wanted(sort=sort), offset=offset, limit=3_000)
            assert (page.total, page.of) == (MANY, MANY)
            seen += [entry.id for entry in page.entries]
        assert seen == expected if sort == "library" else sorted(seen) == sorted(expected)
    assert library.search.find(Wanted(), offset=MANY + 5).entries == []


@pytest.mark.parametrize(
    ("sort", "key"),
    [
        ("title", lambda entry: folded(entry.title)),
        ("duration", lambda entry: entry.duration),
        ("-people", lambda entry: -entry.people),
        ("-disagreement", lambda entry: -(-1 if entry.disagreement is None else entry.disagreement)),
    ],
)
def test_a_large_library_is_sorted_as_a_whole(large, sort, key):
    library, _ = large
    keys = [key(entry) for entry in library.search.find(Wanted(sort=sort), limit=MANY).entries]
    assert len(keys) == MANY
    assert keys == sorted(keys)


def test_a_search_of_a_large_library_finds_what_a_scan_finds(large):
    library, _ = large
    everything = library.search.find(Wanted(), limit=MANY).entries
    expected = [
        entry.id
        for entry in everything
        if "zurich" in folded(entry.title) and "dog" in folded(entry.title) and entry.dataset == "set-3"
        if entry.category == "food" and entry.has_video and entry.people > 0
    ]
    wanted = Wanted("zürich DOG", dataset="set-3", category="food", video=True, people=True)
    found = library.search.find(wanted, limit=MANY)
    assert [entry.id for entry in found.entries] == expected
    assert found.total == len(expected) > 5


@pytest.mark.parametrize("sort", get_args(Sort))
def test_the_place_of_an_entry_is_where_its_page_has_it(large, sort):
    library, _ = large
    wanted = Wanted("dog", sort=sort)
    found = library.search.find(wanted, limit=MANY)
    for place in (0, 700, found.total - 1):  # among the last are those without any disagreement
        assert library.search.find(wanted, limit=0, place_of=found.entries[place].id).place == place
    assert library.search.find(wanted, limit=0, place_of="nowhere/at-all").place is None
    other = next(entry.id for entry in library.search.find(Wanted("harbour"), limit=1).entries)
    assert library.search.find(wanted, limit=0, place_of=other).place is None
