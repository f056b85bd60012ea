"""Rank histograms, and which videos are shown."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.sample_plots import most_split, rank_counts, rank_histograms, samples_over_people
from tests.core.statistics.test_chance import judged


@pytest.fixture(scope="module")
def entries():
    return {
        str(seed): replace(judged(n_people=40, n_picks=60, seed=seed), title=f"Video <{seed}>") for seed in range(4)
    }


def drawn(entries, spread):
    """Curves that differ as people do, or so many times as much."""
    return {key: spread * entry.people.scores[:16].astype(np.float64) for key, entry in entries.items()}


def test_samples_that_are_people_have_even_ranks(entries):
    others = {key: replace(entry, annotations=entry.people.only(range(16, 40))) for key, entry in entries.items()}
    shares = rank_counts(others, drawn(entries, 1.0))
    assert len(shares) == 17
    assert shares.sum() == pytest.approx(1)
    assert shares.max() < 0.1


def test_too_little_spread_is_a_bowl_and_too_much_a_hump(entries):
    narrow, wide = (rank_counts(entries, drawn(entries, spread)) for spread in (0.2, 5.0))
    assert narrow[[0, -1]].sum() > 0.6
    assert wide[6:11].sum() > 0.35
    assert wide[[0, -1]].sum() < 2 / 17


def test_the_video_whose_people_are_two_camps_comes_first(entries):
    scores = np.tile(np.linspace(0, 1, 60), (40, 1))
    scores[20:] = 1 - scores[20:]
    camp = replace(entries["0"], annotations=replace(entries["0"].people, scores=scores, summaries=None))
    assert most_split({**entries, "camp": camp}, [*entries, "camp"])[0] == "camp"


def test_both_pictures_are_drawn(entries):
    rows = {"a & b": drawn(entries, 1.0)}
    for picture in (rank_histograms(entries, rows), samples_over_people(entries, rows)):
        assert ET.fromstring(picture).tag.endswith("svg")
