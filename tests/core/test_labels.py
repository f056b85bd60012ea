"""The fold of annotation events: its algebra, and how ratings become scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data import Shots
from core.labels import Event, TaskState, fold, ratings_to_scores

SHOTS = 5
SCALE = (1, 2, 3, 4, 5)

actions = st.one_of(
    st.tuples(st.just("rate"), st.integers(0, SHOTS - 1), st.sampled_from(SCALE)),
    st.tuples(st.just("clear"), st.integers(0, SHOTS - 1), st.none()),
    st.tuples(st.sampled_from(["undo", "redo", "submit", "reopen", "note", "position"]), st.none(), st.none()),
)
open_actions = actions.filter(lambda action: action[0] not in ("submit", "reopen"))


def log_of(actions, client="tab"):
    return [
        Event(client, seq, kind, shot, value, t=float(seq) if kind == "position" else None)
        for seq, (kind, shot, value) in enumerate(actions)
    ]


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
    assert after.ratings == before.ratings
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
    assert fold(undone).ratings == {}
    assert fold(then(undone, *["redo"] * before.undo_depth)).ratings == before.ratings


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
    assert state.ratings == fold(log).ratings


@given(open_logs)
def test_reopening_continues_where_it_was(log):
    assert fold(then(log, "submit", "reopen")) == fold(log)


def test_position_is_remembered():
    assert fold([Event("a", 0, "position", t=3.5), Event("a", 1, "rate", 0, 1)]).position == 3.5


def test_ratings_become_scores_as_in_tvsum():
    shots = Shots(np.array([[0, 10], [10, 20], [25, 30]]), "test")
    picks = np.array([0, 9, 10, 19, 20, 25, 29, 35])
    scores = ratings_to_scores({0: 5, 2: 1}, shots, picks, SCALE)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [1, 1, np.nan, np.nan, np.nan, 0.2, 0.2, np.nan], rtol=1e-6)


def test_no_ratings_are_all_unjudged():
    assert np.isnan(ratings_to_scores({}, Shots(np.zeros((0, 2), np.int64), "none"), np.arange(4), SCALE)).all()
