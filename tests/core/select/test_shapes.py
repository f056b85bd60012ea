"""Cuts in the shape that somebody wants: one clip, many short ones, the whole story; and never within a word."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.data.transcript import Cue, Transcript, Word
from core.errors import InputError
from core.select.between_words import FURTHEST_MS, LEAST_MS
from core.select.footage import Footage, footage, spans
from core.select.shape_names import SHAPES
from core.select.shapes import APART_MS, LEAST_OF_PART_MS, PARTS, shaped
from core.select.target import share_of
from core.select.viewing import Collected, capacity_ms, view

RATE = Fraction(25)


@st.composite
def films(draw: st.DrawFn, said: bool = False) -> tuple[Footage, Timebase, np.ndarray, float]:
    """A film of up to four minutes with shots, dark pictures, unjudged picks and, where wanted, somebody who speaks."""
    n_frames = draw(st.integers(2, 6000))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    timebase = Timebase(RATE, n_frames)
    edges = np.unique(np.r_[0, random.integers(1, n_frames + 1, draw(st.sampled_from([0, 3, 60]))), n_frames])
    shots = Shots(np.array(list(pairwise(edges.tolist())), np.int64), "kts")
    picks = np.unique(np.r_[0, random.integers(0, n_frames, draw(st.sampled_from([1, 30, 400])))])
    dark = np.unique(random.integers(0, n_frames + 1, draw(st.sampled_from([0, 2, 8]))))
    dark = dark[: len(dark) // 2 * 2].reshape(-1, 2)
    transcript = Transcript(tuple(spoken(random, n_frames * 40))) if said else None
    entry = Entry("a/b", "b", timebase, picks, shots={"kts": shots}, empty=dark, transcript=transcript)
    scores = random.random(len(picks)).astype(np.float32)
    scores[random.random(len(picks)) < draw(st.sampled_from([0, 0.3]))] = np.nan
    budget = draw(st.sampled_from([0.01, 0.05, 0.15, 0.5, 1.0]))
    return footage(entry, shots, budget), timebase, scores, budget


def spoken(random: np.random.Generator, until_ms: int) -> list[Cue]:
    cues, at = [], int(random.integers(0, 2000))
    while at < until_ms:
        words = []
        for _ in range(int(random.integers(1, 8))):
            long = int(random.integers(80, 900))
            words.append(Word(at, at + long, "word"))
            at += long + int(random.integers(0, 150))
        cues.append(Cue(words[0].start_ms, words[-1].end_ms, "words", tuple(words)))
        at += int(random.integers(0, 3000))
    return cues


def lengths(cut, timebase: Timebase) -> np.ndarray:
    rows = spans(timebase, cut.segments)
    return rows[:, 3] - rows[:, 2]


@settings(max_examples=80, deadline=None)
@given(film=films(), shape=st.sampled_from(SHAPES), clip_ms=st.sampled_from([500, 3000, 8000]))
def test_every_shape_keeps_the_budget_the_order_and_what_it_promises(film, shape, clip_ms) -> None:
    found, timebase, scores, budget = film
    cut = shaped(scores, found, budget, shape, clip_ms)
    assert lengths(cut, timebase).sum() <= capacity_ms(budget, found)
    assert np.all(cut.segments[1:, 0] > cut.segments[:-1, 1])  # in the film's order, and none adjoins the next
    assert bool(len(cut.segments)) != bool(cut.note)
    if shape == "scored":
        assert np.array_equal(cut.segments, view(scores, found, budget).segments)
    if shape == "one":
        assert len(cut.segments) <= 1
    if shape == "short" and len(cut.segments):
        rows = spans(timebase, cut.segments)
        assert lengths(cut, timebase).max() <= clip_ms
        assert np.all(rows[1:, 2] - rows[:-1, 3] >= APART_MS)


@settings(max_examples=40, deadline=None)
@given(film=films())
def test_no_other_stretch_of_that_length_collects_more(film) -> None:
    found, timebase, scores, budget = film
    cut = shaped(scores, found, budget, "one")
    collected, capacity = Collected(scores, found), capacity_ms(budget, found)
    best = collected.of(spans(timebase, cut.segments)).sum()
    at = found.pick_ms
    for start, since in zip(found.picks, at, strict=True):
        fits = np.flatnonzero((at > since) & (at - since <= capacity))
        if len(fits):
            assert collected.of(spans(timebase, [[start, found.picks[fits[-1]]]]))[0] <= best


def test_the_whole_story_has_a_clip_of_every_part() -> None:
    n_frames = 25 * 160
    scores = np.where(np.arange(320) < 40, 1.0, 0.1).astype(np.float32)  # the first eighth is liked by far
    shots = Shots(np.array([[k, k + 100] for k in range(0, n_frames, 100)]), "kts")
    picks = np.linspace(0, n_frames, 320, endpoint=False).astype(np.int64)
    entry = Entry("a/b", "b", Timebase(RATE, n_frames), picks, shots={"kts": shots})
    found = footage(entry, shots)
    assert capacity_ms(0.15, found) >= PARTS * LEAST_OF_PART_MS
    part = n_frames // PARTS
    covered = {int(sum(row) / 2 // part) for row in shaped(scores, found, 0.15, "story").segments.tolist()}
    assert covered == set(range(PARTS))
    assert {int(sum(row) / 2 // part) for row in shaped(scores, found, 0.15).segments.tolist()} == {0}


@settings(max_examples=80, deadline=None)
@given(film=films(said=True), shape=st.sampled_from(SHAPES))
def test_no_clip_ends_within_a_word_where_the_budget_allows_another_edge(film, shape) -> None:
    found, timebase, scores, budget = film
    before = spans(timebase, shaped(scores, found, budget, shape, words=False).segments)
    after = spans(timebase, shaped(scores, found, budget, shape).segments)
    assert len(after) == len(before)
    assert (after[:, 3] - after[:, 2]).sum() <= capacity_ms(budget, found)
    assert np.all(after[1:, 0] > after[:-1, 1])
    assert np.abs(after - before).max(initial=0) <= FURTHEST_MS
    if shape == "short" and len(after):
        assert (after[:, 3] - after[:, 2]).max() <= 3000
    for row in after.tolist():
        for side in (0, 1):
            for start, end, from_ms, to_ms in found.speech.tolist():
                if not start < row[side] < end:
                    continue
                # It stayed because the next gap is too far, or nothing would be left of the clip.
                gap = to_ms - row[2] if side == 0 else row[3] - from_ms
                assert gap > FURTHEST_MS or row[3] - row[2] - gap < LEAST_MS


def test_a_cut_without_anything_said_stays_as_it_is() -> None:
    entry = Entry("a/b", "b", Timebase(RATE, 500), np.arange(0, 500, 10), transcript=Transcript(()))
    shots = Shots(np.array([[0, 250], [250, 500]]), "kts")
    scores = np.linspace(0, 1, 50).astype(np.float32)
    found = footage(entry, shots)
    assert np.array_equal(shaped(scores, found, 0.3).segments, view(scores, found, 0.3).segments)


def test_only_cuts_as_scored_keep_something() -> None:
    entry = Entry("a/b", "b", Timebase(RATE, 500), np.arange(0, 500, 10))
    found = footage(entry, Shots(np.array([[0, 500]]), "kts"))
    keep = spans(entry.timebase, [[0, 20]])
    with pytest.raises(InputError, match="as scored"):
        shaped(np.ones(50, np.float32), found, 0.3, "one", keep=keep)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90 s", 90), ("90s", 90), ("1:30", 90), ("1:30.5", 90.5), ("1,5 min", 90), ("15 %", 30), ("0:01:00", 60)],
)
def test_a_length_is_read_as_people_write_it(text, seconds) -> None:
    assert share_of(text, 200) == pytest.approx(seconds / 200)


@pytest.mark.parametrize(
    ("text", "said"),
    [("15", "no length"), ("-3 s", "no length"), ("0 s", "empty"), ("5 min", "the film lasts 3:20.0")],
)
def test_what_is_no_length_is_said(text, said) -> None:
    with pytest.raises(InputError, match=said):
        share_of(text, 200)
