"""The viewing rule: what a person watches."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.errors import InputError
from core.select.footage import Footage, footage, longest_piece, milliseconds, spans
from core.select.published import NOTHING_FITS, NOTHING_SCORES
from core.select.viewing import (
    ALL_FORBIDDEN,
    NOTHING_LASTS,
    SHORTEST_CLIP_MS,
    Collected,
    best_moment,
    capacity_ms,
    free_pieces,
    view,
)

NONE = np.empty((0, 4), np.int64)


def film(edges: list[int], rate: int = 10, step: int = 5, empty: list[list[int]] | None = None) -> Entry:
    """Shots between the given frames of a video at 10 frames a second, two picks a second."""
    bounds = np.array(list(pairwise(edges)), np.int64)
    timebase = Timebase(Fraction(rate), edges[-1])
    known = None if empty is None else np.array(empty, np.int64).reshape(-1, 2)
    return Entry("a/b", "b", timebase, np.arange(0, edges[-1], step), shots={"kts": Shots(bounds, "kts")}, empty=known)


def cut_of(entry: Entry, scores: list[float] | np.ndarray, budget: float, **constraints: list[list[int]]):
    limits = {name: spans(entry.timebase, rows) for name, rows in constraints.items()}
    return view(np.array(scores), footage(entry, entry.shots["kts"], budget), budget, **limits)


@st.composite
def films(draw: st.DrawFn) -> tuple[Entry, np.ndarray, float]:
    n_frames = draw(st.integers(1, 600))
    inner = draw(st.sets(st.integers(1, n_frames - 1), max_size=8)) if n_frames > 1 else set()
    dark = draw(st.lists(st.integers(0, n_frames), max_size=6, unique=True))
    dark = sorted(dark[: len(dark) // 2 * 2])
    entry = film([0, *sorted(inner), n_frames], empty=list(zip(dark[::2], dark[1::2], strict=True)))
    levels = draw(st.sampled_from([1, 2, 5, 1000]))
    count = len(entry.picks)
    scores = np.array(draw(st.lists(st.integers(0, levels), min_size=count, max_size=count))) / levels
    if draw(st.booleans()):
        scores[draw(st.integers(0, count - 1))] = np.nan
    return entry, scores, draw(st.sampled_from([0.05, 0.15, 0.3, 1.0]))


def worth(found: Footage, scores: np.ndarray, segments: np.ndarray, timebase: Timebase) -> int:
    return int(Collected(np.asarray(scores, np.float32), found).of(spans(timebase, segments)).sum())


def length_ms(segments: np.ndarray, timebase: Timebase) -> int:
    rows = spans(timebase, segments)
    return int((rows[:, 3] - rows[:, 2]).sum())


@given(films())
def test_cuts_keep_to_the_budget_and_their_clips_neither_adjoin_nor_begin_empty(case):
    entry, scores, budget = case
    found = footage(entry, entry.shots["kts"], budget)
    cut = view(scores, found, budget)
    assert length_ms(cut.segments, entry.timebase) <= capacity_ms(budget, found)
    assert np.all(cut.segments[:, 0] < cut.segments[:, 1])
    assert np.all(cut.segments[1:, 0] > cut.segments[:-1, 1])
    all_empty = len(found.empty) == 0
    for start, end in cut.segments:
        for first, last in [] if all_empty else entry.empty:
            assert not first <= start < last
            assert not first <= end - 1 < last
    assert bool(cut.note) == (len(cut.segments) == 0)


@given(films())
def test_no_set_of_pieces_with_the_best_moment_collects_more(case):
    entry, scores, budget = case
    found = footage(entry, entry.shots["kts"], budget)
    capacity = capacity_ms(budget, found)
    pieces = free_pieces(found, longest_piece(capacity), NONE, NONE)
    if len(pieces) > 12:
        pieces = pieces[:0]
    cut = view(scores, found, budget)
    got = worth(found, scores, cut.segments, entry.timebase)
    values, lengths = Collected(np.asarray(scores, np.float32), found).of(pieces), pieces[:, 3] - pieces[:, 2]
    inside = [any(a <= p[0] and p[1] <= b for a, b in cut.segments) for p in pieces]
    for one in np.flatnonzero(inside):  # of all sets that hold some piece of this cut, none is better
        best = 0
        for subset in range(1 << len(pieces)):
            taken = np.array([subset >> k & 1 for k in range(len(pieces))], bool)
            if taken[one] and lengths[taken].sum() <= capacity:
                best = max(best, int(values[taken].sum()))
        if best == got:
            return
    assert not any(inside)


@given(films(), st.integers(0, 2**32 - 1))
def test_what_is_kept_is_in_and_what_is_forbidden_is_out(case, seed):
    entry, scores, budget = case
    random = np.random.default_rng(seed)
    points = np.unique(random.integers(0, entry.n_frames + 1, 4))
    keep = [points[:2].tolist()] if len(points) >= 2 else []
    forbid = [points[2:4].tolist()] if len(points) == 4 else []
    found = footage(entry, entry.shots["kts"], budget)
    if length_ms(np.array(keep, np.int64).reshape(-1, 2), entry.timebase) > capacity_ms(budget, found):
        with pytest.raises(InputError, match="budget is"):
            cut_of(entry, scores, budget, keep=keep, forbid=forbid)
        return
    cut = cut_of(entry, scores, budget, keep=keep, forbid=forbid)
    for start, end in keep:
        assert cut.mask[start:end].all()
    for start, end in forbid:
        assert not cut.mask[start:end].any()
    assert length_ms(cut.segments, entry.timebase) <= capacity_ms(budget, found)


def test_a_long_good_shot_beats_short_ones_that_the_published_rule_would_sum_up():
    # Ten shots of a second scored 0.5, and one of ten seconds scored 1.
    entry = film([*range(0, 101, 10), 200])
    scores = np.where(entry.picks < 100, 0.5, 1.0)
    cut = cut_of(entry, scores, 0.5)
    assert cut.segments.tolist() == [[100, 200]]


def test_adjoining_pieces_are_one_clip():
    entry = film([0, 100])
    cut = cut_of(entry, np.where((entry.picks >= 40) & (entry.picks < 60), 1.0, 0.0), 0.6)
    pieces = free_pieces(footage(entry, entry.shots["kts"]), longest_piece(6000), NONE, NONE)
    assert np.sum((pieces[:, 0] < 60) & (pieces[:, 1] > 40)) > 1
    assert len(cut.segments) == 1
    assert cut.mask[40:60].all()


def test_black_frames_are_trimmed_from_clips_and_worth_nothing_within():
    entry = film([0, 50, 100], empty=[[0, 8], [20, 22], [44, 56]])
    cut = cut_of(entry, np.where(entry.picks < 50, 1.0, 0.0), 0.5)
    assert cut.segments.tolist() == [[8, 44]]


def test_what_shows_nothing_for_half_a_second_divides_a_piece():
    entry = film([0, 100], empty=[[40, 45]])
    cut = cut_of(entry, np.where((entry.picks >= 20) & (entry.picks < 70), 1.0, 0.0), 0.5)
    assert not cut.mask[40:45].any()
    assert cut.mask[39]
    assert cut.mask[45]


def test_a_video_that_shows_nothing_at_all_is_cut_like_any_other():
    entry = film([0, 50, 100], empty=[[0, 100]])
    assert cut_of(entry, np.where(entry.picks < 50, 0.1, 1.0), 0.5).segments.tolist() == [[50, 100]]


def test_an_empty_cut_says_why():
    entry = film([0, 50, 100], empty=[[0, 48], [51, 100]])
    assert cut_of(entry, np.ones(20), 0.5).note == NOTHING_LASTS
    entry = film([0, 50, 100])
    assert cut_of(entry, np.zeros(20), 0.5).note == NOTHING_SCORES
    assert cut_of(entry, np.ones(20), 0.5, forbid=[[0, 100]]).note == ALL_FORBIDDEN
    assert cut_of(entry, np.ones(20), 0.001).note == NOTHING_FITS


def test_what_goes_on_from_a_kept_span_leaves_no_hole():
    entry = film([0, 50, 100])
    assert cut_of(entry, np.ones(20), 0.5, keep=[[0, 48]]).segments.tolist() == [[0, 50]]


def test_the_best_moment_is_in_although_others_sum_to_more():
    # The best shot lasts 3 s of a budget of 4 s; two others of 2 s each fill it better.
    entry = film([0, 30, 50, 70, 100])
    scores = np.select([entry.picks < 30, entry.picks < 70], [1.0, 0.99], 0.0)
    cut = cut_of(entry, scores, 0.4)
    assert cut.mask[:30].any()
    assert length_ms(cut.segments, entry.timebase) <= 4000


@pytest.mark.parametrize(("keep", "found"), [([50, 60], 0), ([49, 60], -1)])
def test_the_best_moment_is_looked_for_unless_part_of_its_shot_is_kept(keep, found):
    entry = film([0, 50, 100])
    scores = np.where(entry.picks < 50, 1.0, 0.5)
    pieces = spans(entry.timebase, [[0, 30]])
    kept = spans(entry.timebase, [keep])
    seen = footage(entry, entry.shots["kts"])
    collected = Collected(scores, seen)
    assert best_moment(collected, seen, pieces, np.array([3]), pieces[:, 3] - pieces[:, 2], 5000, kept) == found


def test_a_piece_that_lies_in_the_best_shot_by_half_can_be_its_best_moment():
    entry = film([0, 50, 100])
    scores = np.where(entry.picks < 50, 1.0, 0.5)
    pieces = spans(entry.timebase, [[40, 60], [60, 70]])
    lengths = pieces[:, 3] - pieces[:, 2]
    seen = footage(entry, entry.shots["kts"])
    assert best_moment(Collected(scores, seen), seen, pieces, np.array([3, 2]), lengths, 5000, NONE) == 0


def test_the_best_shot_is_the_best_over_time_not_over_frames():
    # By frames the first shot has a mean of 0.9, but nine tenths of its frames take a second of ten.
    times = np.concatenate([np.arange(90) * 10, 900 + np.arange(10) * 910, 10_000 + np.arange(100) * 100])
    timebase = Timebase.from_times(times, Fraction(1, 1000), 20_000)
    shots = Shots(np.array([[0, 100], [100, 200]]), "kts")
    entry = Entry("a/b", "b", timebase, np.arange(0, 200, 10), shots={"kts": shots})
    scores = np.where(entry.picks < 90, 1.0, np.where(entry.picks < 100, 0.0, 0.5))
    seen = footage(entry, shots)
    pieces = spans(timebase, [[0, 90], [100, 190]])
    collected = Collected(scores, seen)
    lengths = pieces[:, 3] - pieces[:, 2]
    assert best_moment(collected, seen, pieces, collected.of(pieces), lengths, 20_000, NONE) == 1


def test_flashes_that_trimming_leaves_are_not_taken():
    entry = film([0, 20, 100], empty=[[0, 8], [11, 20]])
    cut = cut_of(entry, np.where(entry.picks < 20, 1.0, 0.5), 0.3)
    assert length_ms(np.array([[8, 11]]), entry.timebase) < SHORTEST_CLIP_MS
    assert not cut.mask[:20].any()


def test_time_is_time_where_the_rate_varies():
    # Half of the frames take a tenth of the time.
    times = np.concatenate([np.arange(100) * 100, 10_000 + np.arange(100) * 10])
    timebase = Timebase.from_times(times, Fraction(1, 1000), 11_000)
    shots = Shots(np.array([[0, 50], [50, 100], [100, 200]]), "kts")
    entry = Entry("a/b", "b", timebase, np.arange(0, 200, 10), shots={"kts": shots})
    cut = view(np.where(entry.picks >= 100, 1.0, 0.1), footage(entry, shots), 0.15)
    assert length_ms(cut.segments, timebase) <= 1650
    assert cut.mask[100:].all()


@pytest.mark.parametrize("budget", [0.0, -1.0, 1.5, float("nan")])
def test_a_budget_outside_of_the_video_is_refused(budget):
    with pytest.raises(InputError, match="share"):
        view(np.ones(20), footage(film([0, 100]), film([0, 100]).shots["kts"]), budget)


def test_a_moment_both_kept_and_forbidden_is_named():
    with pytest.raises(InputError, match=r"0:02\.0 to 0:03\.0"):
        cut_of(film([0, 100]), np.ones(20), 0.5, keep=[[10, 30]], forbid=[[20, 50]])


def test_the_budget_of_a_rounded_share_is_whole():
    assert capacity_ms(0.15, footage(film([0, 1000]), film([0, 1000]).shots["kts"])) == 15_000
    assert milliseconds(Timebase(Fraction(30000, 1001), 3), np.array([3])).tolist() == [100]
