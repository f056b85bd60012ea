"""The log of labels: nothing is lost, nothing is stored twice, nothing is changed afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from core.errors import ConflictError, InputError, NotFoundError
from core.labelling.events import Event, fold
from core.labelling.protocols import SHOT_RATINGS
from storage.database import FILE_NAME, migration_config, open_database, writing
from storage.library import Library

ROOT = Path(__file__).resolve().parents[2]


def rate(seq, shot, value, client="tab"):
    return Event(client, seq, "rate", shot, value, t=float(shot), at=1_700_000_000_000 + seq)


def downgrade(folder, revision):
    from alembic import command

    engine = open_database(folder)
    config = migration_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
    engine.dispose()


@pytest.fixture
def task(library, make_entry):
    library.entries.add("talks", [make_entry()])
    annotations = library.annotations
    return annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")


def test_a_person_is_found_again(library):
    annotations = library.annotations
    ada = annotations.get_or_create_annotator("  Ada   Lovelace ")
    assert ada.name == "Ada Lovelace"
    assert annotations.get_or_create_annotator("Ada Lovelace") == ada == annotations.annotator("Ada Lovelace")
    assert "Ada" not in ada.pseudonym
    assert annotations.annotator("Bob") is None


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_must_be_one(library, name):
    with pytest.raises(InputError):
        library.annotations.get_or_create_annotator(name)


def test_threads_asking_for_the_same_person_get_the_same(library):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(library.annotations.get_or_create_annotator("Ada")))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_task_has_the_two_second_shots_and_is_found_again(library, task):
    assert len(task.shots) == 30
    assert task.shots.bounds[0].tolist() == [0, 48]
    assert task.protocol.settings.scale == (1, 2, 3, 4, 5)
    assert task.protocol.settings.muted is True
    again = library.annotations.open_task(task.annotator, "talks/first")
    assert again.id == task.id == library.annotations.task(task.id).id


def test_a_task_needs_an_entry(library, task):
    with pytest.raises(NotFoundError):
        library.annotations.open_task(task.annotator, "talks/none")
    with pytest.raises(NotFoundError):
        library.annotations.state(task.id + 1)


def test_events_are_kept_in_server_order(library, task):
    sent = [rate(5, 0, 3, "b"), rate(1, 0, 4, "a"), Event("a", 2, "position", t=1.5, at=7)]
    assert library.annotations.record_events(task.id, sent[:1]) == 1
    assert library.annotations.record_events(task.id, sent[1:]) == 3
    assert library.annotations.events(task.id) == [replace(event, actor="Ada") for event in sent]
    state = library.annotations.state(task.id)
    assert (state.ratings, state.position) == ({0: 4}, 1.5)


def test_sending_again_is_accepted_and_stored_once(library, task):
    events = [rate(0, 0, 3), rate(1, 1, 4)]
    library.annotations.record_events(task.id, events)
    assert library.annotations.record_events(task.id, [*events, rate(2, 2, 5), rate(2, 2, 5)]) == 3
    assert library.annotations.state(task.id).ratings == {0: 3, 1: 4, 2: 5}


def test_another_event_under_a_known_number_is_refused(library, task):
    library.annotations.record_events(task.id, [rate(0, 0, 3)])
    with pytest.raises(ConflictError, match="other content"):
        library.annotations.record_events(task.id, [rate(1, 1, 1), rate(0, 0, 4)])
    assert library.annotations.state(task.id).ratings == {0: 3}


@pytest.mark.parametrize(
    "event",
    [
        Event("tab", 1, "rate", 30, 3),
        Event("tab", 1, "rate", -1, 3),
        Event("tab", 1, "rate", None, 3),
        Event("tab", 1, "rate", 0, 6),
        Event("tab", 1, "rate", 0, True),
        Event("tab", 1, "rate", 0, None),
        Event("tab", 1, "clear"),
        Event("tab", 1, "shout"),
        Event("", 1, "undo"),
        Event("tab", -1, "undo"),
        Event("tab", 1.5, "undo"),
        Event("tab", 1, "position", t=float("nan")),
        Event("tab", 1, "position", t="1"),
        Event("tab", 1, "undo", at=None),
        Event("tab", 1, ["undo"]),
        Event("tab", 1, "\ud800"),
        Event("\ud800", 1, "undo"),
        Event("tab\0", 1, "undo"),
        Event("tab", 2**53, "undo"),
        Event("tab", 1, "undo", shot=2**31),
        Event("tab", 1, "undo", value=2**31),
        Event("tab", 1, "undo", value="five"),
        Event("tab", 1, "position", t=10**400),
        Event("tab", 1, "watched", data={"from": 0, "to": 10**400}),
        Event("tab", 1, "note", data={"text": "\ud800"}),
        Event("tab", 1, "note", data={"\ud800": 1}),
        Event("tab", 1, "note", data={"x": float("nan")}),
        Event("tab", 1, "note", data={"samples": [[0, 0]]}),
        Event("tab", 1, "note", data={"x": {"deep": []}}),
        Event("tab", 1, "note", data={str(number): 1 for number in range(100)}),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_with_its_whole_batch(library, task, event):
    with pytest.raises(InputError):
        library.annotations.record_events(task.id, [rate(0, 0, 3), event])
    assert library.annotations.events(task.id) == []


def test_a_submitted_task_takes_no_labels_until_it_is_reopened(library, task):
    annotations = library.annotations
    batch = [rate(0, 0, 3), Event("tab", 1, "submit")]
    annotations.record_events(task.id, batch)
    assert annotations.record_events(task.id, batch) == 2, "the acknowledgement was lost and the tab sends again"
    with pytest.raises(ConflictError, match="submitted"):
        annotations.record_events(task.id, [rate(2, 1, 3)])
    annotations.record_events(task.id, [Event("tab", 3, "position", t=4.0)])
    annotations.record_events(task.id, [Event("tab", 4, "reopen"), rate(5, 1, 2)])
    assert annotations.state(task.id).ratings == {0: 3, 1: 2}


def test_labels_after_a_submit_in_the_same_batch_are_refused(library, task):
    with pytest.raises(ConflictError):
        library.annotations.record_events(task.id, [Event("tab", 0, "submit"), rate(1, 0, 3)])
    assert library.annotations.events(task.id) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET value = 1",
        "DELETE FROM events",
        pytest.param("INSERT OR REPLACE INTO events SELECT * FROM events", marks=pytest.mark.sqlite),
        pytest.param(
            "REPLACE INTO events (task_id, client, seq, kind, at, recorded)"
            " SELECT task_id, client, seq, 'note', 0, recorded FROM events",
            marks=pytest.mark.sqlite,
        ),
    ],
)
def test_the_database_itself_refuses_to_change_the_log(library, task, statement):
    library.annotations.record_events(task.id, [rate(0, 0, 3)])
    before = library.annotations.events(task.id)
    with pytest.raises(DBAPIError, match="append-only"), writing(library.engine) as session:
        session.execute(text(statement))
    assert library.annotations.events(task.id) == before


def test_a_task_with_events_cannot_be_deleted(library, task):
    library.annotations.record_events(task.id, [rate(0, 0, 3)])
    with pytest.raises(DBAPIError), writing(library.engine) as session:
        session.execute(text("DELETE FROM tasks"))


def test_threads_lose_nothing(library, task):
    """Eight tabs send at once, each batch twice."""
    errors = []

    def send(client):
        try:
            for seq in range(8):
                for _ in range(2):
                    library.annotations.record_events(task.id, [rate(seq, seq, 1 + seq % 5, client)])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=send, args=(f"tab-{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    events = library.annotations.events(task.id)
    assert {(event.client, event.seq) for event in events} == {(f"tab-{n}", s) for n in range(8) for s in range(8)}
    assert len(events) == 64
    for client in {event.client for event in events}:
        of_client = [event.seq for event in events if event.client == client]
        assert of_client == sorted(of_client)


def test_processes_lose_nothing(library, task):
    code = (
        "import sys, pathlib; from core.labelling.events import Event; from storage.library import Library;"
        f"library = Library.open(pathlib.Path({str(library.data_dir)!r}));"
        f"[library.annotations.record_events({task.id}, [Event(sys.argv[1], n, 'rate', n, 1 + n % 5)])"
        " for n in range(30)]"
    )
    started = [subprocess.Popen([sys.executable, "-c", code, f"p{n}"], cwd=ROOT) for n in range(3)]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert len({(e.client, e.seq) for e in library.annotations.events(task.id)}) == 90


KINDS = st.sampled_from(["rate", "clear", "undo", "redo", "position", "note"])
BATCHES = st.lists(st.lists(st.tuples(KINDS, st.integers(0, 29), st.integers(1, 5)), max_size=5), max_size=6)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BATCHES, st.data())
def test_what_is_read_back_is_what_was_sent(library, make_entry, batches, data):
    """Batches are sent again at random, as after an outage; the log is their first arrivals in order."""
    name = f"person {uuid4()}"  # every example has a log of its own
    if not library.entries.list():
        library.entries.add("talks", [make_entry()])
    annotations = library.annotations
    task = annotations.open_task(annotations.get_or_create_annotator(name), "talks/first")
    sent, seq = [], 0
    for batch in batches:
        events = []
        for kind, shot, value in batch:
            judged = kind in ("rate", "clear")
            events.append(Event("tab", seq, kind, shot if judged else None, value if kind == "rate" else None))
            seq += 1
        sent.extend(events)
        for _ in range(data.draw(st.integers(1, 3))):
            assert annotations.record_events(task.id, events) == len(sent)
        if sent:
            annotations.record_events(task.id, data.draw(st.lists(st.sampled_from(sent), max_size=4)))
    assert annotations.events(task.id) == [replace(event, actor=name) for event in sent]
    assert annotations.state(task.id) == fold(sent)


def test_the_queue_says_how_far_somebody_is(library, task):
    annotations = library.annotations
    assert library.board.tasks_of(task.annotator)[0].judged == 0
    annotations.record_events(task.id, [rate(0, 0, 3), rate(1, 4, 3), Event("tab", 2, "submit")])
    (line,) = library.board.tasks_of(task.annotator)
    assert (line.entry, line.state, line.judged, line.shots) == ("talks/first", "submitted", 2, 30)
    assert library.board.tasks_of(annotations.get_or_create_annotator("Bob")) == []


def test_only_submitted_labels_count_unless_asked(library, task):
    annotations = library.annotations
    assert library.labels.of_entry("talks/first", include_open=True) == [], "nothing is rated"
    annotations.record_events(task.id, [rate(0, 0, 3)])
    assert library.labels.of_entry("talks/first") == []
    assert library.labels.of_entry("talks/first", include_open=True)[0].state.ratings == {0: 3}
    annotations.record_events(task.id, [Event("tab", 1, "submit")])
    assert len(library.labels.of_entry("talks/first")) == 1
    assert library.labels.submitted_counts() == {"talks/first": 1}
    annotations.record_events(task.id, [Event("tab", 2, "reopen")])
    assert library.labels.of_entry("talks/first") == []
    assert library.labels.submitted_counts() == {}


def mark(seq, number, start, end, client="tab"):
    return Event(client, seq, "mark", number, data={"start": start, "end": end})


def keyshots(library, name="Ada"):
    annotations = library.annotations
    how = annotations.protocols.standard("keyshots")
    return annotations.open_task(annotations.get_or_create_annotator(name), "talks/first", how)


def test_a_protocol_that_changes_is_a_new_version_and_the_old_one_stays(library):
    protocols = library.annotations.protocols
    first = protocols.save("Lectures", SHOT_RATINGS)
    assert protocols.save(" Lectures ", SHOT_RATINGS) == first
    second = protocols.save("Lectures", replace(SHOT_RATINGS, muted=False))
    assert (second.version, second.settings.muted) == (2, False)
    assert protocols.get(first.id).settings.muted is True
    assert {"shot-ratings", "keyshots", "continuous", "Lectures"} == {one.name for one in protocols.list()}


def test_one_person_can_judge_one_video_under_two_protocols(library, task):
    other = keyshots(library)
    assert other.id != task.id
    library.annotations.record_events(other.id, [mark(0, 0, 10, 40), Event("tab", 1, "submit")])
    assert library.annotations.state(other.id).marks == {0: (10, 40)}
    assert library.annotations.state(task.id).judged == 0


@pytest.mark.parametrize(
    "event",
    [
        Event("tab", 0, "rate", 0, 3),
        mark(0, 0, 40, 40),
        mark(0, 0, -1, 4),
        mark(0, 0, 0, 1441),
        mark(0, -1, 0, 10),
        Event("tab", 0, "mark", 0),
        Event("tab", 0, "mark", 0, data={"start": "0", "end": 4}),
        Event("tab", 0, "trace", 0, data={"samples": [[0, 0.5]]}),
        Event("tab", 0, "skip"),
        Event("tab", 0, "note", data={"text": "x" * 3000}),
        Event("tab", 0, "watched", data={"from": 3, "to": 1}),
        Event("tab", 0, "exclude", data={"text": "me"}),
        Event("tab", 0, "restart"),
    ],
)
def test_what_does_not_fit_the_protocol_is_refused(library, task, event):
    other = keyshots(library)
    with pytest.raises(InputError):
        library.annotations.record_events(other.id, [event])
    assert library.annotations.events(other.id) == []


@pytest.mark.parametrize("samples", [[], [[0]], [[0, 2]], [[-1, 0.5]], [[0, float("nan")]], "0", [[True, 0.5]]])
def test_samples_that_make_no_sense_are_refused(library, task, samples):
    annotations = library.annotations
    other = annotations.open_task(task.annotator, "talks/first", annotations.protocols.standard("continuous"))
    with pytest.raises(InputError):
        annotations.record_events(other.id, [Event("tab", 0, "trace", 0, data={"samples": samples})])


def test_a_lead_excludes_restores_and_reopens_with_a_reason_and_it_stays_on_record(library, task):
    annotations = library.annotations
    annotations.record_events(task.id, [rate(0, 0, 3), Event("tab", 1, "submit")])
    annotations.decide(task.id, "exclude", "Lea", " fell   asleep ")
    assert library.labels.of_entry("talks/first", include_open=True) == []
    assert library.labels.submitted_counts() == {}
    assert library.entries.summary("talks/first").annotators == 3
    with pytest.raises(ConflictError):
        annotations.decide(task.id, "exclude", "Lea", "again")
    annotations.decide(task.id, "restore", "Lea", "was somebody else")
    assert library.labels.submitted_counts() == {"talks/first": 1}
    assert library.entries.summary("talks/first").annotators == 4
    annotations.decide(task.id, "reopen", "Lea", "one shot was missed")
    assert not annotations.state(task.id).submitted
    assert [(event.kind, event.data["text"], which) for event, which in library.board.trail()] == [
        ("reopen", "one shot was missed", task.id),
        ("restore", "was somebody else", task.id),
        ("exclude", "fell asleep", task.id),
    ]
    with pytest.raises(InputError, match="reason"):
        annotations.decide(task.id, "exclude", "Lea", "  ")


def test_after_a_comparison_only_a_lead_can_reopen(library, task):
    annotations = library.annotations
    annotations.record_events(task.id, [rate(0, 0, 3), Event("tab", 1, "submit")])
    annotations.note_revealed(task.id)
    with pytest.raises(ConflictError, match="comparison"):
        annotations.record_events(task.id, [Event("tab", 2, "reopen")])
    annotations.decide(task.id, "reopen", "Lea", "agreed in person")
    assert not annotations.state(task.id).submitted


def test_the_board_says_what_the_log_says(library, task):
    annotations = library.annotations

    def line():
        (found,) = [one for one in library.board.progress() if one.task == task.id]
        return found.state, found.judged, found.excluded

    assert line() == ("open", 0, False)
    annotations.record_events(task.id, [rate(0, 0, 3), rate(1, 1, 3), Event("tab", 2, "undo")])
    assert line() == ("open", 1, False)
    annotations.record_events(task.id, [Event("tab", 3, "skip", data={"text": "too loud"})])
    assert line() == ("skipped", 1, False)
    annotations.record_events(task.id, [Event("tab", 4, "submit")])
    annotations.decide(task.id, "exclude", "Lea", "twice the same person")
    assert line() == ("submitted", 1, True)


def test_a_database_of_the_version_before_gets_its_board(tmp_path, make_entry):
    with Library.open(tmp_path / "data") as old:
        old.entries.add("talks", [make_entry()])
        annotations = old.annotations
        task = annotations.open_task(annotations.get_or_create_annotator("Ada"), "talks/first")
        annotations.record_events(task.id, [rate(0, 0, 3), rate(1, 2, 5), Event("tab", 2, "submit")])
    downgrade(tmp_path / "data", "0002")
    with Library.open(tmp_path / "data") as new:
        (found,) = new.board.progress()
        assert (found.state, found.judged, found.excluded, found.practice) == ("submitted", 2, False, False)
        assert new.annotations.state(task.id).ratings == {0: 3, 2: 5}


@pytest.mark.parametrize(
    "event",
    [
        Event("tab", 2, "reopen", data={"by": "Lea", "text": "x"}),
        Event("tab", 2, "reopen", role="lead", actor="Lea"),
        Event("lead-1", 1, "exclude"),
    ],
)
def test_an_annotator_cannot_pass_for_a_lead(library, task, event):
    annotations = library.annotations
    annotations.record_events(task.id, [rate(0, 0, 3), Event("tab", 1, "submit")])
    annotations.note_revealed(task.id)
    with pytest.raises(InputError, match="An annotator cannot"):
        annotations.record_events(task.id, [event])
    assert annotations.state(task.id).submitted
    assert library.board.trail() == []


def test_a_client_id_that_begins_like_a_leads_makes_nobody_a_lead(library, task):
    annotations = library.annotations
    annotations.record_events(task.id, [rate(0, 0, 3, "lead-1"), Event("lead-1", 1, "submit")])
    assert annotations.record_events(task.id, [Event("lead-1", 2, "reopen"), Event("lead-1", 3, "submit")]) == 4
    assert {(event.role, event.actor) for event in annotations.events(task.id)} == {("annotator", "Ada")}
    assert library.board.trail() == []
    annotations.note_revealed(task.id)
    with pytest.raises(ConflictError, match="comparison"):
        annotations.record_events(task.id, [Event("lead-1", 4, "reopen")])


def test_a_decision_says_who_made_it_and_that_it_was_a_lead(library, task):
    annotations = library.annotations
    annotations.record_events(task.id, [rate(0, 0, 3), Event("tab", 1, "submit")])
    annotations.note_revealed(task.id)
    for kind in ("exclude", "restore", "reopen"):
        annotations.decide(task.id, kind, "Lea", f"to {kind}")
    assert [(event.kind, event.role, event.actor, event.data, of) for event, of in library.board.trail()] == [
        (kind, "lead", "Lea", {"text": f"to {kind}"}, task.id) for kind in ("reopen", "restore", "exclude")
    ]
    assert not annotations.state(task.id).submitted


EARLIER = [
    ("lead-0a", "exclude", {"by": "Lea", "text": "asleep"}),
    ("lead-0b", "restore", {"text": "was not"}),
    ("lead-0c", "reopen", {"by": "Lea", "text": "the last shots"}),
    ("lead-0d", "note", {"text": "mine"}),
]


@pytest.fixture
def earlier(tmp_path, make_entry):
    """The folder of a library of the time when a decision was known by its client id."""
    with Library.open(tmp_path / "earlier") as old:
        old.entries.add("talks", [make_entry()])
        task = old.annotations.open_task(old.annotations.get_or_create_annotator("Ada"), "talks/first")
        old.annotations.record_events(task.id, [rate(0, 0, 3), rate(1, 2, 5), Event("tab", 2, "submit")])
    downgrade(tmp_path / "earlier", "0006")
    engine = create_engine(f"sqlite:///{tmp_path / 'earlier' / FILE_NAME}")
    with engine.begin() as connection:
        for client, kind, data in EARLIER:
            connection.execute(
                text(
                    "INSERT INTO events (task_id, client, seq, kind, at, data, recorded)"
                    " VALUES (1, :client, 1, :kind, 7, :data, '2026-01-01')"
                ),
                {"client": client, "kind": kind, "data": json.dumps(data)},
            )
    engine.dispose()
    return tmp_path / "earlier"


@pytest.mark.sqlite
def test_decisions_of_before_say_by_whom_they_were_made(earlier):
    with Library.open(earlier) as new:
        assert [(event.kind, event.actor, event.data) for event, _ in new.board.trail()] == [
            ("reopen", "Lea", {"text": "the last shots"}),
            ("restore", "lead", {"text": "was not"}),
            ("exclude", "Lea", {"text": "asleep"}),
        ]
        own = [event for event in new.annotations.events(1) if event.role == "annotator"]
        assert [(event.client, event.kind) for event in own] == [
            ("tab", "rate"), ("tab", "rate"), ("tab", "submit"), ("lead-0d", "note"),
        ]  # fmt: skip
        assert {event.actor for event in own} == {"Ada"}
        assert new.annotations.state(1).ratings == {0: 3, 2: 5}
        with pytest.raises(DBAPIError, match="append-only"), writing(new.engine) as session:
            session.execute(text("UPDATE events SET actor = 'Eve'"))


@pytest.mark.sqlite
def test_a_database_can_go_back_to_decisions_by_client_id(earlier):
    downgrade(earlier, "0006")
    engine = create_engine(f"sqlite:///{earlier / FILE_NAME}")
    with engine.begin() as connection:
        rows = connection.execute(text("SELECT client, kind, data FROM events WHERE client != 'tab' ORDER BY id")).all()
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text("UPDATE events SET at = 0"))
    engine.dispose()
    told = [(client, kind, {"by": "lead", **data} if kind == "restore" else data) for client, kind, data in EARLIER]
    assert [(client, kind, json.loads(data)) for client, kind, data in rows] == told
