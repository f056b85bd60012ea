"""Votes are appended and never changed, each once; pairs come in another order and on another side for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core.errors import ConflictError, NotFoundError
from storage.forgetting import forget
from storage.library import Library
from storage.preferences import NewPair, Side
from storage.tables import now
from storage.trash import COMPARED
from tests.conftest import entry_of

ENTRY, OTHER = "talks/first", "talks/second"


@pytest.fixture(scope="module")
def talks(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("preferring") / "data") as library:
        library.entries.add("talks", [entry_of(ENTRY), entry_of(OTHER)])
        yield library


def pair(entry=ENTRY, start=0, blind=True):
    a = Side("mean", "mean", "Average of 3 people", ((start, start + 24),))
    b = Side("person:Bo", "person:Bo", "Bo", ((60, 84), (120, 132)))
    return NewPair(entry, a, b, "viewing", "kts", 0.15, blind)


def person(library, name="Ada"):
    return library.annotations.get_or_create_annotator(name)


def test_a_vote_comes_back_with_the_cuts_as_they_were_and_is_stored_once(talks):
    kept, ada = talks.preferences.add(pair()), person(talks)
    said = {"reasons": ("dull", "dull"), "watched": (1.0, 1.5), "client": "one"}
    vote = talks.preferences.vote(kept.id, ada, "b", **said)
    assert talks.preferences.vote(kept.id, ada, "b", **said) == vote
    assert talks.preferences.votes(author=ada) == [vote]
    assert (vote.pair, vote.reasons, vote.watched) == (kept, ("dull",), (1.0, 1.5))
    assert vote.swapped == kept.swapped(ada)
    with pytest.raises(ConflictError):
        talks.preferences.vote(kept.id, ada, "a", client="one")


def test_the_newest_vote_of_a_person_on_a_pair_counts_and_all_of_them_stay(talks):
    kept, ada = talks.preferences.add(pair()), person(talks, "Cy")
    for verdict in ("a", "neither", "b"):
        talks.preferences.vote(kept.id, ada, verdict)
    assert [one.verdict for one in talks.preferences.votes(author=ada)] == ["b"]
    assert [one.verdict for one in talks.preferences.votes(author=ada, every=True)] == ["a", "neither", "b"]


@pytest.mark.parametrize("change", [
    "UPDATE preference_votes SET verdict = 'a'", "DELETE FROM preference_votes",
    pytest.param("INSERT OR REPLACE INTO preference_votes SELECT * FROM preference_votes", marks=pytest.mark.sqlite),
])  # fmt: skip
def test_the_database_changes_no_vote(talks, change):
    talks.preferences.vote(talks.preferences.add(pair()).id, None, "b")
    with pytest.raises(DatabaseError, match="append-only"), talks.engine.begin() as connection:
        connection.execute(text(change))


def test_everybody_gets_the_pairs_of_a_study_in_an_order_and_on_sides_of_their_own(talks):
    study = talks.preferences.add_study("Which?", True, [pair(start=24 * n) for n in range(30)])
    pairs = talks.preferences.pairs(study.id)
    ada, bo = person(talks), person(talks, "Bo")
    orders = [[one.id for one in sorted(pairs, key=lambda one: one.place(who))] for who in (ada, bo, ada)]
    assert orders[0] == orders[2] != orders[1]
    sides = [[one.swapped(who) for one in pairs] for who in (ada, bo, ada)]
    assert sides[0] == sides[2] != sides[1]
    assert 5 < sum(sides[0]) < 25
    assert not any(talks.preferences.add(pair(blind=False)).swapped(ada) for _ in range(5))


def test_a_closed_study_takes_no_vote_but_one_that_is_sent_again(talks):
    study = talks.preferences.add_study("Closing", False, [pair()])
    (one,) = talks.preferences.pairs(study.id)
    assert talks.preferences.reaches(ENTRY)
    talks.preferences.vote(one.id, person(talks), "a", client="sent")
    closed = talks.preferences.close(study.id)
    assert (closed.votes, closed.pairs) == (1, 1)
    assert talks.preferences.close(study.id).closed == closed.closed
    assert talks.preferences.vote(one.id, person(talks), "a", client="sent").verdict == "a"
    with pytest.raises(ConflictError, match="closed"):
        talks.preferences.vote(one.id, person(talks), "b")
    with pytest.raises(NotFoundError):
        talks.preferences.study(99)


def test_a_removed_entry_asks_nobody_and_stays_where_somebody_voted(library):
    library.entries.add("talks", [entry_of(ENTRY), entry_of(OTHER)])
    study = library.preferences.add_study("Two", True, [pair(), pair(OTHER)])
    first = next(one for one in library.preferences.pairs(study.id) if one.entry == ENTRY)
    library.preferences.vote(first.id, person(library), "a")
    for entry in (ENTRY, OTHER):
        library.entries.remove(entry)
    assert library.preferences.pairs(study.id) == []
    with pytest.raises(NotFoundError):
        library.preferences.vote(first.id, person(library), "b")
    assert {one.id: one.kept for one in library.trash.list()} == {ENTRY: COMPARED, OTHER: ""}
    assert [one.id for one in library.trash.empty(now() + timedelta(minutes=1))] == [OTHER]
    assert len(library.preferences.votes()) == 1


def test_who_is_forgotten_stands_in_no_pair_and_the_votes_stay(library):
    library.entries.add("talks", [entry_of(ENTRY)])
    bo = person(library, "Bo")
    study = library.preferences.add_study("Is Bo better?", True, [pair()], [bo])
    (one,) = library.preferences.pairs(study.id)
    library.preferences.vote(one.id, bo, "b")
    forget(library.engine, library.data_dir, "Bo")
    (vote,) = library.preferences.votes()
    assert "Bo" not in repr(vote)
    assert vote.pair.b.source == f"person:{bo.pseudonym}"
    known = library.preferences.study(study.id)
    assert "Bo" not in known.title
    assert known.asked == (), "whoever is forgotten is asked for nothing"
