"""Who gets which video: overlap, holding a place, training first, going on where one was."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.errors import ConflictError, InputError, NotFoundError
from core.labelling.events import Event
from core.labelling.protocols import KEYSHOTS
from storage.database import writing
from storage.tables import EntryRow, TaskRow, now

IDS = [f"talks/{name}" for name in ("first", "second", "third")]


@pytest.fixture
def shelf(library, make_entry, tmp_path):
    """A library of three entries with (empty) videos."""
    video = tmp_path / "some.mp4"
    video.write_bytes(b"")
    library.entries.add("talks", [make_entry(one, video=video) for one in IDS])
    return library


def person(shelf, name):
    return shelf.annotations.get_or_create_annotator(name)


def ask(shelf, people=2, entries=IDS, **changes):
    return shelf.assignments.create("Talks", shelf.annotations.protocols.standard(), entries, people, **changes)


def does(shelf, task, kind, seq=0, **parts):
    shelf.annotations.record_events(task.id, [Event("tab", seq, kind, **parts)])


def submits(shelf, name):
    task = shelf.assignments.next_task(person(shelf, name))
    does(shelf, task, "rate", 0, shot=0, value=3)
    does(shelf, task, "submit", 1)
    return task


def test_nothing_asked_nothing_handed_out(shelf):
    assert shelf.assignments.next_task(person(shelf, "Ada")) is None
    assert shelf.assignments.waiting(person(shelf, "Ada")) == 0


def test_every_video_gets_as_many_people_as_it_wants_and_no_more(shelf):
    one = ask(shelf, people=2)
    names = [f"person {n}" for n in range(4)]
    given = {name: [] for name in names}
    for _ in range(3):
        for name in names:
            if shelf.assignments.waiting(person(shelf, name)):
                given[name].append(submits(shelf, name).entry)
    everything = [entry for mine in given.values() for entry in mine]
    assert sorted(everything) == sorted(IDS * 2)
    assert all(len(set(mine)) == len(mine) for mine in given.values())
    assert all((place.submitted, place.held, place.wanted) == (2, 0, 2) for place in shelf.assignments.places(one.id))
    assert shelf.assignments.next_task(person(shelf, "late")) is None


def test_what_was_begun_comes_back_first(shelf):
    ask(shelf)
    task = shelf.assignments.next_task(person(shelf, "Ada"))
    assert shelf.assignments.next_task(person(shelf, "Ada")).id == task.id


def test_a_place_that_nobody_uses_becomes_free_and_its_holder_may_still_finish(shelf):
    one = ask(shelf, people=1, entries=IDS[:1], hold_minutes=30)
    mine = shelf.assignments.next_task(person(shelf, "Ada"))
    assert shelf.assignments.next_task(person(shelf, "Bob")) is None
    long_ago = now() - timedelta(minutes=31)
    with writing(shelf.engine) as session:
        session.execute(update(TaskRow).values(touched=long_ago, created=long_ago))
    assert shelf.assignments.next_task(person(shelf, "Bob")).entry == mine.entry
    does(shelf, mine, "rate", 0, shot=0, value=3)
    does(shelf, mine, "submit", 1)
    (place,) = shelf.assignments.places(one.id)
    assert (place.submitted, place.held) == (1, 1)


def test_a_skipped_video_goes_to_somebody_else_and_not_back(shelf):
    ask(shelf, people=1, entries=IDS[:1])
    task = shelf.assignments.next_task(person(shelf, "Ada"))
    does(shelf, task, "skip", data={"text": "I know these people"})
    assert shelf.assignments.next_task(person(shelf, "Ada")) is None
    assert shelf.assignments.next_task(person(shelf, "Bob")).entry == task.entry


def test_an_excluded_task_makes_room_for_another_person(shelf):
    one = ask(shelf, people=1, entries=IDS[:1])
    task = submits(shelf, "Ada")
    shelf.annotations.decide(task.id, "exclude", "Lea", "did not watch")
    assert shelf.assignments.places(one.id)[0].submitted == 0
    assert shelf.assignments.next_task(person(shelf, "Bob")).entry == task.entry


def test_training_comes_first_and_takes_no_place(shelf):
    one = ask(shelf, people=1, entries=IDS, practice=IDS[2])
    assert one.entries == 2, "the practice video is not judged for real"
    ada = person(shelf, "Ada")
    with pytest.raises(ConflictError, match="training"):
        shelf.assignments.next_task(ada)
    assert [each.id for each in shelf.assignments.to_train(ada)] == [one.id]
    practice = shelf.annotations.open_task(ada, one.practice, one.protocol, practice=True)
    does(shelf, practice, "rate", 0, shot=0, value=1)
    does(shelf, practice, "submit", 1)
    assert shelf.assignments.to_train(ada) == []
    assert shelf.assignments.next_task(ada).entry == IDS[0]
    assert shelf.labels.of_entry(IDS[2]) == [], "training is never part of a result"
    does(shelf, practice, "restart", 2)
    assert shelf.annotations.state(practice.id).judged == 0


def test_only_training_can_be_begun_again(shelf):
    ask(shelf)
    task = shelf.assignments.next_task(person(shelf, "Ada"))
    with pytest.raises(InputError, match="training"):
        does(shelf, task, "restart")


def test_disputed_videos_come_first_where_the_lead_says_so(shelf):
    with writing(shelf.engine) as session:
        session.execute(update(EntryRow).where(EntryRow.id == IDS[1]).values(disagreement=0.4))
        session.execute(update(EntryRow).where(EntryRow.id != IDS[1]).values(disagreement=0.1))
    ask(shelf, first="disputed")
    assert shelf.assignments.next_task(person(shelf, "Ada")).entry == IDS[1]


def test_one_video_can_want_more_people_than_the_others(shelf):
    one = ask(shelf, people=1)
    shelf.assignments.want(one.id, IDS[0], 3)
    assert [place.wanted for place in shelf.assignments.places(one.id)] == [3, 1, 1]
    with pytest.raises(NotFoundError):
        shelf.assignments.want(one.id, "talks/none", 3)


def test_a_closed_assignment_hands_out_nothing_and_lets_people_finish(shelf):
    one = ask(shelf)
    task = shelf.assignments.next_task(person(shelf, "Ada"))
    shelf.assignments.close(one.id)
    assert shelf.assignments.next_task(person(shelf, "Bob")) is None
    does(shelf, task, "rate", shot=0, value=3)
    assert [(each.id, each.closed is not None) for each in shelf.assignments.list(include_closed=True)] == [(1, True)]


def test_a_removed_video_is_not_handed_out(shelf):
    ask(shelf, entries=IDS[:1])
    shelf.entries.remove(IDS[0])
    assert shelf.assignments.next_task(person(shelf, "Ada")) is None


def test_two_who_ask_at_once_do_not_get_the_same_last_place(shelf):
    ask(shelf, people=1)
    people = [person(shelf, f"person {n}") for n in range(8)]
    given, barrier = [], threading.Barrier(len(people))

    def asks(who):
        barrier.wait()
        given.append(shelf.assignments.next_task(who))

    threads = [threading.Thread(target=asks, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(task.entry for task in given if task) == sorted(IDS)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"people": 0}, "people"),
        ({"entries": []}, "video"),
        ({"hold_minutes": 0}, "minutes"),
        ({"first": "random"}, "order"),
    ],
)
def test_an_assignment_that_makes_no_sense_is_refused(shelf, changes, word):
    with pytest.raises(InputError, match=word):
        ask(shelf, **changes)


def test_videos_without_a_file_or_without_the_shots_are_refused(shelf, make_entry):
    shelf.entries.add("more", [make_entry("more/silent")])
    with pytest.raises(InputError, match="no video"):
        ask(shelf, entries=["more/silent"])
    with pytest.raises(NotFoundError, match="talks/none"):
        ask(shelf, entries=["talks/none"])
    own_shots = shelf.annotations.protocols.save("by the dataset", KEYSHOTS.__class__(kind="keyshots", shots="dataset"))
    with pytest.raises(NotFoundError, match="dataset"):
        shelf.assignments.create("Talks", own_shots, IDS, 1)


def test_who_judged_the_practice_video_in_earnest_needs_no_training_on_it(shelf):
    ask(shelf, people=1, entries=IDS[2:])
    ada = person(shelf, "Ada")
    assert submits(shelf, "Ada").entry == IDS[2]
    one = ask(shelf, people=1, entries=IDS, practice=IDS[2])
    begun = shelf.annotations.open_task(ada, one.practice, one.protocol, practice=True)
    assert not begun.practice, "one task of a person on a video"
    assert shelf.assignments.to_train(ada) == []
    assert shelf.assignments.next_task(ada).entry == IDS[0]


def test_what_waits_is_counted_no_further_than_asked(shelf):
    ask(shelf)
    ask(shelf)
    ada = person(shelf, "Ada")
    every = shelf.assignments.waiting(ada)
    assert every > 3
    assert [shelf.assignments.waiting(ada, most) for most in (1, 3, every, every + 1)] == [1, 3, every, every]
