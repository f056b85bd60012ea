from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from core.features.hashed_words import WIDTH, text_features

CAPTIONS = [
    "A boat leaves the harbour in the morning.",
    "A boat sails past the lighthouse.",
    "Waves roll onto the empty beach.",
    "A red kite rises above the beach.",
    "Two children run after the kite.",
    "The kite falls into the sea!",
    "A dog barks at the waves.",
    "The sun sets behind the lighthouse.",
    "A boat returns to the harbour at night.",
]
sentences = st.lists(st.text(st.sampled_from("abc xyz, é猫"), max_size=12), min_size=1, max_size=12)


@settings(deadline=None)
@given(sentences)
def test_rows_have_length_one_or_zero(captions: list[str]) -> None:
    rows = text_features(captions)
    assert rows.shape == (len(captions), WIDTH)
    assert rows.dtype == np.float32
    norms = np.linalg.norm(rows, axis=1)
    assert np.all((np.abs(norms - 1) < 1e-5) | (norms == 0))


@settings(deadline=None)
@given(sentences, st.integers(0, 11), st.text("pqr ", max_size=9))
def test_a_caption_reaches_three_picks_to_either_side(captions: list[str], at: int, other: str) -> None:
    at = min(at, len(captions) - 1)
    changed = [*captions[:at], other, *captions[at + 1 :]]
    difference = np.abs(text_features(captions) - text_features(changed)).sum(axis=1)
    far = np.abs(np.arange(len(captions)) - at) > 3
    assert not difference[far].any()


def test_features_follow_words_not_spelling_of_the_sentence() -> None:
    rows = text_features(["A boat leaves the harbour."])
    assert np.array_equal(rows, text_features(["the BOAT leaves a harbour"]))
    assert not np.array_equal(rows, text_features(["The harbour leaves a boat."]))


def test_captions_about_the_same_thing_are_nearer() -> None:
    alone = np.vstack([text_features([caption]) for caption in CAPTIONS])
    likeness = alone @ alone.T
    assert likeness[0, 8] > likeness[0, 4]
    assert likeness[3, 4] > likeness[3, 6]


def test_the_caption_itself_counts_more_than_its_window() -> None:
    rows = text_features(CAPTIONS)
    alone = np.vstack([text_features([caption]) for caption in CAPTIONS])
    assert (rows @ alone.T).argmax(axis=1).tolist() == list(range(len(CAPTIONS)))


def test_nothing_said_gives_zeros() -> None:
    assert text_features([]).shape == (0, WIDTH)
    assert not text_features(["", "...", "the a of"]).any()


def test_the_space_never_changes() -> None:
    """Checkpoints depend on it: a change needs a new name."""
    row = text_features(["red kite"])[0]
    expected = {6: 0.2357, 95: -0.4714, 118: 0.4714, 143: 0.4714, 148: -0.4714, 225: 0.2357}
    assert {int(i): round(float(row[i]), 4) for i in np.flatnonzero(row)} == expected
