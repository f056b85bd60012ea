"""Pieces of a video: joined, divided where pictures change most, nested."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.data import Entry, Shots
from core.data.timebase import Timebase
from core.select.footage import FINEST_PIECE_MS, LONGEST_PIECE_MS, footage, longest_piece, milliseconds
from core.select.viewing import free_pieces

NONE = np.empty((0, 4), np.int64)


def entry_of(features: np.ndarray | None, *edges: int, rate: Fraction = Fraction(24), step: int = 12) -> Entry:
    """An entry with shots between the given frames, the last of which is its end."""
    bounds = np.stack([edges[:-1], edges[1:]], axis=1).astype(np.int64)
    picks = np.arange(0, edges[-1], step)
    shots = {"kts": Shots(bounds, "kts")}
    spaces = {} if features is None else {"test": features}
    return Entry("a/b", "b", Timebase(rate, edges[-1]), picks, spaces, next(iter(spaces), None), shots=shots)


def looks(*runs: tuple[int, int]) -> np.ndarray:
    """(T, 4) features: for each (count, kind) as many rows of one kind."""
    return np.repeat(np.eye(4)[[kind for _, kind in runs]], [count for count, _ in runs], axis=0).astype(np.float32)


def bounds_of(pieces: np.ndarray) -> list[list[int]]:
    return pieces[:, :2].tolist()


def made(entry: Entry, capacity_ms: int) -> list[list[int]]:
    return bounds_of(free_pieces(footage(entry, entry.shots["kts"]), longest_piece(capacity_ms), NONE, NONE))


def test_a_shot_under_a_second_joins_the_neighbour_that_looks_like_it():
    # The short shot at 192 looks like what follows it.
    entry = entry_of(looks((16, 0), (1, 1), (16, 1)), 0, 192, 204, 396)
    assert made(entry, 60_000) == [[0, 192], [192, 396]]
    entry = entry_of(looks((16, 0), (1, 0), (16, 1)), 0, 192, 204, 396)
    assert made(entry, 60_000) == [[0, 204], [204, 396]]


def test_without_features_a_short_shot_joins_the_shorter_neighbour():
    entry = entry_of(None, 0, 200, 212, 480)
    assert footage(entry, entry.shots["kts"]).pieces[0][-1, 0] == 212


def test_a_long_shot_is_divided_where_its_pictures_change_most():
    entry = entry_of(looks((16, 0), (24, 1)), 0, 480)
    assert [192, 8000, 20_000] in footage(entry, entry.shots["kts"]).pieces[0].tolist()
    assert made(entry, 60_000)[0] == [0, 192]


def test_exact_boundaries_are_those_that_people_see():
    entry = entry_of(None, 0, 240, 480)
    exact = np.array([[0, 233], [233, 480]])
    entry = replace(entry, shots={"kts": replace(entry.shots["kts"], exact=exact)})
    assert [edges[0, 0] for edges in footage(entry, entry.shots["kts"]).pieces] == [0, 233]
    assert footage(entry, entry.shots["kts"]).bounds[:, :2].tolist() == [[0, 240], [240, 480]]


def test_times_are_those_that_play_where_the_rate_varies():
    times = np.concatenate([np.arange(100) * 100, 10_000 + np.arange(100) * 20])
    entry = Entry("a/b", "b", Timebase.from_times(times, Fraction(1, 1000), 12_000), np.arange(0, 200, 10))
    found = footage(entry, Shots(np.array([[0, 100], [100, 200]]), "kts"))
    assert found.duration_ms == 12_000
    assert found.pieces[0][-1].tolist() == [100, 10_000, 0]
    assert found.pieces[1][-1].tolist() == [200, 12_000, 0]


@given(
    st.integers(1, 2000),
    st.sets(st.integers(1, 1999), max_size=12),
    st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(7)]),
    st.integers(0, 1000),
)
def test_smaller_budgets_only_divide_further_and_every_piece_fits(n_frames, inner, rate, seed):
    edges = [0, *sorted(edge for edge in inner if edge < n_frames), n_frames]
    features = np.random.default_rng(seed).normal(size=(len(range(0, n_frames, 12)), 5)).astype(np.float32)
    entry = entry_of(features, *edges, rate=rate)
    shots = entry.shots["kts"]
    duration = int(milliseconds(entry.timebase, np.array([n_frames]))[0])
    shares = [0.5, 0.3, 0.15, 0.05, 0.01]
    found = footage(entry, shots, min(shares))
    before: set[int] = set()
    for share in shares:
        longest = longest_piece(int(share * duration))
        assert longest <= LONGEST_PIECE_MS or share * duration < 2000
        now: set[int] = set()
        for piece in found.pieces:
            in_force = piece[(piece[:, 2] == 0) | (piece[:, 2] > longest)]
            assert np.all(np.diff(in_force[:, :2], axis=0) > 0)
            divisible = np.diff(in_force[:, 0]) > 1
            if longest > 1000 / rate:  # no piece is shorter than a frame
                assert np.all((np.diff(in_force[:, 1]) <= max(longest, 2000 / rate, FINEST_PIECE_MS)) | ~divisible)
            now |= set(in_force[:, 0].tolist())
        assert before <= now
        before = now
    assert found.pieces[0][0, 0] == 0
    assert found.pieces[-1][-1, 0] == n_frames
