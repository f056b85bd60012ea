"""Events of many people in one transaction: the same as one after the other, and nobody's keep anybody else's out."""

from __future__ import annotations

from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from core.errors import ConflictError, InputError, ManycutError, NotFoundError, TooMuchError, UnavailableError
from core.labelling.events import Event
from storage import recorder, task_states
from storage.recorder import Brought


def rate(seq, shot=0, value=3):
    return Event("tab", seq, "rate", shot, value, at=seq)


@pytest.fixture
def annotations(library, make_entry):
    library.entries.add("talks", [make_entry()])
    return library.annotations


@pytest.fixture
def open_task(annotations):
    def opened(name):
        return annotations.open_task(annotations.get_or_create_annotator(name), "talks/first").id

    return opened


def test_each_is_told_of_their_own_and_what_is_refused_keeps_nothing_else_out(annotations, open_task):
    ada, ben, cyd = map(open_task, ("Ada", "Ben", "Cyd"))
    annotations.record_events(cyd, [rate(0), Event("tab", 1, "submit")])
    batch = [
        Brought(ada, [rate(0, 1), rate(1, 2)], "Ada"),
        Brought(ben, [rate(0), rate(1, 99)], "Ben"),  # there is no such shot
        Brought(ada, [rate(2)], "Ben"),  # not theirs
        Brought(cyd + 1, [rate(0)], "Cyd"),
        Brought(cyd, [rate(2)], "Cyd"),  # submitted
        Brought(cyd, [Event("lead-1", 1, "exclude", role="lead")], "Cyd"),
        Brought(ada, [rate(1, 2), rate(2, 3)], "Ada"),  # one of them again
    ]
    annotations.record_many(batch)
    kinds = [None, InputError, NotFoundError, NotFoundError, ConflictError, InputError, None]
    assert [type(one.error) if one.error else None for one in batch] == kinds
    assert [one.count for one in batch if one.error is None] == [2, 3]
    assert [event.seq for event in annotations.events(ada)] == [0, 1, 2]
    assert annotations.events(ben) == []
    assert annotations.state(ada).ratings == {1: 3, 2: 3, 3: 3}


def test_what_was_refused_with_another_event_is_not_taken_for_stored(annotations, open_task):
    task = open_task("Ada")
    annotations.record_events(task, [rate(7, 1)])
    batch = [Brought(task, [rate(0), rate(7, 2)]), Brought(task, [rate(0)])]
    annotations.record_many(batch)
    assert isinstance(batch[0].error, ConflictError)
    assert [event.seq for event in annotations.events(task)] == [7, 0]


def test_who_submits_in_a_batch_is_counted_again_and_others_are_not(annotations, open_task):
    ada, ben = open_task("Ada"), open_task("Ben")
    batch = [Brought(ada, [rate(0), Event("tab", 1, "submit")]), Brought(ben, [rate(0)])]
    annotations.record_many(batch)
    assert [one.recount for one in batch] == ["talks/first", None]


def test_a_transaction_that_fails_leaves_nothing_in_the_log_or_at_hand(annotations, open_task, monkeypatch):
    task = open_task("Ada")
    annotations.record_events(task, [rate(0)])
    with monkeypatch.context() as broken:
        broken.setattr(recorder, "keep", lambda *_: (_ for _ in ()).throw(UnavailableError("No room.")))
        with pytest.raises(UnavailableError):
            annotations.record_many([Brought(task, [rate(1), Event("tab", 2, "submit")])])
    assert annotations.record_events(task, [rate(1, 5)]) == 2, "it is not submitted"
    assert annotations.state(task).ratings == {0: 3, 5: 3}
    assert task_states.differing(annotations._engine) == []


def test_a_full_task_takes_what_it_has_again_and_nothing_new_and_can_be_submitted_by_nobody_but_a_lead(
    annotations, open_task, monkeypatch
):
    monkeypatch.setenv("MANYCUT_EVENTS_PER_TASK", "3")
    task = open_task("Ada")
    annotations.record_events(task, [rate(0), rate(1), rate(2)])
    assert annotations.record_events(task, [rate(1)]) == 3
    with pytest.raises(TooMuchError, match="This task has 3 events"):
        annotations.record_events(task, [rate(2), rate(3)])
    annotations.decide(task, "exclude", "Lead", "too many")
    assert annotations.state(task).excluded == "too many"


STEPS = st.tuples(
    st.integers(0, 2),  # who
    st.lists(
        st.tuples(
            st.integers(0, 6), st.sampled_from(["rate", "clear", "undo", "submit", "reopen"]), st.integers(0, 31)
        ),
        max_size=4,
    ),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(STEPS, max_size=6), max_size=5))
def test_batches_leave_what_the_same_events_leave_one_after_the_other(annotations, open_task, batches):
    """Whoever brings events in one batch with others is told, and leaves in the log, the same as alone."""
    mark = uuid4()
    apart, together = ([open_task(f"{mark} {way} {n}") for n in range(3)] for way in ("apart", "together"))
    for batch in batches:
        brought = [Brought(together[who], _events(steps)) for who, steps in batch]
        annotations.record_many(brought)
        for one, (who, steps) in zip(brought, batch, strict=True):
            count, error = _alone(annotations, apart[who], _events(steps))
            assert (one.count if one.error is None else None) == count
            assert str(one.error).replace(str(together[who]), str(apart[who])) == str(error)
    for alone, among in zip(apart, together, strict=True):
        assert annotations.state(alone) == annotations.state(among)
        assert [vars(event) | {"actor": ""} for event in annotations.events(alone)] == [
            vars(event) | {"actor": ""} for event in annotations.events(among)
        ]


def _events(steps):
    return [
        Event("tab", seq, kind, shot if kind in ("rate", "clear") else None, 3 if kind == "rate" else None)
        for seq, kind, shot in steps
    ]


def _alone(annotations, task, events):
    try:
        return annotations.record_events(task, events), None
    except ManycutError as error:
        return None, error


@pytest.mark.parametrize("client", ["tab", "Zürich", "夏 🎬", 'a "quoted" one', "1", "$[0]", "\\u0041", "x" * 40])
def test_what_is_sent_again_is_known_whatever_the_client_is_called(annotations, open_task, client):
    task, other = open_task("Ada"), open_task("Ben")
    events = [Event(client, seq, "rate", 0, 3, at=seq) for seq in (0, 1, 2**53 - 1)]
    for _ in range(2):
        annotations.record_many([Brought(task, events), Brought(other, events[:1])])
    assert [(one.client, one.seq) for one in annotations.events(task)] == [(client, one.seq) for one in events]
    assert len(annotations.events(other)) == 1


def test_what_is_brought_is_looked_up_by_its_keys_and_not_in_the_whole_log(annotations, open_task, library):
    if library.engine.dialect.name != "sqlite":
        pytest.skip("how PostgreSQL asks depends on how much there is")
    task, asked = open_task("Ada"), []

    def remember(connection, cursor, statement, parameters, *_):
        if statement.startswith("SELECT events.task_id, events.client"):
            asked.append((statement, parameters))

    event.listen(library.engine, "before_cursor_execute", remember)
    annotations.record_events(task, [rate(0), rate(1)])
    event.remove(library.engine, "before_cursor_execute", remember)
    ((statement, parameters),) = asked
    with library.engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    (step,) = [one for one in plan if one.startswith(("SEARCH events", "SCAN events"))]
    assert step.endswith("(task_id=? AND client=? AND seq=?)")
