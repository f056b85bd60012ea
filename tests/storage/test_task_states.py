"""States kept beside the logs of tasks: always what the log folds into, however it came in."""

from __future__ import annotations

import json
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from core.errors import ConflictError
from core.labelling.events import Event, Folding, fold
from storage import task_states
from storage.database import reading, writing
from storage.tables import EventRow, TaskStateRow
from tests.core.labelling.test_events import logs

ENTRY = "talks/0"
POSSIBLE = ("rate", "clear", "undo", "redo", "position", "note")  # in a task of ratings, until it is submitted
people = count()


@pytest.fixture
def often(monkeypatch):
    monkeypatch.setattr(task_states, "KEPT_EVERY", 5)


@pytest.fixture
def annotations(library, make_entry):
    library.entries.add("talks", [make_entry(ENTRY)])
    return library.annotations


def rate(seq, shot=0, client="tab"):
    return Event(client, seq, "rate", shot, 1 + seq % 5)


@given(logs, st.lists(st.integers(0, 40), max_size=4))
def test_a_folding_that_was_written_down_goes_on_as_if_it_had_not_been(log, stops):
    folding = Folding()
    for number, event in enumerate(log):
        if number in stops:
            folding = Folding.of_json(json.loads(json.dumps(folding.as_json())))
        folding.apply(event)
    assert folding.state() == fold(log)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(log=logs, cuts=st.lists(st.integers(0, 40), max_size=5), again=st.booleans())
def test_however_a_log_is_sent_its_kept_state_is_its_fold(library, annotations, often, log, cuts, again):
    task = annotations.open_task(annotations.get_or_create_annotator(f"Ann {next(people)}"), ENTRY)
    marks = sorted({0, *(cut for cut in cuts if cut < len(log)), len(log)})
    for begin, end in pairwise(marks):
        part = [event for event in log[begin:end] if event.kind in POSSIBLE]
        annotations.record_events(task.id, part)
        if again:
            annotations.record_events(task.id, part)
    assert annotations.state(task.id) == fold(annotations.events(task.id))
    assert task_states.differing(library.engine) == []


def test_an_event_reads_no_more_of_a_long_log_than_what_is_not_kept(library, annotations, monkeypatch):
    task = annotations.open_task(annotations.get_or_create_annotator("Ann"), ENTRY)
    for begin in range(0, 2000, 200):
        annotations.record_events(task.id, [rate(seq) for seq in range(begin, begin + 200)])
    fresh = type(annotations)(library.engine, annotations._files, annotations._counts)  # as after a restart
    read = []
    applied = task_states.apply
    monkeypatch.setattr(task_states, "apply", lambda *given: (read.append(1), applied(*given)))
    assert fresh.record_events(task.id, [rate(2000)]) == 2001
    assert len(read) <= task_states.KEPT_EVERY
    read.clear()
    assert fresh.record_events(task.id, [rate(2001)]) == 2002
    assert not read, "what is at hand is folded on"
    assert task_states.differing(library.engine) == []


def test_what_another_process_wrote_meanwhile_is_folded_in(library, annotations):
    task = annotations.open_task(annotations.get_or_create_annotator("Ann"), ENTRY)
    other = type(annotations)(library.engine, annotations._files, annotations._counts)
    annotations.record_events(task.id, [rate(0)])
    other.record_events(task.id, [rate(1), Event("tab", 2, "submit")])
    with pytest.raises(ConflictError, match="submitted"):
        annotations.record_events(task.id, [rate(3)])
    assert annotations.record_events(task.id, [Event("tab", 4, "reopen")]) == 4
    assert annotations.state(task.id) == fold(annotations.events(task.id))


def test_a_refused_request_leaves_nothing_behind(library, annotations):
    task = annotations.open_task(annotations.get_or_create_annotator("Ann"), ENTRY)
    annotations.record_events(task.id, [rate(0)])
    with pytest.raises(ConflictError, match="other content"):
        annotations.record_events(task.id, [rate(1), Event("tab", 0, "rate", 0, 5)])
    assert annotations.record_events(task.id, [rate(2)]) == 2
    assert annotations.state(task.id) == fold(annotations.events(task.id))


def test_a_state_that_differs_is_found_and_made_again(library, annotations, often):
    tasks = [annotations.open_task(annotations.get_or_create_annotator(name), ENTRY) for name in ("Ann", "Ben", "Cem")]
    for task in tasks:
        annotations.record_events(task.id, [rate(seq) for seq in range(8)])
    with writing(library.engine) as session:
        row = session.get_one(TaskStateRow, tasks[0].id)
        row.folding = {**row.folding, "submitted": True}
        session.execute(text("UPDATE tasks SET judged = 7 WHERE id = :id"), {"id": tasks[2].id})
    assert task_states.differing(library.engine) == [tasks[0].id, tasks[2].id]
    task_states.rebuild(library.engine, task_states.differing(library.engine))
    assert task_states.differing(library.engine) == []
    with reading(library.engine) as session:
        assert session.scalar(select(func.count()).select_from(EventRow)) == 24


def test_long_ago_nothing_was_kept(library, annotations):
    task = annotations.open_task(annotations.get_or_create_annotator("Ann"), ENTRY)
    annotations.record_events(task.id, [rate(seq) for seq in range(1200)])
    with writing(library.engine) as session:
        session.execute(text("DELETE FROM task_states"))
    fresh = type(annotations)(library.engine, annotations._files, annotations._counts)
    assert fresh.record_events(task.id, [rate(1200)]) == 1201
    with reading(library.engine) as session:
        assert session.get_one(TaskStateRow, task.id).events == 1201
