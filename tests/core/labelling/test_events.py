"""The fold of annotation events: its algebra, and how ratings become scores."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter

from hypothesis import given
from hypothesis import strategies as st

from core.labelling.events import Event, TaskState, fold

SHOTS = 5
SCALE = (1, 2, 3, 4, 5)

actions = st.one_of(
    st.tuples(st.just("rate"), st.integers(0, SHOTS - 1), st.sampled_from(SCALE)),
    st.tuples(st.just("clear"), st.integers(0, SHOTS - 1), st.none()),
    st.tuples(st.just("mark"), st.integers(0, 3), st.integers(0, 90)),
    st.tuples(st.just("unmark"), st.integers(0, 3), st.none()),
    st.tuples(st.just("trace"), st.integers(0, 2), st.integers(0, 90)),
    st.tuples(st.sampled_from(["undo", "redo", "submit", "reopen", "note", "position"]), st.none(), st.none()),
)
open_actions = actions.filter(lambda action: action[0] not in ("submit", "reopen"))


def log_of(actions, client="tab"):
    log = []
    for seq, (kind, shot, value) in enumerate(actions):
        t = float(seq) if kind == "position" else None
        data = {
            "mark": {"start": value, "end": (value or 0) + 10},
            "trace": {"samples": [[float(value or 0), 0.5]]},
        }.get(kind)
        log.append(Event(client, seq, kind, shot, value if kind == "rate" else None, t, data=data))
    return log


def labels(state):
    return state.ratings, state.marks, state.takes


logs = st.lists(actions, max_size=40).map(log_of)
open_logs = st.lists(open_actions, max_size=40).map(log_of)


def then(log, *kinds, shot=None, value=None):
    """The log continued by events of the given kinds."""
    extra = [Event("tab", len(log) + n, kind, shot, value) for n, kind in enumerate(kinds)]
    return [*log, *extra]


def test_nothing_happened():
    assert fold([]) == TaskState()


def test_last_rating_of_a_shot_counts():
    state = fold(log_of([("rate", 0, 2), ("rate", 1, 5), ("rate", 0, 4)]))
    assert state.ratings == {0: 4, 1: 5}
    assert state.undo_depth == 3


@given(logs, st.randoms(use_true_random=False))
def test_sending_again_changes_nothing(log, random):
    resent = list(log)
    for event in log:
        if random.random() < 0.5:
            at = random.randint(resent.index(event) + 1, len(resent))
            resent.insert(at, event)
    assert fold(resent) == fold(log)


@given(logs)
def test_sending_everything_twice_changes_nothing(log):
    assert fold([*log, *log]) == fold(log)


@given(open_logs, st.integers(0, SHOTS - 1), st.sampled_from(SCALE))
def test_undo_takes_a_rating_back(log, shot, value):
    before, after = fold(log), fold(then(then(log, "rate", shot=shot, value=value), "undo"))
    assert labels(after) == labels(before)
    assert after.undo_depth == before.undo_depth
    assert after.redo_depth == 1


@given(open_logs)
def test_redo_is_the_inverse_of_undo(log):
    before = fold(log)
    if before.undo_depth:
        assert fold(then(log, "undo", "redo")) == before


@given(open_logs)
def test_undo_is_the_inverse_of_redo(log):
    before = fold(log)
    if before.redo_depth:
        assert fold(then(log, "redo", "undo")) == before


@given(open_logs)
def test_undoing_everything_leaves_nothing_and_redoing_brings_it_back(log):
    before = fold(log)
    undone = then(log, *["undo"] * before.undo_depth)
    assert labels(fold(undone)) == ({}, {}, {})
    assert labels(fold(then(undone, *["redo"] * before.undo_depth))) == labels(before)


@given(open_logs, st.integers(0, SHOTS - 1), st.sampled_from(SCALE))
def test_a_new_rating_drops_what_could_be_redone(log, shot, value):
    assert fold(then(log, "rate", shot=shot, value=value)).redo_depth == 0


@given(logs, st.permutations(range(60)))
def test_only_the_server_order_matters(log, clients):
    """Client ids, sequence numbers and clocks name events; they do not order them."""
    renamed = [
        replace(event, client=f"tab-{clients[n] % 3}", seq=1000 - n, at=clients[n]) for n, event in enumerate(log)
    ]
    assert fold(renamed) == fold(log)


@given(logs)
def test_ratings_stay_on_known_shots_and_scale(log):
    state = fold(log)
    assert all(0 <= shot < SHOTS and value in SCALE for shot, value in state.ratings.items())
    assert len(state.ratings) <= state.undo_depth


@given(open_logs, open_logs)
def test_a_submitted_task_keeps_its_labels(log, later):
    submitted = then(log, "submit")
    state = fold([*submitted, *(replace(event, client="late") for event in later)])
    assert state.submitted
    assert labels(state) == labels(fold(log))


@given(open_logs)
def test_reopening_continues_where_it_was(log):
    assert fold(then(log, "submit", "reopen")) == fold(log)


def test_position_is_remembered():
    assert fold([Event("a", 0, "position", t=3.5), Event("a", 1, "rate", 0, 1)]).position == 3.5


@given(open_logs)
def test_training_begun_again_is_empty_and_open(log):
    state = fold(then(log, "submit", "restart"))
    assert labels(state) == ({}, {}, {})
    assert (state.submitted, state.undo_depth, state.redo_depth) == (False, 0, 0)


@given(logs)
def test_excluding_and_restoring_changes_no_label(log):
    excluded = fold([*log, Event("lead-1", 1, "exclude", data={"text": "asleep"}, role="lead", actor="Lea")])
    assert excluded.excluded == "asleep"
    assert not excluded.counts
    assert replace(excluded, excluded=None) == fold(log)
    restored = [Event("lead-1", 1, "exclude"), Event("lead-2", 1, "restore")]
    assert fold([*log, *restored]) == fold(log)


def test_samples_of_one_take_in_a_row_are_one_step():
    log = log_of([("trace", 0, 1), ("trace", 0, 2), ("trace", 1, 3)])
    assert fold(log).takes == {0: ((1.0, 0.5), (2.0, 0.5)), 1: ((3.0, 0.5),)}
    assert fold(log).undo_depth == 2
    assert fold(then(log, "undo", "undo")).takes == {}
    assert fold(then(log, "undo", "undo", "redo")).takes == {0: ((1.0, 0.5), (2.0, 0.5))}


def test_samples_after_an_undo_drop_what_could_be_redone():
    log = log_of([("trace", 0, 1), ("rate", 3, 5), ("undo", None, None), ("trace", 0, 2)])
    assert (fold(log).undo_depth, fold(log).redo_depth) == (2, 0)
    assert fold(then(log, "redo")).ratings == {}


def test_a_skipped_task_is_taken_up_again_by_the_next_label():
    skipped = [Event("a", 0, "rate", 0, 1), Event("a", 1, "skip", data={"text": "no sound"})]
    assert fold(skipped).skipped == "no sound"
    assert fold([*skipped, Event("a", 2, "rate", 1, 1)]).skipped is None
    assert fold([*skipped, Event("a", 2, "submit")]).skipped is None


def test_steps_of_a_take_keep_apart_what_came_before_them():
    def piece(seq, t):
        return Event("tab", seq, "trace", 1, data={"samples": [[t, 0.5]]})

    log = [piece(0, 0.0), piece(1, 1.0), Event("tab", 2, "undo"), Event("tab", 3, "redo"), piece(4, 2.0)]
    assert fold(log).takes == {1: ((0.0, 0.5), (1.0, 0.5), (2.0, 0.5))}
    log += [Event("tab", 5, "undo"), piece(6, 3.0), piece(7, 4.0)]
    assert fold(log).takes == {1: ((3.0, 0.5), (4.0, 0.5))}
    assert fold([*log, Event("tab", 8, "undo")]).takes == {}


def test_a_take_of_an_hour_is_folded_at_once():
    pieces = [
        Event("tab", second, "trace", 1, data={"samples": [[second + step / 20, 0.5] for step in range(20)]})
        for second in range(3600)
    ]
    begun = perf_counter()
    assert len(fold(pieces).takes[1]) == 72_000
    assert perf_counter() - begun < 0.6
