"""The browser solves what people watch itself: its cuts must be those of core.select, to the millisecond."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.data.transcript import Transcript
from core.errors import InputError
from core.select.footage import Footage, footage, longest_piece, spans
from core.select.knapsack import most_within
from core.select.shape_names import SHAPES
from core.select.shapes import shaped
from core.select.target import share_of
from core.select.viewing import Collected, capacity_ms, free_pieces, merged, view
from tests.browser.test_selection_mirror import PLAYER, node
from tests.core.select.test_shapes import spoken

SCRIPT = """
import { capacityMs, collected, freePieces, longestPiece, view } from '%s/viewing.mjs';
import { mostWithin } from '%s/knapsack.mjs';
import { shaped } from '%s/shapes.mjs';
import { targetOf } from '%s/target.mjs';
import { createInterface } from 'node:readline';
const solve = ({ scores, footage, budget, kept, forbidden, form }) => {
  const known = Float32Array.from(scores, (score) => (score === null ? NaN : score));
  if (form) return shaped(known, footage, budget, form);
  const capacity = capacityMs(budget, footage);
  const pieces = freePieces(footage, longestPiece(capacity), kept, forbidden);
  const worth = [...collected(known, footage, pieces)];
  return { ...view(known, footage, budget, kept, forbidden), capacity, pieces, collected: worth };
};
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  const { values, lengths, capacity, written } = asked;
  if (written !== undefined) console.log(JSON.stringify(targetOf(written, asked.duration)));
  else console.log(JSON.stringify(values ? mostWithin(values, lengths, capacity) : solve(asked)));
}
"""
Ask = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """A JavaScript engine that answers one question after the other."""
    where = PLAYER.as_uri()
    command = [node(), "--input-type=module", "-e", SCRIPT % ((where,) * 4)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer(asked: dict[str, Any]) -> Any:
        print(json.dumps(asked), file=process.stdin, flush=True)
        return json.loads(process.stdout.readline())

    with process:
        yield answer
        process.stdin.close()
        assert process.wait(10) == 0


@st.composite
def cases(draw: st.DrawFn) -> tuple[Footage, Timebase, np.ndarray, float, list[list[int]], list[list[int]]]:
    """Awkward on purpose: ties, unjudged picks, empty pictures, varying frame rates, shots shorter than a second."""
    n_frames = draw(st.integers(1, 3000))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    if draw(st.booleans()):
        timebase = Timebase(draw(st.sampled_from([Fraction(25), Fraction(30000, 1001), Fraction(7)])), n_frames)
    else:
        times = np.cumsum(random.choice([10, 33, 40, 500], n_frames))
        timebase = Timebase.from_times(times - times[0], Fraction(1, 1000), int(times[-1] - times[0]) + 40)
    edges = np.unique(np.r_[0, random.integers(1, n_frames + 1, draw(st.sampled_from([0, 1, 5, 60]))), n_frames])
    shots = Shots(np.array(list(pairwise(edges.tolist())), np.int64).reshape(-1, 2), "kts")
    picks = np.unique(random.integers(0, n_frames, draw(st.integers(1, 200))))
    looks = random.normal(size=(len(picks), 3)).astype(np.float32) if draw(st.booleans()) else None
    dark = np.unique(random.integers(0, n_frames + 1, draw(st.sampled_from([0, 2, 8]))))
    dark = dark[: len(dark) // 2 * 2].reshape(-1, 2)
    features = {} if looks is None else {"test": looks}
    said = Transcript(tuple(spoken(random, int(timebase.duration * 1000)))) if draw(st.booleans()) else None
    entry = Entry(
        "a/b",
        "b",
        timebase,
        picks,
        features,
        next(iter(features), None),
        shots={"kts": shots},
        empty=dark,
        transcript=said,
    )
    levels = draw(st.sampled_from([1, 2, 5, 10**7]))
    scores = (random.integers(0, levels + 1, len(picks)) / levels).astype(np.float32)
    scores[random.random(len(picks)) < draw(st.sampled_from([0, 0.3]))] = np.nan
    decided = np.unique(random.integers(0, n_frames + 1, draw(st.sampled_from([0, 2, 4])))).tolist()
    keep, forbid = [decided[:2]] if len(decided) > 1 else [], [decided[2:]] if len(decided) > 3 else []
    budget = draw(st.sampled_from([0.01, 0.05, 0.15, 0.3, 0.5, 1.0]))
    return footage(entry, shots, budget), timebase, scores, budget, keep, forbid


def written(found: Footage) -> dict[str, Any]:
    """Footage as the page knows it."""
    return {
        "nFrames": found.n_frames,
        "durationMs": found.duration_ms,
        "picks": found.picks.tolist(),
        "pickMs": found.pick_ms.tolist(),
        "bounds": found.bounds.tolist(),
        "pieces": [edges.tolist() for edges in found.pieces],
        "empty": found.empty.tolist(),
        "speech": found.speech.tolist(),
    }


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases())
def test_browser_and_server_solve_the_same_cuts_to_watch(ask, case) -> None:
    found, timebase, scores, budget, keep, forbid = case
    limits = [spans(timebase, rows) for rows in (keep, forbid)]
    try:
        cut = view(scores, found, budget, *limits)
    except InputError:  # what is to be kept does not fit: the browser never asks
        return
    kept, forbidden = map(merged, limits)
    capacity = capacity_ms(budget, found)
    answer = ask(
        {
            "scores": [None if np.isnan(score) else float(score) for score in scores],
            "footage": written(found),
            "budget": budget,
            "kept": kept.tolist(),
            "forbidden": forbidden.tolist(),
        }
    )
    pieces = free_pieces(found, longest_piece(capacity), kept, forbidden)
    assert answer["capacity"] == capacity
    assert answer["pieces"] == pieces.tolist()
    assert answer["collected"] == Collected(scores, found).of(pieces).tolist()
    assert answer["segments"] == cut.segments.tolist()
    assert answer["spans"] == spans(timebase, cut.segments).tolist()
    assert answer["note"] == cut.note


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    count=st.integers(0, 300),
    levels=st.sampled_from([1, 2, 5, 1000, 10**6]),
    share=st.sampled_from([0.0, 0.05, 0.15, 0.5, 1.0]),
)
def test_browser_and_server_take_the_same_pieces_also_of_many_equal_ones(ask, seed, count, levels, share) -> None:
    random = np.random.default_rng(seed)
    lengths = random.integers(1, random.choice([3, 10_000]), count, endpoint=True)
    values = lengths * random.integers(-1, levels + 1, count)
    capacity = int(share * lengths.sum())
    asked = {"values": values.tolist(), "lengths": lengths.tolist(), "capacity": capacity}
    assert ask(asked) == np.flatnonzero(most_within(values, lengths, capacity)).tolist()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=cases(), shape=st.sampled_from(SHAPES), clip_ms=st.sampled_from([500, 3000]), words=st.booleans())
def test_browser_and_server_solve_the_same_shapes_with_the_same_edges_between_words(
    ask, case, shape, clip_ms, words
) -> None:
    found, timebase, scores, budget, _, _ = case
    cut = shaped(scores, found, budget, shape, clip_ms, words)
    answer = ask(
        {
            "scores": [None if np.isnan(score) else float(score) for score in scores],
            "footage": written(found),
            "budget": budget,
            "form": {"shape": shape, "clipMs": clip_ms, "words": words},
        }
    )
    assert answer["segments"] == cut.segments.tolist()
    assert answer["spans"] == spans(timebase, cut.segments).tolist()
    assert answer["note"] == cut.note


def test_browser_and_server_read_the_same_lengths(ask) -> None:
    for text in ("90 s", "1:30", "1:30,5", "2 min", "1.5 M", "15 %", "0%", "15", "soon", "4 min", "1:02:03", "0.2 h"):
        answer = ask({"written": text, "duration": 200})
        try:
            expected = (share_of(text, 200), "")
        except InputError as error:
            expected = (0, f"{error.message} {error.hint}")
        assert (answer["share"], answer["problem"]) == expected
