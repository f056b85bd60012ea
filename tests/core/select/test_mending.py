"""Mending a cut: what stays, what goes, and the rest solved again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import limits
from core.errors import InputError
from core.select.footage import footage, spans
from core.select.mending import MendState, Step, check_step, divided, fold, mended
from core.select.viewing import capacity_ms, view
from tests.core.select.test_viewing import film

N = 300
ENTRY = film([0, 40, 90, 130, 200, 240, N])
FOOTAGE = footage(ENTRY, ENTRY.shots["kts"], 0.05)
SCORES = np.random.default_rng(4).random(len(ENTRY.picks)).astype(np.float32)


def paint(*rows, splits=(), seq=1, client="tab"):
    return Step(client, seq, "paint", {"spans": [list(row) for row in rows], "splits": list(splits)})


@st.composite
def paints(draw: st.DrawFn) -> dict:
    rows = []
    for _ in range(draw(st.integers(0, 3))):
        start = draw(st.integers(0, N - 1))
        rows.append([start, draw(st.integers(start + 1, N)), draw(st.sampled_from(["keep", "forbid", "free"]))])
    return {"spans": rows, "splits": draw(st.lists(st.integers(1, N - 1), max_size=3))}


budgets = st.sampled_from([0.05, 0.15, 0.3, 0.6, 1.0]).map(lambda share: ("budget", {"budget": share}))
done = paints().map(lambda data: ("paint", data)) | budgets
moves = done | st.sampled_from([("undo", {}), ("redo", {}), ("name", {"name": "other"})])


def numbered(rows: list, client: str = "tab") -> list[Step]:
    return [Step(client, number, kind, data) for number, (kind, data) in enumerate(rows)]


def labels(steps: list[Step]) -> list[str]:
    """The label of each frame, painted the slow way."""
    frames = ["free"] * N
    for step in steps:
        for start, end, label in step.data.get("spans", ()):
            frames[start:end] = [label] * (end - start)
    return frames


def label_frames(state: MendState) -> list[str]:
    frames = ["free"] * N
    for label, rows in (("keep", state.kept), ("forbid", state.forbidden)):
        for start, end in rows:
            assert frames[start:end] == ["free"] * (end - start)
            frames[start:end] = [label] * (end - start)
    return frames


@given(st.lists(done, max_size=12))
def test_the_later_paint_wins_and_spans_of_a_label_neither_overlap_nor_adjoin(rows):
    steps = numbered(rows)
    state = fold(steps)
    assert label_frames(state) == labels(steps)
    for side in (state.kept, state.forbidden):
        assert all(before[1] < after[0] for before, after in pairwise(side))
    toggled = [frame for step in steps for frame in step.data.get("splits", ())]
    assert list(state.splits) == sorted(frame for frame in set(toggled) if toggled.count(frame) % 2)


@given(st.lists(done, max_size=8), paints())
def test_painting_the_same_spans_twice_is_painting_them_once(rows, data):
    again = {"spans": data["spans"]}
    once, twice = (fold(numbered([*rows, *[("paint", again)] * times])) for times in (1, 2))
    assert (once.kept, once.forbidden, once.splits, once.budget) == (
        twice.kept, twice.forbidden, twice.splits, twice.budget,
    )  # fmt: skip


@given(st.lists(moves, max_size=20))
def test_undoing_every_step_gives_the_start_and_redoing_them_all_the_end(rows):
    steps = numbered(rows)
    state = fold(steps, 0.2)
    back = steps + numbered([("undo", {})] * state.undo_depth, "back")
    start = fold(back, 0.2)
    assert (start.kept, start.forbidden, start.splits, start.budget, start.undo_depth) == ((), (), (), 0.2, 0)
    forth = back + numbered([("redo", {})] * state.undo_depth, "forth")
    assert fold(forth, 0.2) == state
    if state.undo_depth:
        assert fold([*steps, *numbered([("undo", {}), ("redo", {})], "other")], 0.2) == state


@given(st.lists(moves, max_size=20), st.data())
def test_a_step_that_comes_again_changes_nothing_wherever_it_comes(rows, data):
    steps = numbered(rows)
    doubled: list[Step] = []
    for step in steps:
        doubled.append(step)
        for _ in range(data.draw(st.integers(0, 2))):
            doubled.append(data.draw(st.sampled_from(doubled)))
    assert fold(doubled) == fold(steps)


@settings(max_examples=40)
@given(st.lists(moves, max_size=8))
def test_what_is_kept_is_in_the_cut_what_is_forbidden_is_not_and_the_budget_holds(rows):
    state = fold(numbered(rows))
    kept = spans(ENTRY.timebase, list(map(list, state.kept)))
    capacity = capacity_ms(state.budget, FOOTAGE)
    if (kept[:, 3] - kept[:, 2]).sum() > capacity:
        with pytest.raises(InputError, match="What is to be kept lasts"):
            mended(state, SCORES, FOOTAGE, ENTRY.timebase)
        return
    cut = mended(state, SCORES, FOOTAGE, ENTRY.timebase)
    inside = cut.mask.astype(bool)
    frames = np.array(label_frames(state))
    assert inside[frames == "keep"].all()
    assert not inside[frames == "forbid"].any()
    segments = spans(ENTRY.timebase, cut.segments)
    assert (segments[:, 3] - segments[:, 2]).sum() <= capacity
    for before, after in pairwise(cut.segments):
        assert before[1] < after[0] or int(after[0]) in state.splits


def test_a_cut_that_nobody_touched_is_the_one_of_the_viewing_rule():
    cut = mended(fold([]), SCORES, FOOTAGE, ENTRY.timebase)
    assert cut.segments.tolist() == view(SCORES, FOOTAGE, 0.15).segments.tolist()
    assert len(cut.segments)


def test_a_clip_is_divided_where_it_was_split_and_one_half_can_go():
    state = fold([paint((20, 60, "keep"), splits=[40, 250], seq=1), Step("tab", 2, "budget", {"budget": 40 / N})])
    assert mended(state, SCORES, FOOTAGE, ENTRY.timebase).segments.tolist() == [[20, 40], [40, 60]]
    gone = fold([paint((20, 60, "keep"), splits=[40], seq=1), paint((40, 60, "forbid"), seq=2)])
    inside = mended(gone, SCORES, FOOTAGE, ENTRY.timebase).mask
    assert inside[20:40].all()
    assert not inside[40:60].any()


def test_segments_are_divided_only_inside():
    assert divided(np.array([[0, 10], [20, 30]]), [0, 5, 10, 15, 20, 30]).tolist() == [[0, 5], [5, 10], [20, 30]]
    assert divided(np.empty((0, 2), np.int64), [3]).shape == (0, 2)


def test_dragging_an_edge_is_one_step_that_one_undo_takes_back():
    first = paint((20, 60, "keep"), seq=1)
    dragged = paint((20, 45, "keep"), (45, 60, "forbid"), seq=2)
    assert fold([first, dragged]).forbidden == ((45, 60),)
    assert fold([first, dragged, Step("other tab", 1, "undo")]).kept == ((20, 60),)


def test_a_name_is_not_undone():
    state = fold([paint((0, 9, "keep"), seq=1), Step("tab", 2, "name", {"name": "Trailer"}), Step("tab", 3, "undo")])
    assert (state.kept, state.undo_depth, state.redo_depth) == ((), 0, 1)


def test_only_so_many_steps_are_remembered(monkeypatch):
    monkeypatch.setattr(limits, "UNDO_STEPS", 3)
    assert fold([paint((n, n + 1, "keep"), seq=n) for n in range(9)]).undo_depth == 3


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (Step("", 1, "undo"), "client id"),
        (Step("a\0", 1, "undo"), "client id"),
        (Step("tab", -1, "undo"), "whole number"),
        (Step("tab", True, "undo"), "whole number"),
        (Step("tab", 1, "cut"), "no step 'cut'"),
        (Step("tab", 1, "undo", {"spans": []}), "says nothing"),
        (Step("tab", 1, "budget", {"budget": 0}), "a share of the video"),
        (Step("tab", 1, "budget", {"budget": float("nan")}), "a share of the video"),
        (Step("tab", 1, "budget", {"budget": True}), "a share of the video"),
        (Step("tab", 1, "name", {"name": "  "}), "name of 1 to"),
        (Step("tab", 1, "name", {"name": "x" * 101}), "name of 1 to"),
        (paint((5, 5, "keep")), "to a later one"),
        (paint((5, N + 1, "keep")), "to a later one"),
        (paint((0.0, 5, "keep")), "to a later one"),
        (paint((0, 5, "love")), "where the label is"),
        (paint(splits=[0]), "split at a frame inside"),
        (paint(splits=[N]), "split at a frame inside"),
        (Step("tab", 1, "paint", {"spans": 7}), "a list of at most"),
        (Step("tab", 1, "paint", {"spans": [[0, 1, "keep"]] * 501}), "a list of at most 500"),
    ],
)
def test_a_step_that_makes_no_sense_is_refused(step, said):
    with pytest.raises(InputError, match=said):
        check_step(step, N)
